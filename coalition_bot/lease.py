"""A lease: of several workers on one database, one at a time does what only one may do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import String, delete, or_
from sqlalchemy.orm import Mapped, Session, mapped_column

from coalition_bot.clock import Clock, rest
from coalition_bot.db import Away, Base, Database, new_uid
from coalition_bot.outbox import insert_for

SECONDS = 20  # what a dead worker held is free after that
RENEW_SECONDS = 5.0

log = structlog.get_logger(__name__)


class Lease(Base):
    """Who does something now, and until when they have to renew it."""

    __tablename__ = "lease"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(20))
    until: Mapped[datetime]


def take(session: Session, name: str, holder: str, now: datetime) -> bool:
    """Take a lease that is free, or renew one's own; whether it is held now."""
    until = now + timedelta(seconds=SECONDS)
    new = insert_for(session)(Lease).values(name=name, holder=holder, until=until)
    mine = new.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "until": until},
        where=or_(Lease.holder == holder, Lease.until <= now),
    )
    return session.scalar(mine.returning(Lease.holder)) is not None


def give_back(session: Session, name: str, holder: str) -> None:
    """Leave it to the next one at once."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


async def while_held(
    db: Database,
    clock: Clock,
    name: str,
    stop: asyncio.Event,
    run: Callable[[asyncio.Event], Coroutine[Any, Any, None]],
    every: float = RENEW_SECONDS,
) -> None:
    """Run `run` while this process holds the lease `name`, again and again until `stop`.

    `run` is given an event that says when to end: at `stop`, or when another worker may have the lease, because it
    could not be renewed in time. Looks for a free lease, and renews its own, `every` so many seconds.
    """
    holder = new_uid()
    until = clock.now()

    async def held() -> bool:
        nonlocal until
        now = clock.now()
        try:
            mine = await asyncio.to_thread(db.write, lambda session: take(session, name, holder, now))
        except Away:
            return now < until  # nobody else can have taken it before
        until = now + timedelta(seconds=SECONDS) if mine else now
        return mine

    while not stop.is_set():
        if await held():
            log.info("lease taken", lease=name)
            await _run(run, stop, held, every)
        await rest(stop, every)
    try:
        await asyncio.to_thread(db.write, lambda session: give_back(session, name, holder))
    except Away:
        return  # it runs out by itself


async def _run(
    run: Callable[[asyncio.Event], Coroutine[Any, Any, None]],
    stop: asyncio.Event,
    held: Callable[[], Coroutine[Any, Any, bool]],
    every: float,
) -> None:
    over = asyncio.Event()
    running = asyncio.create_task(run(over))
    stopping = asyncio.create_task(stop.wait())
    try:
        while not (running.done() or stop.is_set()):
            await asyncio.wait({running, stopping}, timeout=every, return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set() and not await held():
                log.warning("lease lost")
                break
    finally:
        over.set()
        stopping.cancel()
        await running
