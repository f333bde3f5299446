"""Two records that are one person are made one, by a coordinator who has looked at both."""

from __future__ import annotations

import json

from sqlalchemy import select

from coalition_bot.command import Reply
from coalition_bot.features.groups import Lead
from coalition_bot.history import Reading
from tests.story import Actor, House, words
from tests.test_groups import no, ok, open_all, table
from tests.test_records_adding import happened, joined, labels, newcomer_added, people, stays


def uid(house: House, name: str) -> str:
    """The uid of the one record with that name."""
    [found] = people(house, name=name)
    return found.uid


def merged(by: Actor, gone: str, kept: str) -> Reply:
    """A coordinator makes two records one, after a look."""
    return ok(by.taps(by.gives("coalition merge", gone=gone, kept=kept), "Yes, make them one"))


def leads(house: House) -> list[Lead]:
    """All times as a lead."""
    found = select(Lead).order_by(Lead.id)
    return house.db.read(lambda session: list(session.scalars(found, execution_options={"every_coalition": True})))


def test_a_record_without_an_account_becomes_its_persons(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    newcomer_added(anna, "housing", "Maria López", "Tenants United", "rents")
    newcomer_added(anna, "migration", "Omar", issue="")
    joined(maria, "migration", name="Maria")
    gone, kept = uid(house, "Maria López"), uid(house, "Maria")
    asked = anna.gives("coalition merge", gone=gone, kept=kept)
    assert "Name | Maria López | Maria" in words(asked)
    assert "Organisation | Tenants United | on their own" in words(asked)
    assert "Accounts | none | Sample" in words(asked)
    assert "Groups | Housing | Migration" in words(asked)
    assert "CAREFUL" not in words(asked)
    assert len(people(house)) == 4, "nothing is done before the confirmation"
    reply = ok(anna.taps(asked, "Yes, make them one"))
    assert "Groups: Housing, Migration" in words(reply)
    assert "They are told." in words(reply)
    assert len(people(house)) == 3
    mine = words(maria.says("/group mine"))
    assert "Housing | rents" in mine
    assert "Migration" in mine
    assert "Tenants United" in words(maria.says("/my profile"))
    [happening] = happened(house, "person.merge")
    assert happening.whom_id == people(house, name="Maria")[0].id
    house.post()
    assert "Anna has found that two records here are both yours" in words(maria.inbox[-1].reply)
    looked = house.db.read(lambda s: s.scalars(select(Reading.what), execution_options={"every_coalition": True}).all())
    assert list(looked).count("coalition merge") == 2


def test_two_with_accounts_become_one_by_their_own_word_only(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    there = house.person("maria-l", platform="narrow", community="N1", admin=True)
    open_all(anna)
    code = words(anna.says("/coalition connect")).split()[-1]
    ok(there.says(f"/coalition connect {code} here"))
    joined(maria, "housing", "evictions", name="Maria")
    joined(there, "housing", "rents", name="María")
    joined(there, "migration", name="María")
    pair = {"gone": uid(house, "María"), "kept": uid(house, "Maria")}
    assert "/my link" in no(anna.gives("coalition merge", **pair))
    assert "/my link" in no(anna.gives("coalition merge", **pair, sure="yes")), "a coordinator hands on a travel form"
    link = words(maria.says("/my link")).split()[-1]
    ok(there.taps(there.says(f"/my link {link}"), "Yes, that is me"))
    for each in (maria, there):
        assert "Migration" in words(each.says("/group mine"))
    assert [(own.issue, own.ending) for own in stays(house) if own.left_at] == [("rents", "merged")]
    assert len([own for own in stays(house) if own.left_at is None]) == 2


def test_what_is_never_merged(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    joined(maria, "housing")
    joined(omar, "housing")
    me, gone = uid(house, "Anna"), uid(house, "Maria")
    assert "one record already" in no(anna.gives("coalition merge", gone=gone, kept=gone))
    for pair in ({"gone": gone, "kept": me}, {"gone": me, "kept": gone}):
        said = no(anna.gives("coalition merge", **pair, sure="yes"))
        assert "/my link" in said, "a coordinator takes over somebody's account by saying so"
    newcomer_added(anna, "housing", "Maria L")
    asked = anna.gives("coalition merge", gone=uid(house, "Maria L"), kept=gone)
    ok(maria.taps(maria.says("/my forget"), "Delete everything"))
    no(anna.taps(asked, "Yes, make them one"))
    assert "is for coordinators" in no(omar.gives("coalition merge", gone=gone, kept=me))
    assert "is for coordinators" in no(omar.says("/coalition duplicates"))
    eve = house.found("eve", "Another coalition", community="T2")
    assert "among the choices" in no(eve.gives("coalition merge", gone=uid(house, "Omar"), kept=uid(house, "Eve")))
    assert happened(house, "person.merge") == []


def test_the_last_coordinator_is_not_merged_away(house: House) -> None:
    anna = house.found()
    open_all(anna)
    newcomer_added(anna, "housing", "Anna Schmidt")
    asked = anna.gives("coalition merge", gone=uid(house, "Anna"), kept=uid(house, "Anna Schmidt"))
    assert "Afterwards Anna Schmidt is a coordinator." in words(asked)
    assert "Role | Coordinator | Member" in words(asked)
    ok(anna.taps(asked, "Yes, make them one"))
    [only] = people(house)
    assert only.coordinates
    ok(anna.gives("group create", name="Water", about="Rivers"))


def test_a_record_that_just_went_is_not_merged_twice(house: House) -> None:
    anna = house.found()
    open_all(anna)
    newcomer_added(anna, "housing", "One")
    newcomer_added(anna, "housing", "Two")
    asked = anna.gives("coalition merge", gone=uid(house, "One"), kept=uid(house, "Two"))
    ok(anna.taps(asked, "Yes, make them one"))
    no(anna.taps(asked, "Yes, make them one"))
    assert len(happened(house, "person.merge")) == 1


def test_the_better_stay_goes_on_and_a_freed_place_is_filled(house: House) -> None:
    anna, omar = house.found(), house.person("omar")
    ok(anna.gives("group create", name="Delegation", about="Who speaks", capacity="2"))
    newcomer_added(anna, "delegation", "One")
    newcomer_added(anna, "delegation", "Two", issue="water")
    joined(omar, "delegation")
    newcomer_added(anna, "delegation", "Three")
    house.post()
    merged(anna, uid(house, "Two"), uid(house, "One"))
    house.post()
    assert "A place in Delegation is free" in words(omar.inbox[-1].reply)
    now = [(own.stage, own.issue) for own in stays(house) if own.left_at is None]
    assert now == [("in", "water"), ("in", ""), ("waiting", "")]
    # "Three" waits, "One" is in: whichever record stays, the place does.
    merged(anna, uid(house, "One"), uid(house, "Three"))
    three = people(house, name="Three")[0].id
    [own] = [own for own in stays(house, person_id=three) if own.left_at is None]
    assert (own.stage, own.issue) == ("in", "water")
    assert {own.ending for own in stays(house, person_id=three) if own.left_at} == {"merged"}
    assert [own.stage for own in stays(house) if own.left_at is None] == ["in", "in"]


def test_who_is_in_stays_in_though_an_application_is_older(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    ok(anna.gives("group create", name="Drafting", about="The report", kind="task_force"))
    joined(maria, "drafting", "water", name="Maria")
    newcomer_added(anna, "drafting", "Maria López")
    merged(anna, uid(house, "Maria López"), uid(house, "Maria"))
    [own] = [own for own in stays(house) if own.left_at is None]
    assert (own.stage, own.issue) == ("in", "water")
    assert "Drafting (Task force) | water" in words(maria.says("/group mine"))
    assert "Maria" not in words(anna.says("/group applications"))


def test_leads_are_merged_likewise_and_the_group_keeps_its_lead(house: House) -> None:
    anna = house.found()
    open_all(anna)
    newcomer_added(anna, "housing", "One")
    newcomer_added(anna, "housing", "Two")
    ok(anna.gives("group lead", group="housing", who=uid(house, "One"), role="lead"))
    ok(anna.gives("group lead", group="housing", who=uid(house, "Two"), role="backup"))
    reply = anna.gives("coalition merge", gone=uid(house, "One"), kept=uid(house, "Two"))
    assert "Groups | Housing (lead) | Housing (backup lead)" in words(reply)
    ok(anna.taps(reply, "Yes, make them one"))
    kept = people(house, name="Two")[0].id
    assert [(lead.person_id, lead.backup, lead.ended_at is None) for lead in leads(house)] == [
        (kept, False, True),
        (kept, True, False),
    ]
    assert len([own for own in stays(house) if own.left_at is None]) == 1


def test_stays_in_closed_groups_are_merged_too(house: House) -> None:
    anna = house.found()
    open_all(anna)
    newcomer_added(anna, "housing", "One")
    newcomer_added(anna, "housing", "Two")
    ok(anna.taps(anna.says("/group close housing"), "Close it"))
    merged(anna, uid(house, "One"), uid(house, "Two"))
    assert [own.ending for own in stays(house)] in (["merged", ""], ["", "merged"])


def test_another_name_is_not_shown_without_being_asked(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing", name="A tenant", shown="yes")
    newcomer_added(anna, "migration", "Maria López")
    merged(anna, uid(house, "A tenant"), uid(house, "Maria López"))
    assert not any(own.shown for own in stays(house)), "an alias was shown; the real name is not"


def test_possible_duplicates_are_listed_with_those_of_one_organisation_in_front(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    assert "No two people" in words(anna.says("/coalition duplicates"))
    newcomer_added(anna, "housing", "Omar", "Street Watch")
    newcomer_added(anna, "housing", "Omar", "Another House")
    newcomer_added(anna, "migration", "María López", "Tenants United")
    joined(maria, "migration", name="maría lópez", organisation="Tenants United")
    reply = anna.says("/coalition duplicates")
    assert [row[1:] for row in table(reply)] == [
        ("María López", "Tenants United", "none / Sample"),
        ("Omar", "Another House / Street Watch", "none"),
    ]
    assert labels(reply) == ["Look at pair 1", "Look at pair 2"]
    asked = anna.taps(reply, "Look at pair 1")
    assert "Accounts | none | Sample" in words(asked), "the record with the account stays"
    ok(anna.taps(asked, "Yes, make them one"))
    assert [row[1] for row in table(anna.says("/coalition duplicates"))] == ["Omar"]


def test_the_list_of_duplicates_is_bounded(small_house: House) -> None:
    anna = small_house.found()
    open_all(anna)
    for number in range(7):
        ok(anna.gives("group add", group="housing", called="Maria", another=str(number)))
    reply = anna.says("/coalition duplicates")
    assert len(table(reply)) == 10
    assert len(labels(reply)) == 10


def test_two_of_one_name_are_told_apart_where_people_are_picked(house: House) -> None:
    anna = house.found()
    open_all(anna)
    for number in range(2):
        ok(anna.gives("group add", group="housing", called="Maria", another=str(number)))
    found = [option.label for option in anna.options("coalition merge", "gone", "maria")]
    assert len(set(found)) == 2
    assert all(label.startswith("Maria · ") for label in found)
    asked = anna.gives("coalition merge", gone=found[0], kept=found[1])
    ok(anna.taps(asked, "Yes, make them one"))


def test_linking_ones_own_accounts_ends_the_spare_stay_as_merged(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    other = house.person("maria2")
    open_all(anna)
    joined(maria, "housing", "evictions")
    joined(other, "housing", "rents", name="Maria")
    code = words(maria.says("/my link")).split()[-1]
    ok(other.taps(other.says(f"/my link {code}"), "Yes, that is me"))
    assert [(own.issue, own.ending) for own in stays(house)] == [("evictions", ""), ("rents", "merged")]
    assert len(happened(house, "person.link")) == 1


def test_everything_about_a_stay_can_be_taken_along(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    ok(anna.gives("group create", name="Drafting", about="The report", kind="task_force"))
    ok(anna.gives("group add", group="drafting", who=maria.mention))
    reply = maria.says("/my export")
    assert isinstance(reply, Reply)
    assert reply.file
    content = reply.file.content
    assert isinstance(content, bytes)
    [own] = json.loads(content)["groups"]["memberships"]
    assert (own["group"], own["kind"], own["stage"], own["signed up by"]) == (
        "Drafting",
        "task_force",
        "in",
        "somebody else",
    )
    assert own["reason"] == ""
    assert "Anna" not in content.decode()


def test_who_is_forgotten_frees_the_place_and_leaves_no_words(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    ok(anna.gives("group create", name="Delegation", about="Who speaks", capacity="1"))
    ok(anna.gives("group create", name="Drafting", about="The report", kind="task_force"))
    joined(maria, "delegation", "evictions of my own family", shown="yes")
    joined(omar, "delegation")
    joined(maria, "drafting", "a secret")
    [application] = [own.uid for own in stays(house) if own.stage == "applied"]
    ok(anna.gives("group applications", application=application, decision="decline", reason="Not you, Maria"))
    ok(maria.taps(maria.says("/my forget"), "Delete everything"))
    house.post()
    assert "A place in Delegation is free" in words(omar.inbox[-1].reply)
    former = next(person.id for person in people(house) if person.former)
    gone = stays(house, person_id=former)
    assert {(own.issue, own.issue_folded, own.reason, own.shown) for own in gone} == {("", "", "", False)}
    assert [own.ending for own in gone] == ["forgotten", "declined"]
    assert len(happened(house, "group.forgotten")) == 1
    assert "Maria" not in words(anna.says("/group members delegation"))


def test_who_is_forgotten_leaves_closed_groups_too(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    ok(anna.gives("group create", name="Delegation", about="Who speaks", capacity="1"))
    joined(maria, "delegation")
    joined(omar, "delegation")
    ok(anna.taps(anna.says("/group close delegation"), "Close it"))
    ok(maria.taps(maria.says("/my forget"), "Delete everything"))
    house.post()
    assert [(own.stage, own.ending) for own in stays(house)] == [("in", "forgotten"), ("waiting", "")]
    assert "is free" not in words(omar.inbox[-1].reply)
