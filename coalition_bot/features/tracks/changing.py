"""A change of a track: what is to be, how it is stored, and the deadline that its due date is."""

from __future__ import annotations

from dataclasses import dataclass

from coalition_bot.context import Context
from coalition_bot.features.deadlines import Deadline
from coalition_bot.features.deadlines.reminding import hear, remind
from coalition_bot.features.deadlines.tables import TITLE_MAX
from coalition_bot.features.groups import Group
from coalition_bot.features.tracks.looks import Look
from coalition_bot.features.tracks.tables import Track, TrackState
from coalition_bot.history import note
from coalition_bot.moments import Moment
from coalition_bot.people import Place
from coalition_bot.phrases import Verb
from coalition_bot.words import _


@dataclass(frozen=True, slots=True)
class Plan:
    """What a track is to be."""

    state: TrackState
    owner_id: int | None
    due: Moment | None
    link: str
    note: str


def as_it_is(look: Look) -> Plan:
    """The plan that changes nothing."""
    owner_id = look.owner.id if look.owner else None
    due = look.deadline.moment if look.deadline else None
    return Plan(look.state, owner_id, due, look.track.link if look.track else "", look.track.note if look.track else "")


def title_of(look: Look, group: Group) -> str:
    """What the track is called among those of all groups: "1-pager of Housing"."""
    return _("{track} of {group}").format(track=look.called, group=group.name)


def store(ctx: Context, group: Group, look: Look, plan: Plan) -> None:
    """Make the track what it is to be, with its deadline, and write down that somebody did."""
    track = look.track or Track(group_id=group.id, kind=look.kind)
    track.state, track.owner_id, track.link, track.note = plan.state, plan.owner_id, plan.link, plan.note
    track.changed_at, track.changed_by = ctx.now, ctx.person.id
    ctx.session.add(track)
    ctx.session.flush()
    _set_due(ctx, group, look, plan, track)
    new_owner = plan.owner_id if plan.owner_id != as_it_is(look).owner_id else None
    note(ctx.session, ctx.now, ctx.person.id, "group.track", f"group:{group.id}", new_owner)


def channels_of(group: Group) -> list[Place]:
    """Where a group is reminded: in its own channel and in no other, for it may be private."""
    return [Place.parse(group.channel)] if group.channel else []


def _set_due(ctx: Context, group: Group, look: Look, plan: Plan, track: Track) -> None:
    deadline = look.deadline
    if plan.due is None:
        if deadline:
            deadline.cancelled_at = ctx.now
            remind(ctx.session, ctx.coalition, deadline, ctx.now)
        track.deadline_id = None
        return
    if deadline is None:
        deadline = Deadline(group_id=group.id, verb=Verb.DUE, personal=True, added_by=ctx.person.id, added_at=ctx.now)
        deadline.review_id = group.review_id
    deadline.title = title_of(look, group)[:TITLE_MAX]
    deadline.meant, deadline.instant, deadline.owner_id = str(plan.due), plan.due.instant, plan.owner_id
    deadline.met_at = (deadline.met_at or ctx.now) if plan.state is TrackState.DONE else None
    ctx.session.add(deadline)
    ctx.session.flush()
    track.deadline_id = deadline.id
    hear(ctx.session, deadline, channels_of(group))
    remind(ctx.session, ctx.coalition, deadline, ctx.now)
