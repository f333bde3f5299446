"""What people have typed so far, sealed: drafts of forms, answers behind a button, and answers already given."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coalition_bot import uploads, written
from coalition_bot.command import Reply
from coalition_bot.db import Base, Key, new_uid
from coalition_bot.people import Place
from coalition_bot.vault import Unreadable, Vault

DRAFT_DAYS = 14
KEPT_MAX = 100  # of one account; whoever opens more forms than that closes the first ones
BUTTON_DAYS = 400  # a posted button works as long as anyone may scroll back to it
# Slack sends an event again after 5 minutes at the latest (https://docs.slack.dev/apis/events-api/#retries).
HANDLED_MINUTES = 15


class Draft(Base):
    """A form on its way, or the answers of a button that are too long for it."""

    __tablename__ = "draft"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    token: Mapped[str] = mapped_column(String(20), unique=True)
    owner: Mapped[str] = mapped_column(String(200), index=True)  # an account; empty: whoever sees the button
    command: Mapped[str] = mapped_column(String(60))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Handled(Base):
    """A request that was carried out, with its reply, so that the same event delivered again changes nothing."""

    __tablename__ = "handled"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    key: Mapped[str] = mapped_column(String(250), unique=True)
    owner: Mapped[str] = mapped_column(String(200), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Notes:
    """An opened draft: whose it is, for which command, what was answered, which questions were seen."""

    token: str
    command: str
    answers: Mapping[str, str]
    seen: frozenset[str]
    owner: str


def keep(session: Session, vault: Vault, notes: Notes, expires_at: datetime) -> str:
    """Store or replace a draft; returns its token."""
    token = notes.token or new_uid()
    text = json.dumps({"answers": dict(notes.answers), "seen": sorted(notes.seen)})
    draft = session.scalar(select(Draft).where(Draft.token == token))
    if draft is None:
        if notes.owner:
            _make_room(session, notes.owner)
        draft = Draft(token=token, owner=notes.owner, command=notes.command)
        session.add(draft)
    draft.sealed = vault.seal(text, "draft", token, notes.owner)
    draft.expires_at = expires_at
    return token


def find(session: Session, vault: Vault, token: str, owner: str, now: datetime) -> Notes | None:
    """A draft that is the owner's or everybody's. None where there is none, or it is another's, or too old."""
    if not (token.isascii() and token.isprintable()):  # forged
        return None
    draft = session.scalar(select(Draft).where(Draft.token == token, Draft.expires_at > now))
    if draft is None or draft.owner not in ("", owner):
        return None
    try:
        found = json.loads(vault.open(draft.sealed, "draft", token, draft.owner))
    except Unreadable:
        return None
    return Notes(token, draft.command, found["answers"], frozenset(found["seen"]), draft.owner)


def _make_room(session: Session, owner: str) -> None:
    """Before one more is kept, the oldest beyond what anybody needs go."""
    oldest = select(Draft.id).where(Draft.owner == owner).order_by(Draft.id.desc()).offset(KEPT_MAX - 1)
    session.execute(delete(Draft).where(Draft.id.in_(oldest)), execution_options={"synchronize_session": False})


def drop(session: Session, token: str) -> None:
    """Throw a draft away."""
    session.execute(delete(Draft).where(Draft.token == token))


def drop_all(session: Session, owners: Sequence[Place]) -> None:
    """Throw away all that is kept for these accounts."""
    session.execute(delete(Draft).where(Draft.owner.in_(map(str, owners))))
    session.execute(delete(Handled).where(Handled.owner.in_(map(str, owners))))
    uploads.drop_all(session, owners)


def drop_forms(session: Session, owners: Sequence[Place], commands: Sequence[str]) -> None:
    """Throw away what these accounts have typed into the forms of some commands."""
    session.execute(delete(Draft).where(Draft.owner.in_(map(str, owners)), Draft.command.in_(commands)))


def remember_reply(session: Session, vault: Vault, key: str, owner: str, reply: Reply, now: datetime) -> None:
    """Note that a request was carried out. A second note under one key raises IntegrityError at flush.

    Of a file only the words that came with it are kept, see `written.without_file`.
    """
    sealed = vault.seal(written.to_text(written.without_file(reply)), "handled", key)
    expires_at = now + timedelta(minutes=HANDLED_MINUTES)
    session.add(Handled(key=key, owner=owner, sealed=sealed, expires_at=expires_at))
    session.flush()


def given_reply(session: Session, vault: Vault, key: str) -> Reply | None:
    """The reply that was given to a request, if it was carried out."""
    sealed = session.scalar(select(Handled.sealed).where(Handled.key == key))
    return written.from_text(vault.open(sealed, "handled", key)) if sealed is not None else None


def sweep(session: Session, now: datetime) -> None:
    """Delete all that has expired."""
    session.execute(delete(Draft).where(Draft.expires_at <= now))
    session.execute(delete(Handled).where(Handled.expires_at <= now))
    uploads.sweep(session, now)
