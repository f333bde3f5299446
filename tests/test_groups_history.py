"""Who did what in groups, and when, so that a dispute can be settled; and who took members along as a file."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from coalition_bot.command import Reply
from coalition_bot.db import serve
from coalition_bot.features.groups.past import _WORDS, SHOWN
from coalition_bot.features.groups.tables import Ending
from coalition_bot.history import Reading, note
from tests.story import Actor, House, words
from tests.test_groups import count, joined, no, ok, open_all, table
from tests.test_groups_leads import lead, led_housing


def told(actor: Actor, group: str = "housing") -> list[str]:
    """What happened in a group, the newest first."""
    shown = actor.gives("group history", group=group) if group else actor.gives("group history")
    return [row[-1] for row in table(shown)]


def test_the_history_says_in_words_who_did_what_the_newest_first(house: House) -> None:
    anna, maria, _amina, omar = led_housing(house)
    ok(maria.taps(maria.gives("group handover", who=omar.mention), "Hand over, and stay as backup"))
    ok(anna.gives("group edit", group="housing", about="Homes"))
    ok(maria.says("/my news housing daily"))
    lead(anna, "housing", maria, "member")
    ok(maria.says("/group leave housing"))
    assert told(anna) == [
        "Maria left",
        "Anna ended the time of Maria as lead",
        "Maria changed how they hear of newcomers",
        "Anna changed what the group says of itself",
        "Maria became backup lead",
        "Maria handed the lead to Omar",
        "Anna appointed Amina as backup lead",
        "Anna appointed Maria as lead",
        "Omar joined",
        "Amina joined",
        "Maria joined",
        "Anna created the group",
    ]


def test_places_and_applications_are_told(house: House) -> None:
    anna, maria, omar, rosa = house.found(), *(house.person(name) for name in ("maria", "omar", "rosa"))
    ok(anna.gives("group create", name="Drafting", about="The report", kind="task_force", capacity="1"))
    joined(maria, "drafting")
    lead(anna, "drafting", maria)
    for each in (omar, rosa):
        joined(each, "drafting")
    house.post()
    first, second = maria.inbox[-2:]
    ok(maria.taps(first.reply, "Approve"))
    ok(maria.fills(maria.taps(second.reply, "Decline"), reason="It is full"))
    ok(anna.taps(anna.gives("group remove", group="drafting", who=maria.mention), "Take off the list"))
    assert told(anna, "drafting") == [
        "Omar got a place from the waiting list",
        "Anna took Maria off the list",
        "Maria declined the application of Rosa",
        "Maria approved the application of Omar",
        "Rosa applied",
        "Omar applied",
        "Anna approved the application of Maria",
        "Anna appointed Maria as lead",
        "Maria applied",
        "Anna created the group",
    ]


def test_whoever_is_forgotten_is_a_former_member(house: House) -> None:
    anna, maria, _amina, omar = led_housing(house)
    ok(maria.taps(maria.gives("group handover", who=omar.mention), "Hand over"))
    ok(maria.taps(maria.says("/my forget"), "Delete everything"))
    said = told(anna)
    assert "a former member left, and is forgotten" in said
    assert "a former member handed the lead to Omar" in said
    assert "Anna appointed a former member as lead" in said
    assert "Maria" not in "\n".join(said)


def test_times_are_the_readers_own(house: House) -> None:
    anna, maria, _amina, _omar = led_housing(house)
    shown = anna.gives("group history", group="housing")
    assert isinstance(shown, Reply)
    assert "times are New York time" in shown.text
    assert {row[0] for row in table(shown)} == {"2019-09-02 04:00"}
    ok(maria.says("/my zone Nairobi"))
    assert {row[0] for row in table(maria.says("/group history"))} == {"2019-09-02 11:00"}


def test_a_long_history_is_paged(house: House) -> None:
    anna = house.found()
    open_all(anna)
    people = [house.person(f"person{number:02}") for number in range(SHOWN + 3)]
    for each in people:
        house.clock.forward(minutes=1)
        joined(each, "housing")
    first = anna.gives("group history", group="housing")
    second = anna.taps(first, "Older")
    assert [row[1] for row in table(first)] == [f"Person{number:02} joined" for number in range(22, 2, -1)]
    assert [row[1] for row in table(second)] == [*(f"Person{n:02} joined" for n in (2, 1, 0)), "Anna created the group"]
    assert isinstance(second, Reply)
    assert second.buttons == ()
    assert "Nothing has happened" in words(anna.gives("group history", group="housing", page="99"))
    assert table(anna.gives("group history", group="housing", page="x")) == table(first)


def test_the_history_of_all_groups_is_for_coordinators(house: House) -> None:
    anna, maria, _amina, omar = led_housing(house)
    joined(omar, "migration", "detention")
    whole = anna.says("/group history")
    assert isinstance(whole, Reply)
    assert whole.title == "History of all groups"
    assert table(whole)[0][1:] == ("Migration", "Omar joined")
    assert {row[1] for row in table(whole)} == {
        "Housing",
        "Migration",
        "Criminal justice",
        "Indigenous peoples",
        "Women's rights",
    }
    assert "History of Housing" in words(maria.says("/group history"))
    assert "not among the choices" in no(maria.says("/group history zzz"))
    assert "is for coordinators and leads" in no(maria.says("/group history migration"))
    assert "is for coordinators and leads" in no(omar.says("/group history housing"))
    lead(anna, "migration", maria)
    which = maria.says("/group history")
    assert "Which group do you mean?" in no(which)
    assert "Omar joined" in words(maria.taps(which, "Migration"))
    assert count(house, Reading, what="group history") >= 4


def test_a_private_group_has_no_history_for_others(house: House) -> None:
    anna, maria, _amina, _omar = led_housing(house)
    ok(anna.gives("group create", name="Shelter", about="Safe houses", private="yes"))
    refused = no(maria.says("/group history shelter"))
    assert "not among the choices" in refused
    assert "Safe houses" not in refused
    assert "Shelter" in words(anna.says("/group history"))


def test_a_closed_group_keeps_its_history_for_coordinators(house: House) -> None:
    anna, maria, _amina, _omar = led_housing(house)
    ok(anna.taps(anna.says("/group close housing"), "Close it"))
    assert told(anna, "Housing (closed)")[0] == "Anna closed the group"
    assert "Maria" not in no(maria.gives("group history", group="housing"))


def test_exports_stand_in_the_history_and_in_the_log_for_coordinators(house: House) -> None:
    anna, maria, _amina, omar = led_housing(house)
    assert "Nobody has taken members along" in words(anna.says("/coalition exports"))
    house.clock.forward(hours=1)
    assert isinstance(maria.says("/group export housing"), Reply)
    house.clock.forward(hours=1)
    assert isinstance(maria.says("/group export"), Reply)
    assert told(maria)[0] == "Maria exported the roster"
    assert told(anna, "").count("Maria exported the roster") == 2
    assert table(anna.says("/coalition exports")) == (
        ("2019-09-02 06:00", "Maria", "Members of all groups that they lead"),
        ("2019-09-02 05:00", "Maria", "Members of Housing"),
    )
    for other in (maria, omar):
        assert "is for coordinators" in no(other.says("/coalition exports"))
    ok(anna.gives("group edit", group="housing", name="Homes"))
    ok(maria.taps(maria.says("/my forget"), "Delete everything"))
    assert [row[1:] for row in table(anna.says("/coalition exports"))] == [
        ("a former member", "Members of all groups that they lead"),
        ("a former member", "Members of Homes"),
    ]
    assert "a former member exported the roster" in told(anna, "Homes")


def test_the_log_of_exports_is_paged(house: House) -> None:
    anna, _maria, _amina, _omar = led_housing(house)
    for _each in range(SHOWN + 1):
        house.clock.forward(minutes=1)
        anna.says("/group export housing")
    assert len(table(anna.taps(anna.says("/coalition exports"), "Older"))) == 1


def test_another_coalition_sees_nothing_of_it(house: House) -> None:
    anna, maria, _amina, _omar = led_housing(house)
    maria.says("/group export housing")
    eve = house.found("eve", "Another coalition", community="T2")
    assert "Nothing has happened yet" in words(eve.says("/group history"))
    assert "Nobody has taken members along" in words(eve.says("/coalition exports"))
    uid = next(option.value for option in anna.options("group history", "group", "housing"))
    assert "not among the choices" in no(eve.gives("group history", group=uid))


def test_what_no_words_are_known_for_is_readable_all_the_same(house: House) -> None:
    anna, maria, _amina, _omar = led_housing(house)

    def paint(session: object) -> None:
        serve(session, 1)  # type: ignore[arg-type]
        note(session, house.clock.now(), 1, "group.paint_wall", "group:1", 2)  # type: ignore[arg-type]
        note(session, house.clock.now(), None, "group.paint_wall", "group:1")  # type: ignore[arg-type]

    house.db.write(paint)
    first = told(anna, "")[:2]
    assert first == ["the operator: paint wall", "Anna: paint wall, Maria"]
    assert maria.says("/group history")


def test_all_that_is_noted_about_groups_has_words() -> None:
    noted = {f"group.{ending}" for ending in Ending if ending is not Ending.LEFT}
    for path in Path("coalition_bot/features").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                noted |= {node.value} if re.fullmatch(r"group\.[a-z_]+", node.value) else set()
    assert noted - set(_WORDS) == set()


@pytest.mark.parametrize("what", _WORDS)
def test_each_sentence_names_who_it_is_about(what: str) -> None:
    alone, other = _WORDS[what]
    assert alone.count("{actor}") == 1
    assert "{whom}" in (other or "{whom}")
