"""Which groups the cells of a sheet mean: those there are, and those that are opened if a coordinator says so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from coalition_bot.context import Context
from coalition_bot.features.groups.standing import is_in
from coalition_bot.features.groups.tables import Group, Membership, distinct
from coalition_bot.fields import Problem, nearest
from coalition_bot.folding import fold
from coalition_bot.people import NAME_MAX
from coalition_bot.words import _


@dataclass(eq=False, slots=True)
class Target:
    """A group that rows sign people up for."""

    name: str
    group: Group | None  # None: it is still to be opened
    room: int | None  # places that are left; None: as many as come

    def take(self) -> bool:
        """Give away a place; False where there is none."""
        if self.room is None:
            return True
        self.room -= 1
        return self.room >= 0

    @property
    def waiting(self) -> int:
        """How many came when no place was left."""
        return max(0, -(self.room or 0))


class Targets:
    """All groups of the coalition, as the sheet may name them. `lock`: they stay as they are until all is done."""

    def __init__(self, ctx: Context, *, create: bool, lock: bool) -> None:
        """Look all of them up. `create`: names that nothing goes by stand for groups to be opened."""
        self._create = create
        self.missing = False  # whether the sheet names a group that could be opened
        found = select(Group).order_by(Group.id).execution_options(populate_existing=lock)
        groups = list(ctx.session.scalars(found.with_for_update(key_share=True) if lock else found))
        room = _room(ctx, groups)
        self._open = {
            group.folded: Target(group.name, group, room.get(group.id)) for group in groups if group.closed_at is None
        }
        self._closed = {group.folded: group for group in groups if group.closed_at}
        self._by_id = {group.id: group for group in groups}

    @property
    def names(self) -> frozenset[str]:
        """The groups there are, folded."""
        return frozenset(self._open) | frozenset(self._closed)

    def one(self, name: str) -> Target:
        """The group of this name. Raises Problem."""
        found = self._known(name)
        if found:
            return found
        if not self._create or fold(name) in self._closed:
            self.missing = self.missing or fold(name) not in self._closed
            raise self._unknown(name)
        if len(name) > NAME_MAX:
            raise Problem(_("“{name}…” is too long for the name of a group.").format(name=name[:30]))
        self._open[fold(name)] = target = Target(distinct(name), None, None)
        return target

    def several(self, cell: str) -> Iterator[Target]:
        """The groups that a cell names, separated by signs that may also stand in a name. Raises Problem."""
        known = self._known(cell)
        if known:
            yield known
            return
        for part in re.split(r"[;\n|]", cell):
            yield from self._between_commas([piece.strip() for piece in part.split(",") if piece.strip()])

    def _between_commas(self, pieces: Sequence[str]) -> Iterator[Target]:
        """As many pieces together as are the name of a group; a piece alone where none are."""
        start = 0
        while start < len(pieces):
            ends = range(len(pieces), start, -1)
            end = next((end for end in ends if self._known(", ".join(pieces[start:end]))), start + 1)
            yield self.one(", ".join(pieces[start:end]))
            start = end

    def _known(self, name: str) -> Target | None:
        folded = fold(name)
        return self._open.get(folded) or self._successor(folded)

    def _successor(self, folded: str) -> Target | None:
        """The open group into which a closed one was merged."""
        group, steps = self._closed.get(folded), 0
        while group and group.closed_at and steps < len(self._by_id):
            group, steps = self._by_id.get(group.became_id or 0), steps + 1
        return self._open.get(group.folded) if group else None

    def _unknown(self, name: str) -> Problem:
        shown = name[:NAME_MAX]
        if fold(name) in self._closed:
            return Problem(_("{group} is closed.").format(group=self._closed[fold(name)].name))
        close = nearest(name, [target.name for target in self._open.values()])
        if close:
            say = _("There is no group “{group}”. Did you mean {nearest}?")
            return Problem(say.format(group=shown, nearest=_(" or ").join(close)))
        return Problem(_("There is no group “{group}”.").format(group=shown))


def _room(ctx: Context, groups: Sequence[Group]) -> dict[int, int]:
    """How many places are left in each group that counts them."""
    counting = {group.id: group.capacity for group in groups if group.capacity is not None}
    inside = select(Membership.group_id, func.count()).where(Membership.group_id.in_(counting), is_in())
    taken = dict(ctx.session.execute(inside.group_by(Membership.group_id)).all())
    return {group_id: max(0, places - taken.get(group_id, 0)) for group_id, places in counting.items()}
