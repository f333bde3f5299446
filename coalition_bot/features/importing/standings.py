"""How the people of a sheet stand in the groups of the coalition already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from coalition_bot.context import Context
from coalition_bot.features.groups.tables import Lead, Membership
from coalition_bot.features.importing.roster import Somebody
from coalition_bot.features.importing.targets import Target
from coalition_bot.features.members.addresses import chunks


@dataclass(frozen=True, slots=True)
class Stay:
    """The last time of somebody in a group; `left_at` is None while they are in it, wait or have applied."""

    id: int
    issue: str
    left_at: datetime | None


class Standings:
    """How people of the coalition stand in its groups, and which they lead or have led."""

    def __init__(self, ctx: Context, ids: Iterable[int]) -> None:
        """Look all of them up at once."""
        self._stays: dict[tuple[int, int], Stay] = {}
        self._leads: set[tuple[int, int]] = set()
        for some in chunks(ids):
            self._stays |= dict(_stays(ctx, some))
            led = select(Lead.person_id, Lead.group_id).where(Lead.person_id.in_(some))
            self._leads |= {(person, group) for person, group in ctx.session.execute(led)}

    def stay(self, who: Somebody, target: Target) -> Stay | None:
        """Somebody's stay in a group; of several, the one that is not over, or was over last."""
        return self._stays.get((who.id, target.group.id)) if who.id and target.group else None

    def led(self, who: Somebody, target: Target) -> bool:
        """Whether somebody leads a group, or did: who does not any more is not made to by an old sheet."""
        return bool(who.id and target.group) and (who.id, target.group.id if target.group else 0) in self._leads


def _stays(ctx: Context, ids: Sequence[int]) -> Iterator[tuple[tuple[int, int], Stay]]:
    """The last ones last."""
    columns = select(Membership.person_id, Membership.group_id, Membership.id, Membership.issue, Membership.left_at)
    theirs = columns.where(Membership.person_id.in_(ids))
    order = (Membership.left_at.is_(None), Membership.left_at, Membership.id)
    for person_id, group_id, number, issue, left_at in ctx.session.execute(theirs.order_by(*order)):
        yield (person_id, group_id), Stay(number, issue, left_at)
