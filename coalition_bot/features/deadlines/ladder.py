"""The ladder: at which instants before a deadline a channel is reminded. Pure reckoning with wall clocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from coalition_bot.moments import Moment, at_local_hour

EARLIEST_HOUR, LATEST_HOUR = 7, 21  # never at night
USUAL_HOUR = 9


@dataclass(frozen=True, slots=True)
class Rung:
    """A reminder some whole days before, at the channel's posting hour, or some hours before, to the minute."""

    name: str
    days: int = 0
    hours: int = 0


RUNGS = (Rung("14d", days=14), Rung("7d", days=7), Rung("1d", days=1), Rung("1h", hours=1))


@dataclass(frozen=True, slots=True)
class Hours:
    """A channel's posting hour, and the zone of its clock."""

    zone: str
    hour: int = USUAL_HOUR


def rung_named(name: str) -> Rung:
    """The rung of that name. Raises KeyError."""
    return {rung.name: rung for rung in RUNGS}[name]


def instant_of(rung: Rung, deadline: datetime, hours: Hours) -> datetime:
    """When a rung goes out in a channel: aware UTC in, aware UTC out."""
    if rung.hours:
        return deadline - timedelta(hours=rung.hours)
    local_day = Moment.of(deadline, hours.zone).wall.date()
    return at_local_hour(local_day - timedelta(days=rung.days), hours.hour, hours.zone).instant


def ahead(deadline: datetime, hours: Hours, now: datetime) -> Sequence[tuple[Rung, datetime]]:
    """The rungs that are still to come, the next first."""
    all_of_them = [(rung, instant_of(rung, deadline, hours)) for rung in RUNGS]
    return [(rung, instant) for rung, instant in all_of_them if now < instant < deadline]


def overtaken(rung: Rung, deadline: datetime, hours: Hours, now: datetime) -> bool:
    """Whether a later rung is due as well: after a pause only the newest speaks."""
    mine = instant_of(rung, deadline, hours)
    return any(mine < instant_of(other, deadline, hours) <= now for other in RUNGS)
