"""Discord's REST before the twin: strict about each request, and with what the twin has not got."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import aiohttp
from aiohttp import web

from tests.counterparts.discord import rules
from tests.counterparts.discord.faults import Fault, Faults, Trouble
from tests.counterparts.discord.spec import Spec
from tests.counterparts.discord.world import (
    LOADING,
    Interaction,
    Json,
    Message,
    Request,
    Upload,
    World,
    snowflake,
)

ANSWER_SECONDS = 3.0
LARGEST_UPLOAD = 10 * 2**20
API = re.compile(r"/api/v10(/.*)")


class Control(Protocol):
    async def db(self, model: str, call: str, **query: Any) -> Any:
        """Ask the twin's own database."""


class Refusal(Exception):
    """An answer that Discord gives instead of what was asked for."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "errors": {}}


@dataclass
class Call:
    """One request on its way: its route, the values in its path, its JSON and its files."""

    request: Request
    values: dict[str, str]
    query: dict[str, str]
    authorization: str

    @property
    def body(self) -> Any:
        return self.request.body

    @property
    def files(self) -> list[Upload]:
        return list(self.request.files)


Answer = tuple[int, Any]
Handler = Callable[[Call], Awaitable[Answer]]

UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
UNKNOWN_OVERWRITE = (404, 10009, "Unknown Permission overwrite")
UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
MISSING_ACCESS = (403, 50001, "Missing Access")
NOT_THE_AUTHOR = (403, 50005, "Cannot edit a message authored by another user")
CANNOT_DM = (403, 50007, "Cannot send messages to this user")
MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
INVALID_TOKEN = (401, 50027, "Invalid Webhook Token")
INVALID_RECIPIENT = (400, 50033, "Invalid Recipient(s)")
INVALID_BODY = (400, 50035, "Invalid Form Body")
ANSWERED_ALREADY = (400, 40060, "Interaction has already been acknowledged.")


class Proxy:
    """Answers what the bot asks of Discord's REST."""

    def __init__(
        self,
        world: World,
        spec: Spec,
        faults: Faults,
        http: aiohttp.ClientSession,
        twin_url: str,
        control: Control,
        bot_id: str,
        token: str,
    ) -> None:
        self.url = ""
        self.answer_seconds = ANSWER_SECONDS
        self._world, self._spec, self._faults = world, spec, faults
        self._http, self._twin_url, self._control = http, twin_url, control
        self._bot_id, self._token = bot_id, token
        self._posting = asyncio.Lock()
        self._handlers: dict[str, Handler] = {
            "GET /gateway": self._gateway,
            "GET /gateway/bot": self._gateway,
            "GET /applications/@me": self._application,
            "GET /oauth2/applications/@me": self._application,
            "GET /applications/{application_id}/commands": self._get_commands,
            "GET /applications/{application_id}/guilds/{guild_id}/commands": self._get_commands,
            rules.COMMANDS_OF_ALL: self._put_commands,
            rules.COMMANDS_OF_GUILD: self._put_commands,
            "POST /users/@me/channels": self._open_dm,
            "GET /channels/{channel_id}": self._channel,
            rules.PERMISSION: self._permit,
            "DELETE /channels/{channel_id}/permissions/{overwrite_id}": self._permit_no_more,
            rules.CHANNEL_MESSAGES: self._post,
            rules.CHANNEL_MESSAGE: self._edit_post,
            "GET /channels/{channel_id}/messages": self._history,
            "GET /channels/{channel_id}/messages/{message_id}": self._get_post,
            "DELETE /channels/{channel_id}/messages/{message_id}": self._delete_post,
            rules.CALLBACK: self._callback,
            rules.FOLLOW_UPS: self._follow_up,
            rules.ORIGINAL: self._edit_answer,
            rules.FOLLOW_UP: self._edit_answer,
            "GET /webhooks/{webhook_id}/{webhook_token}/messages/@original": self._get_answer,
            "GET /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": self._get_answer,
            "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/@original": self._delete_answer,
            "DELETE /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}": self._delete_answer,
        }

    # The door

    async def handle(self, request: web.Request) -> web.StreamResponse:
        call = await self._read(request)
        self._world.requests.append(call.request)
        fault = self._faults.take(call.request.method, call.request.path)
        if fault and (trouble := await self._before(fault, request)):
            return trouble
        status, body = await self._answer(call)
        if fault:
            self._show_answer(call)
            await self._after(fault, request)
        response = _response(status, body, call.request.route)
        with contextlib.suppress(ConnectionError):
            await response.prepare(request)
            await response.write_eof()
        self._show_answer(call)
        return response

    def _show_answer(self, call: Call) -> None:
        """People see an answer when the bot has been told that it arrived; nobody clicks faster than that."""
        interaction = self._world.interaction(call.values.get("interaction_token", ""))
        if interaction and interaction.callback:
            interaction.seen = True
        self._world.signal.fire()

    async def download(self, request: web.Request) -> web.Response:
        upload = self._world.uploads.get(request.match_info["id"])
        if upload is None:
            raise web.HTTPNotFound
        return web.Response(body=upload.data, content_type=upload.content_type)

    async def _read(self, request: web.Request) -> Call:
        found = API.fullmatch(request.path)
        path = found[1] if found else request.path
        body, files = await _body(request)
        route, values = self._spec.route(request.method, path)
        recorded = Request(request.method, path, route, body, tuple(files))
        return Call(recorded, values, dict(request.query), request.headers.get("Authorization", ""))

    async def _before(self, fault: Fault, request: web.Request) -> web.Response | None:
        if fault.trouble is Trouble.RATE_LIMIT:
            return _rate_limited(fault.retry_after)
        if fault.trouble is Trouble.ERROR:
            return _response(fault.status, {"code": 0, "message": "trouble on request"}, None)
        if fault.trouble is Trouble.DROP_BEFORE:
            return _hang_up(request)
        if fault.trouble is Trouble.HOLD_BEFORE:
            await fault.released.wait()
        return None

    async def _after(self, fault: Fault, request: web.Request) -> None:
        if fault.trouble is Trouble.DROP_AFTER:
            _hang_up(request)
        elif fault.trouble is Trouble.HOLD_AFTER:
            await fault.released.wait()

    async def _answer(self, call: Call) -> Answer:
        try:
            self._check(call)
            handler = self._handlers.get(call.request.route or "", self._pass_on)
            return await handler(call)
        except Refusal as refusal:
            return refusal.status, refusal.body
        except (RuntimeError, LookupError, TypeError, aiohttp.ClientError) as error:
            self._world.violations.append(f"the counterpart itself failed at {call.request.path}: {error!r}")
            return 500, {"code": 0, "message": "the counterpart failed"}

    def _check(self, call: Call) -> None:
        request = call.request
        if request.route is None:
            self._object(call, [f"Discord has no {request.method} {request.path}"])
        assert request.route
        by_token = "{webhook_token}" in request.route or "{interaction_token}" in request.route
        if not by_token and request.route != "GET /gateway" and call.authorization != f"Bot {self._token}":
            raise Refusal(401, 0, "401: Unauthorized")
        problems = self._spec.problems(request.route, request.body)
        problems += rules.broken_rules(request.route, request.body or {}, len(request.files))
        self._object(call, problems + _undeclared(call))

    def _object(self, call: Call, problems: list[str]) -> None:
        if problems:
            name = call.request.route or f"{call.request.method} {call.request.path}"
            self._world.violations += [f"{name}: {problem}" for problem in problems]
            raise Refusal(*INVALID_BODY)

    # The twin behind

    async def _twin(self, method: str, path: str, body: Any = None, query: Json | None = None) -> Answer:
        url = f"{self._twin_url}/api/v10{path}"
        async with self._http.request(method, url, json=body, params=query) as response:
            text = await response.text()
        try:
            return response.status, json.loads(text) if text else None
        except ValueError:
            return response.status, text

    async def _asked(self, method: str, path: str, body: Any = None, query: Json | None = None) -> Any:
        """What the twin answers; its refusals are passed on."""
        status, answer = await self._twin(method, path, body, query)
        if status >= 400:
            if not isinstance(answer, dict) or "code" not in answer:
                self._world.violations.append(f"{method} {path}: neither twin nor proxy has this: {answer}")
                answer = {}
            raise Refusal(status, answer.get("code", 0), answer.get("message", "?"))
        return answer

    async def _pass_on(self, call: Call) -> Answer:
        answer = await self._asked(call.request.method, call.request.path, call.body, call.query)
        return (204, None) if answer is None else (200, answer)

    # Who and where

    async def _gateway(self, call: Call) -> Answer:
        limit = {"total": 1000, "remaining": 999, "reset_after": 14400000, "max_concurrency": 1}
        return 200, {"url": f"{self.url.replace('http', 'ws')}/gateway", "shards": 1, "session_start_limit": limit}

    async def _application(self, call: Call) -> Answer:
        application = await self._asked("GET", "/applications/@me")
        owner = {"id": "1", "username": "owner", "discriminator": "0", "avatar": None}
        return 200, {**application, "owner": owner}

    async def _put_commands(self, call: Call) -> Answer:
        answer = await self._asked("PUT", call.request.path, call.body)
        merged = [{**sent, **got} for sent, got in zip(call.body, answer, strict=True)]
        self._world.commands[call.values.get("guild_id")] = merged
        return 200, merged

    async def _get_commands(self, call: Call) -> Answer:
        return 200, self._world.commands.get(call.values.get("guild_id"), [])

    async def _open_dm(self, call: Call) -> Answer:
        user = self._world.users.get(str(call.body.get("recipient_id")))
        if user is None or user.bot:
            raise Refusal(*INVALID_RECIPIENT)
        return 200, self._dm(await self.dm_channel(user.id))

    async def dm_channel(self, user_id: str) -> str:
        """The channel between the bot and a person; the twin gets one when it is first needed."""
        for channel_id, user in self._world.dms.items():
            if user.id == user_id:
                return channel_id
        channel_id = snowflake()
        self._world.dms[channel_id] = self._world.users[user_id]
        row = {"id": channel_id, "type": 1, "ownerId": user_id}
        await self._control.db("channel", "create", data=row)
        return channel_id

    def _dm(self, channel_id: str) -> Json:
        recipients = [self._world.dms[channel_id].to_api()]
        return {"id": channel_id, "type": 1, "last_message_id": None, "recipients": recipients}

    async def _channel(self, call: Call) -> Answer:
        if (channel_id := call.values["channel_id"]) in self._world.dms:
            return 200, self._dm(channel_id)
        self._open_channel(call)
        found = await self._asked("GET", call.request.path)
        own = [each for (channel, _user), each in self._world.overwrites.items() if channel == channel_id]
        return 200, {**found, "permission_overwrites": own}

    # Who sees a channel; the twin has no permissions of its own

    async def _permit(self, call: Call) -> Answer:
        channel_id, user_id = await self._managed(call)
        if user_id not in self._world.users:
            raise Refusal(*UNKNOWN_OVERWRITE)
        bits = {name: str(call.body.get(name) or 0) for name in ("allow", "deny")}
        self._world.overwrites[channel_id, user_id] = {"id": user_id, "type": call.body["type"], **bits}
        return 204, None

    async def _permit_no_more(self, call: Call) -> Answer:
        if self._world.overwrites.pop(await self._managed(call), None) is None:
            raise Refusal(*UNKNOWN_OVERWRITE)
        return 204, None

    async def _managed(self, call: Call) -> tuple[str, str]:
        channel_id = self._open_channel(call)
        await self._asked("GET", f"/channels/{channel_id}")
        if channel_id in self._world.unmanaged_channels:
            raise Refusal(*MISSING_PERMISSIONS)
        return channel_id, call.values["overwrite_id"]

    # Messages in channels

    async def _post(self, call: Call) -> Answer:
        channel_id = self._open_channel(call)
        async with self._posting:
            nonce = str(call.body.get("nonce") or "") if call.body.get("enforce_nonce") else ""
            if nonce and (earlier := self._world.recent(channel_id, nonce)):
                return 200, self._world.messages[earlier].raw
            raw = await self._asked("POST", call.request.path, _plain(call.body))
            message = await self._keep(raw, call)
            if nonce:
                self._world.nonces[channel_id, nonce] = (time.monotonic(), message.id)
        return 200, message.raw

    async def _edit_post(self, call: Call) -> Answer:
        self._own_post(call)
        raw = await self._asked("PATCH", call.request.path, _plain(call.body))
        return 200, (await self._keep(raw, call)).raw

    async def _get_post(self, call: Call) -> Answer:
        self._visible_post(call)
        return 200, self._from_history(await self._asked("GET", call.request.path))

    async def _delete_post(self, call: Call) -> Answer:
        message = self._visible_post(call)
        await self._asked("DELETE", call.request.path)
        if message:
            message.deleted = True
        return 204, None

    async def _history(self, call: Call) -> Answer:
        self._open_channel(call)
        found = await self._asked("GET", call.request.path, query=call.query)
        return 200, [self._from_history(one) for one in found if not one.get("flags", 0) & rules.EPHEMERAL]

    def _from_history(self, raw: Json) -> Json:
        """Discord does not promise to give a nonce back later, so nothing may count on it."""
        raw.pop("nonce", None)
        return self._with_mentions(raw)

    def _open_channel(self, call: Call) -> str:
        channel_id = call.values["channel_id"]
        if channel_id in self._world.forbidden_channels:
            raise Refusal(*MISSING_ACCESS)
        user = self._world.dms.get(channel_id)
        if user and user.id in self._world.closed_dms and call.request.method == "POST":
            raise Refusal(*CANNOT_DM)
        return channel_id

    def _visible_post(self, call: Call) -> Message | None:
        self._open_channel(call)
        message = self._world.messages.get(call.values["message_id"])
        if message and (message.ephemeral or message.deleted):
            raise Refusal(*UNKNOWN_MESSAGE)
        return message

    def _own_post(self, call: Call) -> None:
        message = self._visible_post(call)
        if message is None:
            raise Refusal(*UNKNOWN_MESSAGE)
        if message.author_id != self._bot_id:
            raise Refusal(*NOT_THE_AUTHOR)

    # Answers to interactions

    async def _callback(self, call: Call) -> Answer:
        interaction = self._unanswered(call)
        self._object(call, rules.wrong_answer(interaction.type, interaction.message is not None, call.body))
        interaction.callback = call.body
        try:
            await self._asked("POST", call.request.path, _plain_callback(call.body))
            message = await self._answer_message(interaction, call)
        except Refusal:
            interaction.callback = None
            raise
        if call.query.get("with_response", "").lower() not in ("1", "true"):
            return 204, None
        return 200, _callback_response(interaction, message)

    def _unanswered(self, call: Call) -> Interaction:
        interaction = self._world.interaction(call.values["interaction_token"])
        if interaction is None or interaction.id != call.values["interaction_id"]:
            raise Refusal(*UNKNOWN_INTERACTION)
        if interaction.callback is not None:
            raise Refusal(*ANSWERED_ALREADY)
        if asyncio.get_running_loop().time() - interaction.sent_at > self.answer_seconds:
            self._world.signal.fire()
            raise Refusal(*UNKNOWN_INTERACTION)
        return interaction

    async def _answer_message(self, interaction: Interaction, call: Call) -> Message | None:
        kind = call.body["type"]
        path = self._original(interaction)
        if kind == rules.DEFERRED_MESSAGE:
            await self._detach(interaction)
            flags = LOADING | interaction.deferred_flags
            interaction.original = self._mine(
                self._world.keep(await self._asked("PATCH", path, {"content": "", "flags": flags})), interaction
            )
        elif kind in (rules.MESSAGE, rules.UPDATE):
            data = call.body.get("data") or {}
            raw = await self._asked("GET", path)
            interaction.original = self._mine(await self._keep(raw, call, data), interaction)
        elif kind == rules.DEFERRED_UPDATE:
            interaction.original = interaction.message
        return interaction.original

    async def _detach(self, interaction: Interaction) -> None:
        """The twin takes the clicked message for the answer, even if a new message is to come."""
        where = {"interactionId": interaction.id}
        await self._control.db("interactionResponse", "update", where=where, data={"messageId": None})

    def _mine(self, message: Message, interaction: Interaction) -> Message:
        if message.ephemeral and message.only_for is None:
            message.only_for = interaction.user.id
        return message

    def _original(self, interaction: Interaction) -> str:
        return f"/webhooks/{self._bot_id}/{interaction.token}/messages/@original"

    async def _follow_up(self, call: Call) -> Answer:
        interaction = self._answered(call)
        if interaction.original and interaction.deferred and interaction.original.loading:
            message = await self._finish(interaction, call)
        else:
            raw = await self._asked("POST", call.request.path, _plain(call.body))
            message = self._mine(await self._keep(raw, call), interaction)
            interaction.follow_ups.append(message)
        return (200, message.raw) if call.query.get("wait", "").lower() in ("1", "true") else (204, None)

    async def _finish(self, interaction: Interaction, call: Call) -> Message:
        """The first words after a defer take the place of "thinking", and its visibility."""
        own = (call.body.get("flags") or 0) & ~rules.EPHEMERAL
        body = {**_plain(call.body), "flags": own | interaction.deferred_flags}
        raw = await self._asked("PATCH", self._original(interaction), body)
        return self._mine(await self._keep(raw, call), interaction)

    async def _edit_answer(self, call: Call) -> Answer:
        interaction = self._answered(call)
        message = self._message_of(interaction, call)
        if message.loading:
            return 200, (await self._finish(interaction, call)).raw
        raw = await self._asked("PATCH", call.request.path, _plain(call.body))
        return 200, (await self._keep(raw, call)).raw

    async def _get_answer(self, call: Call) -> Answer:
        message = self._message_of(self._answered(call), call)
        return 200, message.raw

    async def _delete_answer(self, call: Call) -> Answer:
        message = self._message_of(self._answered(call), call)
        await self._asked("DELETE", call.request.path)
        message.deleted = True
        return 204, None

    def _answered(self, call: Call) -> Interaction:
        interaction = self._world.interaction(call.values["webhook_token"])
        if interaction is None or interaction.callback is None or call.values["webhook_id"] != self._bot_id:
            raise Refusal(*UNKNOWN_WEBHOOK)
        if interaction.expired:
            raise Refusal(*INVALID_TOKEN)
        return interaction

    def _message_of(self, interaction: Interaction, call: Call) -> Message:
        message_id = call.values.get("message_id")
        message = self._world.messages.get(message_id) if message_id else interaction.original
        if message is None or message.deleted:
            raise Refusal(*UNKNOWN_MESSAGE)
        return message

    # What became of a message

    async def _keep(self, raw: Json, call: Call, sent: Json | None = None) -> Message:
        sent = call.body if sent is None else sent
        files = await self._attach(raw, call, sent)
        message = self._world.keep(self._with_mentions(raw), files, sent)
        if not (message.content or message.embeds or message.components or message.raw.get("attachments")):
            self._world.violations.append(f"{call.request.route}: leaves an empty message")
        return message

    async def _attach(self, raw: Json, call: Call, sent: Json) -> list[Upload] | None:
        if not call.files and "attachments" not in sent:
            return None
        stays = {str(one.get("id")) for one in sent.get("attachments") or []}
        kept = [one for one in raw.get("attachments") or [] if str(one["id"]) in stays]
        said = {str(one.get("id")): one.get("description") or "" for one in sent.get("attachments") or []}
        new = [replace(upload, description=said.get(str(number), "")) for number, upload in enumerate(call.files)]
        raw["attachments"] = kept + [self.uploaded(upload) for upload in new]
        text = json.dumps(raw["attachments"])
        await self._control.db("message", "update", where={"id": raw["id"]}, data={"attachments": text})
        return [self._world.uploads[one["id"]] for one in raw["attachments"]]

    def uploaded(self, upload: Upload) -> Json:
        """Keep a file, and describe it as an attachment."""
        upload_id = snowflake()
        self._world.uploads[upload_id] = upload
        url = f"{self.url}/attachments/{upload_id}/{upload.name}"
        shown = {"filename": upload.name, "content_type": upload.content_type, "size": len(upload.data)}
        return {"id": upload_id, "url": url, "proxy_url": url, **shown}

    def _with_mentions(self, raw: Json) -> Json:
        raw["mentions"] = [user.to_api() for user in self._world.mentions(raw.get("content") or "")]
        return raw


