"""Takes the time of day out of a phrase, by rules of our own: "5pm", "17 h 30", "a las 9", "noon", "EOD"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from coalition_bot.phrases.results import Refused, Stop, Unreadable
from coalition_bot.phrases.scraps import TAKEN, ZONE, Scraps, any_of
from coalition_bot.phrases.tongue import Part
from coalition_bot.words import _

OFFICE_CLOSES = 17  # "close of business"; said back before anything is stored
_HALF_CLOCK = 7  # a bare hour up to this one may be morning or afternoon; 8 to 11 are morning, 12 is noon
_H = r"(\d{1,2})"
_M = r"([0-5]\d)"
_NOT_A_DATE = r"(?! ?(?:[-/.:]|\d|%))"
_NOT_IN_A_RANGE = r"(?<![\d] - )(?<![\d] -)(?<![\d]- )(?<![\d]-)(?<!\d[/.:])"


class Said(StrEnum):
    """How a time of day was said."""

    EXACTLY = "exactly"
    MIDNIGHT = "midnight"  # the start of the day, or its end?
    DAY_END = "day end"  # as the end of the day
    ASSUMED = "assumed"  # not at all


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; hour 24 is the end of the day."""

    hour: int
    minute: int = 0
    said: Said = Said.EXACTLY


END_OF_DAY = Clock(23, 59, Said.DAY_END)
ASSUMED = Clock(23, 59, Said.ASSUMED)
_MIDNIGHT = Clock(0, 0, Said.MIDNIGHT)


def take_clocks(scraps: Scraps) -> tuple[Clock, ...]:
    """What the time of day may be, more than one where it is in doubt; empty where none is named.

    Raises Stop for a time that no clock shows, or a part of the day without an hour.
    """
    part = _take_part(scraps)
    named = _named(scraps)
    if named:
        if part and not (part in (Part.EVENING, Part.NIGHT) and named.hour in (0, 23)):
            raise Unreadable
        return (named,)
    for reader in _READERS:
        found = reader(scraps, part)
        if found:
            return found
    if part and part is not Part.NIGHT:
        hint = _("Add the hour, such as “9:00” or “15:00”.")
        raise Stop(Refused(_("That names a part of the day, but no time."), hint))
    return ()


def _named(scraps: Scraps) -> Clock | None:
    """Noon, midnight, close of business, end of day."""
    tongue = scraps.tongue
    if scraps.take(tongue.noon):
        minutes = _minutes_after(scraps)
        return Clock(12, minutes) if minutes >= 0 else Clock(11, 60 + minutes)
    if scraps.take(tongue.midnight):
        return _MIDNIGHT
    if scraps.take(tongue.office_end):
        return Clock(OFFICE_CLOSES)
    return END_OF_DAY if scraps.take(tongue.day_end) else None


def _take_part(scraps: Scraps) -> Part | None:
    """The part of the day. "Tonight" leaves "today" behind."""
    tongue = scraps.tongue
    key = scraps.take_key(tongue.parts_today)
    if key:
        scraps.add(next(word for word, shift in tongue.day_shifts.items() if shift == 0))
        return tongue.parts_today[key]
    key = scraps.take_key(tongue.parts)
    return tongue.parts[key] if key else None


def _with_half_of_day(scraps: Scraps, part: Part | None) -> tuple[Clock, ...]:
    """5pm, 5.30 pm, 5:30pm."""
    match = scraps.take(rf"{_NOT_IN_A_RANGE}{_H}(?: ?[:.h] ?{_M}(?::[0-5]\d)?)? ?([ap])m")
    if match is None:
        return ()
    hour, minute, afternoon = int(match[1]), int(match[2] or 0), match[3] == "p"
    if hour > 12 and afternoon and hour < 24:
        return (Clock(hour, minute),)
    if not 1 <= hour <= 12:
        raise Stop(no_such_time(match[0]))
    if part and afternoon == (part is Part.MORNING):
        raise Stop(no_such_time(f"{match[0]} {part}"))
    if hour == 12 and minute == 0 and not afternoon:
        return (_MIDNIGHT,)
    return (Clock(hour % 12 + 12 * afternoon, minute),)


