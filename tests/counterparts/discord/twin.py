"""Discord for the tests: discord-digital-twin on loopback, and before it the strict proxy that the bot talks to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web

from tests.counterparts.discord.faults import Faults
from tests.counterparts.discord.gateway import Gateway
from tests.counterparts.discord.player import Guild
from tests.counterparts.discord.proxy import Proxy
from tests.counterparts.discord.spec import HERE, Spec
from tests.counterparts.discord.world import Json, User, World, snowflake
from tests.counterparts.node import ensure_packages, start_node

TOKEN = "token-of-the-counterpart"
TABLES = ("reaction", "threadMember", "message", "interactionResponse", "channel", "guildMember", "role", "guild")


class Twin:
    """A running Discord: point the bot at `api_url` with `token`, then act through guilds and their players."""

    def __init__(self, http: aiohttp.ClientSession, twin_url: str, spec: Spec, bot: User) -> None:
        self.token = TOKEN
        self.bot = bot
        self.world = World()
        self.faults = Faults()
        self.api_url = ""
        self.gateway = Gateway(self.world, http, twin_url, bot.id, TOKEN)
        self.proxy = Proxy(self.world, spec, self.faults, http, twin_url, self, bot.id, TOKEN)
        self._http, self._twin_url = http, twin_url
        self.world.users[bot.id] = bot

    @property
    def violations(self) -> list[str]:
        return self.world.violations

    async def control(self, on: str, call: str, *args: Any) -> Any:
        return await _control(self._http, self._twin_url, on, call, *args)

    async def db(self, model: str, call: str, **query: Any) -> Any:
        return await self.control(f"prisma.{model}", call, query)

    async def guild(self, name: str = "Coalition", channels: tuple[str, ...] = ("general", "news")) -> Guild:
        """A new server with the bot in it; a bot that is connected is told."""
        guild = Guild(self, snowflake(), name)
        await self.db("guild", "create", data={"id": guild.id, "name": name, "ownerId": snowflake()})
        await guild.found(channels)
        if self.gateway.connected:
            await self.gateway.dispatch("GUILD_CREATE", await self._guild_event(guild.id))
        return guild

    async def user(self, name: str) -> User:
        user = User(snowflake(), name)
        self.world.users[user.id] = user
        row = {"id": user.id, "username": name.lower(), "globalName": name}
        await self.db("user", "create", data=row)
        return user

    async def reset(self) -> None:
        """Back to an empty Discord; a bot that is still connected loses its servers and keeps its commands."""
        self.faults.clear()
        await self.gateway.forget_lost_sessions()
        for guild in await self.db("guild", "findMany"):
            await self.gateway.dispatch("GUILD_DELETE", {"id": guild["id"]})
        for table in TABLES:
            await self.db(table, "deleteMany")
        await self.db("user", "deleteMany", where={"bot": False})
        if not self.gateway.connected:
            await self.db("applicationCommand", "deleteMany")
        self.world.clear(keep_commands=self.gateway.connected)
        self.gateway.allowed_intents = ~0

    async def _guild_event(self, guild_id: str) -> Json:
        state = await self.control("discord", "loadGatewayState")
        guild = next(one for one in state["guilds"] if one["id"] == guild_id)
        lists = ["voice_states", "threads", "presences", "stage_instances", "guild_scheduled_events"]
        nothing: Json = {name: [] for name in [*lists, "soundboard_sounds"]}
        known = {"joined_at": guild["joinedAt"], "large": False, "unavailable": False}
        inside = {"members": guild["members"], "channels": guild["channels"]}
        return {**guild["apiGuild"], **nothing, **known, **inside, "member_count": len(guild["members"])}


@asynccontextmanager
async def running_twin() -> AsyncIterator[Twin]:
    """Start both servers on free ports of 127.0.0.1, and stop them afterwards."""
    ensure_packages(HERE)
    spec = Spec.load()
    with start_node(HERE / "twin.mjs", {"DISCORD_TOKEN": TOKEN}) as server:
        async with aiohttp.ClientSession() as http:
            rows = await _control(http, server.url, "prisma.user", "findMany", {})
            twin = Twin(http, server.url, spec, User(rows[0]["id"], rows[0]["globalName"], bot=True))
            async with _listening(twin):
                yield twin


@asynccontextmanager
async def _listening(twin: Twin) -> AsyncIterator[None]:
    application = web.Application(client_max_size=2**26)
    application.router.add_get("/gateway", twin.gateway.handle)
    application.router.add_get("/gateway/", twin.gateway.handle)
    application.router.add_get("/attachments/{id}/{name}", twin.proxy.download)
    application.router.add_route("*", "/api/v10/{path:.*}", twin.proxy.handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    twin.proxy.url = f"http://{host}:{port}"
    twin.gateway.url = f"ws://{host}:{port}/gateway"
    twin.api_url = f"{twin.proxy.url}/api/v10"
    try:
        yield
    finally:
        twin.faults.clear()
        await twin.gateway.close()
        await runner.cleanup()


async def _control(http: aiohttp.ClientSession, twin_url: str, on: str, call: str, *args: Any) -> Any:
    body = {"on": on, "call": call, "args": list(args)}
    async with http.post(f"{twin_url}/control", json=body) as response:
        answer = json_of(await response.json(content_type=None))
    if "error" in answer:
        raise RuntimeError(f"the twin refused {on}.{call}: {answer['error']}")
    return answer["result"]


def json_of(answer: Any) -> Json:
    assert isinstance(answer, dict)
    return answer
