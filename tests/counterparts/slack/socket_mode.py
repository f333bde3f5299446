"""Slack's side of Socket Mode: tickets, hello, envelopes and their acknowledgements, goodbyes and lost connections."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.counterparts.slack.background import Background

Json = dict[str, Any]

CONNECTIONS = 10  # https://docs.slack.dev/apis/events-api/using-socket-mode#connections
GOODBYE_SECONDS = 3.0
ANSWERABLE = {"slash_commands", "interactive"}  # their acknowledgement may carry a payload


@dataclass
class Connection:
    """One WebSocket of the bot."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    envelopes: list[Json] = field(default_factory=list)
    acknowledged: list[Json] = field(default_factory=list)


class SocketMode:
    """Reached by the address that apps.connections.open gives; each such address admits one connection."""

    def __init__(self, background: Background, violated: Callable[[str, str], None]) -> None:
        self.address = ""
        self.connections: list[Connection] = []
        self.opened = 0  # connections in all, lost ones included
        self._background = background
        self._violated = violated
        self._tickets: dict[str, str] = {}
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._turn = itertools.count()
        self._changed = asyncio.Condition()

    # What tests ask for.

    async def connected(self, count: int = 1, opened: int = 0, seconds: float = 10) -> None:
        """Until so many connections stand, and so many were ever opened."""
        await self._background.there(self._connected(count, opened, seconds))

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Says goodbye on the oldest connection as Slack does every few hours, and closes it."""
        await self._background.there(self._disconnect(reason))

    async def warn(self) -> None:
        """Tells the oldest connection that it will be closed soon."""
        await self._background.there(self._say_goodbye("warning"))

    async def drop(self, every: bool = False) -> None:
        """Loses the oldest connection, or all, without a word."""
        await self._background.there(self._drop(every))

    async def deliver(self, kind: str, payload: Json, retry: int = 0, reason: str = "", seconds: float = 10) -> Any:
        """Sends one envelope over the next connection, and returns what the bot acknowledged it with."""
        return await self._background.there(self._deliver(kind, payload, retry, reason, seconds))

    async def send_raw(self, text: str) -> None:
        """Any text, for a bot that has to survive it."""
        await self._background.there(self.connections[0].socket.send_str(text))

    # Slack's side.

    def ticket(self, app: str) -> str:
        key = secrets.token_urlsafe(12)
        self._tickets[key] = app
        return f"{self.address}?ticket={key}&app_id={app}"

    async def accept(self, request: web.Request) -> web.StreamResponse:
        app = self._tickets.pop(request.query.get("ticket", ""), None)
        if app is None or len(self.connections) >= CONNECTIONS:
            return web.Response(status=401 if app is None else 429)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket, request.transport)
        await self._hello(connection, app)
        try:
            await self._listen(connection)
        finally:
            await self._gone(connection)
        return socket

    async def close(self) -> None:
        for connection in list(self.connections):
            await connection.socket.close()

    async def _hello(self, connection: Connection, app: str) -> None:
        self.connections.append(connection)
        self.opened += 1
        await connection.socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "debug_info": {"host": "127.0.0.1", "approximate_connection_time": 18_060},
                "connection_info": {"app_id": app},
            }
        )
        await self._notify()

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.socket:
            if message.type is WSMsgType.TEXT:
                self._acknowledged(connection, message.json())

    def _acknowledged(self, connection: Connection, told: Json) -> None:
        connection.acknowledged.append(told)
        envelope = next((e for e in connection.envelopes if e["envelope_id"] == told.get("envelope_id")), None)
        if envelope is None:
            self._violated("socket mode", f"an acknowledgement of nothing that was sent: {told.get('envelope_id')}")
            return
        if told.get("payload") and not envelope["accepts_response_payload"]:
            self._violated("socket mode", f"{envelope['type']} acknowledged with a payload, which it does not take")
        waiting = self._waiting.pop(envelope["envelope_id"], None)
        if waiting and not waiting.done():
            waiting.set_result(told.get("payload"))

    async def _gone(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
        for envelope in connection.envelopes:
            waiting = self._waiting.pop(envelope["envelope_id"], None)
            if waiting and not waiting.done():
                waiting.set_exception(ConnectionResetError("the connection was lost before an acknowledgement"))
        await self._notify()

    async def _deliver(self, kind: str, payload: Json, retry: int, reason: str, seconds: float) -> Any:
        await self._connected(1, 0, seconds)
        connection = self.connections[next(self._turn) % len(self.connections)]
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind in ANSWERABLE,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": reason}
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = waiting
        connection.envelopes.append(envelope)
        await connection.socket.send_json(envelope)
        return await asyncio.wait_for(waiting, seconds)

    async def _connected(self, count: int, opened: int, seconds: float) -> None:
        async with asyncio.timeout(seconds), self._changed:
            while len(self.connections) < count or self.opened < opened:
                await self._changed.wait()

    async def _disconnect(self, reason: str) -> None:
        """Closes only once the bot has a new connection, or has had the time to make one."""
        connection, before = self.connections[0], self.opened
        await self._say_goodbye(reason)
        with contextlib.suppress(TimeoutError):
            await self._connected(1, before + 1, GOODBYE_SECONDS)
        if connection in self.connections:
            self.connections.remove(connection)
        await connection.socket.close()

    async def _say_goodbye(self, reason: str) -> None:
        debug = {"host": "127.0.0.1"}
        await self.connections[0].socket.send_json({"type": "disconnect", "reason": reason, "debug_info": debug})

    async def _drop(self, every: bool) -> None:
        for connection in list(self.connections if every else self.connections[:1]):
            self.connections.remove(connection)
            if connection.transport:
                connection.transport.abort()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
