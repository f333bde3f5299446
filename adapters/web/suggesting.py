"""What is suggested while somebody types a line: commands first, then answers to the question being typed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from coalition_bot import handbook, line
from coalition_bot.command import Spec
from coalition_bot.fields import Field, Kind, Option
from coalition_bot.words import _

COMMANDS_SHOWN = 30
NAMED_BY_OPTIONS = (Kind.CHOICE, Kind.PERSON)  # a known name may be several words

Ask = Callable[[Spec, Field, str], Awaitable[Sequence[Option]]]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line of the list: taking it makes the whole text `text`."""

    text: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The list, and a sentence on what is being typed."""

    options: Sequence[Suggestion] = ()
    hint: str = ""


async def suggest(specs: Sequence[Spec], typed: str, prefix: str, ask: Ask) -> Suggestions:
    """For the text so far; `ask` finds the options of a question. Nothing for a text without a slash in front."""
    if not typed.startswith("/"):
        return Suggestions()
    spec = next((spec for spec in specs if typed.casefold().startswith(f"/{prefix}{spec.name} ")), None)
    if spec is None:
        return Suggestions(_commands(specs, typed, prefix))
    start = f"/{prefix}{spec.name} "
    return await _answers(spec, start, typed[len(start) :], prefix, ask)


def _commands(usable: Sequence[Spec], typed: str, prefix: str) -> list[Suggestion]:
    """The commands that begin as typed; then those with the word somewhere in name or help."""
    wanted = typed.casefold().removeprefix("/").removeprefix(prefix).strip()
    first = [spec for spec in usable if spec.name.startswith(wanted)]
    help_has = [spec for spec in usable if wanted in f"{spec.name} {_(spec.help).casefold()}"]
    chosen = dict.fromkeys([*first, *help_has])
    return [
        Suggestion(f"/{prefix}{spec.name} ", f"/{prefix}{spec.name}", _(spec.help))
        for spec in list(chosen)[:COMMANDS_SHOWN]
    ]


async def _answers(spec: Spec, start: str, rest: str, prefix: str, ask: Ask) -> Suggestions:
    if not any(not field.carried for field in spec.fields):
        return Suggestions(hint=_(spec.help))
    field, before, typed, found = await _being_typed(spec, rest, ask)
    if field is None:
        return Suggestions(hint=handbook.usage(spec, prefix))
    options = [
        Suggestion(f"{start}{before}{_written(field, option)} ", _(option.label))
        for option in found
        if option.value != typed
    ]
    hint = f"{_(field.label)}: {_(field.help)}" if field.help else _(field.label)
    return Suggestions(options, hint)


async def _being_typed(spec: Spec, rest: str, ask: Ask) -> tuple[Field | None, str, str, Sequence[Option]]:
    """The question, what stands before its answer, the answer so far, and its options."""
    words = line.words(rest)
    typing = not rest.endswith(" ") and bool(words)
    current = words[-1] if typing else line.Word("")
    named = {word.name for word in words if spec.field(word.name)}
    if current.name in named:
        field = spec.field(current.name)
        cut = rest.rfind(f"{current.name}=") + len(current.name) + 1
        return field, rest[:cut], current.text, await _options(spec, field, current.text, ask)
    left = [word for word in words if word.name not in named]
    typed_ones = [field for field in spec.fields if not field.carried and field.kind is not Kind.FILE]
    fields = [field for field in typed_ones if field.name not in named]
    while fields:
        field = fields.pop(0)
        last = field.rest or not fields
        if not left or (len(left) == 1 and typing) or last:
            typed = " ".join(word.text for word in left)
            return field, _before(rest, left), typed, await _options(spec, field, typed, ask)
        if field.kind in NAMED_BY_OPTIONS and not left[0].quoted and typing:
            typed = " ".join(word.text for word in left)
            found = await _options(spec, field, typed, ask)
            if found:
                return field, _before(rest, left), typed, found
        left = left[1:]
    return None, rest, "", ()


async def _options(spec: Spec, field: Field | None, typed: str, ask: Ask) -> Sequence[Option]:
    return await ask(spec, field, typed) if field is not None else ()


def _before(rest: str, left: Sequence[line.Word]) -> str:
    """The part of the line in front of the words that are left."""
    cut = len(rest)
    for word in reversed(left):
        found = rest.rfind(word.text, 0, cut)
        cut = found - 1 if word.quoted and found > 0 else found
    return rest[: max(cut, 0)]


def _written(field: Field, option: Option) -> str:
    """An answer as one types it: people read the label, in quotation marks where it is several words."""
    text = (option.value if field.kind is Kind.PERSON else _(option.label)).replace('"', "")
    return f'"{text}"' if any(sign.isspace() for sign in text) and not field.rest else text
