"""Private groups: whoever is outside learns nothing, by no question, of which groups there are."""

from __future__ import annotations

import pytest

from coalition_bot.command import Form, Reply
from coalition_bot.people import Standing
from tests.story import Actor, House, words
from tests.test_groups import joined, no, ok, open_all, table
from tests.test_groups_joining import labels

SECRET = "Queer believers"


@pytest.fixture
def anna(house: House) -> Actor:
    """A coordinator whose coalition has five groups and a private one, which Maria leads and Omar is in."""
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    ok(anna.gives("group create", name=SECRET, about="Faith and orientation"))
    for member in (maria, omar):
        joined(member, SECRET, "conversion therapy")
    ok(anna.gives("group lead", group=SECRET, who=maria.mention))
    ok(anna.gives("group edit", group=SECRET, private="yes", channel="wide:T1:C-secret"))
    house.post()
    return anna


def outsiders(house: House) -> list[Actor]:
    """A newcomer, a member of another group, the lead of another, and a guest who may act."""
    anna, lena = house.person("anna"), house.person("lena")
    joined(house.person("bea"), "housing")
    joined(lena, "migration")
    ok(anna.gives("group lead", group="migration", who=lena.mention))
    guest = house.person("gina", standing=Standing.GUEST)
    ok(anna.gives("coalition allow", who=guest.mention))
    return [house.person("nora"), house.person("bea"), lena, guest]


def uid(anna: Actor) -> str:
    """How the private group is called in buttons."""
    return next(option.value for option in anna.options("group edit", "group", SECRET))


def test_no_question_tells_an_outsider_of_a_private_group(house: House, anna: Actor) -> None:
    secret = uid(anna)
    commands = ("list", "join", "change", "leave", "members", "export", "applications", "edit", "close", "lead")
    for outsider in outsiders(house):
        for command in commands:
            for typed in (SECRET.lower(), secret):
                more = {"called": "X", "shown": "no"} if command == "join" else {}
                asked = {"application" if command == "applications" else "group": typed}
                outcome = outsider.gives(f"group {command}", **asked, **more)
                said = words(outcome).replace(typed, "…")
                assert "believer" not in said, (command, typed)
                assert "Faith" not in said, (command, typed)
                if command in ("list", "join"):
                    unknown = outsider.gives(f"group {command}", group="q" * len(typed), **more)
                    assert said == words(unknown).replace("q" * len(typed), "…"), (command, typed)
        for line in ("/group list", "/group mine", f"/group join {SECRET}", f"/group join {SECRET} my issue"):
            assert "Faith" not in words(outsider.says(line))
        assert len(table(outsider.says("/group list"))) == 5


def test_no_command_suggests_or_shows_a_private_group_to_an_outsider(house: House, anna: Actor) -> None:
    asked = (SECRET[:5], uid(anna))
    for outsider in outsiders(house)[:3:2]:  # a newcomer, and the lead of another group
        for name, command in house.bot.commands.items():
            for field in command.spec.fields:
                for typed in ("", *asked) if field.binds and field.suggest else ():
                    found = [each.label for each in outsider.options(name, field.name, typed)]
                    assert SECRET not in " ".join(found), (name, field.name, typed)
            if not command.spec.writes:
                shown = words(outsider.gives(name))
                assert SECRET not in shown, name
                assert "Faith" not in shown, name


def test_a_name_almost_typed_hints_at_no_private_group(house: House, anna: Actor) -> None:
    nora = house.person("nora")
    assert "Did you mean" not in no(nora.gives("group join", group="Queer beleivers", called="N", shown="no"))
    assert f"Did you mean {SECRET}" in no(anna.gives("group list", group="Queer beleivers"))


def test_those_inside_see_it_marked_private(house: House, anna: Actor) -> None:
    for insider in (anna, house.person("maria"), house.person("omar")):
        assert f"{SECRET} (private)" in words(insider.says("/group list"))
        assert "only its people and coordinators" in words(insider.says(f"/group list {SECRET}"))
        assert [option.label for option in insider.options("group list", "group", "queer")] == [SECRET]
    assert f"{SECRET} (private)" in words(house.person("omar").says("/group mine"))
    assert len(table(house.person("maria").says("/group members"))) == 2


def test_whoever_waits_or_has_applied_knows_of_it_until_they_go(house: House, anna: Actor) -> None:
    paul, tara = house.person("paul"), house.person("tara")
    ok(anna.gives("group edit", group=SECRET, private="no", sure="yes", capacity="2"))
    joined(paul, SECRET)
    ok(anna.gives("group edit", group=SECRET, private="yes", kind="task_force"))
    assert f"{SECRET} (task force, private)".lower() in words(paul.says("/group mine")).lower()
    assert "number 1 on the waiting list" in words(paul.says(f"/group list {SECRET}"))
    assert "not among the choices" in no(tara.gives("group join", group=SECRET, called="T", shown="no"))
    ask = paul.says(f"/group leave {SECRET}")
    assert "cannot come back by yourself" in words(ask)
    gone = ok(paul.taps(ask, "Withdraw"))
    assert labels(gone) == ["My groups"]
    assert "not among the choices" in no(paul.gives("group join", group=SECRET, called="P", shown="no"))
    assert SECRET not in words(paul.says("/group list"))


