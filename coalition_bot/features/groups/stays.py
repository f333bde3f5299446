"""The only way into a group and out of it: who gets a place, who waits, and who follows when a place is free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coalition_bot.context import Context
from coalition_bot.db import add_many
from coalition_bot.features.groups.channel import see_out
from coalition_bot.features.groups.notices import tell_joined, tell_leaderless, tell_left
from coalition_bot.features.groups.placing import tell_answered, tell_applied, tell_promoted
from coalition_bot.features.groups.standing import leading, leads_of, member_count, position
from coalition_bot.features.groups.tables import Ending, Group, GroupKind, Membership, Stage
from coalition_bot.history import Happening, note
from coalition_bot.people import Person

__all__ = ["Arrival", "approve", "end", "enter", "enter_all", "fill", "position"]


def enter(
    ctx: Context,
    group: Group,
    person: Person,
    *,
    issue: str = "",
    shown: bool = False,
    approved: bool = False,
    at: datetime | None = None,
    quiet: bool = False,
    leads: Sequence[Person] | None = None,
) -> Membership:
    """Begin somebody's stay in an open group, which `open_group` has locked; they must not have one that is not over.

    They are in, or wait for a place, or have applied, as the group's kind and capacity want it. `approved`: by somebody
    who may decide, so that no application is needed. `at`: when they signed up, if it was elsewhere and before now.
    `quiet`: nobody is told, for instance about an imported sheet. `leads`: if they have been asked for already.
    """
    stage = _stage(ctx.session, group, approved=approved)
    stay = _new_stay(ctx, group, person.id, stage, issue=issue, at=at, shown=shown)
    ctx.session.add_all([stay, _beginning(ctx, stay)])
    ctx.session.flush()
    if not quiet and stage is Stage.IN:
        tell_joined(ctx, stay, leads_of(ctx.session, group.id) if leads is None else leads)
    if not quiet and stage is Stage.APPLIED:
        tell_applied(ctx, stay)
    return stay


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who is to come into a group with many others."""

    person_id: int
    issue: str = ""
    at: datetime | None = None  # when they signed up, if it was before now


def enter_all(ctx: Context, group: Group, arrivals: Sequence[Arrival]) -> None:
    """`enter` for many at once, approved and quiet: the first ones have the places that are left, the others wait."""
    room = None if group.capacity is None else max(0, group.capacity - member_count(ctx.session, group.id))
    stays = [
        _new_stay(
            ctx,
            group,
            each.person_id,
            Stage.IN if room is None or number < room else Stage.WAITING,
            issue=each.issue,
            at=each.at,
        )
        for number, each in enumerate(arrivals)
    ]
    add_many(ctx.session, stays)
    add_many(ctx.session, [_beginning(ctx, stay) for stay in stays])


def approve(ctx: Context, group: Group, stay: Membership) -> None:
    """Take in somebody who has applied to a locked group; where it is full, they wait in the order of applications."""
    stage = _stage(ctx.session, group, approved=True)
    stay.stage, stay.entered_at = stage, ctx.now if stage is Stage.IN else None
    ctx.session.flush()
    note(ctx.session, ctx.now, ctx.person.id, "group.approve", f"group:{group.id}", stay.person_id)
    tell_answered(ctx, stay)
    if stage is Stage.IN:
        tell_joined(ctx, stay, leads_of(ctx.session, group.id))


def end(ctx: Context, group: Group, stay: Membership, ending: Ending, reason: str = "", *, quiet: bool = False) -> None:
    """End a stay in a group that `open_group` has locked; whoever leads does so no more; the first in line follows."""
    was_in = stay.stage == Stage.IN
    stay.left_at, stay.ending, stay.reason = ctx.now, ending, reason
    led = leading(ctx.session, group.id, stay.person_id)
    if led:
        led.ended_at = ctx.now
    ctx.session.flush()
    what = "group.leave" if ending is Ending.LEFT else f"group.{ending}"
    note(ctx.session, ctx.now, ctx.person.id, what, f"group:{group.id}", stay.person_id)
    see_out(ctx, group, stay)
    if was_in and not quiet:
        tell_left(ctx, stay, led)
    if led:
        tell_leaderless(ctx, led)
    if ending is Ending.DECLINED and not quiet:
        tell_answered(ctx, stay)
    fill(ctx, group)


def fill(ctx: Context, group: Group) -> list[Membership]:
    """Give the free places of a locked group to those who have waited longest, and tell them; returns their stays."""
    line = select(Membership).where(
        Membership.group_id == group.id, Membership.left_at.is_(None), Membership.stage == Stage.WAITING
    )
    room = None if group.capacity is None else max(0, group.capacity - member_count(ctx.session, group.id))
    promoted = list(ctx.session.scalars(line.order_by(Membership.id).limit(room)))
    for stay in promoted:
        stay.stage, stay.entered_at = Stage.IN, ctx.now
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "group.promote", f"group:{group.id}", stay.person_id)
        tell_promoted(ctx, stay)
        tell_joined(ctx, stay, leads_of(ctx.session, group.id))
    return promoted


def _new_stay(
    ctx: Context,
    group: Group,
    person_id: int,
    stage: Stage,
    *,
    issue: str,
    at: datetime | None,
    shown: bool = False,
) -> Membership:
    return Membership(
        group_id=group.id,
        person_id=person_id,
        stage=stage,
        issue=issue,
        shown=shown,
        joined_at=at or ctx.now,
        entered_at=(at or ctx.now) if stage is Stage.IN else None,
        added_by=ctx.person.id if ctx.person.id != person_id else None,
    )


def _beginning(ctx: Context, stay: Membership) -> Happening:
    """How the history tells that a stay begins."""
    what = {Stage.IN: "group.join", Stage.WAITING: "group.wait", Stage.APPLIED: "group.apply"}[Stage(stay.stage)]
    about = f"group:{stay.group_id}"
    return Happening(at=ctx.now, actor_id=ctx.person.id, what=what, about=about, whom_id=stay.person_id)


def _stage(session: Session, group: Group, *, approved: bool) -> Stage:
    if group.kind == GroupKind.TASK_FORCE and not approved:
        return Stage.APPLIED
    if group.capacity is not None and member_count(session, group.id) >= group.capacity:
        return Stage.WAITING
    return Stage.IN
