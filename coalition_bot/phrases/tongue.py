"""What a language needs so that phrases in it can be read: its words, on plain text without capitals and accents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """A part of the day: it decides which of two hours is meant, and is no time by itself."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


@dataclass(frozen=True, slots=True, eq=False)
class Tongue:
    """One language. Strings are regular expressions; `{day}` stands for any weekday, `{month}` for any month."""

    code: str
    months: Mapping[str, int]  # as written -> 1 to 12
    weekdays: Mapping[str, int]  # as written -> 0 (Monday) to 6
    dated_weekdays: Mapping[str, int]  # short forms that mean a weekday only beside a day and a month
    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]
    ordinal: str  # what may follow a day's digits
    nth: str  # how an ordinal word is rewritten: "third" as "3th"
    article: str  # what stands before a day of the month: "the", "le"
    of: str  # between day, month and year
    month_first: bool  # whether "October 3" is said too
    half_clock: bool  # whether a bare "5" may be morning or afternoon
    sunday_first: bool  # whether some who speak it begin the week on Sunday
    years: Mapping[str, int]  # "next year" -> 1
    month_shifts: Mapping[str, int]  # "next month" -> 1
    day_shifts: Mapping[str, int]  # "tomorrow" -> 1
    units: Mapping[str, str]  # as written -> minutes, hours, days, weeks, fortnights, months, years
    halves: Mapping[str, int]  # "half an hour" -> minutes
    ahead: str  # before a span: "in" 3 days
    later: str  # after a span: 3 days "from now"
    after: str  # between a span and a day: 3 days "after"
    before: str
    one: str  # an article that counts as 1
    plus_half: str  # "and a half"
    joined: str  # between two spans
    next_day: tuple[str, ...]
    this_day: tuple[str, ...]
    last_day: tuple[str, ...]
    day_after_next: tuple[str, ...]
    day_week: tuple[str, ...]  # the weekday after the coming one
    next_week_day: tuple[str, ...]
    this_week_day: tuple[str, ...]
    next_week: str
    this_week: str
    final: str  # "last" Friday of
    month_end: tuple[str, ...]  # of the running month
    month_end_of: str  # before a month
    of_month: str  # after a day's number: "of the month"
    week_end: tuple[str, ...]
    next_week_end: tuple[str, ...]
    year_end: tuple[str, ...]
    noon: str
    midnight: str
    day_end: str  # 23:59
    office_end: str  # 17:00
    parts: Mapping[str, Part]
    parts_today: Mapping[str, Part]  # "tonight": a part of today
    at: str  # before a bare hour
    hour_words: str  # after an hour: "17 heures"
    past_hour: Mapping[str, int]  # "half past" 5 -> 30
    after_hour: Mapping[str, int]  # 5 "y media" -> 30
    not_after: str  # "before": says nothing on whether the day itself is included
    to: str  # between the ends of a span
    fillers: frozenset[str]  # words that may be left over
    capital_zones: frozenset[str]  # abbreviations of zones that are also words: only in capitals


def each(words: str) -> dict[str, int]:
    """`a/b c` as {a: 0, b: 0, c: 1}."""
    return {form: place for place, forms in enumerate(words.split()) for form in forms.split("/")}


def from_one(words: str) -> dict[str, int]:
    return {form.replace("_", " "): place + 1 for form, place in each(words).items()}


def units_of(**words: str) -> dict[str, str]:
    return {form: unit for unit, forms in words.items() for form in forms.split()}


def words(*groups: str | Iterable[str]) -> frozenset[str]:
    return frozenset(word for group in groups for word in (group.split() if isinstance(group, str) else group))


ZONE_WORDS = "z ut art cat pet eat west cot pht mt nst"  # words, or letters people type for something else

# For languages without words of their own here: only digits are read, and dateparser names the day.
NEUTRAL = Tongue(
    code="",
    months={},
    weekdays={},
    dated_weekdays={},
    numbers={},
    ordinals={},
    ordinal=r"(?:\.)",
    nth="",
    article="",
    of="",
    month_first=False,
    half_clock=True,
    sunday_first=True,
    years={},
    month_shifts={},
    day_shifts={},
    units={},
    halves={},
    ahead="",
    later="",
    after="",
    before="",
    one="1",
    plus_half="",
    joined=" ",
    next_day=(),
    this_day=(),
    last_day=(),
    day_after_next=(),
    day_week=(),
    next_week_day=(),
    this_week_day=(),
    next_week="",
    this_week="",
    final="",
    month_end=(),
    month_end_of="",
    of_month="",
    week_end=(),
    next_week_end=(),
    year_end=(),
    noon="",
    midnight="",
    day_end="",
    office_end="",
    parts={},
    parts_today={},
    at="",
    hour_words="",
    past_hour={},
    after_hour={},
    not_after="",
    to="-",
    fillers=words("as a at um il"),
    capital_zones=words(ZONE_WORDS, "et est"),
)
