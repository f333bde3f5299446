"""What is kept of working groups: the groups, who was in them from when to when, and who led them."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from coalition_bot.db import Base, Key, Owned, new_uid
from coalition_bot.fields import Problem
from coalition_bot.people import NAME_MAX
from coalition_bot.words import _

ABOUT_MAX = 300
ISSUE_MAX = 200
FOLDED_MAX = 2 * NAME_MAX  # a single sign may unfold to several letters

_OPEN = text("closed_at IS NULL")
_PRESENT = text("left_at IS NULL")
_LEADING = text("ended_at IS NULL")


class Group(Owned, Base):
    """A working group. A closed one stays, and its name is free again."""

    __tablename__ = "working_group"  # GROUP is a word of SQL
    __table_args__ = (
        Index(
            "uq_working_group_open", "coalition_id", "folded", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(20), unique=True, default=new_uid)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    folded: Mapped[str] = mapped_column(String(FOLDED_MAX))  # see `fold`
    about: Mapped[str] = mapped_column(String(ABOUT_MAX))
    channel: Mapped[str] = mapped_column(String(250), default="")  # a Place
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Membership(Owned, Base):
    """One stay of a person in a group. Whoever comes back begins another; only one at a time is not over."""

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
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(20), unique=True, default=new_uid)
    group_id: Mapped[int] = mapped_column(ForeignKey("working_group.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    issue: Mapped[str] = mapped_column(String(ISSUE_MAX), default="")  # empty: not sure yet
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


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
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def fold(name: str) -> str:
    """A name as it is compared: those that look or read alike fold to the same."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(_bare(sign) for sign in plain).split())


def distinct(name: str) -> str:
    """The name, if others can tell it from no name at all. Raises Problem."""
    folded = fold(name)
    if not folded or len(folded) > FOLDED_MAX:
        raise Problem(_("Please give it a name in ordinary letters, such as Housing."))
    return name


def _bare(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Cf" or sign in "'’ʼ`´.":
        return ""
    return " " if category[0] in "ZP" else sign
