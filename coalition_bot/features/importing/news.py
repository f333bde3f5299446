"""What leads are told of an import: one message for all who were added to their group."""

from __future__ import annotations

from sqlalchemy import func, select

from coalition_bot.command import Reply
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import members_button
from coalition_bot.features.groups.standing import in_charge, leads_of
from coalition_bot.features.groups.tables import Group
from coalition_bot.features.members.finding import tell
from coalition_bot.history import Happening
from coalition_bot.outbox import Due
from coalition_bot.people import Person
from coalition_bot.words import _, n_

ADDED = "importing.added"


def tell_added(ctx: Context, group: Group, happened: Happening) -> None:
    """Owe the news to the leads of a group to which an import has added people; whoever imported knows it."""
    for lead in leads_of(ctx.session, group.id):
        if lead.id != ctx.person.id:
            tell(ctx, lead, key=f"{ADDED}:{happened.id}", kind=ADDED, ref=happened.id)


def _write_added(due: Due) -> Reply | None:
    happened = due.session.get(Happening, int(due.ref))
    group = due.session.get(Group, int(happened.about.removeprefix("group:"))) if happened else None
    if happened is None or group is None or group.closed_at or not in_charge(due, group.id):
        return None
    came = {what: _count(due, happened, what) for what in ("group.join", "group.wait")}
    say = n_(
        "{count} person was added to {group} by {actor} from a sheet.",
        "{count} people were added to {group} by {actor} from a sheet.",
        sum(came.values()),
    )
    told = say.format(count=sum(came.values()), group=group.name, actor=_actor(due, happened))
    waiting = n_("{count} of them waits for a place.", "{count} of them wait for a place.", came["group.wait"])
    told += f" {waiting.format(count=came['group.wait'])}" if came["group.wait"] else ""
    return Reply(told, buttons=(members_button(group),))


def _count(due: Due, happened: Happening, what: str) -> int:
    """How many came by this import: all that it did has its moment."""
    same = select(func.count()).select_from(Happening)
    same = same.where(Happening.at == happened.at, Happening.about == happened.about, Happening.what == what)
    return due.session.scalar(same.where(Happening.actor_id.is_not_distinct_from(happened.actor_id))) or 0


def _actor(due: Due, happened: Happening) -> str:
    actor = due.session.get(Person, happened.actor_id) if happened.actor_id else None
    if actor is None:
        return _("the operator")
    return _("a former member") if actor.former else actor.name


WRITERS = {ADDED: _write_added}
