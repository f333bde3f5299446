"""Reads what is known only as a month or as some days: "February 2020", "April-May 2020", "11-22 May 2020"."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from coalition_bot.phrases.days import exact_day, rewrite_months
from coalition_bot.phrases.results import Refused, Span, Stop
from coalition_bot.phrases.scraps import Scraps, any_of
from coalition_bot.words import _


def take_span(scraps: Scraps, today: date) -> Span | None:
    """The span that a phrase names, or None. Raises Stop for one that is past or not in the calendar."""
    if not scraps.tongue.months:
        return None
    rewrite_months(scraps, today)
    scraps.take(r"between|entre")
    found = _days(scraps, today) or _months(scraps, today) or _week(scraps, today)
    if found is None:
        return None
    first, last = found
    if last < first:
        raise Stop(Refused(_("That span ends before it begins."), _("Write it as “3-5 October 2027”.")))
    if last < today:
        raise Stop(Refused(_("That has passed."), _("Give a day that is still to come.")))
    return Span(first, last, _("That is not one exact day yet. Which day is it?"))


def _months(scraps: Scraps, today: date) -> tuple[date, date] | None:
    """April 2027, April-May 2027, de abril a mayo de 2027."""
    tongue = scraps.tongue
    month, of = any_of(tongue.months), f"(?:{tongue.of})?"
    match = scraps.take(rf"(?:({month}) ?(?:{of}(\d{{4}}) ?)?{tongue.to} ?)?({month}) {of}(\d{{4}})")
    if match is None:
        return None
    year = int(match[4])
    first = exact_day(int(match[2] or year), tongue.months[match[1] or match[3]], 1, today)
    start = exact_day(year, tongue.months[match[3]], 1, today)
    return first, start.replace(day=calendar.monthrange(year, start.month)[1])


def _days(scraps: Scraps, today: date) -> tuple[date, date] | None:
    """3-5 October 2027, October 3-5, del 3 al 5 de octubre, 30 April to 2 May 2027."""
    tongue = scraps.tongue
    month, of = any_of(tongue.months), f"(?:{tongue.of})?"
    day = rf"(?:{tongue.article})?(\d{{1,2}}){tongue.ordinal}?"
    to = rf"(?: ?- ?| {tongue.to} )"
    year = rf"(?: {of}(\d{{4}}))?"
    match = scraps.take(rf"{day}(?: {of}({month}))?{year}{to}{day} {of}({month}){year}")
    if match:
        months = tongue.months[match[2] or match[5]], tongue.months[match[5]]
        years = match[3] or match[6], match[6]
        numbers = int(match[1]), int(match[4])
    elif tongue.month_first and (match := scraps.take(rf"({month}) {day}{to}(?:({month}) )?{day}{year}")):
        months = tongue.months[match[1]], tongue.months[match[3] or match[1]]
        years = match[5], match[5]
        numbers = int(match[2]), int(match[4])
    else:
        return None
    first, last = (
        exact_day(int(written or today.year), month, number, today)
        for written, month, number in zip(years, months, numbers, strict=True)
    )
    return first, last


def _week(scraps: Scraps, today: date) -> tuple[date, date] | None:
    """This week, next week: Monday to Sunday."""
    for weeks, pattern in enumerate((scraps.tongue.this_week, scraps.tongue.next_week)):
        if scraps.take(pattern):
            monday = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
            return monday, monday + timedelta(days=6)
    return None
