"""Each database under each platform, for processes that are going to be killed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.counterparts.discord.twin import Twin
from tests.counterparts.slack.background import Background
from tests.counterparts.slack.emulated import Emulator
from tests.killed.stores import Store, embedded, served
from tests.killed.towns import DiscordTown, SlackTown, Town, discord_town, slack_town


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A migrated database of each kind."""
    with (embedded if request.param == "sqlite" else served)(tmp_path) as opened:
        yield opened


@pytest.fixture
async def on_slack(slack_background: Background, slack_emulator: Emulator) -> AsyncIterator[SlackTown]:
    """Slack, with channels for each moment."""
    async with slack_town(slack_background, slack_emulator) as town:
        yield town


@pytest.fixture
async def on_discord(discord_twin: Twin) -> DiscordTown:
    """Discord, with channels for each moment."""
    return await discord_town(discord_twin)


TOWNS = [
    pytest.param("on_slack", id="slack", marks=pytest.mark.xdist_group("slack")),
    pytest.param("on_discord", id="discord", marks=pytest.mark.xdist_group("discord")),
]


@pytest.fixture(params=TOWNS)
def town(request: pytest.FixtureRequest) -> Town:
    """Each platform on which a process posts."""
    opened: Town = request.getfixturevalue(request.param)
    return opened
