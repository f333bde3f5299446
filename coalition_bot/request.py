"""What comes to the door: a request, and which command it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coalition_bot import line
from coalition_bot.buttons import press
from coalition_bot.command import Button, Command, Refusal
from coalition_bot.context import Visitor
from coalition_bot.fields import ANSWER_MAX, Problem, clean, nearest
from coalition_bot.people import NAME_MAX, Place
from coalition_bot.uploads import Attached
from coalition_bot.words import _

HELP = "coalition help"
Commands = Mapping[str, type[Command]]  # by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody did on a platform. One of `line`, `command` or `press` says what they want."""

    id: str  # the platform's own name for this event: the same one twice has one effect
    place: Place  # a direct message may come from no community
    within: frozenset[str] | None = None  # then: the communities in which the visitor is; None where nobody can say
    visitor: Visitor
    line: str = ""  # as typed: "group join housing"
    command: str = ""  # a command's name, with `answers`; with `draft`, a form that was submitted
    press: str = ""  # a button's token
    draft: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Attached] = field(default_factory=dict)  # by question: what the adapter has fetched
    names: Mapping[str, str] = field(default_factory=dict)  # what mentioned places and accounts are called
    community_name: str = ""
    trying: bool = False  # from a place for trying: whatever is founded there is a sample


@dataclass(frozen=True, slots=True)
class Aim:
    """Which command a request means, and what it brings along."""

    command: type[Command]
    answers: Mapping[str, str]
    words: Sequence[line.Word] = ()
    draft: str = ""
    form: bool = False  # open the form, whatever is known
    submitted: bool = False  # a page of the form comes back


def aim(request: Request, commands: Commands, prefix: str) -> Aim:
    """Which of the commands is meant. Raises Refusal, with the nearest ones, for one that does not exist."""
    if request.press:
        pressed = press(request.press)
        return Aim(_find(pressed.command, commands, prefix), pressed.answers, draft=pressed.draft, form=pressed.form)
    if request.line:
        return _aim_line(request.line, commands, prefix)
    command = _find(request.command, commands, prefix)
    return Aim(command, request.answers, draft=request.draft, submitted=bool(request.draft))


def is_command(written: str, commands: Commands, prefix: str) -> bool:
    """Whether what somebody wrote to the bot means a command: it has the slash, or else a command's very words."""
    words = written.removeprefix("/").removeprefix(prefix).casefold().split()
    roots = {command.spec.root for command in commands.values()}
    return written.startswith("/") or " ".join(words[:2]) in commands or (len(words) == 1 and words[0] in roots)


def _aim_line(typed: str, commands: Commands, prefix: str) -> Aim:
    if len(typed) > ANSWER_MAX:
        raise Refusal(_("That is far too long. Please shorten it."))
    found = line.words(typed.strip().removeprefix("/").removeprefix(prefix))
    name = " ".join(word.text for word in found[:2]).casefold()
    if len(found) > 1 and name in commands:
        return Aim(commands[name], {}, words=found[2:])
    root = found[0].text.casefold() if found else HELP.partition(" ")[0]
    if root in commands:
        return Aim(commands[root], {}, words=found[1:])
    if len(found) <= 1 and any(command.spec.root == root for command in commands.values()):
        return Aim(commands[HELP], {"about": root})
    raise _unknown(name, commands, prefix)


def _find(name: str, commands: Commands, prefix: str) -> type[Command]:
    command = commands.get(name)
    if command is None:
        raise _unknown(name, commands, prefix)
    return command


def _unknown(typed: str, commands: Commands, prefix: str) -> Refusal:
    try:
        shown = clean(typed)[:NAME_MAX]
    except Problem:
        shown = "…"
    close = nearest(shown, commands)
    if not close:
        return Refusal(_("I don't know “{typed}”.").format(typed=shown), Button(_("What can I do?"), HELP))
    say = _("I don't know “{typed}”. Did you mean one of these?").format(typed=shown)
    return Refusal(say, *(Button(f"/{prefix}{name}", name) for name in close))
