"""The ear at Discord's gateway: one connection, which hears commands, presses, and who calls the bot."""

from __future__ import annotations

import logging
import sys
from collections.abc import Awaitable, Callable

import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket

from coalition_bot import bugs

# Below a warning discord.py writes out whole payloads, whatever the level of everything else.
logging.getLogger("discord").setLevel(logging.WARNING)

_SPOKEN = (discord.MessageType.default, discord.MessageType.reply)

log = structlog.get_logger(__name__)


class Ear(discord.Client):
    """Hears, and remembers nothing of what it heard. It asks for no privileged intent, unless newcomers are wanted."""

    def __init__(
        self,
        on_act: Callable[[discord.Interaction], Awaitable[None]],
        on_words: Callable[[discord.Message], Awaitable[None]],
        on_newcomer: Callable[[discord.Member], Awaitable[None]] | None = None,
    ) -> None:
        """Take who is told of interactions, of messages that are meant for the bot, and perhaps of new members."""
        super().__init__(
            intents=discord.Intents(
                guilds=True, guild_messages=True, dm_messages=True, members=on_newcomer is not None
            ),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
        )
        self._on_act, self._on_words, self._on_newcomer = on_act, on_words, on_newcomer

    async def setup_hook(self) -> None:
        """Ask where the gateway is, between logging in and connecting."""
        _shards, address, _limit = await self.http.get_bot_gateway()
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)

    def dispatch(self, event: str, /, *args: object, **kwargs: object) -> None:
        """Pass an event on, unless we have hung up: the library's own timers run a little longer."""
        if not self.is_closed():
            super().dispatch(event, *args, **kwargs)

    async def on_ready(self) -> None:
        """Say that it hears."""
        log.info("connected to Discord", servers=len(self.guilds))

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Somebody gave a command, pressed a button, submitted a form or is typing."""
        await self._on_act(interaction)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote; only what is meant for the bot goes on, and nothing of other bots."""
        if message.author.bot or message.webhook_id or message.type not in _SPOKEN or self.user is None:
            return
        # A reply to the bot's message calls it too, but is mostly meant for the others.
        called = f"<@{self.user.id}>" in message.content or f"<@!{self.user.id}>" in message.content
        if message.guild is None or called:
            await self._on_words(message)

    async def on_member_join(self, member: discord.Member) -> None:
        """Somebody has come into a server."""
        if self._on_newcomer:
            await self._on_newcomer(member)

    async def on_error(self, event_method: str, /, *args: object, **kwargs: object) -> None:
        """A bug: of the event, which may hold what somebody typed, only the name is logged."""
        if error := sys.exception():
            bugs.report(error, during=event_method)