async def _body(request: web.Request) -> tuple[Any, list[Upload]]:
    if request.content_type == "multipart/form-data":
        return await _parts(request)
    text = await request.text()
    return (json.loads(text) if text else None), []


async def _parts(request: web.Request) -> tuple[Any, list[Upload]]:
    body: Any = {}
    files: list[Upload] = []
    async for part in await request.multipart():
        assert isinstance(part, aiohttp.BodyPartReader)
        data = bytes(await part.read())
        if part.name == "payload_json":
            body = json.loads(data)
        else:
            kind = part.headers.get("Content-Type", "application/octet-stream")
            files.append(Upload(part.filename or "", kind.split(";")[0], data))
    return body, files


def _undeclared(call: Call) -> list[str]:
    """Each file is announced in `attachments` under its number, and is not too large."""
    if not call.files:
        return []
    body = call.body.get("data") or {} if call.request.route == rules.CALLBACK else call.body
    declared = {str(one.get("id")) for one in body.get("attachments") or []}
    problems = [
        f"files[{number}]: not announced in attachments"
        for number in range(len(call.files))
        if str(number) not in declared
    ]
    large = [one.name for one in call.files if len(one.data) > LARGEST_UPLOAD]
    return problems + [f"{name}: larger than {LARGEST_UPLOAD} bytes" for name in large]


