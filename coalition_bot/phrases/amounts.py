"""Takes a span from now out of a phrase: "in 90 minutes", "dentro de 3 dias", "a week from Friday"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from coalition_bot.phrases.results import Refused, Stop, Unreadable
from coalition_bot.phrases.scraps import Scraps, any_of, compiled, example
from coalition_bot.words import _

_DAYS = {"days": 1, "weeks": 7, "fortnights": 14}
_MINUTES = {"minutes": 1, "hours": 60}
_MONTHS = {"months": 1, "years": 12}
_FAR = 3660  # days; a phrase that reaches further is refused anyway
# "Dans huit jours" and "en quince dias" often mean one and two weeks.
_WEEKS_IN_DAYS = {8: 7, 15: 14}


@dataclass(frozen=True, slots=True)
class Amount:
    """A span: exact minutes, or days and months of the calendar. `anchored` counts from a day in the phrase."""

    minutes: int
    days: int
    months: int
    exact: bool  # hours or minutes were said, so that it ends at a minute and not on a day
    anchored: bool = False
    loosely: int | None = None  # days that the same words mean to some

    def from_day(self, day: date) -> date:
        """The day so far from `day`; a month later has the same number, or is the last of a shorter month."""
        months = day.year * 12 + day.month - 1 + self.months
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last)) + timedelta(days=self.days)


def take_amount(scraps: Scraps) -> Amount | None:
    """The span of a phrase, or None. Raises Stop for one that reaches too far."""
    tongue = scraps.tongue
    if not tongue.units:
        return None
    piece = rf"(?:\d{{1,4}}(?:\.\d)?|{tongue.one}) ?{any_of(tongue.units)}'?"
    pieces = rf"({piece}(?:{tongue.joined}{piece}){{0,3}})( {tongue.plus_half})?"
    match = scraps.take(rf"{tongue.ahead} {pieces}(?: {tongue.later})?") or scraps.take(rf"{pieces} {tongue.later}")
    if match:
        return _sum(scraps, match, 1)
    halves = any_of(tongue.halves)
    match = scraps.take(rf"{tongue.ahead} ({halves})") or scraps.take(rf"({halves}) {tongue.later}")
    if match:
        return Amount(
            next(value for key, value in tongue.halves.items() if compiled(key).fullmatch(match[1])), 0, 0, True
        )
    for direction, sign in ((tongue.after, 1), (tongue.before, -1)):
        match = scraps.take(rf"{pieces} {direction}")
        if match:
            return _anchored(_sum(scraps, match, sign))
    return None


def _sum(scraps: Scraps, match: re.Match[str], sign: int) -> Amount:
    tongue = scraps.tongue
    totals = {"minutes": 0.0, "days": 0.0, "months": 0.0}
    said: list[str] = []
    for number, word in re.findall(rf"(\d{{1,4}}(?:\.\d)?|{tongue.one}) ?({any_of(tongue.units)})\b", match[1]):
        said.append(tongue.units[word])
        _add(totals, float(number) if number[0].isdigit() else 1.0, said[-1])
    if match[2]:
        _add(totals, 0.5, said[-1])
    if totals["days"] % 1 or totals["months"] % 1:
        raise Unreadable
    minutes, days, months = (sign * int(totals[name]) for name in ("minutes", "days", "months"))
    if abs(minutes) / 1440 + abs(days) + abs(months) * 31 > _FAR:
        raise Stop(Refused(_("That is too far away."), example()))
    loosely = _WEEKS_IN_DAYS.get(days) if said == ["days"] and tongue.code in ("es", "fr") else None
    return Amount(minutes, days, months, any(unit in _MINUTES for unit in said), loosely=loosely)


def _add(totals: dict[str, float], number: float, unit: str) -> None:
    for name, table in (("minutes", _MINUTES), ("days", _DAYS), ("months", _MONTHS)):
        totals[name] += number * table.get(unit, 0)


def _anchored(amount: Amount) -> Amount:
    if amount.exact:
        raise Unreadable
    return replace(amount, anchored=True)
