"""Working groups under bad input, double clicks, forged answers and people who may not."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coalition_bot.command import Form, Reply, Tone
from coalition_bot.db import serve
from coalition_bot.features.groups import Group, Lead, Membership
from coalition_bot.people import Standing
from coalition_bot.sheets import csv_bytes, harmless
from tests.story import House, words
from tests.test_groups import GROUPS, count, joined, no, ok, open_all, table

BAD = {
    "hosing": "Did you mean Housing",
    "x" * 10_001: "far too long",
    "hou\x00sing": "characters that cannot be shown",
    "\u202egnisuoh": "characters that cannot be shown",
    "ZZZZ": "not among the choices",
    "\ufdfa" * 9_000: "not among the choices",  # a sign that unfolds to eighteen
}


@pytest.mark.parametrize("typed", BAD)
def test_an_unreadable_group_is_refused_with_what_to_try(small_house: House, typed: str) -> None:
    anna, maria = small_house.found(), small_house.person("maria")
    open_all(anna)
    reply = maria.gives("group join", group=typed, called="Maria", shown="yes")
    assert BAD[typed] in no(reply)
    assert count(small_house, Membership) == 0


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("issue", "x" * 201, "200 characters"),
        ("issue", "x" * 10_001, "far too long"),
        ("called", "x" * 81, "80 characters"),
        ("called", "", "Please answer"),
        ("called", "Ma\x00ria", "cannot be shown"),
        ("organisation", "x" * 121, "120 characters"),
        ("organisation", "\u202eevil", "cannot be shown"),
    ],
)
def test_a_bad_answer_is_said_beside_its_question_and_nothing_is_lost(
    small_house: House, question: str, answer: str, said: str
) -> None:
    anna, maria = small_house.found(), small_house.person("maria")
    open_all(anna)
    form = maria.says("/group join housing evictions of families")
    again = maria.fills(form, **{question: answer}, shown="no")
    assert isinstance(again, Form)
    assert said in next(each.problem for each in again.questions if each.name == question)
    assert count(small_house, Membership) == 0
    if question != "issue":
        assert next(each.value for each in again.questions if each.name == "issue") == "evictions of families"
    ok(maria.fills(again, **{question: "Maria"}))


@pytest.mark.parametrize("name", ["@everyone", "<!channel>", "<@U123>", "*bold* `code`", "=HYPERLINK(1)"])
def test_markup_and_mentions_are_only_text(small_house: House, name: str) -> None:
    anna, maria = small_house.found(), small_house.person("maria")
    ok(anna.gives("group create", name=f"Group {name}", about=name))
    joined(maria, f"Group {name}", name, name)
    small_house.post()
    assert name in words(anna.inbox[-1].reply)
    assert not anna.inbox[-1].reply.mention


def test_without_any_group_the_newcomer_is_told_so(small_house: House) -> None:
    anna, maria = small_house.found(), small_house.person("maria")
    assert "nothing yet to choose from" in no(maria.says("/group join"))
    assert "A coordinator can open one" in words(maria.says("/group list"))
    assert "/group create" in words(anna.says("/group list"))


def test_two_identical_joins_at_once_have_one_effect(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "migration")
    replies = at_once(lambda: maria.gives("group join", group="housing", called="Maria", shown="yes"), 6)
    assert sorted(reply.tone for reply in replies) == [Tone.DONE] + [Tone.PROBLEM] * 5
    for reply in replies:
        if reply.tone is Tone.PROBLEM:
            assert "You are in Housing already" in words(reply)
            assert "Change" in [button.label for button in reply.buttons]
    assert count(house, Membership) == 2
    house.post()
    assert sum("joined Housing" in words(parcel.reply) for parcel in anna.inbox) == 1


def test_the_database_itself_refuses_a_second_stay_or_lead_at_a_time(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing")
    ok(anna.gives("group lead", group="housing", who=maria.mention))

    def stay(session: Session) -> None:
        held = session.scalars(select(Membership), execution_options={"every_coalition": True}).one()
        serve(session, held.coalition_id)
        session.add(Membership(group_id=held.group_id, person_id=held.person_id, joined_at=house.clock.now()))

    def lead(session: Session) -> None:
        held = session.scalars(select(Lead), execution_options={"every_coalition": True}).one()
        serve(session, held.coalition_id)
        session.add(Lead(group_id=held.group_id, person_id=held.person_id, since=house.clock.now()))

    for again in (stay, lead):
        with pytest.raises(IntegrityError):
            house.db.write(again)


def test_a_newcomer_who_clicks_twice_is_one_person(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    replies = at_once(lambda: maria.gives("group join", group="housing", called="Maria", shown="yes"), 4)
    assert [reply.tone for reply in replies].count(Tone.DONE) == 1
    assert count(house, Membership) == 1


def test_two_groups_of_one_name_at_once_are_one(house: House) -> None:
    anna = house.found()
    replies = at_once(lambda: anna.gives("group create", name="Housing", about="Rents"), 4)
    assert [reply.tone for reply in replies].count(Tone.DONE) == 1
    assert count(house, Group) == 1


def test_the_same_event_twice_gives_the_same_answer(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    first = maria.gives("group join", event="E1", group="housing", called="Maria", shown="yes")
    assert maria.gives("group join", event="E1", group="housing", called="Maria", shown="yes") == first
    assert count(house, Membership) == 1


def test_another_coalition_finds_nothing_by_guessing(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing", "evictions")
    eve = house.found("eve", "Another coalition", community="T2")
    ok(eve.gives("group create", name="Housing", about="Elsewhere"))
    uid = next(option.value for option in anna.options("group members", "group", "housing"))
    theirs = next(option.value for option in eve.options("group members", "group", "housing"))
    assert uid != theirs
    for command in ("join", "list", "change", "leave", "members", "export", "edit", "close", "lead"):
        more = {"called": "Eve"} if command == "join" else {"who": eve.mention} if command == "lead" else {}
        said = no(eve.gives(f"group {command}", group=uid, **more))
        assert "not among the choices" in said, command
        assert GROUPS["Housing"] not in said
        assert "Maria" not in said
    assert "don't know this person" in no(eve.gives("group lead", group=theirs, who=maria.mention))
    assert eve.options("group members", "group", uid) == []
    assert len(table(anna.says("/group members housing"))) == 1


LINES = {
    "list": "/group list",
    "mine": "/group mine",
    "join": "/group join housing",
    "change": "/group change housing",
    "members": "/group members housing",
    "export": "/group export housing",
    "export all": "/group export",
    "create": "/group create Water",
    "edit": "/group edit housing",
    "close": "/group close housing",
    "lead": "/group lead housing",
    "leave": "/group leave housing",
}
MAY = {
    "coordinator": set(LINES),
    "lead": {"list", "mine", "join", "change", "leave", "members", "export", "export all"},
    "lead of another": {"list", "mine", "join", "change", "leave", "export all"},
    "member": {"list", "mine", "join", "change", "leave", "members"},
    "outsider": {"list", "mine", "join", "change", "leave"},
    "guest": set(),
    "stranger": set(),
    "deactivated": set(),
    "allowed guest": {"list", "mine", "join", "change", "leave"},
}


@pytest.mark.parametrize("role", MAY)
def test_who_may_do_what(small_house: House, role: str) -> None:
    house, anna = small_house, small_house.found()
    open_all(anna)
    actor = {
        "guest": house.person("gina", standing=Standing.GUEST),
        "stranger": house.person("stan", standing=Standing.STRANGER),
        "deactivated": house.person("dean", standing=Standing.DEACTIVATED),
        "allowed guest": house.person("greta", standing=Standing.GUEST),
        "coordinator": anna,
    }.get(role, house.person("maria"))
    if role in ("member", "lead"):
        joined(actor, "housing")
    if role.startswith("lead"):
        group = "housing" if role == "lead" else "migration"
        ok(anna.gives("group lead", group=group, who=actor.mention))
    if role == "allowed guest":
        ok(anna.gives("coalition allow", who=actor.mention))
    for name, line in LINES.items():
        said = words(actor.says(line))
        refused = " is for " in said or "here as a guest" in said
        assert refused == (name not in MAY[role]), f"{role}: {line}: {said}"
        if refused and role in ("guest", "stranger", "deactivated"):
            assert "/coalition allow" in said
        if refused:
            assert "Evictions" not in said
        assert actor.options("group members", "page", "") == []


def at_once(act: Callable[[], Reply | Form], times: int) -> list[Reply]:
    """Do the same in several threads that start together."""
    start = threading.Barrier(times)
    replies: list[Reply] = []

    def go() -> None:
        start.wait()
        outcome = act()
        assert isinstance(outcome, Reply), words(outcome)
        replies.append(outcome)

    threads = [threading.Thread(target=go) for _each in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(replies) == times
    return replies


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+41 22", "'+41 22"),
        ("-x", "'-x"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1", "'＝1"),
        (" =1", "' =1"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("a;=1", "a;'=1"),
        ("a\n=1", "a\n'=1"),
        ("women's = human - rights", "women's = human - rights"),
        (-5, -5),
        (None, None),
    ],
)
def test_no_cell_of_a_file_is_run(cell: str | int | None, shown: str | int | None) -> None:
    assert harmless(cell) == shown


def test_a_file_keeps_letters_commas_and_quotes() -> None:
    page = csv_bytes(["Name"], [["Zoë, “A”"], ['say "no"']])
    assert page.decode("utf-8-sig") == 'Name\r\n"Zoë, “A”"\r\n"say ""no"""\r\n'
    assert page.startswith(b"\xef\xbb\xbf")
