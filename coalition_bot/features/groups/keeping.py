"""A person's groups as personal data: to hand out, to make nameless, to join with another record."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from coalition_bot.context import Context
from coalition_bot.features.groups.notices import tell_leaderless
from coalition_bot.features.groups.standing import leading, leads_of, stay
from coalition_bot.features.groups.tables import Group, Lead, Membership
from coalition_bot.history import note
from coalition_bot.people import Person


def export(ctx: Context, person: Person) -> Mapping[str, object]:
    """All stays in groups, and all times as a lead, also past ones."""
    stays = select(Group.name, Membership.issue, Membership.joined_at, Membership.left_at)
    stays = stays.join(Membership, Membership.group_id == Group.id).where(Membership.person_id == person.id)
    led = select(Group.name, Lead.since, Lead.ended_at).join(Lead, Lead.group_id == Group.id)
    led = led.where(Lead.person_id == person.id)
    return {
        "memberships": [
            {"group": group, "issue": issue, "joined": joined_at, "left": left_at}
            for group, issue, joined_at, left_at in ctx.session.execute(stays.order_by(Membership.id))
        ],
        "led": [
            {"group": group, "since": since, "until": ended_at}
            for group, since, ended_at in ctx.session.execute(led.order_by(Lead.id))
        ],
    }


def forget(ctx: Context, person: Person) -> None:
    """End all stays; what is left says that a former member was there, and no more."""
    for own in ctx.session.scalars(select(Membership).where(Membership.person_id == person.id)).all():
        own.issue = ""
        if own.left_at is None:
            own.left_at = ctx.now
            note(ctx.session, ctx.now, person.id, "group.leave", f"group:{own.group_id}", person.id)
    led = select(Lead).where(Lead.person_id == person.id, Lead.ended_at.is_(None))
    for lead in ctx.session.scalars(led).all():
        lead.ended_at = ctx.now
        ctx.session.flush()
        if not leads_of(ctx.session, lead.group_id):
            tell_leaderless(ctx, lead)


def merge(ctx: Context, gone: Person, kept: Person) -> None:
    """What was the first one's becomes the second's; where both were in a group, the one stay ends in the other."""
    for own in ctx.session.scalars(select(Membership).where(Membership.person_id == gone.id)).all():
        other = stay(ctx.session, own.group_id, kept.id) if own.left_at is None else None
        if other:
            other.issue = other.issue or own.issue
            own.left_at = ctx.now
        own.person_id = kept.id
        ctx.session.flush()
    for lead in ctx.session.scalars(select(Lead).where(Lead.person_id == gone.id)).all():
        if lead.ended_at is None and leading(ctx.session, lead.group_id, kept.id):
            lead.ended_at = ctx.now
        lead.person_id = kept.id
        ctx.session.flush()
