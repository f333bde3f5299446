"""Deadlines as the coalition of 2019 had them: read as written, said back, stored when confirmed, reminded of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from coalition_bot.command import Fact, Form, Reply, Tone
from coalition_bot.features.deadlines.tables import Deadline
from coalition_bot.moments import Moment
from tests.story import Actor, House, words

GENEVA, NEW_YORK = ZoneInfo("Europe/Zurich"), ZoneInfo("America/New_York")
REPORT = "Stakeholder report due 3 October 5pm Geneva time"


@pytest.fixture
def anna(house: House) -> Actor:
    return house.found()


def add(who: Actor, sentence: str, **answers: str) -> Reply:
    card = who.gives("deadline add", what=sentence, **answers)
    assert isinstance(card, Reply), words(card)
    stored = who.taps(card, "Confirm")
    assert isinstance(stored, Reply)
    assert stored.tone is Tone.DONE, words(stored)
    return stored


def moments(reply: Reply) -> list[Moment]:
    return [fact.value for fact in reply.facts if isinstance(fact.value, Moment)]


def count(house: House) -> int:
    found = select(func.count()).select_from(Deadline)
    return house.db.read(lambda s: s.scalar(found, execution_options={"every_coalition": True}) or 0)


def test_what_was_understood_is_said_back_before_anything_is_stored(house: House, anna: Actor) -> None:
    card = anna.says(f"/deadline add {REPORT}")
    assert isinstance(card, Reply)
    assert "Stakeholder report is due" in words(card)
    assert "in 31 days" in words(card)
    assert moments(card)[0] == Moment(datetime(2019, 10, 3, 17, 0), "Europe/Zurich")
    rungs = [moment.instant.astimezone(NEW_YORK) for moment in moments(card)[1:]]
    assert [f"{rung:%d %b %H:%M}" for rung in rungs] == ["19 Sep 09:00", "26 Sep 09:00", "02 Oct 09:00", "03 Oct 10:00"]
    assert [each.label for each in card.buttons] == ["Confirm", "Change"]
    assert count(house) == 0
    anna.taps(card, "Confirm")
    assert count(house) == 1


def test_confirming_twice_stores_once(house: House, anna: Actor) -> None:
    card = anna.says(f"/deadline add {REPORT}")
    anna.taps(card, "Confirm")
    assert "stored already" in words(anna.taps(card, "Confirm"))
    assert count(house) == 1


def test_change_opens_the_form_with_what_was_written(anna: Actor) -> None:
    form = anna.taps(anna.says(f"/deadline add {REPORT}"), "Change")
    assert isinstance(form, Form)
    assert {q.name: q.value for q in form.questions}["what"] == REPORT
    card = anna.fills(form, what="Stakeholder report due 4 October 5pm Geneva time")
    assert isinstance(card, Reply)
    assert moments(card)[0].wall == datetime(2019, 10, 4, 17, 0)


def test_change_opens_the_form_again_after_the_form_was_sent(anna: Actor) -> None:
    """Also where what was written is too long for the button, so that a draft holds it."""
    card = anna.fills(anna.says("/deadline add"), what=f"Long and joint submission with annexes, {REPORT}")
    form = anna.taps(card, "Change")
    assert isinstance(form, Form), words(form)
    assert "with annexes" in form.questions[0].value


def test_reminders_fire_at_the_right_instants_in_both_zones(house: House, anna: Actor) -> None:
    add(anna, REPORT)
    sent = house.until(datetime(2019, 10, 5, tzinfo=UTC))
    fired = [when.astimezone(NEW_YORK) for when, parcel in sent]
    assert [f"{when:%d %b %H:%M}" for when in fired] == ["19 Sep 09:00", "26 Sep 09:00", "02 Oct 09:00", "03 Oct 10:00"]
    assert sent[-1][0].astimezone(GENEVA).hour == 16
    said = [parcel.reply.text for _when, parcel in sent]
    assert said == [
        f"Stakeholder report is due {left}." for left in ("in 14 days", "in 7 days", "in 1 day", "in 1 hour")
    ]
    assert {str(parcel.place) for _when, parcel in sent} == {"wide:T1:C-general"}
    assert not any(parcel.maybe_sent for _when, parcel in sent)


def test_a_webinar_in_the_weeks_when_new_york_and_geneva_are_five_hours_apart(house: House, anna: Actor) -> None:
    house.clock.set(datetime(2020, 2, 20, 15, tzinfo=UTC))
    add(anna, "Webinar #10 on Wednesday, March 11 at 2:00 PM ET")
    sent = house.until(datetime(2020, 3, 12, tzinfo=UTC))
    fired = [f"{when.astimezone(NEW_YORK):%d %b %H:%M}" for when, _parcel in sent]
    assert fired == ["26 Feb 09:00", "04 Mar 09:00", "10 Mar 09:00", "11 Mar 13:00"]
    assert f"{sent[-1][0].astimezone(GENEVA):%H:%M}" == "18:00"
    assert "starts in 1 hour" in sent[-1][1].reply.text


def test_rungs_that_have_passed_are_not_owed(house: House, anna: Actor) -> None:
    stored = add(anna, "Draft due in 3 days")
    assert len(moments(stored)) == 3  # the moment, one day before, one hour before
    sent = house.until(house.clock.now() + timedelta(days=4))
    assert len(sent) == 2


def test_one_hour_and_two_minutes_ahead(house: House, anna: Actor) -> None:
    add(anna, "Call due in 62 minutes")
    sent = house.until(house.clock.now() + timedelta(minutes=62))
    assert [parcel.reply.text for _when, parcel in sent] == ["Call is due in 1 hour."]
    assert sent[0][0] == house.clock.now() - timedelta(minutes=60)


def test_several_channels_each_at_its_own_hour_and_never_at_night(house: House, anna: Actor) -> None:
    anna.gives("deadline hour", hour="8", channels="wide:T1:C-geneva", zone="Geneva")
    for night in ("3", "6", "22"):
        refused = anna.gives("deadline hour", hour=night, channels="wide:T1:C-geneva")
        assert "from 7 to 21" in words(refused)
    add(anna, "Draft due in 9 days", channels="wide:T1:C-general wide:T1:C-geneva")
    sent = house.until(house.clock.now() + timedelta(days=8, hours=23))
    by_channel = {
        channel: [when for when, parcel in sent if parcel.place.channel == channel]
        for channel in ("C-general", "C-geneva")
    }
    assert [when.astimezone(NEW_YORK).hour for when in by_channel["C-general"][:2]] == [9, 9]
    assert [when.astimezone(GENEVA).hour for when in by_channel["C-geneva"][:2]] == [8, 8]


def test_a_new_hour_moves_what_is_still_to_come_and_repeats_nothing(house: House, anna: Actor) -> None:
    add(anna, "Draft due in 9 days")
    assert len(house.until(house.clock.now() + timedelta(days=3))) == 1  # seven days before
    anna.gives("deadline hour", hour="15")
    sent = house.until(house.clock.now() + timedelta(days=7))
    assert f"{sent[0][0].astimezone(NEW_YORK):%H}" == "15"
    assert len(sent) == 2


def test_a_cancelled_deadline_is_silent_and_those_who_had_heard_are_told_once(house: House, anna: Actor) -> None:
    add(anna, "Draft due in 9 days")
    add(anna, "Other thing due in 9 days", channels="wide:T1:C-other")
    house.until(house.clock.now() + timedelta(days=3))
    ask = anna.gives("deadline cancel", deadline="Draft")
    assert isinstance(ask, Form)  # the label has its date behind it: the nearest is offered
    value = anna.options("deadline cancel", "deadline", "Draft")[0].value
    reply = anna.taps(anna.gives("deadline cancel", deadline=value), "Cancel it")
    assert "is cancelled" in words(reply)
    sent = house.until(house.clock.now() + timedelta(days=7))
    drafts = [parcel for _when, parcel in sent if "Draft" in words(parcel.reply)]
    assert ["cancelled" in words(parcel.reply) for parcel in drafts] == [True]
    assert [parcel.place.channel for _when, parcel in sent].count("C-other") == 2


def test_after_72_hours_down_only_the_newest_rung_speaks_and_says_that_it_is_late(house: House, anna: Actor) -> None:
    add(anna, "Draft due in 9 days")
    house.clock.forward(days=8, hours=22)  # nothing ran; 7 days and 1 day before have passed
    sent = house.post()
    assert len(sent) == 1
    assert "is late" in sent[0].reply.text
    assert "in 22 hours" in sent[0].reply.text


def test_a_moment_that_passed_while_the_bot_was_down_is_not_announced_as_ahead(house: House, anna: Actor) -> None:
    add(anna, "Draft due in 2 days")
    house.clock.forward(days=3)
    sent = house.post()
    assert len(sent) == 1
    assert "has passed" in sent[0].reply.text
    assert "is due in" not in words(sent[0].reply)


def test_a_doubt_is_asked_about_with_buttons(anna: Actor) -> None:
    reply = anna.says("/deadline add Summary due 10/4")
    assert isinstance(reply, Reply)
    assert len(reply.buttons) >= 2
    card = anna.presses(reply.buttons[0])
    assert isinstance(card, Reply)
    assert "Confirm" in [each.label for each in card.buttons]


@pytest.mark.parametrize(
    "sentence",
    [
        "Report due 31 February",
        "Report due soonish",
        "Report due 3 October 2018",
        "Report",
        "due 3 October",
        "Report due 3 October 5pm \u202eemag",
        "x" * 500,
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence_and_kept(house: House, anna: Actor, sentence: str) -> None:
    form = anna.says("/deadline add")
    outcome = anna.fills(form, what=sentence)
    assert isinstance(outcome, Form), words(outcome)
    question = next(q for q in outcome.questions if q.name == "what")
    assert question.problem
    assert count(house) == 0


def test_a_member_adds_none_and_a_lead_only_for_the_own_group(house: House, anna: Actor) -> None:
    bea, lena = house.person("bea"), house.person("lena")
    anna.gives("group create", name="Housing", about="Homes for all")
    anna.gives("group create", name="Migration", about="People on the move")
    anna.gives("group lead", group="Housing", who=lena.mention)
    assert "is for" in words(bea.says(f"/deadline add {REPORT}"))
    assert "is for" in words(lena.gives("deadline add", what=REPORT))
    refused = words(lena.gives("deadline add", what=REPORT, group="Migration"))
    assert "Confirm" not in refused
    add(lena, REPORT, group="Housing")
    assert count(house) == 1


def test_a_forged_button_stores_nothing_in_the_past(house: House, anna: Actor) -> None:
    for meant in ("2018-01-01T00:00[UTC]", "nonsense", "2019-10-03T17:00[Mars/Base]"):
        reply = anna.gives("deadline add", what=REPORT, meant=meant, key="forged")
        assert isinstance(reply, Reply)
        assert reply.tone is Tone.PROBLEM
    assert count(house) == 0


def test_the_list_shows_what_is_ahead_the_next_first(house: House, anna: Actor) -> None:
    assert "no deadlines" in words(anna.says("/deadline list"))
    add(anna, REPORT)
    add(anna, "Draft due in 9 days")
    listed = house.person("bea").says("/deadline list")
    assert isinstance(listed, Reply)
    assert [fact.label for fact in listed.facts] == ["Draft is due", "Stakeholder report is due"]
    assert all(isinstance(fact, Fact) for fact in listed.facts)
    house.clock.forward(days=60)
    assert "no deadlines" in words(anna.says("/deadline list"))


def test_another_coalition_sees_and_cancels_nothing(house: House, anna: Actor) -> None:
    add(anna, REPORT)
    uid = anna.options("deadline cancel", "deadline")[0].value
    eve = house.found("eve", "Other coalition", community="T2")
    assert "no deadlines" in words(eve.says("/deadline list"))
    assert "Cancel it" not in words(eve.gives("deadline cancel", deadline=uid, sure="yes"))
    assert "Stakeholder report" in words(anna.says("/deadline list"))


def test_a_channel_of_another_coalition_is_refused(house: House, anna: Actor) -> None:
    house.found("eve", "Other coalition", community="T2")
    outcome = anna.gives("deadline add", what=REPORT, channels="wide:T2:C-general")
    assert "not one of this coalition's" in words(outcome)


def test_an_hour_before_half_past_midnight_is_not_a_day(house: House, anna: Actor) -> None:
    add(anna, "Form closes 5 September 00:30 Geneva time")
    sent = house.until(datetime(2019, 9, 4, 22, 0, tzinfo=UTC))
    assert sent[-1][1].reply.text == "Form closes in 1 hour."
