"""What people do on Discord and how they are answered, through the counterpart."""

from __future__ import annotations

import io
import logging
import sqlite3
from contextlib import closing, redirect_stdout

import pytest

from adapters.discord import answering
from coalition_bot.buttons import TOKEN_MAX
from coalition_bot.command import Button, Reply
from coalition_bot.people import Place
from coalition_bot.platform import Parcel
from tests.adapters.discord.commands import gate
from tests.contract.discord import DiscordFace, readable
from tests.counterparts.discord.gateway import PRIVILEGED

SLOW = 0.05  # seconds, instead of two, until an answer counts as slow


async def test_it_asks_for_no_privileged_intent_and_declares_what_it_has(face: DiscordFace) -> None:
    assert not face.twin.gateway.sessions[0].intents & PRIVILEGED
    declared = face.twin.world.commands[None]
    assert {"coalition", "my", "trial", "slow"} <= {root["name"] for root in declared}


async def test_the_tree_is_declared_again_only_when_it_has_changed(face: DiscordFace) -> None:
    puts = "/applications/{application_id}/commands"
    assert len(face.twin.world.requests_to("PUT", puts)) == 1
    await face.restart()
    world = face.twin.world
    await world.signal.until(lambda: len(world.requests_to("GET", puts)) == 2, "has not looked")
    await face.gives("bea", "trial echo", said="hello")
    assert len(world.requests_to("PUT", puts)) == 1
    del world.commands[None][0]
    await face.restart()
    await world.signal.until(lambda: len(world.requests_to("PUT", puts)) == 2, "has not declared again")


async def test_a_slow_answer_is_deferred_in_private(face: DiscordFace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "DIRECT_SECONDS", SLOW)
    bea = await face.player("bea")
    answer = await bea.slash("slow words")
    assert (answer.kind, answer.ephemeral) == ("deferred", True)
    gate.set()
    assert (await answer.finished()).text == "✅ thought through"
    assert answer.ephemeral
    assert face.guild.messages("general") == []


async def test_a_slow_form_is_a_button_that_opens_it(face: DiscordFace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "DIRECT_SECONDS", SLOW)
    bea = await face.player("bea")
    answer = await bea.slash("slow form")
    gate.set()
    monkeypatch.undo()
    await answer.finished()
    assert answer.buttons == ["Open the form"]
    opened = await bea.click(answer, "Open the form")
    assert opened.modal.field("Words").prefilled == "offered late"
    done = await bea.submit_modal(opened)
    assert done.text == "✅ said: offered late"


async def test_a_slow_public_answer_is_public_in_the_end(face: DiscordFace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "DIRECT_SECONDS", SLOW)
    bea = await face.player("bea")
    answer = await bea.slash("slow shout")
    gate.set()
    posted = await answer.follow_up()
    assert (posted.text, posted.ephemeral) == ("for all, at last", False)
    assert (answer.text, answer.ephemeral) == ("Posted for everybody here.", True)


async def test_an_error_a_fix_and_done_in_one_place(face: DiscordFace) -> None:
    bea = await face.player("bea")
    opened = await bea.slash("slow seven")
    assert opened.modal.labels == ["One", "Two", "Three", "Four", "Five"]
    further = await bea.submit_modal(opened, {"One": "first"})
    assert "Your answers so far are kept." in readable(further.text)
    rest = await bea.click(further, "Next")
    assert rest.modal.labels == ["Six", "Seven"], "questions left empty are not asked again"

    wrong = await bea.submit_modal(rest, {"Six": "sixth", "Seven": "thirteen"})
    assert (wrong.kind, wrong.buttons) == ("update", ["Fix it"])
    assert "**Seven**: Thirteen is not seven." in readable(wrong.text)
    again = await bea.click(wrong, "Fix it")
    assert {field.label: field.prefilled for field in again.modal.fields} == {"Six": "sixth", "Seven": "thirteen"}

    done = await bea.submit_modal(again, {"Seven": "7"})
    assert (done.kind, readable(done.text), done.ephemeral) == ("update", "✅ first|sixth|7", True)
    assert len(bea.messages("general")) == 1, "each step took the place of the one before"


async def test_a_form_closed_and_opened_again_goes_on_with_its_page(face: DiscordFace) -> None:
    bea = await face.player("bea")
    further = await bea.submit_modal(await bea.slash("slow seven"), {"One": "first"})
    await bea.click(further, "Next")
    await face.restart()
    rest = await bea.click(further, "Next")
    assert rest.modal.labels == ["Six", "Seven"]
    done = await bea.submit_modal(rest, {"Seven": "7"})
    assert readable(done.text) == "✅ first||7"
    late = await bea.submit_modal(rest, {"Seven": "8"})
    assert "sent already" in late.text
    assert late.buttons == ["Open it again"]


