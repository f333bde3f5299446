"""Reads a phrase as people write it: a moment, a question, a span or a refusal; never an error, never a guess."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from coalition_bot.moments import Moment, plain, zone_in_words, zone_info
from coalition_bot.phrases.amounts import Amount, take_amount
from coalition_bot.phrases.clocks import Clock, take_clocks
from coalition_bot.phrases.days import Days, take_days, take_numeric
from coalition_bot.phrases.others import foreign_day
from coalition_bot.phrases.places import named_but_unknown, take_zone, unknown_zone
from coalition_bot.phrases.results import Question, Refused, Result, Stop, Understood, Unreadable
from coalition_bot.phrases.scraps import Scraps, example, tidy, vocabulary
from coalition_bot.phrases.spans import take_span
from coalition_bot.phrases.tongue import NEUTRAL, Tongue
from coalition_bot.phrases.tongues import TONGUES
from coalition_bot.phrases.verdicts import CHOICES, Reading, understood_at, weigh
from coalition_bot.words import _

_ALIKE = 80  # of 100: how near a mistyped word has to be to a known one
_SHORTEST_SLIP = 4
_T = TypeVar("_T")
_BETWEEN_TIMES = re.compile(r" / |\(|=|;|,|(?<=[A-Za-z])/(?=\d)| and | y | et ")


@dataclass(frozen=True, slots=True)
class _Asked:
    """When and where a phrase is read, and in which language."""

    now: datetime
    zone: str
    language: str


def read(phrase: str, *, now: datetime, zone: str, languages: Sequence[str] = ("en",)) -> Result:
    """What a phrase means, said at `now` (aware) where the official zone is `zone` (IANA).

    A zone in the phrase comes before `zone`. `languages` are codes such as `en` or `pt-BR`, first ones first; the
    languages with tables of their own are tried after them. Raises nothing for any phrase; ValueError for a naive
    `now` or an unknown `zone`.
    """
    if now.tzinfo is None:
        raise ValueError("now has to be aware")
    zone_info(zone)
    try:
        text = tidy(phrase)
        found = understand(phrase, text, now=now, zone=zone, languages=languages)
        return found or _corrected(text, now, zone, languages) or _unread(text)
    except Stop as stop:
        return stop.refused


def understand(phrase: str, text: str, *, now: datetime, zone: str, languages: Sequence[str]) -> Result | None:
    """As `read`, for a phrase and its tidied text; None where no language knows the words. Raises Stop."""
    for tongue, code in _tongues(languages):
        asked = _Asked(now.astimezone(UTC), zone, code)
        for reader, given in ((_one_time, text), (_two_times, phrase), (_span, text)):
            try:
                return reader(given, tongue, asked)
            except Unreadable:
                continue
    return None


def _tongues(languages: Sequence[str]) -> list[tuple[Tongue, str]]:
    codes = list(dict.fromkeys(code.replace("_", "-").partition("-")[0].casefold() for code in languages))
    asked = [(TONGUES.get(code, NEUTRAL), code) for code in codes]
    return asked + [(tongue, code) for code, tongue in TONGUES.items() if code not in codes]


def _one_time(text: str, tongue: Tongue, asked: _Asked) -> Result:
    """One day, one time. A relative day has to be the same where the phrase's zone is and where the official one is."""
    left, place = take_zone(text, tongue)
    zones = tuple(dict.fromkeys(zone for mention in place.mentions for zone in mention)) or (asked.zone,)
    here, there = (asked.now.astimezone(zone_info(zone)).date() for zone in (zones[0], asked.zone))
    parts = _take_apart(left, tongue, asked, here)
    reading = Reading(None, parts.clocks, zones, place, asked.now, asked.zone)
    verdict = _verdict(parts, reading, here)
    if here == there or not parts.relative:
        return verdict
    return _merged(verdict, _verdict(_take_apart(left, tongue, asked, there), reading, there), zones[0], asked.zone)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a phrase is made of."""

    days: Days | None
    clocks: tuple[Clock, ...]
    amount: Amount | None
    day_excluded: bool  # "before 3 October", without a time

    @property
    def relative(self) -> bool:
        counted = self.amount is not None and not self.amount.exact and not self.amount.anchored
        return counted or (self.days is not None and self.days.relative)


def _take_apart(left: str, tongue: Tongue, asked: _Asked, today: date) -> _Parts:
    """The parts of a phrase without its zone. Raises Unreadable where a word is left over, Stop for what cannot be."""
    scraps = Scraps(left, tongue)
    scraps.part_day_from_time()
    stops: list[Stop] = []
    numeric = _unless_stopped(stops, lambda: take_numeric(scraps, today))
    amount = _unless_stopped(stops, lambda: take_amount(scraps))
    clocks = _unless_stopped(stops, lambda: take_clocks(scraps)) or ()
    days = _unless_stopped(stops, lambda: take_days(scraps, today, numeric))
    excluded = bool(scraps.take(tongue.not_after)) and not clocks
    rest = scraps.rest()
    if rest and tongue is NEUTRAL and days is None:
        days, rest = foreign_day(" ".join(rest), asked.language, today), []
        if days is None:
            raise Unreadable
    if rest:
        raise Unreadable
    if stops:
        raise stops[0]
    if not (days or amount or clocks):
        raise Unreadable
    return _Parts(days, clocks, amount, excluded)


def _unless_stopped(stops: list[Stop], reader: Callable[[], _T]) -> _T | None:
    """What a reader finds. That it cannot be is told only where all words are known."""
    try:
        return reader()
    except Stop as stop:
        stops.append(stop)
        return None


def _verdict(parts: _Parts, reading: Reading, today: date) -> Result:
    amount, days = parts.amount, parts.days
    if amount and amount.exact:
        if days or parts.clocks or amount.days or amount.months:
            return _mixed(parts, reading)
        return understood_at(reading.now + timedelta(minutes=amount.minutes), reading)
    if amount and amount.anchored:
        if days is None:
            raise Unreadable
        days = replace(days, options=tuple(map(amount.from_day, days.options)), roll=None, yearless=False)
    elif amount:
        if days is not None:
            raise Unreadable
        days = _counted(amount, today)
    if parts.day_excluded and days:
        days = _evening_before(days)
    return weigh(replace(reading, days=days))


def _mixed(parts: _Parts, reading: Reading) -> Result:
    """In 1 day and 2 hours: exact too. With a day or a time beside it nothing certain is said."""
    amount = parts.amount
    if amount is None or parts.days or parts.clocks or amount.months:
        raise Unreadable
    return understood_at(reading.now + timedelta(days=amount.days, minutes=amount.minutes), reading)


def _counted(amount: Amount, today: date) -> Days:
    day = amount.from_day(today)
    if amount.loosely is None:
        return Days((day,), relative=True)
    shorter = today + timedelta(days=amount.loosely)
    doubt = _("Is that whole weeks, or that many days?")
    return Days((shorter, day), doubt, relative=True)


def _evening_before(days: Days) -> Days:
    """ "Before 3 October" may leave the day itself out."""
    options = {day - timedelta(days=less) for day in days.options for less in (0, 1)}
    doubt = _("Is the day itself still allowed, or is the end of the day before it meant?")
    return replace(days, options=tuple(sorted(options)), doubt=doubt, roll=None, yearless=False)


def _merged(one: Result, two: Result, zone: str, official: str) -> Result:
    """What two days may mean: where it is still, or already, another day."""
    if one == two:
        return one
    choices = {choice.instant: choice for result in (one, two) for choice in _choices(result)}
    if not choices or len(choices) > CHOICES:
        return one
    doubt = _("It is not the same day in {zone} and in {other}. Which one is meant?").format(
        zone=zone_in_words(zone), other=zone_in_words(official)
    )
    return Question(doubt, tuple(choices[instant] for instant in sorted(choices)))


def _choices(result: Result) -> tuple[Moment, ...]:
    if isinstance(result, Understood):
        return (result.moment,)
    return result.choices if isinstance(result, Question) else ()


def _two_times(phrase: str, tongue: Tongue, asked: _Asked) -> Result:
    """2 PM ET / 20:00 in Geneva: one moment where both agree, a question where they do not."""
    for sign in list(_BETWEEN_TIMES.finditer(phrase))[:4]:
        try:
            main = _one_time(tidy(phrase[: sign.start()]), tongue, asked)
            other = _time_alone(tidy(phrase[sign.end() :]), tongue, asked)
        except (Unreadable, Stop):
            continue
        if not isinstance(main, Understood) or main.assumed_time or other is None:
            continue
        zone, clocks = other
        there = Moment.of(main.moment.instant, zone)
        if any((there.wall.hour, there.wall.minute) == (clock.hour, clock.minute) for clock in clocks):
            return replace(main, zone_named=True)
        beside = Moment(there.wall.replace(hour=clocks[0].hour % 24, minute=clocks[0].minute), zone)
        return Question(_("The two times are not the same moment. Which one is right?"), (main.moment, beside))
    raise Unreadable


def _time_alone(text: str, tongue: Tongue, asked: _Asked) -> tuple[str, tuple[Clock, ...]] | None:
    left, place = take_zone(text, tongue)
    parts = _take_apart(left, tongue, asked, asked.now.date())
    if parts.days or parts.amount or len(place.mentions) != 1 or len(place.mentions[0]) != 1:
        return None
    return place.mentions[0][0], parts.clocks


def _span(text: str, tongue: Tongue, asked: _Asked) -> Result:
    left, place = take_zone(text, tongue)
    scraps = Scraps(left, tongue)
    zone = place.mentions[0][0] if place.mentions else asked.zone
    today = asked.now.astimezone(zone_info(zone)).date()
    stops: list[Stop] = []
    span = _unless_stopped(stops, lambda: take_span(scraps, today))
    if scraps.rest() or not (span or stops):
        raise Unreadable
    if span is None:
        raise stops[0]
    return span


def _corrected(text: str, now: datetime, zone: str, languages: Sequence[str]) -> Question | None:
    """A phrase with one mistyped word, asked about: "Octuber"."""
    from rapidfuzz import fuzz, process

    words = text.split()
    real = frozenset().union(*map(vocabulary, TONGUES.values()))
    for tongue in [TONGUES[code] for code in languages if code in TONGUES]:
        known = [word for word in vocabulary(tongue) if len(word) >= _SHORTEST_SLIP]
        slips = [at for at, word in enumerate(words) if word.isalpha() and len(word) >= _SHORTEST_SLIP]
        slips = [at for at in slips if plain(words[at]) not in real]
        for at in slips[:6]:
            near = process.extractOne(plain(words[at]), known, scorer=fuzz.ratio, score_cutoff=_ALIKE)
            if near is None:
                continue
            better = " ".join([*words[:at], near[0], *words[at + 1 :]])
            found = understand(better, better, now=now, zone=zone, languages=(tongue.code,))
            choices = _choices(found) if found else ()
            if choices:
                doubt = _("I don't know the word “{word}”. Is “{near}” meant?").format(word=words[at], near=near[0])
                return Question(doubt, choices)
    return None


def _unread(text: str) -> Refused:
    name = named_but_unknown(text)
    if name:
        return unknown_zone(name)
    return Refused(_("I can't read “{phrase}” as a day and a time.").format(phrase=text[:60]), example())
