"""Deadlines: written as people write them, kept as they were meant, and reminded of in the right channels."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update

from coalition_bot.command import Feature
from coalition_bot.context import Context
from coalition_bot.features.deadlines.adding import Add
from coalition_bot.features.deadlines.listing import Cancel, Hour, ListDeadlines, tells
from coalition_bot.features.deadlines.reminding import WRITERS, remind
from coalition_bot.features.deadlines.tables import Deadline
from coalition_bot.outbox import Due
from coalition_bot.people import Person


def export(ctx: Context, person: Person) -> Mapping[str, object]:
    """The deadlines that the person added."""
    mine = select(Deadline.title, Deadline.meant).where(Deadline.added_by == person.id)
    return {"added": [list(row) for row in ctx.session.execute(mine)]}


def merge(ctx: Context, gone: Person, kept: Person) -> None:
    """What one added or has to meet, the other does."""
    for column in (Deadline.added_by, Deadline.owner_id):
        ctx.session.execute(update(Deadline).where(column == gone.id).values({column.key: kept.id}))


def forget(ctx: Context, person: Person) -> None:
    """What they had to meet, the leads of the group have to."""
    ctx.session.execute(update(Deadline).where(Deadline.owner_id == person.id).values(owner_id=None))


def reckon_anew(due: Due) -> None:
    """Once a night: where a zone's rules have changed, the instant follows what was meant."""
    ahead = select(Deadline).where(
        Deadline.cancelled_at.is_(None), Deadline.met_at.is_(None), Deadline.instant > due.now
    )
    for deadline in due.session.scalars(ahead).all():
        instant = deadline.moment.instant
        if instant != deadline.instant and due.coalition:
            deadline.instant = instant
            remind(due.session, due.coalition, deadline, due.now)


__all__ = ["FEATURE", "Deadline"]

FEATURE = Feature(
    name="deadlines",
    commands=[Add, ListDeadlines, Cancel, Hour],
    writers=WRITERS,
    export=export,
    forget=forget,
    merge=merge,
    tells=tells,
    nightly=reckon_anew,
)
