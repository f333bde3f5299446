"""What the tests of files share: a stream that notes how it is read, and a server that nobody should ask."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web


class Watched(io.BytesIO):
    """A stream that knows how much was read of it at once."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and note how much."""
        found = super().read(size)
        self.largest = max(self.largest, len(found))
        return found


@dataclass
class Stranger:
    """A server of somebody else's: what it was asked, and with which headers."""

    url: str
    asked: list[dict[str, str]] = field(default_factory=list)


@asynccontextmanager
async def stranger(content: bytes) -> AsyncIterator[Stranger]:
    """It hands out `content` at any address, and can be asked from here, if somebody does."""
    found = Stranger("")

    async def answer(request: web.Request) -> web.Response:
        found.asked.append(dict(request.headers))
        return web.Response(body=content)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    found.url = f"http://{host}:{port}"
    try:
        yield found
    finally:
        await runner.cleanup()
