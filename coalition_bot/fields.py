"""The questions of a command: how each is worded, and how an answer becomes a value or a helpful problem."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Literal, cast, overload

from rapidfuzz import fuzz, process, utils

from coalition_bot.context import Context
from coalition_bot.people import ACCOUNT_MAX, Place, find_community
from coalition_bot.words import N_, _, language, n_

TEXT_MAX = 200
LONG_TEXT_MAX = 2000
SIMILAR = 60  # of 100: from here on a name is offered as the nearest
ANSWER_MAX = 10_000  # nothing longer is looked at
CHANNELS_MAX = 25  # in one answer; each of them is posted to


class Kind(StrEnum):
    """What an answer looks like; each platform has its own control for each."""

    TEXT = "text"
    CHOICE = "choice"
    MANY = "many"  # several of the options
    DAY = "day"
    NUMBER = "number"
    YES = "yes"  # yes or no
    CHANNELS = "channels"  # one or more places to post in
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from: what is stored, and how it is called."""

    value: str
    label: str


class Problem(Exception):
    """A sentence for the person whose answer cannot be taken, with what to try; `field` says where."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field


Suggest = Callable[[Context, str], Sequence[Option]]
FromContext = Callable[[Context], str]
Check = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question. `label`, `help` and the labels of `options` are in English, to be translated when drawn."""

    kind: Kind
    label: str
    name: str = ""  # filled in by the command
    help: str = ""  # why it is asked, with an example
    required: bool = True
    longest: int = TEXT_MAX  # characters
    multiline: bool = False
    options: tuple[Option, ...] = ()
    suggest: Suggest | None = None  # options that depend on what was typed so far
    known: FromContext | None = None  # the answer where the bot has it already: not asked, unless it is empty
    offer: FromContext | None = None  # filled in when the form opens, to be changed or kept
    check: Check | None = None  # a last look at a text: gives the text to keep, or raises Problem
    when: tuple[str, frozenset[str]] | None = None  # asked only after such an answer to another question
    rest: bool = False  # on a typed line, takes all the words that are left
    carried: bool = False  # never asked: buttons and earlier steps carry it

    def asked(self, answers: Mapping[str, str]) -> bool:
        """Whether the question makes sense after the answers given so far."""
        if self.carried:
            return False
        return self.when is None or answers.get(self.when[0], "") in self.when[1]

    @property
    def binds(self) -> bool:
        """Whether only what is among the choices is an answer."""
        return self.kind in (Kind.CHOICE, Kind.MANY)

    def choices(self, ctx: Context, typed: str = "") -> Sequence[Option]:
        """The options, or those that go with what was typed."""
        if any(_forbidden(sign) for sign in typed):  # no name has such signs, and a database may choke on them
            return []
        if self.suggest is not None:
            return self.suggest(ctx, typed)
        return [option for option in self.options if typed.casefold() in _(option.label).casefold()]

    def read(self, ctx: Context, answer: str) -> Any:
        """The value behind an answer: text, date, number, bool, or a tuple. Raises Problem."""
        text = clean(answer, multiline=self.multiline)
        if not text:
            if self.required:
                raise Problem(_("Please answer this one."), self.name)
            return _EMPTY[self.kind]
        try:
            return _READERS[self.kind](self, ctx, text)
        except Problem as problem:
            raise Problem(problem.message, self.name) from None


def clean(answer: str, *, multiline: bool = False) -> str:
    """An answer in composed form, trimmed. Raises Problem for characters that mislead or cannot be shown."""
    if len(answer) > ANSWER_MAX:
        raise Problem(_("That is far too long. Please shorten it."))
    text = unicodedata.normalize("NFC", answer.replace("\r\n", "\n"))
    text = "".join(sign for sign in text if sign not in _INVISIBLE)
    text = text.strip() if multiline else " ".join(text.split(" ")).replace("\t", " ").strip()
    if not multiline:
        text = text.replace("\n", " ")
    if any(_forbidden(sign) for sign in text):
        raise Problem(_("This contains characters that cannot be shown. Please type it again by hand."))
    return text


# Zero-width space, byte-order mark, direction marks: dropped. Joiners (200C, 200D) stay: Persian needs them.
_INVISIBLE = frozenset("\u200b\ufeff\u200e\u200f\u2060\u00ad")
# Overrides and isolates make a line read other than it is (Unicode TR 36, "Bidirectional Text Spoofing").
_MISLEADING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def _forbidden(sign: str) -> bool:
    if sign == "\n":
        return False
    return sign in _MISLEADING or unicodedata.category(sign) in {"Cc", "Cs", "Co"}


