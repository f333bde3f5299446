"""Groups with a number of places: who waits, in which order, and who follows when a place is free."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import select

from coalition_bot.command import Form, Reply
from coalition_bot.features.groups import Membership
from coalition_bot.history import Happening
from coalition_bot.people import Person
from tests.story import Actor, House, words
from tests.test_groups import count, joined, no, ok, table
from tests.test_groups_joining import labels, last


def full(house: House, places: int = 1, kind: str = "working") -> tuple[Actor, list[Actor]]:
    """A group with so many places, and three people who join it one after the other."""
    anna = house.found()
    ok(anna.gives("group create", name="Geneva", about="The delegation", capacity=str(places), kind=kind))
    came = [house.person(name) for name in ("maria", "omar", "rosa")]
    for member in came:
        joined(member, "geneva")
    house.post()
    return anna, came


def inside(house: House) -> list[str]:
    """Who has a place, as the database says, in the order in which they got it."""
    found = select(Person.name).join(Membership, Membership.person_id == Person.id)
    now = found.where(Membership.left_at.is_(None), Membership.stage == "in")
    rows = now.order_by(Membership.entered_at, Membership.id)
    return house.db.read(lambda session: list(session.scalars(rows, execution_options={"every_coalition": True})))


def test_whoever_comes_to_a_full_group_is_told_their_place_in_the_line(house: House) -> None:
    anna, (maria, omar, rosa) = full(house)
    again = rosa.says("/group join geneva")
    assert "Geneva is full. You are number 2 on the waiting list." in no(again)
    assert labels(again) == ["My groups", "Change", "Withdraw"]
    assert [row[3] for row in table(rosa.says("/group mine"))] == ["number 2 on the waiting list"]
    assert "You: number 1 on the waiting list" in words(omar.says("/group list geneva"))
    assert table(maria.says("/group list"))[0][3] == "1 of 1, 2 waiting"
    assert "Members: 1 of 1, 2 waiting" in words(anna.says("/group list geneva"))
    assert [row[0] for row in table(anna.says("/group members geneva"))] == ["Maria"]
    assert "/group members is for" in no(omar.says("/group members geneva"))
    ok(anna.gives("group create", name="Housing", about="Rents"))
    joined(omar, "housing")
    assert "/group members is for" in no(omar.says("/group members geneva"))
    late = house.person("late").gives("group join", group="geneva", called="Late", shown="no")
    assert "You are number 3 on the waiting list" in words(ok(late))
    assert "longest gets the next free place" in words(late)


def test_the_first_in_line_gets_a_free_place_and_is_told(house: House) -> None:
    anna, (maria, omar, rosa) = full(house)
    assert not any("joined" in words(parcel.reply) for parcel in anna.inbox if "Omar" in words(parcel.reply))
    house.clock.forward(days=2)
    ok(maria.says("/group leave geneva"))
    told = last(omar)
    assert "A place in Geneva is free for you" in words(told)
    assert "You are in Geneva now." in words(told)
    assert "Leave" in labels(told)
    assert any("Omar has joined Geneva" in words(parcel.reply) for parcel in anna.inbox)
    assert inside(house) == ["Omar"]
    assert [row[3] for row in table(rosa.says("/group mine"))] == ["number 1 on the waiting list"]
    assert "Wednesday, 4 September 2019" in words(omar.says("/group mine"))
    assert count(house, Happening, what="group.promote") == 1
    assert all("place" not in words(parcel.reply) for parcel in rosa.inbox)


def test_whoever_waits_can_withdraw_and_those_behind_move_up(house: House) -> None:
    _anna, (maria, omar, rosa) = full(house)
    gone = ok(omar.taps(omar.says("/group list geneva"), "Withdraw"))
    assert "not on the waiting list of Geneva any more" in words(gone)
    assert "number 1" in words(rosa.says("/group mine"))
    ok(maria.says("/group leave geneva"))
    assert inside(house) == ["Rosa"]
    assert "number 1 on the waiting list" in words(ok(omar.fills(omar.taps(gone, "Come back"))))


def test_more_places_let_in_those_who_waited_and_fewer_throw_nobody_out(house: House) -> None:
    anna, (maria, omar, rosa) = full(house)
    ok(anna.gives("group edit", group="geneva", capacity="3"))
    assert inside(house) == ["Maria", "Omar", "Rosa"]
    for member in (omar, rosa):
        assert "free for you" in words(last(member))
    assert "Members: 3 of 1" in words(ok(anna.gives("group edit", group="geneva", capacity="1")))
    ok(maria.says("/group leave geneva"))
    assert "number 1" in words(joined(maria, "geneva"))
    ok(omar.says("/group leave geneva"))
    assert inside(house) == ["Rosa"]
    ok(anna.gives("group edit", group="geneva", capacity="0"))
    assert inside(house) == ["Rosa", "Maria"]
    assert "Members: 2\n" in words(anna.says("/group list geneva"))


def test_other_edits_leave_the_places_as_they_are(house: House) -> None:
    anna, _came = full(house)
    ok(anna.says("/group edit geneva Who goes to Geneva"))
    assert "1 of 1, 2 waiting" in words(anna.says("/group list geneva"))
    shown = anna.gives("group edit", group="geneva", capacity="1")
    assert isinstance(shown, Reply)
    assert count(house, Happening, what="group.edit") == 1


def test_a_task_force_with_few_places_lets_the_approved_wait(house: House) -> None:
    anna, (maria, omar, _rosa) = full(house, kind="task_force")
    assert inside(house) == []
    for name in ("Omar", "Maria"):
        card = anna.taps(anna.says("/group applications"), name)
        approved = words(ok(anna.taps(card, "Approve")))
    assert "Geneva is full, so they are number 1 on the waiting list" in approved
    assert "It is full just now: you are number 1" in words(last(maria))
    ok(omar.says("/group leave geneva"))
    assert inside(house) == ["Maria"]
    assert "free for you" in words(last(maria))


def test_one_leaves_twice_at_once_and_one_place_is_free(house: House) -> None:
    anna, (maria, _omar, _rosa) = full(house)
    at_once([partial(maria.gives, "group leave", group="geneva")] * 4)
    assert inside(house) == ["Omar"]
    assert count(house, Happening, what="group.leave") == 1
    ok(anna.gives("group edit", group="geneva", capacity="0"))
    lena = house.person("lena")
    joined(lena, "geneva")
    at_once([partial(lena.gives, "group leave", group="geneva")] * 4)
    assert count(house, Happening, what="group.leave") == 2


def test_two_decisions_at_once_are_one(house: House) -> None:
    anna, (maria, _omar, _rosa) = full(house, places=0, kind="task_force")
    uid = next(option.value for option in anna.options("group applications", "application", "maria"))
    lena = house.person("lena")
    ok(anna.gives("group lead", group="geneva", who=lena.mention))
    decide = {"application": uid, "reason": "It is full."}
    outcomes = at_once(
        [
            lambda: anna.gives("group applications", decision="approve", **decide),
            lambda: lena.gives("group applications", decision="decline", **decide),
        ]
    )
    refused = [words(outcome) for outcome in outcomes if "already" in words(outcome)]
    assert len(refused) == 1
    told = [words(parcel.reply) for parcel in maria.house.post() if str(parcel.place) == maria.mention]
    assert len(told) == 1
    assert count(house, Happening, what="group.approve") + count(house, Happening, what="group.declined") == 1


def test_many_at_once_for_few_places(house: House) -> None:
    anna = house.found()
    ok(anna.gives("group create", name="Geneva", about="The delegation", capacity="3"))
    people = [house.person(f"member{number}") for number in range(8)]
    at_once([partial(joined, who, "geneva") for who in people])
    assert len(inside(house)) == 3
    assert count(house, Membership) == 8
    numbers = sorted(words(who.says("/group mine")).partition("number ")[2][:1] for who in people)
    assert numbers == ["", "", "", "1", "2", "3", "4", "5"]


def at_once(acts: Sequence[Callable[[], Reply | Form]]) -> list[Reply | Form]:
    """Do all of it in threads that start together."""
    start = threading.Barrier(len(acts))
    outcomes: list[Reply | Form] = []

    def go(act: Callable[[], Reply | Form]) -> None:
        start.wait()
        outcomes.append(act())

    threads = [threading.Thread(target=go, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == len(acts)
    return outcomes
