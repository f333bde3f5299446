"""The reviews that a coalition follows: added, moved, shown, and suggested to the other features."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from coalition_bot.command import Form, Reply, Tone
from coalition_bot.features.reviews.countries import MEMBERS, country_name
from coalition_bot.features.reviews.tables import ReviewBefore
from tests.story import Actor, House, words

US = {
    "state": "United States",
    "session": "36",
    "first_day": "4 May 2020",
    "first_day_is": "Confirmed",
    "review_day": "11 May 2020",
    "review_day_is": "Tentative",
    "source": "OHCHR, tentative timetable",
}


def follow(anna: Actor, **changes: str) -> Reply:
    """A coordinator adds the review of the story."""
    reply = anna.gives("review add", **(US | changes))
    assert isinstance(reply, Reply), words(reply)
    return reply


def test_a_coordinator_adds_the_review_of_the_story_and_everyone_sees_how_sure_it_is(house: House) -> None:
    anna = house.found()
    reply = follow(anna)
    assert reply.tone is Tone.DONE
    assert "United States, session 36 (May 2020)" in words(reply)
    shown = words(house.person("newcomer").says("/review show"))
    assert "Monday, 11 May 2020 (tentative, not yet official)" in shown
    assert "Monday, 4 May 2020 (confirmed)" in shown
    assert "OHCHR, tentative timetable" in shown
    assert "Monday, 2 September 2019" in shown, "the day of the last check is today unless given"


def test_a_state_that_is_typed_loosely_is_found(small_house: House) -> None:
    anna = small_house.found()
    assert [option.label for option in anna.options("review add", "state", "united s")] == ["United States"]
    assert anna.options("review add", "state", "united")[0].label.startswith("United")
    for typed in ("USA", "us", "United States of America", "US"):
        known = follow(anna, state=typed) if typed == "USA" else anna.gives("review add", **(US | {"state": typed}))
        expected = "now follows" if typed == "USA" else "follows United States, session 36 (May 2020) already"
        assert expected in words(known), typed
    unknown = anna.gives("review add", **(US | {"state": "Untied Stats"}))
    assert isinstance(unknown, Form)
    assert "Did you mean" in words(unknown)
    assert "United States" in words(unknown)


def test_every_member_of_the_united_nations_can_be_chosen_and_nobody_else(small_house: House) -> None:
    anna = small_house.found()
    assert len(MEMBERS) == len(set(MEMBERS)) == 193
    for code in MEMBERS:
        assert country_name(code) != code
        assert anna.options("review add", "state", country_name(code))[0].value == code
    assert anna.options("review add", "state", "Cote d")[0].label == "Côte d’Ivoire"
    assert anna.options("review add", "state", "Greenland") == []


def test_a_day_that_nobody_knows_is_estimated_and_never_shown_as_official(small_house: House) -> None:
    anna = small_house.found()
    reply = follow(anna, review_day="", review_day_is="")
    assert "Monday, 4 May 2020 (estimated, not official)" in words(reply)
    moved = anna.gives("review move", first_day="2 November 2020", source="OHCHR, 26 March 2020")
    assert "Monday, 2 November 2020 (estimated, not official)" in words(moved), "an estimate follows the session"


def test_a_review_moves_and_the_old_date_stays_as_history(house: House) -> None:
    anna = house.found()
    follow(anna)
    bob = house.person("bob")
    anna.gives("coalition role", who=bob.mention, role="coordinator")
    house.post()
    house.clock.set(datetime(2020, 3, 26, 12, 0, tzinfo=UTC))
    moved = anna.gives(
        "review move", first_day="2 November 2020", review_day="9 November 2020", source="OHCHR, postponed"
    )
    assert isinstance(moved, Reply)
    assert moved.tone is Tone.DONE, words(moved)
    assert "United States, session 36 (November 2020)" in words(moved)
    assert "geneva open" in words(moved), "open trips keep their own dates: say so"
    house.post()
    told = words(bob.inbox[-1].reply)
    assert "Monday, 9 November 2020 (moved, not yet confirmed anew); before: Monday, 11 May 2020 (tentative" in told
    before = house.db.read(
        lambda session: session.scalars(select(ReviewBefore), execution_options={"every_coalition": True}).one()
    )
    assert (before.review_day.isoformat(), before.review_source) == ("2020-05-11", "OHCHR, tentative timetable")
    confirmed = anna.gives("review move", dates_are="Confirmed", source="OHCHR, final timetable")
    assert "Monday, 9 November 2020 (confirmed)" in words(confirmed)
    assert "Thursday, 26 March 2020" in words(confirmed)


def test_a_coalition_follows_several_reviews_and_names_the_one_that_moves(small_house: House) -> None:
    anna = small_house.found()
    follow(anna)
    follow(anna, state="Honduras", review_day="5 May 2020")
    labels = [option.label for option in anna.options("review move", "review", "")]
    assert labels == ["Honduras, session 36 (May 2020)", "United States, session 36 (May 2020)"]
    asked = anna.gives("review move", review_day="6 May 2020", source="OHCHR")
    assert isinstance(asked, Form)
    moved = anna.fills(asked, review=anna.options("review move", "review", "hond")[0].value)
    assert "Wednesday, 6 May 2020 (moved" in words(moved)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"review_day": "1 May 2020"}, "before the session begins"),
        ({"session": "0"}, "such as 36"),
        ({"session": "36th"}, "whole number"),
        ({"session": "123456789"}, "such as 36"),
        ({"first_day": "31 Feb 2020"}, "31 Feb 2020"),
        ({"checked": "1 January 2027"}, "future"),
        ({"source": "x" * 10_001}, "too long"),
        ({"source": "\u202eevil"}, "cannot be shown"),
        ({"state": ""}, "State under review"),
        ({"state": "<!channel>"}, "not among the choices"),
    ],
)
def test_what_cannot_be_is_answered_with_a_sentence(small_house: House, changes: dict[str, str], said: str) -> None:
    anna = small_house.found()
    form = anna.gives("review add", **(US | changes))
    text = words(form)
    if not isinstance(form, Form):
        form = anna.taps(form, "Change my answers")
        assert "OHCHR" in words(form) or "source" in changes
    assert said in text
    assert "follows no review yet" in words(anna.says("/review show"))


def test_nothing_new_is_no_move(small_house: House) -> None:
    anna = small_house.found()
    follow(anna)
    assert "give a new day" in words(anna.gives("review move", source="OHCHR"))


def test_a_member_can_look_and_not_touch(small_house: House) -> None:
    anna = small_house.found()
    follow(anna)
    bob = small_house.person("bob")
    assert "for coordinators" in words(bob.gives("review add", **US))
    assert "for coordinators" in words(bob.gives("review move", review_day="12 May 2020", source="me"))
    assert bob.options("review move", "review", "") == []
    assert "11 May 2020" in words(bob.says("/review show"))


def test_another_coalition_sees_and_moves_nothing(house: House) -> None:
    anna = house.found()
    follow(anna)
    uid = anna.options("review move", "review", "")[0].value
    eve = house.found("eve", "Others", community="T2")
    assert eve.options("review move", "review", uid) == []
    assert "nothing yet to choose from" in words(eve.gives("review move", review=uid, source="x", dates_are="Moved"))
    assert "follows no review yet" in words(eve.says("/review show"))
    assert follow(eve).tone is Tone.DONE, "the same review is there for every coalition"
    guessed = eve.gives("review move", review=uid, review_day="12 May 2020", source="x")
    assert "not among the choices" in words(guessed)
    assert "11 May 2020 (tentative" in words(anna.says("/review show"))


def test_hostile_text_in_a_source_stays_text(small_house: House) -> None:
    anna = small_house.found()
    hostile = '@everyone <!channel> =HYPERLINK("http://x") <b>*x*</b>'
    reply = follow(anna, source=hostile)
    assert hostile in words(reply)