def text(
    label: str,
    *,
    help: str = "",
    required: bool = True,
    longest: int = TEXT_MAX,
    multiline: bool = False,
    suggest: Suggest | None = None,
    known: FromContext | None = None,
    offer: FromContext | None = None,
    check: Check | None = None,
    when: tuple[str, Iterable[str]] | None = None,
    rest: bool = False,
) -> str:
    """A question answered in own words, of at most `longest` characters; `suggest` offers, it does not bind."""
    field = Field(
        kind=Kind.TEXT,
        label=label,
        help=help,
        required=required,
        longest=longest,
        multiline=multiline,
        suggest=suggest,
        known=known,
        offer=offer,
        check=check,
        when=_when(when),
        rest=rest,
    )
    return cast(str, field)


def choice(
    label: str,
    options: Iterable[tuple[str, str]] = (),
    *,
    help: str = "",
    required: bool = True,
    suggest: Suggest | None = None,
    known: FromContext | None = None,
    offer: FromContext | None = None,
    when: tuple[str, Iterable[str]] | None = None,
) -> str:
    """One of `options` (pairs of value and label), or one of what `suggest` knows."""
    field = Field(
        kind=Kind.CHOICE,
        label=label,
        help=help,
        required=required,
        options=tuple(Option(*pair) for pair in options),
        suggest=suggest,
        known=known,
        offer=offer,
        when=_when(when),
    )
    return cast(str, field)


def many(
    label: str,
    options: Iterable[tuple[str, str]],
    *,
    help: str = "",
    required: bool = True,
) -> tuple[str, ...]:
    """Some of `options`; a tuple of their values."""
    field = Field(
        kind=Kind.MANY,
        label=label,
        help=help,
        required=required,
        options=tuple(Option(*pair) for pair in options),
        longest=LONG_TEXT_MAX,
    )
    return cast(tuple[str, ...], field)


def person(label: str, *, suggest: Suggest, help: str = "", required: bool = True) -> str:
    """Somebody: the uid of a known person, or the Place (`platform:community:@account`) of a mentioned account."""
    return cast(str, Field(kind=Kind.PERSON, label=label, help=help, required=required, suggest=suggest))


def channels(
    label: str,
    *,
    help: str = "",
    required: bool = True,
    known: FromContext | None = None,
    offer: FromContext | None = None,
) -> tuple[Place, ...]:
    """One or more channels of the coalition's communities."""
    field = Field(
        kind=Kind.CHANNELS,
        label=label,
        help=help,
        required=required,
        known=known,
        offer=offer,
        longest=LONG_TEXT_MAX,
    )
    return cast(tuple[Place, ...], field)


def yes_no(label: str, *, help: str = "", required: bool = True, known: FromContext | None = None) -> bool:
    """Yes or no; `known` gives "yes" or "no"."""
    field = Field(kind=Kind.YES, label=label, help=help, required=required, options=YES_NO, known=known)
    return cast(bool, field)


@overload
def day(label: str, *, help: str = "", required: Literal[True] = True) -> date: ...
@overload
def day(label: str, *, help: str = "", required: Literal[False]) -> date | None: ...
def day(label: str, *, help: str = "", required: bool = True) -> date | None:
    """A calendar day; a past one is not refused here."""
    return cast(date, Field(kind=Kind.DAY, label=label, help=help, required=required))


@overload
def number(label: str, *, help: str = "", required: Literal[True] = True) -> int: ...
@overload
def number(label: str, *, help: str = "", required: Literal[False]) -> int | None: ...
def number(label: str, *, help: str = "", required: bool = True) -> int | None:
    """A whole number."""
    return cast(int, Field(kind=Kind.NUMBER, label=label, help=help, required=required, longest=9))


def carried(known: FromContext | None = None) -> str:
    """An answer that is never asked: the bot's own buttons carry it, or it is `known`.

    It may be forged: check it in `run`.
    """
    field = Field(kind=Kind.TEXT, label="", required=False, carried=True, known=known, longest=LONG_TEXT_MAX)
    return cast(str, field)


YES_NO = (Option("yes", N_("Yes")), Option("no", N_("No")))


