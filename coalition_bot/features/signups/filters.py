"""What can be asked of sign-ups: each filter as a condition, so that together they are one query."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import InstrumentedAttribute

from coalition_bot.command import coordinators
from coalition_bot.context import Context
from coalition_bot.features.geneva.questions import Coming
from coalition_bot.features.geneva.tables import Answer, Trip
from coalition_bot.features.geneva.trips import suggest_trips
from coalition_bot.features.groups.finding import led
from coalition_bot.features.groups.tables import Ending, Group, GroupKind, Lead, Membership, Stage
from coalition_bot.features.signups.days import beginning
from coalition_bot.fields import Option
from coalition_bot.fields.field import Suggest
from coalition_bot.folding import fold
from coalition_bot.people import FOLDED_MAX, Community, Identity, Person, Role
from coalition_bot.words import N_, _

WORDS_MAX = 8  # looked for in an issue; each of them is one more look at every issue
NO_GROUP = "group"
NO_ACCOUNT = "none"


class Part(StrEnum):
    """What somebody is in the group in which they are, or in the coalition."""

    MEMBER = "member"
    LEAD = "lead"
    COORDINATOR = "coordinator"


class State(StrEnum):
    """How a sign-up stands now."""

    IN = "in"
    WAITING = "waiting"
    APPLIED = "applied"
    LEFT = "left"


PART_WORDS = {Part.MEMBER: N_("Member"), Part.LEAD: N_("Lead"), Part.COORDINATOR: N_("Coordinator")}
STATE_WORDS = {
    State.IN: N_("In"),
    State.WAITING: N_("Waiting"),
    State.APPLIED: N_("Applied"),
    State.LEFT: N_("Left"),
}
UNTOLD = (Ending.MERGED, Ending.FORGOTTEN)  # ways to end that are nobody's leaving


@dataclass(frozen=True, slots=True)
class Gathering:
    """Something at which groups may have a representative: which ones there are, and the numbers of who attends."""

    name: str  # stands before its uid: "trip:…"
    suggest: Suggest  # only those that the visitor may ask about
    attending: Callable[[Context, str], Select[int]]


def _trips(ctx: Context, typed: str = "") -> Sequence[Option]:
    """Who travels is seen by coordinators only."""
    return suggest_trips(ctx, typed) if coordinators.may_open(ctx) else []


def _coming(ctx: Context, uid: str) -> Select[int]:
    """Those who said that they come, in person or online; "not sure" is no representative yet."""
    said = select(Answer.person_id).join(Trip, Trip.id == Answer.trip_id).where(Trip.uid == uid)
    return said.where(Answer.field == "coming", Answer.plain.in_([Coming.IN_PERSON, Coming.ONLINE]))


GATHERINGS = (Gathering("trip", _trips, _coming),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What somebody wants to know; whatever is empty lets everything through."""

    group: Group | None = None
    kind: str = ""
    organisation: str = ""
    words: str = ""
    since: date | None = None
    before: date | None = None
    role: str = ""
    platform: str = ""
    state: str = ""


def narrow(ctx: Context, asked: Asked) -> bool:
    """Whether few sign-ups are left, so that it is cheaper to sort those than to go through all in order."""
    chosen = asked.group or asked.organisation or asked.words or asked.role in (Part.LEAD, Part.COORDINATOR)
    return bool(chosen) or not coordinators.may_open(ctx)


def sign_ups(ctx: Context, asked: Asked) -> list[ColumnElement[bool]]:
    """The conditions on Membership: what was asked for, of what the visitor may see."""
    person = [
        *_organisation(ctx, asked, Membership.person_id),
        *_account(asked, Membership.person_id, few=narrow(ctx, asked)),
    ]
    words = dict.fromkeys(fold(asked.words).split()[:WORDS_MAX])
    has = [Membership.issue_folded.contains(word, autoescape=True) for word in words]
    return [
        *_state(asked),
        *groups(ctx, asked),
        *_role(asked),
        *person,
        *has,
        *_between(ctx, asked, Membership.joined_at),
    ]


def groups(ctx: Context, asked: Asked) -> list[ColumnElement[bool]]:
    """In which groups: a lead sees their own, a coordinator all that are open; closed ones by name, or once left."""
    found = [Membership.group_id == asked.group.id] if asked.group else []
    if not coordinators.may_open(ctx):
        own = led(ctx).with_only_columns(Group.id)
        return [*found, Membership.group_id.in_(own.where(Group.kind == asked.kind) if asked.kind else own)]
    if asked.kind:
        found.append(Membership.group_id.in_(select(Group.id).where(Group.kind == asked.kind)))
    if not asked.group and asked.state != State.LEFT:
        found.append(Membership.group_id.not_in(select(Group.id).where(Group.closed_at.is_not(None))))
    return found


def unattached(ctx: Context, asked: Asked) -> list[ColumnElement[bool]]:
    """The conditions on Person that they have signed up for no such group. Mailing lists count where they are meant."""
    such = [Group.closed_at.is_(None), Group.kind == asked.kind if asked.kind else Group.kind != GroupKind.LIST]
    such = [Group.id == asked.group.id] if asked.group else such
    there = exists().where(
        Membership.person_id == Person.id, Membership.left_at.is_(None), Group.id == Membership.group_id, *such
    )
    person = [*_organisation(ctx, asked, Person.id), *_account(asked, Person.id, few=True)]
    role = [Person.role == Role.COORDINATOR] if asked.role == Part.COORDINATOR else []
    role = [Person.role == Role.MEMBER] if asked.role == Part.MEMBER else role
    return [Person.former.is_(False), ~there, *role, *person, *_between(ctx, asked, Person.created_at)]


