"""The gate lets in what Slack has signed a moment ago, and answers everything else with 401, 413 or 400."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from adapters.slack.gate import BODY_MAX, Gate
from tests.story import GivenClock

SECRET = "s" * 32
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class Door:
    """A gate with nothing behind it but a note of what came through."""

    def __init__(self) -> None:
        self.clock, self.let_in = GivenClock(), list[dict[str, Any]]()
        app = Starlette(
            routes=[Route("/slack/events", Gate(SECRET, self.clock, self._note).__call__, methods=["POST"])]
        )
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot")

    async def _note(self, body: dict[str, Any], headers: dict[str, str]) -> Response:
        self.let_in.append(body)
        return Response("in")

    async def knock(
        self,
        raw: bytes,
        kind: str = JSON,
        *,
        secret: str = SECRET,
        seconds: float = 0,
        headers: dict[str, str] | None = None,
    ) -> int:
        now = str(int(self.clock.now().timestamp() + seconds))
        signed = hmac.new(secret.encode(), b"v0:" + now.encode() + b":" + raw, hashlib.sha256).hexdigest()
        own = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={signed}", "Content-Type": kind}
        return (await self.client.post("/slack/events", content=raw, headers={**own, **(headers or {})})).status_code


@pytest.fixture
def door() -> Door:
    return Door()


SLASH = {"command": "/group", "text": "join payload", "user_id": "U1", "channel_id": "C1", "team_id": "T1"}


async def test_what_slack_sends_is_let_in(door: Door) -> None:
    press = {"type": "block_actions", "user": {"id": "U1"}, "actions": [{"action_id": "press-0", "value": "x"}]}
    event = {"type": "event_callback", "event_id": "E1", "event": {"type": "message", "user": "U1", "text": "é"}}
    assert await door.knock(urlencode(SLASH).encode(), FORM) == 200
    assert await door.knock(urlencode({"payload": json.dumps(press)}).encode(), FORM) == 200
    assert await door.knock(json.dumps(event, ensure_ascii=False).encode(), f"{JSON}; charset=utf-8") == 200
    assert door.let_in == [SLASH, press, event]


@pytest.mark.parametrize("seconds", [-299, 299])
async def test_clocks_may_differ_a_little(door: Door, seconds: float) -> None:
    assert await door.knock(urlencode(SLASH).encode(), FORM, seconds=seconds) == 200


@pytest.mark.parametrize("seconds", [-301, 301, -86_400 * 365])
async def test_old_and_future_ones_are_refused(door: Door, seconds: float) -> None:
    assert await door.knock(urlencode(SLASH).encode(), FORM, seconds=seconds) == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "9" * 400},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "-1"},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v1=x"},
    ],
)
async def test_unsigned_and_wrongly_signed_ones_are_refused(door: Door, headers: dict[str, str]) -> None:
    assert await door.knock(urlencode(SLASH).encode(), FORM, headers=headers) == 401
    assert door.let_in == []


async def test_forged_and_changed_ones_are_refused(door: Door) -> None:
    raw = urlencode(SLASH).encode()
    assert await door.knock(raw, FORM, secret="f" * 32) == 401
    now = str(int(door.clock.now().timestamp()))
    signed = hmac.new(SECRET.encode(), f"v0:{now}:".encode() + raw, hashlib.sha256).hexdigest()
    headers = {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={signed}", "Content-Type": FORM}
    changed = raw.replace(b"U1", b"U2")
    assert (await door.client.post("/slack/events", content=changed, headers=headers)).status_code == 401
    assert (await door.client.post("/slack/events", content=raw, headers=headers)).status_code == 200


async def test_the_size_is_looked_at_before_the_signature(door: Door) -> None:
    assert await door.knock(b"x" * (BODY_MAX + 1)) == 413
    assert await door.knock(b"x" * (BODY_MAX + 1), secret="f" * 32) == 413

    async def stream() -> Any:
        for _part in range(BODY_MAX // 1000 + 2):
            yield b"x" * 1000

    assert (await door.client.post("/slack/events", content=stream())).status_code == 413


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (b"{", JSON),
        (b"[]", JSON),
        (b'"text"', JSON),
        (b"", JSON),
        (b"[" * 100_000, JSON),
        (b"payload={", FORM),
        (b"payload=[]", FORM),
        (b"payload=", FORM),
        (b"", FORM),
        (b"hello", FORM),
        (b"payload=%ff", FORM),
        (b'{"type":"event_callback","event":"\xff"}', JSON),
        (b'{"type":"event_callback","event":[]}', JSON),
        (b'{"type":"view_submission","user":{"id":"U1"}}', JSON),
    ],
)
async def test_signed_but_unreadable_ones_are_refused(door: Door, raw: bytes, kind: str) -> None:
    assert await door.knock(raw, kind) == 400
    assert await door.knock(raw, kind, secret="f" * 32) == 401
    assert door.let_in == []
