"""Makes the counterparts' fixtures known to their own tests; pytest takes `pytest_plugins` at the root only."""

from __future__ import annotations

from tests.counterparts.discord.fixtures import (
    discord_admin,
    discord_guild,
    discord_member,
    discord_server,
    discord_twin,
)
from tests.counterparts.slack.fixtures import slack, slack_background, slack_emulator, slack_scopes

__all__ = [
    "discord_admin",
    "discord_guild",
    "discord_member",
    "discord_server",
    "discord_twin",
    "slack",
    "slack_background",
    "slack_emulator",
    "slack_scopes",
]
