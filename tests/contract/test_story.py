"""One member's story, told alike on every platform: joining, being noticed, being reminded, going to Geneva."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from coalition_bot.features.groups import Group
from tests.contract.face import Face, Seen
from tests.travel import ANSWERS, PARTS


async def filled(face: Face, who: str, seen: Seen, **answers: str) -> Seen:
    """Fill in a form to its end, page by page."""
    for _page in range(6):
        if not seen.form:
            return seen
        seen = await face.fills(who, seen, **{name: answers[name] for name in seen.form if name in answers})
    raise AssertionError(f"the form never ends: {seen}")


async def test_a_member_joins_a_group_and_the_coordinator_sees_it(face: Face) -> None:
    created = await filled(face, "admin", await face.gives("admin", "group create", name="Housing", about="Homes"))
    assert "Housing" in created.text
    form = await face.gives("bea", "group join")
    labels = [asked.label for asked in form.form.values()]
    assert "Your name" in labels
    group = form.form["group"].options[0]
    answers = {"called": "Bea", "organisation": "Homes for All", "issue": "No heating", "shown": "yes"}
    joined = await filled(face, "bea", form, group=await value_of(face, group), **answers)
    assert "Housing" in joined.text
    assert joined.private
    [notice, *_rest] = [seen for seen in await face.inbox("admin") if "Bea" in seen.text]
    assert "No heating" in notice.text
    roster = await face.gives("admin", "group members", group=await value_of(face, group))
    assert "Bea" in roster.text
    assert "Homes for All" in roster.text
    assert not [seen for seen in await face.channel() if "Bea" in seen.text]


async def value_of(face: Face, label: str) -> str:
    """The value behind an option's label."""
    found = select(Group.uid).where(Group.name == label)
    return face.house.db.read(lambda s: s.scalar(found, execution_options={"every_coalition": True})) or label


async def test_a_deadline_is_said_back_confirmed_and_reminded_of_in_the_channel(face: Face) -> None:
    card = await face.gives("admin", "deadline add", what="Stakeholder report due 3 October 5pm Geneva time")
    card = await filled(face, "admin", card, channels="general")
    assert "Stakeholder report is due" in card.text
    assert "17:00" in card.text
    assert {"Confirm", "Change"} <= set(card.buttons)
    stored = await face.taps("admin", card, "Confirm")
    assert "Stored" in stored.text
    assert not [seen for seen in await face.channel() if "Stakeholder" in seen.text]
    clock = face.house.clock
    clock.set(clock.now().replace(month=10, day=3, hour=12, minute=0))
    await face.channel()  # the rungs that were missed while the clock leapt speak once
    clock.forward(hours=2)
    said = [seen.text for seen in await face.channel() if "Stakeholder report is due in 1 hour" in seen.text]
    assert len(said) == 1
    clock.forward(hours=2)
    assert len([seen for seen in await face.channel() if "in 1 hour" in seen.text]) == 1


async def test_a_traveller_fills_in_the_form_in_sittings_and_a_restart_loses_nothing(face: Face) -> None:
    await _open_trip(face)
    checklist = await face.gives("bea", "geneva form")
    assert checklist.private
    assert set(PARTS.values()) <= set(checklist.buttons)
    form = await face.taps("bea", checklist, PARTS["intent"])
    await face.restart()
    seen = await filled(face, "bea", form, **ANSWERS["intent"])
    assert not seen.form, seen
    entry = await face.taps("bea", await face.gives("bea", "geneva form"), PARTS["entry"])
    seen = await filled(face, "bea", entry, **ANSWERS["entry"])
    assert not seen.form, seen
    again = await face.taps("bea", await face.gives("bea", "geneva form"), PARTS["intent"])
    assert again.form["coming"].value == "in person"
    assert not (await filled(face, "bea", again)).form, "what was answered before is answered still"
    status = await face.gives("bea", "geneva status")
    assert PARTS["consents"] in status.text
    listed = await face.gives("admin", "geneva list")
    assert "Swift" in listed.text
    said_elsewhere = [listed, *await face.channel(), *await face.inbox("admin")]
    assert not [seen for seen in said_elsewhere if "Canary" in seen.text or "example.org" in seen.text]


async def _open_trip(face: Face) -> None:
    first = face.house.clock.now().date() + timedelta(days=200)
    review = {
        "state": "US",
        "session": "36",
        "first_day": f"{first}",
        "first_day_is": "tentative",
        "review_day": f"{first}",
        "review_day_is": "tentative",
        "source": "OHCHR",
    }
    added = await filled(face, "admin", await face.gives("admin", "review add"), **review)
    assert "36" in added.text, added
    trip = {"kind": "review", "first_day": f"{first}", "last_day": f"{first + timedelta(days=5)}"}
    opened = await filled(face, "admin", await face.gives("admin", "geneva open"), **trip)
    assert not opened.form, opened
