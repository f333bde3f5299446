"""Races: a hundred people want thirty places at once, from two processes."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.synchronize import Barrier

from sqlalchemy import select

from coalition_bot.command import Reply, Tone
from coalition_bot.db import Database
from coalition_bot.features.groups import Group, Membership
from coalition_bot.features.groups.tables import Stage
from coalition_bot.history import Happening
from tests.story import House, words
from tests.test_groups import ok

PEOPLE, PLACES = 100, 30
AT_ONCE = 8  # in each process
TRIES = 20  # whoever reads "try again in a minute", because the database was busy, does


def join_all(url: str, accounts: list[str], together: Barrier) -> None:
    """One process: these people join at the same time as those of the other one."""
    house = House(Database(url))
    together.wait(60)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda account: _join(house, account), accounts))


def _join(house: House, account: str) -> None:
    for _try in range(TRIES):
        said = house.person(account).gives("group join", group="Housing", called=account, shown="yes")
        assert isinstance(said, Reply), words(said)
        if said.tone is Tone.DONE:
            return
        assert "try again" in words(said) or "waiting" in words(said), words(said)
    raise AssertionError(f"{account} never got through")


def test_thirty_are_in_and_seventy_wait_in_order_and_none_is_there_twice(house: House) -> None:
    anna = house.found()
    ok(anna.gives("group create", name="Housing", about="Rents", capacity=str(PLACES)))
    url = house.db.url.render_as_string(hide_password=False)
    spawning = multiprocessing.get_context("spawn")
    together = spawning.Barrier(2)
    everybody = [f"p{number}" for number in range(PEOPLE)]
    processes = [
        spawning.Process(target=join_all, args=(url, everybody[part::2], together), daemon=True) for part in (0, 1)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0, 0]

    stays = select(Membership).join(Group).where(Group.name == "Housing").order_by(Membership.id)
    every = {"every_coalition": True}
    rows = house.db.read(lambda session: session.scalars(stays, execution_options=every).all())
    assert [row.stage for row in rows] == [Stage.IN] * PLACES + [Stage.WAITING] * (PEOPLE - PLACES)
    assert len({row.person_id for row in rows}) == PEOPLE
    what = select(Happening.what).where(Happening.what.in_(["group.join", "group.wait"]))
    noted = house.db.read(lambda session: session.scalars(what, execution_options=every).all())
    assert sorted(noted) == ["group.join"] * PLACES + ["group.wait"] * (PEOPLE - PLACES)


def test_the_last_place_goes_to_one_of_two_who_come_at_once(house: House) -> None:
    anna = house.found()
    ok(anna.gives("group create", name="Housing", about="Rents", capacity="1"))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda account: _join(house, account), ["maria", "ben"]))
    stages = select(Membership.stage).order_by(Membership.id)
    found = house.db.read(lambda session: session.scalars(stages, execution_options={"every_coalition": True}).all())
    assert found == [Stage.IN, Stage.WAITING]
