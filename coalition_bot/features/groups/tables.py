"""What is kept of groups: their kinds, who was in them from when to when and in which state, and who led them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from coalition_bot.db import Base, Key, Owned, new_uid
from coalition_bot.fields import Problem
from coalition_bot.folding import fold
from coalition_bot.people import NAME_MAX
from coalition_bot.words import _

ABOUT_MAX = 300
ISSUE_MAX = 200
REASON_MAX = 300
FOLDED_MAX = 2 * NAME_MAX  # a single sign may unfold to several letters

_OPEN = text("closed_at IS NULL")
_PRESENT = text("left_at IS NULL")
_GONE = text("left_at IS NOT NULL")
_LEADING = text("ended_at IS NULL")
_QUESTIONS = {  # `left_at` is empty in all of them, but SQLite would look it up in the table if it were not there
    "joined": ("coalition_id", "joined_at", "id", "group_id", "person_id", "stage", "left_at"),
    "group": ("coalition_id", "group_id", "joined_at", "id", "person_id", "stage", "issue_folded", "left_at"),
    "person": ("coalition_id", "person_id", "group_id", "stage", "joined_at", "issue_folded", "left_at"),
    "issue": ("coalition_id", "issue_folded", "group_id", "person_id", "stage", "joined_at", "left_at"),
}


class GroupKind(StrEnum):
    """What a group is for, and so how one comes into it."""

    WORKING = "working"
    TASK_FORCE = "task_force"  # by application
    CITY = "city"
    LIST = "list"  # a mailing list: one subscribes


class Stage(StrEnum):
    """How far somebody has come into a group."""

    IN = "in"
    WAITING = "waiting"  # for a place, in the order in which they came
    APPLIED = "applied"  # a lead or coordinator has not answered yet


class Ending(StrEnum):
    """How a stay came to its end."""

    LEFT = "left"
    REMOVED = "removed"
    DECLINED = "declined"
    MOVED = "moved"  # to another group, by a lead or coordinator; also where two groups became one
    MERGED = "merged"  # two records were one person
    FORGOTTEN = "forgotten"


class Group(Owned, Base):
    """A group of the coalition, of whichever kind. A closed one stays, and its name is free again."""

    __tablename__ = "working_group"  # GROUP is a word of SQL
    __table_args__ = (
        Index(
            "uq_working_group_open", "coalition_id", "folded", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("ix_working_group_by_name", "coalition_id", "folded", "id"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(20), unique=True, default=new_uid)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    folded: Mapped[str] = mapped_column(String(FOLDED_MAX))  # see `fold`
    kind: Mapped[str] = mapped_column(String(20), default=GroupKind.WORKING)
    about: Mapped[str] = mapped_column(String(ABOUT_MAX))
    capacity: Mapped[int | None]  # places; None: as many as come
    private: Mapped[bool] = mapped_column(default=False)  # only its people and coordinators know of it
    channel: Mapped[str] = mapped_column(String(250), default="")  # a Place
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    became_id: Mapped[int | None] = mapped_column(ForeignKey("working_group.id", ondelete="SET NULL"))  # when merged


class Membership(Owned, Base):
    """One stay of a person in a group, also one on the waiting list. Whoever comes back begins another.

    Only one at a time is not over. Those who wait stand in the order of `id`.
    """

    __tablename__ = "membership"
    __table_args__ = (
        Index(
            "uq_membership_present",
            "group_id",
            "person_id",
            unique=True,
            sqlite_where=_PRESENT,
            postgresql_where=_PRESENT,
        ),
        Index("ix_membership_stage", "group_id", "stage", "id", sqlite_where=_PRESENT, postgresql_where=_PRESENT),
        # Each answers a kind of question about sign-ups by itself; see decision 0020.
        *(
            Index(f"ix_membership_by_{what}", *columns, sqlite_where=_PRESENT, postgresql_where=_PRESENT)
            for what, columns in _QUESTIONS.items()
        ),
        Index("ix_membership_gone", "coalition_id", "group_id", "left_at", sqlite_where=_GONE, postgresql_where=_GONE),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(20), unique=True, default=new_uid)
    group_id: Mapped[int] = mapped_column(ForeignKey("working_group.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    stage: Mapped[str] = mapped_column(String(10), default=Stage.IN)
    issue: Mapped[str] = mapped_column(String(ISSUE_MAX), default="")  # empty: not sure yet
    issue_folded: Mapped[str] = mapped_column(String(2 * ISSUE_MAX), default="")  # to search in
    shown: Mapped[bool] = mapped_column(default=False)  # other members see the name; else they are only counted
    joined_at: Mapped[datetime]  # when they signed up
    entered_at: Mapped[datetime | None]  # when they got their place; None while they wait or have applied
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))  # None: themselves
    in_channel: Mapped[bool] = mapped_column(default=False)  # the bot let them into the group's channel
    left_at: Mapped[datetime | None]
    ending: Mapped[str] = mapped_column(String(10), default="")  # an Ending
    reason: Mapped[str] = mapped_column(String(REASON_MAX), default="")  # why they were declined

    @validates("issue")
    def _fold(self, _key: str, value: str) -> str:
        self.issue_folded = fold(value, 2 * ISSUE_MAX)
        return value


class Lead(Owned, Base):
    """One time of a person as a lead of a group."""

    __tablename__ = "group_lead"
    __table_args__ = (
        Index(
            "uq_group_lead_leading",
            "group_id",
            "person_id",
            unique=True,
            sqlite_where=_LEADING,
            postgresql_where=_LEADING,
        ),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(20), unique=True, default=new_uid)
    group_id: Mapped[int] = mapped_column(ForeignKey("working_group.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    backup: Mapped[bool] = mapped_column(default=False)  # stands in where the lead cannot
    daily: Mapped[bool] = mapped_column(default=False)  # hears of newcomers once a day, not of each at once
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def distinct(name: str) -> str:
    """The name, if others can tell it from no name at all. Raises Problem."""
    folded = fold(name)
    if not folded or len(folded) > FOLDED_MAX:
        raise Problem(_("Please give it a name in ordinary letters, such as Housing."))
    return name
