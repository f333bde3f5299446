"""What is kept of questions: who is in charge of which topic, and what was asked and answered, sealed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coalition_bot.db import Base, Key, Owned, new_uid

TOPIC_MAX = 60
QUESTION_MAX = 1000
ANSWER_MAX = 1500

_OPEN = text("answered_at IS NULL")


class Contact(Owned, Base):
    """Who is in charge of a topic. One without anybody is the coordinators'."""

    __tablename__ = "topic_contact"
    __table_args__ = (UniqueConstraint("coalition_id", "topic"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    topic: Mapped[str] = mapped_column(String(2 * TOPIC_MAX))  # a name of TOPICS, or an own one, folded
    name: Mapped[str] = mapped_column(String(TOPIC_MAX))  # an own one as it was written
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)


class Asked(Owned, Base):
    """A question to the people in charge. Its words are for them alone, so they are sealed."""

    __tablename__ = "question"
    __table_args__ = (
        Index("ix_question_open", "coalition_id", "assigned_to", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(20), unique=True, default=new_uid)
    topic: Mapped[str] = mapped_column(String(2 * TOPIC_MAX))
    asked_by: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)  # see asking.words_of
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))  # None: coordinators
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None]
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
