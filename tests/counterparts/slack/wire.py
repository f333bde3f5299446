"""Requests and answers as they go over the wire: reading a body in any of Slack's forms, cutting a connection."""

from __future__ import annotations

import base64
import email
import json
from typing import Any

from aiohttp import web

from tests.counterparts.slack import people
from tests.counterparts.slack.screen import with_ids

Json = dict[str, Any]

JSON_FIELDS = {"blocks", "view", "metadata", "attachments", "files", "event_payload"}
HISTORY_LIMIT = 1000


def refusal(name: str) -> Json:
    return {"ok": False, "error": name}


def filled(body: Json) -> Json:
    filled = dict(body)
    if isinstance(body.get("blocks"), list):
        filled["blocks"] = with_ids(body["blocks"])
    if isinstance(body.get("view"), dict):
        filled["view"] = {**body["view"], "blocks": with_ids(body["view"].get("blocks", []))}
    return filled


async def body_of(request: web.Request) -> Json:
    """Query, form or JSON as one dictionary, with the JSON inside form fields read."""
    body: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body |= await request.json() if request.can_read_body else {}
        except ValueError:
            body["_unreadable"] = True
    elif request.can_read_body:
        body |= dict(await request.post())
    for key in JSON_FIELDS & body.keys():
        if isinstance(body[key], str) and body[key]:
            body[key] = _read(body[key])
    return body


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def token_of(request: web.Request, body: Json) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ").strip() or str(body.get("token", ""))


def client_of(request: web.Request) -> Json:
    """slack_sdk names the client of an OAuth exchange as Slack advises, in a header that emulate does not read."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return {}
    client, _, secret = base64.b64decode(given).decode().partition(":")
    return {"client_id": client, "client_secret": secret}


def cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response(status=500)


def uploaded(content_type: str, raw: bytes) -> bytes:
    """The file's own bytes, sent plainly or as the one part of a form."""
    if not content_type.startswith("multipart/"):
        return raw
    form = email.message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
    parts = [part.get_payload(decode=True) for part in form.walk() if not part.is_multipart()]
    return next((part for part in parts if isinstance(part, bytes)), raw)


def true(value: Any) -> bool:
    return str(value).lower() in ("true", "1")


def as_told(message: Json, with_metadata: bool) -> None:
    if message.get("user") == people.BOT_USER:
        message |= {"bot_id": people.BOT, "app_id": people.APP}
    if not with_metadata:
        message.pop("metadata", None)


def page(answer: Json, body: Json) -> Json:
    found = [message for message in answer["messages"] if _between(message["ts"], body)]
    start = int(str(body.get("cursor") or "").removeprefix("page:") or 0)
    end = start + min(int(body.get("limit") or 100), HISTORY_LIMIT)
    for message in found:
        as_told(message, true(body.get("include_all_metadata")))
    more = end < len(found)
    cursor = {"response_metadata": {"next_cursor": f"page:{end}"}} if more else {}
    return {"ok": True, "messages": found[start:end], "has_more": more, "pin_count": 0, **cursor}


def _between(ts: str, body: Json) -> bool:
    oldest, latest = float(body.get("oldest") or 0), float(body.get("latest") or "inf")
    if true(body.get("inclusive")):
        return oldest <= float(ts) <= latest
    return oldest < float(ts) < latest
