"""What each row of a sheet says: a person, their groups, and what is wrong with it as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from coalition_bot.context import Context
from coalition_bot.features.groups.tables import ISSUE_MAX
from coalition_bot.features.importing.columns import Column, Headings, words_of
from coalition_bot.features.importing.days import day_first, read_day
from coalition_bot.features.importing.reading import Cell, Grid
from coalition_bot.features.members.addresses import readable_address
from coalition_bot.fields import Problem, clean
from coalition_bot.folding import fold
from coalition_bot.people import NAME_MAX, ORGANISATION_MAX
from coalition_bot.words import _

_YES = {"x", "y", "yes", "s", "si", "o", "oui", "true", "1", "ja"}
_NO = {"", "n", "no", "non", "nein", "false", "0"}
_TICKS = "✓✔☑×"
_LEADS = {"lead", "leader", "group lead", "team lead", "chair", "lider", "responsable", "referent", "referente"}
_BACKUPS = {"backup", "backup lead", "deputy", "deputy lead", "co lead", "colead", "co leader", "suplente", "suppleant"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, read. Where `problem` says something, the rest may be missing."""

    number: int  # as the spreadsheet shows it
    name: str = ""
    organisation: str = ""
    groups: tuple[str, ...] = ()  # cells, each of which may name several
    ticked: tuple[str, ...] = ()  # groups that have a column of their own
    issue: str = ""
    email: str = ""
    joined: datetime | None = None  # aware UTC
    role: str = ""  # "lead", "backup" or empty
    problem: str = ""


def entries(ctx: Context, grid: Grid, headings: Headings) -> Iterator[Entry]:
    """The rows below the headings, those that say something."""
    joined = headings.columns.get(Column.JOINED)
    rows = grid[headings.row + 1 :]
    first = day_first(row[joined] for row in rows if len(row) > joined) if joined is not None else None
    used = [*headings.columns.values(), *headings.groups, *headings.ticked]
    for number, row in enumerate(rows, headings.row + 2):
        if any(str(row[index]).strip() for index in used if index < len(row)):
            yield _entry(ctx, _Row(number, row, headings, first))


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: list[Cell]
    headings: Headings
    day_first: bool | None

    def cell(self, column: Column) -> Cell:
        index = self.headings.columns.get(column)
        return self.cells[index] if index is not None and index < len(self.cells) else ""

    def at(self, index: int) -> str:
        return clean(str(self.cells[index])) if index < len(self.cells) else ""

    def text(self, column: Column, longest: int) -> str:
        """What a column says, on one line. Raises Problem for what is too long or cannot be shown."""
        cell = self.cell(column)
        text = " ".join(clean(cell if isinstance(cell, str) else cell.isoformat()).split())
        if len(text) > longest:
            say = _("“{text}…” is too long; {longest} characters are the most.")
            raise Problem(say.format(text=text[:30], longest=longest))
        return text


def _entry(ctx: Context, row: _Row) -> Entry:
    entry = Entry(row.number)
    try:
        entry = replace(entry, name=_name(row))
        return replace(
            entry,
            organisation=row.text(Column.ORGANISATION, ORGANISATION_MAX),
            groups=tuple(filter(None, map(row.at, row.headings.groups))),
            ticked=tuple(_ticked(row)),
            issue=row.text(Column.ISSUE, ISSUE_MAX),
            email=_email(row),
            joined=_joined(ctx, row),
            role=_role(row),
        )
    except Problem as problem:
        return replace(entry, problem=problem.message)


def _name(row: _Row) -> str:
    name = row.text(Column.NAME, NAME_MAX)
    if Column.NAME not in row.headings.columns:
        name = f"{row.text(Column.FIRST, NAME_MAX)} {row.text(Column.LAST, NAME_MAX)}".strip()
    if not name:
        raise Problem(_("There is no name in this row."))
    if name.startswith("="):
        raise Problem(_("“{name}” is a formula and no name.").format(name=name[:30]))
    if not fold(name) or len(name) > NAME_MAX:
        raise Problem(_("“{name}” cannot be anybody’s name.").format(name=name[:30]))
    return name


def _ticked(row: _Row) -> Iterator[str]:
    for index, group in row.headings.ticked.items():
        cell = row.at(index)
        words = " ".join(words_of(cell))
        if words in _YES or (cell and cell[0] in _TICKS):
            yield clean(group)
        elif words not in _NO:
            say = _("Under {group} I can read “x” or nothing, but not “{cell}”.")
            raise Problem(say.format(group=group, cell=cell[:30]))


def _email(row: _Row) -> str:
    cell = row.cell(Column.EMAIL)
    return readable_address(clean(str(cell))) if cell else ""


def _joined(ctx: Context, row: _Row) -> datetime | None:
    cell = row.cell(Column.JOINED)
    cell = clean(cell) if isinstance(cell, str) else cell
    if not cell:
        return None
    joined = read_day(cell, ctx.zone, row.day_first)
    if joined > ctx.now + timedelta(days=1):
        raise Problem(_("{date} is still to come.").format(date=joined.date().isoformat()))
    return min(joined, ctx.now)  # of today's, the hour is not known


def _role(row: _Row) -> str:
    words = " ".join(words_of(row.text(Column.ROLE, ISSUE_MAX)))
    if words in _BACKUPS:
        return "backup"
    return "lead" if words in _LEADS or words in _YES else ""  # "yes" below the heading "Lead"
