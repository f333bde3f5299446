"""How a comparison is run: both programs on fresh databases, taking turns, every answer and every row checked."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks import bare, ours
from benchmarks.load import Timing, fire
from benchmarks.serving import Contender, Server
from benchmarks.slash import GROUP, JOINED, join, look
from benchmarks.stub import web_api

CONTENDERS: dict[str, Contender] = {"ours": ours.serving, "bare": bare.serving}
WARM_UP = 50  # sign-ups before the first watch starts
INTRODUCING = 8  # connections over which people look around before a round


class Lost(Exception):
    """The database does not hold what was acknowledged: no speed makes up for that."""


@dataclass(frozen=True, slots=True)
class Course:
    """What is to be run."""

    folder: Path  # where the databases lie
    connections: int
    known: bool  # people have looked at the groups before they join one; otherwise Slack is asked who they are
    requests: int  # per round
    rounds: int


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a course: for each program, its rounds."""

    course: Course
    rounds: dict[str, list[Timing]]


async def run(course: Course, contenders: Mapping[str, Contender] = CONTENDERS) -> Result:
    """Run one course. Raises Unexpected, Lost, NotServing."""
    rounds: dict[str, list[Timing]] = {name: [] for name in contenders}
    async with AsyncExitStack() as stack:
        api_url = await stack.enter_async_context(web_api())
        servers = {}
        for name, serving in contenders.items():
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=course.folder)))
            servers[name] = await stack.enter_async_context(serving(folder, api_url))
        for server in servers.values():
            await _round(server, course, range(WARM_UP))
        for number in range(course.rounds):
            first = WARM_UP + number * course.requests
            for name, server in servers.items():  # in turns, so that a busy minute of the machine hits both
                rounds[name].append(await _round(server, course, range(first, first + course.requests)))
    return Result(course, rounds)


async def _round(server: Server, course: Course, members: range) -> Timing:
    before = server.memberships()
    if course.known:
        await fire(server.port, [look(number) for number in members], GROUP, INTRODUCING)
    timing = await fire(server.port, [join(number) for number in members], JOINED, course.connections)
    stored = server.memberships() - before
    if stored != len(timing.latencies):
        raise Lost(f"{len(timing.latencies)} sign-ups were acknowledged, {stored} are stored")
    return timing
