"""How a command's author words a question; each function stands for the value that `run` will find."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal, cast, overload

from coalition_bot.fields.basics import Kind, Option
from coalition_bot.fields.field import LONG_TEXT_MAX, TEXT_MAX, Check, Field, FromContext, Suggest
from coalition_bot.people import Place
from coalition_bot.uploads import UPLOAD_MAX, Upload
from coalition_bot.words import N_


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


def person(
    label: str, *, suggest: Suggest, help: str = "", required: bool = True, offer: FromContext | None = None
) -> str:
    """Somebody: the uid of a known person, or the Place (`platform:community:@account`) of a mentioned account."""
    return cast(str, Field(kind=Kind.PERSON, label=label, help=help, required=required, suggest=suggest, offer=offer))


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
def number(label: str, *, help: str = "", required: Literal[True] = True, known: FromContext | None = None) -> int: ...
@overload
def number(label: str, *, help: str = "", required: Literal[False], known: FromContext | None = None) -> int | None: ...
def number(label: str, *, help: str = "", required: bool = True, known: FromContext | None = None) -> int | None:
    """A whole number."""
    return cast(int, Field(kind=Kind.NUMBER, label=label, help=help, required=required, longest=9, known=known))


@overload
def attachment(
    label: str, *, help: str = "", required: Literal[True] = True, most: int = UPLOAD_MAX, endings: Iterable[str] = ()
) -> Upload: ...
@overload
def attachment(
    label: str, *, help: str = "", required: Literal[False], most: int = UPLOAD_MAX, endings: Iterable[str] = ()
) -> Upload | None: ...
def attachment(
    label: str, *, help: str = "", required: bool = True, most: int = UPLOAD_MAX, endings: Iterable[str] = ()
) -> Upload | None:
    """A file of at most `most` bytes, whose name has one of `endings` (such as "csv", in small letters), if given.

    What is in it is for `run` to read. To carry it on behind a button, give the button its token.
    """
    field = Field(kind=Kind.FILE, label=label, help=help, required=required, most=most, endings=tuple(endings))
    return cast(Upload, field)


def carried(known: FromContext | None = None) -> str:
    """An answer that is never asked: the bot's own buttons carry it, or it is `known`.

    It may be forged: check it in `run`.
    """
    field = Field(kind=Kind.TEXT, label="", required=False, carried=True, known=known, longest=LONG_TEXT_MAX)
    return cast(str, field)


YES_NO = (Option("yes", N_("Yes")), Option("no", N_("No")))


def _when(condition: tuple[str, Iterable[str]] | None) -> tuple[str, frozenset[str]] | None:
    return (condition[0], frozenset(condition[1])) if condition else None
