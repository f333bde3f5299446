"""Sends requests over connections that stay open, as fast as they are answered, and times each one."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ANSWER_SECONDS = 30


class Unexpected(Exception):
    """An answer that is not the one that was to be measured: then there is nothing to measure."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What a round gave."""

    seconds: float  # for all requests together
    latencies: tuple[float, ...]  # seconds, one per request
    busy: float  # the share of the time in which this process was computing: near 1, it measures itself

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds


def percentile(latencies: Sequence[float], percent: float) -> float:
    """The latency that so many percent of the requests did not exceed."""
    return sorted(latencies)[max(0, math.ceil(len(latencies) * percent / 100) - 1)]


async def fire(port: int, requests: Sequence[bytes], expected: str, connections: int = 1) -> Timing:
    """Send all requests and wait for all answers. Raises Unexpected unless each is a 200 that says `expected`."""
    opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]
    waiting, latencies = iter(requests), list[float]()
    began, computed = time.perf_counter(), time.process_time()
    try:
        async with asyncio.timeout(ANSWER_SECONDS + len(requests)), asyncio.TaskGroup() as lines:
            for reader, writer in opened:
                lines.create_task(_one_after_another(reader, writer, waiting, expected.encode(), latencies))
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    finally:
        for _reader, writer in opened:
            writer.close()
    seconds = time.perf_counter() - began
    return Timing(seconds, tuple(latencies), (time.process_time() - computed) / seconds)


async def _one_after_another(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    waiting: Iterator[bytes],
    expected: bytes,
    latencies: list[float],
) -> None:
    for request in waiting:
        began = time.perf_counter()
        writer.write(request)
        status, body = await _answer(reader)
        latencies.append(time.perf_counter() - began)
        if status != 200 or expected not in body:
            raise Unexpected(f"status {status}: {body[:300].decode(errors='replace')}")


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    _before, _name, after = head.partition(b"content-length:")
    return status, await reader.readexactly(int(after.partition(b"\r\n")[0]))
