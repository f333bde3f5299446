"""Keeps the page to itself: headers that forbid what it does not need, requests of its own origin, bounded bodies."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapters.web.limits import BODY_MAX, FIELDS_MAX
from coalition_bot.settings import LOOPBACK

# Scripts and styles come from files of ours only, so that no text of anybody's can become one.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # pictures come inside the answer
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class TooLarge(Exception):
    """A body beyond what any form of ours can hold."""


class Malformed(Exception):
    """A body that no form of ours sends."""


class WithHeaders:
    """Adds the headers to every answer of an ASGI app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-cache")
            await send(message)

        await self._app(scope, receive, with_headers)


def is_loopback(request: Request) -> bool:
    """Whether the browser believes to talk to its own machine: through a proxy, or a name made to point here, not."""
    return (request.url.hostname or "") in LOOPBACK


def is_own(request: Request) -> bool:
    """Whether a request comes from this very page, not from another site that the visitor has open.

    Every browser in use says so itself (https://developer.mozilla.org/docs/Web/HTTP/Headers/Sec-Fetch-Site);
    the origin is for older ones. What says nothing is refused.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host")


async def fields(request: Request) -> list[tuple[str, str]]:
    """The names and answers of a form's body, in order. Raises TooLarge, Malformed."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise Malformed
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            raise TooLarge
    try:
        text = body.decode()
        return parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="replace")
    except ValueError:
        raise Malformed from None
