"""Groups at a glance: members, leads, tracks and last activity of any number of them in a handful of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coalition_bot.features.groups import Group, Lead, Membership
from coalition_bot.features.groups.cards import led_by
from coalition_bot.features.groups.standing import is_in
from coalition_bot.features.tracks.looks import Look, has_tracks, looks
from coalition_bot.history import Happening
from coalition_bot.people import Person
from coalition_bot.words import _

STALE = timedelta(days=30)
NUDGED = "group.nudge"  # in the history; to be nudged is no activity


@dataclass(frozen=True, slots=True)
class Glance:
    """One group at a glance."""

    group: Group
    members: int
    leads: tuple[Person, ...]
    backups: tuple[Person, ...]
    tracks: tuple[Look, ...]  # empty for a mailing list
    last: datetime  # aware UTC: when something happened

    @property
    def missing(self) -> list[Look]:
        """The tracks in which there is still something to do."""
        return [each for each in self.tracks if each.missing]

    @property
    def in_charge(self) -> tuple[Person, ...]:
        """Who is asked for what is missing: the leads; where there are none, who stands in for them."""
        return self.leads or self.backups

    @property
    def led_by(self) -> str:
        """The leads in one line."""
        if not self.in_charge:
            return _("no lead")
        return led_by([person.name for person in self.leads], [person.name for person in self.backups])

    def stale(self, now: datetime) -> bool:
        """Whether nothing has happened for long."""
        return now - self.last >= STALE


def survey(session: Session, groups: Sequence[Group]) -> list[Glance]:
    """The groups at a glance, in the same order."""
    ids = [group.id for group in groups]
    members, last = _members(session, ids), _last(session, ids)
    leads, tracks = _leads(session, ids), looks(session, ids)
    return [
        Glance(
            group,
            members.get(group.id, 0),
            tuple(person for person, backup in leads.get(group.id, []) if not backup),
            tuple(person for person, backup in leads.get(group.id, []) if backup),
            tuple(tracks[group.id]) if has_tracks(group) else (),
            last.get(group.id, group.created_at),
        )
        for group in groups
    ]


def _members(session: Session, ids: Sequence[int]) -> dict[int, int]:
    counted = select(Membership.group_id, func.count()).where(Membership.group_id.in_(ids), is_in())
    return dict(session.execute(counted.group_by(Membership.group_id)).all())


def _leads(session: Session, ids: Sequence[int]) -> dict[int, list[tuple[Person, bool]]]:
    found = select(Lead.group_id, Lead.backup, Person).join(Person, Person.id == Lead.person_id)
    now = found.where(Lead.group_id.in_(ids), Lead.ended_at.is_(None)).order_by(Lead.id)
    leads: dict[int, list[tuple[Person, bool]]] = {}
    for group_id, backup, person in session.execute(now):
        leads.setdefault(group_id, []).append((person, backup))
    return leads


def _last(session: Session, ids: Sequence[int]) -> dict[int, datetime]:
    about = {f"group:{group_id}": group_id for group_id in ids}
    found = select(Happening.about, func.max(Happening.at)).where(Happening.about.in_(about), Happening.what != NUDGED)
    return {about[name]: at for name, at in session.execute(found.group_by(Happening.about))}
