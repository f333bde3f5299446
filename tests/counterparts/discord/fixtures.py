"""Pytest fixtures: one Discord per test session, emptied for each test, and no broken rule goes unnoticed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.counterparts.discord.player import Guild, Player
from tests.counterparts.discord.twin import Twin, running_twin
from tests.counterparts.node import CounterpartMissing, skip_or_fail


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def discord_server() -> AsyncIterator[Twin]:
    """The two servers, started when the first test needs them."""
    running = running_twin()
    try:
        twin = await running.__aenter__()
    except CounterpartMissing as missing:
        skip_or_fail(str(missing))
    yield twin
    await running.__aexit__(None, None, None)


@pytest_asyncio.fixture(loop_scope="session")
async def discord_twin(discord_server: Twin) -> AsyncIterator[Twin]:
    """An empty Discord; the test fails if the bot sent anything that Discord would refuse."""
    await discord_server.reset()
    yield discord_server
    violations = list(discord_server.violations)
    discord_server.faults.clear()
    if violations:
        pytest.fail("Discord would have refused:\n" + "\n".join(violations), pytrace=False)


@pytest_asyncio.fixture(loop_scope="session")
async def discord_guild(discord_twin: Twin) -> Guild:
    """A server of its own for the test, with the channels #general and #news."""
    return await discord_twin.guild()


@pytest_asyncio.fixture(loop_scope="session")
async def discord_member(discord_guild: Guild) -> Player:
    """An ordinary member of that server."""
    return await discord_guild.player("Ana")


@pytest_asyncio.fixture(loop_scope="session")
async def discord_admin(discord_guild: Guild) -> Player:
    """An administrator of that server."""
    return await discord_guild.player("Berta", admin=True)
