"""What hostile and unlucky people try: other people's answers, rights that ended, floods, forged buttons, races."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from adapters.discord.homes import Homes
from adapters.discord.rest import Rest
from adapters.slack.requests import typed
from coalition_bot.bot import Request
from coalition_bot.command import Feature, Form, Reply, Tone
from coalition_bot.context import Visitor
from coalition_bot.db import Database, serve
from coalition_bot.drafts import KEPT_MAX, Draft
from coalition_bot.features.deadlines.tables import Deadline
from coalition_bot.features.geneva.tables import Trip
from coalition_bot.features.members import codes
from coalition_bot.fields import ANSWER_MAX, CHANNELS_MAX
from coalition_bot.keys import first_key
from coalition_bot.outbox import Due, Owed
from coalition_bot.people import ACCOUNT_MAX, Person, Place, Role, Standing
from coalition_bot.settings import Settings
from tests.story import Actor, House, words

BUG = "went wrong on my side"
MEANT = "2019-10-03T17:00[Europe/Zurich]"


def housing(house: House) -> Actor:
    """A coalition with one group; returns its coordinator."""
    anna = house.found()
    reply = anna.gives("group create", name="Housing", about="Evictions, rents")
    assert isinstance(reply, Reply), reply
    return anna


def count(db: Database, table: type) -> int:
    """How many rows a table has, of whichever coalition."""
    everywhere = {"every_coalition": True}
    found = select(func.count()).select_from(table)
    return db.read(lambda session: session.scalar(found, execution_options=everywhere) or 0)


# Other people's answers


def test_naming_the_event_of_somebody_else_brings_nobody_their_answer(house: House) -> None:
    house.found()
    bea, mallory = house.person("bea"), house.person("mallory")
    secret = words(bea.gives("my link", event="E1")).split()[-1]
    assert words(bea.gives("my link", event="E1")).split()[-1] == secret
    assert secret not in words(mallory.gives("my link", event="E1"))


# Rights that have ended


def test_a_coordinator_who_was_sent_away_appoints_nobody_and_opens_no_door(house: House) -> None:
    anna = house.found()
    bea = house.person("bea")
    anna.gives("coalition role", who=bea.mention, role="coordinator")
    gone = replace(bea, visitor=replace(bea.visitor, standing=Standing.DEACTIVATED))
    for reply in (
        gone.gives("coalition role", who=house.person("mallory").mention, role="coordinator"),
        gone.gives("coalition role", who=anna.mention, role="member"),
        gone.gives("coalition connect"),
    ):
        assert isinstance(reply, Reply)
        assert reply.tone is Tone.PROBLEM
    assert count(house.db, codes.Code) == 0


async def test_whoever_left_a_server_does_not_come_back_through_two_others(small_house: House) -> None:
    """In a direct message Discord does not say where somebody belongs; the bot asks for each of its servers."""
    members = {"1": {"anna"}, "2": {"anna", "bea"}, "3": {"bea"}}

    async def member(request: web.Request) -> web.Response:
        there = request.match_info["who"] in members[request.match_info["guild"]]
        return web.json_response({"pending": False} if there else {"code": 10007}, status=200 if there else 404)

    app = web.Application()
    app.router.add_get("/guilds/{guild}/members/{who}", member)
    anna = small_house.found(community="1")
    for each in (anna, small_house.person("bea", community="1")):
        each.says("/my zone Nairobi")
    async with TestServer(app) as discord:
        rest = Rest(str(discord.make_url("")), "token")
        settle = Homes(rest, lambda: list(members)).settle
        answers = {}
        for who in ("anna", "bea"):
            direct = Request(id="", place=Place("wide", "", account=who), visitor=Visitor(who), command="group list")
            answers[who] = words(await small_house.bot.answer(await settle(direct)))
        await rest.close()
    assert "no working group here yet" in answers["anna"]
    assert "don't know yet which coalition" in answers["bea"]


def test_a_stranger_is_not_written_down_only_to_be_forgotten(house: House) -> None:
    house.found()
    stranger = house.person("stranger", standing=Standing.STRANGER)
    for answers in ({}, {"sure": "yes"}, {"sure": "yes"}):
        assert "know nothing of you" in words(stranger.gives("my forget", **answers))
    assert count(house.db, Person) == 1


# Signs that a database chokes on


@pytest.mark.parametrize("sign", ["\0", "\ud800"])
def test_signs_that_no_database_takes_find_nothing_and_break_nothing(house: House, sign: str) -> None:
    anna = housing(house)
    bea = house.person("bea")
    assert bea.options("group join", "group", f"hou{sign}") == []
    assert anna.options("coalition role", "who", sign) == []
    for reply in (
        bea.says(f"/group join hou{sign} rents and more"),
        house.bot.run(Request(id="", place=bea.place, visitor=bea.visitor, press=f"group join~{sign}")),
        bea.gives("group join", group=sign),
    ):
        assert BUG not in words(reply)


# Too long, too many, too far


def test_places_longer_than_any_platforms_own_names_are_nobodys(house: House) -> None:
    anna = house.found()
    long = "x" * (ACCOUNT_MAX + 1)
    for reply in (
        anna.gives("deadline hour", hour="9", channels=f"wide:T1:{long}"),
        anna.gives("coalition allow", who=f"wide:T1:@{long}"),
    ):
        assert isinstance(reply, Form), reply
        assert any(question.problem for question in reply.questions)


def test_nobody_reminds_hundreds_of_channels_at_once(house: House) -> None:
    anna = house.found()
    many = " ".join(f"wide:T1:C{number}" for number in range(CHANNELS_MAX + 1))
    reply = anna.gives("deadline add", what="Report due 3 October 2019", channels=many)
    assert f"at most {CHANNELS_MAX} channels" in words(reply)
    assert count(house.db, Owed) == 0


@pytest.mark.parametrize(
    ("meant", "key"), [("9998-12-31T23:59[Etc/GMT+12]", ""), ("9998-12-31T12:00[UTC]", "k"), (MEANT, "k" * 21)]
)
def test_a_forged_confirmation_stores_nothing(house: House, meant: str, key: str) -> None:
    anna = house.found()
    reply = anna.gives("deadline add", what="Report due 3 October 2019", meant=meant, key=key)
    assert "did not understand" in words(reply)
    assert count(house.db, Deadline) == 0


def test_forms_that_are_opened_for_ever_do_not_fill_the_disk(small_house: House) -> None:
    small_house.found()
    bea, cem = small_house.person("bea"), small_house.person("cem")
    kept = cem.says("/my details")
    for _ in range(KEPT_MAX + 5):
        last = bea.says("/my details")
    assert count(small_house.db, Draft) == KEPT_MAX + 1
    for form, person in ((last, bea), (kept, cem)):
        assert "Saved" in words(person.fills(form, called="Someone"))


def test_an_endless_answer_is_refused_and_not_kept(small_house: House) -> None:
    small_house.found()
    bea = small_house.person("bea")
    form = bea.fills(bea.says("/my details"), called="x" * 100 * ANSWER_MAX)
    assert "far too long" in words(form)
    sealed = small_house.db.read(lambda session: session.scalar(select(func.max(func.length(Draft.sealed)))))
    assert sealed is not None
    assert sealed < 2 * ANSWER_MAX


# Forged buttons


def test_consent_is_given_by_saying_so_and_not_by_a_forged_button(house: House) -> None:
    anna = house.found()
    anna.gives(
        "review add", state="United States", session="36", first_day="2020-05-04", first_day_is="tentative", source="UN"
    )
    anna.gives("geneva open", kind="review", first_day="2020-05-09", last_day="2020-05-15")
    trip = house.db.read(lambda session: session.scalar(select(Trip.uid), execution_options={"every_coalition": True}))
    bea = house.person("bea")
    bea.gives("geneva consents", trip=str(trip), attending="no")
    assert "Consents: done" not in words(bea.gives("geneva status", trip=str(trip)))


@pytest.mark.parametrize("mark", ["<|x>", "<@>", "<#|x>", "<!>", "<@|x> y"])
def test_an_empty_mark_on_slack_is_text(mark: str) -> None:
    assert typed(f"/group join {mark}", "T1").line.startswith("/group join")
    assert typed(mark, "T1").names == {}


# Two at once


def at_once(db: Database, first: Callable[[Session], object], second: Callable[[], Reply | Form]) -> Reply:
    """What the second one is told who acts while the transaction of the first is still open."""
    replies: list[Reply | Form] = []
    thread = threading.Thread(target=lambda: replies.append(second()))

    def work(session: Session) -> None:
        first(session)
        thread.start()
        thread.join(0.3)  # on PostgreSQL it waits for a row by then, on SQLite for its turn

    db.write(work)
    thread.join()
    assert isinstance(replies[0], Reply)
    return replies[0]


def test_a_code_lets_only_one_of_two_in_who_type_it_at_once(house: House) -> None:
    code = words(house.found().gives("coalition connect")).split()[-1]
    now, zed = house.clock.now(), house.person("zed", community="T9", admin=True)
    told = at_once(
        house.db,
        lambda session: codes.redeem(session, code, "community", now, anywhere=True),
        lambda: zed.gives("coalition connect", code=code, announcements=str(zed.place)),
    )
    assert "does not work" in words(told)


def test_two_coordinators_who_depose_each_other_at_once_leave_one(house: House) -> None:
    anna = house.found()
    bea = house.person("bea")
    anna.gives("coalition role", who=bea.mention, role="coordinator")

    def depose_bea(session: Session) -> None:
        found = select(Person).where(Person.name != "Anna")
        whom = session.scalars(found, execution_options={"every_coalition": True}).one()
        serve(session, whom.coalition_id)
        whom.role = Role.MEMBER
        session.flush()

    told = at_once(house.db, depose_bea, lambda: bea.gives("coalition role", who=anna.mention, role="member"))
    assert told.tone is Tone.PROBLEM
    coordinates = select(func.count()).where(Person.role == Role.COORDINATOR)
    assert house.db.read(lambda session: session.scalar(coordinates, execution_options={"every_coalition": True})) == 1


# The unlucky operator


def test_a_night_that_fails_for_one_coalition_keeps_nobody_elses_data_longer(sqlite_db: Database) -> None:
    tidied: list[str] = []

    def nightly(due: Due) -> None:
        assert due.coalition is not None
        if due.coalition.name == "Unlucky":
            raise ZeroDivisionError("secret")
        tidied.append(due.coalition.name)

    house = House(sqlite_db, extra_features=[Feature(name="tidy", commands=[], nightly=nightly)])
    house.found("anna", "Unlucky", community="T1")
    house.found("zed", "Lucky", community="T2")
    house.db.write(house.dispatcher._begin)
    house.clock.forward(days=1)
    with capture_logs() as logs:
        house.post()
    assert tidied == ["Lucky"]
    assert [(line["event"], line["feature"]) for line in logs] == [("night failed", "tidy")]
    assert "secret" not in str(logs)


def test_a_key_added_to_a_copied_example_is_its_owners_only(sqlite_db: Database, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=8001\n")
    file.chmod(0o644)
    first_key(sqlite_db, Settings(), file)
    assert file.stat().st_mode & 0o077 == 0
