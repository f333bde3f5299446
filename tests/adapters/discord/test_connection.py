"""Whatever happens to the connection, the bot comes back, and the process never ends by it."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters.discord import app
from adapters.discord.app import Discord
from adapters.discord.gateway import Ear
from adapters.discord.limits import LIMITS
from coalition_bot.command import Reply
from coalition_bot.people import Place
from coalition_bot.platform import Parcel
from coalition_bot.settings import Settings
from tests.contract.discord import DiscordFace, running, settings
from tests.counterparts.discord.twin import Twin
from tests.story import House


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits between two tries are short here."""
    monkeypatch.setattr(app, "FIRST_WAIT", 0.02)
    monkeypatch.setattr(app, "LONGEST_WAIT", 0.1)


def house_of(small_house: House) -> House:
    return House(small_house.db, extra_limits={"discord": LIMITS})


async def test_unreachable_at_the_start_it_comes_when_it_can(discord_twin: Twin, small_house: House) -> None:
    guild = await discord_twin.guild()
    for path in ("/users/@me", "/gateway/bot", "/applications/@me"):
        discord_twin.faults.drop_before("GET", path, times=2)
    discord_twin.faults.error("PUT", "/applications/*/commands", status=503)
    async with running(discord_twin, house_of(small_house).bot):
        ana = await guild.player("Ana", admin=True)
        answer = await ana.slash("coalition help")
        assert "not set up yet" in answer.text


async def test_a_gateway_that_is_not_there_is_tried_again(discord_twin: Twin, small_house: House) -> None:
    nowhere = Settings.model_validate({"discord_token": "t", "discord_api_url": "http://127.0.0.1:9/api/v10"})
    discord, stop = Discord(nowhere, house_of(small_house).bot), asyncio.Event()
    connecting = asyncio.create_task(discord.connect(stop))
    done, _ = await asyncio.wait({connecting}, timeout=0.3)
    assert not done
    stop.set()
    await asyncio.wait_for(connecting, 5)
    await discord.close()


async def test_a_wrong_token_does_not_end_the_process(discord_twin: Twin, small_house: House) -> None:
    wrong = settings(discord_twin).model_copy(update={"discord_token": "wrong"})
    discord, stop = Discord(wrong, house_of(small_house).bot), asyncio.Event()
    connecting = asyncio.create_task(discord.connect(stop))
    world = discord_twin.world
    await world.signal.until(lambda: len(world.requests_to("GET", "/users/@me")) >= 3, "did not try again")
    assert not connecting.done()
    stop.set()
    await asyncio.wait_for(connecting, 5)
    await discord.close()


async def test_an_event_that_cannot_be_read_costs_one_connection(face: DiscordFace) -> None:
    session = face.twin.gateway.sessions[0]
    await session.dispatch("INTERACTION_CREATE", {"id": "1"})
    await face.twin.world.signal.until(lambda: session.socket is None, "still there")
    await face.twin.gateway.until_connected()
    assert "echo: again" in (await face.gives("bea", "trial echo", said="again")).text


async def test_a_lost_connection_comes_back(face: DiscordFace) -> None:
    """It resumes, and hears what was said meanwhile."""
    bea = await face.player("bea")
    await face.gives("bea", "trial echo", said="before")
    await face.twin.gateway.drop()
    await face.twin.gateway.until_connected()
    assert "What you can do" in (await bea.reply_to(await bea.dm("hello?"))).text
    assert "echo: again" in (await face.gives("bea", "trial echo", said="again")).text


async def test_a_session_that_is_lost_for_good_is_begun_anew(face: DiscordFace) -> None:
    await face.twin.gateway.drop()
    await face.twin.gateway.forget_lost_sessions()
    await face.twin.gateway.until_connected()
    assert "echo: again" in (await face.gives("bea", "trial echo", said="again")).text


async def test_posting_needs_no_gateway(face: DiscordFace) -> None:
    await face.stop()
    discord = Discord(settings(face.twin), face.house.bot)
    place = Place("discord", face.guild.id, channel=face.guild.channel("news").id)
    assert await discord.send(Parcel("uid", place, Reply("Hello"), maybe_sent=False))
    await discord.close()
    await face.start()


async def test_what_is_in_hand_is_answered_before_it_ends(face: DiscordFace) -> None:
    held = face.twin.faults.hold_before("POST", "/interactions/*/callback")
    bea = await face.player("bea")
    asking = asyncio.create_task(bea.slash("trial echo", {"said": "last words"}))
    await held.reached.wait()
    stopping = asyncio.create_task(face.stop())
    held.release()
    assert (await asking).text == "✅ echo: last words"
    await stopping
    await face.start()


async def test_a_bug_in_an_event_is_logged_by_its_name_alone() -> None:
    async def nobody(_heard: object) -> None:
        return None

    ear = Ear(nobody, nobody)
    with capture_logs() as logs:
        try:
            raise ValueError("my secret diagnosis")
        except ValueError:
            await ear.on_error("on_message", "my secret diagnosis")
    assert [(entry["event"], entry["during"], entry["error"]) for entry in logs] == [
        ("bug", "on_message", "ValueError")
    ]
    assert "secret" not in str(logs)
