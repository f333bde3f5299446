"""The same suite through each platform's wire; a counterpart that is missing skips its platform only."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from coalition_bot.db import Database
from tests.contract.discord import discord_face
from tests.contract.face import Face
from tests.contract.slack import slack_face
from tests.contract.web import web_face
from tests.counterparts.discord.twin import Twin
from tests.counterparts.slack.background import Background
from tests.counterparts.slack.emulated import Emulator


@pytest.fixture
async def over_http(sqlite_db: Database, slack_background: Background, slack_emulator: Emulator) -> AsyncIterator[Face]:
    """Slack, by signed requests."""
    async with slack_face(sqlite_db, slack_background, slack_emulator, "http") as face:
        yield face


@pytest.fixture
async def over_socket(
    sqlite_db: Database, slack_background: Background, slack_emulator: Emulator
) -> AsyncIterator[Face]:
    """Slack, by Socket Mode."""
    async with slack_face(sqlite_db, slack_background, slack_emulator, "socket mode") as face:
        yield face


@pytest.fixture
async def over_gateway(sqlite_db: Database, discord_twin: Twin) -> AsyncIterator[Face]:
    """Discord, by its gateway."""
    async with discord_face(discord_twin, sqlite_db) as face:
        yield face


@pytest.fixture
async def in_browser(sqlite_db: Database, browser: Browser) -> AsyncIterator[Face]:
    """The web page, in a real browser."""
    async with web_face(browser, sqlite_db) as face:
        yield face


WAYS = [
    pytest.param("over_http", id="slack-http", marks=pytest.mark.xdist_group("slack")),
    pytest.param("over_socket", id="slack-socket", marks=pytest.mark.xdist_group("slack")),
    pytest.param("over_gateway", id="discord", marks=pytest.mark.xdist_group("discord")),
    pytest.param("in_browser", id="web", marks=pytest.mark.xdist_group("browser")),
]


@pytest.fixture(params=WAYS)
def face(request: pytest.FixtureRequest) -> Face:
    """A platform on which "admin" has founded a coalition with its announcements in #general."""
    opened: Face = request.getfixturevalue(request.param)
    return opened
