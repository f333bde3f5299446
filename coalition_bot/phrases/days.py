"""Takes the day out of a phrase: "3 October", "10/4", "next Friday", "in 3 weeks", "end of the month"."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from coalition_bot.moments import day_in_words, weekday_in_words
from coalition_bot.phrases.results import Refused, Stop, Unreadable
from coalition_bot.phrases.scraps import Scraps, any_of
from coalition_bot.words import _

YEARS_AHEAD = 10  # further than the next two reviews of any State is a slip of the finger
_FIRST_YEAR = 1900
_ONE = timedelta(days=1)
_WEEK = timedelta(days=7)
_FRIDAY, _SUNDAY = 4, 6


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a phrase may mean.

    `doubt` is the question to ask where more than one is left, or in any case with `ask`. `roll` gives the next
    day where the first one's time has passed ("Friday 5pm" on a Friday evening); without it a past one is refused,
    or with `yearless` asked about.
    """

    options: tuple[date, ...]
    doubt: str = ""
    ask: bool = False
    passed: tuple[date, ...] = ()  # those that stand for a day that has passed this year
    roll: Callable[[date], date] | None = None
    yearless: bool = False
    relative: bool = False  # depends on what day it is where one is


def take_days(scraps: Scraps, today: date, found: Days | None = None) -> Days | None:
    """The days of a phrase said on `today`, or None where it names none. Raises Stop for one that does not exist.

    `found` are those already read from digits: only a weekday is looked for beside them.
    """
    rewrite_months(scraps, today)
    try:
        found = found or next((days for reader in _READERS if (days := reader(scraps, today))), None)
    except Stop:
        _take_weekday(scraps, dated=True)
        raise
    weekday = _take_weekday(scraps, dated=found is not None)
    if weekday is None:
        return found
    if found is None:
        return Days((_coming(today, weekday),), roll=lambda day: day + _WEEK, relative=True)
    return _checked(found, weekday)


