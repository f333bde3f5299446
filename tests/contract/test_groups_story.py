"""Groups told alike on every platform: places and waiting, applications, leads, tracks, questions."""

from __future__ import annotations

from tests.contract.deeds import appointed, joins, news, opened, told
from tests.contract.face import Face
from tests.contract.test_story import filled


async def test_whoever_waits_for_a_place_gets_it_when_somebody_leaves_and_is_told(face: Face) -> None:
    group = await opened(face, capacity="1")
    card = await joins(face, "bea", group)
    assert "You are in Housing now." in card.text
    assert "1 of 1" in card.text
    ben = await joins(face, "ben", group, shown="no")
    assert "Housing is full. You are number 1 on the waiting list." in ben.text
    assert "You are number 2 on the waiting list." in (await joins(face, "carla", group)).text
    left = await face.taps("bea", await face.gives("bea", "group change"), "Leave")
    assert "You have left Housing." in left.text
    place = await told(face, "ben", "A place in Housing is free for you")
    assert "Housing" in (await face.taps("ben", place, "My groups")).text
    assert not await news(face, "carla", "Housing")
    assert "number 1 on the waiting list" in (await face.gives("carla", "group mine")).text
    back = await filled(face, "bea", await face.taps("bea", left, "Come back"))
    assert "You are number 2 on the waiting list." in back.text


async def test_applications_are_decided_by_button_and_a_reason_is_read_by_whom_it_concerns(face: Face) -> None:
    group = await opened(face, "Drafting", kind="task_force")
    await appointed(face, "bea", group)
    for who in ("ben", "carla"):
        assert "Your application to Drafting is with its lead." in (await joins(face, who, group)).text
    asked = await told(face, "bea", "Ben has applied to Drafting.")
    assert "Evictions" in asked.text
    assert "Ben is in Drafting now, and is told." in (await face.taps("bea", asked, "Approve")).text
    assert "approved already" in (await face.taps("bea", asked, "Approve")).text
    assert "Your application to Drafting is approved." in (await told(face, "ben", "Drafting")).text

    form = await face.taps("bea", await told(face, "bea", "Carla has applied to Drafting."), "Decline")
    again = await face.fills("bea", form, reason="")
    assert "Please give a reason" in again.form["reason"].problem + again.text
    declined = await face.fills("bea", again, reason="We need <b>lawyers</b> & *doctors* first.")
    assert "Declined. The applicant is told" in declined.text
    read = await told(face, "carla", "Your application to Drafting was declined")
    assert "We need <b>lawyers</b> & *doctors* first." in read.text
    assert not await news(face, "ben", "declined")


async def test_a_lead_hands_over_and_the_new_one_hears_once_a_day(face: Face) -> None:
    group = await opened(face)
    await appointed(face, "bea", group)
    await joins(face, "ben", group)
    await told(face, "bea", "Ben has joined Housing.")
    asked = await face.gives("bea", "group handover", who="ben")
    assert "Hand the lead of Housing to Ben?" in asked.text
    assert {"Hand over", "Hand over, and stay as backup", "Keep it"} == set(asked.buttons)
    assert not await news(face, "ben", "handed the lead")
    done = await face.taps("bea", asked, "Hand over")
    assert "Ben leads Housing now" in done.text
    handed = await told(face, "ben", "handed the lead of Housing to you")
    form = await face.taps("ben", handed, "Change how I hear")
    assert form.form["how"].value == "each"
    assert "once a day, at nine" in (await face.fills("ben", form, how="daily")).text
    await joins(face, "carla", group)
    assert not await news(face, "ben", "Carla")
    face.house.clock.forward(hours=24 + 13)  # past nine in New York
    digest = await told(face, "ben", "Carla")
    assert "News of the groups that you lead" in digest.text
    assert "has joined Housing" in digest.text
    history = (await face.gives("ben", "group history")).text
    for line in ("appointed Bea as lead", "Bea handed the lead to Ben", "Ben changed how they hear", "Carla joined"):
        assert line in history or line.lower() in history.lower(), history


async def test_a_track_is_dated_and_moved_on_and_its_lead_is_nudged_after_a_preview(face: Face) -> None:
    group = await opened(face)
    await appointed(face, "bea", group)
    await joins(face, "ben", group)
    asked = await face.gives("bea", "group track", group=group, kind="one_pager", due="3 October 5pm Geneva time")
    assert "Is this right?" in asked.text
    assert "17:00" in asked.text
    card = await face.taps("bea", asked, "Confirm")
    assert "1-pager of Housing: ○ not started." in card.text
    card = await face.taps("bea", card, "In progress")
    assert "◔ in progress" in card.text
    form = await face.taps("bea", card, "Change")
    seen = await filled(face, "bea", form, owner="ben", link="https://example.org/draft", note="Half of it")
    assert "Ben" in seen.text
    assert "https://example.org/draft" in seen.text
    again = await filled(face, "bea", await face.taps("bea", seen, "Change"), state="in_review")
    for kept in ("◐ in review", "Ben", "17:00", "https://example.org/draft", "Half of it"):
        assert kept in again.text

    board = await face.gives("admin", "group board")
    assert "◐ in review" in board.text
    assert "○ not started" in board.text
    nudge = next(label for label in board.buttons if label.startswith("Nudge the leads"))
    preview = await face.taps("admin", board, nudge)
    assert "This is what each lead is told" in preview.text
    assert not await news(face, "bea", "Still missing")
    assert "1 lead is told." in (await face.taps("admin", preview, "Confirm")).text
    missing = await told(face, "bea", "Still missing")
    assert "Housing, 1-pager" in missing.text
    assert "1-pager of Housing" in (await face.taps("bea", missing, "1-pager: Housing")).text


async def test_a_question_goes_to_who_is_in_charge_and_its_answer_to_the_asker_alone(face: Face) -> None:
    named = await face.gives("admin", "coalition contact", topic="travel", who="bea")
    assert "is in charge of Travel to Geneva now" in named.text
    form = await face.gives("ben", "coalition ask")
    question = "Does my visa <really> need *two* photos?\nAnd a letter?"
    sent = await filled(face, "ben", form, topic="travel", question=question)
    assert "The answer comes to you in private." in sent.text
    asked = await told(face, "bea", "Does my visa <really> need *two* photos?")
    form = await face.taps("bea", asked, "Answer")
    answered = await face.fills("bea", form, answer="One & a letter.")
    assert "Your answer is on its way" in answered.text
    answer = await told(face, "ben", "has answered your question")
    assert "One & a letter." in answer.text
    assert (await face.taps("ben", answer, "Ask more")).form
    late = await face.fills("bea", await face.taps("bea", asked, "Answer"), answer="Two.")
    assert "This question is answered already." in late.text
    assert not [seen for seen in await face.channel() if "visa" in seen.text]


async def test_somebody_who_is_signed_up_by_mention_is_told_and_may_leave_with_one_tap(face: Face) -> None:
    group = await opened(face)
    added = await face.gives("admin", "group add", group=group, who="bea", issue="Heating")
    assert "is in Housing now. They are told in private" in added.text
    news = await told(face, "bea", "has signed you up for Housing.")
    assert "Heating" in news.text
    form = await face.taps("bea", news, "Show my name?")
    assert form.form["shown"].value == "no"
    assert "Saved for Housing." in (await filled(face, "bea", form, organisation="Homes for All", shown="yes")).text
    assert "You have left Housing." in (await face.taps("bea", news, "Leave")).text