def test_an_old_button_does_not_open_what_became_private(house: House, anna: Actor) -> None:
    nora = house.person("nora")
    ok(anna.gives("group edit", group=SECRET, private="no", sure="yes"))
    old = nora.says("/group list")
    card = nora.says(f"/group list {SECRET}")
    ok(anna.gives("group edit", group=SECRET, private="yes"))
    assert isinstance(old, Reply)
    pressed = [nora.taps(old, f"Join {SECRET}"), nora.taps(card, "Join")]
    for outcome in pressed:
        assert isinstance(outcome, Form)
        assert "Faith" not in words(outcome)
        assert outcome.questions[0].value_label == ""
        assert "not among the choices" in no(nora.fills(outcome, group=uid(anna), called="N", shown="no"))


def test_showing_a_private_group_is_confirmed_first(house: House, anna: Actor) -> None:
    nora = house.person("nora")
    form = anna.taps(anna.says(f"/group list {SECRET}"), "Edit")
    ask = anna.fills(form, private="no", about="Faith")
    assert f"Show {SECRET} to everybody?" in words(ask)
    assert SECRET not in words(nora.says("/group list"))
    ok(anna.taps(ask, "Show it"))
    assert f"{SECRET} | Faith" in words(nora.says("/group list"))


def test_an_edit_that_does_not_speak_of_it_keeps_it_private(house: House, anna: Actor) -> None:
    ok(anna.says(f"/group edit {SECRET} Belief and love"))
    form = anna.says("/group edit")
    assert isinstance(form, Form)
    ok(anna.fills(form, group=SECRET, about="Belief"))
    assert SECRET not in words(house.person("nora").says("/group list"))


def test_a_name_that_is_taken_by_a_private_group_is_told_to_coordinators(anna: Actor) -> None:
    assert f"There is a group “{SECRET}” already" in no(anna.gives("group create", name=SECRET, about="x"))


def test_a_private_group_is_opened_private(house: House, anna: Actor) -> None:
    said = ok(anna.gives("group create", name="Shelter", about="Safe flats", private="yes", kind="city"))
    assert "It is private: nobody can join it" in words(said)
    assert "Shelter" not in words(house.person("nora").says("/group list"))
    assert "Shelter (city chapter, private)".lower() in words(anna.says("/group list")).lower()


def test_a_closed_private_group_is_as_unknown_as_an_open_one(house: House, anna: Actor) -> None:
    ok(anna.taps(anna.says(f"/group close {SECRET}"), "Close it"))
    assert "not among the choices" in no(house.person("nora").gives("group list", group=SECRET))
    assert f"{SECRET} is closed" in no(house.person("omar").gives("group list", group=SECRET))


def test_deadlines_of_a_private_group_are_seen_by_its_people_and_reminded_of_in_its_channel(
    house: House, anna: Actor
) -> None:
    maria, omar, nora = house.person("maria"), house.person("omar"), house.person("nora")
    what = "Testimonies due in 9 days"
    elsewhere = maria.gives("deadline add", what=what, group=SECRET, channels="wide:T1:C-general")
    assert "I remind its own channel only" in no(elsewhere)
    card = maria.gives("deadline add", what=what, group=SECRET)
    assert "C-secret" in words(card)
    ok(maria.taps(card, "Confirm"))
    for insider in (anna, maria, omar):
        assert "Testimonies" in words(insider.says("/deadline list"))
    assert "Testimonies" in words(omar.says(f"/group list {SECRET}"))
    assert "no deadlines" in words(nora.says("/deadline list"))
    joined(nora, "housing")
    ok(anna.gives("group lead", group="housing", who=nora.mention))
    assert nora.options("deadline cancel", "deadline", "") == []
    sent = [parcel for _when, parcel in house.until(house.clock.now().replace(day=20))]
    said = [str(parcel.place) for parcel in sent if "Testimonies" in words(parcel.reply)]
    assert set(said) == {"wide:T1:C-secret"}


def test_a_deadline_chosen_for_other_channels_before_keeps_quiet_there_once_the_group_is_private(
    house: House, anna: Actor
) -> None:
    ok(anna.taps(anna.gives("deadline add", what="Draft due in 9 days", group="housing"), "Confirm"))
    ok(anna.gives("group edit", group="housing", private="yes"))
    assert house.until(house.clock.now().replace(day=20)) == []


def test_without_a_channel_a_private_group_has_no_reminders(house: House, anna: Actor) -> None:
    ok(anna.gives("group create", name="Shelter", about="Safe flats", private="yes"))
    assert "no channel of its own" in no(anna.gives("deadline add", what="Move due in 9 days", group="shelter"))
