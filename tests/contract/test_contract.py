"""The contract that every adapter keeps, tried through its own platform's wire."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import func, select

from coalition_bot.features import FEATURES
from coalition_bot.history import Happening
from tests.contract.commands import BULK, HOSTILE, PNG, PNG_ALT, SHEET_MAX
from tests.contract.face import Face, Seen

COMMANDS = [command for feature in FEATURES for command in feature.commands]
ANSWERS = {"words": "kind words", "dish": "soup", "state": "s150", "agreed": "yes", "on": "2020-05-11", "count": "3"}


async def finish(face: Face, who: str, seen: Seen, answers: dict[str, str]) -> Seen:
    """Fill in page after page of a form."""
    for _page in range(5):
        if not seen.form:
            return seen
        seen = await face.fills(who, seen, **{name: answers[name] for name in seen.form if name in answers})
    raise AssertionError(f"the form never ends: {seen}")


# Every command by two wires each time; Slack's other way in and the browser, which takes longest, with `make chaos`.
ONCE_EACH = [
    pytest.param("over_http", id="slack-http", marks=pytest.mark.xdist_group("slack")),
    pytest.param("over_gateway", id="discord", marks=pytest.mark.xdist_group("discord")),
    pytest.param("over_socket", id="slack-socket", marks=[pytest.mark.xdist_group("slack"), pytest.mark.thorough]),
    pytest.param("in_browser", id="web", marks=[pytest.mark.xdist_group("browser"), pytest.mark.thorough]),
]


@pytest.mark.parametrize("face", ONCE_EACH, indirect=True)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.spec.name)
async def test_every_command_is_reachable_and_its_answer_private(face: Face, command: type) -> None:
    spec = command.spec  # type: ignore[attr-defined]
    seen = await face.gives("admin", spec.name)
    assert seen.form or seen.text, f"{spec.name} is not answered"
    assert seen.private or spec.public
    assert "went wrong" not in seen.text


async def test_answers_come_back_as_the_same_values(face: Face) -> None:
    answers = {**ANSWERS, "story": "Line one\nLine two, with “quotes”", "extras": "salt,rice", "sauce": "green"}
    seen = await finish(face, "bea", await face.gives("bea", "trial every"), answers)
    assert "kind words|Line one" in seen.text
    assert "Line two, with “quotes”|soup|s150|salt+rice|True|2020-05-11|3|green" in seen.text.replace("\\", "")


async def test_what_was_typed_stands_in_the_form(face: Face) -> None:
    seen = await face.gives("bea", "trial every", words="kind words", dish="bread", count="3", on="2020-05-11")
    assert seen.form["words"].value == "kind words"
    rest = {"state": "s7", "agreed": "no"}
    done = await finish(face, "bea", seen, rest)
    assert "kind words||bread|s7||False|2020-05-11|3|" in done.text


async def test_given_in_one_line_a_command_needs_no_form(face: Face) -> None:
    seen = await face.gives("bea", "trial echo", said="hello there")
    assert "echo: hello there" in seen.text
    assert not seen.form
    assert seen.private


async def test_a_problem_stands_beside_its_question_and_nothing_typed_is_lost(face: Face) -> None:
    seen = await face.gives("bea", "trial echo")
    wrong = await face.fills("bea", seen, said="refuse")
    assert "I will not say that." in wrong.form["said"].problem + wrong.text
    assert wrong.form["said"].value == "refuse"
    assert "echo: better" in (await face.fills("bea", wrong, said="better")).text


async def test_a_form_that_always_opens_is_filled_in(face: Face) -> None:
    seen = await face.gives("bea", "trial always")
    assert seen.form["said"].value == "offered"
    assert "always: offered" in (await face.fills("bea", seen)).text


async def test_a_channel_and_a_person_come_back_as_such(face: Face) -> None:
    seen = await finish(face, "bea", await face.gives("bea", "trial where"), {"where": "general"})
    assert "1 place" in seen.text
    assert "general" in seen.text
    seen = await finish(face, "bea", await face.gives("bea", "trial who"), {"who": "admin"})
    assert "somebody: " in seen.text


async def test_options_are_suggested_while_typing(face: Face) -> None:
    labels = await face.suggested("bea", "trial every", "state", "number 15")
    assert "State number 150" in labels
    assert len(labels) == 11


async def test_every_button_makes_the_round_trip(face: Face) -> None:
    seen = await face.gives("bea", "trial small")
    assert {"Echo", "Long echo", "Ask"} <= set(seen.buttons)
    assert "echo: from a button" in (await face.taps("bea", seen, "Echo")).text
    assert "x" * 150 in (await face.taps("bea", seen, "Long echo")).text
    form = await face.taps("bea", seen, "Ask")
    assert "echo: asked" in (await face.fills("bea", form, said="asked")).text


async def test_a_large_reply_is_drawn_within_the_limits_and_says_what_is_left_out(face: Face) -> None:
    seen = await face.gives("bea", "trial large")
    assert "A long text." in seen.text
    assert seen.buttons


async def test_hostile_text_is_only_text(face: Face) -> None:
    seen = await face.gives("bea", "trial echo", said="kind")
    assert "echo: kind" in seen.text
    seen = await finish(face, "bea", await face.gives("bea", "trial echo"), {"said": HOSTILE})
    assert "everyone" in seen.text
    assert "alert(1)" in seen.text


async def test_a_file_reaches_the_person_alone(face: Face) -> None:
    seen = await face.gives("bea", "trial handout")
    content = seen.file or next((each.file for each in await face.inbox("bea") if each.file), None)
    assert content == "name\r\nRené\r\n".encode("utf-8-sig")
    assert not [each for each in await face.channel() if each.file]


async def test_an_attached_file_is_read_kept_over_an_error_and_behind_a_button(face: Face) -> None:
    content = b"name\r\n\xff\0" * 1000
    told = f"members.csv has {len(content)} bytes, {hashlib.sha256(content).hexdigest()[:12]}"
    seen = await face.gives("bea", "trial sheet")
    wrong = await face.attaches("bea", seen, "sheet", "members.csv", content, said="refuse")
    assert "I will not say that." in wrong.form["said"].problem + wrong.text
    assert wrong.form["sheet"].value == "members.csv"
    shown = await face.fills("bea", wrong, said="better")
    assert f"{told}: better" in readable(shown)
    assert f"confirmed: {told}: better" in readable(await face.taps("bea", shown, "Confirm"))


def readable(seen: Seen) -> str:
    return seen.text.replace("\\", "")


async def test_a_file_that_is_too_large_is_refused_beside_its_question(face: Face) -> None:
    seen = await face.gives("bea", "trial sheet", said="kind")
    wrong = await face.attaches("bea", seen, "sheet", "members.csv", b"x" * (SHEET_MAX + 50_000))
    assert "150 kB" in wrong.form["sheet"].problem + wrong.text
    assert wrong.form["said"].value == "kind"
    assert "members.csv has 3 bytes" in readable(await face.attaches("bea", wrong, "sheet", "members.csv", b"abc"))


async def file_of(face: Face, who: str, seen: Seen) -> Seen:
    """What carried the file: the answer, or a direct message."""
    return seen if seen.file else next(each for each in await face.inbox(who) if each.file)


async def test_a_picture_is_shown_with_its_words(face: Face) -> None:
    seen = await file_of(face, "bea", await face.gives("bea", "trial picture"))
    assert (seen.file, seen.alt) == (PNG, PNG_ALT)


async def test_a_large_file_arrives_whole(face: Face) -> None:
    seen = await file_of(face, "bea", await face.gives("bea", "trial bulk"))
    assert seen.file == BULK


async def test_only_a_command_declared_public_is_seen_by_all(face: Face) -> None:
    seen = await face.gives("bea", "trial shout")
    assert not seen.private
    assert any("For all to hear." in each.text for each in await face.channel())
    await face.gives("bea", "trial echo", said="for me")
    assert not any("for me" in each.text for each in await face.channel())


async def test_a_bug_is_a_sentence(face: Face) -> None:
    seen = await face.gives("bea", "trial echo", said="crash")
    assert "Something went wrong on my side" in seen.text


async def test_the_same_event_again_has_one_effect_and_the_same_answer(face: Face) -> None:
    seen = await face.gives("bea", "trial echo", said="once")
    again = await face.repeats()
    assert again.text == seen.text
    echoes = select(func.count()).select_from(Happening).where(Happening.what == "trial.echo")
    assert face.house.db.read(lambda s: s.scalar(echoes, execution_options={"every_coalition": True})) == 1


async def test_a_restart_in_the_middle_of_a_form_loses_nothing(face: Face) -> None:
    seen = await face.gives("bea", "trial every", words="before the restart")
    await face.restart()
    rest = {name: answer for name, answer in ANSWERS.items() if name != "words"}
    seen = await finish(face, "bea", seen, {**rest, "sauce": "red"})
    assert "before the restart|" in seen.text
    assert "|red" in seen.text


async def test_buttons_survive_a_restart(face: Face) -> None:
    seen = await face.gives("bea", "trial small")
    await face.restart()
    assert "echo: from a button" in (await face.taps("bea", seen, "Echo")).text


async def test_a_newcomer_who_writes_to_the_bot_gets_help_with_buttons(face: Face) -> None:
    seen = await face.writes("bea", "hello?")
    assert "What you can do" in seen.text
    assert "My profile" in seen.buttons


async def test_a_member_of_no_group_is_told_what_a_coordinator_may(face: Face) -> None:
    seen = await face.gives("bea", "coalition allow", who="admin")
    assert "is for coordinators" in seen.text
