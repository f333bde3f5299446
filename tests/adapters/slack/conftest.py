"""A bot in a Slack workspace, with a coalition founded in #general."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from coalition_bot.db import Database
from tests.contract.slack import SlackFace, slack_face
from tests.counterparts.slack.background import Background
from tests.counterparts.slack.emulated import Emulator


@pytest.fixture
async def face(sqlite_db: Database, slack_background: Background, slack_emulator: Emulator) -> AsyncIterator[SlackFace]:
    """Over HTTP."""
    async with slack_face(sqlite_db, slack_background, slack_emulator) as opened:
        yield opened


@pytest.fixture
async def socket_face(
    sqlite_db: Database, slack_background: Background, slack_emulator: Emulator
) -> AsyncIterator[SlackFace]:
    """Over Socket Mode."""
    async with slack_face(sqlite_db, slack_background, slack_emulator, "socket mode") as opened:
        yield opened
