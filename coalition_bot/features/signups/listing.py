"""The three lists that can be asked for: sign-ups, people in no group, groups without a representative."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from coalition_bot.context import Context
from coalition_bot.features.groups.kinds import KINDS
from coalition_bot.features.groups.standing import is_in, lead_names
from coalition_bot.features.groups.tables import Ending, Group, Membership, Stage
from coalition_bot.features.signups.filters import (
    STATE_WORDS,
    Asked,
    State,
    attending,
    leading,
    narrow,
    sign_ups,
    unattached,
    unrepresented,
)
from coalition_bot.moments import zone_info
from coalition_bot.people import Person
from coalition_bot.words import N_, _

Found = Select[*tuple[Any, ...]]

CHUNK = 1_000  # rows at a time, on their way into a file
ENDING_WORDS = {
    Ending.LEFT: N_("left"),
    Ending.REMOVED: N_("removed"),
    Ending.DECLINED: N_("declined"),
    Ending.MOVED: N_("moved to another group"),
}


class Sort(StrEnum):
    """In which order sign-ups come."""

    NEWEST = "newest"
    NAME = "name"
    ORGANISATION = "organisation"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows under headings, as shown in chat and, with more to each, as put into a file."""

    counted: Select[int]
    found: Found
    columns: tuple[str, ...]
    cells: Callable[[Row[Any]], tuple[str, ...]]
    file_columns: tuple[str, ...]
    file_cells: Callable[[Row[Any]], tuple[str, ...]]

    def count(self, ctx: Context) -> int:
        """How many there are."""
        return ctx.session.scalar(self.counted) or 0

    def page(self, ctx: Context, number: int, rows: int) -> tuple[tuple[str, ...], ...]:
        """One page of so many rows, from 1 on."""
        found = ctx.session.execute(self.found.offset((number - 1) * rows).limit(rows))
        return tuple(self.cells(row) for row in found)

    def all(self, ctx: Context) -> Iterator[tuple[str, ...]]:
        """All rows for a file, of which only some are in memory at a time."""
        for row in ctx.session.execute(self.found, execution_options={"yield_per": CHUNK}):
            yield self.file_cells(row)


def sign_up_list(ctx: Context, asked: Asked, sort: str) -> Listing:
    """Sign-ups with the person and the group."""
    conditions = sign_ups(ctx, asked)
    return Listing(
        counted=select(func.count()).select_from(Membership).where(*conditions),
        found=_sorted(conditions, Sort(sort or Sort.NEWEST), few=narrow(ctx, asked)),
        columns=(_("Name"), _("Organisation"), _("Group"), _("Issue"), _("Signed up on"), _("State")),
        cells=lambda row: (
            _("{name} (lead)").format(name=row.person) if row.leads else row.person,
            row.organisation or _("on their own"),
            row.group,
            row.issue,
            _day(ctx, row.joined_at),
            _standing(row) if row.left_at or row.stage != Stage.IN else "",
        ),
        file_columns=(
            *(_("Group"), _("Kind"), _("Name"), _("Organisation"), _("Issue"), _("Role in the group")),
            *(_("State"), _("Signed up on"), _("Got a place on"), _("Left on")),
        ),
        file_cells=lambda row: (
            *(row.group, _(_KINDS[row.kind]), row.person, row.organisation, row.issue),
            *(_("Lead") if row.leads else _("Member"), _standing(row)),
            *(_day(ctx, row.joined_at), _day(ctx, row.entered_at), _day(ctx, row.left_at)),
        ),
    )


def unattached_list(ctx: Context, asked: Asked) -> Listing:
    """People who have signed up for nothing, by name."""
    conditions = unattached(ctx, asked)
    columns = (_("Name"), _("Organisation"), _("Here since"))
    person = select(Person.name, Person.organisation, Person.created_at).where(*conditions)

    def cells(row: Row[Any]) -> tuple[str, ...]:
        return row.name, row.organisation, _day(ctx, row.created_at)

    counted = select(func.count()).select_from(Person).where(*conditions)
    return Listing(counted, person.order_by(Person.folded, Person.id), columns, cells, columns, cells)


def unrepresented_list(ctx: Context, asked: Asked, without: str) -> Listing:
    """Groups of whom nobody attends, with whom to ask about it."""
    conditions = unrepresented(ctx, asked, attending(ctx, without))
    columns = (_("Group"), _("Kind"), _("Led by"), _("Members"))
    members = select(func.count()).select_from(Membership).where(Membership.group_id == Group.id, is_in())
    group = select(Group.id, Group.name, Group.kind, members.scalar_subquery().label("members")).where(*conditions)

    def cells(row: Row[Any]) -> tuple[str, ...]:
        led_by = ", ".join(lead_names(ctx.session, [row.id]).get(row.id, [])) or _("nobody yet")
        return row.name, _(_KINDS[row.kind]), led_by, str(row.members)

    counted = select(func.count()).select_from(Group).where(*conditions)
    return Listing(counted, group.order_by(Group.folded, Group.id), columns, cells, columns, cells)


def _sorted(conditions: list[ColumnElement[bool]], sort: Sort, *, few: bool) -> Found:
    """Where few are left, they are found first and then sorted; else those that come first lead to the others.

    SQLite knows nothing of how many rows a condition leaves, and would guess wrong; see decision 0020.
    """
    columns = (
        *(Person.name.label("person"), Person.organisation, Group.name.label("group"), Group.kind, Membership.issue),
        *(Membership.joined_at, Membership.entered_at, Membership.left_at, Membership.stage, Membership.ending),
        leading().label("leads"),
    )
    first, *others = _ORDERS[sort]
    of_person, of_group = Person.id == Membership.person_id, Group.id == Membership.group_id
    if few or sort is Sort.NEWEST:
        found = select(*columns).select_from(Membership).join(Person, of_person).join(Group, of_group)
        hidden = func.coalesce(first, first)  # says the same, and is no column of an index
        ends = (hidden.desc(), Membership.id.desc()) if sort is Sort.NEWEST else (hidden, *others)
        if few:
            chosen = select(Membership.id).where(*conditions).correlate(None)
            return found.where(Membership.id.in_(chosen)).order_by(*ends)
        return found.where(*conditions).order_by(Membership.joined_at.desc(), Membership.id.desc())
    if sort is Sort.GROUP:
        found = select(*columns).select_from(Group).outerjoin(Membership, and_(of_group, *conditions))
        found = found.outerjoin(Person, of_person)
    else:
        found = select(*columns).select_from(Person).outerjoin(Membership, and_(of_person, *conditions))
        found = found.outerjoin(Group, of_group)
    return found.where(func.coalesce(Membership.id, 0) > 0).order_by(first, *others)


_ORDERS: dict[Sort, tuple[Any, ...]] = {
    Sort.NEWEST: (Membership.joined_at, Membership.id),
    Sort.NAME: (Person.folded, Person.id, Membership.id),
    Sort.ORGANISATION: (Person.organisation_folded, Person.folded, Person.id, Membership.id),
    Sort.GROUP: (Group.folded, Group.id, Membership.joined_at, Membership.id),
}
_KINDS = dict(KINDS)


def _standing(row: Row[Any]) -> str:
    if row.left_at:
        return _(ENDING_WORDS.get(row.ending, ENDING_WORDS[Ending.LEFT]))
    return _(STATE_WORDS[State(row.stage)])


def _day(ctx: Context, instant: datetime | None) -> str:
    """In figures that sort, and that every spreadsheet knows."""
    return instant.astimezone(zone_info(ctx.coalition.zone)).date().isoformat() if instant else ""
