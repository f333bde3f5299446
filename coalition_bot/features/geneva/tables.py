"""Trips, and what travellers answered: each answer a row, sealed unless it is meant for a list."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from coalition_bot.context import Context
from coalition_bot.db import Base, Key, Owned, new_uid
from coalition_bot.features.reviews import Review, called
from coalition_bot.moments import geneva_day
from coalition_bot.words import N_, _

PLACE_MAX = 120


class TripKind(StrEnum):
    """The occasions for which a delegation travels."""

    PRE_SESSION = "pre-session"
    REVIEW = "review"
    ADOPTION = "adoption"


KIND_WORDS = {
    TripKind.PRE_SESSION: N_("Pre-session"),
    TripKind.REVIEW: N_("Review"),
    TripKind.ADOPTION: N_("Adoption"),
}


class Trip(Owned, Base):
    """A journey of the delegation, for which people fill in the form."""

    __tablename__ = "trip"
    __table_args__ = (UniqueConstraint("review_id", "kind"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(20), unique=True, default=new_uid)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    place: Mapped[str] = mapped_column(String(PLACE_MAX), default="")
    first_day: Mapped[date]
    last_day: Mapped[date]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    review: Mapped[Review] = relationship(lazy="joined")


class _Kept:
    """What is stored of one answer: sealed, or plain where it is meant for the coordinators' list."""

    field: Mapped[str] = mapped_column(String(40))
    plain: Mapped[str] = mapped_column(String(250), default="")
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    version: Mapped[str] = mapped_column(String(20), default="")  # of the wording that was agreed to
    updated_at: Mapped[datetime]


class Answer(_Kept, Owned, Base):
    """An answer for one trip. A question that somebody left empty on purpose has a row, too."""

    __tablename__ = "travel_answer"
    __table_args__ = (UniqueConstraint("person_id", "trip_id", "field"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    trip_id: Mapped[int] = mapped_column(ForeignKey("trip.id", ondelete="CASCADE"), index=True)


class SharedAnswer(_Kept, Owned, Base):
    """An answer that is the same for all trips. A table of its own: no engine keeps NULL trips unique alike."""

    __tablename__ = "travel_shared_answer"
    __table_args__ = (UniqueConstraint("person_id", "field"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))


def trip_name(trip: Trip) -> str:
    """A trip as people call it: `Review, United States, session 36 (May 2020)`."""
    return f"{_(KIND_WORDS[TripKind(trip.kind)])}, {called(trip.review)}"


def all_trips(session: Session) -> list[Trip]:
    """The coalition's trips, the next ones first, then those that are over."""
    return list(session.scalars(select(Trip).order_by(Trip.closed_at.is_not(None), Trip.first_day, Trip.id)))


def trip_by_uid(session: Session, uid: str) -> Trip | None:
    """The trip of that name, if it is the served coalition's."""
    return session.scalar(select(Trip).where(Trip.uid == uid))


def is_open(trip: Trip, now: datetime) -> bool:
    """Whether its form can be filled in: it was not closed, and is not over in Geneva."""
    return trip.closed_at is None and trip.last_day >= geneva_day(now)


def open_trips(ctx: Context) -> list[Trip]:
    """The trips whose form can be filled in now."""
    return [trip for trip in all_trips(ctx.session) if is_open(trip, ctx.now)]


def trips_of(session: Session, person_id: int | None) -> list[Trip]:
    """The trips for which somebody has answered something."""
    mine = select(Answer.trip_id).where(Answer.person_id == person_id)
    return list(session.scalars(select(Trip).where(Trip.id.in_(mine)).order_by(Trip.first_day, Trip.id)))


def own_trips(ctx: Context) -> list[Trip]:
    """The trips for which the visitor has answered something."""
    return trips_of(ctx.session, ctx.person.id)
