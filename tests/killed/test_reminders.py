"""`kill -9` between claim, send and finish: each reminder stands in its channel once, and none is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from coalition_bot.command import Reply, Tone
from coalition_bot.features.deadlines.reminding import RUNG
from coalition_bot.outbox import Owed, State
from tests.killed.process import running
from tests.killed.stores import Store
from tests.killed.towns import DONE, EARLY, MOMENTS, OTHER, TAKEN, TOLD, Town
from tests.story import Actor, GivenClock, House, words


def founded(store: Store, town: Town) -> Actor:
    """A coalition, founded some minutes ago so that a reminder of an hour before can be due now."""
    clock = GivenClock(datetime.now(UTC) - timedelta(minutes=10))
    house = House(store.db, clock, extra_limits={town.name: town.limits})
    return house.found(town.admin, platform=town.name, community=town.community, channel=town.place(OTHER).channel)


def remind(coordinator: Actor, town: Town, what: str, *channels: str) -> None:
    """Add a deadline of which these channels have to hear now, by the system's clock."""
    places = " ".join(str(town.place(channel)) for channel in channels)
    card = coordinator.gives("deadline add", what=f"{what} due in 65 minutes", channels=places)
    stored = coordinator.taps(card, "Confirm")
    assert isinstance(stored, Reply), words(stored)
    assert stored.tone is Tone.DONE, words(stored)


def states(store: Store, town: Town) -> dict[str, str]:
    """How far the reminders have come, by moment."""
    return {channel: _row(store, town, channel).state for channel in MOMENTS}


def claims(store: Store, town: Town) -> list[int]:
    """How often each reminder was claimed."""
    return [_row(store, town, channel).tries for channel in MOMENTS]


def _row(store: Store, town: Town, channel: str) -> Owed:
    return next(row for row in store.owed(RUNG) if row.place == str(town.place(channel)))


def told_once(town: Town, what: str, channel: str) -> bool:
    """Whether a reminder stands in a channel, and whether it is the only post there."""
    posts = town.posts(channel)
    return len(posts) == 1 and f"{what} is due in" in posts[0]


async def test_wherever_a_process_is_killed_each_reminder_comes_once(store: Store, town: Town, tmp_path: Path) -> None:
    anna = founded(store, town)
    remind(anna, town, "Stakeholder report", *MOMENTS)
    early, taken, told = town.hold(EARLY, "before"), town.hold(TAKEN, "after"), town.hold(TOLD, "after")
    settings = {**store.settings, **town.settings}

    async with running(tmp_path, store.part, settings) as first:
        for held in (early, taken, told):
            await held.reached()
        await first.until(lambda: town.posts(TAKEN) and town.posts(TOLD), "not with the platform")
        await first.until(lambda: states(store, town)[DONE] == State.SENT, "not written down")
        with store.finishing_blocked(town.place(TOLD)):
            told.release()
            await first.until(lambda: store.blocked(first.log()), "the answer has not come")
            first.kill()
    assert states(store, town) == {EARLY: State.CLAIMED, TAKEN: State.CLAIMED, TOLD: State.CLAIMED, DONE: State.SENT}
    assert [len(town.posts(channel)) for channel in MOMENTS] == [0, 1, 1, 1]
    town.some_minutes_pass()

    remind(anna, town, "Draft", OTHER)
    async with running(tmp_path, store.part, settings) as second:
        await second.until(lambda: told_once(town, "Draft", OTHER), "the second process does not work")
        if store.has_leases:
            assert claims(store, town) == [1] * 4, "for all that it knows, the first process is still at it"
            store.leases_run_out()
        await second.until(lambda: {row.state for row in store.owed(RUNG)} == {State.SENT}, "something is still owed")
        assert [told_once(town, "Stakeholder report", channel) for channel in MOMENTS] == [True] * 4
        assert told_once(town, "Draft", OTHER)
