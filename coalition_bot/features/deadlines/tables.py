"""What is kept of deadlines: what was meant, where its reminders go, and when a channel wants them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coalition_bot.db import Base, Key, Owned, new_uid
from coalition_bot.moments import Moment
from coalition_bot.people import Place

TITLE_MAX = 120


class Deadline(Owned, Base):
    """A moment that the coalition must not miss. What somebody meant is kept beside the instant it came to."""

    __tablename__ = "deadline"
    __table_args__ = (Index("ix_deadline_coalition_id_instant", "coalition_id", "instant"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(20), unique=True, default=new_uid)
    title: Mapped[str] = mapped_column(String(TITLE_MAX))
    verb: Mapped[str] = mapped_column(String(10))  # a phrases.Verb
    meant: Mapped[str] = mapped_column(String(100))  # a Moment: wall time and zone
    instant: Mapped[datetime]
    group_id: Mapped[int | None] = mapped_column(ForeignKey("working_group.id", ondelete="SET NULL"))
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id", ondelete="SET NULL"))
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    added_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]  # what was due is done: nobody is reminded any more
    # Whoever has to meet it is reminded in private too: its owner, or else the leads of its group.
    personal: Mapped[bool] = mapped_column(default=False)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)

    @property
    def over(self) -> bool:
        """Whether nobody needs to hear of it any more."""
        return self.cancelled_at is not None or self.met_at is not None

    @property
    def moment(self) -> Moment:
        """The moment as it was meant."""
        return Moment.parse(self.meant)


class Destination(Owned, Base):
    """A channel that hears of a deadline."""

    __tablename__ = "deadline_destination"
    __table_args__ = (UniqueConstraint("deadline_id", "place"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadline.id", ondelete="CASCADE"))
    place: Mapped[str] = mapped_column(String(250))

    @property
    def where(self) -> Place:
        """The channel."""
        return Place.parse(self.place)


class PostingHour(Owned, Base):
    """When a channel wants reminders that are days ahead."""

    __tablename__ = "posting_hour"
    __table_args__ = (UniqueConstraint("coalition_id", "place"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    place: Mapped[str] = mapped_column(String(250))
    hour: Mapped[int]
    zone: Mapped[str] = mapped_column(String(64))