def unrepresented(ctx: Context, asked: Asked, attending: Select[int]) -> list[ColumnElement[bool]]:
    """The conditions on Group that it is open, and none who is in it or leads it is among those attending."""
    there = select(Membership.group_id).where(Membership.left_at.is_(None), Membership.stage == Stage.IN)
    led_there = select(Lead.group_id).where(Lead.ended_at.is_(None))
    going = [
        Group.id.not_in(there.where(Membership.person_id.in_(attending))),
        Group.id.not_in(led_there.where(Lead.person_id.in_(attending))),
    ]
    own = [] if coordinators.may_open(ctx) else [Group.id.in_(led(ctx).with_only_columns(Group.id))]
    kind = Group.kind == asked.kind if asked.kind else Group.kind != GroupKind.LIST
    named = [Group.id == asked.group.id] if asked.group else []
    return [Group.closed_at.is_(None), kind, *named, *own, *going]


def leading() -> ColumnElement[bool]:
    """The condition on Membership that whoever signed up leads the group."""
    return exists().where(
        Lead.group_id == Membership.group_id, Lead.person_id == Membership.person_id, Lead.ended_at.is_(None)
    )


def attending(ctx: Context, without: str) -> Select[int]:
    """Who attends what a `without` answer names."""
    name, _colon, uid = without.partition(":")
    return next(each for each in GATHERINGS if each.name == name).attending(ctx, uid)


def without_options(ctx: Context, typed: str = "") -> Sequence[Option]:
    """What people and groups can be without, as far as the visitor may ask."""
    nothing = [Option(NO_GROUP, _("Not in any group"))] if coordinators.may_open(ctx) else []
    nobody = _("No representative at {gathering}")
    absent = [
        Option(f"{each.name}:{option.value}", nobody.format(gathering=option.label))
        for each in GATHERINGS
        for option in each.suggest(ctx, "")
    ]
    wanted = typed.casefold()
    return [each for each in (*nothing, *absent) if wanted in each.label.casefold() or each.value == typed]


def platforms(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The platforms on which people of the coalition have accounts; and that they have none."""
    if not ctx.founded:
        return []
    found = ctx.session.scalars(select(Community.platform).distinct().order_by(Community.platform))
    options = [*(Option(name, name.capitalize()) for name in found), Option(NO_ACCOUNT, _("No account"))]
    return [each for each in options if typed.casefold() in each.label.casefold() or each.value == typed]


def same_organisation(ctx: Context, typed: str) -> tuple[str, bool]:
    """What was typed, folded; and whether an organisation is called just so: else all that begin so are meant."""
    folded = fold(typed, FOLDED_MAX)
    just_so = select(Person.id).where(Person.organisation_folded == folded).limit(1)
    return folded, ctx.session.scalar(just_so) is not None


def _state(asked: Asked) -> list[ColumnElement[bool]]:
    if asked.state == State.LEFT:
        return [Membership.left_at.is_not(None), Membership.ending.not_in(UNTOLD)]
    stage = [Membership.stage == asked.state] if asked.state else []
    return [Membership.left_at.is_(None), *stage]


def _role(asked: Asked) -> list[ColumnElement[bool]]:
    coordinating = select(Person.id).where(Person.role == Role.COORDINATOR)
    if asked.role == Part.COORDINATOR:
        return [Membership.person_id.in_(coordinating)]
    if asked.role == Part.LEAD:  # the first condition says no more than the second, but finds them by an index
        return [Membership.person_id.in_(select(Lead.person_id).where(Lead.ended_at.is_(None))), leading()]
    return [Membership.person_id.not_in(coordinating), ~leading()] if asked.role == Part.MEMBER else []


def _organisation(ctx: Context, asked: Asked, person: InstrumentedAttribute[int]) -> list[ColumnElement[bool]]:
    if not asked.organisation:
        return []
    folded, just_so = same_organisation(ctx, asked.organisation)
    called = Person.organisation_folded
    same = called == folded if just_so else called.startswith(folded, autoescape=True)
    return [person.in_(select(Person.id).where(same))]


def _account(asked: Asked, person: InstrumentedAttribute[int], *, few: bool) -> list[ColumnElement[bool]]:
    """Whether they have an account there. Where few are left, each is looked up; else all who have one are fetched."""
    if not asked.platform:
        return []
    if few:
        own = exists().where(Identity.person_id == person)
        return [~own if asked.platform == NO_ACCOUNT else own.where(Identity.platform == asked.platform)]
    if asked.platform == NO_ACCOUNT:
        return [person.in_(select(Person.id).where(~exists().where(Identity.person_id == Person.id)))]
    return [person.in_(select(Identity.person_id).where(Identity.platform == asked.platform))]


def _between(ctx: Context, asked: Asked, at: InstrumentedAttribute[datetime]) -> list[ColumnElement[bool]]:
    since = [at >= beginning(ctx, asked.since)] if asked.since else []
    return [*since, *([at < beginning(ctx, asked.before)] if asked.before else [])]
