"""Leads and backups of a group: how they come, hand over, go, and take somebody off the list."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from coalition_bot.command import Form, Reply, Tone
from coalition_bot.features.groups import Lead, Membership
from coalition_bot.people import Person
from tests.story import Actor, House, words
from tests.test_groups import GROUPS, count, joined, no, ok, open_all
from tests.test_groups_refused import at_once


def lead(anna: Actor, group: str, whom: Actor, role: str = "lead") -> Reply:
    """A coordinator appoints somebody."""
    return ok(anna.gives("group lead", group=group, who=whom.mention, role=role))


def news(actor: Actor, since: int = 0) -> list[str]:
    """What somebody has got as direct messages."""
    return [words(parcel.reply) for parcel in actor.inbox[since:]]


def led_housing(house: House) -> tuple[Actor, Actor, Actor, Actor]:
    """Anna coordinates, Maria leads Housing, Amina is her backup, Omar a member; all news have gone out."""
    anna, maria, amina, omar = house.found(), *(house.person(name) for name in ("maria", "amina", "omar"))
    open_all(anna)
    for each in (maria, amina, omar):
        joined(each, "housing")
    lead(anna, "housing", maria)
    lead(anna, "housing", amina, "backup")
    house.post()
    return anna, maria, amina, omar


def led_by(actor: Actor, group: str = "housing") -> str:
    """What a group's card says of its leads."""
    card = actor.says(f"/group list {group}")
    assert isinstance(card, Reply)
    return next(str(fact.value) for fact in card.facts if fact.label == "Led by")


def rows(house: House) -> list[tuple[str, bool, bool]]:
    """All times as a lead: name, whether as a backup, whether still going on."""
    found = select(Person.name, Lead.backup, Lead.ended_at).join(Lead, Lead.person_id == Person.id).order_by(Lead.id)
    kept = house.db.read(lambda session: session.execute(found, execution_options={"every_coalition": True}).all())
    return [(name, backup, ended is None) for name, backup, ended in kept]


def test_a_backup_stands_in_and_hears_the_same_as_the_lead(house: House) -> None:
    anna, maria, amina, _omar = led_housing(house)
    assert led_by(anna) == "Maria (backup: Amina)"
    assert "Maria (backup: Amina)" in words(anna.says("/group list"))
    assert "You lead Housing now" in news(maria)[-1]
    assert "You are a backup lead of Housing now" in news(amina)[-1]
    before = len(anna.inbox)
    joined(house.person("rosa"), "housing", "evictions", "Street Watch")
    house.post()
    for each in (maria, amina):
        told = each.inbox[-1].reply
        assert "Rosa has joined Housing" in words(told)
        assert [button.label for button in told.buttons] == ["Members", "As a file", "Change how I hear"]
        assert "Rosa" in words(each.taps(told, "Members"))
        exported = each.taps(told, "As a file")
        assert isinstance(exported, Reply)
        assert exported.file
        assert isinstance(each.taps(told, "Change how I hear"), Form)
    assert len(anna.inbox) == before


def test_a_lead_becomes_a_backup_and_the_other_way_by_the_same_command(house: House) -> None:
    anna, maria, amina, _omar = led_housing(house)
    assert "is a backup lead of Housing already" in no(
        anna.gives("group lead", group="housing", who=amina.mention, role="backup")
    )
    lead(anna, "housing", amina)
    assert "It has no lead now" not in words(lead(anna, "housing", maria, "Backup lead"))
    assert led_by(anna) == "Amina (backup: Maria)"
    assert "It has no lead now" in words(lead(anna, "housing", amina, "member"))
    assert led_by(anna) == "nobody yet (backup: Maria)"
    assert rows(house) == [
        ("Maria", False, False),
        ("Amina", True, False),
        ("Amina", False, False),
        ("Maria", True, True),
    ]


