"""What protects travellers: sealed answers, one declaration per answer, retention day by day, a wall between people."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from coalition_bot import drafts
from coalition_bot.bot import Bot
from coalition_bot.command import Command, Form, Reply
from coalition_bot.db import Database
from coalition_bot.features import FEATURES
from coalition_bot.features.geneva import delegation
from coalition_bot.features.geneva.mine import CONDUCT
from coalition_bot.features.geneva.parts import BEFORE_YOU_TYPE, Consents, Entry, Intent
from coalition_bot.features.geneva.questions import (
    BY_NAME,
    CONDUCT_VERSION,
    DESK_WORDS,
    FIELDS,
    NOTICE_VERSION,
    Coming,
    Desk,
    Part,
    TravelField,
)
from coalition_bot.features.geneva.tables import Answer, SharedAnswer, Trip
from coalition_bot.fields import Problem
from coalition_bot.history import Happening, Reading
from coalition_bot.vault import Vault
from tests.story import LIMITS, Actor, House, words
from tests.travel import (
    ANSWERS,
    CANARIES,
    LAST,
    PARTS,
    account,
    begin,
    fill,
    fill_all,
    narrow,
    night_after,
    nights,
    open_trip,
    ready,
    status,
)

ALL = {"every_coalition": True}
TABLES = (Answer, SharedAnswer)
# Raise the version in questions.py when a text that people agree to changes, and put the new digest here.
AGREED = {("notice", "1"): "3554532b60e6", ("conduct", "1"): "ad1ea0c2b973"}


# One declaration per answer


@pytest.mark.parametrize("declared", FIELDS, ids=lambda declared: declared.name)
def test_every_answer_has_a_purpose_an_audience_and_an_end(declared: TravelField) -> None:
    assert len(declared.purpose) > 10
    assert declared.desk in DESK_WORDS
    assert declared.kept_days > 0
    told = f"{declared.purpose} Seen by: {declared.desk}. Kept: {declared.kept_days} days after the trip."
    assert declared.help == told, "what people read is what is done"
    # A question's label and description: https://docs.discord.com/developers/components/reference#label
    assert len(declared.label) <= 45
    assert len(declared.help) <= 100


def test_every_answer_is_asked_in_its_part_and_only_there() -> None:
    commands: dict[Part, type[Command]] = {Part.INTENT: Intent, Part.ENTRY: Entry, Part.CONSENTS: Consents}
    for part, command in commands.items():
        asked = [field.name for field in command.spec.fields if not field.carried]
        assert asked == [declared.name for declared in FIELDS if declared.part is part]
        for field in command.spec.fields:
            if not field.carried:
                assert field.required is BY_NAME[field.name].essential
                assert field.help == BY_NAME[field.name].help


def test_only_three_answers_are_not_sensitive_and_only_they_are_listed() -> None:
    plain = {declared.name for declared in FIELDS if not declared.sensitive}
    assert plain == {"coming", "shown_name", "organisation"} == set(delegation.SHOWN)
    assert all(BY_NAME[name].desk is Desk.COORDINATORS for name in plain)


def test_a_form_that_was_put_away_goes_before_any_answer_has_to() -> None:
    assert min(declared.kept_days for declared in FIELDS) > drafts.DRAFT_DAYS


def test_a_text_that_people_agree_to_changes_with_its_version() -> None:
    notice = "\n".join([BEFORE_YOU_TYPE, *DESK_WORDS.values(), *(f"{each.label} {each.help}" for each in FIELDS)])
    digests = {
        ("notice", NOTICE_VERSION): hashlib.sha256(notice.encode()).hexdigest()[:12],
        ("conduct", CONDUCT_VERSION): hashlib.sha256(CONDUCT.encode()).hexdigest()[:12],
    }
    assert digests == AGREED


# Sealed at rest


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """Every log line at DEBUG, of ours and of all libraries."""
    lines: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage() + str(record.exc_info or ""))

    root, ear = logging.getLogger(), Ear(logging.DEBUG)
    before = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    with capture_logs() as ours:
        yield lines
        lines.extend(str(entry) for entry in ours)
    root.removeHandler(ear)
    root.setLevel(before)


def test_no_sensitive_answer_is_in_clear_anywhere(heard: list[str], small_house: House) -> None:
    anna = ready(small_house)
    bob = narrow(small_house, anna)
    fill_all(bob)
    left_open = bob.fills(begin(bob, "entry"), nationality="Canary Nationality Draft", visa="no")
    assert isinstance(left_open, Form)
    refused = bob.fills(begin(bob, "intent"), coming="in person")
    bob.fills(refused, email="canary.mail no", passport_name="Canary Passport Name 12345678")
    bob.says("/geneva intent coming=online languages=Canary email=canary.mail")
    bob.says("/my export")
    anna.says("/geneva export")
    anna.says("/geneva list")
    small_house.post()

    stored = _file(small_house.db)
    assert b"Swift" in stored, "what is meant for the list is not sealed"
    for canary in CANARIES:
        assert canary.encode() not in stored
        assert canary not in " ".join(heard)
    for parcel in small_house.postboxes["wide"].parcels:
        assert "Canary" not in words(parcel.reply)


def test_no_sensitive_answer_is_in_clear_in_any_table(house: House) -> None:
    anna = ready(house)
    fill_all(narrow(house, anna))
    dump = house.db.read(_dump)
    assert "Swift" in dump
    assert not [canary for canary in CANARIES if canary in dump]


@pytest.mark.parametrize("way", ["withdraw", "forget", "purge"])
def test_after_leaving_no_copy_is_left_not_even_a_sealed_one(small_house: House, way: str) -> None:
    anna = ready(small_house)
    nights(small_house)
    bob = narrow(small_house, anna)
    fill_all(bob)
    fill(bob, "intent", languages="Canary Language, and another")
    bob.fills(begin(bob, "entry"), nationality="Canary", visa="no")
    sealed = small_house.db.read(_sealed)
    assert len(sealed) >= 14
    if way == "withdraw":
        bob.taps(bob.says("/geneva withdraw"), "Withdraw and delete")
    elif way == "forget":
        bob.taps(bob.says("/my forget"), "Delete everything")
    else:
        small_house.clock.set(night_after(LAST + timedelta(days=30)))
        small_house.post()
    _checkpoint(small_house.db)
    stored = _file(small_house.db)
    assert not [blob for blob in sealed if blob in stored]
    assert not small_house.db.read(_sealed)


def test_a_sealed_answer_opens_in_its_own_row_only(house: House) -> None:
    ready(house)
    bob, eve = house.person("bob"), house.person("eve")
    fill_all(bob)
    fill(eve, "entry", nationality="Elsewhere")

    def swap(session: Session) -> None:
        rows = {(row.person_id, row.field): row for row in _rows(session, SharedAnswer)}
        people = sorted({person for person, _field in rows})
        bobs, eves = people[0], people[1]
        rows[eves, "nationality"].sealed = rows[bobs, "nationality"].sealed  # another person's
        rows[eves, "residence"].sealed = rows[eves, "nationality"].sealed  # another field's

    house.db.write(swap)
    page = begin(eve, "entry")
    values = {question.name: question.value for question in page.questions}
    assert values["nationality"] == values["residence"] == ""
    assert values["visa"] == "yes"
    assert "Nationality" in status(eve), "what cannot be read is still to be settled"
    fill(eve, "entry", nationality="Elsewhere")
    assert {q.name: q.value for q in begin(eve, "entry").questions}["nationality"] == "Elsewhere"


def test_with_a_wrong_key_nobody_sees_an_answer_and_nobody_is_held_up(house: House) -> None:
    anna = ready(house)
    bob = house.person("bob")
    fill_all(bob)
    house.vault = Vault([b"x" * 32])
    house.bot = Bot(FEATURES, house.db, house.vault, house.clock, LIMITS)
    assert "Swift | Human Rights Network | Yes, in person" in words(anna.says("/geneva list"))
    assert "Entry and visa: done" in status(bob)
    assert {q.value for q in begin(bob, "entry").questions} == {""}
    exported = bob.says("/my export")
    assert isinstance(exported, Reply)
    assert exported.file
    assert b"(cannot be opened)" in exported.file.content
    fill_all(house.person("eve"))
    bob.taps(bob.says("/geneva withdraw"), "Withdraw and delete")
    assert "Withdrawn: 1" in words(anna.says("/geneva list"))


# A wall between people


def test_another_coalition_guesses_in_vain(house: House) -> None:
    ready(house)
    bob = house.person("bob")
    fill_all(bob)
    (uid,) = house.db.read(lambda session: [trip.uid for trip in session.scalars(select(Trip), execution_options=ALL)])
    eve = house.found("eve", "Others", community="T2")
    for command in ("geneva form", "geneva status", "geneva withdraw", "geneva intent", "geneva list", "geneva export"):
        reply = eve.gives(command, trip=uid, sure="yes")
        assert "United States" not in words(reply), command
        assert "Swift" not in words(reply), command
        assert getattr(reply, "file", None) is None
    form = eve.gives("geneva entry", trip=uid)
    kept = eve.fills(form, visa="yes")
    assert "I don't know this trip" in words(kept)
    assert eve.options("geneva list", "trip", uid) == []
    assert "Entry and visa: done" in status(bob)


@pytest.mark.parametrize("command", ["geneva list", "geneva export", "geneva open", "geneva close"])
def test_a_member_cannot_use_what_is_the_coordinators(small_house: House, command: str) -> None:
    ready(small_house)
    bob = small_house.person("bob")
    fill_all(bob)
    reply = small_house.person("eve").gives(command)
    assert "for coordinators" in words(reply)
    assert "Swift" not in words(reply)
    assert small_house.db.read(lambda session: _rows(session, Reading)) == []


def test_coordinators_see_who_comes_and_what_is_missing_and_each_look_is_noted(house: House) -> None:
    anna = ready(house)
    fill_all(house.person("bob"))
    eve = house.person("eve")
    fill(eve, "entry")
    reply = anna.says("/geneva list")
    assert isinstance(reply, Reply)
    assert reply.table
    assert reply.table.columns[:3] == ("Name", "Organisation", "Coming")
    assert reply.table.rows == (
        ("Eve", "", "not said yet", "7 missing", "complete", "3 missing"),
        ("Swift", "Human Rights Network", "Yes, in person", "complete", "complete", "complete"),
    )
    exported = anna.says("/geneva export")
    assert isinstance(exported, Reply)
    assert exported.file
    content = exported.file.open().read().decode("utf-8-sig")
    assert 'Swift,Human Rights Network,"Yes, in person",complete,complete,complete' in content
    assert not [canary for canary in CANARIES if canary in content + words(reply)]
    looks = house.db.read(lambda session: _rows(session, Reading))
    assert [look.what for look in looks] == [
        "travel: name, organisation, attendance",
        "travel file: name, organisation, attendance",
    ]
    assert all(look.about.startswith("trip=") for look in looks)


def test_a_formula_in_a_name_is_harmless_in_the_file(small_house: House) -> None:
    anna = ready(small_house)
    hostile = "=HYPERLINK(1)@everyone <!channel>"
    fill(small_house.person("bob"), "intent", shown_name=hostile)
    exported = anna.says("/geneva export")
    assert isinstance(exported, Reply)
    assert exported.file
    assert f"'{hostile}" in exported.file.open().read().decode()


DOCUMENTS = (
    ("passport_name", "Robert Miller X1234567", "number of a passport"),
    ("passport_name", "Robert Miller 123 456 789", "number of a passport"),
    ("passport_name", "Robert 12AB34567", "number of a passport"),
    ("passport_name", "Robert Ｘ１２３４５６７", "number of a passport"),
    ("passport_name", "روبرت ١٢٣٤٥٦٧٨", "number of a passport"),
    ("shown_name", "Robert, born 12.03.1985", "date of birth"),
    ("shown_name", "Robert 12/03/85", "date of birth"),
    ("shown_name", "Robert 1985-03-12", "date of birth"),
    ("shown_name", "Robert, 12 March 1985", "date of birth"),
    ("shown_name", "Robert, March 12, 1985", "date of birth"),
    ("shown_name", "Robert, 12 de marzo de 1985", "date of birth"),
    ("organisation", "CH93 0076 2011 6238 5295 7", "bank account"),
    ("organisation", "GB29NWBK60161331926819", "bank account"),
    ("languages", "4539 1488 0343 6467", "bank account"),
    ("languages", "https://example.org/passport.jpg", "no links"),
    ("phone", "X1234567", "country's code"),
    ("phone", "123456789", "country's code"),
    ("phone", "+4539 1488 0343 6467", "country's code"),
    ("phone", "0041 CH93 0076", "country's code"),
    ("email", "12.03.1985", "name@example.org"),
    ("email", "a@b@c.org", "name@example.org"),
    ("email", "x" * 300 + "@example.org", "254 characters"),
    ("passport_name", "Robert\u202eMiller", "cannot be shown"),
    ("passport_name", "x" * 10_001, "far too long"),
    ("passport_name", "Robert\x00Miller", "cannot be shown"),
)


def test_what_looks_like_a_document_is_refused_with_the_reason(small_house: House) -> None:
    ready(small_house)
    bob = small_house.person("bob")
    page = bob.fills(begin(bob, "intent"), coming="in person")
    assert isinstance(page, Form)
    rest = {question.name: question.value for question in page.questions}
    for question, typed, said in DOCUMENTS:
        wrong = bob.fills(page, **(rest | {question: typed}))
        assert isinstance(wrong, Form), typed
        problems = {asked.name: asked.problem for asked in wrong.questions if asked.problem}
        assert said in problems[question], typed
        assert len(problems) == 1, typed
    assert {row.field for row in small_house.db.read(_answers)} == {"coming"}


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        ("organisation", "11.11.11"),
        ("organisation", "Groep 484"),
        ("organisation", "4th World Coalition (2019-2020)"),
        ("shown_name", "Ana María d’Ávila-Núñez"),
        ("shown_name", "R2D2"),
        ("passport_name", "ဒေါ်အောင်ဆန်းစုကြည်"),
        ("phone", "+1 (202) 555-0143"),
        ("email", "x1234567@example.org"),
    ],
)
def test_an_honest_answer_is_not_taken_for_a_document(question: str, typed: str) -> None:
    check = BY_NAME[question].check
    assert check
    assert check(typed) == typed


def test_a_check_says_no_in_words() -> None:
    with pytest.raises(Problem, match="leave it out"):
        BY_NAME["organisation"].check("C01X00T47")  # type: ignore[misc]


# Kept until, and no day longer


def test_each_answer_is_there_on_its_last_day_and_gone_the_night_after(house: House) -> None:
    ready(house)
    nights(house)
    bob = house.person("bob")
    fill(bob, "intent", coming="not sure", unsure_because="visa")
    fill(bob, "entry")
    fill(bob, "consents")
    for days in sorted({declared.kept_days for declared in FIELDS}):
        last = LAST + timedelta(days=days)
        for night in (last - timedelta(days=1), last):
            house.clock.set(night_after(night))
            house.post()
            day = night + timedelta(days=1)  # the night has gone over into this one
            expected = {each.name for each in FIELDS if LAST + timedelta(days=each.kept_days) >= day}
            assert {row.field for row in house.db.read(_answers)} == expected, day


def test_the_purge_leaves_a_trace_without_data(house: House) -> None:
    ready(house)
    nights(house)
    fill_all(house.person("bob"))
    house.clock.set(night_after(LAST + timedelta(days=30)))
    house.post()
    assert house.db.read(_answers) == []
    traces = [row for row in house.db.read(lambda s: _rows(s, Happening)) if row.what == "travel.purge"]
    assert sorted(re.sub(r"trip:\d+", "trip", trace.about) for trace in traces) == [
        "shared answers:8",
        "trip answers:8",
    ]
    assert all(trace.actor_id is None and trace.whom_id is None for trace in traces)
    house.clock.forward(days=1)
    house.post()
    assert len([row for row in house.db.read(lambda s: _rows(s, Happening)) if row.what == "travel.purge"]) == 2


def test_what_is_shared_stays_for_the_latest_trip_and_what_is_per_trip_goes_with_its_own(house: House) -> None:
    anna = ready(house)
    nights(house)
    bob = house.person("bob")
    open_trip(anna, kind="pre-session", first_day="2020-04-06", last_day="2020-04-08")
    for part in PARTS:
        for trip in ("Pre-session", "Review"):
            _fill_for(bob, part, trip)
    house.clock.set(night_after(date(2020, 4, 8) + timedelta(days=30)))
    house.post()
    left = house.db.read(_answers)
    assert {row.field for row in left if isinstance(row, SharedAnswer)} == {d.name for d in FIELDS if d.shared}
    assert len({row.trip_id for row in left if isinstance(row, Answer)}) == 1
    assert "Coming, and contact: done" in status(bob)
    house.clock.set(night_after(LAST + timedelta(days=30)))
    house.post()
    assert house.db.read(_answers) == []


def test_when_a_trip_moves_the_answers_stay_until_after_the_new_date(house: House) -> None:
    anna = ready(house)
    nights(house)
    bob = house.person("bob")
    fill_all(bob)
    house.clock.set(night_after(date(2020, 3, 26)))
    open_trip(anna, first_day="2020-11-07", last_day="2020-11-13")
    house.clock.set(night_after(date(2020, 12, 12)))
    house.post()
    assert "Consents: done" in status(bob)
    house.clock.set(night_after(date(2020, 12, 13)))
    house.post()
    assert house.db.read(_answers) == []


def test_what_is_not_needed_any_more_goes_in_the_night_at_the_latest(house: House) -> None:
    ready(house)
    nights(house)
    bob = house.person("bob")
    fill_all(bob)
    bob.fills(begin(bob, "intent"), coming="online")  # and the last page is never sent
    house.clock.forward(days=1)
    house.post()
    left = {row.field for row in house.db.read(_answers)}
    assert left == {declared.name for declared in FIELDS if Coming.ONLINE in declared.asked_of}


# Taking along, forgetting, becoming one person


def test_everybody_gets_all_own_answers_and_nobody_elses(house: House) -> None:
    ready(house)
    bob, eve = house.person("bob"), house.person("eve")
    fill_all(bob)
    fill(eve, "entry", nationality="Elsewhere")
    exported = bob.says("/my export")
    assert isinstance(exported, Reply)
    assert exported.file
    assert b"Elsewhere" not in exported.file.open().read()
    mine = json.loads(exported.file.open().read())["geneva"]
    answers = {name: told["answer"] for name, told in mine["for_all_trips"].items()}
    (trip,) = mine["trips"]
    answers |= {name: told["answer"] for name, told in trip["answers"].items()}
    assert answers == ANSWERS["intent"] | ANSWERS["entry"] | ANSWERS["consents"]
    assert trip["answers"]["privacy"]["version"] == NOTICE_VERSION
    assert trip["answers"]["privacy"]["since"].startswith("2019-09-02")
    assert trip["answers"]["visa"]["kept_until"] == "2020-06-14"


def test_a_consent_keeps_the_time_at_which_it_was_given(small_house: House) -> None:
    ready(small_house)
    bob = small_house.person("bob")
    fill(bob, "consents")
    small_house.clock.forward(days=3)
    fill(bob, "consents", photo="named")
    since = {row.field: row.updated_at.day for row in small_house.db.read(_answers)}
    assert since == {"privacy": 2, "conduct": 2, "photo": 5}


def test_two_accounts_that_become_one_keep_the_newer_answers_readable(house: House) -> None:
    anna = ready(house)
    bob = house.person("bob")
    fill(bob, "intent", languages="Spanish")
    fill(bob, "consents")
    house.clock.forward(days=1)
    robert = narrow(house, anna, "robert")
    fill(robert, "intent", languages="Spanish, Quechua")
    fill(robert, "entry")
    code = bob.says("/my link")
    assert isinstance(code, Reply)
    joined = robert.taps(robert.says(str(code.facts[0].value)), "Yes, that is me")
    assert "are Bob now" in words(joined) or "both accounts" in words(joined)
    values = {q.name: q.value for q in bob.fills(begin(bob, "intent")).questions}  # type: ignore[union-attr]
    assert values["languages"] == "Spanish, Quechua"
    assert values["passport_name"] == "Canary Passport Name"
    said = status(robert)
    assert "Consents: done" in said
    assert "Entry and visa: done" in said
    assert words(anna.says("/geneva list")).count("Swift") == 1


def test_accounts_are_not_joined_while_an_answer_cannot_be_opened(house: House) -> None:
    anna = ready(house)
    bob, robert = house.person("bob"), narrow(house, anna, "robert")
    fill(robert, "entry")
    house.db.write(
        lambda session: session.execute(update(SharedAnswer).values(sealed=b"damaged"), execution_options=ALL)
    )
    code = bob.says("/my link")
    assert isinstance(code, Reply)
    assert "cannot be opened" in words(robert.taps(robert.says(str(code.facts[0].value)), "Yes, that is me"))
    assert "Entry and visa: done" in status(robert), "nothing was lost by it"


def test_withdrawing_takes_unfinished_forms_along(small_house: House) -> None:
    anna = ready(small_house)
    bob = narrow(small_house, anna)
    fill(bob, "intent")
    bob.fills(begin(bob, "entry"), nationality="Canary", visa="no")
    bob.taps(bob.says("/geneva withdraw"), "Withdraw and delete")
    left = small_house.db.read(
        lambda session: session.scalars(select(drafts.Draft.command).where(drafts.Draft.owner == account(bob))).all()
    )
    assert not [command for command in left if command.startswith("geneva")]


def test_no_reply_history_or_message_carries_an_answer(house: House) -> None:
    ready(house)
    bob = house.person("bob")
    replies = [fill(bob, part) for part in PARTS]
    replies += [bob.says("/geneva status"), bob.says("/geneva form"), bob.says("/geneva notice")]  # type: ignore[list-item]
    assert not [canary for canary in CANARIES for reply in replies if canary in words(reply)]
    assert {row.about for row in house.db.read(lambda s: _rows(s, Happening)) if row.what == "travel.save"} == {
        f"trip:1:{part}" for part in PARTS
    }


def _fill_for(person: Actor, part: str, trip: str) -> None:
    choose = person.says("/geneva form")
    assert isinstance(choose, Reply)
    checklist = person.taps(choose, f"{trip}, United States, session 36 (May 2020)")
    page = person.taps(checklist, PARTS[part])
    while isinstance(page, Form):
        asked = {question.name for question in page.questions}
        page = person.fills(page, **{name: ANSWERS[part][name] for name in asked & ANSWERS[part].keys()})


def _rows(session: Session, table: Any) -> list[Any]:
    return list(session.scalars(select(table).order_by(table.id), execution_options=ALL))


def _answers(session: Session) -> list[Any]:
    return [row for table in TABLES for row in _rows(session, table)]


def _sealed(session: Session) -> list[bytes]:
    parts = [f"geneva {part}" for part in Part]
    forms = select(drafts.Draft.sealed).where(drafts.Draft.command.in_(parts))
    return [row.sealed for row in _answers(session) if row.sealed] + list(session.scalars(forms))


def _dump(session: Session) -> str:
    tables = Answer.metadata.sorted_tables
    return "\n".join(str(row) for table in tables for row in session.execute(select(table)))


def _file(db: Database) -> bytes:
    path = Path(str(db.url.database))
    return b"".join(part.read_bytes() for part in path.parent.glob(path.name + "*"))


def _checkpoint(db: Database) -> None:
    db.close()  # no reader may hold it up
    connection = sqlite3.connect(str(db.url.database))
    busy, _pages, _moved = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()
    assert not busy
