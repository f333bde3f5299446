"""People move from one group to another, groups become one, and a closed group opens again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from coalition_bot.features.groups import Group
from tests.story import House, words
from tests.test_groups import no, ok, open_all
from tests.test_records_adding import happened, joined, labels, newcomer_added, people, stays
from tests.test_records_merging import leads, uid


def group(house: House, name: str) -> Group:
    """The last group of that name, open or closed."""
    found = select(Group).where(Group.name == name).order_by(Group.id.desc())
    return house.db.read(lambda s: s.scalars(found, execution_options={"every_coalition": True}).first()) or Group()


def present(house: House, name: str) -> list[tuple[str, str]]:
    """Who is in a group, waits or has applied, in the order in which they came: name and stage."""
    names = {person.id: person.name for person in people(house)}
    return [
        (names[own.person_id], own.stage) for own in stays(house, group_id=group(house, name).id) if not own.left_at
    ]


def test_somebody_is_moved_and_all_concerned_are_told(house: House) -> None:
    anna, maria, omar, rosa = house.found(), house.person("maria"), house.person("omar"), house.person("rosa")
    open_all(anna)
    joined(maria, "housing", "evictions", shown="yes")
    for member, name in ((omar, "housing"), (rosa, "migration")):
        joined(member, name)
        ok(anna.gives("group lead", group=name, who=member.mention))
    house.post()
    asked = anna.gives("group move", who=uid(house, "Maria"), group="housing", to="migration")
    assert "Move Maria from Housing to Migration?" in words(asked)
    assert "evictions" in words(asked)
    assert ("Maria", "in") in present(house, "Housing")
    ok(anna.taps(asked, "Move"))
    assert present(house, "Housing") == [("Omar", "in")]
    assert present(house, "Migration") == [("Rosa", "in"), ("Maria", "in")]
    old, new = stays(house, person_id=people(house, name="Maria")[0].id)
    assert (old.ending, old.issue, new.issue, new.shown) == ("moved", "evictions", "evictions", False)
    house.post()
    assert "Anna has moved you from Housing to Migration." in words(maria.inbox[-1].reply)
    assert labels(maria.inbox[-1].reply) == ["Leave", "Show my name?", "My groups"]
    assert "Maria has been moved from Housing to Migration." in words(omar.inbox[-1].reply)
    assert "Maria has been moved into Migration from Housing." in words(rosa.inbox[-1].reply)
    assert len(happened(house, "group.moved")) == 1


def test_the_preview_says_what_is_lost(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    ok(anna.gives("group create", name="Delegation", about="Who speaks", capacity="1"))
    joined(omar, "delegation")
    joined(maria, "housing")
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    asked = anna.gives("group move", who=maria.mention, group="housing", to="delegation")
    assert "Delegation is full: Maria would lose the place and wait as number 1." in words(asked)
    assert "Maria leads Housing, and would not any more." in words(asked)
    reply = ok(anna.taps(asked, "Move"))
    assert "number 1 on its waiting list" in words(reply)
    assert present(house, "Delegation") == [("Omar", "in"), ("Maria", "waiting")]
    assert all(lead.ended_at for lead in leads(house))
    house.post()
    assert "number 1 on the waiting list" in words(maria.inbox[-1].reply)


def test_a_place_that_becomes_free_is_filled(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    ok(anna.gives("group create", name="Delegation", about="Who speaks", capacity="1"))
    joined(maria, "delegation")
    joined(omar, "delegation")
    ok(anna.gives("group move", who=maria.mention, group="delegation", to="housing", sure="yes"))
    assert present(house, "Delegation") == [("Omar", "in")]
    house.post()
    assert "A place in Delegation is free" in words(omar.inbox[-1].reply)


def test_a_lead_moves_between_own_groups_only(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    joined(omar, "housing")
    for name in ("housing", "migration"):
        ok(anna.gives("group lead", group=name, who=maria.mention))
    move = {"who": uid(house, "Omar"), "group": "housing", "sure": "yes"}
    assert "not among the choices" in no(maria.gives("group move", **move, to="women's rights"))
    assert "/group move is for" in no(omar.gives("group move", **move, to="migration"))
    ok(maria.gives("group move", **move, to="migration"))
    ok(anna.gives("group lead", group="housing", who=maria.mention, role="member"))
    back = {"who": uid(house, "Omar"), "group": "migration", "to": group(house, "Housing").uid, "sure": "yes"}
    no(maria.gives("group move", **back))
    assert ("Omar", "in") in present(house, "Migration")


def test_what_cannot_be_moved(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing")
    who = uid(house, "Maria")
    assert "same group" in no(anna.gives("group move", who=who, group="housing", to="housing"))
    assert "They are not in Migration" in no(anna.gives("group move", who=who, group="migration", to="housing"))
    joined(maria, "migration")
    assert "in Migration already" in no(anna.gives("group move", who=who, group="housing", to="migration"))
    asked = anna.gives("group move", who=who, group="housing", to="women's rights")
    ok(anna.taps(anna.says("/group close housing"), "Close it"))
    no(anna.taps(asked, "Move"))


def test_leads_do_not_learn_of_a_private_group_by_a_move(house: House) -> None:
    anna, maria, omar, rosa = house.found(), house.person("maria"), house.person("omar"), house.person("rosa")
    open_all(anna)
    ok(anna.gives("group create", name="Shelter", about="Safe places", private="yes"))
    joined(maria, "housing")
    joined(omar, "housing")
    joined(rosa, "migration")
    ok(anna.gives("group lead", group="housing", who=omar.mention))
    ok(anna.gives("group lead", group="migration", who=rosa.mention))
    ok(anna.gives("group move", who=maria.mention, group="housing", to="shelter", sure="yes"))
    house.post()
    assert "Maria has been moved from Housing to another group." in words(omar.inbox[-1].reply)
    assert "from Housing to Shelter" in words(maria.inbox[-1].reply)
    ok(anna.gives("group move", who=maria.mention, group="shelter", to="migration", sure="yes"))
    house.post()
    assert "Maria has been moved into Migration from another group." in words(rosa.inbox[-1].reply)
    for lead in (omar, rosa):
        assert not any("Shelter" in words(parcel.reply) for parcel in lead.inbox)


def test_two_groups_become_one_with_all_who_were_in_them(house: House) -> None:
    anna, maria, omar, rosa = house.found(), house.person("maria"), house.person("omar"), house.person("rosa")
    open_all(anna)
    joined(maria, "housing", "evictions", shown="yes")
    joined(omar, "housing", "rents")
    joined(omar, "migration")
    joined(rosa, "migration")
    newcomer_added(anna, "housing", "Somebody")
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    ok(anna.gives("group lead", group="migration", who=rosa.mention))
    house.post()
    house.clock.forward(days=3)
    asked = anna.gives("group merge", group="housing", into="migration")
    said = words(asked)
    assert "Come over: 2" in said
    assert "In both already: 1" in said
    assert "Become backup leads: Maria" in said
    assert "deadlines and tracks stay with it" in said
    assert group(house, "Housing").closed_at is None
    reply = ok(anna.taps(asked, "Make them one"))
    assert "Housing is a part of Migration now" in words(reply)

    old, new = group(house, "Housing"), group(house, "Migration")
    assert (old.became_id, old.closed_at is None) == (new.id, False)
    assert present(house, "Housing") == []
    assert sorted(present(house, "Migration")) == [("Maria", "in"), ("Omar", "in"), ("Rosa", "in"), ("Somebody", "in")]
    names = {person.id: person.name for person in people(house)}
    now = {names[own.person_id]: own for own in stays(house, group_id=new.id)}
    assert (now["Maria"].issue, now["Maria"].shown, now["Omar"].issue) == ("evictions", True, "rents")
    assert now["Maria"].added_by is None, "she signed up by herself"
    assert names[now["Somebody"].added_by or 0] == "Anna"
    assert now["Maria"].joined_at < (now["Maria"].entered_at or now["Maria"].joined_at)
    assert {own.ending for own in stays(house, group_id=old.id)} == {"moved"}
    assert [(names[lead.person_id], lead.backup) for lead in leads(house) if not lead.ended_at] == [
        ("Rosa", False),
        ("Maria", True),
    ]
    assert len(happened(house, "group.unite")) == 2
    house.post()
    assert "Housing has become a part of Migration. You are in Migration now. You help to lead it." in words(
        maria.inbox[-1].reply
    )
    assert "Housing has become a part of Migration" in words(rosa.inbox[-1].reply)
    assert "Migration" in no(omar.says("/group join housing")), "the reader is led on"


def test_places_are_kept_waited_for_and_applications_stay_open(house: House) -> None:
    anna = house.found()
    members = {name: house.person(name.lower()) for name in ("Ada", "Ben", "Cem", "Dea", "Eva", "Fay", "Gus")}
    ok(anna.gives("group create", name="Old", about="The old one", capacity="2"))
    ok(anna.gives("group create", name="New", about="The new one", capacity="3"))
    for name in ("Ada", "Ben", "Cem"):
        joined(members[name], "old")
    for name in ("Dea", "Eva"):
        joined(members[name], "new")
    ok(anna.gives("group edit", group="old", kind="task_force"))
    for name in ("Fay", "Gus"):
        joined(members[name], "old")
    joined(members["Gus"], "new")
    assert present(house, "Old")[2:] == [("Cem", "waiting"), ("Fay", "applied"), ("Gus", "applied")]
    ok(members["Gus"].says("/group leave new"))
    asked = anna.gives("group merge", group="old", into="new")
    said = words(asked)
    assert "Come over: 5" in said
    assert "Would wait for a place: 2" in said
    assert "Applications that stay open: 2" in said
    ok(anna.taps(asked, "Make them one"))
    assert present(house, "New") == [
        ("Dea", "in"),
        ("Eva", "in"),
        ("Ada", "in"),
        ("Ben", "waiting"),
        ("Cem", "waiting"),
        ("Fay", "applied"),
        ("Gus", "applied"),
    ]
    assert happened(house, "group.promote") == [], "nobody got a place in the group that ends"
    house.post()
    assert "number 2 on its waiting list" in words(members["Cem"].inbox[-1].reply)
    assert "Your application is still open" in words(members["Fay"].inbox[-1].reply)
    assert "Fay" in words(anna.says("/group applications"))


def test_who_is_in_the_old_group_is_in_the_new_one_though_only_applied_there(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    ok(anna.gives("group create", name="Old", about="The old one"))
    ok(anna.gives("group create", name="New", about="The new one", kind="task_force"))
    joined(maria, "old", "water")
    joined(maria, "new")
    ok(anna.gives("group merge", group="old", into="new", sure="yes"))
    assert present(house, "New") == [("Maria", "in")]
    assert [own.issue for own in stays(house) if not own.left_at] == ["water"]


def test_leads_of_a_leaderless_group_come_with_the_other(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing")
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    asked = anna.gives("group merge", group="housing", into="migration")
    assert "Lead it from then on: Maria" in words(asked)
    ok(anna.taps(asked, "Make them one"))
    assert [lead.backup for lead in leads(house) if not lead.ended_at] == [False]


def test_a_private_group_is_merged_with_a_warning_and_shows_nobody(house: House) -> None:
    anna, maria, rosa = house.found(), house.person("maria"), house.person("rosa")
    open_all(anna)
    ok(anna.gives("group create", name="Shelter", about="Safe places", private="no"))
    joined(maria, "shelter", shown="yes")
    ok(anna.gives("group edit", group="shelter", private="yes"))
    joined(rosa, "housing")
    ok(anna.gives("group lead", group="housing", who=rosa.mention))
    asked = anna.gives("group merge", group="shelter", into="housing")
    assert "CAREFUL: Shelter is private" in words(asked)
    ok(anna.taps(asked, "Make them one"))
    assert not any(own.shown for own in stays(house, group_id=group(house, "Housing").id))
    house.post()
    assert "Another group has become a part of Housing" in words(rosa.inbox[-1].reply)
    assert not any("Shelter" in words(parcel.reply) for parcel in rosa.inbox)


@pytest.mark.parametrize("line", ["/group merge housing migration", "/group reopen housing"])
def test_only_coordinators_merge_and_reopen(small_house: House, line: str) -> None:
    anna, maria = small_house.found(), small_house.person("maria")
    open_all(anna)
    joined(maria, "housing")
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    assert "is for coordinators" in no(maria.says(line))
    assert maria.options("group reopen", "group") == []


def test_a_group_is_not_merged_with_itself_nor_twice_nor_from_elsewhere(house: House) -> None:
    anna = house.found()
    open_all(anna)
    assert "same group" in no(anna.gives("group merge", group="housing", into="housing"))
    asked = anna.gives("group merge", group="housing", into="migration")
    ok(anna.taps(asked, "Make them one"))
    no(anna.taps(asked, "Make them one"))
    eve = house.found("eve", "Another coalition", community="T2")
    ok(eve.gives("group create", name="Own", about="Own"))
    no(eve.gives("group merge", group="own", into=group(house, "Migration").uid))
    no(eve.gives("group reopen", group=group(house, "Housing").uid))


def test_a_closed_group_opens_again_with_those_who_were_in_it(house: House) -> None:
    anna, maria, omar, rosa = house.found(), house.person("maria"), house.person("omar"), house.person("rosa")
    open_all(anna)
    ok(anna.gives("group create", name="Delegation", about="Who speaks", capacity="1"))
    joined(rosa, "delegation")
    joined(maria, "delegation", "evictions")
    joined(omar, "delegation")
    ok(anna.gives("group lead", group="delegation", who=maria.mention))
    assert "nothing yet to choose from" in no(anna.says("/group reopen delegation"))
    ok(anna.taps(anna.says("/group close delegation"), "Close it"))
    ok(rosa.taps(rosa.says("/my forget"), "Delete everything"))
    house.post()
    reply = ok(anna.says("/group reopen delegation"))
    assert "Delegation is open again, with 1 member." in words(reply)
    assert present(house, "Delegation")[:2] == [("Maria", "in"), ("Omar", "waiting")]
    assert len(happened(house, "group.reopen")) == 1
    house.post()
    assert "Delegation is open again, and you wait for it as before." in words(omar.inbox[-1].reply)
    assert any("is open again, and you are in it" in words(parcel.reply) for parcel in maria.inbox)
    assert "Delegation | evictions" in words(maria.says("/group mine"))


def test_a_name_that_is_taken_by_now_is_not_given_twice(house: House) -> None:
    anna = house.found()
    open_all(anna)
    ok(anna.taps(anna.says("/group close housing"), "Close it"))
    ok(anna.gives("group create", name="HOUSING", about="A new one"))
    assert "There is a group “HOUSING” by now" in no(anna.says("/group reopen housing"))
    reply = ok(anna.gives("group reopen", group="housing", name="Old housing"))
    assert "Old housing is open again" in words(reply)
    assert "Old housing" in words(anna.says("/group list"))


def test_a_merged_group_opens_again_empty(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing")
    ok(anna.gives("group merge", group="housing", into="migration", sure="yes"))
    assert "with 0 members" in words(ok(anna.says("/group reopen housing")))
    assert group(house, "Housing").became_id is None
    joined(maria, "housing")