def test_the_last_lead_goes_and_the_backup_is_offered_to_the_coordinators(house: House) -> None:
    anna, maria, amina, _omar = led_housing(house)
    ben = house.person("ben", platform="narrow", community="T1")
    before = len(anna.inbox)
    ok(maria.says("/group leave housing"))
    house.post()
    assert [told.splitlines()[1] for told in news(anna, before)] == ["Maria has left Housing, which has no lead now."]
    assert "Maria has left Housing." in news(amina)[-1]
    assert ben.inbox == []
    ok(anna.taps(anna.inbox[-1].reply, "Make Amina the lead"))
    house.post()
    assert led_by(anna) == "Amina"
    assert "You lead Housing now" in news(amina)[-1]
    assert "leads Housing already" in no(anna.taps(anna.inbox[-1].reply, "Make Amina the lead"))


def test_a_lead_who_is_forgotten_leaves_the_backup_and_no_name(house: House) -> None:
    anna, maria, amina, _omar = led_housing(house)
    before = len(anna.inbox)
    ok(maria.taps(maria.says("/my forget"), "Delete everything"))
    house.post()
    assert len(anna.inbox) == before + 1
    assert "Housing has no lead any more" in news(anna)[-1]
    assert "Make Amina the lead" in news(anna)[-1]
    assert "Maria" not in "".join(news(anna, before))
    assert led_by(amina) == "nobody yet (backup: Amina)"


def test_other_coordinators_hear_that_a_group_has_lost_its_lead_by_a_dismissal(house: House) -> None:
    anna, maria, _amina, omar = led_housing(house)
    ok(anna.gives("coalition role", who=omar.mention, role="coordinator"))
    house.post()
    before = len(anna.inbox)
    lead(anna, "housing", maria, "member")
    house.post()
    assert "Maria does not lead Housing any more, and it has no lead now" in news(omar)[-1]
    assert len(anna.inbox) == before


def test_a_lead_hands_over_after_a_second_look(house: House) -> None:
    anna, maria, amina, omar = led_housing(house)
    had = {each.visitor.name: len(each.inbox) for each in (anna, maria, amina, omar)}
    ask = maria.gives("group handover", who=omar.mention)
    assert "Hand the lead of Housing to Omar?" in words(ask)
    assert led_by(anna) == "Maria (backup: Amina)"
    assert "Omar leads Housing now" in words(ok(maria.taps(ask, "Hand over")))
    assert led_by(anna) == "Omar (backup: Amina)"
    house.post()
    assert "Maria has handed the lead of Housing to you. Thank you!" in news(omar)[-1]
    assert [button.label for button in omar.inbox[-1].reply.buttons] == ["Members", "As a file", "Change how I hear"]
    for each in (anna, amina):
        assert "Maria has handed the lead of Housing to Omar." in news(each)[-1]
    assert {name: len(house.person(name.lower()).inbox) - n for name, n in had.items()} == {
        "Anna": 1,
        "Maria": 0,
        "Amina": 1,
        "Omar": 1,
    }
    assert "Maria" in words(anna.says("/group members housing"))
    assert "is for" in no(maria.says("/group export housing"))
    assert "Only who leads" not in words(ok(omar.taps(omar.gives("group handover", who=amina.mention), "Hand over")))


def test_who_hands_over_may_stay_as_a_backup_and_a_backup_may_take_over(house: House) -> None:
    anna, maria, _amina, _omar = led_housing(house)
    form = maria.says("/group handover housing")
    assert isinstance(form, Form)
    assert [option.label for option in form.questions[1].options] == ["Amina", "Maria", "Omar"]
    ask = maria.fills(form, who=form.questions[1].options[0].value)
    ok(maria.taps(ask, "Hand over, and stay as backup"))
    assert led_by(anna) == "Amina (backup: Maria)"
    again = no(maria.taps(ask, "Hand over"))
    assert "Only who leads Housing can hand it over" in again
    assert led_by(anna) == "Amina (backup: Maria)"
    assert rows(house)[2:] == [("Amina", False, True), ("Maria", True, True)]
    assert rows(house)[:2] == [("Maria", False, False), ("Amina", True, False)]


