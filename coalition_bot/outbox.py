"""What the bot owes later: one row per message and destination, under a key that can exist only once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from sqlalchemy import ForeignKey, Index, String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from coalition_bot.command import Reply
from coalition_bot.db import NOBODY, Base, Key, new_uid
from coalition_bot.people import Coalition, Place
from coalition_bot.platform import Admission
from coalition_bot.vault import Vault


class State(StrEnum):
    """How far a row has come."""

    WAITING = "waiting"
    CLAIMED = "claimed"  # a dispatcher holds it until the lease runs out
    SENT = "sent"
    DROPPED = "dropped"  # at its moment there was nothing to say
    GONE = "gone"  # its destination is


class Owed(Base):
    """A message owed. It holds a reference and no text: what it says is written at the moment of sending."""

    __tablename__ = "owed"
    __table_args__ = (
        Index("ix_owed_state_due_at", "state", "due_at"),
        Index("ix_owed_coalition_id_kind_ref", "coalition_id", "kind", "ref"),
        Index("ix_owed_coalition_id_finished_at", "coalition_id", "finished_at"),
        Index("ix_owed_place_finished_at", "place", "finished_at"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(20), unique=True, default=new_uid)
    coalition_id: Mapped[int | None] = mapped_column(ForeignKey("coalition.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(250), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    ref: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(250))  # empty for a job that posts nothing
    due_at: Mapped[datetime]  # when it was meant to go out; never changes with a retry
    try_at: Mapped[datetime]  # when the next try may start
    state: Mapped[str] = mapped_column(String(10), default=State.WAITING)
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)  # claims so far: after the first it may have been sent
    finished_at: Mapped[datetime | None]
    posted: Mapped[str] = mapped_column(String(120), default="")  # the platform's name for the post
    trouble: Mapped[str] = mapped_column(String(200), default="")  # the last error's kind, never its text


class Pace(Base):
    """When a destination may get its next message."""

    __tablename__ = "pace"
    place: Mapped[str] = mapped_column(String(250), primary_key=True)
    free_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Due:
    """What the writer of a message is given at the moment of sending."""

    session: Session
    now: datetime  # aware UTC
    due_at: datetime  # aware UTC
    key: str
    ref: str
    place: Place | None
    coalition: Coalition | None
    vault: Vault


Writer = Callable[[Due], Reply | Admission | None]


def owe(session: Session, *, key: str, kind: str, ref: object, to: Place | None, due: datetime) -> None:
    """Owe the message `kind` about `ref` to a place (None: a job) from `due` on; a known `key` changes nothing."""
    coalition = session.info.get("coalition", NOBODY) or None
    row = {
        "uid": new_uid(),
        "coalition_id": coalition,
        "key": key,
        "kind": kind,
        "ref": str(ref),
        "place": str(to or ""),
        "due_at": due,
        "try_at": due,
        "state": State.WAITING,
        "tries": 0,
        "posted": "",
        "trouble": "",
    }
    statement = insert_for(session)(Owed).values(row)
    session.execute(statement.on_conflict_do_nothing(index_elements=["key"]))


def insert_for(session: Session) -> Callable[[type[Base]], sqlite.Insert]:
    """The engine's own INSERT, which knows ON CONFLICT; the two dialects spell it alike."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return cast(Callable[[type[Base]], sqlite.Insert], dialect.insert)


def disown(session: Session, *, kind: str, ref: object) -> None:
    """Forget what is owed about `ref` and has not been claimed yet."""
    session.execute(
        delete(Owed).where(
            Owed.coalition_id == session.info.get("coalition", NOBODY),
            Owed.kind == kind,
            Owed.ref == str(ref),
            Owed.state == State.WAITING,
        )
    )


def disown_all(session: Session, places: Sequence[Place]) -> None:
    """Leave no trace of what was owed or sent to these places."""
    session.execute(delete(Owed).where(Owed.place.in_(map(str, places))))
    session.execute(delete(Pace).where(Pace.place.in_(map(str, places))))


def reached(session: Session, *, kind: str, refs: Sequence[str]) -> list[Place]:
    """The places to which a message of this kind about one of `refs` has gone out."""
    sent = select(Owed.place).where(
        Owed.coalition_id == session.info.get("coalition", NOBODY),
        Owed.kind == kind,
        Owed.ref.in_(refs),
        Owed.state == State.SENT,
    )
    return [Place.parse(place) for place in session.scalars(sent.distinct())]
