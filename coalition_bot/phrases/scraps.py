"""A phrase as it is used up: tidied once, then every reader takes away the words that it understands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache, partial

from coalition_bot.moments import plain
from coalition_bot.phrases.results import Refused, Stop
from coalition_bot.phrases.tongue import Tongue
from coalition_bot.words import _

PHRASE_MAX = 200  # longer than any date; keeps every pattern's work small
TAKEN = "|"  # stands where words were taken, so that their neighbours do not join
ZONE = "~"  # the same for a zone

_HARMLESS = dict.fromkeys(map(ord, "\u200b\u200e\u200f\ufeff\u00ad\u2060"))  # copied along from web pages
_LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("’‘ʼ´`′", "'"),
        **dict.fromkeys('()[]{}"“”«»;!?', " "),
        **dict.fromkeys(TAKEN + ZONE + "\\", "\x00"),
        "º": "°",
        "：": ":",
    }
)
_HALVES_OF_DAY = re.compile(r"(?i)(?<=[\d\s])([ap])\s?\.?\s?m\b\.?")
_LETTERS_WITH_DOTS = re.compile(r"\b((?:[A-Z]\.){2,})")
_ISO = re.compile(
    r"\b(\d{4}-\d{2}-\d{2})[Tt](\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?(?:([+-]\d\d:?\d\d)|(?=\D|$))", re.ASCII
)
_PLUS_OFFSET = re.compile(r"(\d:\d\d)(?::\d\d)? ?(\+\d\d:?\d\d)\b", re.ASCII)
_STUCK = re.compile(r"(?<=\d)(?=(?:Z|UTC|GMT|CET|CEST|ET|EST|EDT)\b)")
_SPREAD_OFFSET = re.compile(r"(?i)\b(utc|gmt)\s?([+-])\s?(?=\d{1,2}(?!\d|\s?[/.]))")
_LIST_COMMA = re.compile(r",(?!\d)|(?<!\d),|,(?=\d{4})")
_WORD_DOT = re.compile(r"(?<=[^\W\d_])\.(?!\w\.)|\.(?=\s*$)")


def tidy(raw: str) -> str:
    """The phrase on one line with plain punctuation, in its own case. Raises Stop for what no person types."""
    if len(raw) > PHRASE_MAX:
        reason = _("That is too long for a day and a time.")
        raise Stop(Refused(reason, example()))
    text = unicodedata.normalize("NFC", raw.translate(_HARMLESS))
    text = " ".join(unicodedata.normalize("NFKC", text.translate(_LOOKALIKES)).split())
    if any(unicodedata.category(mark) in ("Cc", "Cf", "Co", "Cs", "Cn") for mark in text):
        raise Stop(Refused(_("There are signs in it that I can't read."), example()))
    if not text:
        raise Stop(Refused(_("No day and no time were given."), example()))
    for pattern, better in _REWRITES:
        text = pattern.sub(better, text)
    return " ".join(_LIST_COMMA.sub(" ", text).split())


def example() -> str:
    """What to try."""
    return _("Try “3 October 17:00 Geneva time” or “Friday 5pm”.")


def _iso(match: re.Match[str]) -> str:
    return f"{match[1]} {match[2]}" + (f" UTC{match[3]}" if match[3] else "")


_REWRITES = (
    (_ISO, _iso),
    (_PLUS_OFFSET, r"\1 UTC\2"),
    (_HALVES_OF_DAY, lambda match: f"{match[1].lower()}m"),
    (_LETTERS_WITH_DOTS, lambda match: match[1].replace(".", "")),
    (_STUCK, " "),
    (_SPREAD_OFFSET, r"\1\2"),
    (_WORD_DOT, " "),
    (re.compile("@"), " @ "),
)


class Scraps:
    """Plain text that gets shorter: whoever understands a part takes it away, and nothing is read twice."""

    def __init__(self, text: str, tongue: Tongue) -> None:
        self.tongue = tongue
        self.text = f" {_digits(plain(text), tongue)} "

    def take(self, pattern: str) -> re.Match[str] | None:
        """The first match between word borders, taken away. An empty pattern matches nothing."""
        if not pattern:
            return None
        match = compiled(pattern).search(self.text)
        if match is not None:
            self.text = f"{self.text[: match.start()].rstrip()} {TAKEN} {self.text[match.end() :].lstrip()}"
        return match

    def swap(self, pattern: str, word: str) -> None:
        """Put a word in the place of a match."""
        self.text = compiled(pattern).sub(f" {word} ", self.text, count=1)

    def add(self, word: str) -> None:
        """Put a word in, in place of some that were taken."""
        self.text += f"{word} "

    def take_any(self, patterns: Iterable[str]) -> re.Match[str] | None:
        """The first match of the first pattern that has one."""
        return next((match for match in map(self.take, patterns) if match), None)

    def take_key(self, table: Mapping[str, object]) -> str | None:
        """The key of the table, itself a pattern, that was found and taken away; the longest first."""
        for key in sorted(table, key=len, reverse=True):
            if self.take(key):
                return key
        return None

    def part_day_from_time(self) -> None:
        """ "October 3 - 5pm": the dash parts a day from a time; spans are read from the untouched phrase."""
        ends = rf"\b\d{{4}}|\d{{1,2}}{self.tongue.ordinal}"
        if self.tongue.month_first:
            ends += rf"|{any_of(self.tongue.months)} \d{{1,2}}"
        self.text = re.sub(rf"({ends}) - (?=\d)", r"\1 ", self.text)

    def rest(self) -> list[str]:
        """The words that nobody understood and that mean something."""
        words = self.text.replace(TAKEN, " ").replace(ZONE, " ").split()
        return [word for word in words if word.strip("-/.,':") and word.strip(".,:") not in self.tongue.fillers]


_compiled: dict[str, re.Pattern[str]] = {}


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern between word borders; patterns come from tables, so there are only so many."""
    if pattern not in _compiled:
        _compiled[pattern] = re.compile(rf"(?<![\w°])(?:{pattern})(?![\w°])", re.ASCII)
    return _compiled[pattern]


@lru_cache
def vocabulary(tongue: Tongue) -> frozenset[str]:
    """The single words that mean days, months, numbers and spans in a language."""
    tables = (tongue.months, tongue.weekdays, tongue.numbers, tongue.ordinals, tongue.units, tongue.day_shifts)
    return frozenset(word for table in tables for word in table if " " not in word)


def any_of(words: Iterable[str]) -> str:
    """An alternation of words, the longest first."""
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


def _digits(text: str, tongue: Tongue) -> str:
    """Number words as digits: "two weeks" as "2 weeks", "the third" as "the 3th"."""
    for words, suffix in ((tongue.ordinals, tongue.nth), (tongue.numbers, "")):
        if words:
            text = compiled(any_of(words)).sub(partial(_as_digits, tongue, words, suffix), text)
    return text


def _as_digits(tongue: Tongue, words: Mapping[str, int], suffix: str, match: re.Match[str]) -> str:
    """The word as digits; "sept", a month too, only before a unit or a month."""
    following = match.string[match.end() :].split(maxsplit=1)
    counts = bool(following) and (following[0] in tongue.units or following[0] in tongue.months)
    return match[0] if match[0] in tongue.months and not counts else f"{words[match[0]]}{suffix}"
