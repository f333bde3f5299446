"""The gateway between the bot and the twin: it filters by intents and mends what the twin leaves out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import WSMsgType, web

from tests.counterparts.discord.world import Interaction, Json, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, REQUEST_MEMBERS = 0, 1, 2, 6, 7, 8
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11
AUTHENTICATION_FAILED = 4004
UNKNOWN_ERROR = 4000
ENDS_SESSION = (1000, 1001)
DISALLOWED_INTENTS = 4014
# https://docs.discord.com/developers/events/gateway#gateway-intents
GUILDS, MEMBERS, GUILD_MESSAGES, GUILD_REACTIONS = 1 << 0, 1 << 1, 1 << 9, 1 << 10
DIRECT_MESSAGES, DIRECT_REACTIONS, CONTENT = 1 << 12, 1 << 13, 1 << 15
PRIVILEGED = MEMBERS | (1 << 8) | CONTENT
_INTENTS = {
    "GUILD_MEMBER": (MEMBERS, MEMBERS),
    "MESSAGE_REACTION": (GUILD_REACTIONS, DIRECT_REACTIONS),
    "MESSAGE": (GUILD_MESSAGES, DIRECT_MESSAGES),
    "TYPING": (1 << 11, 1 << 14),
    "GUILD": (GUILDS, GUILDS),
    "CHANNEL": (GUILDS, GUILDS),
    "THREAD": (GUILDS, GUILDS),
}


@dataclass(eq=False)
class Session:
    """What the bot identified for; it outlives a lost socket, and then keeps what was missed."""

    intents: int
    twin: aiohttp.ClientWebSocketResponse
    socket: web.WebSocketResponse | None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    ready: bool = False
    sent: list[Json] = field(default_factory=list)
    pump: asyncio.Task[None] | None = None

    async def dispatch(self, event: str, data: Json) -> None:
        payload = {"op": DISPATCH, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(payload)
        await _send(self.socket, payload)

    async def resume(self, socket: web.WebSocketResponse, sequence: int) -> None:
        self.socket = socket
        for payload in self.sent[sequence:]:
            await _send(socket, payload)
        await self.dispatch("RESUMED", {})

    async def end(self) -> None:
        if self.pump:
            self.pump.cancel()
            await asyncio.gather(self.pump, return_exceptions=True)
        await self.twin.close()


class Gateway:
    """Relays each session of the bot to the twin; tests may cut one off, or deliver an event once more."""

    def __init__(self, world: World, http: aiohttp.ClientSession, twin_url: str, bot_id: str, token: str) -> None:
        self.sessions: list[Session] = []
        self.allowed_intents = ~0
        self.url = ""
        self._world, self._http, self._twin_url, self._token = world, http, twin_url, token
        self._reviser = Reviser(world, bot_id)

    @property
    def connected(self) -> bool:
        return any(session.ready and session.socket for session in self.sessions)

    async def until_connected(self, bot: asyncio.Future[Any] | None = None) -> None:
        """Wait for the bot; if it is given as a task, its own failure is raised at once."""
        if bot:
            bot.add_done_callback(lambda _: self._world.signal.fire())
        ended = bot.done if bot else bool
        await self._world.signal.until(lambda: self.connected or ended(), "the bot is not at the gateway")
        if bot and bot.done():
            bot.result()

    async def until_gone(self) -> None:
        """Wait until no socket of the bot is left."""
        gone = "the bot has not left the gateway"
        await self._world.signal.until(lambda: not any(one.socket for one in self.sessions), gone)

    async def dispatch(self, event: str, data: Json) -> None:
        """An event of our own, sent to every session that its intents admit."""
        for session in [one for one in self.sessions if one.ready]:
            if revised := self._reviser.revise(event, dict(data), session.intents):
                await session.dispatch(event, revised)

    async def deliver_again(self, interaction: Interaction) -> None:
        """Discord may deliver an event twice, above all around a reconnect."""
        assert interaction.event, "this interaction was never delivered"
        await self.dispatch("INTERACTION_CREATE", interaction.event)

    async def drop(self) -> None:
        """Cut the bot off as a lost network would; it is expected to come back and resume."""
        for session in list(self.sessions):
            socket, session.socket = session.socket, None
            if socket:
                await socket.close(code=UNKNOWN_ERROR)
        self._world.signal.fire()

    async def ask_to_reconnect(self) -> None:
        for session in list(self.sessions):
            await _send(session.socket, {"op": RECONNECT, "d": None})

    async def forget_lost_sessions(self) -> None:
        """Who is cut off can no longer resume, and has to identify anew."""
        for session in [one for one in self.sessions if not one.socket]:
            await self._end(session)

    async def close(self) -> None:
        await self.drop()
        for session in list(self.sessions):
            await self._end(session)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await _send(socket, {"op": HELLO, "s": None, "t": None, "d": {"heartbeat_interval": 45000}})
        session: Session | None = None
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    session = await self._heard(socket, json.loads(message.data)) or session
        finally:
            if session:
                await self._lost(session, socket)
        return socket

    async def _heard(self, socket: web.WebSocketResponse, payload: Json) -> Session | None:
        op = payload["op"]
        if op == HEARTBEAT:
            await _send(socket, {"op": HEARTBEAT_ACK})
        elif op == IDENTIFY:
            return await self._identified(socket, payload["d"])
        elif op == RESUME:
            return await self._resumed(socket, payload["d"])
        elif op == REQUEST_MEMBERS:
            self._world.violations.append("gateway: the counterpart has no member chunks; ask over REST")
        return None

    async def _identified(self, socket: web.WebSocketResponse, identify: Json) -> Session | None:
        if identify["token"] != self._token:
            await socket.close(code=AUTHENTICATION_FAILED)
            return None
        if identify["intents"] & PRIVILEGED & ~self.allowed_intents:
            await socket.close(code=DISALLOWED_INTENTS)
            return None
        twin = await self._http.ws_connect(f"{self._twin_url}/gateway", max_msg_size=0)
        session = Session(identify["intents"], twin, socket)
        self.sessions.append(session)
        await twin.send_json({"op": IDENTIFY, "d": identify})
        session.pump = asyncio.create_task(self._pump(session))
        return session

    async def _resumed(self, socket: web.WebSocketResponse, resume: Json) -> Session | None:
        session = next((one for one in self.sessions if one.id == resume["session_id"]), None)
        if session is None:
            await _send(socket, {"op": INVALID_SESSION, "d": False})
            return None
        await session.resume(socket, resume["seq"] or 0)
        self._world.signal.fire()
        return session

    async def _pump(self, session: Session) -> None:
        async for message in session.twin:
            payload = json.loads(message.data) if message.type is WSMsgType.TEXT else {}
            if payload.get("op") == DISPATCH:
                await self._relay(session, payload["t"], payload["d"])

    async def _relay(self, session: Session, event: str, data: Json) -> None:
        if event == "READY":
            data |= {"resume_gateway_url": self.url, "session_id": session.id}
        if revised := self._reviser.revise(event, data, session.intents):
            await session.dispatch(event, revised)
        if event == "READY":
            session.ready = True
            self._world.signal.fire()

    async def _lost(self, session: Session, socket: web.WebSocketResponse) -> None:
        if session.socket is not socket:
            return
        session.socket = None
        self._world.signal.fire()
        if socket.close_code in ENDS_SESSION:
            await self._end(session)

    async def _end(self, session: Session) -> None:
        if session in self.sessions:
            self.sessions.remove(session)
            await session.end()


async def _send(socket: web.WebSocketResponse | None, payload: Json) -> None:
    if socket and not socket.closed:
        with contextlib.suppress(ConnectionError):
            await socket.send_str(json.dumps(payload))


class Reviser:
    """Makes of the twin's events what Discord would send to a bot with these intents."""

    def __init__(self, world: World, bot_id: str) -> None:
        self._world = world
        self._bot_id = bot_id
        self._by_event: dict[str, Callable[[Json, int], Json | None]] = {
            "INTERACTION_CREATE": self._interaction,
            "MESSAGE_CREATE": self._message,
            "MESSAGE_UPDATE": self._message,
            "GUILD_CREATE": self._guild,
            "MESSAGE_REACTION_ADD": self._reaction,
            "MESSAGE_REACTION_REMOVE": self._reaction,
        }

    def revise(self, event: str, data: Json, intents: int) -> Json | None:
        if not data.get("guild_id", True):
            del data["guild_id"]
        if not self._wanted(event, data, intents):
            return None
        revision = self._by_event.get(event)
        return revision(data, intents) if revision else data

    def _wanted(self, event: str, data: Json, intents: int) -> bool:
        for beginning, (in_guild, in_dm) in _INTENTS.items():
            if event.startswith(beginning):
                in_a_guild = event.startswith(("GUILD", "CHANNEL", "THREAD")) or "guild_id" in data
                return bool(intents & (in_guild if in_a_guild else in_dm))
        return True

    def _message(self, data: Json, intents: int) -> Json:
        mentioned = self._world.mentions(data.get("content") or "")
        data["mentions"] = [user.to_api() for user in mentioned]
        to_us = "guild_id" not in data or self._bot_id in [user.id for user in mentioned]
        if not (intents & CONTENT or to_us or data["author"]["id"] == self._bot_id):
            data |= {"content": "", "embeds": [], "components": [], "attachments": []}
        return data

    def _guild(self, data: Json, intents: int) -> Json:
        if not intents & MEMBERS:
            data["members"] = [one for one in data["members"] if one["user"]["id"] == self._bot_id]
        return data

    def _reaction(self, data: Json, intents: int) -> Json:
        return {"type": 0, "burst": False, "message_author_id": None, **data}

    def _interaction(self, data: Json, intents: int) -> Json:
        """Fill in who acts, where and in which language; the key was our own and stays here."""
        key = data["data"].pop("_key", None)
        interaction = self._world.by_key(key) if key else None
        if interaction is None:
            return data
        interaction.id, interaction.token = data["id"], data["token"]
        data |= _where(interaction, data)
        data["locale"] = interaction.locale
        interaction.sent_at = interaction.sent_at or asyncio.get_running_loop().time()
        interaction.event = dict(data)
        return data


def _where(interaction: Interaction, data: Json) -> Json:
    user = interaction.user.to_api()
    if interaction.guild_id is None:
        channel = {"id": interaction.channel_id, "type": 1, "recipients": [user]}
        for absent in ("guild_id", "guild_locale", "member"):
            data.pop(absent, None)
        return {"user": user, "context": 1, "authorizing_integration_owners": {"0": "0"}, "channel": channel}
    member = {**data["member"], "user": user, "permissions": str(interaction.permissions)}
    guild = {"id": interaction.guild_id, "locale": "en-US", "features": []}
    owners = {"0": interaction.guild_id}
    return {"guild": guild, "member": member, "context": 0, "authorizing_integration_owners": owners}
