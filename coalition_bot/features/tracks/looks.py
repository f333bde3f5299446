"""How the tracks of groups stand, and how that is put into words and shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from coalition_bot.command import Fact
from coalition_bot.context import Context
from coalition_bot.features.deadlines import Deadline
from coalition_bot.features.groups import Group, Lead, Membership, leads_group_id
from coalition_bot.features.groups.standing import is_in
from coalition_bot.features.groups.tables import GroupKind
from coalition_bot.features.tracks.tables import Track, TrackKind, TrackState
from coalition_bot.moments import day_in_words
from coalition_bot.people import Person
from coalition_bot.words import N_, _

KIND_WORDS = {
    TrackKind.RESEARCH: N_("Research"),
    TrackKind.ONE_PAGER: N_("1-pager"),
    TrackKind.SIDE_EVENT: N_("Side event"),
}
STATE_WORDS = {
    TrackState.NOT_STARTED: N_("Not started"),
    TrackState.IN_PROGRESS: N_("In progress"),
    TrackState.IN_REVIEW: N_("In review"),
    TrackState.DONE: N_("Done"),
}
# A shape and a word each: whoever sees no colours, or hears the page read aloud, misses nothing.
LIGHTS = {
    TrackState.NOT_STARTED: N_("○ not started"),
    TrackState.IN_PROGRESS: N_("◔ in progress"),
    TrackState.IN_REVIEW: N_("◐ in review"),
    TrackState.DONE: N_("● done"),
}
OVERDUE = N_("! overdue")


@dataclass(frozen=True, slots=True)
class Look:
    """How one track of a group stands."""

    kind: TrackKind
    track: Track | None = None  # None before its first change
    owner: Person | None = None  # as long as they are in the group
    named: bool = False  # whether members of the group see the owner's name
    deadline: Deadline | None = None

    @property
    def state(self) -> TrackState:
        """How far it has come."""
        return TrackState(self.track.state) if self.track else TrackState.NOT_STARTED

    @property
    def missing(self) -> bool:
        """Whether there is still something to do."""
        return self.state is not TrackState.DONE

    @property
    def called(self) -> str:
        """What the track is called."""
        return _(KIND_WORDS[self.kind])

    def light(self, now: datetime) -> str:
        """Its state at a glance, as a shape and a word."""
        overdue = self.missing and self.deadline is not None and self.deadline.instant <= now
        return _(OVERDUE) if overdue else _(LIGHTS[self.state])

    def line(self, now: datetime, owner: str = "") -> str:
        """Light, owner and due date in one line: "◐ in review, Maria, due Thursday, 3 October 2019"."""
        due = _("due {day}").format(day=day_in_words(self.deadline.moment.wall.date())) if self.deadline else ""
        return ", ".join(part for part in (self.light(now), owner, due) if part)


def looks(session: Session, group_ids: Sequence[int]) -> dict[int, list[Look]]:
    """The three tracks of each of the groups, in one query; those that nobody has touched are not started."""
    found: dict[tuple[int, str], Look] = {}
    for track, owner, shown, lead, deadline in session.execute(_tracks().where(Track.group_id.in_(group_ids))):
        named = owner is not None and (bool(shown) or lead is not None)
        found[track.group_id, track.kind] = Look(TrackKind(track.kind), track, owner, named, deadline)
    return {each: [found.get((each, kind)) or Look(kind) for kind in TrackKind] for each in group_ids}


def look(session: Session, group_id: int, kind: TrackKind) -> Look:
    """How one track of a group stands."""
    return next(each for each in looks(session, [group_id])[group_id] if each.kind is kind)


def owner_in_words(ctx: Context, seen: Look, group_id: int) -> str:
    """The owner as the visitor may see them: by name where they allow it; empty where there is none."""
    if seen.owner is None:
        return ""
    if seen.named or seen.owner.id == ctx.person.id or leads_group_id(ctx, group_id):
        return seen.owner.name
    return _("a member")


def sees(ctx: Context, group_id: int) -> bool:
    """Whether the visitor may see the tracks of a group: its members and leads, and coordinators."""
    if leads_group_id(ctx, group_id):
        return True
    here = select(Membership.id).where(Membership.group_id == group_id, Membership.person_id == ctx.person.id, is_in())
    return ctx.person.id is not None and ctx.session.scalar(here) is not None


def has_tracks(group: Group) -> bool:
    """Whether it works on the three things; a mailing list does not."""
    return group.kind != GroupKind.LIST


def tells(ctx: Context, about: str) -> Sequence[Fact]:
    """Three lines for a group's card, for those who may see them."""
    what, _colon, number = about.partition(":")
    group = ctx.session.get(Group, int(number)) if what == "group" and number.isdecimal() else None
    if group is None or group.closed_at or not has_tracks(group) or not sees(ctx, group.id):
        return ()
    return facts_of(ctx, group)


def facts_of(ctx: Context, group: Group) -> tuple[Fact, ...]:
    """The three tracks of a group, a line each."""
    three = looks(ctx.session, [group.id])[group.id]
    return tuple(Fact(each.called, each.line(ctx.now, owner_in_words(ctx, each, group.id))) for each in three)


def _tracks() -> Any:
    stays = and_(Membership.group_id == Track.group_id, Membership.person_id == Track.owner_id, is_in())
    leads = and_(Lead.group_id == Track.group_id, Lead.person_id == Track.owner_id, Lead.ended_at.is_(None))
    serves = and_(Person.id == Track.owner_id, or_(Membership.id.is_not(None), Lead.id.is_not(None)))
    return (
        select(Track, Person, Membership.shown, Lead.id, Deadline)
        .outerjoin(Membership, stays)
        .outerjoin(Lead, leads)
        .outerjoin(Person, serves)
        .outerjoin(Deadline, and_(Deadline.id == Track.deadline_id, Deadline.cancelled_at.is_(None)))
    )
