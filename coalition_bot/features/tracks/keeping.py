"""Tracks as they follow people and groups: handed out, forgotten, joined with another record, kept in step."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update

from coalition_bot.context import Context
from coalition_bot.features.deadlines import Deadline
from coalition_bot.features.deadlines.reminding import hear, places, remind
from coalition_bot.features.groups import Group
from coalition_bot.features.tracks.changing import channels_of
from coalition_bot.features.tracks.tables import Nudge, Track
from coalition_bot.outbox import Due
from coalition_bot.people import Person


def export(ctx: Context, person: Person) -> Mapping[str, object]:
    """The tracks that the person owns, and when they nudged."""
    owned = select(Group.name, Track.kind, Track.state).join(Track, Track.group_id == Group.id)
    owned = owned.where(Track.owner_id == person.id).order_by(Track.id)
    nudges = select(Nudge.at).where(Nudge.by_id == person.id).distinct().order_by(Nudge.at)
    return {
        "owned": [{"group": group, "track": kind, "state": state} for group, kind, state in ctx.session.execute(owned)],
        "nudged": list(ctx.session.scalars(nudges)),
    }


def forget(ctx: Context, person: Person) -> None:
    """What they owned has no owner; that somebody changed it stays in the history."""
    ctx.session.execute(update(Track).where(Track.owner_id == person.id).values(owner_id=None))


def merge(ctx: Context, gone: Person, kept: Person) -> None:
    """What was the first one's becomes the second's."""
    for table, column in ((Track, Track.owner_id), (Track, Track.changed_by), (Nudge, Nudge.by_id)):
        ctx.session.execute(update(table).where(column == gone.id).values({column.key: kept.id}))


def follow_channels(due: Due) -> None:
    """Once a night: where a group talks somewhere else now, its tracks are reminded of there."""
    ahead = (
        select(Deadline, Group)
        .join(Track, Track.deadline_id == Deadline.id)
        .join(Group, Group.id == Track.group_id)
        .where(Deadline.cancelled_at.is_(None), Deadline.met_at.is_(None), Deadline.instant > due.now)
    )
    for deadline, group in due.session.execute(ahead).all():
        if due.coalition and places(due.session, deadline) != channels_of(group):
            hear(due.session, deadline, channels_of(group))
            remind(due.session, due.coalition, deadline, due.now)
