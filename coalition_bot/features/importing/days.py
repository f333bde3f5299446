"""Days as sheets have them: real dates, Excel's numbers, ISO, figures in either order, and months as words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache

from coalition_bot.features.importing.columns import words_of
from coalition_bot.features.importing.reading import Cell
from coalition_bot.fields import Problem
from coalition_bot.moments import Moment
from coalition_bot.words import _

FIRST_YEAR = 1990  # whatever is older is no sign-up
NOON = time(12)  # of a day without an hour: the same day for readers in most zones
LANGUAGES = ("en", "es", "fr")

_EXCELS_ZERO = datetime(1899, 12, 30)
_SERIAL = re.compile(r"[2-9]\d{4}(\.\d+)?")  # 20000 is in 1954, 99999 in 2173
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})(?P<rest>.*)")
_FIGURES = re.compile(r"(?P<one>\d{1,2})(?P<sign>[-/.])(?P<two>\d{1,2})(?P=sign)(?P<year>\d{4}|\d{2})(?P<rest>.*)")
_CLOCK = re.compile(
    r"[T,\s]*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?\s?m\.?)?\s*"
    r"(?P<zone>Z|(?:GMT|UTC)?(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d{2})?|GMT|UTC)?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"(?P<words>.*?\d{4})(?P<rest>[T,\s]+\d{1,2}:.*)?")


def day_first(cells: Iterable[Cell]) -> bool | None:
    """Whether a column writes 31/12 or 12/31, as far as its cells tell; None where they don't, or disagree."""
    orders = set()
    for cell in cells:
        found = _FIGURES.fullmatch(cell.strip()) if isinstance(cell, str) else None
        if found and (int(found["one"]) > 12) != (int(found["two"]) > 12):
            orders.add(int(found["one"]) > 12)
    return orders.pop() if len(orders) == 1 else None


def read_day(cell: Cell, zone: str, first: bool | None) -> datetime:
    """The aware UTC instant that a cell means, in the named zone unless it names an offset; `first` as above.

    Raises Problem for what is no date, or could be two.
    """
    shown = str(cell).strip()[:40]
    try:
        wall = _wall(cell, first)
    except (ValueError, OverflowError):
        raise Problem(_("I can't read “{date}” as a date. Try 2019-10-31.").format(date=shown)) from None
    if wall.year < FIRST_YEAR:
        raise Problem(_("“{date}” cannot be the date of a sign-up.").format(date=shown))
    return wall.astimezone(UTC) if wall.tzinfo else Moment(wall, zone).instant


def _wall(cell: Cell, first: bool | None) -> datetime:
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, NOON)
    text = cell.strip()
    if _SERIAL.fullmatch(text):
        return _serial(float(text))
    if found := _YEAR_FIRST.fullmatch(text):
        return _at(date(*(int(found[part]) for part in ("year", "month", "day"))), found["rest"])
    if found := _FIGURES.fullmatch(text):
        return _at(_from_figures(found, first, text), found["rest"])
    return _in_words(text)


def _serial(days: float) -> datetime:
    """Excel counts days; whole ones have no hour."""
    day = _EXCELS_ZERO + timedelta(days=days)
    return datetime.combine(day, NOON) if days.is_integer() else day.replace(microsecond=0)


def _from_figures(found: re.Match[str], first: bool | None, text: str) -> date:
    one, two, year = int(found["one"]), int(found["two"]), int(found["year"])
    year += 2000 if year < 100 else 0
    if one > 12 or found["sign"] == ".":  # with dots the day comes first everywhere
        return date(year, two, one)
    if two > 12:
        return date(year, one, two)
    if first is None and one != two:
        ways = date(year, two, one).isoformat(), date(year, one, two).isoformat()
        say = _("“{date}” may be {one} or {two}. Please write it like one of these.")
        raise Problem(say.format(date=text[:40], one=ways[0], two=ways[1]))
    return date(year, two, one) if first else date(year, one, two)


def _in_words(text: str) -> datetime:
    """3 October 2019, Oct. 3rd, 2019, 3 de octubre de 2019, mardi 3 octobre 2019."""
    found = _WORDS.fullmatch(text)
    words = words_of(found["words"]) if found else []
    figures = [int(figure) for word in words if (figure := re.sub(r"(st|nd|rd|th|er)$", "", word)).isdecimal()]
    months = {_months()[word] for word in words if word in _months()}
    if found is None or len(figures) != 2 or len(months) != 1:
        raise ValueError("no day in words")
    day, year = figures
    return _at(date(year, months.pop(), day), found["rest"] or "")


def _at(day: date, rest: str) -> datetime:
    if not rest.strip():
        return datetime.combine(day, NOON)
    found = _CLOCK.fullmatch(rest.strip())
    if not found:
        raise ValueError("no hour")
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].casefold().startswith("p") else 0)
    wall = datetime.combine(day, time(hour, int(found["minute"]), int(found["second"] or 0)))
    return wall.replace(tzinfo=_offset(found)) if found["zone"] else wall


def _offset(found: re.Match[str]) -> timezone:
    if not found["sign"]:
        return UTC
    span = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return timezone(span if found["sign"] == "+" else -span)


@lru_cache
def _months() -> Mapping[str, int]:
    """The names of the months, whole and short, as `words_of` writes them."""
    from babel.dates import get_month_names

    return {
        " ".join(words_of(name)): number
        for language in LANGUAGES
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale=language).items()
    } | {"sept": 9}
