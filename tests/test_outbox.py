"""What is owed goes out once, at its time, each destination alone; nothing is lost when a dispatcher dies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coalition_bot.command import Reply, button
from coalition_bot.db import Away, Database, serve
from coalition_bot.dispatcher import LEASE_SECONDS, NIGHTLY, Dispatcher
from coalition_bot.drafts import Draft
from coalition_bot.features.members.coalition import Help
from coalition_bot.outbox import Due, Owed, State, disown, owe
from coalition_bot.people import Place
from coalition_bot.platform import Parcel, TryLater
from tests.story import START, House, Postbox

GENERAL = Place("wide", "T1", channel="C-general")
HOUSING = Place("wide", "T1", channel="C-housing")


def note(due: Due) -> Reply | None:
    return None if due.ref == "nothing" else Reply(f"note {due.ref}")


@pytest.fixture
def house(db: Database) -> House:
    house = House(db)
    house.bot.writers["note"] = note
    house.dispatcher = Dispatcher(house.bot, house.postboxes)
    return house


def owing(house: House, ref: str, to: Place = GENERAL, due: datetime = START, key: str = "") -> None:
    house.db.write(lambda s: owe(s, key=key or f"note:{ref}:{to}", kind="note", ref=ref, to=to, due=due))


def texts(parcels: list[Parcel]) -> list[str]:
    return [parcel.reply.text for parcel in parcels]


def states(house: House) -> list[str]:
    found = select(Owed.state).where(Owed.kind == "note").order_by(Owed.id)
    return house.db.read(lambda s: list(s.scalars(found)))


def test_it_goes_out_at_its_time_and_once(house: House) -> None:
    owing(house, "a", due=START + timedelta(hours=1))
    assert house.post() == []
    house.clock.forward(hours=1)
    assert texts(house.post()) == ["note a"]
    house.clock.forward(days=30)
    assert house.post() == []


def test_the_same_key_is_owed_once(house: House) -> None:
    owing(house, "a", key="only")
    owing(house, "b", key="only")
    assert texts(house.post()) == ["note a"]


def test_nothing_to_say_is_no_message(house: House) -> None:
    owing(house, "nothing")
    assert house.post() == []
    assert states(house) == [State.DROPPED]


def test_what_is_disowned_does_not_go_out(house: House) -> None:
    house.found()

    def both(session: Session) -> None:
        serve(session, 1)
        owe(session, key="k", kind="note", ref="a", to=GENERAL, due=START)
        disown(session, kind="note", ref="a")

    house.db.write(both)
    assert "note a" not in texts(house.post())


def test_the_rollback_of_a_command_takes_what_it_owed(house: House) -> None:
    def fails(session: Session) -> None:
        owe(session, key="k", kind="note", ref="a", to=GENERAL, due=START)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        house.db.write(fails)
    assert house.post() == []


def test_a_message_that_cannot_be_written_holds_up_no_other(house: House) -> None:
    def broken(due: Due) -> Reply | None:
        raise ZeroDivisionError("secret answer")

    house.bot.writers["broken"] = broken
    house.dispatcher = Dispatcher(house.bot, house.postboxes)
    house.db.write(lambda s: owe(s, key="b", kind="broken", ref="", to=HOUSING, due=START))
    owing(house, "a")
    assert texts(house.post()) == ["note a"]
    trouble = house.db.read(lambda s: s.scalar(select(Owed.trouble).where(Owed.kind == "broken")))
    assert trouble == "ZeroDivisionError"


def test_a_destination_that_is_gone_is_told_to_coordinators_and_stops_no_other(house: House) -> None:
    anna = house.found()
    house.postboxes["wide"].gone.add(str(HOUSING))

    def owed_by_the_coalition(session: Session) -> None:
        serve(session, 1)
        for place in (HOUSING, GENERAL):
            owe(session, key=f"k{place}", kind="note", ref="a", to=place, due=house.clock.now())

    house.db.write(owed_by_the_coalition)
    house.post()
    house.post()
    assert sorted(states(house)) == [State.GONE, State.SENT]
    assert [parcel.reply.text for parcel in anna.inbox] == ["I could not deliver a message. The channel is gone."]


class Moody(Postbox):
    """A platform with bad days."""

    mood: Callable[[Parcel], None] = staticmethod(lambda parcel: None)

    async def send(self, parcel: Parcel) -> str:
        """Do as the mood says first."""
        self.mood(parcel)
        return await super().send(parcel)


def moody(house: House, mood: Callable[[Parcel], None]) -> Moody:
    box = Moody("wide", house.postboxes["wide"].limits)
    box.mood = mood
    house.postboxes["wide"] = box
    house.dispatcher = Dispatcher(house.bot, house.postboxes)
    return box


def test_it_waits_as_long_as_the_platform_asks(house: House) -> None:
    def wait(parcel: Parcel) -> None:
        raise TryLater(30)

    box = moody(house, wait)
    owing(house, "a")
    assert house.post() == []
    box.mood = lambda parcel: None
    house.clock.forward(seconds=29)
    assert house.post() == []
    house.clock.forward(seconds=1)
    sent = house.post()
    assert texts(sent) == ["note a"]
    assert not sent[0].maybe_sent, "the platform said that it did not take it"


def test_after_an_error_it_says_that_it_may_have_been_sent(house: House) -> None:
    def drop(parcel: Parcel) -> None:
        raise ConnectionResetError

    box = moody(house, drop)
    owing(house, "a")
    assert house.post() == []
    box.mood = lambda parcel: None
    house.clock.forward(seconds=5)
    sent = house.post()
    assert texts(sent) == ["note a"]
    assert sent[0].maybe_sent


def test_what_a_dead_dispatcher_held_is_taken_over_when_its_lease_has_run_out(house: House) -> None:
    owing(house, "a")
    claimed = house.db.write(house.dispatcher._claim)  # it claims, and dies
    assert len(claimed) == 1
    assert house.post() == []
    house.clock.forward(seconds=LEASE_SECONDS)
    sent = house.post()
    assert texts(sent) == ["note a"]
    assert sent[0].maybe_sent
    assert sent[0].uid == claimed[0].uid


def test_alone_on_its_database_it_does_not_wait_for_the_lease(house: House) -> None:
    owing(house, "a")
    house.db.write(house.dispatcher._claim)
    successor = Dispatcher(house.bot, house.postboxes, alone=True)
    house.db.write(successor._begin)
    asyncio.run(successor.turn())
    assert texts(house.postboxes["wide"].parcels) == ["note a"]


def test_messages_for_one_channel_keep_their_distance(house: House) -> None:
    slow = Postbox("wide", house.postboxes["wide"].limits.__class__(100, 100, True, 1.0))
    house.postboxes["wide"] = slow
    house.dispatcher = Dispatcher(house.bot, house.postboxes)
    for ref in "abc":
        owing(house, ref)
    owing(house, "d", to=HOUSING)
    assert sorted(texts(house.post())) == ["note a", "note d"]
    house.clock.forward(seconds=1)
    assert texts(house.post()) == ["note b"]
    house.clock.forward(seconds=1)
    assert texts(house.post()) == ["note c"]


def test_a_button_with_long_answers_works_for_whoever_sees_it_and_survives_a_restart(house: House) -> None:
    anna = house.found()
    long_answer = "group " + "x" * 150
    house.bot.writers["panel"] = lambda due: Reply("Panel", buttons=(button("Help", Help, about=long_answer),))
    house.dispatcher = Dispatcher(house.bot, house.postboxes)
    house.db.write(lambda s: owe(s, key="p", kind="panel", ref="", to=GENERAL, due=house.clock.now()))
    [parcel] = house.post()
    token = parcel.reply.buttons[0].token
    assert len(token) <= 100
    assert house.db.read(lambda s: s.scalar(select(Draft.owner))) == ""
    again = House(house.db, house.clock)
    other = again.person("bea")
    assert "What you can do" in str(other.presses(parcel.reply.buttons[0]))
    assert anna.visitor.account != other.visitor.account


def test_the_night_comes_every_night_and_sweeps_drafts(house: House) -> None:
    anna = house.found()
    anna.says("/my details")  # leaves an open form
    assert house.db.read(lambda s: len(s.scalars(select(Draft)).all())) == 1
    house.db.write(house.dispatcher._begin)
    house.db.write(house.dispatcher._begin)  # a second start owes no second night
    nights = select(Owed.due_at).where(Owed.kind == NIGHTLY, Owed.state == State.WAITING)
    assert house.db.read(lambda s: list(s.scalars(nights))) == [datetime(2019, 9, 3, 3, 0, tzinfo=UTC)]
    house.until(START + timedelta(days=15))
    assert house.db.read(lambda s: s.scalars(select(Draft)).all()) == []
    assert house.db.read(lambda s: list(s.scalars(nights))) == [datetime(2019, 9, 18, 3, 0, tzinfo=UTC)]


def test_while_the_database_is_away_nothing_is_lost(small_house: House) -> None:
    house = small_house
    house.bot.writers["note"] = note
    house.dispatcher = Dispatcher(house.bot, house.postboxes)
    owing(house, "a")
    blocker = house.db.writer.connect()
    blocker.begin()  # BEGIN IMMEDIATE: another process holds the lock
    other = Database(str(house.db.url))
    with pytest.raises(Away):
        other.write(lambda s: owe(s, key="x", kind="note", ref="x", to=GENERAL, due=START))
    blocker.rollback()
    blocker.close()
    other.close()
    assert texts(house.post()) == ["note a"]
