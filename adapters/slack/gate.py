"""Stands before slack-bolt at the HTTP endpoint: size, time, signature and shape, before anything is believed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from adapters.slack.requests import Malformed, check
from coalition_bot.clock import Clock

BODY_MAX = 1_000_000  # bytes; Slack's own payloads stay below 300 kB
TIMESTAMP_MAX = 12  # digits
FRESH_SECONDS = 300  # https://docs.slack.dev/authentication/verifying-requests-from-slack

Dispatch = Callable[[dict[str, Any], dict[str, str]], Awaitable[Response]]


class Refused(Exception):
    """Not let in; the status says why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Gate:
    """The endpoint: hands on what Slack has signed a moment ago, and answers everything else itself."""

    def __init__(self, secret: str, clock: Clock, dispatch: Dispatch) -> None:
        """Take the signing secret, the clock, and what is behind the gate."""
        self._secret, self._clock, self._dispatch = secret.encode(), clock, dispatch

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        try:
            raw = await _bounded(request)
            self._verify(raw, request)
            body = _parsed(raw, request.headers.get("content-type", ""))
            check(body)
        except Refused as refused:
            return PlainTextResponse(f"{refused}\n", refused.status)
        except Malformed:
            return PlainTextResponse("not a request of Slack's\n", 400)
        return await self._dispatch(body, dict(request.headers))

    def _verify(self, raw: bytes, request: Request) -> None:
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= TIMESTAMP_MAX):
            raise Refused(401, "not signed by Slack")
        if abs(self._clock.now().timestamp() - int(timestamp)) > FRESH_SECONDS:
            raise Refused(401, "too old, or from the future")
        # Over the bytes as they came: slack_sdk's verifier fails on what is no UTF-8.
        signed = hmac.new(self._secret, b"v0:%s:%s" % (timestamp.encode(), raw), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v0={signed}".encode(), signature.encode()):
            raise Refused(401, "not signed by Slack")


async def _bounded(request: Request) -> bytes:
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > BODY_MAX:
        raise Refused(413, "too large")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_MAX:
            raise Refused(413, "too large")
        parts.append(part)
    return b"".join(parts)


def _parsed(raw: bytes, content_type: str) -> Any:
    """JSON, or a form whose `payload` is JSON. Parsed here, since slack-bolt takes any form with that word for one."""
    try:
        text = raw.decode("utf-8")
        if content_type.partition(";")[0].strip().lower() == "application/json":
            return json.loads(text)
        fields = dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
        return json.loads(fields["payload"]) if "payload" in fields else fields
    except (ValueError, RecursionError):
        raise Refused(400, "cannot be read") from None