async def test_a_button_that_nobody_knows_is_answered_with_a_sentence(face: DiscordFace) -> None:
    tokens = ("group jion?x=1", "\x00", "~", "?", "!", "x" * TOKEN_MAX)
    buttons = tuple(Button(f"B{number}", "", token=token) for number, token in enumerate(tokens))
    general = Place("discord", face.guild.id, channel=face.guild.channel("general").id)
    await face.discord.send(Parcel("odd", general, Reply("Old", buttons=buttons), maybe_sent=False))
    message = await face.guild.message("general")
    bea = await face.player("bea")
    for number in range(len(tokens)):
        answer = await bea.click(message, f"B{number}")
        assert answer.ephemeral
        assert "I don't know" in answer.text


async def test_suggestions_that_fail_or_do_not_fit_are_left_out(face: DiscordFace) -> None:
    assert await face.suggested("bea", "slow suggesting", "broken", "x") == []
    assert await face.suggested("bea", "slow suggesting", "alike", "") == ["Ana", "Ana (2)", "B" * 99 + "…"]


async def test_suggestions_that_come_late_are_none(face: DiscordFace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "DIRECT_SECONDS", 0.0)
    assert await face.suggested("bea", "trial every", "state", "number") == []


async def test_an_answer_that_cannot_be_drawn_is_a_sentence_with_a_reference(face: DiscordFace) -> None:
    log = io.StringIO()
    with redirect_stdout(log):
        seen = await face.gives("bea", "slow undrawable")
    assert "I could not show you the answer" in seen.text
    assert seen.text.rstrip(".").split()[-1] in log.getvalue()


async def test_a_mention_is_answered_for_all_and_helped_in_private(face: DiscordFace) -> None:
    bea = await face.player("bea")
    await bea.say("talking among ourselves")
    called = await bea.mention("hello?")
    pointer = await bea.reply_to(called)
    assert "Only you see what I answer" in pointer.text
    help_page = await bea.click(pointer, "What can I do?")
    assert help_page.ephemeral
    assert "What you can do in Coalition for Change" in help_page.text
    assert [message.id for message in face.guild.messages("general") if message.from_bot] == [pointer.id]


async def test_a_direct_message_is_helped_and_its_buttons_work(face: DiscordFace) -> None:
    bea = await face.player("bea")
    page = await bea.reply_to(await bea.dm("hello"))
    assert "What you can do" in page.text
    assert "I know nothing of you yet" in (await bea.click(page, "My profile")).text


async def test_who_has_left_the_server_reads_nothing_more(face: DiscordFace) -> None:
    admin = await face.player("admin")
    assert (await admin.slash("slow secret", in_dm=True)).text == "the roster"
    await face.guild.leave(admin)
    await face.restart()
    refused = await admin.slash("slow secret", in_dm=True)
    assert "the roster" not in refused.text
    assert refused.text.startswith("⚠️")


async def test_who_is_in_two_servers_is_known_by_what_they_did(face: DiscordFace) -> None:
    other = await face.twin.guild("Another")
    bea = await face.player("bea")
    await other.join(bea.user)
    assert "which coalition you belong to" in (await bea.slash("trial echo", {"said": "x"}, in_dm=True)).text
    await face.gives("bea", "trial echo", said="here")
    assert (await bea.slash("trial echo", {"said": "x"}, in_dm=True)).text == "✅ echo: x"


async def test_people_read_their_own_language_and_admins_are_known(face: DiscordFace) -> None:
    carla = await face.guild.player("Carla", locale="fr")
    seen = await carla.slash("trial small")
    assert "mercredi 4 mars 2020, 14:00" in readable(seen.text)
    assert "<t:1583348400:F>" in seen.text


async def test_the_database_away_gives_back_what_was_typed(face: DiscordFace) -> None:
    bea = await face.player("bea")
    opened = await bea.slash("trial echo")
    with closing(sqlite3.connect(str(face.house.db.url.database))) as other:
        other.execute("BEGIN IMMEDIATE")
        answer = await bea.submit_modal(opened, {"said": "precious words"})
        assert answer.ephemeral
        assert "precious words" in answer.text
        assert "nothing was saved" in answer.text
    assert (await bea.submit_modal(opened, {"said": "precious words"})).text == "✅ echo: precious words"


async def test_a_connection_lost_while_answering_is_used_again(face: DiscordFace) -> None:
    face.twin.faults.drop_before("POST", "/interactions/*/callback")
    assert "echo: a" in (await face.gives("bea", "trial echo", said="a")).text
    face.twin.faults.drop_after("POST", "/interactions/*/callback")
    assert "echo: b" in (await face.gives("bea", "trial echo", said="b")).text


async def test_logs_hold_nothing_of_what_people_say(
    face: DiscordFace, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    bea = await face.player("bea")
    await face.gives("bea", "trial echo", said="quiet-words")
    await bea.submit_modal(await bea.slash("trial echo"), {"said": "quiet-words"})
    await bea.reply_to(await bea.dm("quiet-words"))
    await face.gives("bea", "trial echo", said="crash")
    await face.repeats()
    written = caplog.text + capsys.readouterr().out
    assert "quiet-words" not in written
    assert bea.user.name not in written
