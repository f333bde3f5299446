"""The vocabulary of a feature: a command whose fields are its form, and the reply or form that it gives."""

from __future__ import annotations

import inspect
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import IO, Any, ClassVar

from coalition_bot.context import Context
from coalition_bot.fields import Field, Kind, Option
from coalition_bot.moments import Moment
from coalition_bot.people import Person, Place, Standing
from coalition_bot.words import N_

CHUNK = 48 * 1024  # bytes of a stream at a time; thirds of it are whole, as base64 wants


class Style(StrEnum):
    """How much a button asks to be pressed."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


class Tone(StrEnum):
    """How a reply is meant; adapters may show it by a sign or a colour, never by colour alone."""

    PLAIN = "plain"
    DONE = "done"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Button:
    """A command already filled in. With `form` it opens the command's form, filled in so far."""

    label: str
    command: str
    answers: Mapping[str, str] = field(default_factory=dict)
    form: bool = False
    style: Style = Style.PLAIN
    token: str = ""  # what a press brings back, at most 100 characters; the door writes it


@dataclass(frozen=True, slots=True)
class Link:
    """An address that the bot or a coordinator vouches for."""

    url: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A short label with its value. A moment is shown officially and in the reader's own time, a place by name."""

    label: str
    value: str | Moment | Link | Place


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; a narrow screen may show each row as a small list."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def entries(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """Each row as an entry of a list: its first cell, and the others that say something, with their columns."""
        for first, *others in self.rows:
            yield first, [(column, cell) for column, cell in zip(self.columns[1:], others, strict=False) if cell]


@dataclass(frozen=True, slots=True)
class File:
    """Something to keep. Only the person who asked receives it.

    The content may be a stream that can be read from its beginning, such as a temporary file: whoever has sent it on
    closes it. What takes long is given as `make` in its place: the door calls it where the file is handed out, while
    the database can be read, and not where the answer only says that a file is coming.
    """

    name: str
    media: str
    content: bytes | IO[bytes] = b""
    alt: str = ""  # what a picture shows, in words
    make: Callable[[], bytes | IO[bytes]] | None = None

    def made(self) -> File:
        """The same with its content."""
        return replace(self, content=self.make(), make=None) if self.make else self

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.seek(0, os.SEEK_END)

    @property
    def picture(self) -> bool:
        """Whether it is shown where it stands."""
        return self.media.startswith("image/")

    def open(self) -> IO[bytes]:
        """The content, to be read from its beginning."""
        if isinstance(self.content, bytes):
            return io.BytesIO(self.content)
        self.content.seek(0)
        return self.content

    def chunks(self) -> Iterator[bytes]:
        """The content in small parts, from its beginning."""
        content = self.open()
        while part := content.read(CHUNK):
            yield part

    def close(self) -> None:
        """Let go of the stream."""
        if not isinstance(self.content, bytes):
            self.content.close()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer or a message. All text is plain: adapters escape it; flat parts, drawn in this order."""

    text: str = ""
    title: str = ""
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    file: File | None = None
    buttons: tuple[Button, ...] = ()
    tone: Tone = Tone.PLAIN
    public: bool = False  # seen by the whole channel; only by a command declared public
    mention: str = ""  # the account to be notified by name, where the platform can

    def __post_init__(self) -> None:
        if not (self.text or self.title or self.facts or self.table or self.file):
            raise ValueError("an empty reply helps nobody")

    def close(self) -> None:
        """Let go of its file, once it is sent, or will not be."""
        if self.file:
            self.file.close()


@dataclass(frozen=True, slots=True)
class Question:
    """A field as it is asked now: worded in the reader's language, filled in as far as known."""

    name: str
    kind: Kind
    label: str
    help: str = ""
    required: bool = True
    longest: int = 0
    multiline: bool = False
    value: str = ""
    value_label: str = ""  # what a chosen value is called
    options: tuple[Option, ...] = ()  # all of them, or the first ones where `more`
    more: bool = False  # there are further options: let people type, and ask `Bot.suggest`
    free: bool = False  # options are only suggestions: any text will do
    endings: tuple[str, ...] = ()  # of a file's name
    problem: str = ""  # what was wrong with the last answer


@dataclass(frozen=True, slots=True)
class Form:
    """A command with answers missing. Answers come back under `draft`; keys are the names of the questions."""

    command: str
    title: str
    questions: tuple[Question, ...]
    draft: str  # empty only when the database is away
    text: str = ""
    page: int = 1
    last: bool = True  # whether submitting this page runs the command
    problem: str = ""  # what was wrong as a whole


