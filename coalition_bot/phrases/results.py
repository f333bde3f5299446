"""What may come of reading a phrase: a moment, a question, a span without an exact day, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from coalition_bot.moments import Moment


@dataclass(frozen=True, slots=True)
class Understood:
    """One moment and no doubt. `assumed_time` where the phrase named no time, `zone_named` where it named a zone."""

    moment: Moment
    assumed_time: bool
    zone_named: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A doubt worth asking about: a sentence for people, and what they may have meant, earliest first."""

    text: str
    choices: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A month or some days, first to last, both included: tentative until somebody names the day."""

    first: date
    last: date
    text: str  # asks for the day


@dataclass(frozen=True, slots=True)
class Refused:
    """What was wrong with a phrase, and what to try: two sentences for people."""

    reason: str
    hint: str


Result = Understood | Question | Span | Refused


class Stop(Exception):
    """The phrase was understood, and it cannot be: carries what to tell."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.reason)
        self.refused = refused


class Unreadable(Exception):
    """These words are not known: another language may know them."""
