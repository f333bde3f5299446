"""The only way into a group and out of it: who gets a place, who waits, and who follows when a place is free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coalition_bot.context import Context
from coalition_bot.features.groups.notices import tell_joined, tell_left
from coalition_bot.features.groups.standing import leading, leads_of, member_count
from coalition_bot.features.groups.tables import Ending, Group, GroupKind, Membership, Stage
from coalition_bot.history import note
from coalition_bot.people import Person


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
    stay = Membership(
        group_id=group.id,
        person_id=person.id,
        stage=stage,
        issue=issue,
        shown=shown,
        joined_at=at or ctx.now,
        entered_at=(at or ctx.now) if stage is Stage.IN else None,
        added_by=ctx.person.id if ctx.person.id != person.id else None,
    )
    ctx.session.add(stay)
    ctx.session.flush()
    happened = {Stage.IN: "group.join", Stage.WAITING: "group.wait", Stage.APPLIED: "group.apply"}[stage]
    note(ctx.session, ctx.now, ctx.person.id, happened, f"group:{group.id}", person.id)
    if not quiet:
        tell_joined(ctx, stay, leads_of(ctx.session, group.id) if leads is None else leads)
    return stay


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
    if was_in and not quiet:
        tell_left(ctx, stay)
    fill(ctx, group)


def fill(ctx: Context, group: Group) -> list[Membership]:
    """Give the free places of a locked group to those who have waited longest; returns their stays."""
    line = select(Membership).where(
        Membership.group_id == group.id, Membership.left_at.is_(None), Membership.stage == Stage.WAITING
    )
    room = None if group.capacity is None else max(0, group.capacity - member_count(ctx.session, group.id))
    promoted = list(ctx.session.scalars(line.order_by(Membership.id).limit(room)))
    for stay in promoted:
        stay.stage, stay.entered_at = Stage.IN, ctx.now
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "group.promote", f"group:{group.id}", stay.person_id)
    return promoted


def position(session: Session, stay: Membership) -> int:
    """The place of somebody who waits in the line, from 1 on."""
    before = select(func.count()).select_from(Membership)
    line = before.where(
        Membership.group_id == stay.group_id, Membership.left_at.is_(None), Membership.stage == Stage.WAITING
    )
    return (session.scalar(line.where(Membership.id <= stay.id))) or 1


def _stage(session: Session, group: Group, *, approved: bool) -> Stage:
    if group.kind == GroupKind.TASK_FORCE and not approved:
        return Stage.APPLIED
    if group.capacity is not None and member_count(session, group.id) >= group.capacity:
        return Stage.WAITING
    return Stage.IN
