"""Days that have been, as people say them: "yesterday", "1 September", "two weeks ago", "March"."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from coalition_bot.context import Context
from coalition_bot.fields import Problem
from coalition_bot.moments import UN_ZONE, Moment, zone_info
from coalition_bot.words import _, language

PHRASE_MAX = 60  # longer than any day; keeps the reader's work small
_FIGURES = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}", re.ASCII)
_A_WORD_OR_YEAR = re.compile(r"[^\W\d_]{2}|\d{4}")
_PERIODS = {"year": {"month": 1, "day": 1}, "month": {"day": 1}}  # what begins it; a week is counted back in days


def past_day(ctx: Context, typed: str, field: str) -> date | None:
    """The day that was meant in the coalition's zone, the latest such one not in the future; None for empty.

    A month or a year means its first day. Raises Problem for what cannot be read, or means two days.
    """
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        pass
    figures = _FIGURES.fullmatch(typed)
    if figures and figures[1] != figures[2] and max(int(figures[1]), int(figures[2])) <= 12:
        say = _("“{typed}” can mean two days. Please write the month as a word, as in 3 October 2026.")
        raise Problem(say.format(typed=typed), field)
    here = ctx.now.astimezone(zone_info(ctx.coalition.zone))
    found = _read(typed[:PHRASE_MAX], here) if _A_WORD_OR_YEAR.search(typed) else None
    if found is None:
        say = _("I can't read “{typed}” as a day that has been. Try yesterday, 1 September or 2026-09-01.")
        raise Problem(say.format(typed=typed[:PHRASE_MAX]), field)
    return found


def beginning(ctx: Context, day: date) -> datetime:
    """The instant (aware UTC) at which a day begins where the coalition is."""
    return Moment(datetime.combine(day, time()), ctx.coalition.zone or UN_ZONE).instant


def _read(typed: str, now: datetime) -> date | None:
    from dateparser.date import DateDataParser  # type: ignore[import-untyped]  # slow to import

    settings = {
        "PREFER_DATES_FROM": "past",
        "PREFER_DAY_OF_MONTH": "first",
        "DATE_ORDER": "DMY",
        "RELATIVE_BASE": now.replace(tzinfo=None),
        "RETURN_AS_TIMEZONE_AWARE": False,
    }
    codes = dict.fromkeys([language().partition("_")[0], "en", "fr", "es"])
    for code in codes:
        try:
            found = DateDataParser(languages=[code], settings=settings).get_date_data(typed)
        except ValueError:  # a language that is not known there
            continue
        if found.date_obj is not None:
            day: date = found.date_obj.date()
            return day.replace(**_PERIODS.get(found.period, {}))
    return None
