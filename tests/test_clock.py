"""What is tried again: after longer and longer rests, until it is finished or the program stops."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from coalition_bot.clock import keep_trying


async def tried(
    work: Callable[[], Awaitable[bool]], *, steady: float, stop: asyncio.Event | None = None
) -> list[float]:
    """The rests after errors, until `work` is finished."""
    rests: list[float] = []
    await keep_trying(
        stop or asyncio.Event(),
        work,
        lambda error, seconds: rests.append(seconds),
        first=0.001,
        longest=0.004,
        steady=steady,
    )
    return rests


def failing(times: int) -> Callable[[], Awaitable[bool]]:
    """Fails so many times, and is finished then."""
    left = iter(range(times))

    async def work() -> bool:
        if next(left, None) is not None:
            raise ConnectionError
        return True

    return work


async def test_the_rest_doubles_up_to_the_longest() -> None:
    assert await tried(failing(5), steady=60) == [0.001, 0.002, 0.004, 0.004, 0.004]


async def test_after_work_that_held_the_rests_begin_anew() -> None:
    assert await tried(failing(3), steady=-1) == [0.001, 0.001, 0.001]


async def test_what_ends_unfinished_is_done_again() -> None:
    answers = iter([False, False, True])

    async def work() -> bool:
        return next(answers)

    assert await tried(work, steady=60) == []
    assert next(answers, None) is None


async def test_nothing_is_tried_after_stop() -> None:
    stop = asyncio.Event()
    stop.set()
    assert await tried(failing(1), steady=60, stop=stop) == []
