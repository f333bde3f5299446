"""Who is what in which group: members, leads, and what that lets them do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from coalition_bot.command import Who, coordinators, members
from coalition_bot.context import Context
from coalition_bot.features.groups.tables import Group, Lead, Membership, Stage
from coalition_bot.outbox import Due
from coalition_bot.people import Person, find_community, find_person
from coalition_bot.words import N_


def leads_group(ctx: Context, group_uid: str) -> bool:
    """Whether the visitor may act for the open group of this uid: a coordinator for any and for none, or its lead."""
    found = select(Group.id).where(Group.uid == group_uid, Group.closed_at.is_(None))
    return leads_group_id(ctx, ctx.session.scalar(found) if group_uid else None)


def leads_group_id(ctx: Context, group_id: int | None) -> bool:
    """The same by the number that other tables keep; None stands for what belongs to no group."""
    if coordinators.may_open(ctx):
        return True
    return group_id is not None and members.may_open(ctx) and group_id in _led(ctx)


def belongs(ctx: Context, group_uid: str) -> bool:
    """Whether the visitor may see who is in the group: its members and leads, and coordinators."""
    if coordinators.may_open(ctx):
        return True
    group = ctx.session.scalar(select(Group).where(Group.uid == group_uid, Group.closed_at.is_(None)))
    if group is None or not members.may_open(ctx):
        return False
    own = stay(ctx.session, group.id, ctx.person.id)
    return group.id in _led(ctx) or (own is not None and own.stage == Stage.IN)


def stay(session: Session, group_id: int, person_id: int | None, *, lock: bool = False) -> Membership | None:
    """A person's stay in a group that is not over; they may still be waiting, or have applied.

    `lock`: whoever else would end or change it at the same moment comes after, and finds what has become of it.
    """
    found = select(Membership).where(
        Membership.group_id == group_id, Membership.person_id == person_id, Membership.left_at.is_(None)
    )
    return session.scalar(found.with_for_update() if lock else found)


def leading(session: Session, group_id: int, person_id: int) -> Lead | None:
    """A person's time as a lead that is not over."""
    return session.scalar(
        select(Lead).where(Lead.group_id == group_id, Lead.person_id == person_id, Lead.ended_at.is_(None))
    )


def leads_of(session: Session, group_id: int, *, backup: bool | None = None) -> list[Person]:
    """Who leads a group now, backups last, the longest-serving first; `backup`: only backups, or only the others."""
    found = select(Person).join(Lead, Lead.person_id == Person.id)
    now = found.where(Lead.group_id == group_id, Lead.ended_at.is_(None)).order_by(Lead.backup, Lead.id)
    return list(session.scalars(now if backup is None else now.where(Lead.backup.is_(backup))))


def reader(due: Due) -> Person | None:
    """Whoever reads the private message that is being written; None where that is no person of the coalition."""
    community = find_community(due.session, due.place.platform, due.place.community) if due.place else None
    return find_person(due.session, community, due.place.account) if due.place and community else None


def in_charge(due: Due, group_id: int) -> bool:
    """Whether the reader of a message leads the group, or coordinates, at the moment at which it goes out."""
    person = reader(due)
    return person is not None and (person.coordinates or leading(due.session, group_id, person.id) is not None)


def lead_names(session: Session, group_ids: Sequence[int]) -> dict[int, list[str]]:
    """The names of the leads of some groups, by group."""
    found = select(Lead.group_id, Person.name).join(Person, Person.id == Lead.person_id)
    now = found.where(Lead.group_id.in_(group_ids), Lead.ended_at.is_(None)).order_by(Lead.id)
    names: dict[int, list[str]] = {}
    for group_id, name in session.execute(now):
        names.setdefault(group_id, []).append(name)
    return names


def is_in() -> ColumnElement[bool]:
    """The condition on Membership that somebody is in the group now: neither gone, nor waiting, nor applying."""
    return and_(Membership.left_at.is_(None), Membership.stage == Stage.IN)


def member_count(session: Session, group_id: int) -> int:
    """How many are in a group now."""
    return stage_count(session, group_id, Stage.IN)


def stage_count(session: Session, group_id: int, stage: Stage) -> int:
    """How many have come this far in a group, and are not gone."""
    here = and_(Membership.group_id == group_id, Membership.left_at.is_(None), Membership.stage == stage)
    return session.scalar(select(func.count()).select_from(Membership).where(here)) or 0


def position(session: Session, stay: Membership) -> int:
    """The place of somebody who waits in the line, from 1 on."""
    before = select(func.count()).select_from(Membership)
    line = before.where(
        Membership.group_id == stay.group_id, Membership.left_at.is_(None), Membership.stage == Stage.WAITING
    )
    return session.scalar(line.where(Membership.id <= stay.id)) or 1


def _led(ctx: Context) -> frozenset[int]:
    """The open groups that the visitor leads."""
    if ctx.person.id is None:
        return frozenset()
    found = select(Lead.group_id).join(Group, Group.id == Lead.group_id)
    now = found.where(Lead.person_id == ctx.person.id, Lead.ended_at.is_(None), Group.closed_at.is_(None))
    return frozenset(ctx.session.scalars(now))


def _stays_somewhere(ctx: Context) -> bool:
    if ctx.person.id is None:
        return False
    here = select(Membership.id).join(Group, Group.id == Membership.group_id)
    now = here.where(Membership.person_id == ctx.person.id, is_in(), Group.closed_at.is_(None))
    return ctx.session.scalar(now.limit(1)) is not None


def _may_lead(ctx: Context) -> bool:
    return coordinators.may_open(ctx) or (members.may_open(ctx) and bool(_led(ctx)))


def _may_belong(ctx: Context) -> bool:
    return _may_lead(ctx) or (members.may_open(ctx) and _stays_somewhere(ctx))


def _leads_this(ctx: Context, command: Any) -> bool:
    return leads_group(ctx, command.group)


def _belongs_here(ctx: Context, command: Any) -> bool:
    return belongs(ctx, command.group)


# For commands with a field `group`; where it is left empty, the matter is the whole coalition's.
leads = Who(N_("coordinators and leads of the group"), _may_lead, _leads_this)
insiders = Who(N_("members of the group, its leads and coordinators"), _may_belong, _belongs_here)
