"""What can go wrong between a bot and Slack: too fast, broken, refused, or cut off before or after it was done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from tests.counterparts.slack.background import Background
from tests.counterparts.slack.wire import cut

Json = dict[str, Any]
When = Literal["before", "after"]
RATE_LIMITED = 429


@dataclass
class Fault:
    """Strikes the next calls of a method; `method` may be `*`, or `response_url`."""

    method: str
    status: int | None = None  # 429 with Retry-After, 500...
    retry_after: int = 1
    error: str | None = None  # an answer of Slack's own: {"ok": false, "error": ...}
    drop: When | None = None  # cut the connection before or after the deed is done
    pause: Pause | None = None
    times: int = 1
    only: Callable[[Json], bool] = lambda body: True

    def strikes(self, method: str, body: Json) -> bool:
        return self.times > 0 and self.method in ("*", method) and self.only(body)


@dataclass
class Pause:
    """Holds a call before or after its deed, so that a test can look, or kill the caller."""

    when: When
    background: Background
    _reached: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def reached(self, seconds: float = 10) -> None:
        await self.background.there(asyncio.wait_for(self._reached.wait(), seconds))

    def release(self) -> None:
        self.background.loop.call_soon_threadsafe(self._released.set)

    async def hold(self) -> None:
        self._reached.set()
        await self._released.wait()


class Faults:
    """Those that wait for their call."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        self._waiting.append(fault)
        return fault

    def next(self, method: str, body: Json) -> Fault | None:
        fault = next((fault for fault in self._waiting if fault.strikes(method, body)), None)
        if fault:
            fault.times -= 1
        return fault

    def release(self) -> None:
        for fault in self._waiting:
            if fault.pause:
                fault.pause.release()


async def before(request: web.Request, fault: Fault | None) -> web.Response | None:
    """The answer in place of the deed, or None where the deed is to be done."""
    if fault is None:
        return None
    if fault.drop == "before":
        return cut(request)
    if fault.pause and fault.pause.when == "before":
        await fault.pause.hold()
    if fault.status == RATE_LIMITED:
        headers = {"Retry-After": str(fault.retry_after)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=RATE_LIMITED, headers=headers)
    if fault.status:
        return web.Response(status=fault.status, text="<html>Server Error</html>", content_type="text/html")
    return web.json_response({"ok": False, "error": fault.error}) if fault.error else None


async def after(request: web.Request, fault: Fault | None, answer: web.Response) -> web.Response:
    """The answer once the deed is done, unless the bot is not to hear it."""
    if fault and fault.pause and fault.pause.when == "after":
        await fault.pause.hold()
    return cut(request) if fault and fault.drop == "after" else answer