def test_the_lead_is_handed_only_by_its_lead_to_a_member(house: House) -> None:
    anna, maria, amina, omar = led_housing(house)
    rosa = house.person("rosa")
    joined(rosa, "migration")
    assert "Only who leads Housing can hand it over" in no(amina.gives("group handover", who=omar.mention))
    assert "is for coordinators and leads" in no(omar.gives("group handover", group="housing", who=maria.mention))
    mine = anna.gives("group handover", group="housing", who=omar.mention)
    assert "As a coordinator, you can appoint its lead" in no(mine)
    assert isinstance(anna.taps(mine, "Appoint a lead"), Form)
    for outsider in (rosa, house.person("nobody")):
        said = no(maria.gives("group handover", who=outsider.mention))
        assert "They are not in Housing" in said
        assert outsider.visitor.name not in said
    assert "not among the choices" in no(maria.gives("group handover", who="Rosa"))
    assert "Maria leads Housing already" in no(maria.gives("group handover", who=maria.mention))
    assert maria.options("group handover", "who", "ros") == []
    assert [option.label for option in maria.options("group handover", "who", "om")] == ["Omar"]
    assert led_by(anna) == "Maria (backup: Amina)"
    assert count(house, Person, name="Nobody") == 0  # type: ignore[arg-type]


def test_of_two_hand_overs_at_once_one_holds(house: House) -> None:
    anna, maria, amina, omar = led_housing(house)
    asked = [maria.gives("group handover", who=whom.mention) for whom in (amina, omar)]
    turns = iter(asked)
    replies = at_once(lambda: maria.taps(next(turns), "Hand over"), 2)
    assert sorted(reply.tone for reply in replies) == [Tone.DONE, Tone.PROBLEM]
    assert len([row for row in rows(house) if row[1:] == (False, True)]) == 1
    assert "Maria" not in led_by(anna)


def test_somebody_is_taken_off_the_list_after_a_second_look_and_is_told_kindly(house: House) -> None:
    _anna, maria, amina, omar = led_housing(house)
    ask = maria.gives("group remove", who=omar.mention)
    assert "Take Omar off the list of Housing?" in words(ask)
    assert "Omar" in words(maria.says("/group members housing"))
    ok(maria.taps(ask, "Take off the list"))
    had = len(maria.inbox)
    house.post()
    assert "You are not in Housing any more" in news(omar)[-1]
    assert "Thank you for your part in it" in news(omar)[-1]
    assert "Omar is not in Housing any more." in news(amina)[-1]
    assert len(maria.inbox) == had
    assert "Omar" not in words(maria.says("/group members housing"))
    ended = house.db.read(
        lambda session: session.scalars(
            select(Membership.ending).where(Membership.left_at.is_not(None)),
            execution_options={"every_coalition": True},
        ).all()
    )
    assert ended == ["removed"]
    assert "They are not in Housing" in no(maria.taps(ask, "Take off the list"))
    joined(omar, "housing")


def test_who_waits_is_taken_off_the_list_too_and_whoever_is_next_follows(house: House) -> None:
    anna, maria, omar, rosa = house.found(), *(house.person(name) for name in ("maria", "omar", "rosa"))
    ok(anna.gives("group create", name="Housing", about="Rents", capacity="1"))
    for each in (maria, omar, rosa):
        joined(each, "housing")
    house.post()
    ok(anna.taps(anna.gives("group remove", group="housing", who=omar.mention), "Take off the list"))
    ok(anna.taps(anna.gives("group remove", group="housing", who=maria.mention), "Take off the list"))
    house.post()
    assert "A place in Housing is free for you" in news(rosa)[-1]
    assert "not in Housing any more" in news(omar)[-1]


