"""Signing up somebody else: an account, somebody known, or somebody who is not here yet."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from coalition_bot.command import Form, Reply
from coalition_bot.features.groups import Group, Membership
from coalition_bot.history import Happening
from coalition_bot.people import Identity, Person
from tests.story import Actor, House, words
from tests.test_groups import no, ok, open_all


def people(house: House, **equal: object) -> list[Person]:
    """The records of people, of whichever coalition."""
    found = select(Person).filter_by(**equal).order_by(Person.id)
    return house.db.read(lambda session: list(session.scalars(found, execution_options={"every_coalition": True})))


def stays(house: House, **equal: object) -> list[Membership]:
    """The stays in groups, of whichever coalition."""
    found = select(Membership).filter_by(**equal).order_by(Membership.id)
    return house.db.read(lambda session: list(session.scalars(found, execution_options={"every_coalition": True})))


def happened(house: House, what: str) -> list[Happening]:
    """What the history has of one kind."""
    found = select(Happening).where(Happening.what == what).order_by(Happening.id)
    return house.db.read(lambda session: list(session.scalars(found, execution_options={"every_coalition": True})))


def labels(outcome: Reply | Form) -> list[str]:
    """What the buttons say."""
    assert isinstance(outcome, Reply), words(outcome)
    return [button.label for button in outcome.buttons]


def joined(
    member: Actor, group: str, issue: str = "", shown: str = "no", name: str = "", organisation: str = ""
) -> Reply:
    """A member joins, with the name that the platform shows unless another is given."""
    name = name or member.visitor.name
    answers = {"group": group, "issue": issue, "called": name, "organisation": organisation, "shown": shown}
    return ok(member.gives("group join", **answers))


def newcomer_added(by: Actor, group: str, name: str, organisation: str = "", issue: str = "") -> Reply:
    """A coordinator or lead signs up somebody who is not here."""
    return ok(by.gives("group add", group=group, called=name, organisation=organisation, issue=issue))


def test_somebody_with_an_account_is_signed_up_told_and_leaves_with_one_tap(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    said = words(
        ok(anna.says(f"/group add housing {maria.mention} evictions of families", names={maria.mention: "Maria"}))
    )
    assert "Maria is in Housing now." in said
    assert "told in private who signed them up" in said
    assert "evictions of families" in said
    house.post()
    news = maria.inbox[-1].reply
    assert "Anna has signed you up for Housing." in words(news)
    assert "leads and coordinators only" in words(news)

    form = maria.taps(news, "Show my name?")
    assert isinstance(form, Form)
    assert {q.name: q.value for q in form.questions}["shown"] == "no"
    ok(maria.fills(form, shown="yes"))
    assert stays(house)[0].shown
    assert "You have left Housing" in words(maria.taps(news, "Leave"))
    [own] = stays(house)
    assert own.left_at
    assert own.added_by == people(house, name="Anna")[0].id
    [join] = happened(house, "group.join")
    assert (join.actor_id, join.whom_id) == (own.added_by, own.person_id)


def test_who_was_signed_up_by_others_is_not_named_to_members(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    joined(omar, "housing")
    ok(anna.gives("group add", group="housing", who=maria.mention))
    newcomer_added(anna, "housing", "Rosa Díaz")
    assert {own.shown for own in stays(house) if own.added_by} == {False}
    seen = words(omar.says("/group members housing"))
    assert "Rosa" not in seen
    assert "Maria" not in seen
    assert "Rosa Díaz" in words(anna.says("/group members housing"))


def test_somebody_new_without_an_account_is_recorded_and_a_code_is_offered(house: House) -> None:
    anna = house.found()
    open_all(anna)
    form = anna.gives("group add", group="housing")
    assert "Pick or mention somebody" in words(form)
    form = anna.taps(form, "Change my answers")
    assert isinstance(form, Form)
    assert [q.name for q in form.questions] == ["group", "who", "issue", "called", "organisation"]
    reply = ok(anna.fills(form, called="Rosa Díaz", organisation="Tenants United", issue="rents"))
    assert "Rosa Díaz is in Housing now." in words(reply)
    assert "I cannot tell them" in words(reply)
    assert "/coalition invite" in words(reply)
    assert "Get a code for them" in labels(reply)
    [rosa] = people(house, name="Rosa Díaz")
    assert rosa.organisation == "Tenants United"
    assert [own.issue for own in stays(house, person_id=rosa.id)] == ["rents"]
    assert happened(house, "person.add")[0].whom_id == rosa.id
    house.post()
    assert anna.inbox == []


def test_the_same_name_and_organisation_are_asked_about_and_never_taken_silently(house: House) -> None:
    anna = house.found()
    open_all(anna)
    newcomer_added(anna, "housing", "Rosa Díaz", "Tenants United")
    asked = anna.gives("group add", group="migration", called="rosa  díaz", organisation="tenants united", issue="x")
    assert "There is somebody of that name already: Rosa Díaz (Tenants United)" in no(asked)
    assert len(people(house, folded="rosa díaz")) == 1
    ok(anna.taps(asked, "Rosa Díaz (Tenants United)"))
    assert len(people(house, folded="rosa díaz")) == 1
    again = anna.gives("group add", group="criminal justice", called="Rosa Díaz", organisation="Tenants United")
    ok(anna.taps(again, "No, somebody else"))
    first, second = people(house, folded="rosa díaz")
    assert len(stays(house, person_id=first.id)) == 2
    assert len(stays(house, person_id=second.id)) == 1
    third = anna.gives("group add", group="women's rights", called="Rosa Díaz", organisation="Tenants United")
    which = [label for label in labels(third) if label.startswith("Rosa")]
    assert len(set(which)) == 2, "people who are called alike cannot be told apart"
    newcomer_added(anna, "women's rights", "Rosa Díaz", "Street Watch")


def test_a_lead_signs_up_for_the_own_group_only(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    joined(house.person("rosa"), "migration")
    joined(maria, "housing")
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    assert "is in Housing now" in words(ok(maria.gives("group add", group="housing", who=omar.mention)))
    assert "Get a code for them" not in labels(newcomer_added(maria, "housing", "Somebody Else"))
    assert "not among the choices" in no(maria.gives("group add", group="migration", who=omar.mention))
    assert "/group add is for" in no(omar.gives("group add", group="housing", who=maria.mention))
    offered = [option.label for option in maria.options("group add", "who")]
    assert "Rosa" not in offered, "a lead learns who is in other groups"
    assert "Somebody Else" in offered
    assert "/coalition invite is for" in no(maria.says("/coalition invite Somebody Else"))
    house.post()
    assert "Maria has signed you up for Housing" in words(omar.inbox[-1].reply)


def test_nobody_is_signed_up_twice_and_a_full_group_has_a_line(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    ok(anna.gives("group create", name="Delegation", about="Who speaks", capacity="1"))
    ok(anna.gives("group add", group="delegation", who=maria.mention))
    assert "is in Delegation already" in no(anna.gives("group add", group="delegation", who=maria.mention))
    assert "number 1 on its waiting list" in words(ok(anna.gives("group add", group="delegation", who=omar.mention)))
    assert "waits for Delegation already" in no(anna.gives("group add", group="delegation", who=omar.mention))
    house.post()
    assert "Anna has put you on the waiting list of Delegation" in words(omar.inbox[-1].reply)
    ok(maria.says("/group leave delegation"))
    house.post()
    assert "A place in Delegation is free" in words(omar.inbox[-1].reply)


def test_no_application_is_needed_and_an_open_one_is_pointed_to(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    ok(anna.gives("group create", name="Drafting", about="The report", kind="task_force"))
    assert "is in Drafting now" in words(ok(anna.gives("group add", group="drafting", who=maria.mention)))
    joined(omar, "drafting")
    asked = anna.gives("group add", group="drafting", who=omar.mention)
    assert "Omar has applied to Drafting" in no(asked)
    assert labels(asked) == ["Applications"]


def test_one_is_signed_up_for_a_private_group(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    ok(anna.gives("group create", name="Shelter", about="Safe places", private="yes"))
    ok(anna.gives("group add", group="shelter", who=maria.mention))
    house.post()
    assert "signed you up for Shelter" in words(maria.inbox[-1].reply)
    assert "Shelter" in words(maria.says("/group mine"))
    joined(omar, "housing")
    ok(anna.gives("group lead", group="housing", who=omar.mention))
    assert "Shelter" not in no(omar.gives("group add", group="shelter", called="X"))


def test_one_is_told_of_a_former_member_who_signed_one_up(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    ok(maria.gives("group add", group="housing", who=omar.mention))
    ok(maria.taps(maria.says("/my forget"), "Delete everything"))
    house.post()
    assert "A former member has signed you up" in words(omar.inbox[-1].reply)


@pytest.mark.parametrize(
    "name", ["...", "\u202eaizraM", "a\x00b", "x" * 10_000, "'", "<script>", "=cmd()", "@everyone", "%"]
)
def test_hostile_names_are_refused_or_only_text(small_house: House, name: str) -> None:
    anna = small_house.found()
    open_all(anna)
    before = len(people(small_house))
    outcome = anna.gives("group add", group="housing", called=name)
    if name in ("<script>", "=cmd()", "@everyone"):
        assert name in words(ok(outcome))
    else:
        no(outcome)
        assert len(people(small_house)) == before


def test_an_account_of_another_coalition_is_nobody(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing")
    eve = house.found("eve", "Another coalition", community="T2")
    ok(eve.gives("group create", name="Housing", about="Elsewhere"))
    uid = people(house, name="Maria")[0].uid
    for who in (uid, maria.mention):
        no(eve.gives("group add", group="housing", who=who))
    groups = house.db.read(lambda s: s.scalars(select(Group.id), execution_options={"every_coalition": True}).all())
    assert len(stays(house, group_id=groups[-1])) == 0
    assert (
        house.db.read(lambda s: len(s.scalars(select(Identity.id), execution_options={"every_coalition": True}).all()))
        == 3
    )
