"""Slack's Web API as this adapter uses it: one session, no retries behind our back, and nothing personal in logs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from coalition_bot.command import CHUNK, File

CALL_SECONDS = 10
FETCH_SECONDS = 2.0  # somebody waits with an open form
UPLOAD_SECONDS = 25.0  # the dispatcher waits a little longer
FILES_HOST = "files.slack.com"  # https://docs.slack.dev/reference/objects/file-object

# What may go wrong between here and Slack.
TROUBLE = (SlackClientError, aiohttp.ClientError, TimeoutError)


def quiet_logger() -> logging.Logger:
    """A logger for the libraries: of their errors it passes on kind and place, never the text or the payload."""
    logger = logging.getLogger("slack_sdk.coalition_bot")
    logger.setLevel(logging.ERROR)
    if not logger.filters:
        logger.addFilter(_wordless)
    return logger


def _wordless(record: logging.LogRecord) -> bool:
    kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
    record.msg, record.args, record.exc_info, record.exc_text = f"{record.funcName} {kind}".strip(), (), None, None
    return True


@dataclass(frozen=True, slots=True)
class Home:
    """The workspace that the token is of, and the bot's own account there."""

    team: str
    name: str
    bot: str
    bot_user: str


class Api:
    """Holds the client, its session, and what it knows of itself."""

    def __init__(self, token: str, url: str) -> None:
        """Take the bot's token and the base address; nothing is asked yet."""
        # No handlers: a library that posts again after a lost connection posts twice.
        self._client = AsyncWebClient(
            token=token, base_url=url, timeout=CALL_SECONDS, logger=quiet_logger(), retry_handlers=[]
        )
        self._token, self._base = token, URL(url)
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._home: Home | None = None

    @property
    def client(self) -> AsyncWebClient:
        """The client, with a session of the running loop."""
        self._client.session = self.session
        return self._client

    @property
    def session(self) -> aiohttp.ClientSession:
        """A session of the running loop."""
        loop = asyncio.get_running_loop()
        if self._session is None or self._session.closed or self._loop is not loop:
            self._loop = loop
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_SECONDS))
        return self._session

    async def home(self) -> Home:
        """Asked once. Raises what is in TROUBLE."""
        if self._home is None:
            told = await self.client.auth_test()
            self._home = Home(
                str(told.get("team_id") or ""),
                str(told.get("team") or ""),
                str(told.get("bot_id") or ""),
                str(told.get("user_id") or ""),
            )
        return self._home

    async def respond(self, url: str, body: dict[str, Any]) -> None:
        """Answer by a response_url, which lives for 30 minutes and 5 answers. Raises what is in TROUBLE."""
        async with self.session.post(url, json=body) as answer:
            answer.raise_for_status()

    async def download(self, address: str, most: int) -> bytes | None:
        """A file of Slack's of at most `most` bytes. None for a larger one, or an address that is not Slack's.

        Raises what is in TROUBLE, and ValueError for what is no address.
        """
        url = URL(address)
        if not self._is_slacks(url):
            return None
        with_token = {"Authorization": f"Bearer {self._token}"}
        timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
        # A redirect would take the token elsewhere.
        asked = self.session.get(url, headers=with_token, timeout=timeout, allow_redirects=False)
        async with asked as answer:
            return await _at_most(answer, most) if answer.status == 200 else None

    async def upload(self, address: str, file: File) -> None:
        """Send a file to the address that Slack gave for it, part by part. Raises what is in TROUBLE."""
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(file.size)}
        timeout = aiohttp.ClientTimeout(total=UPLOAD_SECONDS)
        async with self.session.post(address, data=_flow(file), headers=headers, timeout=timeout) as answer:
            answer.raise_for_status()

    def _is_slacks(self, url: URL) -> bool:
        own = (self._base.scheme, self._base.host, self._base.port)
        return (url.scheme, url.host, url.port) in (("https", FILES_HOST, 443), own)

    async def close(self) -> None:
        """Close the session."""
        if self._session is not None and not self._session.closed and self._loop is asyncio.get_running_loop():
            await self._session.close()


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


def code(error: SlackApiError) -> str:
    """Slack's own word for what was wrong; empty where the answer was no JSON of Slack's."""
    data = getattr(error.response, "data", None)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def wait_seconds(error: SlackApiError) -> float | None:
    """How long Slack asks to wait, if that is what it says."""
    # https://docs.slack.dev/apis/web-api/rate-limits
    if code(error) != "ratelimited" and getattr(error.response, "status_code", 0) != 429:
        return None
    told = dict(getattr(error.response, "headers", {}) or {})
    after = next((value for name, value in told.items() if name.lower() == "retry-after"), "1")
    return max(1.0, float(after)) if str(after).replace(".", "", 1).isdigit() else 1.0
