"""Working groups as coordinators and leads know them: opened, led, told of, closed."""

from __future__ import annotations

from sqlalchemy import select

from coalition_bot.command import Form, Reply
from coalition_bot.features.groups import Group, Membership
from tests.story import House, words
from tests.test_groups import GROUPS, count, joined, no, ok, open_all, table


def test_leads_hear_of_joins_and_leaves_in_private(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    ben = house.person("ben", platform="narrow", community="T1")
    open_all(anna)
    joined(maria, "housing", "evictions", "Tenants United")
    house.post()
    assert "Maria has joined Housing" in words(anna.inbox[-1].reply)
    assert {button.label for button in anna.inbox[-1].reply.buttons} == {"Members", "Appoint a lead"}

    ok(anna.gives("group lead", group="housing", who=maria.mention))
    house.post()
    assert "You lead Housing now" in words(maria.inbox[-1].reply)
    before = len(anna.inbox)
    joined(omar, "housing", "homeless children", "Street Watch")
    house.post()
    news = maria.inbox[-1].reply
    for part in ("Omar", "Street Watch", "homeless children", "Housing"):
        assert part in words(news)
    assert "Street Watch" in words(maria.taps(news, "Members"))
    assert len(anna.inbox) == before
    ok(omar.says("/group leave housing"))
    house.post()
    assert "Omar has left Housing" in words(maria.inbox[-1].reply)
    sent = [parcel for box in house.postboxes.values() for parcel in box.parcels]
    assert all(parcel.place.private for parcel in sent)
    assert ben.inbox == []


def test_news_of_somebody_forgotten_or_to_somebody_no_longer_in_charge_is_not_sent(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    ok(anna.gives("group lead", group="housing", who=maria.mention, role="lead"))
    house.post()
    maria_had, anna_had = len(maria.inbox), len(anna.inbox)
    joined(omar, "housing", "evictions", "Street Watch")
    ok(omar.taps(omar.says("/my forget"), "Delete everything"))
    house.post()
    assert (len(maria.inbox), len(anna.inbox)) == (maria_had, anna_had)
    joined(house.person("rosa"), "housing")
    ok(anna.gives("group lead", group="housing", who=maria.mention, role="member"))
    house.post()
    assert "You do not lead Housing any more" in words(maria.inbox[-1].reply)
    assert len(maria.inbox) == maria_had + 1


def test_the_last_lead_leaves_and_the_coordinators_are_told(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing")
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    house.post()
    ok(maria.says("/group leave housing"))
    house.post()
    assert "Maria has left Housing, which has no lead now" in words(anna.inbox[-1].reply)
    form = anna.taps(anna.inbox[-1].reply, "Appoint a lead")
    assert isinstance(form, Form)
    assert form.questions[0].value_label == "Housing"
    assert "/group members is for" in no(maria.says("/group members housing"))


def test_a_lead_that_is_forgotten_leaves_a_nameless_trace(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    joined(maria, "housing", "evictions of my own family", "Tenants United")
    joined(omar, "housing")
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    house.post()
    ok(maria.taps(maria.says("/my forget"), "Delete everything"))
    house.post()
    assert "Housing has no lead any more" in words(anna.inbox[-1].reply)
    assert "Maria" not in words(anna.inbox[-1].reply)
    assert [row[0] for row in table(anna.says("/group members housing"))] == ["Omar"]
    kept = house.db.read(
        lambda session: session.scalars(
            select(Membership).order_by(Membership.id), execution_options={"every_coalition": True}
        ).all()
    )
    assert [(stay.issue, stay.left_at is None) for stay in kept] == [("", False), ("", True)]


def test_a_group_is_closed_only_after_a_second_look(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing", "evictions")
    old = maria.says("/group list housing")
    house.post()
    ask = anna.says("/group close housing")
    assert "Its 1 member is told" in words(ask)
    assert "Housing" in words(maria.says("/group mine"))
    ok(anna.taps(ask, "Close it"))
    house.post()
    assert "Housing is closed" in words(maria.inbox[-1].reply)
    assert "no working group" in words(maria.says("/group mine"))
    for late in ("/group join housing", "/group leave housing", "/group list housing", "/group close housing"):
        who = anna if "close" in late else maria
        assert "Housing is closed" in no(who.says(late)), late
    assert "Housing is closed" in no(
        house.person("omar").gives("group join", group="Housing", called="Omar", shown="no")
    )
    assert isinstance(old, Reply)
    assert "Maria" not in no(maria.presses(next(b for b in old.buttons if b.label == "Members")))

    roster = anna.gives("group members", group="Housing (closed)")
    assert "Maria" in words(roster)
    ok(anna.gives("group create", name="Housing", about="A new start"))
    assert "A new start" in words(maria.says("/group list housing"))


def test_names_that_look_alike_are_refused(house: House) -> None:
    anna = house.found()
    open_all(anna)
    for name in ("housing", "HOUSING", "Ｈｏｕｓｉｎｇ", "Hous\u00a0ing".replace("\u00a0", "\u200b"), "Housing."):
        assert "There is a group “Housing” already" in no(anna.gives("group create", name=name, about="x")), name
    for name in ("Women’s Rights", "womens rights", "Women's\u2003rights"):
        assert "Women's rights" in no(anna.gives("group create", name=name, about="x")), name
    assert "Migration" in no(anna.gives("group edit", group="housing", name="MIGRATION"))
    assert "ordinary letters" in no(anna.gives("group create", name="---", about="x"))
    assert count(house, Group) == len(GROUPS)


def test_a_group_is_created_and_edited_through_forms(house: House) -> None:
    anna = house.found()
    form = anna.says("/group create Criminal justice")
    assert isinstance(form, Form)
    assert [question.name for question in form.questions] == [
        *("name", "about", "kind", "capacity", "private", "channel")  # no review to choose yet
    ]
    assert form.questions[0].value == "Criminal justice"
    channel = "wide:T1:C-justice"
    shown = ok(anna.fills(form, about="Prisons", channel=channel))
    assert channel in words(shown)
    edit = anna.taps(shown, "Edit")
    assert isinstance(edit, Form)
    assert {question.name: question.value for question in edit.questions}["channel"] == channel
    changed = words(ok(anna.fills(edit, name="Justice", channel="")))
    assert "Criminal justice is called Justice now" in changed
    assert channel not in changed
    assert "Prisons and courts" in words(ok(anna.says("/group edit justice Prisons and courts")))
    again = anna.says("/group edit justice")
    assert isinstance(again, Reply)
    assert "Prisons and courts" in words(again)


def test_a_group_may_belong_to_a_review(house: House) -> None:
    anna = house.found()
    ok(
        anna.gives(
            "review add",
            state="United States",
            session="36",
            first_day="2020-05-04",
            first_day_is="tentative",
            review_day="2020-05-11",
            source="OHCHR",
        )
    )
    form = anna.says("/group create Housing")
    assert isinstance(form, Form)
    assert form.questions[-1].value_label.startswith("United States")
    assert "United States, session 36" in words(ok(anna.fills(form, about="Evictions")))


def test_leads_see_and_export_only_their_own_group(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    joined(maria, "housing", "evictions")
    joined(omar, "migration", "detention of children")
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    assert [row[0] for row in table(maria.says("/group members"))] == ["Maria (lead)"]
    assert "/group members is for" in no(maria.says("/group members migration"))
    export = maria.says("/group export")
    assert isinstance(export, Reply)
    assert export.file
    assert isinstance(export.file.content, bytes)
    assert "Maria" in export.file.content.decode()
    assert "detention" not in export.file.content.decode()
    assert [option.label for option in maria.options("group export", "group")] == ["Housing"]


def test_a_lead_is_appointed_once_and_becomes_a_member(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    joined(omar, "housing")
    ok(anna.gives("group lead", group="housing", who=omar.mention))
    house.post()
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    house.post()
    assert "has joined Housing" in words(omar.inbox[-1].reply)
    assert len(maria.inbox) == 1
    assert "You lead Housing now" in words(maria.inbox[0].reply)
    assert [row[0] for row in table(maria.says("/group members"))] == ["Omar (lead)", "New member (lead)"]
    assert "leads Housing already" in no(anna.gives("group lead", group="housing", who=maria.mention))
    said = words(anna.says("/group list"))
    assert "Omar, New member | 2" in said
    form = maria.says("/group join migration")
    assert isinstance(form, Form)  # others signed her up: her name has not been asked yet
    assert {question.name: question.value for question in form.questions}["called"] == ""