def _plain(body: Json) -> Json:
    """What the twin understands: no files, and nothing that is null."""
    empty: Json = {"content": "", "embeds": [], "components": []}
    kept = {key: value for key, value in body.items() if key != "attachments"}
    return kept | {key: value for key, value in empty.items() if key in body and body[key] is None}


def _plain_callback(body: Json) -> Json:
    return {**body, "data": _plain(body["data"])} if body.get("data") else body


def _callback_response(interaction: Interaction, message: Message | None) -> Json:
    assert interaction.callback
    about: Json = {"id": interaction.id, "type": interaction.type}
    answer: Json = {"interaction": about}
    kind = interaction.callback["type"]
    if message and kind in (rules.MESSAGE, rules.DEFERRED_MESSAGE, rules.UPDATE):
        about["response_message_id"] = message.id
        about["response_message_loading"] = message.loading
        about["response_message_ephemeral"] = message.ephemeral
        answer["resource"] = {"type": kind, "message": message.raw}
    return answer


def _response(status: int, body: Any, route: str | None) -> web.Response:
    headers = {"X-RateLimit-Limit": "50", "X-RateLimit-Remaining": "49", "X-RateLimit-Reset-After": "1"}
    headers["X-RateLimit-Bucket"] = format(abs(hash(route)), "x")
    if body is None:
        return web.Response(status=status, headers=headers)
    # discord.py reads JSON only where the header says exactly this, without a charset.
    headers["Content-Type"] = "application/json"
    return web.Response(status=status, body=json.dumps(body).encode(), headers=headers)


def _rate_limited(retry_after: float) -> web.Response:
    response = _response(429, {"message": "rate limited", "retry_after": retry_after, "global": False}, None)
    response.headers["Retry-After"] = str(retry_after)
    response.headers["Via"] = "1.1 google"
    return response


def _hang_up(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response(status=500)
