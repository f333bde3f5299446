"""Days in languages without words of their own here: dateparser's answer, kept only where it can be checked."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from coalition_bot.phrases.days import YEARS_AHEAD, Days, next_year

_SHIFT = timedelta(days=28)  # keeps the weekday, changes the month: tells "tomorrow" from "4 March"
_LETTERS = re.compile(r"[^\W\d_]{3,}")


def foreign_day(words: str, language: str, today: date) -> Days | None:
    """The day that words in `language` (ISO 639) name when said on `today`, or None where that is not certain.

    The words come without zone and time of day, which dateparser reads wrongly. It is asked on two days: a date
    has to stay and to repeat the digits of the words, a relative day has to move along.
    """
    if not _LETTERS.search(words) or language not in _languages():
        return None
    found, again = _asked(words, language, today), _asked(words, language, today + _SHIFT)
    if found is None or again is None or abs((found - today).days) > 366 * YEARS_AHEAD:
        return None
    numbers = [int(number) for number in re.findall(r"\d+", words)]
    if not numbers and again - found == _SHIFT:
        return Days((found,), relative=True)
    if numbers == [found.day, found.year] and found == again:
        return Days((found,))
    if numbers == [found.day] and (found.day, found.month) == (again.day, again.month):
        return Days((found,), yearless=True) if found.year == today.year else next_year(found)
    return None


def _asked(words: str, language: str, today: date) -> date | None:
    import dateparser  # type: ignore[import-untyped]  # a quarter of a second: only where a phrase needs it

    answer = dateparser.parse(
        words,
        languages=[language],
        settings={
            "RELATIVE_BASE": datetime(today.year, today.month, today.day),
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": "DMY",
            "REQUIRE_PARTS": ["day", "month"] if re.search(r"\d", words) else [],
            "RETURN_AS_TIMEZONE_AWARE": False,
        },
    )
    return answer.date() if answer else None


@lru_cache
def _languages() -> frozenset[str]:
    from dateparser.data.languages_info import language_order  # type: ignore[import-untyped]

    return frozenset(language_order)
