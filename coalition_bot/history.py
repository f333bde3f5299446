"""Who did what, when; and who read whose personal data: two ledgers that only grow."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from coalition_bot.db import Base, Key, Owned

ABOUT_MAX = 120


class Happening(Owned, Base):
    """Something that a person did. It names things by number and carries no personal answer."""

    __tablename__ = "happening"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    what: Mapped[str] = mapped_column(String(60))  # "group.join"
    about: Mapped[str] = mapped_column(String(ABOUT_MAX), index=True)  # "group:12"
    whom_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)


class Reading(Owned, Base):
    """A look by one person at personal data of others."""

    __tablename__ = "reading"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    what: Mapped[str] = mapped_column(String(120))  # which view or export, which fields
    about: Mapped[str] = mapped_column(String(ABOUT_MAX))  # which group, trip or person


def note(
    session: Session, now: datetime, actor_id: int | None, what: str, about: str, whom_id: int | None = None
) -> Happening:
    """Write down what happened, in the transaction in which it does."""
    happening = Happening(at=now, actor_id=actor_id, what=what, about=about, whom_id=whom_id)
    session.add(happening)
    return happening