def nearest(typed: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """The names that look most like what was typed, the best first."""
    found = process.extract(
        typed[:TEXT_MAX],
        list(names),
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=limit,
        score_cutoff=SIMILAR,
    )
    return [name for name, _score, _index in found]


def pick(options: Iterable[Option], typed: str) -> Option | None:
    """The option that somebody means who typed its value, or its label in any case."""
    folded = _straight(typed)
    by_label = None
    for option in options:
        if option.value == typed:
            return option
        if _straight(_(option.label)) == folded:
            by_label = by_label or option
    return by_label


def _straight(name: str) -> str:
    """In one case, with the apostrophe of keyboards: phones write another."""
    return name.casefold().replace("’", "'")


def _when(condition: tuple[str, Iterable[str]] | None) -> tuple[str, frozenset[str]] | None:
    return (condition[0], frozenset(condition[1])) if condition else None


def _read_text(field: Field, ctx: Context, typed: str) -> str:
    if len(typed) > field.longest:
        message = n_(
            "Please keep this to {longest} character; it has {length}.",
            "Please keep this to {longest} characters; it has {length}.",
            field.longest,
        )
        raise Problem(message.format(longest=field.longest, length=len(typed)))
    return field.check(typed) if field.check else typed


def _read_choice(field: Field, ctx: Context, typed: str) -> str:
    found = pick(field.choices(ctx, typed), typed) or pick(field.choices(ctx), typed)
    if found:
        return found.value
    names = [_(option.label) for option in field.choices(ctx)]
    close = nearest(typed, names)
    shown = typed if len(typed) <= TEXT_MAX else typed[:TEXT_MAX] + "…"
    if close:
        near = _("“{typed}” is not among the choices. Did you mean {nearest}?")
        raise Problem(near.format(typed=shown, nearest=_(" or ").join(close)))
    if names and len(names) <= 10:
        few = _("“{typed}” is not among the choices. They are: {choices}.")
        raise Problem(few.format(typed=shown, choices=", ".join(names)))
    raise Problem(_("“{typed}” is not among the choices.").format(typed=shown))


def _read_many(field: Field, ctx: Context, typed: str) -> tuple[str, ...]:
    parts = [part.strip() for part in typed.replace("\n", ",").split(",")]
    return tuple(dict.fromkeys(_read_choice(field, ctx, part) for part in parts if part))


def _read_day(field: Field, ctx: Context, typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        pass
    from coalition_bot.phrases import Understood, read  # dateparser is slow to import

    understood = read(typed, now=ctx.now, zone=ctx.zone if ctx.founded else "UTC", languages=(language(),))
    if isinstance(understood, Understood):
        return understood.moment.wall.date()
    raise Problem(_("I can't read “{typed}” as a day. Try 14 March 2027.").format(typed=typed[:TEXT_MAX]))


def _read_number(field: Field, ctx: Context, typed: str) -> int:
    if not typed.isdecimal() or len(typed) > field.longest:
        raise Problem(_("Please give a whole number, such as 12."))
    return int(typed)


def _read_yes(field: Field, ctx: Context, typed: str) -> bool:
    return _read_choice(field, ctx, typed) == "yes"


def _read_channels(field: Field, ctx: Context, typed: str) -> tuple[Place, ...]:
    parts = dict.fromkeys(typed.replace(",", " ").split())
    if len(parts) > CHANNELS_MAX:
        raise Problem(_("Please choose at most {count} channels.").format(count=CHANNELS_MAX))
    return tuple(dict.fromkeys(_place(part, ctx) for part in parts))


def _place(part: str, ctx: Context) -> Place:
    try:
        place = Place.parse(part)
    except ValueError:
        here = {"here", _("here")}
        if part.casefold() in here and not ctx.place.private:
            return ctx.place
        named = _named(ctx, part, private=False)
        if named is None:
            hint = _("I don't know the channel “{typed}”. Pick it from the list, or write “here” for this channel.")
            raise Problem(hint.format(typed=part[:TEXT_MAX])) from None
        place = named
    if place.private or not ours(ctx, place):
        raise Problem(_("That channel is not one of this coalition's. Please pick another."))
    return place


def ours(ctx: Context, place: Place) -> bool:
    """Whether a place lies in one of the coalition's communities; before there is a coalition, in this one."""
    if max(len(place.channel), len(place.account)) > ACCOUNT_MAX:
        return False
    if not ctx.founded:
        return (place.platform, place.community) == (ctx.place.platform, ctx.place.community)
    found = find_community(ctx.session, place.platform, place.community)
    return found is not None and found.coalition_id == ctx.coalition.id


def _read_person(field: Field, ctx: Context, typed: str) -> str:
    try:
        place = Place.parse(typed)
    except ValueError:
        named = _named(ctx, typed, private=True)
        if named is None:
            return _read_choice(field, ctx, typed)
        place = named
    if not place.private or not ours(ctx, place):
        raise Problem(_("I don't know this person. Pick somebody from this coalition."))
    return str(place)


def _named(ctx: Context, typed: str, *, private: bool) -> Place | None:
    """The channel, or (`private`) the account, that the platform says is called as somebody typed it."""
    wanted = _straight(typed).lstrip("#@")
    called = (Place.parse(place) for place, name in ctx.names.items() if _straight(name).lstrip("#@") == wanted)
    return next((place for place in called if place.private is private), None)


_READERS: dict[Kind, Callable[[Field, Context, str], Any]] = {
    Kind.TEXT: _read_text,
    Kind.CHOICE: _read_choice,
    Kind.MANY: _read_many,
    Kind.DAY: _read_day,
    Kind.NUMBER: _read_number,
    Kind.YES: _read_yes,
    Kind.CHANNELS: _read_channels,
    Kind.PERSON: _read_person,
}
_EMPTY: dict[Kind, Any] = {
    Kind.TEXT: "",
    Kind.CHOICE: "",
    Kind.MANY: (),
    Kind.DAY: None,
    Kind.NUMBER: None,
    Kind.YES: False,
    Kind.CHANNELS: (),
    Kind.PERSON: "",
}