def test_leads_are_taken_off_by_coordinators_only_and_nobody_takes_off_themselves(house: House) -> None:
    anna, maria, amina, omar = led_housing(house)
    for one, other in ((amina, maria), (maria, amina)):
        said = no(one.gives("group remove", who=other.mention))
        assert "Only a coordinator can take a lead off its list" in said
    itself = maria.gives("group remove", who=maria.mention)
    assert "You can leave Housing yourself" in no(itself)
    ok(maria.taps(itself, "Leave"))
    ok(anna.taps(anna.gives("group remove", group="housing", who=amina.mention), "Take off the list"))
    assert led_by(anna) == "nobody yet"
    assert "is for coordinators and leads" in no(omar.gives("group remove", group="housing", who=omar.mention))
    assert "is for" in no(maria.gives("group remove", group="housing", who=omar.mention))


def test_a_lead_of_an_application_group_is_in_it(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    ok(anna.gives("group create", name="Drafting", about="The joint report", kind="task_force"))
    joined(maria, "drafting")
    lead(anna, "drafting", maria)
    assert "Maria (lead)" in words(anna.says("/group members drafting"))


@pytest.mark.parametrize("typed", ["@everyone", "x\x00y", "\u202egnisuoh", "=1+1", "x" * 9_000, "---", "%"])
def test_bad_names_are_refused_with_what_to_try(small_house: House, typed: str) -> None:
    _anna, maria, _amina, _omar = led_housing(small_house)
    for command in ("handover", "remove"):
        assert GROUPS["Migration"] not in no(maria.gives(f"group {command}", who=typed))
    assert {option.label for option in maria.options("group remove", "who", typed)} <= {"Maria", "Amina", "Omar"}


def test_a_last_lead_without_a_backup_is_told_of_once(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing")
    lead(anna, "housing", maria)
    house.post()
    before = len(anna.inbox)
    ok(maria.says("/group leave housing"))
    house.post()
    assert [told.count("which has no lead now") for told in news(anna, before)] == [1]
    assert [button.label for button in anna.inbox[-1].reply.buttons] == ["Appoint a lead"]


def test_coordinators_see_which_groups_have_no_lead_and_whom_they_could_appoint(house: House) -> None:
    anna, maria, amina, _omar = led_housing(house)
    assert "Without a lead: Criminal justice, Indigenous peoples, Migration, Women's rights." in words(
        anna.says("/group list")
    )
    ok(maria.says("/group leave housing"))
    assert "Criminal justice, Housing, " in words(anna.says("/group list"))
    assert "Without a lead" not in words(amina.says("/group list"))
    assert "Make Amina the lead" not in words(amina.says("/group list housing"))
    ok(anna.taps(anna.says("/group list housing"), "Make Amina the lead"))
    assert "Housing" not in str(anna.says("/group list").text)


def test_the_roster_and_the_file_tell_leads_and_backups_apart(house: House) -> None:
    _anna, maria, _amina, _omar = led_housing(house)
    said = words(maria.says("/group members housing"))
    assert "Maria (lead)" in said
    assert "Amina (backup lead)" in said
    exported = maria.says("/group export housing")
    assert isinstance(exported, Reply)
    assert exported.file
    assert isinstance(exported.file.content, bytes)
    rows = [row.split(",") for row in exported.file.content.decode("utf-8-sig").splitlines()[1:]]
    assert [(row[1], row[4]) for row in rows] == [("Maria", "Lead"), ("Amina", "Backup lead"), ("Omar", "Member")]


def test_where_no_lead_has_an_account_the_coordinators_hear_of_newcomers(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    ok(anna.gives("group add", group="housing", called="Omar"))
    [omar] = [option.value for option in anna.options("group lead", "who", "Omar")]
    ok(anna.gives("group lead", group="housing", who=omar, role="lead"))
    house.post()
    joined(maria, "housing")
    house.post()
    assert "Maria has joined Housing" in words(anna.inbox[-1].reply)


def test_nobody_is_bothered_with_each_subscriber_of_a_mailing_list_without_a_lead(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    ok(anna.gives("group create", name="News", about="Once a month", kind="list", private="no"))
    joined(maria, "news")
    assert house.post() == []
    ok(maria.says("/group leave news"))
    assert house.post() == []
