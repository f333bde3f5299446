"""What the stories of the travel form share: a coalition with a trip open, and somebody who fills in the form."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from coalition_bot.command import Form, Reply, Tone
from coalition_bot.people import Place
from tests.story import Actor, House, words
from tests.test_reviews import follow

FIRST, LAST = date(2020, 5, 9), date(2020, 5, 15)
PARTS = {"intent": "Coming, and contact", "entry": "Entry and visa", "consents": "Consents"}
ANSWERS = {
    "intent": {
        "coming": "in person",
        "shown_name": "Swift",
        "organisation": "Human Rights Network",
        "passport_name": "Canary Passport Name",
        "email": "canary.mail@example.org",
        "phone": "+41 22 917 12 34",
        "languages": "Canary Language",
    },
    "entry": {
        "residence": "Canary Residence",
        "nationality": "Canary Nationality",
        "visa": "yes",
        "passport_valid": "renewing",
        "invitation": "yes",
        "insurance": "arranging",
    },
    "consents": {"photo": "none", "conduct": "yes", "privacy": "yes"},
}
CANARIES = ("Canary", "canary.mail", "917 12 34", "Canary Passport Name", "Canary Language", "Canary Residence")


def open_trip(coordinator: Actor, **changes: str) -> Reply:
    """A coordinator opens the trip to the review of the story."""
    trip = {"kind": "review", "first_day": FIRST.isoformat(), "last_day": LAST.isoformat(), "place": "Geneva"}
    reply = coordinator.gives("geneva open", **(trip | changes))
    assert isinstance(reply, Reply), words(reply)
    assert reply.tone is Tone.DONE, words(reply)
    return reply


def ready(house: House) -> Actor:
    """A coalition that follows the review of the story and has its trip open; returns the coordinator."""
    anna = house.found()
    follow(anna)
    open_trip(anna)
    return anna


def narrow(house: House, anna: Actor, account: str = "bob") -> Actor:
    """Somebody on the platform that shows five questions at a time."""
    code = anna.says("/coalition connect")
    assert isinstance(code, Reply)
    admin = house.person("dora", platform="narrow", community="D1", admin=True)
    joined = admin.says(f"{code.facts[0].value} here")
    assert isinstance(joined, Reply), words(joined)
    return Actor(house, replace(admin.visitor, account=account, name=account.title(), admin=False), admin.place)


def begin(person: Actor, part: str) -> Form:
    """Open a part from the checklist."""
    checklist = person.says("/geneva form")
    form = person.taps(checklist, PARTS[part])
    assert isinstance(form, Form), words(form)
    return form


def fill(person: Actor, part: str, **changes: str) -> Reply:
    """Fill in a part to its end."""
    answers = ANSWERS[part] | changes
    page: Form | Reply = begin(person, part)
    while isinstance(page, Form):
        asked = {question.name for question in page.questions}
        assert not page.problem, page.problem
        assert not any(question.problem for question in page.questions), words(page)
        page = person.fills(page, **{name: answers[name] for name in asked & answers.keys()})
    assert page.tone is Tone.DONE, words(page)
    return page


def fill_all(person: Actor) -> None:
    """Fill in the whole form."""
    for part in PARTS:
        fill(person, part)


def status(person: Actor) -> str:
    """What `/geneva status` says."""
    return words(person.says("/geneva status"))


def night_after(day: date) -> datetime:
    """Shortly after the nightly work of the day after."""
    return datetime.combine(day + timedelta(days=1), time(3, 30), tzinfo=UTC)


def nights(house: House) -> None:
    """From now on there is nightly work, as a running dispatcher sees to it."""
    house.db.write(house.dispatcher._begin)


def account(person: Actor) -> str:
    """The person's account as drafts and messages know it."""
    return str(Place(person.place.platform, person.place.community, account=person.visitor.account))
