"""A traveller's and a coordinator's way through the travel form."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coalition_bot.command import Form, Reply, Tone
from tests.story import Actor, House, words
from tests.test_reviews import follow
from tests.travel import ANSWERS, begin, fill, fill_all, narrow, open_trip, ready, status


def test_a_traveller_fills_in_the_form_in_three_sittings_on_a_narrow_platform(house: House) -> None:
    anna = ready(house)
    bob = narrow(house, anna)
    assert "Going to Geneva?" in words(bob.says("/coalition help"))

    # The first evening: the intent, with a slip, and a break before the last page.
    checklist = words(bob.says("/geneva form"))
    assert "Coming, and contact: not started" in checklist
    assert "Saturday, 9 May 2020 to Friday, 15 May 2020" in checklist
    assert "whoever runs this chat program can read what you type" in checklist
    first = begin(bob, "intent")
    assert [question.name for question in first.questions] == ["coming"]
    second = bob.fills(first, coming="not sure")
    assert isinstance(second, Form)
    assert len(second.questions) == 5
    assert second.questions[0].name == "unsure_because"
    wrong = bob.fills(second, unsure_because="visa, money", email="canary.mail", passport_name="Robert Miller")
    assert isinstance(wrong, Form)
    values = {question.name: question.value for question in wrong.questions}
    assert values["passport_name"] == "Robert Miller", "errors keep what was typed"
    assert values["email"] == "canary.mail"
    assert "does not look like an e-mail address" in words(wrong)
    third = bob.fills(wrong, email="canary.mail@example.org")
    assert isinstance(third, Form)
    assert [question.name for question in third.questions] == ["phone", "languages"]
    assert "Coming, and contact: 6 of 8" in status(bob), "what was on earlier pages is kept already"

    # Months later, in a program that was started anew, the form goes on where it was.
    house.clock.set(datetime(2020, 1, 20, 19, 0, tzinfo=UTC))
    again = House(house.db, house.clock)
    bob = again.person("bob", platform="narrow", community="D1")
    page: Form | Reply = begin(bob, "intent")
    page = bob.fills(page)
    assert isinstance(page, Form)
    assert {question.name: question.value for question in page.questions}["email"] == "canary.mail@example.org"
    page = bob.fills(bob.fills(page), phone="+41 22 917 12 34")
    assert isinstance(page, Reply)
    assert "Coming, and contact: done" in words(page)
    fill(bob, "entry", visa="unknown")
    assert "Still to be settled: Do you need a visa for Switzerland?" in status(bob)

    # The third evening: consents, and the visa is clear.
    house.clock.set(datetime(2020, 2, 3, 6, 0, tzinfo=UTC))
    fill(bob, "consents")
    fill(bob, "entry", visa="no", passport_valid="yes", insurance="yes")
    said = status(bob)
    assert "Missing" not in said
    assert "Still to be settled" not in said
    assert "The trip begins: Saturday, 9 May 2020" in said


def test_a_form_that_is_open_survives_a_restart(house: House) -> None:
    anna = ready(house)
    bob = narrow(house, anna)
    page = bob.fills(begin(bob, "entry"), **{k: v for k, v in ANSWERS["entry"].items() if k != "insurance"})
    again = House(house.db, house.clock).person("bob", platform="narrow", community="D1")
    reply = again.fills(page, insurance="yes")
    assert isinstance(reply, Reply)
    assert "Entry and visa: done" in words(reply)


def test_on_a_wide_platform_the_form_has_two_pages_and_is_prefilled(house: House) -> None:
    anna = ready(house)
    bob = house.person("bob")
    form = begin(bob, "intent")
    page = bob.fills(form, coming="Yes, in person")
    assert isinstance(page, Form)
    values = {question.name: question.value for question in page.questions}
    assert values["shown_name"] == "Bob", "what the bot knows is offered"
    assert "unsure_because" not in values
    assert page.last
    fill(bob, "intent")
    later = bob.fills(begin(bob, "intent"))
    assert {q.name: q.value for q in later.questions} == {  # type: ignore[union-attr]
        name: value for name, value in ANSWERS["intent"].items() if name != "coming"
    }
    assert "Yes, in person" in words(anna.says("/geneva list"))


def test_who_types_a_part_is_told_first_who_can_read_it_and_then_goes_on(small_house: House) -> None:
    ready(small_house)
    bob = small_house.person("bob")
    told = bob.says("/geneva entry")
    assert isinstance(told, Reply)
    assert "whoever runs this chat program" in words(told)
    form = bob.taps(told, "Review, United States, session 36 (May 2020)")
    assert isinstance(form, Form)
    bob.fills(form, visa="no")
    assert isinstance(bob.says("/geneva entry"), Form), "once is enough"


def test_online_asks_no_visa_and_no_asks_nothing(house: House) -> None:
    anna = ready(house)
    bob = house.person("bob")
    fill(bob, "entry")
    page = bob.fills(begin(bob, "intent"), coming="online")
    assert isinstance(page, Form)
    assert "passport_name" not in {question.name for question in page.questions}
    assert "Entry and visa: nothing to answer" in status(bob)
    reply = bob.fills(page)
    assert "not needed for this is deleted" in words(reply)
    assert "Nothing is asked here" in words(bob.says("/geneva entry"))
    assert "Bob |  | Online | complete | complete | 3 missing" in words(anna.says("/geneva list"))

    nobody = bob.fills(begin(bob, "intent"), coming="no")
    assert isinstance(nobody, Reply), "nothing more is asked"
    assert "nothing else is asked" in words(nobody)
    export = words(anna.says("/geneva list"))
    assert export.strip().endswith("No: 1")


def test_a_slip_on_the_first_page_deletes_nothing(small_house: House) -> None:
    ready(small_house)
    bob = small_house.person("bob")
    fill_all(bob)
    bob.fills(begin(bob, "intent"), coming="online")  # and the form is put away
    bob.fills(bob.fills(begin(bob, "intent"), coming="in person"))
    assert "Entry and visa: done" in status(bob)


def test_a_traveller_edits_later_and_withdraws(house: House) -> None:
    anna = ready(house)
    bob = house.person("bob")
    fill_all(bob)
    fill(bob, "intent", shown_name="Martin")
    assert "Martin | Human Rights Network | Yes, in person | complete | complete | complete" in words(
        anna.says("/geneva list")
    )
    asked = bob.says("/geneva withdraw")
    assert "Nobody can undo it" in words(asked)
    assert "Coming, and contact: done" in status(bob), "nothing happens before the button"
    gone = bob.taps(asked, "Withdraw and delete")
    assert "your answers for it are deleted" in words(gone)
    assert bob.taps(asked, "Withdraw and delete") == bob.says("/geneva withdraw"), "a second tap says so"
    listed = words(anna.says("/geneva list"))
    assert "Withdrawn: 1" in listed
    assert "Martin" not in listed
    assert "Human Rights Network" not in listed
    exported = words(bob.says("/my export")) + str(getattr(bob.says("/my export"), "file", ""))
    assert "Canary" not in exported
    back = bob.fills(begin(bob, "intent"), coming="in person")
    assert isinstance(back, Form), "the door stays open"
    assert all("Canary" not in question.value for question in back.questions)


def test_several_trips_share_what_is_the_same_and_each_has_its_own_rest(house: House) -> None:
    anna = ready(house)
    bob = house.person("bob")
    fill_all(bob)
    open_trip(anna, kind="pre-session", first_day="2020-04-06", last_day="2020-04-08")
    choose = bob.says("/geneva form")
    labels = [button.label for button in choose.buttons]  # type: ignore[union-attr]
    assert labels == [
        "Pre-session, United States, session 36 (May 2020)",
        "Review, United States, session 36 (May 2020)",
    ]
    pre = words(bob.taps(choose, labels[0]))
    assert "Coming, and contact: 6 of 7" in pre, "name, mail, phone and so on are known"
    assert "Entry and visa: 2 of 6" in pre
    assert "Consents: not started" in pre
    which = bob.says("/geneva intent")
    assert "Which trip do you mean?" in words(which)
    form = bob.taps(which, labels[0])
    assert isinstance(form, Form)
    assert form.questions[0].value == "", "the intent is asked per trip"
    bob.fills(form, coming="no")
    asked = bob.says("/geneva status")
    assert "Entry and visa: done" in words(bob.taps(asked, labels[1])), "a No to one trip leaves the other alone"
    listing = anna.says("/geneva list")
    assert isinstance(listing, Form), "a coordinator is asked which trip"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"last_day": "2020-05-01"}, "before the first"),
        ({"last_day": "2020-12-01"}, "at most 60 days"),
        ({"first_day": "2019-08-01", "last_day": "2019-08-05"}, "over already"),
        ({"first_day": "2024-05-09", "last_day": "2024-05-15"}, "very far ahead"),
        ({"kind": "holiday"}, "not among the choices"),
        ({"place": "\u202eevil"}, "cannot be shown"),
    ],
)
def test_a_trip_with_impossible_dates_is_refused(small_house: House, changes: dict[str, str], said: str) -> None:
    anna = small_house.found()
    assert "add the review first" in words(anna.says("/geneva open"))
    follow(anna)
    trip = {"kind": "review", "first_day": "2020-05-09", "last_day": "2020-05-15"}
    assert said in words(anna.gives("geneva open", **(trip | changes)))
    assert "No trip is open" in words(anna.says("/geneva form"))


def test_a_trip_moves_closes_and_opens_again(small_house: House) -> None:
    anna = ready(small_house)
    bob = small_house.person("bob")
    fill(bob, "intent")
    moved = open_trip(anna, first_day="2020-11-07", last_day="2020-11-13")
    assert "has new dates" in words(moved)
    assert "All answers are deleted after: Sunday, 13 December 2020" in words(moved)
    form = begin(bob, "entry")
    closed = anna.says("/geneva close")
    assert isinstance(closed, Reply)
    assert closed.tone is Tone.DONE, words(closed)
    late = bob.fills(form, **ANSWERS["entry"])
    assert isinstance(late, Form), "what was typed is not lost"
    assert "is closed" in words(late)
    assert "closed already" in words(anna.says("/geneva close"))
    assert "No trip is open" in words(bob.says("/geneva form"))
    assert "Coming, and contact: done" in status(bob), "one's own answers stay in sight"
    open_trip(anna, first_day="2020-11-07", last_day="2020-11-13")
    reply = bob.fills(late)
    assert isinstance(reply, Reply)
    assert "Entry and visa: done" in words(reply)


def test_the_form_closes_in_geneva_at_the_end_of_the_last_day(small_house: House) -> None:
    ready(small_house)
    bob = small_house.person("bob")
    fill(bob, "intent")
    small_house.clock.set(datetime(2020, 5, 15, 21, 59, tzinfo=UTC))
    assert "The trip ends: Friday, 15 May 2020" in status(bob)
    form = begin(bob, "entry")
    small_house.clock.forward(minutes=1)  # midnight in Geneva
    assert "is closed" in words(bob.fills(form, visa="no"))
    assert "All answers are deleted after: Sunday, 14 June 2020" in status(bob)


def test_two_submissions_at_once_store_one_answer(house: House) -> None:
    from threading import Thread

    ready(house)
    bob = house.person("bob")
    forms = [begin(bob, "consents") for _ in range(2)]
    outcomes: list[Reply | Form] = []
    threads = [
        Thread(target=lambda form=form: outcomes.append(bob.fills(form, **ANSWERS["consents"]))) for form in forms
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(isinstance(outcome, Reply) and outcome.tone is Tone.DONE for outcome in outcomes), outcomes
    assert "Consents: done" in status(bob)


def test_nobody_without_answers_can_withdraw(small_house: House) -> None:
    ready(small_house)
    bob: Actor = small_house.person("bob")
    for command in ("/geneva status", "/geneva withdraw"):
        assert "not answered anything" in words(bob.says(command))
