"""Of several workers one holds the connection; another takes over when it leaves, and soon after it dies."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from sqlalchemy import update

from coalition_bot.db import Database
from coalition_bot.lease import SECONDS, Lease, take, while_held
from tests.story import START, GivenClock

EVERY = 0.01


class Worker:
    """Somebody who wants the lease; `on` when it got it, `off` when it let go."""

    def __init__(self, db: Database, clock: GivenClock) -> None:
        self.on, self.off = asyncio.Event(), asyncio.Event()
        self.stop = asyncio.Event()
        self.task = asyncio.create_task(while_held(db, clock, "gateway", self.stop, self._work, EVERY))

    async def _work(self, over: asyncio.Event) -> None:
        self.on.set()
        try:
            await over.wait()
        finally:
            self.off.set()

    async def leaves(self) -> None:
        """Stops in good order."""
        self.stop.set()
        await self.task

    async def dies(self) -> None:
        """Is gone without a word."""
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


async def soon(event: asyncio.Event) -> None:
    """Wait for something that comes soon, and fail where it does not."""
    await asyncio.wait_for(event.wait(), 10)


def test_only_one_has_it_and_only_for_a_time(db: Database) -> None:
    clock = GivenClock()
    assert db.write(lambda s: take(s, "x", "a", clock.now()))
    assert not db.write(lambda s: take(s, "x", "b", clock.now()))
    assert db.write(lambda s: take(s, "y", "b", clock.now()))
    clock.forward(seconds=SECONDS - 1)
    assert db.write(lambda s: take(s, "x", "a", clock.now())), "one's own is renewed"
    clock.forward(seconds=SECONDS - 1)
    assert not db.write(lambda s: take(s, "x", "b", clock.now()))
    clock.forward(seconds=1)
    assert db.write(lambda s: take(s, "x", "b", clock.now()))
    assert not db.write(lambda s: take(s, "x", "a", clock.now()))


async def test_another_takes_over_when_the_first_leaves(db: Database) -> None:
    clock = GivenClock()
    first = Worker(db, clock)
    await soon(first.on)
    second = Worker(db, clock)
    await first.leaves()
    assert first.off.is_set()
    await soon(second.on)
    await second.leaves()
    assert clock.now() == START


async def test_another_takes_over_when_the_lease_of_a_dead_one_has_run_out(db: Database) -> None:
    clock = GivenClock()
    first = Worker(db, clock)
    await soon(first.on)
    await first.dies()
    second = Worker(db, clock)
    assert not await asyncio.to_thread(db.write, lambda s: take(s, "gateway", "third", clock.now()))
    assert not second.on.is_set()
    clock.forward(seconds=SECONDS)
    await soon(second.on)
    await second.leaves()


async def test_whoever_has_lost_it_stops(db: Database) -> None:
    worker = Worker(db, GivenClock())
    await soon(worker.on)
    await asyncio.to_thread(db.write, lambda s: s.execute(update(Lease).values(holder="other")))
    await soon(worker.off)
    await worker.leaves()
