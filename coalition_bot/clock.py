"""The one source of the present: a clock that is given, so that tests can give another; and rests between tries."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time to whoever was handed it."""

    def now(self) -> datetime:
        """The present as an aware UTC datetime."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present as an aware UTC datetime."""
        return datetime.now(UTC)


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until the program is told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def keep_trying(
    stop: asyncio.Event,
    work: Callable[[], Awaitable[bool]],
    failed: Callable[[Exception, float], object],
    *,
    first: float,
    longest: float,
    steady: float,
) -> None:
    """Do `work` again until it says that it is finished, or until `stop`; what it raises ends nothing else.

    Seconds: the `first` rest, which doubles up to the `longest`, and begins anew after work that held for `steady`.
    `failed` is told of each error and of the rest after it.
    """
    wait = first
    clock = asyncio.get_running_loop().time
    while not stop.is_set():
        began, trouble = clock(), None
        try:
            if await work():
                return
        except Exception as error:
            trouble = error
        wait = first if clock() - began > steady else wait
        if trouble:
            failed(trouble, wait)
        await rest(stop, wait)
        wait = min(wait * 2, longest)
