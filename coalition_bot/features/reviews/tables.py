"""The reviews that a coalition follows, and what was known of them before they moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coalition_bot.context import Context
from coalition_bot.db import Base, Key, Owned, new_uid
from coalition_bot.features.reviews.countries import country_name
from coalition_bot.fields import Option
from coalition_bot.moments import month_in_words, plain
from coalition_bot.words import N_, _

SOURCE_MAX = 300


class Certainty(StrEnum):
    """How sure a date is. Only a confirmed one is official."""

    COMPUTED = "computed"  # by the bot from another date
    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    MOVED = "moved"  # it was another one before
    CANCELLED = "cancelled"


CERTAINTY_WORDS = {
    Certainty.COMPUTED: N_("estimated, not official"),
    Certainty.TENTATIVE: N_("tentative, not yet official"),
    Certainty.CONFIRMED: N_("confirmed"),
    Certainty.MOVED: N_("moved, not yet confirmed anew"),
    Certainty.CANCELLED: N_("cancelled"),
}


class _Dates:
    """Two days, each with how sure it is, where that was read, and when somebody last looked."""

    session: Mapped[int]  # the number of the working group's session
    session_first_day: Mapped[date]
    session_certainty: Mapped[str] = mapped_column(String(20))
    session_source: Mapped[str] = mapped_column(String(SOURCE_MAX))
    session_checked_on: Mapped[date]
    review_day: Mapped[date]
    review_certainty: Mapped[str] = mapped_column(String(20))
    review_source: Mapped[str] = mapped_column(String(SOURCE_MAX))
    review_checked_on: Mapped[date]


class Review(_Dates, Owned, Base):
    """The review of one State in one session."""

    __tablename__ = "review"
    __table_args__ = (UniqueConstraint("coalition_id", "state", "session"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(20), unique=True, default=new_uid)
    state: Mapped[str] = mapped_column(String(2))  # the State under review, by ISO 3166-1 code
    created_at: Mapped[datetime]


class ReviewBefore(_Dates, Owned, Base):
    """What was known of a review until somebody changed it."""

    __tablename__ = "review_before"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"), index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    changed_at: Mapped[datetime]


DATES = (
    "session",
    "session_first_day",
    "session_certainty",
    "session_source",
    "session_checked_on",
    "review_day",
    "review_certainty",
    "review_source",
    "review_checked_on",
)


@dataclass(frozen=True, slots=True)
class Known:
    """One of the two dates of a review, with all that is known of it."""

    day: date
    certainty: Certainty
    source: str
    checked_on: date


def session_date(review: Review | ReviewBefore) -> Known:
    """The first day of the session."""
    return Known(
        review.session_first_day,
        Certainty(review.session_certainty),
        review.session_source,
        review.session_checked_on,
    )


def review_date(review: Review | ReviewBefore) -> Known:
    """The day of the review itself."""
    return Known(review.review_day, Certainty(review.review_certainty), review.review_source, review.review_checked_on)


def called(review: Review) -> str:
    """A review's name, such as `United States, session 36 (May 2020)`."""
    say = _("{state}, session {session} ({month})")
    return say.format(state=country_name(review.state), session=review.session, month=month_in_words(review.review_day))


def reviews(session: Session) -> list[Review]:
    """All reviews of the coalition being served, by their day."""
    return list(session.scalars(select(Review).order_by(Review.review_day, Review.id)))


def review_by_uid(ctx: Context, uid: str) -> Review | None:
    """The review of that name, if it is the served coalition's."""
    return ctx.session.scalar(select(Review).where(Review.uid == uid))


def suggest_reviews(ctx: Context, typed: str) -> Sequence[Option]:
    """The coalition's reviews that go with what was typed, by their day."""
    if not ctx.founded:
        return []
    options = [Option(review.uid, called(review)) for review in reviews(ctx.session)]
    return [option for option in options if option.value == typed or plain(typed) in plain(option.label)]


def only_review(ctx: Context) -> str:
    """The review's uid where the coalition follows just one; else empty."""
    found = reviews(ctx.session) if ctx.founded else []
    return found[0].uid if len(found) == 1 else ""
