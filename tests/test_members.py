"""Founding a coalition, joining communities to it, roles; what the bot knows of a person, to see, take and forget."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import ColumnElement, func, select

from coalition_bot.command import Form, Reply, Tone
from coalition_bot.drafts import Draft, Handled
from coalition_bot.outbox import Owed
from coalition_bot.people import Coalition, Identity, Person, Standing
from tests.story import Actor, House, words


@pytest.fixture
def anna(house: House) -> Actor:
    return house.found()


def code_in(reply: Reply | Form) -> str:
    assert isinstance(reply, Reply), words(reply)
    line = next(fact.value for fact in reply.facts if fact.label == "Type there")
    assert isinstance(line, str)
    return line.split()[-1]


def count(house: House, condition: ColumnElement[bool]) -> int:
    rows = select(func.count()).where(condition)
    return house.db.read(lambda s: s.scalar(rows, execution_options={"every_coalition": True}) or 0)


def people(house: House) -> list[str]:
    names = select(Person.name).where(Person.former.is_(False)).order_by(Person.id)
    return house.db.read(lambda s: list(s.scalars(names, execution_options={"every_coalition": True})))


def test_an_admin_founds_a_coalition_through_the_form(house: House) -> None:
    anna = house.person("anna", admin=True)
    form = anna.says("/coalition setup")
    assert isinstance(form, Form)
    assert [q.name for q in form.questions] == ["coalition", "zone", "announcements"]
    assert {q.name: q.value for q in form.questions}["announcements"] == "wide:T1:C-general"
    wrong = anna.fills(form, coalition="Coalition for Change", zone="Atlantis")
    assert "I don't know the time zone “Atlantis”" in words(wrong)
    reply = anna.fills(wrong, zone="New York")
    assert "Coalition for Change is founded" in words(reply)
    assert "Role: Coordinator" in words(anna.says("/my profile"))


def test_only_an_admin_founds_and_only_once(house: House) -> None:
    assert "is for admins" in words(house.person("bea").says('/coalition setup X "New York" here'))
    anna = house.found()
    again = replace(anna, visitor=replace(anna.visitor, admin=True)).says('/coalition setup Y "Geneva" here')
    assert "belongs to Coalition for Change already" in words(again)
    assert house.db.read(lambda s: s.scalar(select(func.count()).select_from(Coalition))) == 1


def test_help_is_for_me_and_my_role(house: House, anna: Actor) -> None:
    bea = house.person("bea")
    assert "/coalition allow" in words(anna.says("/coalition help"))
    assert "/coalition allow" not in words(bea.says("/coalition help"))
    assert "/my profile" in words(bea.says("/coalition help"))
    only = words(bea.says("/coalition help my"))
    assert "/my zone" in only
    assert "/coalition" not in only


def test_a_coordinator_appoints_another_and_all_coordinators_are_told(house: House, anna: Actor) -> None:
    bea, carla = house.person("bea"), house.person("carla")
    bea.says("/my zone Nairobi")
    anna.says("/coalition role Bea coordinator")
    anna.gives("coalition role", who=carla.mention, role="coordinator")  # who never wrote to the bot
    house.post()
    told = [parcel.reply.text for parcel in anna.inbox]
    assert "Bea has been made a coordinator by Anna." in told
    assert len(told) == 2
    assert len(bea.inbox) == 2
    assert "Role: Coordinator" in words(carla.says("/my profile"))


def test_an_admin_of_the_platform_may_appoint_but_not_depose(house: House, anna: Actor) -> None:
    boss = house.person("boss", admin=True)
    assert "is now a coordinator" in words(boss.gives("coalition role", who=boss.mention, role="coordinator"))
    house.post()
    assert any("Boss has been made a coordinator" in parcel.reply.text for parcel in anna.inbox)
    other = house.person("other", admin=True)
    assert "Only a coordinator" in words(other.gives("coalition role", who=anna.mention, role="member"))


def test_the_last_coordinator_names_a_successor_before_leaving_or_being_forgotten(house: House, anna: Actor) -> None:
    assert "last coordinator" in words(anna.gives("coalition role", who=anna.mention, role="member"))
    assert "last coordinator" in words(anna.gives("my forget", sure="yes"))
    anna.gives("coalition role", who=house.person("bea").mention, role="coordinator")
    assert "is now a member" in words(anna.gives("coalition role", who=anna.mention, role="member"))


def test_members_do_what_members_may(house: House, anna: Actor) -> None:
    bea = house.person("bea")
    for refused in (
        bea.gives("coalition role", who=bea.mention, role="coordinator"),
        bea.gives("coalition allow", who=bea.mention),
        bea.says("/coalition connect"),
    ):
        assert isinstance(refused, Reply)
        assert refused.tone is Tone.PROBLEM
    bea.says("/my zone Nairobi")
    assert "Role: Member" in words(bea.says("/my profile"))


def test_a_second_community_on_another_platform_joins_by_a_code(house: House, anna: Actor) -> None:
    code = code_in(anna.says("/coalition connect"))
    dora = house.person("dora", platform="narrow", community="N1", admin=True)
    assert "does not work" in words(dora.says("/coalition connect WRONGCODE"))
    assert "now belongs to Coalition for Change" in words(dora.says(f"/coalition connect {code}"))
    house.post()
    assert any("now belongs to the coalition" in parcel.reply.text for parcel in anna.inbox)
    eve = house.person("eve", platform="narrow", community="N2", admin=True)
    assert "does not work" in words(eve.says(f"/coalition connect {code}")), "a code is good once"
    assert "Role: Member" in words(dora.says("/my profile")), "joining a community makes nobody a coordinator"


def test_a_code_runs_out(house: House, anna: Actor) -> None:
    code = code_in(anna.says("/coalition connect"))
    house.clock.forward(minutes=31)
    dora = house.person("dora", platform="narrow", community="N1", admin=True)
    assert "does not work" in words(dora.says(f"/coalition connect {code}"))


def connected(house: House, anna: Actor) -> None:
    code = code_in(anna.says("/coalition connect"))
    house.person("dora", platform="narrow", community="N1", admin=True).says(f"/coalition connect {code}")


def test_a_person_joins_their_two_accounts(house: House, anna: Actor) -> None:
    connected(house, anna)
    here, there = house.person("bea"), house.person("bea-2", platform="narrow", community="N1")
    here.fills(here.says("/my details"), called="Bea", organisation="Homes for All")
    there.says("/my zone Nairobi")
    before = len(people(house))
    asked = there.says(f"/my link {code_in(here.says('/my link'))}")
    assert "Are you Bea too?" in words(asked), "somebody else might have sent the code"
    assert len(people(house)) == before
    reply = there.taps(asked, "Yes, that is me")
    assert "both accounts are Bea" in words(reply)
    assert len(people(house)) == before - 1
    assert "Homes for All" in words(there.says("/my profile"))
    assert "Africa/Nairobi" in words(here.says("/my profile"))


def test_who_becomes_a_coordinator_by_joining_accounts_is_announced(house: House, anna: Actor) -> None:
    connected(house, anna)
    carla, bea = house.person("carla"), house.person("bea", platform="narrow", community="N1")
    anna.gives("coalition role", who=carla.mention, role="coordinator")
    house.post()
    carla.taps(carla.says(f"/my link {code_in(bea.says('/my link'))}"), "Yes, that is me")
    house.post()
    assert "Bea has been made a coordinator by Bea." in [parcel.reply.text for parcel in anna.inbox]


def test_a_code_of_another_coalition_joins_nobody(house: House, anna: Actor) -> None:
    eve = house.found("eve", "Other", community="T2")
    assert "does not work" in words(eve.says(f"/my link {code_in(anna.says('/my link'))}"))
    assert "Role: Coordinator" in words(anna.says("/my profile"))


def test_name_and_organisation_are_offered_again_and_spelt_as_others_do(house: House, anna: Actor) -> None:
    anna.fills(anna.says("/my details"), called="Anna", organisation="Human Rights Network")
    bea = house.person("bea")
    form = bea.says("/my details")
    assert isinstance(form, Form)
    assert [o.label for o in bea.options("my details", "organisation", "human")] == ["Human Rights Network", "human"]
    bea.fills(form, called="Bea B.", organisation="human rights  network")
    again = bea.says("/my details")
    assert isinstance(again, Form)
    assert [q.value for q in again.questions] == ["Bea B.", "Human Rights Network"]


def test_everything_kept_of_a_person_comes_as_a_file_to_them_alone(house: House, anna: Actor) -> None:
    reply = anna.says("/my export")
    assert isinstance(reply, Reply)
    assert reply.file is not None
    kept = json.loads(reply.file.open().read())
    assert kept["members"]["name"] == "Anna"
    assert kept["members"]["accounts"] == [["wide", "anna"]]


def test_where_answers_carry_no_files_it_comes_as_a_direct_message(house: House, anna: Actor) -> None:
    connected(house, anna)
    dora = house.person("dora", platform="narrow", community="N1")
    reply = dora.says("/my export")
    assert isinstance(reply, Reply)
    assert reply.file is None
    assert "on its way" in words(reply)
    house.post()
    [parcel] = [parcel for parcel in dora.inbox if parcel.reply.file]
    assert parcel.reply.file is not None
    assert b"Dora" in parcel.reply.file.content


def test_a_forgotten_person_is_gone_from_every_table(house: House, anna: Actor) -> None:
    bea = house.person("bea")
    bea.fills(bea.says("/my details"), called="Canary Name", organisation="Canary Org")
    bea.says("/my zone Nairobi")
    bea.says("/my details")  # leaves an open form
    asked = bea.says("/my forget")
    assert "Nobody can undo it" in words(asked)
    assert "You are forgotten" in words(bea.taps(asked, "Delete everything"))

    for condition in (
        Person.name == "Canary Name",
        Identity.account == "bea",
        Draft.owner.contains("bea"),
        Handled.owner.contains("bea"),
        Owed.place.contains("bea"),
    ):
        assert count(house, condition) == 0, condition
    assert "know nothing of you" in words(bea.says("/my profile"))


def test_a_guest_may_be_allowed_and_refused_again(house: House, anna: Actor) -> None:
    gus = house.person("gus", standing=Standing.GUEST)
    assert "guest" in words(gus.says("/my zone Nairobi"))
    anna.gives("coalition allow", who=gus.mention)
    assert "Africa/Nairobi" in words(gus.says("/my zone Nairobi"))
    anna.gives("coalition allow", who=gus.mention, allowed="no")
    assert "guest" in words(gus.says("/my zone Nairobi"))


@pytest.mark.parametrize("typed", ["Nowhere", "Mars/Base", "12", "Europe/Atlantis"])
def test_a_zone_nobody_knows_is_refused_with_what_to_try(house: House, anna: Actor, typed: str) -> None:
    form = anna.says(f"/my zone {typed}")
    assert isinstance(form, Form)
    assert form.questions[0].value == typed
    assert typed in form.questions[0].problem
