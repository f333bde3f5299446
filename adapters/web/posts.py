"""Writes and reads what was posted to the page, sealed for its place."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from adapters.web.limits import KEEP_DAYS
from adapters.web.tables import WebPost
from coalition_bot import written
from coalition_bot.command import Reply
from coalition_bot.outbox import insert_for
from coalition_bot.people import Community, Identity, Place
from coalition_bot.vault import Unreadable, Vault


@dataclass(frozen=True, slots=True)
class Post:
    """A message as it is read back."""

    id: int  # grows with time
    place: str
    reply: Reply
    at: datetime  # aware UTC


def write(session: Session, vault: Vault, uid: str, place: Place, reply: Reply, now: datetime) -> int:
    """Store a message under a name of its own; a repeat changes nothing. Returns its number."""
    session.execute(delete(WebPost).where(WebPost.at < now - timedelta(days=KEEP_DAYS)))
    sealed = vault.seal(written.to_text(reply), "web_post", place, uid)
    row = {"uid": uid, "place": str(place), "sealed": sealed, "at": now}
    session.execute(insert_for(session)(WebPost).values(row).on_conflict_do_nothing(index_elements=["uid"]))
    return session.scalars(select(WebPost.id).where(WebPost.uid == uid)).one()


def read(
    session: Session, vault: Vault, places: Collection[Place], now: datetime, *, after: int = 0, newest: int = 0
) -> list[Post]:
    """What can still be read in these places, oldest first: from number `after` on, or the `newest` of each place."""
    fresh = WebPost.at >= now - timedelta(days=KEEP_DAYS)
    rows: list[WebPost] = []
    for place in places:
        mine = select(WebPost).where(WebPost.place == str(place), WebPost.id > after, fresh)
        rows += session.scalars(mine.order_by(WebPost.id.desc()).limit(newest or None)).all()
    return [post for row in sorted(rows, key=lambda row: row.id) if (post := _open(vault, row))]


def last_number(session: Session) -> int:
    """The number of the newest message of all; 0 where there is none."""
    return session.scalar(select(func.max(WebPost.id))) or 0


def forget_stranger(session: Session, place: Place) -> None:
    """Somebody whom the coalition has forgotten leaves no direct messages behind."""
    known = exists().where(
        Identity.account == place.account,
        Identity.community_id == Community.id,
        Community.platform == place.platform,
        Community.external == place.community,
    )
    statement = delete(WebPost).where(WebPost.place == str(place), ~known)
    session.execute(statement, execution_options={"every_coalition": True, "synchronize_session": False})


def has_posts(session: Session, place: Place) -> bool:
    """Whether anything was posted there."""
    return session.scalar(select(WebPost.id).where(WebPost.place == str(place)).limit(1)) is not None


def outsiders(session: Session, platform: str, external: str) -> bool:
    """Whether the coalition of this community also has a community on another platform."""
    own = select(Community.coalition_id).where(Community.platform == platform, Community.external == external)
    others = select(Community.id).where(Community.coalition_id.in_(own), Community.platform != platform)
    return session.scalar(others.limit(1), execution_options={"every_coalition": True}) is not None


def _open(vault: Vault, row: WebPost) -> Post | None:
    try:
        reply = written.from_text(vault.open(row.sealed, "web_post", row.place, row.uid))
    except (Unreadable, ValueError):  # sealed with a key that was taken away, or written by another version
        return None
    return Post(row.id, row.place, reply, row.at)
