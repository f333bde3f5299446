"""The sample coalition: there once, and for itself."""

from __future__ import annotations

from sqlalchemy import func, select

from adapters.web import sample
from adapters.web.app import Web
from coalition_bot.command import Reply, Tone
from coalition_bot.people import Coalition, Community, Person
from coalition_bot.settings import Settings
from tests.adapters.web.conftest import client
from tests.story import House, words

EVERY = {"every_coalition": True}


def test_it_is_made_once_with_groups_and_leads_a_review_a_trip_and_two_deadlines(web_house: House) -> None:
    assert sample.create(web_house.bot)
    before = web_house.db.read(lambda session: session.scalar(select(func.count(Person.id)), execution_options=EVERY))
    assert sample.create(web_house.bot)
    after = web_house.db.read(lambda session: session.scalar(select(func.count(Person.id)), execution_options=EVERY))
    assert before == after
    coalition = web_house.db.read(lambda session: session.scalars(select(Coalition)).one())
    assert coalition.sample
    carmen = web_house.person("coordinator", platform="web", community="sample", channel="general")
    groups = words(carmen.says("/group list"))
    for name, (_about, lead) in sample.GROUPS.items():
        assert name in groups
        assert lead.name in groups
    assert "United States" in words(carmen.says("/review show"))
    deadlines = words(carmen.says("/deadline list"))
    assert "Stakeholder report" in deadlines
    assert "First draft of each report" in deadlines
    trips = carmen.says("/geneva list")
    assert isinstance(trips, Reply)
    assert trips.tone is not Tone.PROBLEM, words(trips)


def test_it_shows_each_kind_of_group_and_what_waits_for_leads_and_coordinators(web_house: House) -> None:
    sample.create(web_house.bot)
    carmen, leo, noor = (
        web_house.person(account, platform="web", community="sample", channel="general")
        for account in ("coordinator", "lead", "newcomer")
    )
    groups = words(noor.says("/group list"))
    for kind in ("Task force", "City chapter", "Mailing list", "3 of 3, 1 waiting", "backup"):
        assert kind in groups
    assert sample.SAFETY not in groups
    assert f"{sample.SAFETY} (private)" in words(carmen.says("/group list"))
    assert "Tomás Silva" in words(leo.says("/group applications"))
    assert sample.QUESTION in words(leo.says("/coalition questions"))
    board = words(carmen.says("/group board"))
    for sign in ("done", "in review", "in progress", "not started", "! quiet"):
        assert sign in board
    assert "Ruth Abernathy" in words(carmen.says("/signups group=Housing platform=none"))


def test_it_cannot_be_joined_with_a_real_community(web_house: House) -> None:
    sample.create(web_house.bot)
    carmen = web_house.person("coordinator", platform="web", community="sample", channel="general")
    assert "for trying" in words(carmen.says("/coalition connect"))


async def test_the_page_cannot_join_a_real_coalition(web_house: House) -> None:
    anna = web_house.found()
    given = anna.says("/coalition connect")
    assert isinstance(given, Reply)
    code = str(given.facts[0].value).split()[-1]
    async with client(Web(Settings.model_validate({"sample": False}), web_house.bot)) as http:
        line = {"you": "coordinator", "in": "general", "text": f"/coalition connect {code}"}
        answer = (await http.post("/chat/say", data=line)).text
    assert "for trying" in answer
    assert web_house.db.read(lambda s: s.scalar(select(func.count(Community.id)), execution_options=EVERY)) == 1


async def test_without_it_the_coordinator_founds_a_coalition_which_is_a_sample_too(web_house: House) -> None:
    async with client(Web(Settings.model_validate({"sample": False}), web_house.bot)) as http:
        line = {"in": "general", "text": '/coalition setup "Ours" "New York" here'}
        assert "for admins" in (await http.post("/chat/say", data={"you": "member", **line})).text
        assert "is founded" in (await http.post("/chat/say", data={"you": "coordinator", **line})).text
    assert web_house.db.read(lambda session: session.scalars(select(Coalition)).one()).sample
