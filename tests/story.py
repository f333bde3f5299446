"""The front door for tests: people who type, tap and fill in forms, and a clock that goes only when told to."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from coalition_bot.bot import Bot, Request
from coalition_bot.command import Button, Fact, Feature, Form, Reply, Tone
from coalition_bot.context import Visitor
from coalition_bot.db import Base, Database
from coalition_bot.dispatcher import Dispatcher
from coalition_bot.features import FEATURES
from coalition_bot.fields import Option
from coalition_bot.moments import Moment
from coalition_bot.outbox import Owed, State
from coalition_bot.people import Place, Standing
from coalition_bot.platform import Admission, Gone, Limits, Parcel
from coalition_bot.uploads import Attached
from coalition_bot.vault import Vault

KEY = b"k" * 32
WIDE = Limits(questions=100, options=100, files_in_answers=True, seconds_between=0)
NARROW = Limits(questions=5, options=25, files_in_answers=False, seconds_between=0)
LIMITS = {"wide": WIDE, "narrow": NARROW}
START = datetime(2019, 9, 2, 8, 0, tzinfo=UTC)  # the autumn in which the coalition of the stories began

_events = itertools.count(1)


class GivenClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self._now = now

    def now(self) -> datetime:
        """What it was last set to."""
        return self._now

    def set(self, now: datetime) -> None:
        """Go to an aware datetime."""
        self._now = now.astimezone(UTC)

    def forward(self, **span: float) -> None:
        """Go on by days=, hours=, minutes=, seconds=."""
        self._now += timedelta(**span)


@dataclass
class Postbox:
    """A platform without a network: it keeps what it is sent, and refuses what it is told to refuse."""

    name: str
    limits: Limits
    parcels: list[Parcel] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    admissions: list[Admission] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> str:
        """Keep it."""
        if str(parcel.place) in self.gone:
            raise Gone("The channel is gone.")
        self.parcels.append(replace(parcel, reply=_read_through(parcel.reply)))
        return f"post-{len(self.parcels)}"

    async def admit(self, admission: Admission) -> None:
        """Keep that too."""
        if str(admission.place) in self.gone:
            raise Gone("Please let me into the channel.")
        self.admissions.append(admission)


class House:
    """A bot with its dispatcher, on a given database, with two platforms: a wide one and a narrow one."""

    def __init__(
        self,
        db: Database,
        clock: GivenClock | None = None,
        prefix: str = "",
        extra_limits: Mapping[str, Limits] = {},
        extra_features: Sequence[Feature] = (),
    ) -> None:
        """Put a bot together; `extra_limits` make it known to further platforms, whose adapters a test brings."""
        self.db, self.clock = db, clock or GivenClock()
        self.vault = Vault([KEY])
        self.postboxes = {name: Postbox(name, limits) for name, limits in LIMITS.items()}
        features = (*FEATURES, *extra_features)
        self.bot = Bot(features, db, self.vault, self.clock, {**LIMITS, **extra_limits}, prefix)
        self.dispatcher = Dispatcher(self.bot, self.postboxes)

    def person(
        self,
        account: str,
        *,
        platform: str = "wide",
        community: str = "T1",
        admin: bool = False,
        standing: Standing = Standing.FULL,
        channel: str = "C-general",
    ) -> Actor:
        """Somebody with an account, standing in a channel."""
        visitor = Visitor(account, name=account.title(), admin=admin, standing=standing)
        return Actor(self, visitor, Place(platform, community, channel=channel))

    def found(self, coordinator: str = "anna", name: str = "Coalition for Change", **where: str) -> Actor:
        """An admin founds a coalition with zone New York and its announcements in #general."""
        founder = self.person(coordinator, admin=True, **where)  # type: ignore[arg-type]
        reply = founder.says(f'/coalition setup "{name}" "New York" here')
        assert isinstance(reply, Reply), reply
        assert reply.tone is Tone.DONE, reply
        return Actor(self, replace(founder.visitor, admin=False), founder.place)

    def post(self) -> list[Parcel]:
        """Send all that is due now, and return it."""
        before = {name: len(box.parcels) for name, box in self.postboxes.items()}

        async def until_quiet() -> None:
            while await self.dispatcher.turn():
                pass

        asyncio.run(until_quiet())
        return [parcel for name, box in self.postboxes.items() for parcel in box.parcels[before[name] :]]

    def until(self, moment: datetime) -> list[tuple[datetime, Parcel]]:
        """Let time pass, from one instant at which something is due to the next; what went out, and when."""
        sent: list[tuple[datetime, Parcel]] = []
        while self.clock.now() < moment:
            self.clock.set(min(moment, self._next_due() or moment))
            sent += [(self.clock.now(), parcel) for parcel in self.post()]
        return sent

    def _next_due(self) -> datetime | None:
        due = select(func.min(Owed.try_at)).where(Owed.state == State.WAITING, Owed.try_at > self.clock.now())
        return self.db.read(lambda session: session.scalar(due))