class Refusal(Exception):
    """A command's No to a person: what was wrong, and what to try. Undoes what the command wrote."""

    def __init__(self, message: str, *buttons: Button, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.buttons = buttons
        self.field = field


class Opening(StrEnum):
    """When a command shows its form."""

    MISSING = "missing"  # where a required answer is missing
    ALWAYS = "always"  # every time, filled in as far as known


@dataclass(frozen=True, slots=True)
class Who:
    """Who may use a command. `name` is for the help; `may_open` is asked before, `may_run` with the answers."""

    name: str
    may_open: Callable[[Context], bool]
    may_run: Callable[[Context, Any], bool]


def _acting(ctx: Context) -> bool:
    standing = ctx.visitor.standing
    welcome = ctx.founded and ctx.person.allowed and standing is not Standing.DEACTIVATED
    return standing is Standing.FULL or welcome


def _everybody(name: str, test: Callable[[Context], bool]) -> Who:
    return Who(name, test, lambda ctx, _command: test(ctx))


def _coordinates(ctx: Context) -> bool:
    return ctx.person.coordinates and ctx.visitor.standing is not Standing.DEACTIVATED


anyone = _everybody(N_("everyone"), lambda ctx: True)
members = _everybody(N_("members"), _acting)
coordinators = _everybody(N_("coordinators"), _coordinates)
admins = _everybody(N_("admins of this community"), lambda ctx: ctx.visitor.admin)


@dataclass(frozen=True, slots=True)
class Spec:
    """All that adapters, help and the door have to know of a command."""

    name: str  # "group join": root and subcommand; or a root alone
    help: str
    fields: tuple[Field, ...]
    who: Who
    writes: bool
    opening: Opening
    public: bool
    before_setup: bool
    access: str  # what personal data it shows, for the log of readings; empty for none
    tap: str  # the words of its button under the help; empty for none
    sittings: bool = False  # filled in over many sittings: `keep` is given each page as it comes

    @property
    def root(self) -> str:
        """The slash command's first word."""
        return self.name.partition(" ")[0]

    @property
    def leaf(self) -> str:
        """The subcommand's word; empty where the root stands alone."""
        return self.name.partition(" ")[2]

    @property
    def files(self) -> Mapping[str, int]:
        """The questions that a file answers, each with the most bytes that it may have."""
        return {field.name: field.most for field in self.fields if field.kind is Kind.FILE}

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((field for field in self.fields if field.name == name), None)


class Command:
    """Something a person can have done. Fields are attributes, `run` tells the story, the docstring is the help."""

    spec: ClassVar[Spec]

    def __init_subclass__(
        cls,
        *,
        name: str,
        who: Who = members,
        writes: bool = True,
        opening: Opening = Opening.MISSING,
        public: bool = False,
        before_setup: bool = False,
        access: str = "",
        tap: str = "",
        sittings: bool = False,
    ) -> None:
        """Read the declaration. Raises ValueError for one that no person could use."""
        found = {key: value for key, value in vars(cls).items() if isinstance(value, Field)}
        doc = inspect.getdoc(cls)
        if not doc or len(name.split()) not in (1, 2) or "spec" in found:
            raise ValueError(f"{cls.__name__}: a command has a root, maybe a subcommand, and a docstring")
        cls.spec = Spec(
            name=name,
            help=doc.splitlines()[0],
            fields=tuple(replace(value, name=key) for key, value in found.items()),
            who=who,
            writes=writes,
            opening=opening,
            public=public,
            before_setup=before_setup,
            access=access,
            tap=tap,
            sittings=sittings,
        )

    def __init__(self, values: Mapping[str, Any]) -> None:
        """Take one value per field."""
        for declared in self.spec.fields:
            setattr(self, declared.name, values[declared.name])

    def run(self, ctx: Context) -> Reply:
        """Do it, and say so. Raises Refusal or Problem."""
        raise NotImplementedError

    def reading(self) -> str:
        """What personal data it is about to show, for the log of readings."""
        return self.spec.access

    @classmethod
    def keep(cls, ctx: Context, values: Mapping[str, Any]) -> None:
        """Store what pages of a form for many sittings brought so far, by field. Raises Refusal."""
        raise NotImplementedError


def by_root(specs: Iterable[Spec]) -> dict[str, list[Spec]]:
    """The commands under their first words, in the order in which they are declared.

    Raises ValueError for a root that stands alone and has subcommands too: on no platform can it be both.
    """
    roots: dict[str, list[Spec]] = {}
    for spec in specs:
        roots.setdefault(spec.root, []).append(spec)
    for root, leaves in roots.items():
        if len(leaves) > 1 and not all(spec.leaf for spec in leaves):
            raise ValueError(f"/{root} is a command of its own, and has subcommands")
    return roots


def button(
    label: str,
    command: type[Command],
    given: Mapping[str, str] | None = None,
    *,
    form: bool = False,
    style: Style = Style.PLAIN,
    **more: str,
) -> Button:
    """A button for a command, filled in with the answers `given` and `more`. Raises ValueError for an unknown field."""
    answers = {**(given or {}), **more}
    unknown = set(answers) - {declared.name for declared in command.spec.fields}
    if unknown:
        raise ValueError(f"{command.spec.name} does not ask {unknown}")
    return Button(label, command.spec.name, answers, form=form, style=style)


def done(text: str, **parts: Any) -> Reply:
    """A reply that says that something is done."""
    return Reply(text, tone=Tone.DONE, **parts)


def refusal_reply(problem: Refusal) -> Reply:
    """How a No looks."""
    return Reply(problem.message, buttons=tuple(problem.buttons), tone=Tone.PROBLEM)


def _nothing(ctx: Context, person: Person) -> Mapping[str, object]:
    return {}


def _no_facts(ctx: Context, about: str) -> Sequence[Fact]:
    return ()


def _no_merge(ctx: Context, gone: Person, kept: Person) -> None:
    return None


def _no_welcome(ctx: Context) -> None:
    return None


@dataclass(frozen=True)
class Feature:
    """What a feature hands to the bot: its commands, what it writes later, what it keeps of people."""

    name: str
    commands: Sequence[type[Command]]
    writers: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)  # see outbox.Writer
    export: Callable[[Context, Person], Mapping[str, object]] = _nothing
    forget: Callable[[Context, Person], object] = _nothing
    merge: Callable[[Context, Person, Person], object] = _no_merge  # what was the first one's becomes the second's
    tells: Callable[[Context, str], Sequence[Fact]] = _no_facts  # of what is named as in the history: "group:12"
    welcome: Callable[[Context], object] = _no_welcome  # owes what the visitor gets who has just come into a community
    nightly: Callable[[Any], object] | None = None  # an outbox.Due without a place, once a night per coalition
