"""Whatever people do in whatever order: places are never over-given, lines keep their order, history misses nothing."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from coalition_bot.command import Button, Form, Reply
from coalition_bot.db import Database
from coalition_bot.features.groups import Group, Membership
from coalition_bot.features.groups.tables import Stage
from coalition_bot.history import Happening
from coalition_bot.people import Person
from tests.story import Actor, House, create_tables, words
from tests.test_groups import ok

ACCOUNTS = ("maria", "ben", "carla", "dario", "emil", "fatma")
GROUPS = {"Housing": "2", "Water": "", "Delegation": "3"}  # with their places; the last is by application
BEGIN = {"group.join", "group.wait", "group.apply"}
END = {"group.leave", "group.removed", "group.declined", "group.moved", "group.merged", "group.forgotten"}
EVERY = {"every_coalition": True}

who = st.sampled_from(ACCOUNTS)
where = st.sampled_from(tuple(GROUPS))
several = st.lists(who, min_size=1, max_size=4, unique=True)


def agreed(actor: Actor, outcome: Reply | Form) -> None:
    """Press the button that stands for Yes, as often as there is one; a refusal is an answer like any other."""
    for _step in range(3):
        assert "went wrong" not in words(outcome), words(outcome)
        yes = _yes(outcome)
        if yes is None:
            return
        outcome = actor.presses(yes)


def _yes(outcome: Reply | Form) -> Button | None:
    buttons = outcome.buttons if isinstance(outcome, Reply) else ()
    return next((each for each in buttons if each.token and "sure" in each.answers), None)


class Life(RuleBasedStateMachine):
    """A coalition with a few groups, in which people do what they can."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.house = House(Database(f"sqlite:///{Path(self.folder.name) / 'life.db'}"))
        create_tables(self.house.db)
        self.line: dict[int, list[int]] = {}  # who waits, by group, before the last step
        self.places: dict[int, int] = {}  # how many were in

    @initialize()
    def begin(self) -> None:
        self.anna = self.house.found()
        for name, places in GROUPS.items():
            kind = "task_force" if name == "Delegation" else "working"
            ok(self.anna.gives("group create", name=name, about="x", kind=kind, capacity=places, private="no"))
        for group in GROUPS:
            self.join(ACCOUNTS[:4], group)

    def teardown(self) -> None:
        self.house.db.close()
        self.folder.cleanup()

    def member(self, account: str) -> Actor:
        return self.house.person(account)

    def mention(self, account: str) -> str:
        return self.member(account).mention

    @rule(accounts=several, group=where)
    def join(self, accounts: Sequence[str], group: str) -> None:
        for account in accounts:
            said = self.member(account).gives("group join", group=group, called=account, shown="yes")
            assert isinstance(said, Reply), words(said)

    @rule(accounts=several, group=where)
    def leave(self, accounts: Sequence[str], group: str) -> None:
        for account in accounts:
            member = self.member(account)
            agreed(member, member.gives("group leave", group=group))

    @rule(account=who, group=where)
    def is_added(self, account: str, group: str) -> None:
        agreed(self.anna, self.anna.gives("group add", group=group, who=self.mention(account)))

    @rule(account=who, group=where)
    def is_removed(self, account: str, group: str) -> None:
        agreed(self.anna, self.anna.gives("group remove", group=group, who=self.mention(account)))

    @rule(account=who, origin=where, into=where)
    def is_moved(self, account: str, origin: str, into: str) -> None:
        said = self.anna.gives("group move", who=self.mention(account), group=origin, to=into)
        agreed(self.anna, said)

    @rule(group=where, places=st.integers(1, 6))
    def places_change(self, group: str, places: int) -> None:
        agreed(self.anna, self.anna.gives("group edit", group=group, capacity=str(places)))

    @rule(yes=st.booleans())
    def an_application_is_decided(self, yes: bool) -> None:
        applied = select(Membership.uid).where(Membership.stage == Stage.APPLIED, Membership.left_at.is_(None))
        uid = self.house.db.read(lambda session: session.scalar(applied.limit(1), execution_options=EVERY))
        if uid:
            decision = "approve" if yes else "decline"
            agreed(self.anna, self.anna.gives("group applications", application=uid, decision=decision, reason="Full."))

    @rule(group=where, account=who)
    def leads(self, group: str, account: str) -> None:
        agreed(self.anna, self.anna.gives("group lead", group=group, who=self.mention(account), role="lead"))

    @rule(gone=who, kept=who)
    def two_records_are_one_person(self, gone: str, kept: str) -> None:
        agreed(self.anna, self.anna.gives("coalition merge", gone=self.uid(gone), kept=self.uid(kept)))

    @rule(origin=where, into=where)
    def two_groups_become_one(self, origin: str, into: str) -> None:
        agreed(self.anna, self.anna.gives("group merge", group=origin, into=into))

    @rule(group=where)
    def is_closed_and_opened_again(self, group: str) -> None:
        agreed(self.anna, self.anna.gives("group close", group=group))
        agreed(self.anna, self.anna.gives("group reopen", group=group))

    @rule(accounts=several, group=where)
    def a_sheet_is_imported(self, accounts: Sequence[str], group: str) -> None:
        rows = "\n".join(f"{account}@example.org,{account.title()},{group}" for account in accounts)
        sheet = f"email,name,group\n{rows}\n".encode()
        agreed(self.anna, self.anna.attaches("coalition import", "sheet", "members.csv", sheet))

    @rule(account=who)
    def is_forgotten(self, account: str) -> None:
        member = self.member(account)
        agreed(member, member.says("/my forget"))

    def uid(self, account: str) -> str:
        """What a record is called, by any name that people type; of nobody yet, nothing."""
        found = select(Person.uid).where(Person.folded == account, Person.former.is_(False)).limit(1)
        return self.house.db.read(lambda session: session.scalar(found, execution_options=EVERY)) or "nobody"

    @invariant()
    def everything_is_as_it_should_be(self) -> None:
        groups, stays, what = self.house.db.read(
            lambda session: (
                session.scalars(select(Group), execution_options=EVERY).all(),
                session.scalars(select(Membership).order_by(Membership.id), execution_options=EVERY).all(),
                session.execute(select(Happening.about, Happening.what), execution_options=EVERY).all(),
            )
        )
        for group in groups:
            own = [stay for stay in stays if stay.group_id == group.id]
            self.one_stay_each([stay for stay in own if stay.left_at is None])
            self.places_are_kept(group, [stay for stay in own if stay.left_at is None])
            noted = Counter(each for about, each in what if about == f"group:{group.id}")
            self.history_is_complete(own, noted)

    def one_stay_each(self, here: Sequence[Membership]) -> None:
        people = [stay.person_id for stay in here]
        assert len(people) == len(set(people))

    def places_are_kept(self, group: Group, here: Sequence[Membership]) -> None:
        inside = [stay for stay in here if stay.stage == Stage.IN]
        waiting = [stay.id for stay in here if stay.stage == Stage.WAITING]
        if group.capacity is not None:
            over = len(inside) > group.capacity
            assert not over or len(inside) <= self.places.get(group.id, 0), "nobody comes in where it is full"
        if waiting and group.closed_at is None:
            assert group.capacity is not None
            assert len(inside) >= group.capacity, "nobody waits where there is a place"
        before = [stay for stay in self.line.get(group.id, []) if stay in waiting or stay in {s.id for s in inside}]
        promoted = [stay for stay in before if stay not in waiting]
        assert promoted == before[: len(promoted)], "who came first is first"
        self.line[group.id], self.places[group.id] = waiting, len(inside)

    def history_is_complete(self, stays: Sequence[Membership], noted: Counter[str]) -> None:
        assert sum(noted[each] for each in BEGIN) == len(stays), noted
        assert sum(noted[each] for each in END) == sum(stay.left_at is not None for stay in stays), noted


# EXAMPLES=200 looks further, each time elsewhere; the suite itself plays the same lives again.
EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
Life.TestCase.settings = settings(
    max_examples=EXAMPLES or 8,
    stateful_step_count=20,
    derandomize=not EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
TestLife = Life.TestCase
