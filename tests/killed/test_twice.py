"""Slack delivers the same thing several times, at once and after a restart: one effect, one notice, the same answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from coalition_bot.features.groups.digest import JOINED
from coalition_bot.features.groups.tables import Group, Membership
from coalition_bot.outbox import State
from coalition_bot.people import Person
from tests.counterparts.slack.background import Background
from tests.counterparts.slack.door import Answer, HttpDoor, Kind
from tests.counterparts.slack.emulated import Emulator
from tests.counterparts.slack.player import Turn, http, player
from tests.killed.process import Running, running
from tests.killed.stores import Store
from tests.killed.towns import OTHER, SlackTown, slack_town
from tests.story import Actor, House

pytestmark = pytest.mark.xdist_group("slack")

JOIN = 'join group=Housing issue="no heating" called=Ben organisation="Homes for All" shown=yes'
TIMES = 4


@dataclass
class Stutter:
    """A door by which each thing arrives several times at once."""

    door: HttpDoor
    honest: bool = True
    answers: list[Any] = field(default_factory=list)  # to what came last

    async def deliver(self, kind: Kind, payload: dict[str, Any], retry: int = 0, reason: str = "") -> Answer:
        """Slack counts its retries."""
        all_of_them = [self.door.deliver(kind, payload, number, "http_timeout") for number in range(TIMES)]
        found = await asyncio.gather(*all_of_them)
        assert {answer.status for answer in found} == {200}
        self.answers = [answer.body for answer in found]
        return found[0]


@pytest.fixture
async def town(slack_background: Background, slack_emulator: Emulator) -> AsyncIterator[SlackTown]:
    """Slack, which reaches the bot over HTTP."""
    async with slack_town(slack_background, slack_emulator) as town:
        town.settings = town.slack.environment
        yield town


@pytest.fixture
def anna(store: Store, town: SlackTown) -> Actor:
    """The coordinator of a coalition with a group."""
    house = House(store.db, extra_limits={town.name: town.limits})
    anna = house.found(town.admin, platform=town.name, community=town.community, channel=town.place(OTHER).channel)
    anna.gives("group create", name="Housing", about="Homes")
    return anna


def members(store: Store) -> list[str]:
    """Who is in Housing, as often as the database says so."""
    found = select(Person.name).join(Membership, Membership.person_id == Person.id).join(Group).order_by(Person.name)
    return store.db.read(lambda s: list(s.scalars(found, execution_options={"every_coalition": True})))


def door_of(town: SlackTown, process: Running) -> HttpDoor:
    """The endpoint of a process."""
    return http(town.slack, f"{process.url}/slack/events")


async def repeated(town: SlackTown, process: Running, turn: Turn) -> Any:
    """What a process answers to what was delivered before."""
    return (await door_of(town, process).deliver(turn.kind, turn.payload, 1, "http_timeout")).body


async def test_what_is_delivered_several_times_is_done_once(
    store: Store, town: SlackTown, anna: Actor, tmp_path: Path
) -> None:
    settings = {**store.settings, **town.settings}
    async with running(tmp_path, store.http, settings) as process:
        stutter = Stutter(door_of(town, process))
        ben = player(town.slack, "ben", stutter)
        typed = await ben.slash("/group", JOIN)
        first = stutter.answers
        assert "You are in Housing now." in str(first[0])
        assert first == first[:1] * TIMES
        assert members(store) == ["Ben"]

        chloe = player(town.slack, "chloe", stutter.door)
        await (await chloe.slash("/group", "join Housing")).modal()
        submitted = await chloe.at(stutter).submit({"called": "Chloe", "organisation": "Shelter", "shown": "yes"})
        second = stutter.answers
        assert "You are in Housing now." in str(second[0])
        assert second == second[:1] * TIMES
        assert members(store) == ["Ben", "Chloe"]

        again = await ben.at(stutter.door).slash("/group", JOIN)
        assert "You are in Housing already." in str(again.answer.body), "a second wish is no repetition"
        process.kill()

    async with running(tmp_path, store.http, settings) as process:
        assert await repeated(town, process, typed) == first[0]
        assert await repeated(town, process, submitted) == second[0]
        assert members(store) == ["Ben", "Chloe"]
        assert len(store.owed(JOINED)) == 2
        if store.has_leases:
            return  # the notices are the worker's
        await process.until(lambda: {row.state for row in store.owed(JOINED)} == {State.SENT}, "no notice")
        notices = [message.text for message in player(town.slack, "ana", stutter.door).messages]
        for name in ("Ben", "Chloe"):
            assert len([notice for notice in notices if f"{name} has joined Housing" in notice]) == 1
