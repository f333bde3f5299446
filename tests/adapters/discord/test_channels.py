"""People are let into Discord's channels by a permission of their own; newcomers are greeted where that is wanted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from adapters.discord import app, channels, posting
from adapters.discord.channels import VIEW_CHANNEL
from adapters.discord.rest import Refused
from coalition_bot.db import Away, Database
from coalition_bot.people import Place
from coalition_bot.platform import Admission, Gone, TryLater
from tests.contract import discord as discord_contract
from tests.contract.commands import TRIAL
from tests.contract.discord import DiscordFace, discord_face, settings
from tests.counterparts.discord.gateway import MEMBERS, PRIVILEGED
from tests.counterparts.discord.twin import Twin
from tests.counterparts.discord.world import Json, User, snowflake

PERMISSION = "/channels/{channel_id}/permissions/{overwrite_id}"
SEND_MESSAGES = 1 << 11


async def into(face: DiscordFace, who: str = "bea", where: str = "news", *, inside: bool = True) -> Admission:
    place = Place("discord", face.guild.id, channel=face.guild.channel(where).id)
    return Admission(place, (await face.player(who)).user.id, inside)


async def overwrite(face: DiscordFace, who: str = "bea", where: str = "news") -> Json | None:
    """What is set for somebody in a channel."""
    key = face.guild.channel(where).id, (await face.player(who)).user.id
    return face.twin.world.overwrites.get(key)


async def given(face: DiscordFace, allow: int, deny: int) -> None:
    """An admin has set something for bea by hand."""
    channel, user = face.guild.channel("news").id, (await face.player("bea")).user.id
    bits = {"allow": str(allow), "deny": str(deny)}
    face.twin.world.overwrites[channel, user] = {"id": user, "type": 1, **bits}


async def test_somebody_is_let_in_and_taken_out_and_twice_is_once(face: DiscordFace) -> None:
    for inside in (False, True, True, False, False):
        await face.discord.admit(await into(face, inside=inside))
        own = await overwrite(face)
        assert (own is not None) is inside
        assert own is None or (own["type"], own["allow"], own["deny"]) == (1, str(VIEW_CHANNEL), "0")
    world = face.twin.world
    assert (len(world.requests_to("PUT", PERMISSION)), len(world.requests_to("DELETE", PERMISSION))) == (1, 1)
    assert await overwrite(face, "admin") is None


async def test_what_an_admin_has_set_by_hand_stays(face: DiscordFace) -> None:
    await given(face, allow=1 << 6, deny=SEND_MESSAGES)
    await face.discord.admit(await into(face))
    own = await overwrite(face)
    assert own
    assert (own["allow"], own["deny"]) == (str(1 << 6 | VIEW_CHANNEL), str(SEND_MESSAGES))
    await face.discord.admit(await into(face, inside=False))
    own = await overwrite(face)
    assert own
    assert (own["allow"], own["deny"]) == (str(1 << 6), str(SEND_MESSAGES))


async def test_whom_an_admin_has_shut_out_is_not_let_in(face: DiscordFace) -> None:
    await given(face, allow=0, deny=VIEW_CHANNEL)
    with pytest.raises(Gone, match="on purpose"):
        await face.discord.admit(await into(face))
    await face.discord.admit(await into(face, inside=False))
    own = await overwrite(face)
    assert own
    assert own["deny"] == str(VIEW_CHANNEL)


async def test_done_but_not_heard_of_is_done_again_without_harm(face: DiscordFace) -> None:
    for inside in (True, False):
        face.twin.faults.drop_after("PUT" if inside else "DELETE", "/channels/*/permissions/*")
        await face.discord.admit(await into(face, inside=inside))  # the library itself tries these methods again
        await face.discord.admit(await into(face, inside=inside))
        assert (await overwrite(face) is not None) is inside


@pytest.mark.parametrize("inside", [True, False])
async def test_without_the_right_it_says_what_to_grant(face: DiscordFace, inside: bool) -> None:
    if not inside:
        await face.discord.admit(await into(face))
    face.twin.world.unmanaged_channels.add(face.guild.channel("news").id)
    with pytest.raises(Gone, match="Manage Roles"):
        await face.discord.admit(await into(face, inside=inside))
    face.guild.lock("news")
    with pytest.raises(Gone, match="View Channel"):
        await face.discord.admit(await into(face, inside=inside))


@pytest.mark.parametrize(
    ("channel", "account"), [("999", "1"), ("", "1"), ("1/../2", "1"), ("٣", "1"), ("1", "@me"), ("1", "1/../2")]
)
async def test_what_is_no_channel_or_account_is_gone(face: DiscordFace, channel: str, account: str) -> None:
    with pytest.raises(Gone, match="does not exist"):
        await face.discord.admit(Admission(Place("discord", face.guild.id, channel=channel), account, inside=True))


async def test_an_account_that_discord_does_not_know_is_gone(face: DiscordFace) -> None:
    admission = await into(face)
    with pytest.raises(Gone, match="account"):
        await face.discord.admit(Admission(admission.place, "12345", inside=True))


async def test_another_servers_channel_is_out_of_reach(face: DiscordFace) -> None:
    other = await face.twin.guild("Another coalition")
    place = Place("discord", face.guild.id, channel=other.channel("news").id)
    with pytest.raises(Gone):
        await face.discord.admit(Admission(place, (await face.player("bea")).user.id, inside=True))
    assert not face.twin.world.overwrites


async def test_asked_to_wait_it_says_so_and_other_troubles_are_raised(face: DiscordFace) -> None:
    face.twin.faults.rate_limit("PUT", "/channels/*/permissions/*", retry_after=7.5)
    with pytest.raises(TryLater) as later:
        await face.discord.admit(await into(face))
    assert later.value.seconds == 7.5
    face.twin.faults.error("PUT", "/channels/*/permissions/*", status=503)
    with pytest.raises(Refused):
        await face.discord.admit(await into(face))


def test_every_hint_can_be_kept_whole() -> None:
    hints = [*channels._HINTS.values(), channels._SHUT_OUT, channels._OTHER, *posting._HINTS.values()]
    assert all(len(hint) <= 200 for hint in hints)


# Newcomers


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator has set DISCORD_NEWCOMERS."""
    monkeypatch.setattr(app, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(
        discord_contract, "settings", lambda twin: settings(twin).model_copy(update={"discord_newcomers": True})
    )


@pytest_asyncio.fixture(loop_scope="session")
async def greeting(wanted: None, discord_twin: Twin, sqlite_db: Database) -> AsyncIterator[DiscordFace]:
    """A founded coalition that greets newcomers."""
    async with discord_face(discord_twin, sqlite_db, (TRIAL,)) as face:
        yield face


async def heard(face: DiscordFace) -> None:
    """Events come in order: what was told before this command has been heard, and now is dealt with."""
    await face.gives("admin", "trial echo", said="hello")
    while face.discord._busy:
        await asyncio.wait(set(face.discord._busy))


async def told_of(face: DiscordFace, user: User, **more: object) -> None:
    """Discord tells that somebody has come into the server."""
    shown = {"roles": [], "joined_at": "2019-09-02T08:00:00+00:00", "deaf": False, "mute": False, "flags": 0}
    await face.twin.gateway.dispatch(
        "GUILD_MEMBER_ADD", {"guild_id": face.guild.id, "user": user.to_api(), **shown, **more}
    )
    await heard(face)


async def test_a_newcomer_is_greeted_once_and_the_card_works(greeting: DiscordFace) -> None:
    await greeting.gives("admin", "group create", name="Housing", about="Homes")
    eva = await greeting.player("eva")
    await heard(greeting)
    await told_of(greeting, eva.user)
    [card] = await greeting.inbox("eva")
    assert "Welcome! I am the bot of Coalition for Change" in card.text
    assert card.buttons == ("Join a group", "My deadlines", "Going to Geneva?", "Ask a person")
    await greeting.restart()
    await told_of(greeting, eva.user)
    [card] = await greeting.inbox("eva")
    assert "called" in (await greeting.taps("eva", card, "Join a group")).form
    assert not greeting.guild.messages("general")


async def test_bots_and_who_has_not_passed_the_screening_are_not_greeted(greeting: DiscordFace) -> None:
    robot, nia = User(snowflake(), "Robot", bot=True), await greeting.twin.user("Nia")
    for user, pending in ((robot, False), (nia, True)):
        greeting.twin.world.users[user.id] = user
        await told_of(greeting, user, pending=pending)
    await greeting.inbox("admin")
    assert not greeting.twin.world.requests_to("POST", "/users/@me/channels")


async def test_without_the_setting_nothing_is_heard_of_newcomers(face: DiscordFace) -> None:
    assert not face.twin.gateway.sessions[0].intents & MEMBERS
    await face.player("eva")
    await heard(face)
    assert await face.inbox("eva") == []


async def test_while_the_database_is_away_a_newcomer_is_only_noted(
    greeting: DiscordFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(request: object) -> None:
        raise Away("no")

    monkeypatch.setattr(greeting.house.bot, "welcome", away)
    with capture_logs() as logs:
        await told_of(greeting, await greeting.twin.user("Nia"))
    assert "a newcomer was not greeted" in [entry["event"] for entry in logs]


async def test_where_discord_does_not_allow_it_the_bot_works_without(
    wanted: None, discord_twin: Twin, sqlite_db: Database
) -> None:
    discord_twin.gateway.allowed_intents = ~PRIVILEGED
    with capture_logs() as logs:
        async with discord_face(discord_twin, sqlite_db, (TRIAL,)) as face:
            assert "echo: hello" in (await face.gives("bea", "trial echo", said="hello")).text
    assert [entry for entry in logs if "Server Members Intent" in entry["event"]]
