"""A bare slack-bolt app and a person meet over HTTP and over Socket Mode: each thing that people do works once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from tests.counterparts.slack import bare_bot, people
from tests.counterparts.slack.player import Player, http, player, socket
from tests.counterparts.slack.screen import NotOnScreen
from tests.counterparts.slack.values import NotEntered
from tests.counterparts.slack.web_api import Workspace


@pytest.fixture(params=["http", "socket mode"])
async def ana(slack: Workspace, request: pytest.FixtureRequest) -> AsyncIterator[Player]:
    if request.param == "http":
        async with bare_bot.over_http(slack) as url:
            yield player(slack, "ana", http(slack, url))
    else:
        async with bare_bot.over_socket_mode(slack):
            yield player(slack, "ana", socket(slack))


async def test_a_command_is_answered_at_once(ana: Player) -> None:
    turn = await ana.slash("/say", "hello & <welcome>")
    told = await turn.message()
    assert (told.text, told.how, told.to) == ("You said hello & <welcome>", "ephemeral", ana.id)


async def test_a_modal_is_opened_refused_corrected_and_sent(ana: Player) -> None:
    view = await (await ana.slash("/group", "join")).modal()
    assert view["private_metadata"] == "draft-1"
    refused = await ana.submit({"Your name": "Al", "Group": "Housing", "State": "Kenya"})
    assert refused.errors == {"name": "Please give your whole name."}
    assert ana.modal and ana.modal["id"] == view["id"]
    sent = await ana.submit({"Your name": "Ana"})
    assert sent.errors == {} and ana.modal is None
    assert (await sent.message()).text == "Ana joined housing kenya 2020-05-11"
    assert (await sent.message()).how == "direct"


async def test_slacks_window_refuses_by_itself(ana: Player) -> None:
    await (await ana.slash("/group")).modal()
    with pytest.raises(NotEntered) as refused:
        await ana.submit({"Your name": "x" * 81})
    assert set(refused.value.reasons) == {"Your name", "Group"}
    with pytest.raises(NotEntered):
        await ana.enter({"Group": "no such group"})


async def test_a_modal_can_be_updated_pushed_and_closed(ana: Player) -> None:
    first = await (await ana.slash("/group")).modal()
    again = await (await ana.submit({"Your name": "Again", "Group": "migration"})).modal()
    assert again["title"]["text"] == "Once more" and again["id"] == first["id"]
    deeper = await (await ana.submit({"Your name": "Deeper", "Group": "migration"})).modal()
    assert deeper["previous_view_id"] == first["id"]
    await ana.close()
    assert ana.modal and ana.modal["id"] == first["id"]


async def test_buttons_of_an_ephemeral_message(ana: Player) -> None:
    message = await (await ana.slash("/later")).message()
    assert message.buttons == ["Yes", "Help"]
    assert (await (await ana.click("Help")).modal())["title"]["text"] == "Help"
    await ana.close()
    thanked = await (await ana.click("Yes")).message()
    assert thanked is message and message.text == "Thank you" and message.blocks == []


async def test_suggestions(ana: Player) -> None:
    await (await ana.slash("/group")).modal()
    assert [option["value"] for option in await ana.suggest("State", "K")] == ["kenya", "kiribati"]
    with pytest.raises(NotEntered):
        await ana.suggest("State", "")


async def test_the_home_tab_and_its_button(ana: Player) -> None:
    home = await (await ana.open_home()).home()
    assert home["type"] == "home"
    assert (await (await ana.click("Help")).modal())["title"]["text"] == "Help"


async def test_a_direct_message_and_a_mention(ana: Player) -> None:
    heard = await (await ana.say("a < b")).message()
    assert (heard.text, heard.how) == ("I heard a &lt; b", "direct")
    told = await (await ana.say("@bot who am I?", channel="housing")).message()
    assert (told.text, told.how) == ("Ana Alvarez en-US True", "ephemeral")


async def test_nobody_else_sees_what_is_for_one(ana: Player, slack: Workspace) -> None:
    await (await ana.slash("/whisper")).message()
    ben = player(slack, "ben", ana.door)
    assert ben.messages == []
    with pytest.raises(NotOnScreen):
        await ben.click("Yes")


async def test_a_file(ana: Player, slack: Workspace) -> None:
    await ana.slash("/export")
    [file] = await slack.until(lambda: slack.screen.files)
    assert (file.name, file.content) == ("members.csv", b"name\nAna\n")
    assert slack.screen.directs[file.channel] == ana.id


async def test_the_same_event_again(ana: Player) -> None:
    turn = await ana.say("hello")
    first = await turn.message()
    second = await (await turn.again()).message()
    assert second is not first and second.text == first.text


async def test_a_person_changes_in_the_middle(ana: Player, slack: Workspace) -> None:
    slack.people["ana"].is_admin = False
    slack.people["ana"].locale = "fr-FR"
    assert (await (await ana.say("@bot me?", channel="housing")).message()).text == "Ana Alvarez fr-FR False"


async def test_a_control_that_no_handler_knows_is_noted(ana: Player, slack: Workspace) -> None:
    impatient: Any = ana.door
    await ana.at(replace(impatient, patience=0.5)).shortcut("no_such_shortcut")
    [told] = slack.take_violations()
    assert told.startswith("shortcut: ")


async def test_forged_and_old_requests_are_refused(slack: Workspace) -> None:
    async with bare_bot.over_http(slack) as url:
        door = http(slack, url)
        for bad in (door.forged(), door.stale()):
            assert (await player(slack, "ana", bad).slash("/say", "hello")).status == 401
        assert (await door.challenge()).body == {"challenge": "3eZbrw1aB"}


def test_without_a_loop(slack: Workspace) -> None:
    """Tests that are not asynchronous can wait as well."""
    asked = slack.background.run(slack.ask("users.info", {"user": slack.people["ben"].id}))
    assert asked["user"]["name"] == "ben"
    assert slack.wait(lambda: slack.people) and people.BOT_USER
