"""Joining groups of every kind: what is asked, what a newcomer reads, applications, and groups that are closed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from coalition_bot.command import Form, Reply
from coalition_bot.features.groups import Group, Membership
from coalition_bot.history import Happening, Reading
from coalition_bot.moments import Moment
from tests.story import Actor, House, words
from tests.test_groups import count, joined, no, ok, open_all, table

TASK_FORCE = {"name": "Drafting", "about": "The joint report", "kind": "task_force"}


def labels(outcome: Reply | Form) -> list[str]:
    """What the buttons say."""
    assert isinstance(outcome, Reply), words(outcome)
    return [button.label for button in outcome.buttons]


def last(actor: Actor) -> Reply:
    """The newest private message, after all that is due has gone out."""
    actor.house.post()
    return actor.inbox[-1].reply


def asked(form: Reply | Form) -> list[str]:
    """The names of the questions on a page."""
    assert isinstance(form, Form), words(form)
    return [question.name for question in form.questions]


def drafting(house: House) -> tuple[Actor, Actor, Actor]:
    """A task force with a lead: the coordinator, the lead, and somebody who applies."""
    anna, lena, maria = house.found(), house.person("lena"), house.person("maria")
    ok(anna.gives("group create", **TASK_FORCE))
    joined(lena, "drafting")
    ok(anna.gives("group lead", group="drafting", who=lena.mention))
    house.post()
    return anna, lena, maria


def test_the_pages_for_a_group_ask_the_most_important_first(house: House) -> None:
    anna = house.found(platform="narrow")
    form = anna.says("/group create Detroit")
    assert asked(form) == ["name", "about", "kind", "capacity", "private"]
    assert isinstance(form, Form)
    assert {q.name: q.value for q in form.questions}["kind"] == "working"
    second = anna.fills(form, about="Local assessment", kind="city", capacity="30", private="no")
    assert asked(second) == ["channel"]
    said = words(ok(anna.fills(second)))
    assert "The city chapter Detroit is open" in said
    assert "Members: 0 of 30" in said
    edit = anna.taps(anna.says("/group list detroit"), "Edit")
    assert asked(edit) == ["group", "about", "name", "kind", "capacity"]
    assert isinstance(edit, Form)
    assert {q.name: q.value for q in edit.questions}["capacity"] == "30"
    rest = anna.fills(edit, capacity="")
    assert asked(rest) == ["private", "channel"]
    assert "Members: 0\n" in words(ok(anna.fills(rest)))


def test_words_fit_the_kind_of_group(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    ok(anna.gives("group create", name="Updates", about="News for all", kind="list"))
    ok(anna.gives("group create", name="Detroit", about="Local assessment", kind="city"))
    listed = maria.says("/group list")
    assert [row[0] for row in table(listed)] == ["Detroit (City chapter)", "Updates (Mailing list)"]
    assert labels(listed) == ["Join Detroit", "Subscribe to Updates"]
    reply = ok(maria.fills(maria.taps(listed, "Subscribe to Updates"), shown="no"))
    assert "You are subscribed to Updates now." in words(reply)
    assert "you get what is sent to this list" in words(reply)
    assert "subscribed to Updates already" in no(maria.says("/group join updates"))
    assert "Kind: Mailing list" in words(maria.says("/group list updates"))
    gone = ok(maria.taps(maria.says("/group list updates"), "Unsubscribe"))
    assert "not subscribed to Updates any more" in words(gone)


def test_whoever_joins_reads_who_leads_what_it_works_on_its_next_deadline_and_channel(house: House) -> None:
    anna, lena, maria = house.found(), house.person("lena"), house.person("maria")
    ok(anna.gives("group create", name="Housing", about="Evictions", channel="wide:T1:C-housing"))
    ok(anna.gives("group create", name="Water", about="Rivers"))
    joined(lena, "housing")
    ok(anna.gives("group lead", group="housing", who=lena.mention))
    for what, group in (("Late draft due in 30 days", "housing"), ("Draft due in 9 days", "housing")):
        ok(anna.taps(anna.gives("deadline add", what=what, group=group), "Confirm"))
    ok(anna.taps(anna.gives("deadline add", what="Map due in 2 days", group="water"), "Confirm"))
    reply = joined(maria, "housing", "rents")
    facts = {fact.label: fact.value for fact in reply.facts}
    assert facts["Led by"] == "Lena"
    assert facts["Works on"] == "Evictions"
    assert isinstance(facts["Next: Draft is due"], Moment)
    assert "Map" not in words(reply)
    assert "Late draft" not in words(reply)
    assert "C-housing" in str(facts["Channel"])
    assert "Lena is told" in str(facts["What comes next"])


def test_whether_others_see_the_name_is_asked_once_and_remembered(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    form = maria.gives("group join", group="housing", called="Maria")
    assert isinstance(form, Form)
    question = next(q for q in form.questions if q.name == "shown")
    assert (question.required, question.value) == (True, "")
    assert "Please answer" in no(maria.fills(form))
    ok(maria.fills(form, shown="no"))
    assert "leads and coordinators only" in words(ok(maria.says("/group join migration detention")))
    later = maria.taps(maria.says("/group list"), "Join Women's rights")
    assert isinstance(later, Form)
    assert {q.name: q.value for q in later.questions}["shown"] == "no"
    assert "other members too" in words(ok(maria.fills(later, shown="yes")))
    assert "other members too" in words(ok(maria.says("/group join criminal justice")))


def test_members_see_by_name_only_those_who_allowed_it(house: House) -> None:
    anna, lena, maria, omar = house.found(), *map(house.person, ("lena", "maria", "omar"))
    open_all(anna)
    for member, shown in ((lena, "no"), (maria, "yes"), (omar, "no"), (house.person("rosa"), "no")):
        ok(member.gives("group join", group="housing", issue="rents", called=member.visitor.name, shown=shown))
    seen = omar.says("/group members housing")
    assert [row[0] for row in table(seen)] == ["Maria", "Omar"]
    assert "Housing: 4 members" in words(seen)
    assert "Among them 2 who are not named" in words(seen)
    ok(anna.gives("group lead", group="housing", who=lena.mention))
    assert [row[0] for row in table(omar.says("/group members housing"))] == ["Lena (lead)", "Maria", "Omar"]
    for in_charge in (anna, lena):
        everybody = in_charge.says("/group members housing")
        assert len(table(everybody)) == 4
        assert "not named" not in words(everybody)
    form = maria.taps(maria.says("/group list housing"), "Change")
    assert isinstance(form, Form)
    assert {q.name: q.value for q in form.questions}["shown"] == "yes"
    ok(maria.fills(form, shown="no"))
    assert [row[0] for row in table(omar.says("/group members housing"))] == ["Lena (lead)", "Omar"]
    ok(omar.gives("group change", group="housing", shown="yes"))
    assert "Omar" in words(maria.says("/group members housing"))
    ok(omar.gives("group change", group="housing", issue="heating"))
    assert "Omar" in words(maria.says("/group members housing"))


def test_an_application_is_approved_by_button(house: House) -> None:
    anna, lena, maria = drafting(house)
    form = maria.taps(maria.says("/group list"), "Apply to Drafting")
    applied = ok(maria.fills(form, issue="editing", shown="yes"))
    assert "Your application to Drafting is with its lead." in words(applied)
    assert "decision of Lena" in words(applied)
    assert "applied, not decided yet" in words(maria.says("/group mine"))
    assert "/group members is for" in no(maria.says("/group members drafting"))
    assert "Members: 1" in words(maria.says("/group list drafting"))
    for in_charge in (lena, anna):
        message = last(in_charge)
        assert "Maria has applied to Drafting" in words(message)
        assert "editing" in words(message)
        assert labels(message)[:2] == ["Approve", "Decline"]
    approved = ok(lena.taps(last(lena), "Approve"))
    assert "Maria is in Drafting now" in words(approved)
    assert "Your application to Drafting is approved. You are in Drafting now." in words(last(maria))
    assert "approved already" in no(anna.taps(last(anna), "Approve"))
    assert "Maria" in words(maria.says("/group members drafting"))
    assert "No application waits" in words(lena.says("/group applications"))
    assert count(house, Happening, what="group.approve") == 2  # the lead had applied too


def test_an_application_is_declined_with_a_reason_that_the_applicant_reads(house: House) -> None:
    anna, lena, maria = drafting(house)
    joined(maria, "drafting", "editing")
    form = lena.taps(last(lena), "Decline")
    assert asked(form) == ["application", "decision", "reason"]
    assert "Please give a reason" in no(lena.fills(form))
    ok(lena.fills(form, reason="Two of your organisation are in it."))
    told = last(maria)
    assert "declined, with this reason: Two of your organisation" in words(told)
    assert "declined already" in no(anna.taps(last(anna), "Approve"))
    assert "no working group" in words(maria.says("/group mine"))
    assert "with its lead" in words(joined(maria, "drafting", "once more"))


def test_applications_are_seen_by_those_in_charge_only_and_the_look_is_logged(house: House) -> None:
    anna, lena, maria = drafting(house)
    ok(anna.gives("group create", name="Media", about="Press", kind="task_force"))
    joined(maria, "drafting", "editing")
    joined(house.person("omar"), "media", "radio")
    assert [row[0] for row in table(lena.says("/group applications"))] == ["Maria"]
    assert [row[0] for row in table(anna.says("/group applications"))] == ["Maria", "Omar"]
    assert count(house, Reading, what="group applications") == 2
    assert "/group applications is for" in no(maria.says("/group applications"))
    card = lena.taps(lena.says("/group applications"), "Maria")
    assert "editing" in words(card)
    theirs = next(option.value for option in anna.options("group applications", "application", "omar"))
    assert "not among the choices" in no(lena.gives("group applications", application=theirs, decision="approve"))
    assert "/group applications is for" in no(maria.gives("group applications", application=theirs, decision="approve"))
    assert "Applications" in labels(lena.says("/group list drafting"))
    ok(lena.taps(card, "Approve"))
    assert "Applications" not in labels(lena.says("/group list drafting"))


def test_an_applicant_may_withdraw(house: House) -> None:
    _anna, lena, maria = drafting(house)
    joined(maria, "drafting")
    again = maria.says("/group join drafting")
    assert "Your application to Drafting is with its lead." in no(again)
    house.post()
    gone = ok(maria.taps(again, "Withdraw"))
    assert "application to Drafting is withdrawn" in words(gone)
    assert "This application was withdrawn." in no(lena.taps(last(lena), "Approve"))
    before = len(lena.inbox)
    house.post()
    assert len(lena.inbox) == before


def test_an_application_decided_before_its_news_went_out_is_not_told(house: House) -> None:
    anna, lena, maria = drafting(house)
    joined(maria, "drafting")
    ok(maria.says("/group leave drafting"))
    before = len(lena.inbox), len(anna.inbox)
    house.post()
    assert (len(lena.inbox), len(anna.inbox)) == before


def test_a_closed_group_says_so_and_suggests_others_like_it(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    ok(anna.gives("group create", name="Housing and homelessness", about="Evictions, rents"))
    ok(anna.gives("group create", name="Housing underground", about="Evictions, rents", private="yes"))
    ok(anna.taps(anna.says("/group close housing"), "Close it"))
    for reply in (
        maria.gives("group join", group="housing", called="Maria", shown="no"),
        maria.says("/group list housing"),
    ):
        said = no(reply)
        assert "Housing is closed. These are like it: Housing and homelessness" in said
        assert "underground" not in said
        assert labels(reply)[0] == "Join Housing and homelessness"


def test_a_group_that_became_another_says_which(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)

    def merge(kept: str) -> None:
        def work(session: object) -> None:
            groups = session.scalars(select(Group), execution_options={"every_coalition": True})  # type: ignore[attr-defined]
            named = {group.name: group for group in groups}
            named["Housing"].closed_at = house.clock.now()
            named["Housing"].became_id = named[kept].id

        house.db.write(work)

    merge("Migration")
    reply = maria.says("/group list housing")
    assert "Housing is closed. It is a part of Migration now." in no(reply)
    assert labels(reply)[0] == "Join Migration"
    ok(anna.gives("group edit", group="migration", private="yes"))
    said = no(maria.says("/group list housing"))
    assert "Migration" not in said
    assert "It is a part of Migration" in no(anna.says("/group list housing"))


@pytest.mark.parametrize("evil", ["@everyone", "*bold*", "=1+1", "<!channel>"])
def test_a_reason_is_only_text(small_house: House, evil: str) -> None:
    _anna, lena, maria = drafting(small_house)
    joined(maria, "drafting")
    form = lena.taps(last(lena), "Decline")
    assert "cannot be shown" in no(lena.fills(form, reason="\u202ereversed"))
    assert "300 characters" in no(lena.fills(form, reason="x" * 301))
    ok(lena.fills(form, reason=evil))
    assert evil in words(last(maria))
    assert count(small_house, Membership, ending="declined", reason=evil) == 1


def test_what_is_no_number_of_places_is_refused(small_house: House) -> None:
    anna = small_house.found()
    for capacity in ("-1", "many", "1" * 12, "٣x"):
        outcome = anna.gives("group create", name="Housing", about="Rents", capacity=capacity)
        assert "whole number" in no(outcome), capacity
    ok(anna.gives("group create", name="Housing", about="Rents", capacity="0"))
    assert "Members: 0\n" in words(anna.says("/group list housing"))
