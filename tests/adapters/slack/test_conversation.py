"""What people do in Slack, through the real endpoint: forms, buttons, words to the bot, the App Home, and bad days."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import Any

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from adapters.slack import conversation
from coalition_bot.history import Happening
from coalition_bot.people import Identity, Standing
from tests.contract.slack import SlackFace
from tests.counterparts.slack.player import http
from tests.counterparts.slack.screen import readable


def echoes(face: SlackFace) -> int:
    found = select(func.count()).select_from(Happening).where(Happening.what == "trial.echo")
    return face.house.db.read(lambda s: s.scalar(found, execution_options={"every_coalition": True})) or 0


def shown(blocks: Any) -> str:
    return "\n".join(readable(blocks))


# Commands and forms


async def test_a_form_is_opened_refused_beside_the_field_corrected_and_confirmed_in_place(face: SlackFace) -> None:
    bea = face.player("bea")
    turn = await bea.slash("/trial", "echo", channel="general")
    assert not turn.answer.body
    view = await turn.modal()
    wrong = await bea.submit({"said": "refuse"})
    assert wrong.errors == {"said": "I will not say that."}
    assert bea.modal == view
    done = await bea.submit({"said": "better"})
    assert done.answer.body["response_action"] == "update"
    assert bea.modal and "echo: better" in shown(bea.modal["blocks"])
    assert (echoes(face), bea.messages) == (1, [])


async def test_a_form_of_two_pages(face: SlackFace) -> None:
    first = await face.gives("bea", "trial every")
    assert not first.last
    answers = {"words": "w", "dish": "soup", "state": "s150", "agreed": "yes", "on": "2020-05-11", "count": "3"}
    second = await face.fills("bea", first, **answers)
    assert set(second.form) == {"sauce"}
    assert second.last
    assert "w||soup|s150||True|2020-05-11|3|red" in (await face.fills("bea", second, sauce="red")).text


async def test_the_same_submission_twice_has_one_effect(face: SlackFace) -> None:
    bea = face.player("bea")
    await (await bea.slash("/trial", "echo", channel="general")).modal()
    turn = await bea.submit({"said": "once"})
    again = await turn.again()
    assert again.answer.body == turn.answer.body
    assert echoes(face) == 1


async def test_where_slack_opens_no_modal_a_button_does(face: SlackFace) -> None:
    face.slack.fail("views.open", error="expired_trigger_id")
    seen = await face.gives("bea", "trial every", words="kept")
    assert seen.buttons == ("Open the form",)
    form = await face.taps("bea", seen, "Open the form")
    assert form.form["words"].value == "kept"


async def test_a_suggested_option_keeps_its_label_when_the_form_is_opened_again(face: SlackFace) -> None:
    await face.gives("bea", "trial every", state="s150")
    modal = face.player("bea").modal
    assert modal
    [state] = [block["element"] for block in modal["blocks"] if block["block_id"] == "state"]
    assert state["initial_option"]["text"]["text"] == "State number 150"


async def test_slower_than_slack_waits_the_answer_comes_later(face: SlackFace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "ANSWER_SECONDS", 0.1)
    bea = face.player("bea")
    with face.house.db._turn:  # somebody else writes
        turn = await bea.slash("/trial", 'echo "at last"', channel="general")
        assert turn.answer.body["text"] == "One moment…"
    said = await face.slack.until(lambda: [m for m in turn.messages if "at last" in m.words])
    assert said[0].how == "ephemeral"


async def test_slower_than_slack_waits_the_modal_says_so_and_then_shows_the_answer(
    face: SlackFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea = face.player("bea")
    await (await bea.slash("/trial", "echo", channel="general")).modal()
    monkeypatch.setattr(conversation, "ANSWER_SECONDS", 0.1)
    with face.house.db._turn:
        await bea.submit({"said": "at last"})
        assert bea.modal and bea.modal["title"]["text"] == "One moment…"
    await face.slack.until(lambda: bea.modal and "echo: at last" in shown(bea.modal["blocks"]))


async def test_while_the_database_is_away_what_was_typed_stays(face: SlackFace) -> None:
    bea = face.player("bea")
    await (await bea.slash("/trial", "echo", channel="general")).modal()
    with sqlite3.connect(str(face.house.db.url.database), isolation_level=None) as busy:
        busy.execute("BEGIN IMMEDIATE")
        turn = await bea.submit({"said": "typed with care"})
        busy.execute("ROLLBACK")
    assert "I can't reach my notebook" in turn.errors["said"]
    assert bea.modal
    assert bea._state(bea.modal)["said"]["said"]["value"] == "typed with care"
    assert "echo: typed with care" in str((await bea.submit()).answer.body)


# Buttons


async def test_a_button_is_answered_in_private_and_the_message_stays(face: SlackFace) -> None:
    small = await face.gives("bea", "trial small")
    seen = await face.taps("bea", small, "Echo")
    assert seen.private
    assert "echo: from a button" in seen.text
    assert small.raw.edits == 0
    await face.repeats()
    assert echoes(face) == 1


async def test_a_button_in_a_modal_is_answered_there(face: SlackFace) -> None:
    await face.gives("bea", "coalition help")
    home = await (await face.player("bea").open_home()).home()
    profile = await (await face.player("bea").click("My profile", on=home)).modal()
    assert "I know nothing of you yet" in shown(profile["blocks"])
    await face.gives("bea", "trial echo", said="hello")
    profile = await (await face.player("bea").click("My profile", on=home)).modal()
    form = await (await face.player("bea").click("Change", on=profile)).modal()
    assert form["id"] == profile["id"]
    assert form["submit"]["text"] == "Submit"
    assert "Saved." in str((await face.player("bea").submit({"called": "Bea B."})).answer.body)


async def test_a_forged_button_means_no_more_than_typing_it(face: SlackFace) -> None:
    small = await face.gives("bea", "trial small")
    bea = face.player("bea")
    for token in ("nonsense", "coalition allow?who=x", "!trial echo~nodraft", "~", "?", "x" * 2000):
        small.raw.blocks[-1]["elements"][0]["value"] = token
        turn = await bea.click("Echo", on=small.raw)
        assert turn.status == 200
        assert "went wrong" not in (await turn.message()).words


# Words and the App Home


async def test_words_to_the_bot_are_answered_with_help_and_commands_are_run(face: SlackFace) -> None:
    assert "My profile" in (await face.writes("bea", "hello?")).buttons
    assert "echo: a < b" in (await face.writes("bea", '/trial echo "a < b"')).text
    assert "echo: hi" in (await face.writes("bea", "trial echo hi")).text
    assert "Did you mean" in (await face.writes("bea", "/tral echo hi")).text
    assert (await face.writes("bea", "trial echo")).buttons == ("Open the form",)


async def test_an_event_delivered_again_is_answered_once(face: SlackFace) -> None:
    turn = await face.player("bea").say("hello?")
    await turn.message()
    assert (await turn.again()).status == 200
    assert len(face.slack.called("chat.postMessage")) == 1


async def test_an_event_that_failed_is_answered_when_it_comes_again(face: SlackFace) -> None:
    face.slack.fail("chat.postMessage", status=500)
    turn = await face.player("bea").say("hello?")
    assert turn.status == 500
    assert (await turn.again()).status == 200
    assert "What you can do" in (await turn.message()).words
    face.slack.take_violations()  # the 500, which makes Slack deliver again


async def test_a_mention_is_answered_for_the_one_who_asked(face: SlackFace) -> None:
    told = await (await face.player("bea").say("@bot help!", channel="housing")).message()
    assert told.how == "ephemeral"
    assert "My profile" in told.buttons


async def test_the_bot_does_not_answer_itself_or_edits(face: SlackFace) -> None:
    bea = face.player("bea")
    where = await face.slack.direct_channel(bea.person)
    for more in ({"bot_id": "B9"}, {"subtype": "message_changed"}, {"user": "U0COALBOT"}, {"channel_type": "channel"}):
        event = {"type": "message", "channel_type": "im", "channel": where, "user": bea.id, "text": "hi", **more}
        assert (await bea.event(**event)).status == 200
    assert bea.messages == []


async def test_the_home_tab_shows_the_help(face: SlackFace) -> None:
    home = await (await face.player("bea").open_home()).home()
    assert "What you can do in Coalition for Change" in shown(home["blocks"])
    assert not (await face.player("bea").open_home(tab="messages")).messages


# Who is who


async def test_guests_strangers_and_admins_are_told_apart(face: SlackFace) -> None:
    found = face.adapter._conversation._visitors
    people = face.slack.people
    seen = {
        name: await found.find(people[name].id, "T000000001") for name in ("guest", "stranger", "gone", "ana", "ben")
    }
    assert [seen[name].standing for name in seen] == [
        Standing.GUEST,
        Standing.STRANGER,
        Standing.DEACTIVATED,
        Standing.FULL,
        Standing.FULL,
    ]
    assert [seen[name].admin for name in seen] == [False, False, False, True, False]
    assert (await found.find(people["chloe"].id, "T000000001")).language == "fr-FR"


async def test_a_look_up_that_fails_never_gives_more_rights(face: SlackFace) -> None:
    face.slack.fail("users.info", status=500)
    seen = await face.gives("bea", "trial echo", said="hello")
    assert "could not ask Slack who you are" in seen.text
    assert "echo: hello" in (await face.gives("bea", "trial echo", said="hello")).text
    face.house.clock.forward(minutes=10)
    face.slack.fail("users.info", error="missing_scope")
    assert "as a guest" in (await face.gives("ben", "trial echo", said="hello")).text
    face.slack.fail("users.info", error="user_not_found")
    assert "echo" not in (await face.gives("carla", "trial echo", said="hello")).text
    assert echoes(face) == 1


async def test_an_admin_who_is_no_longer_one_is_noticed(face: SlackFace) -> None:
    found, admin = face.adapter._conversation._visitors, face.slack.people["admin"]
    assert (await found.find(admin.id, "T000000001")).admin
    admin.is_admin = False
    face.house.clock.forward(minutes=5)
    assert not (await found.find(admin.id, "T000000001")).admin


async def test_a_person_who_was_picked_brings_their_name(face: SlackFace) -> None:
    seen = await face.gives("admin", "coalition role", who="carla", role="coordinator")
    assert "carla is now a coordinator" in seen.text
    ids = face.house.db.read(
        lambda s: list(s.scalars(select(Identity.account), execution_options={"every_coalition": True}))
    )
    assert face.slack.people["carla"].id in ids


# The endpoint


async def test_forged_and_stale_requests_are_refused_and_change_nothing(face: SlackFace) -> None:
    door = http(face.slack, f"http://127.0.0.1:{face._port}/slack/events")
    for bad in (door.forged(), door.stale()):
        turn = await face.player("bea").at(bad).slash("/trial", "echo never")
        assert turn.status == 401
    assert (await door.challenge()).body == {"challenge": "3eZbrw1aB"}
    assert echoes(face) == 0


async def test_a_word_that_the_library_stumbles_over_is_only_a_word(face: SlackFace) -> None:
    assert "echo: payload" in (await face.gives("bea", "trial echo", said="payload")).text


async def test_hundred_people_at_once_are_all_answered(face: SlackFace) -> None:
    bea = face.player("bea")
    turns = await asyncio.gather(*(bea.slash("/trial", f'echo "n{number}"', channel="general") for number in range(50)))
    assert all("echo: n" in turn.answer.body["text"] for turn in turns)
    assert echoes(face) == 50


async def test_nothing_personal_gets_into_a_log(face: SlackFace, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        await face.gives("bea", "trial echo", said="crash my secret diagnosis")
        await face.gives("bea", "trial echo", said="crash")
        face.slack.fail("views.open", status=500)
        await face.gives("bea", "trial every", words="my secret diagnosis")
        face.slack.fail("chat.postMessage", error="fatal_error")
        await face.player("bea").say("my secret diagnosis")
        await face.player("bea").event(type="message", event_ts="1", user={"secret": "diagnosis"})
    face.slack.take_violations()
    libraries = [record.getMessage() for record in caplog.records if not record.name.startswith("tests")]
    assert "secret diagnosis" not in f"{logs} {libraries}"
    assert any(entry["event"] == "bug" for entry in logs)
