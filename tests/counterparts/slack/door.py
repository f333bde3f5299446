"""The two ways by which Slack reaches a bot: signed HTTP requests, or envelopes over Socket Mode."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import Clock, SignatureVerifier

from tests.counterparts.slack.background import Background
from tests.counterparts.slack.socket_mode import SocketMode

Json = dict[str, Any]
Kind = Literal["slash_commands", "interactive", "events_api"]

PATIENCE_SECONDS = 8.0  # longer than Slack's three, so that a slow answer is told apart from none


@dataclass(frozen=True)
class Answer:
    """The bot's first answer: a status (0 where the connection was lost) and its body, read if it is JSON."""

    status: int
    body: Any
    seconds: float


class Door(Protocol):
    @property
    def honest(self) -> bool: ...  # a dishonest one expects to be refused

    async def deliver(self, kind: Kind, payload: Json, retry: int = 0, reason: str = "") -> Answer: ...


class _SignerClock(Clock):
    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now

    def now(self) -> float:
        return self._now()


@dataclass(frozen=True)
class HttpDoor:
    """Posts to the bot's real endpoint, signed as Slack signs."""

    url: str
    secret: str
    background: Background
    clock: Callable[[], float] = time.time
    honest: bool = True
    patience: float = PATIENCE_SECONDS

    def forged(self) -> HttpDoor:
        return replace(self, secret="f" * 32, honest=False)

    def stale(self, seconds: float = 600) -> HttpDoor:
        """Rightly signed, long ago: somebody plays back what was once recorded."""
        return replace(self, clock=lambda: self.clock() - seconds, honest=False)

    async def deliver(self, kind: Kind, payload: Json, retry: int = 0, reason: str = "") -> Answer:
        text, content_type = _encoded(kind, payload)
        headers = {"Content-Type": content_type, **self._signature(text)}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason or "http_timeout"}
        return await self.background.there(self._post(text, headers))

    async def challenge(self) -> Answer:
        """What Slack asks when somebody types the address into the app's settings."""
        payload = {"token": "verification", "challenge": "3eZbrw1aB", "type": "url_verification"}
        return await self.deliver("events_api", payload)

    def _signature(self, text: str) -> dict[str, str]:
        now = str(int(self.clock()))
        verifier = SignatureVerifier(self.secret, _SignerClock(self.clock))
        signature = verifier.generate_signature(timestamp=now, body=text)
        return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature or ""}

    async def _post(self, text: str, headers: dict[str, str]) -> Answer:
        started = time.monotonic()
        patience = aiohttp.ClientTimeout(total=self.patience)
        try:
            async with (
                aiohttp.ClientSession(timeout=patience) as session,
                session.post(self.url, data=text.encode(), headers=headers) as answer,
            ):
                body = _read(await answer.text())
                return Answer(answer.status, body, time.monotonic() - started)
        except (aiohttp.ClientError, TimeoutError):
            return Answer(0, None, time.monotonic() - started)


@dataclass(frozen=True)
class SocketDoor:
    """Sends over whichever connection of the bot comes next."""

    socket: SocketMode
    honest: bool = True
    patience: float = PATIENCE_SECONDS

    async def deliver(self, kind: Kind, payload: Json, retry: int = 0, reason: str = "") -> Answer:
        started = time.monotonic()
        try:
            body = await self.socket.deliver(kind, payload, retry, reason, self.patience)
            return Answer(200, body, time.monotonic() - started)
        except (ConnectionResetError, TimeoutError):
            return Answer(0, None, time.monotonic() - started)


def _encoded(kind: Kind, payload: Json) -> tuple[str, str]:
    form = "application/x-www-form-urlencoded"
    if kind == "slash_commands":
        return urlencode(payload), form
    if kind == "interactive":
        return urlencode({"payload": json.dumps(payload)}), form
    return json.dumps(payload), "application/json"


def _read(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