def take_numeric(scraps: Scraps, today: date) -> Days | None:
    """2026-10-03, 03.10.2026, 10/4: written in digits, and read before any time of day."""
    match = scraps.take(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
    if match:
        return Days((exact_day(int(match[1]), int(match[3]), int(match[4]), today),))
    match = scraps.take(r"(\d{1,2})\.(\d{1,2})\.(?:(\d{4}|\d\d)(?!\d|[.:]\d))?") or scraps.take(
        r"(\d{1,2})\. (\d{1,2})\. ?(\d{4})"
    )
    if match:  # every locale of CLDR that writes dots writes the day first
        return _day_of(int(match[1]), int(match[2]), _year(match[3]), today)
    match = scraps.take(r"(\d{1,2})([-/])(\d{1,2})(?:\2(\d{4}|\d\d))?(?! ?[-/] ?\d)(?![:.]\d)")
    if match is None or (match[2] == "-" and not match[4]):
        if match:
            raise Unreadable
        return None
    return _either_way(int(match[1]), int(match[3]), _year(match[4]), today)


def _either_way(first: int, second: int, year: int | None, today: date) -> Days:
    """10/4: the day first or the month first. Asks wherever both exist."""
    tries = ((first, second), (second, first)) if first != second else ((first, second),)
    readings: list[Days] = []
    problem: Stop | None = None
    for day, month in tries:
        try:
            readings.append(_day_of(day, month, year, today))
        except Stop as stop:
            problem = problem or stop
    if not readings:
        raise problem or Unreadable
    if len(readings) == 1:
        return readings[0]
    options = tuple(sorted(day for reading in readings for day in reading.options))
    written = f"{first}/{second}"
    doubt = _("“{written}” can be read in two ways. Which day is meant?").format(written=written)
    return Days(options, doubt, ask=True, passed=tuple(day for reading in readings for day in reading.passed))


def _day_of(day: int, month: int, year: int | None, today: date) -> Days:
    """A day and a month, of that year or of the running one. A past one without a year asks about the next."""
    if year is not None:
        return Days((exact_day(year, month, day, today),))
    try:
        this_year = exact_day(today.year, month, day, today)
    except Stop:
        if (day, month) != (29, 2) or not calendar.isleap(today.year + 1):
            raise
        this_year = date.min
    if this_year >= today:
        return Days((this_year,), yearless=True)
    return next_year(exact_day(today.year + 1, month, day, today))


def next_year(option: date) -> Days:
    """A day without a year has passed: is next year's meant?"""
    doubt = _("That has passed this year. Is {day} meant?").format(day=day_in_words(option))
    return Days((option,), doubt, ask=True, passed=(option,))


def exact_day(year: int, month: int, day: int, today: date) -> date:
    """That date. Raises Stop where the calendar has none, or for a year that is too far away."""
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        raise Stop(Refused(_("There is no such day in the calendar."), _("Write it as “3 October 2027”.")))
    if not _FIRST_YEAR <= year <= today.year + YEARS_AHEAD:
        raise Stop(Refused(_("The year {year} is too far away.").format(year=year), _("Check the year.")))
    last = calendar.monthrange(year, month)[1]
    if day > last:
        shown = day_in_words(date(year, month, last))
        reason = _("There is no such day: that month ends on {day}.").format(day=shown)
        raise Stop(Refused(reason, _("Check the day and the month.")))
    return date(year, month, day)


def _year(written: str | None) -> int | None:
    if written is None:
        return None
    digits = written.strip("' ")
    return int(digits) + (2000 if len(digits) == 2 else 0)


_YEAR = r"(\d{4}|'\d\d|2[5-9]|[3-9]\d)(?![\d:/.]\d)"  # a bare "17" may be an hour


def rewrite_months(scraps: Scraps, today: date) -> None:
    """ "Next year" and "next month" become the year and the month, so that what is said of them can be read."""
    tongue = scraps.tongue
    for words, shift in tongue.years.items():
        scraps.swap(words, str(today.year + shift))
    for words, shift in tongue.month_shifts.items():
        later = today.year * 12 + today.month - 1 + shift
        name = next(name for name, number in tongue.months.items() if number == later % 12 + 1)
        scraps.swap(words, f"{name} {later // 12}")
    scraps.text = f" {' '.join(scraps.text.split())} "


def _named_month(scraps: Scraps, today: date) -> Days | None:
    """3 October, 3rd of October 2026, October 3, el 3 de octubre, le 1er octobre."""
    tongue = scraps.tongue
    if not tongue.months:
        return None
    months, of = any_of(tongue.months), f"(?:{tongue.of})?"
    article = f"(?:{tongue.article})?"
    day = rf"(?<!\d-)(?<!\d - )(?<!\d[/.:])(\d{{1,2}}){tongue.ordinal}?"
    match = scraps.take(rf"{article}{day}[-/ ]?(?:{tongue.of})?({months})[-/ ]?(?:,? ?{of}{_YEAR})?(?! ?- ?\d)")
    if match:
        return _day_of(int(match[1]), tongue.months[match[2]], _year(match[3]), today)
    if not tongue.month_first:
        return None
    later = rf"(?! ?(?:-|{tongue.to}) ?\d)"
    match = scraps.take(rf"({months}) {article}{day}(?![:.h]\d)(?: {of}{_YEAR})?{later}")
    if match and match[1] in tongue.dated_weekdays:
        reason = _("“{word}” is short for a month and for a weekday.").format(word=match[1])
        raise Stop(Refused(reason, _("Write the whole word.")))
    return _day_of(int(match[2]), tongue.months[match[1]], _year(match[3]), today) if match else None


def _nth_weekday(scraps: Scraps, today: date) -> Days | None:
    """The first Monday of October, el ultimo viernes de marzo de 2027."""
    tongue = scraps.tongue
    if not tongue.months:
        return None
    nth = rf"(?:{tongue.article})?(?:([1-4]){tongue.ordinal}|{tongue.final})"
    match = scraps.take(rf"{nth} ({any_of(tongue.weekdays)}) {tongue.of_month}")
    if match:
        this = _nth(today.year, today.month, tongue.weekdays[match[2]], match[1], today)
        later = _month_later(today)
        this = this if this >= today else _nth(later.year, later.month, tongue.weekdays[match[2]], match[1], today)
        return Days((this,), relative=True)
    match = scraps.take(
        rf"{nth} ({any_of(tongue.weekdays)}) {tongue.of}({any_of(tongue.months)})(?: (?:{tongue.of})?{_YEAR})?"
    )
    if match is None:
        return None
    weekday, month, year = tongue.weekdays[match[2]], tongue.months[match[3]], _year(match[4])
    this = _nth(year or today.year, month, weekday, match[1], today)
    if year or this >= today:
        return Days((this,), yearless=not year)
    return next_year(_nth(today.year + 1, month, weekday, match[1], today))


def _nth(year: int, month: int, weekday: int, nth: str | None, today: date) -> date:
    first = exact_day(year, month, 1, today)
    fitting = [day for day in _days_of(first) if day.weekday() == weekday]
    return fitting[int(nth) - 1 if nth else -1]


def _days_of(first: date) -> Iterable[date]:
    return (first + timedelta(days=after) for after in range(calendar.monthrange(first.year, first.month)[1]))


def _end_of(scraps: Scraps, today: date) -> Days | None:
    """End of the month, of October, of the year, of the week."""
    tongue = scraps.tongue
    if not tongue.months:
        return None
    match = scraps.take(rf"{tongue.month_end_of} ?({any_of(tongue.months)})(?: (?:{tongue.of})?{_YEAR})?(?! ?\d)")
    if match:
        month, year = tongue.months[match[1]], _year(match[2])
        last = calendar.monthrange(year if year and 1 <= year <= 9999 else today.year, month)[1]
        return _day_of(last, month, year, today)
    if scraps.take_any(tongue.month_end):
        last = calendar.monthrange(today.year, today.month)[1]
        return Days((today.replace(day=last),), relative=True)
    if scraps.take_any(tongue.year_end):
        return Days((date(today.year, 12, 31),), relative=True)
    return _end_of_week(scraps, today)


def _end_of_week(scraps: Scraps, today: date) -> Days | None:
    later = bool(scraps.take_any(scraps.tongue.next_week_end))
    if not later and not scraps.take_any(scraps.tongue.week_end):
        return None
    monday = today - timedelta(days=today.weekday()) + later * _WEEK
    options = tuple(monday + timedelta(days=weekday) for weekday in (_FRIDAY, _SUNDAY))
    doubt = _("Does the week end on Friday or on Sunday?")
    return Days(tuple(day for day in options if day >= today), doubt, relative=True)


def _day_of_month(scraps: Scraps, today: date) -> Days | None:
    """The 15th, el dia 15, le 15, viernes 15: of this month, or of the next one where it has passed."""
    tongue = scraps.tongue
    if not tongue.article:
        return None
    number = _take_number(scraps)
    if number is None:
        return None
    if not 1 <= number <= 31:
        raise Stop(Refused(_("There is no such day in the calendar."), _("Write it as “3 October 2027”.")))
    month = today if number >= today.day else _month_later(today)
    day = _with_number(month, number)
    if day is None:
        day = _following(month, number)
        return Days((day,), _("That month is shorter. Is {day} meant?").format(day=day_in_words(day)), ask=True)
    return Days((day,), roll=lambda passed: _following(passed, number), relative=True)


def _take_number(scraps: Scraps) -> int | None:
    tongue, guard = scraps.tongue, r"(?! ?[-/.:\d])"
    of_month = rf"(?: {tongue.of_month})?"
    if tongue.code == "en":
        match = scraps.take(rf"(?:{tongue.article})?(\d{{1,2}}){tongue.ordinal}{of_month}{guard}")
        return int(match[1]) if match else None
    match = scraps.take(rf"{tongue.article}(\d{{1,2}}){tongue.ordinal}?{of_month}{guard}")
    if match:
        return int(match[1])
    match = scraps.take(rf"({any_of({**tongue.weekdays, **tongue.dated_weekdays})}) (\d{{1,2}}){guard}")
    if match:
        scraps.add(match[1])
    return int(match[2]) if match else None


def _following(day: date, number: int) -> date:
    """That day of the next month that has it."""
    month = _month_later(day)
    return _with_number(month, number) or _following(month, number)


def _month_later(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _with_number(month: date, number: int) -> date | None:
    last = calendar.monthrange(month.year, month.month)[1]
    return month.replace(day=number) if number <= last else None


def _near_day(scraps: Scraps, today: date) -> Days | None:
    """Today, tomorrow, pasado manana."""
    key = scraps.take_key(scraps.tongue.day_shifts)
    if key is None:
        return None
    return Days((today + timedelta(days=scraps.tongue.day_shifts[key]),), relative=True)


def _told_weekday(scraps: Scraps, today: date) -> Days | None:
    """Next Friday, this Friday, Friday week, Friday of next week, last Friday."""
    for patterns, reader in (
        ("next_week_day", _of_next_week),
        ("this_week_day", _of_this_week),
        ("day_after_next", _after_next),
        ("day_week", _a_week_later),
        ("next_day", _next),
        ("this_day", _this),
        ("last_day", _last),
    ):
        for pattern in getattr(scraps.tongue, patterns):
            names = {**scraps.tongue.weekdays, **scraps.tongue.dated_weekdays}
            match = scraps.take(pattern.replace("{day}", f"({any_of(names)})"))
            if match:
                return reader(scraps, today, names[match[1]])
    return None


def _next(scraps: Scraps, today: date, weekday: int) -> Days:
    """Next Friday. While a Friday is still ahead in the running week people mean that one or the one after: asked.

    Otherwise, as on a Friday or a Saturday, both mean the coming one. Where weeks may begin on Sunday, a Sunday
    counts as the first day too.
    """
    coming = _coming(today + _ONE, weekday)
    ahead = weekday > today.weekday() or (scraps.tongue.sunday_first and today.weekday() == _SUNDAY != weekday)
    if not ahead:
        return Days((coming,), relative=True)
    return Days((coming, coming + _WEEK), _which(coming), relative=True)


def _after_next(scraps: Scraps, today: date, weekday: int) -> Days:
    following = _next(scraps, today, weekday)
    return replace(following, options=tuple(day + _WEEK for day in following.options))


def _this(scraps: Scraps, today: date, weekday: int) -> Days:
    return Days((_coming(today, weekday),), relative=True)


def _last(scraps: Scraps, today: date, weekday: int) -> Days:
    return Days((_coming(today, weekday) - _WEEK,), relative=True)


def _a_week_later(scraps: Scraps, today: date, weekday: int) -> Days:
    return Days((_coming(today + _ONE, weekday) + _WEEK,), relative=True)


def _of_this_week(scraps: Scraps, today: date, weekday: int) -> Days:
    return _in_week(scraps, today, weekday, 0)


def _of_next_week(scraps: Scraps, today: date, weekday: int) -> Days:
    return _in_week(scraps, today, weekday, 1)


def _in_week(scraps: Scraps, today: date, weekday: int, weeks: int) -> Days:
    """Friday of this or of next week; asks where a week that begins on Sunday gives another day."""
    monday = today - timedelta(days=today.weekday()) + weeks * _WEEK
    options = {monday + timedelta(days=weekday)}
    if scraps.tongue.sunday_first:
        sunday = today - timedelta(days=(today.weekday() + 1) % 7) + weeks * _WEEK
        options.add(sunday + timedelta(days=(weekday + 1) % 7))
    ahead = tuple(sorted(day for day in options if day >= today)) or (min(options),)
    return Days(ahead, _which(ahead[0]), relative=True)


def _which(day: date) -> str:
    return _("Which {weekday} is meant?").format(weekday=weekday_in_words(day))


def _coming(today: date, weekday: int) -> date:
    """The first such weekday from today on."""
    return today + timedelta(days=(weekday - today.weekday()) % 7)


_READERS: tuple[Callable[[Scraps, date], Days | None], ...] = (
    _nth_weekday,
    _end_of,
    _named_month,
    _told_weekday,
    _day_of_month,
    _near_day,
)


def _take_weekday(scraps: Scraps, *, dated: bool) -> int | None:
    tongue = scraps.tongue
    names = {**tongue.weekdays, **(tongue.dated_weekdays if dated else {})}
    match = scraps.take(any_of(names)) if names else None
    return names[match[0]] if match else None


def _checked(found: Days, weekday: int) -> Days:
    """The days that fall on the weekday said with them. None does: a slip, so both corrections are offered."""
    fitting = tuple(day for day in found.options if day.weekday() == weekday)
    if fitting:
        return replace(found, options=fitting, ask=bool({*fitting} & {*found.passed}))
    day = found.options[0]
    doubt = _("{day} is not a {weekday}. Which day is meant?").format(
        day=day_in_words(day), weekday=weekday_in_words(_coming(day, weekday))
    )
    nearest = {_coming(day - 3 * _ONE, weekday)}
    if found.yearless and (day.month, day.day) != (2, 29):
        nearest |= {later for later in (day.replace(year=day.year + 1),) if later.weekday() == weekday}
    return Days(tuple(sorted({*found.options, *nearest})), doubt, ask=True)
