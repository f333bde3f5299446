"""One question of a command, as it is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from coalition_bot.context import Context
from coalition_bot.fields.basics import Kind, Option
from coalition_bot.fields.cleaning import forbidden
from coalition_bot.words import _

TEXT_MAX = 200
LONG_TEXT_MAX = 2000

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
    most: int = 0  # bytes of a file
    endings: tuple[str, ...] = ()  # of a file's name, such as "csv"; empty for any
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
        if any(forbidden(sign) for sign in typed):  # no name has such signs, and a database may choke on them
            return []
        if self.suggest is not None:
            return self.suggest(ctx, typed)
        return [option for option in self.options if typed.casefold() in _(option.label).casefold()]
