"""Files that people attach to a question: sealed for the account that sent them, carried on as a token, gone soon."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coalition_bot.db import Base, Key, new_uid
from coalition_bot.people import Place
from coalition_bot.vault import Unreadable, Vault

KEEP_DAYS = 2  # as long as somebody may take from attaching to confirming
KEPT_MAX = 10  # of one account; one more lets the oldest go
UPLOAD_MAX = 5_000_000  # bytes, where a question says nothing else; a sheet of 60,000 rows has fewer


@dataclass(frozen=True, slots=True)
class Attached:
    """A file as it came along with a request; nothing of it gets into a log."""

    name: str = field(repr=False)
    content: bytes | None = field(repr=False)  # None: too large to be fetched, or it could not be
    size: int = 0  # in bytes, as the platform says it; of the content where that is here


@dataclass(frozen=True, slots=True)
class Upload:
    """The file behind an answer."""

    token: str  # what drafts, pages and buttons carry on; opens the file for its owner only
    name: str = field(repr=False)
    content: bytes = field(repr=False)


class SealedUpload(Base):
    """A file that waits for the command it was attached to."""

    __tablename__ = "upload"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    token: Mapped[str] = mapped_column(String(20), unique=True)
    owner: Mapped[str] = mapped_column(String(200), index=True)  # an account
    name: Mapped[bytes] = mapped_column(LargeBinary)  # sealed: it may name somebody
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)


def keep(session: Session, vault: Vault, name: str, content: bytes, owner: str, now: datetime) -> str:
    """Store a file for two days; returns its token."""
    _make_room(session, owner)
    token = new_uid()
    row = SealedUpload(
        token=token,
        owner=owner,
        name=vault.seal(name, "upload name", token, owner),
        sealed=vault.seal_bytes(content, "upload", token, owner),
        expires_at=now + timedelta(days=KEEP_DAYS),
    )
    session.add(row)
    session.flush()
    return token


def find(session: Session, vault: Vault, token: str, owner: str, now: datetime) -> Upload | None:
    """The owner's file. None where there is none, or it is another's, or too old."""
    if not (token.isascii() and token.isprintable()):  # forged
        return None
    mine = (SealedUpload.token == token, SealedUpload.owner == owner, SealedUpload.expires_at > now)
    row = session.scalar(select(SealedUpload).where(*mine))
    if row is None:
        return None
    try:
        name = vault.open(row.name, "upload name", token, owner)
        return Upload(token, name, vault.open_bytes(row.sealed, "upload", token, owner))
    except Unreadable:
        return None


def drop(session: Session, tokens: Sequence[str]) -> None:
    """Throw files away, once nobody will ask for them again."""
    session.execute(delete(SealedUpload).where(SealedUpload.token.in_(tokens)))


def drop_all(session: Session, owners: Sequence[Place]) -> None:
    """Throw away all files of these accounts."""
    session.execute(delete(SealedUpload).where(SealedUpload.owner.in_(map(str, owners))))


def sweep(session: Session, now: datetime) -> None:
    """Delete all that has expired."""
    session.execute(delete(SealedUpload).where(SealedUpload.expires_at <= now))


def _make_room(session: Session, owner: str) -> None:
    newest_first = select(SealedUpload.id).where(SealedUpload.owner == owner).order_by(SealedUpload.id.desc())
    oldest = newest_first.offset(KEPT_MAX - 1)
    session.execute(delete(SealedUpload).where(SealedUpload.id.in_(oldest)), execution_options=_UNSEEN)


_UNSEEN = {"synchronize_session": False}
