"""Reads a typed line, such as `join housing issue="no heating"`, into answers to a command's questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coalition_bot.command import Spec
from coalition_bot.context import Context
from coalition_bot.fields import Field, Kind, pick

_QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“", "«": "»"}
_NAMED = re.compile(r"([a-z_]+)=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of the line: maybe named, maybe quoted."""

    text: str
    name: str = ""
    quoted: bool = False


def words(line: str) -> list[Word]:
    """Split at spaces, but not inside quotation marks; an apostrophe is an ordinary letter."""
    return list(_split(line))


def answers(spec: Spec, line: Sequence[Word], ctx: Context) -> dict[str, str]:
    """Which word answers which question: named ones by name, the others in the order of the questions."""
    asked = {field.name for field in spec.fields if not field.carried}
    given = {word.name: word.text for word in line if word.name in asked}
    left = [word if word.name in asked else _unnamed(word) for word in line]
    left = [word for word in left if not word.name]
    typed = [field for field in spec.fields if not field.carried and field.kind is not Kind.FILE]
    open_fields = [field for field in typed if field.name not in given]
    while left and open_fields:
        field = open_fields.pop(0)
        count = _take(field, left, ctx, last=not open_fields)
        given[field.name] = " ".join(word.text for word in left[:count])
        left = left[count:]
    return given


def _take(field: Field, left: Sequence[Word], ctx: Context, *, last: bool) -> int:
    """How many of the words belong to the next question."""
    if left[0].quoted and not field.rest:
        return 1
    if field.rest or last:
        return len(left)
    if field.kind in (Kind.CHOICE, Kind.PERSON) and field.suggest:
        # "criminal justice" is one group though it is two words: the longest known name wins.
        for count in range(min(len(left), 6), 1, -1):
            typed = " ".join(word.text for word in left[:count])
            if pick(field.choices(ctx, typed), typed):
                return count
    return 1


def _unnamed(word: Word) -> Word:
    return Word(f"{word.name}={word.text}" if word.name else word.text, quoted=word.quoted)


def _split(line: str) -> Iterator[Word]:
    at = 0
    while at < len(line):
        if line[at].isspace():
            at += 1
            continue
        named = _NAMED.match(line, at)
        name = named.group(1).lower() if named else ""
        at = named.end() if named else at
        closing = _QUOTES.get(line[at : at + 1], "")
        end = line.find(closing, at + 1) if closing else -1
        if end > 0:
            yield Word(line[at + 1 : end], name, quoted=True)
            at = end + 1
            continue
        start = at
        while at < len(line) and not line[at].isspace():
            at += 1
        yield Word(line[start:at], name)