def _with_colon(scraps: Scraps, part: Part | None) -> tuple[Clock, ...]:
    """17:30, 9:30, 24:00, 17:30h, 17h30, 17 h 30, 17 heures 30."""
    words = scraps.tongue.hour_words or "h"
    match = scraps.take(rf"{_NOT_IN_A_RANGE}{_H}:{_M}(?::[0-5]\d)?(?: ?(?:h|{words}))?(?! ?- ?\d)")
    if match is None:
        match = scraps.take(rf"{_NOT_IN_A_RANGE}{_H}h{_M}(?! ?- ?\d)")
    if match is None:  # the minutes of "17 h 12 octobre" are a day
        guard = rf"(?! ?- ?\d)(?! ?(?:{scraps.tongue.of or 'x'})?{_months(scraps)})"
        match = scraps.take(rf"{_NOT_IN_A_RANGE}{_H} ?(?:h|{words}) ?{_M}(?: ?(?:min|mn|m))?{guard}")
    if match is None:
        return ()
    exact = len(match[1]) == 2 or "h" in match[0]  # "05:30" and "5h30" are said of the 24-hour clock only
    return _hours(int(match[1]), int(match[2]), part, exact=exact, scraps=scraps)


def _with_hour_mark(scraps: Scraps, part: Part | None) -> tuple[Clock, ...]:
    """17h, 17 h, a las 17 horas, 17 heures, 5 o'clock, 1730 hrs, at 1730."""
    tongue = scraps.tongue
    match = scraps.take(rf"{_NOT_IN_A_RANGE}([01]\d|2[0-3]){_M} ?(?:h|hrs|hours|hs)") or (
        scraps.take(rf"{tongue.at} ([01]\d|2[0-3]){_M}(?! ?[-/.:\d])") if tongue.at else None
    )
    match = match or _four_digits(scraps)
    if match:
        return (Clock(int(match[1]), int(match[2])),)
    match = scraps.take(rf"{_NOT_IN_A_RANGE}{_H} ?h(?:rs?|s)?(?! ?- ?\d)")
    if match:
        return _hours(int(match[1]), _minutes_after(scraps), part, exact=True, scraps=scraps)
    if not tongue.hour_words:
        return ()
    before = rf"(?:({tongue.at}) )?" if tongue.at else "()"
    match = scraps.take(rf"{_NOT_IN_A_RANGE}{before}{_H} ?{tongue.hour_words}(?! ?- ?\d)")
    if match is None:
        return ()
    exact = not tongue.half_clock
    if exact and not match[1] and not scraps.text.replace(TAKEN, "").strip():
        raise Unreadable  # "3 heures" alone may be a span
    return _hours(int(match[2]), _minutes_after(scraps), part, exact=exact, scraps=scraps)


def _before_the_hour(scraps: Scraps, part: Part | None) -> tuple[Clock, ...]:
    """Half past 5, a quarter to 5 pm."""
    for words, minutes in scraps.tongue.past_hour.items():
        match = scraps.take(rf"(?:{words}) {_H}(?: ?([ap])m)?(?! ?[-/.:\d])")
        if match:
            half = {"a": Part.MORNING, "p": Part.AFTERNOON}.get(match[2] or "", part)
            return _hours(int(match[1]), minutes, half, exact=False, scraps=scraps)
    return ()


def _four_digits(scraps: Scraps) -> re.Match[str] | None:
    """0900, or 1730 before a zone: what can be no year, beside something else."""
    match = scraps.take(rf"(0\d){_M}(?! ?[-/.:\d])") or scraps.take(rf"(1[0-8]){_M}(?= ?{ZONE})")
    if match and not scraps.text.replace(TAKEN, "").strip():
        raise Unreadable
    return match


