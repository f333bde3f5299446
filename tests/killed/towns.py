"""Slack and Discord under a process that is killed: posts held up on their way, and what stands in a channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from adapters.discord.limits import LIMITS as DISCORD_LIMITS
from adapters.slack.limits import LIMITS as SLACK_LIMITS
from adapters.slack.manifest import SCOPES
from coalition_bot.people import Place
from coalition_bot.platform import Limits
from tests.counterparts.discord.faults import Fault
from tests.counterparts.discord.player import Guild
from tests.counterparts.discord.twin import Twin
from tests.counterparts.slack.background import Background
from tests.counterparts.slack.emulated import Emulator
from tests.counterparts.slack.faults import Pause
from tests.counterparts.slack.people import TEAM, Channel
from tests.counterparts.slack.web_api import Workspace

# Channels, named for where their reminder is when the process dies.
EARLY = "early"  # claimed, and not with the platform yet
TAKEN = "taken"  # the platform has it, and has not said so yet
TOLD = "told"  # the platform has said so, and it is not written down yet
DONE = "done"  # written down
MOMENTS = (EARLY, TAKEN, TOLD, DONE)
OTHER = "other"  # for all else
When = Literal["before", "after"]


class Held(Protocol):
    """A post that has been held up on its way."""

    async def reached(self) -> None:
        """Until it is there."""
        ...

    def release(self) -> None:
        """Let it go on."""
        ...


class Town(Protocol):
    """A platform with some channels, in which the bot may post."""

    name: str
    limits: Limits
    community: str
    admin: str  # an account
    settings: Mapping[str, str]  # for the process

    def place(self, channel: str) -> Place:
        """A channel, as the core knows it."""
        ...

    def hold(self, channel: str, when: When) -> Held:
        """Hold the next post to a channel up, before it is done or after."""
        ...

    def posts(self, channel: str) -> Sequence[str]:
        """What stands in a channel."""
        ...

    def some_minutes_pass(self) -> None:
        """What the platform keeps for a moment only is forgotten."""
        ...


class SlackTown:
    """A workspace of the counterpart."""

    name, limits, community = "slack", SLACK_LIMITS, TEAM

    def __init__(self, slack: Workspace) -> None:
        self.slack = slack
        self.admin = slack.people["ana"].id
        self.settings = {**slack.environment, "SLACK_APP_TOKEN": slack.app_token}

    def place(self, channel: str) -> Place:
        return Place(self.name, self.community, channel=self.slack.channels[channel].id)

    def hold(self, channel: str, when: When) -> Pause:
        there = self.slack.channels[channel].id
        return self.slack.pause("chat.postMessage", when, only=lambda body: body["channel"] == there)

    def posts(self, channel: str) -> list[str]:
        there = self.slack.channels[channel].id
        return [post.words for post in self.slack.screen.messages if post.channel == there and not post.deleted]

    def some_minutes_pass(self) -> None:
        """Slack keeps the names of posts as long as the posts."""


@dataclass
class HeldOnDiscord:
    """A post that has been held up on its way."""

    fault: Fault
    twin: Twin

    async def reached(self) -> None:
        await self.twin.world.signal.until(self._is_there, "the post has not come")

    def release(self) -> None:
        self.fault.release()

    def _is_there(self) -> bool:
        return self.fault.reached.is_set()


class DiscordTown:
    """A server of the counterpart."""

    name, limits = "discord", DISCORD_LIMITS

    def __init__(self, twin: Twin, guild: Guild, admin: str) -> None:
        self._twin, self._guild = twin, guild
        self.community, self.admin = guild.id, admin
        self.settings = {"DISCORD_TOKEN": twin.token, "DISCORD_API_URL": twin.api_url}

    def place(self, channel: str) -> Place:
        return Place(self.name, self.community, channel=self._guild.channel(channel).id)

    def hold(self, channel: str, when: When) -> HeldOnDiscord:
        faults, path = self._twin.faults, f"/channels/{self._guild.channel(channel).id}/messages"
        return HeldOnDiscord((faults.hold_before if when == "before" else faults.hold_after)("POST", path), self._twin)

    def posts(self, channel: str) -> list[str]:
        return [post.text for post in self._guild.messages(channel)]

    def some_minutes_pass(self) -> None:
        """Discord keeps no nonce for longer."""
        self._twin.world.nonces.clear()


@asynccontextmanager
async def slack_town(background: Background, emulator: Emulator) -> AsyncIterator[SlackTown]:
    """A workspace of its own; fails with all that Slack would have refused."""
    workspace = Workspace(background, SCOPES)  # whatever goes beyond the manifest is refused
    workspace.channels.update({name: Channel(name) for name in (*MOMENTS, OTHER)})
    await background.there(workspace.open(emulator))
    try:
        yield SlackTown(workspace)
        workspace.fail_on_violations()
    finally:
        await background.there(workspace.close())


async def discord_town(twin: Twin) -> DiscordTown:
    """A server of its own."""
    guild = await twin.guild("Coalition", (*MOMENTS, OTHER))
    admin = await guild.player("Ana", admin=True)
    return DiscordTown(twin, guild, admin.user.id)
