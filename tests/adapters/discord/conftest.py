"""A founded coalition on the counterpart, with the trial commands."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from coalition_bot.db import Database
from tests.adapters.discord.commands import SLOW, gate
from tests.contract.commands import TRIAL
from tests.contract.discord import DiscordFace, discord_face
from tests.counterparts.discord.twin import Twin


@pytest_asyncio.fixture(loop_scope="session")
async def face(discord_twin: Twin, sqlite_db: Database) -> AsyncIterator[DiscordFace]:
    """The bot on Discord; "admin" has founded the coalition and announces in #general."""
    gate.clear()
    async with discord_face(discord_twin, sqlite_db, (TRIAL, SLOW)) as face:
        yield face
        gate.set()
