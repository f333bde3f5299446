"""Weighs what a phrase may mean: one moment ahead is understood, several are a question, none is a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from coalition_bot.moments import Moment, in_words, zone_info
from coalition_bot.phrases.clocks import ASSUMED, Clock, Said
from coalition_bot.phrases.days import Days, exact_day, next_year
from coalition_bot.phrases.places import Place
from coalition_bot.phrases.results import Question, Refused, Stop, Understood
from coalition_bot.phrases.scraps import example
from coalition_bot.words import _

CHOICES = 6  # with more of them the phrase says too little
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a phrase may mean: any of the days (None: the next time the clock shows it) with any of the rest."""

    days: Days | None
    clocks: tuple[Clock, ...]
    zones: tuple[str, ...]
    place: Place
    now: datetime
    official: str

    @property
    def assumed(self) -> bool:
        """Whether no time was said."""
        return not self.clocks


@dataclass(slots=True)
class _Sorted:
    """The moments of a reading."""

    ahead: list[Moment]
    past: list[Moment]
    skipped: list[Moment]  # no clock ever shows them


def weigh(reading: Reading) -> Understood | Question | Refused:
    """The verdict on a reading."""
    found = _sort(reading)
    if not found.ahead:
        return _none_ahead(reading, found)
    ahead = _distinct(found.ahead)
    if len(ahead) > CHOICES:
        return Refused(_("That can be read in too many ways."), example())
    if len(ahead) > 1 or (reading.days and reading.days.ask):
        return Question(_doubts(reading, ahead), tuple(ahead))
    return Understood(ahead[0], reading.assumed, bool(reading.place.mentions))


def understood_at(instant: datetime, reading: Reading) -> Understood | Question | Refused:
    """The verdict on an exact instant: to the minute, and ahead."""
    moments = _distinct([Moment.of(instant.replace(second=0, microsecond=0), zone) for zone in reading.zones])
    if moments[0].instant <= reading.now:
        return _passed(moments[0])
    return Understood(moments[0], False, bool(reading.place.mentions))


def _sort(reading: Reading) -> _Sorted:
    found = _Sorted([], [], [])
    for zone in reading.zones:
        for moment in _moments(reading, zone):
            if not moment.exists:
                found.skipped.append(moment)
            elif moment.instant <= reading.now:
                found.past.append(moment)
            else:
                found.ahead.append(moment)
    return found


def _moments(reading: Reading, zone: str) -> Iterator[Moment]:
    today = reading.now.astimezone(zone_info(zone)).date()
    for day in reading.days.options if reading.days else (today,):
        for clock in reading.clocks or (ASSUMED,):
            for wall in _walls(reading.days, day, clock, today):
                yield from _folds(_rolled(reading, wall, zone), clock, reading.place.summer)


def _walls(days: Days | None, day: date, clock: Clock, today: date) -> Iterator[datetime]:
    """The wall times of a clock on a day. Midnight is the end of today; of another day it may be either end."""
    start = datetime.combine(day, time())
    if clock.said is Said.MIDNIGHT:
        if days and day != today:
            yield start
        yield start + _DAY
    elif clock.hour == 24:
        yield start + _DAY
    else:
        yield start.replace(hour=clock.hour, minute=clock.minute)


def _rolled(reading: Reading, wall: datetime, zone: str) -> Moment:
    """A weekday or a time alone that has passed means the next one."""
    moment = Moment(wall, zone)
    if moment.instant > reading.now:
        return moment
    if reading.days is None:
        return Moment(wall + _DAY, zone)
    if reading.days.roll is None:
        return moment
    return Moment(datetime.combine(reading.days.roll(wall.date()), wall.time()), zone)


def _folds(moment: Moment, clock: Clock, summer: bool | None) -> Iterator[Moment]:
    """Where clocks show the time twice: the letters of the zone decide, the end of a day is the last, else both."""
    if not moment.is_ambiguous:
        yield moment
    elif clock.said in (Said.DAY_END, Said.ASSUMED):
        yield moment.other()
    elif summer is not None:
        yield moment if summer else moment.other()
    else:
        yield moment
        yield moment.other()


def _distinct(moments: list[Moment]) -> list[Moment]:
    """One moment per instant, earliest first; a place before a bare offset."""
    best: dict[datetime, Moment] = {}
    for moment in moments:
        known = best.setdefault(moment.instant, moment)
        if known.zone.startswith("Etc/"):
            best[moment.instant] = moment
    return [best[instant] for instant in sorted(best)]


def _doubts(reading: Reading, ahead: list[Moment]) -> str:
    """What to ask, in at most two sentences."""
    doubts = []
    days = reading.days
    if days and days.doubt and (days.ask or len({moment.wall.date() for moment in ahead}) > 1):
        doubts.append(days.doubt)
    if any(clock.said is Said.MIDNIGHT for clock in reading.clocks):
        doubts.append(_("Does that midnight begin the day or end it?"))
    if len(reading.clocks) > 1:
        doubts.append(_("Is that in the morning or in the afternoon?"))
    if len({moment.zone for moment in ahead}) > 1:
        doubts.append(_zone_doubt(reading.place))
    if any(moment.is_ambiguous for moment in ahead):
        doubts.append(_("Clocks go back that night, so that time comes twice. Which one is meant?"))
    return " ".join(doubts[:2]) or _("Which one is meant?")


def _zone_doubt(place: Place) -> str:
    if place.doubtful:
        return _("“{letters}” stands for several time zones. Which one is meant?").format(letters=place.doubtful)
    return _("Two time zones are named. Which one is meant?")


def _none_ahead(reading: Reading, found: _Sorted) -> Question | Refused:
    if found.skipped:
        return _skipped(found.skipped[0])
    if reading.days and reading.days.yearless:
        later = _a_year_later(reading)
        if later is not None:
            return later
    return _passed(found.past[0])


def _a_year_later(reading: Reading) -> Question | None:
    """A day without a year whose time has passed today: next year's is asked about."""
    if reading.days is None:
        return None
    day = reading.days.options[0]
    try:
        following = next_year(exact_day(day.year + 1, day.month, day.day, day))
    except Stop:
        return None
    verdict = weigh(replace(reading, days=following))
    return verdict if isinstance(verdict, Question) else None


def _skipped(moment: Moment) -> Refused:
    later = in_words(Moment.of(moment.instant, moment.zone))
    reason = _("Clocks go forward that night, and {time} does not exist.").format(time=f"{moment.wall:%H:%M}")
    return Refused(reason, _("The same moment is {moment}.").format(moment=later))


def _passed(moment: Moment) -> Refused:
    reason = _("{moment} has passed.").format(moment=in_words(moment))
    return Refused(reason, _("Give a day that is still to come."))
