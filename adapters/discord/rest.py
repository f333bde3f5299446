"""Discord's REST as the adapter needs it: one try per call, and a refusal that says what was refused.

discord.py's own client waits inside a call, for a rate limit or between its five tries after an error. Here the
dispatcher has to be told at once: it holds a lease, and it knows when to come back.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

import aiohttp
from aiohttp.payload import AsyncIterablePayload
from yarl import URL

from adapters.discord.limits import REQUESTS_PER_SECOND
from adapters.discord.render import Drawn
from coalition_bot.command import CHUNK, File
from coalition_bot.platform import TryLater

Json = dict[str, Any]

ANSWER_SECONDS = 10.0  # for one call
UPLOAD_SECONDS = 25.0  # for one with a file; the dispatcher waits a little longer
FETCH_SECONDS = 2.0  # for a file that somebody attached: they wait for an answer
# https://docs.discord.com/developers/reference#cdn-endpoints
FILES_HOSTS = ("cdn.discordapp.com", "media.discordapp.net")
WAIT_SECONDS = 5.0  # where a refusal does not say how long to wait
# Discord wants the library's address and version: https://docs.discord.com/developers/reference#user-agent
USER_AGENT = f"DiscordBot (https://github.com/Rapptz/discord.py, {version('discord.py')})"


class Refused(Exception):
    """Discord's No: HTTP status and Discord's own code, without the text, which may repeat what was sent."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"status {status}, code {code}")
        self.status, self.code = status, code


class Rest:
    """Calls to one base address with one bot's token."""

    def __init__(self, base: str, token: str) -> None:
        """Take both; nothing is connected yet."""
        self._base, self._token = base.rstrip("/"), token
        self._session: aiohttp.ClientSession | None = None
        self._free_at = 0.0

    async def get(self, path: str, **query: str) -> Any:
        """Ask for something. Raises Refused, TryLater, aiohttp's errors and TimeoutError, as all calls do."""
        return await self._call("GET", path, query=query)

    async def put(self, path: str, body: object) -> Any:
        """Replace something."""
        return await self._call("PUT", path, data=json.dumps(body))

    async def delete(self, path: str) -> None:
        """Take something away."""
        await self._call("DELETE", path)

    async def post(self, path: str, body: Json) -> Any:
        """Create something."""
        return await self._call("POST", path, data=json.dumps(body))

    async def send(self, method: str, path: str, drawn: Drawn, *, kind: int = 0, by_token: bool = False) -> Any:
        """Send a drawn message with its file. `kind` wraps it as the answer to an interaction.

        `by_token`: the path holds the interaction's token, which is all the right that is needed.
        """
        body = {"type": kind, "data": drawn.body} if kind else drawn.body
        data: str | aiohttp.FormData = json.dumps(body)
        if drawn.upload:
            data = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
            data.add_field("payload_json", json.dumps(body), content_type="application/json")
            data.add_field("files[0]", _Parts(drawn.upload.file), filename=drawn.upload.name)
        seconds = UPLOAD_SECONDS if drawn.upload else ANSWER_SECONDS
        return await self._call(method, path, data=data, by_token=by_token, seconds=seconds)

    async def answer(self, path: str, body: Json) -> None:
        """Answer an interaction with something that is no message."""
        await self._call("POST", path, data=json.dumps(body), by_token=True)

    async def download(self, address: str, most: int) -> bytes | None:
        """A file of at most `most` bytes. None for a larger one, or an address that is not Discord's.

        Raises aiohttp's errors, TimeoutError, and ValueError for what is no address.
        """
        url = URL(address)
        if not self._is_discords(url):
            return None
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        async with self._opened().get(url, timeout=timeout, allow_redirects=False) as answer:
            return await _at_most(answer, most) if answer.status == 200 else None

    def _is_discords(self, url: URL) -> bool:
        base = URL(self._base)
        own = (base.scheme, base.host, base.port)
        return (url.scheme, url.host, url.port) in (*(("https", host, 443) for host in FILES_HOSTS), own)

    async def close(self) -> None:
        """Hang up."""
        if self._session:
            await self._session.close()

    async def _call(
        self,
        method: str,
        path: str,
        *,
        data: str | aiohttp.FormData | None = None,
        query: Json | None = None,
        by_token: bool = False,
        seconds: float = ANSWER_SECONDS,
    ) -> Any:
        headers = {"User-Agent": USER_AGENT}
        if isinstance(data, str):
            headers["Content-Type"] = "application/json"
        if not by_token:  # answers to interactions do not count against the limit over all
            headers["Authorization"] = f"Bot {self._token}"
            await self._turn()
        session, timeout = self._opened(), aiohttp.ClientTimeout(total=seconds)
        asked = session.request(method, self._base + path, data=data, params=query, headers=headers, timeout=timeout)
        async with asked as response:
            text = await response.text()
            if response.status == 429:
                raise TryLater(_seconds(response, text))
            if response.status >= 400:
                raise Refused(response.status, _number(text, "code"))
            return json.loads(text) if text else None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    async def _turn(self) -> None:
        """Keep under the limit over all channels: calls line up for it."""
        now = asyncio.get_running_loop().time()
        self._free_at = max(now, self._free_at) + 1 / REQUESTS_PER_SECOND
        await asyncio.sleep(self._free_at - 1 / REQUESTS_PER_SECOND - now)


class _Parts(AsyncIterablePayload):
    """A file that is read part by part while it is sent, and of which the size is known before."""

    def __init__(self, file: File) -> None:
        super().__init__(_flow(file), content_type=file.media)
        self._size = file.size


async def _flow(file: File) -> AsyncIterator[bytes]:
    for part in file.chunks():
        yield part


async def _at_most(answer: aiohttp.ClientResponse, most: int) -> bytes | None:
    content = bytearray()
    async for part in answer.content.iter_chunked(CHUNK):
        content += part
        if len(content) > most:
            return None
    return bytes(content)


def _seconds(response: aiohttp.ClientResponse, text: str) -> float:
    """How long to wait, from the body or the header; the edge before Discord answers without JSON."""
    for found in (_read(text).get("retry_after"), response.headers.get("Retry-After")):
        try:
            return float(str(found))
        except ValueError:
            continue
    return WAIT_SECONDS


def _number(text: str, key: str) -> int:
    found = _read(text).get(key)
    return found if isinstance(found, int) else 0


def _read(text: str) -> Json:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
