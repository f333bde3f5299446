"""What is kept of the three things that every group works on, and of when its leads were nudged about them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coalition_bot.db import Base, Key, Owned

LINK_MAX = 500
NOTE_MAX = 200
KEY_MAX = 20  # of a uid


class TrackKind(StrEnum):
    """What every group works on."""

    RESEARCH = "research"  # which States to ask
    ONE_PAGER = "one_pager"
    SIDE_EVENT = "side_event"


class TrackState(StrEnum):
    """How far it has come."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    IN_REVIEW = "in_review"
    DONE = "done"


class Track(Owned, Base):
    """One of a group's three tracks, from its first change on; until then there is no row, and it is not started."""

    __tablename__ = "group_track"
    __table_args__ = (UniqueConstraint("group_id", "kind"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("working_group.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default=TrackState.NOT_STARTED)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    deadline_id: Mapped[int | None] = mapped_column(ForeignKey("deadline.id", ondelete="SET NULL"), index=True)
    link: Mapped[str] = mapped_column(String(LINK_MAX), default="")  # checked: http or https
    note: Mapped[str] = mapped_column(String(NOTE_MAX), default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)


class Nudge(Owned, Base):
    """The leads of a group were asked for what is missing. One nudge may be about many groups: they share its key."""

    __tablename__ = "group_nudge"
    __table_args__ = (UniqueConstraint("key", "group_id"), Index("ix_group_nudge_group_id_at", "group_id", "at"))
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(KEY_MAX))
    group_id: Mapped[int] = mapped_column(ForeignKey("working_group.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