@dataclass
class Actor:
    """A person as the platforms see them."""

    house: House
    visitor: Visitor
    place: Place

    @property
    def mention(self) -> str:
        """How others mention this account in an answer."""
        return str(Place(self.place.platform, self.place.community, account=self.visitor.account))

    @property
    def inbox(self) -> list[Parcel]:
        """What came as direct messages so far."""
        box = self.house.postboxes[self.place.platform]
        return [parcel for parcel in box.parcels if str(parcel.place) == self.mention]

    def at(self, channel: str) -> Actor:
        """The same person in another channel."""
        return replace(self, place=replace(self.place, channel=channel))

    def says(self, line: str, *, event: str = "", names: Mapping[str, str] | None = None) -> Reply | Form:
        """Type a slash command."""
        return self.house.bot.run(self._request(event, line=line, names=names or {}))

    def gives(self, command: str, event: str = "", **answers: str) -> Reply | Form:
        """Give a command with answers by name, as a platform with typed options does."""
        return self.house.bot.run(self._request(event, command=command, answers=answers))

    def fills(self, form: Reply | Form, event: str = "", **answers: str) -> Reply | Form:
        """Submit a form's page: what is not given stays as it was filled in."""
        assert isinstance(form, Form), form
        page = {question.name: question.value for question in form.questions}
        unasked = answers.keys() - page.keys()
        assert not unasked, f"{unasked} is not on this page: {sorted(page)}"
        return self.house.bot.run(self._request(event, command=form.command, draft=form.draft, answers=page | answers))

    def attaches(
        self, to: Reply | Form | str, question: str, name: str, content: bytes, event: str = "", **answers: str
    ) -> Reply | Form:
        """Attach a file to a question of a form's page, or of a command given by name, and submit it."""
        attached = {question: Attached(name, content, len(content))}
        if isinstance(to, str):
            return self.house.bot.run(self._request(event, command=to, answers=answers, files=attached))
        assert isinstance(to, Form), to
        page = {each.name: each.value for each in to.questions} | {question: ""}
        return self.house.bot.run(
            self._request(event, command=to.command, draft=to.draft, answers=page | answers, files=attached)
        )

    def taps(self, reply: Reply | Form, label: str, event: str = "") -> Reply | Form:
        """Press the button with that label."""
        assert isinstance(reply, Reply), reply
        found = [button for button in reply.buttons if button.label == label]
        assert found, f"no {label!r} among {[button.label for button in reply.buttons]}"
        return self.presses(found[0], event)

    def presses(self, button: Button, event: str = "") -> Reply | Form:
        """Press a button."""
        assert button.token, button
        assert len(button.token) <= 100, button
        return self.house.bot.run(self._request(event, press=button.token))

    def options(self, command: str, question: str, typed: str = "") -> list[Option]:
        """What is suggested after typing."""
        return self.house.bot.suggest(self._request("", command=command), question, typed)

    def _request(self, event: str, **what: object) -> Request:
        event = event or f"event-{next(_events)}"
        return Request(id=event, place=self.place, visitor=self.visitor, community_name="Sample", **what)  # type: ignore[arg-type]


def words(outcome: Reply | Form) -> str:
    """All that a person reads in a reply or form, as one text."""
    if isinstance(outcome, Form):
        asked = [f"{q.label} {q.help} {q.value_label or q.value} {q.problem}" for q in outcome.questions]
        return "\n".join([outcome.title, outcome.text, outcome.problem, *asked])
    rows = [" | ".join(row) for row in (outcome.table.rows if outcome.table else ())]
    facts = [f"{fact.label}: {_value(fact)}" for fact in outcome.facts]
    labels = [button.label for button in outcome.buttons]
    return "\n".join([outcome.title, outcome.text, *facts, *rows, *labels])


def often(cases: Iterable[str], chosen: Collection[str]) -> list[Any]:
    """Parameters of a test: the `chosen` ones are tried in each run, the others with `make chaos` only."""
    return [case if case in chosen else pytest.param(case, marks=pytest.mark.thorough) for case in cases]


def create_tables(db: Database) -> None:
    """All tables, straight from the models; that migrations make the same is another test."""
    Base.metadata.create_all(db.writer)


def _read_through(reply: Reply) -> Reply:
    """With the bytes of its file: a stream is closed once it is sent."""
    return replace(reply, file=replace(reply.file, content=reply.file.open().read())) if reply.file else reply


def _value(fact: Fact) -> str:
    return str(fact.value) if isinstance(fact.value, str | Moment | Place) else fact.value.url