def _bare(scraps: Scraps, part: Part | None) -> tuple[Clock, ...]:
    """At 5, a las 9 y media, half past 5, 9 in the morning: an hour that something marks as one."""
    tongue = scraps.tongue
    if not tongue.at:
        return ()
    guard = rf"{_NOT_A_DATE}(?!{tongue.ordinal}\b)(?! ?{tongue.of}?{_months(scraps)})(?! ?{any_of(tongue.units)}\b)"
    match = scraps.take(rf"{tongue.at} {_H}{guard}")
    if match and not part and not tongue.half_clock:
        raise Unreadable  # "a 17" is no way to say it where hours are marked
    match = match or (scraps.take(rf"{_H}{guard}(?= ?\|)") if part else None)
    if match is None:
        return ()
    return _hours(int(match[1]), _minutes_after(scraps), part, exact=False, scraps=scraps)


def _months(scraps: Scraps) -> str:
    return any_of(scraps.tongue.months) if scraps.tongue.months else "x"


def _with_dot(scraps: Scraps, part: Part | None) -> tuple[Clock, ...]:
    """17.30, or "at 9.30": only where it cannot be a day and a month."""
    at = scraps.tongue.at
    match = scraps.take(rf"{at} {_H}\.{_M}(?![.\d])") if at else None
    if match is None:
        match = scraps.take(rf"(?<![\d.]){_H}\.(00|1[3-9]|[2-5]\d)(?![.\d])")
        if match and not scraps.text.replace(TAKEN, "").strip():
            raise Unreadable  # a number alone
    return _hours(int(match[1]), int(match[2]), part, exact=False, scraps=scraps) if match else ()


_READERS: tuple[Callable[[Scraps, Part | None], tuple[Clock, ...]], ...] = (
    _before_the_hour,
    _with_half_of_day,
    _with_colon,
    _with_hour_mark,
    _with_dot,
    _bare,
)


def _minutes_after(scraps: Scraps) -> int:
    """5 "y media", 17 h "et quart": minutes to add."""
    key = scraps.take_key({rf"\| {words}": 0 for words in scraps.tongue.after_hour})
    return scraps.tongue.after_hour[key.removeprefix(r"\| ")] if key else 0


def _hours(hour: int, minute: int, part: Part | None, *, exact: bool, scraps: Scraps) -> tuple[Clock, ...]:
    """The times that an hour without am or pm may mean, given the part of the day. Raises Stop for none."""
    shown = f"{hour}:{minute:02}"
    if hour == 1 and minute < 0:
        hour = 13  # "a quarter to one"
    hour, minute = divmod(hour * 60 + minute, 60)
    if not 0 <= hour <= 24 or (hour == 24 and minute):
        raise Stop(no_such_time(shown))
    if part:
        return _in_part(hour, minute, part)
    if exact or not scraps.tongue.half_clock or not 1 <= hour <= _HALF_CLOCK:
        return (Clock(hour, minute),)
    return (Clock(hour, minute), Clock(hour + 12, minute))


def _in_part(hour: int, minute: int, part: Part) -> tuple[Clock, ...]:
    after_noon = {
        Part.MORNING: range(0),
        Part.AFTERNOON: range(1, 12),
        Part.EVENING: range(4, 12),
        Part.NIGHT: range(6, 12),
    }
    fits = {
        Part.MORNING: range(12),
        Part.AFTERNOON: range(12, 21),
        Part.EVENING: range(16, 24),
        Part.NIGHT: range(18, 24),
    }
    if hour == 12 and minute == 0 and part is Part.NIGHT:
        return (_MIDNIGHT,)
    if hour == 12 and part is Part.MORNING:  # "las 12:30 de la manana" is said of both
        return (Clock(0, minute), Clock(12, minute))
    hour += 12 * (hour in after_noon[part])
    if hour not in fits[part]:
        raise Stop(no_such_time(f"{hour}:{minute:02}"))
    return (Clock(hour, minute),)


def no_such_time(shown: str) -> Refused:
    """No clock shows this."""
    reason = _("There is no such time of day: {time}.").format(time=" ".join(shown.split()))
    return Refused(reason, _("Write it as “17:00” or “5pm”."))
