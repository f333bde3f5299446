"""Discord as a platform of the bot: declares the commands, listens at the gateway, and posts what is owed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import discord
import structlog
from discord.http import Route

from adapters.discord import requests, tree
from adapters.discord.answering import Answering
from adapters.discord.channels import Channels
from adapters.discord.gateway import Ear
from adapters.discord.homes import Homes
from adapters.discord.limits import LIMITS
from adapters.discord.places import PLATFORM
from adapters.discord.posting import Post
from adapters.discord.rest import Rest
from coalition_bot.bot import HELP, Bot
from coalition_bot.clock import keep_trying
from coalition_bot.db import Away
from coalition_bot.platform import Admission, Limits, Parcel
from coalition_bot.settings import Settings

# Between two tries. Discord allows 1000 logins a day, and 10,000 refused requests in 10 minutes:
# https://docs.discord.com/developers/events/gateway#session-start-limit-object
FIRST_WAIT = 1.0
LONGEST_WAIT = 120.0
STEADY_SECONDS = 60.0  # a connection that held for so long had no trouble of its own
HANG_UP_SECONDS = 5.0
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
DISALLOWED_INTENTS = 4014

log = structlog.get_logger(__name__)


class Discord:
    """The platform named discord. It is connected while `connect` runs; `send` works without."""

    name = PLATFORM
    limits: Limits = LIMITS
    single = True

    def __init__(self, settings: Settings, bot: Bot) -> None:
        """Take settings and door. Raises ValueError that names a command which Discord cannot hold."""
        self.routes: list[Any] = []  # everything comes through the gateway
        self._commands = tree.declare((command.spec for command in bot.commands.values()), bot.prefix)
        self._base, self._token = settings.discord_api_url.rstrip("/"), settings.discord_token
        self._rest = Rest(self._base, self._token)
        self._post, self._channels = Post(self._rest), Channels(self._rest)
        self._bot, self._newcomers = bot, settings.discord_newcomers
        self._ear: Ear | None = None
        self._answering = Answering(bot, self._rest, Homes(self._rest, self._guilds).settle)
        self._busy: set[asyncio.Task[None]] = set()

    async def connect(self, stop: asyncio.Event) -> None:
        """Declare the commands and listen until told to stop; whatever breaks is tried again."""
        Route.BASE = self._base
        await asyncio.gather(_keep(stop, self._declare), _keep(stop, lambda: self._listen(stop)))

    async def send(self, parcel: Parcel) -> str:
        """Post, and return the message's id. Raises TryLater or Gone, and whatever else went wrong."""
        return await self._post.send(parcel)

    async def admit(self, admission: Admission) -> None:
        """Let somebody into a channel or take them out. Raises TryLater or Gone, and whatever else went wrong."""
        await self._channels.admit(admission)

    async def close(self) -> None:
        """Finish the answers in hand, and hang up."""
        if self._busy:
            await asyncio.wait(self._busy, timeout=HANG_UP_SECONDS)
        await self._rest.close()

    async def _declare(self) -> bool:
        """Declare the commands if Discord has others.

        What Discord has is fetched and compared, rather than a hash kept here: so it is right also where another
        copy of the bot, or the operator by hand, has declared something else since.
        """
        application = (await self._rest.get("/applications/@me"))["id"]
        path = f"/applications/{application}/commands"
        if not tree.same(self._commands, await self._rest.get(path)):
            await self._rest.put(path, self._commands)
            log.info("declared commands on Discord", roots=len(self._commands))
        return True

    async def _listen(self, stop: asyncio.Event) -> bool:
        """One connection, until it breaks (with an error) or the program stops."""
        ear = self._ear = Ear(self._on_act, self._on_words, self._on_newcomer if self._newcomers else None)
        # Its own way to come back is without bound and ends at the first malformed event; ours is around this.
        listening = asyncio.create_task(ear.start(self._token, reconnect=False))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                listening.result()
        except discord.ConnectionClosed as closed:
            if closed.code != DISALLOWED_INTENTS or not self._newcomers:
                raise
            log.error("Discord tells nothing of newcomers: switch on “Server Members Intent”, and start again")
            self._newcomers = False
        finally:
            stopping.cancel()
            await asyncio.wait({asyncio.create_task(ear.close())}, timeout=HANG_UP_SECONDS)
            listening.cancel()
            await asyncio.gather(listening, stopping, return_exceptions=True)
        return stop.is_set()

    def _guilds(self) -> list[str]:
        return [str(guild.id) for guild in self._ear.guilds] if self._ear else []

    async def _on_act(self, interaction: discord.Interaction) -> None:
        act = requests.read(interaction)
        if act is not None:
            await self._busily(self._answering.act(act))

    async def _on_words(self, message: discord.Message) -> None:
        channel = str(message.channel.id)
        if message.guild is None:
            await self._busily(self._answering.written(requests.asking(message, HELP), channel))
        else:
            await self._busily(self._answering.called(channel))

    async def _on_newcomer(self, member: discord.Member) -> None:
        await self._busily(self._greet(member))

    async def _greet(self, member: discord.Member) -> None:
        try:
            await self._bot.greet(requests.newcomer(member))
        except Away:  # Discord tells it once
            log.warning("a newcomer was not greeted")

    async def _busily(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)
        await task


async def _keep(stop: asyncio.Event, work: Callable[[], Awaitable[bool]]) -> None:
    """Nothing that Discord sends or fails to send may take the process down."""

    def failed(error: Exception, seconds: float) -> None:
        log.warning("Discord: trying again", error=type(error).__name__, seconds=seconds)

    await keep_trying(stop, work, failed, first=FIRST_WAIT, longest=LONGEST_WAIT, steady=STEADY_SECONDS)
