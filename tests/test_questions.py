"""Questions to the people in charge: asked, assigned, answered, and reminded of while they stay open."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from coalition_bot.command import Form, Reply
from coalition_bot.features.questions.tables import Asked
from tests.story import Actor, House, words
from tests.test_groups import no, ok
from tests.travel import nights

SECRET = "My landlord threatens me; may I speak under another name?"


def asks(member: Actor, topic: str = "other", question: str = SECRET) -> Reply:
    return ok(member.gives("coalition ask", topic=topic, question=question))


def in_charge(anna: Actor, topic: str, whom: Actor) -> None:
    ok(whom.fills(whom.says("/my details")))
    ok(anna.gives("coalition contact", topic=topic, who=whom.mention))


def told(who: Actor) -> list[str]:
    """What came in private so far."""
    return [words(parcel.reply) for parcel in who.inbox]


def presses(who: Actor, label: str) -> Reply | Form:
    """Press a button under the newest private message."""
    return who.taps(who.inbox[-1].reply, label)


def test_a_question_goes_to_whoever_is_in_charge_and_the_answer_comes_back(house: House) -> None:
    anna, amina, maria = house.found(), house.person("amina"), house.person("maria")
    in_charge(anna, "travel", amina)
    form = maria.says("/coalition ask")
    said = words(ok(maria.fills(form, topic="travel", question=SECRET)))
    assert "Amina" in said
    house.post()
    assert [SECRET in each for each in told(amina)] == [True]
    assert told(anna) == []

    answer = presses(amina, "Answer")
    ok(amina.fills(answer, answer="Yes: an alias is fine."))
    house.post()
    assert "an alias is fine" in told(maria)[-1]
    assert "Amina has answered" in told(maria)[-1]
    assert "already" in no(amina.gives("coalition answer", about=_uid(house), answer="Again"))


def test_without_anybody_in_charge_all_coordinators_are_asked(house: House) -> None:
    anna, maria, ben = house.found(), house.person("maria"), house.person("ben")
    ok(anna.gives("coalition role", who=ben.mention, role="coordinator"))
    house.post()
    asks(maria)
    house.post()
    assert SECRET in told(anna)[-1]
    assert SECRET in told(ben)[-1]


def test_an_open_question_is_reminded_of_and_in_the_end_every_coordinator_hears(house: House) -> None:
    anna, amina, maria = house.found(), house.person("amina"), house.person("maria")
    in_charge(anna, "travel", amina)
    asks(maria, "travel")
    began = house.clock.now()
    at_once = [(house.clock.now(), parcel) for parcel in house.post()]
    went = at_once + house.until(began + timedelta(days=30))
    to = [(round((at - began) / timedelta(days=1)), str(parcel.place)) for at, parcel in went]
    assert to == [(0, amina.mention), (2, amina.mention), (5, amina.mention), (7, anna.mention)]
    assert "has waited 5 days" in told(amina)[-1]
    ok(anna.fills(presses(anna, "Answer"), answer="Sorry for the wait. Yes."))


def test_an_answered_question_is_not_reminded_of(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    asks(maria)
    house.post()
    ok(anna.fills(presses(anna, "Answer"), answer="Yes."))
    house.post()
    house.until(house.clock.now() + timedelta(days=30))
    assert len(told(anna)) == 1
    assert len(told(maria)) == 1


def test_a_question_is_given_to_somebody_else_who_is_reminded_instead(house: House) -> None:
    anna, amina, maria = house.found(), house.person("amina"), house.person("maria")
    asks(maria)
    house.post()
    ok(anna.fills(presses(anna, "Give it to somebody else"), who=amina.mention))
    house.post()
    assert SECRET in told(amina)[-1]
    house.until(house.clock.now() + timedelta(days=3))
    assert "has waited 2 days" in told(amina)[-1]
    assert "already" in no(anna.gives("coalition assign", about=_uid(house), who=amina.mention))
    assert "asked this" in no(anna.gives("coalition assign", about=_uid(house), who=maria.mention))


def test_only_those_in_charge_read_and_answer(house: House) -> None:
    anna, amina, maria, eve = house.found(), house.person("amina"), house.person("maria"), house.person("eve")
    in_charge(anna, "travel", amina)
    asks(maria, "travel")
    asks(eve, "groups", "Which group is for me?")
    uid = _uid(house)
    assert SECRET not in words(eve.gives("coalition questions"))
    assert "any more" in no(eve.gives("coalition questions", about=uid))
    no(eve.gives("coalition answer", about=uid, answer="I am not in charge"))
    no(eve.gives("coalition assign", about=uid, who=eve.mention))
    assert eve.options("coalition answer", "about") == []
    assert SECRET in words(amina.says("/coalition questions"))
    assert "Which group is for me?" in words(anna.says("/coalition questions"))
    assert "Which group is for me?" not in words(amina.says("/coalition questions"))
    assert "open, with Amina" in words(maria.says("/coalition questions"))


def test_coordinators_name_topics_of_their_own(house: House) -> None:
    anna, amina, maria = house.found(), house.person("amina"), house.person("maria")
    in_charge(anna, "Translations", amina)
    assert "Translations | Amina" in words(maria.says("/coalition contacts"))
    assert "Translations" in [option.label for option in maria.options("coalition ask", "topic", "transl")]
    assert "Amina" in words(asks(maria, "translations"))
    ok(anna.gives("coalition contact", topic="Translations", remove="yes"))
    assert "Translations | the coordinators" in words(maria.says("/coalition contacts"))
    assert "ordinary letters" in no(anna.gives("coalition contact", topic="\u200b...", who=amina.mention))
    assert "who" in no(anna.gives("coalition contact", topic="travel")).lower()
    no(maria.gives("coalition contact", topic="travel", who=maria.mention))


def test_words_are_sealed_and_go_with_the_person(house: House) -> None:
    anna, amina, maria = house.found(), house.person("amina"), house.person("maria")
    in_charge(anna, "travel", amina)
    asks(maria, "travel")
    asks(amina, "groups", "Where is the calendar?")
    stored = house.db.read(
        lambda session: session.scalars(select(Asked.sealed), execution_options={"every_coalition": True}).all()
    )
    assert all(SECRET.encode() not in each for each in stored)
    file = maria.taps(maria.says("/my profile"), "Everything you have of me")
    assert isinstance(file, Reply)
    assert file.file
    assert SECRET.encode() in file.file.open().read()

    house.post()
    before = len(told(anna))
    ok(amina.taps(amina.says("/my forget"), "Delete everything"))
    house.post()
    assert any(SECRET in each for each in told(anna)[before:]), "what was hers to answer goes to the coordinators"
    assert "the coordinators" in words(maria.says("/coalition contacts"))
    assert "calendar" not in words(anna.says("/coalition questions"))
    ok(maria.taps(maria.says("/my forget"), "Delete everything"))
    assert "There is no question" in words(anna.says("/coalition questions"))


def test_nobody_asks_without_end(house: House) -> None:
    house.found()
    maria = house.person("maria")
    for number in range(10):
        asks(maria, question=f"Question {number}")
    assert "open questions" in no(maria.gives("coalition ask", topic="other", question="One more"))


def test_an_answer_long_ago_is_let_go(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    nights(house)
    asks(maria)
    house.post()
    ok(anna.fills(presses(anna, "Answer"), answer="Yes."))
    assert "answered" in words(maria.says("/coalition questions"))
    house.until(house.clock.now() + timedelta(days=3))
    assert "answered" in words(maria.says("/coalition questions"))
    house.clock.forward(days=366)
    house.post()
    assert "There is no question" in words(maria.says("/coalition questions"))


def _uid(house: House) -> str:
    """The name of the first question."""
    first = select(Asked.uid).order_by(Asked.id).limit(1)
    return house.db.read(lambda session: session.scalar(first, execution_options={"every_coalition": True}) or "")
