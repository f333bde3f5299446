"""The response_url that comes with each command and click: five uses in half an hour."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.counterparts.slack.methods import Methods
from tests.counterparts.slack.screen import Message, with_ids
from tests.counterparts.slack.wire import filled, refusal

Json = dict[str, Any]

# https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
USES, SECONDS = 5, 30 * 60


@dataclass
class ResponseUrl:
    person: str
    channel: str
    message: Message | None  # the one that was clicked on
    made: float
    uses: int = 0


class Responses:
    """All that were given out."""

    def __init__(self, methods: Methods, clock: Callable[[], float]) -> None:
        self._methods, self._clock = methods, clock
        self._given: dict[str, ResponseUrl] = {}

    def new(self, person: str, channel: str, message: Message | None) -> str:
        key = secrets.token_urlsafe(12)
        self._given[key] = ResponseUrl(person, channel, message, self._clock())
        return key

    async def use(self, key: str, body: Json) -> Json:
        url = self._given.get(key)
        if url is None or self._clock() - url.made > SECONDS:
            return refusal("expired_url")
        if url.uses >= USES:
            return refusal("used_url")
        url.uses += 1
        if body.get("delete_original"):
            return await self._delete(url.message)
        if not self._methods.judge.message("response_url", body):
            return refusal("invalid_blocks")
        if body.get("replace_original") and url.message:
            await self._replace(url.message, body)
        else:
            await self.show(url.person, url.channel, body)
        return {"ok": True}

    async def show(self, person: str, channel: str, body: Json) -> None:
        """For one person, or for all of the channel; the first answer to a command is shown so as well."""
        if body.get("response_type") != "in_channel":
            self._methods.show_ephemeral(person, channel, body)
            return
        message = {key: body[key] for key in ("text", "blocks", "thread_ts") if body.get(key)}
        posted = await self._methods.emulated.ask("chat.postMessage", filled({**message, "channel": channel}))
        await self._methods.show_posted(posted["channel"], posted["message"])

    async def _delete(self, message: Message | None) -> Json:
        if message is None:
            return refusal("no_message")
        if message.how != "ephemeral":
            await self._methods.emulated.ask("chat.delete", {"channel": message.channel, "ts": message.ts})
        self._methods.screen.delete(message)
        return {"ok": True}

    async def _replace(self, message: Message, body: Json) -> None:
        text, blocks = body.get("text") or "", with_ids(body.get("blocks") or [])
        if message.how != "ephemeral":
            new = {"channel": message.channel, "ts": message.ts, "text": text, "blocks": blocks}
            await self._methods.emulated.ask("chat.update", new)
        self._methods.screen.edit(message, text, blocks)
