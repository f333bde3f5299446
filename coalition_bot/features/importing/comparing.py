"""The dry run: what would become of each row of a sheet, and what would be written for it. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from coalition_bot.context import Context
from coalition_bot.features.importing.columns import Headings, find
from coalition_bot.features.importing.entries import Entry, entries
from coalition_bot.features.importing.reading import Grid, read
from coalition_bot.features.importing.roster import Roster, Somebody
from coalition_bot.features.importing.standings import Standings
from coalition_bot.features.importing.targets import Target, Targets
from coalition_bot.fields import Problem
from coalition_bot.words import N_, _

SEEN_MAX = 12  # headings that are named where none is a name


class Finding(StrEnum):
    """What a row is to the coalition."""

    WRONG = "wrong"
    NEW = "new"  # somebody, or their part in a group
    CHANGED = "changed"
    KNOWN = "known"


FINDINGS = {
    Finding.WRONG: N_("Wrong"),
    Finding.NEW: N_("New"),
    Finding.CHANGED: N_("Changed"),
    Finding.KNOWN: N_("Known"),
}


@dataclass(slots=True)
class Line:
    """One row in the dry run, with the reasons."""

    number: int  # as the spreadsheet shows it
    name: str
    finding: Finding = Finding.KNOWN
    notes: list[str] = field(default_factory=list)

    def say(self, note: str, finding: Finding = Finding.KNOWN) -> None:
        """Add a reason; of several findings, the one that matters most is the row's."""
        self.notes.append(note)
        order = list(Finding)
        self.finding = min(self.finding, finding, key=order.index)

    @property
    def reason(self) -> str:
        """All reasons as a text."""
        return " ".join(self.notes) or _("Nothing is different.")


@dataclass(frozen=True, slots=True)
class SignUp:
    """Somebody's way into a group that is still to be gone."""

    who: Somebody
    issue: str
    at: datetime | None


@dataclass(slots=True)
class Plan:
    """What an import would do, row by row and thing by thing."""

    ignored: tuple[str, ...] = ()  # headings
    lines: list[Line] = field(default_factory=list)
    missing_groups: bool = False  # whether groups are named that could be opened
    people: list[Somebody] = field(default_factory=list)  # new ones
    namings: list[tuple[Somebody, str, str]] = field(default_factory=list)  # marks, with the address
    changes: dict[Somebody, dict[str, str]] = field(default_factory=dict)
    signups: dict[Target, list[SignUp]] = field(default_factory=dict)
    issues: dict[int, str] = field(default_factory=dict)  # by number of the stay
    leads: list[tuple[Target, Somebody, str]] = field(default_factory=list)  # with "lead" or "backup"

    @property
    def counts(self) -> Counter[Finding]:
        """How many rows there are of each sort."""
        return Counter(line.finding for line in self.lines)

    @property
    def opens(self) -> list[str]:
        """The groups that would be opened."""
        return [target.name for target in self.signups if target.group is None]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not any(line.finding in (Finding.NEW, Finding.CHANGED) for line in self.lines)


@dataclass(slots=True)
class _Row:
    entry: Entry
    line: Line
    targets: list[Target] = field(default_factory=list)
    who: Somebody | None = None


def compare(ctx: Context, content: bytes, *, create: bool = False, lock: bool = False) -> Plan:
    """Hold a sheet against what the coalition knows. Raises Problem for one that cannot be read.

    `create`: groups that are missing are to be opened. `lock`: the groups stay as they are until the transaction ends.
    """
    targets = Targets(ctx, create=create, lock=lock)
    grid, headings = _readable(read(content), targets.names)
    rows = [_Row(entry, Line(entry.number, entry.name)) for entry in entries(ctx, grid, headings)]
    plan = Plan(headings.ignored, [row.line for row in rows])
    if not rows:
        raise Problem(_("There are no rows below the headings of this sheet."))
    for row in rows:
        _aim(row, targets)
    plan.missing_groups = targets.missing
    right = [row for row in rows if row.line.finding is not Finding.WRONG]
    roster = Roster(ctx, [row.entry for row in right])
    for row in right:
        _recognise(row, roster, plan)
    plan.namings = roster.namings
    _sign_up(ctx, [row for row in right if row.who], plan)
    return plan


def _readable(grids: Sequence[Grid], group_names: frozenset[str]) -> tuple[Grid, Headings]:
    """The first sheet that has a column with names."""
    for grid in grids:
        headings = find(grid, group_names)
        if headings.named:
            return grid, headings
    fullest = max(grids[0][:10], key=lambda row: sum(bool(str(cell).strip()) for cell in row))
    seen = ", ".join(str(cell)[:40] for cell in fullest[:SEEN_MAX] if str(cell).strip())
    say = _("I find no column with names. I see: {seen}. Please write “Name” above it, and “Group” above the groups.")
    raise Problem(say.format(seen=seen))


def _aim(row: _Row, targets: Targets) -> None:
    """Find the groups that a row means, or what is wrong with it."""
    try:
        if row.entry.problem:
            raise Problem(row.entry.problem)
        named = [target for cell in row.entry.groups for target in targets.several(cell)]
        row.targets = list(dict.fromkeys([*named, *map(targets.one, row.entry.ticked)]))
    except Problem as problem:
        row.line.say(problem.message, Finding.WRONG)


def _recognise(row: _Row, roster: Roster, plan: Plan) -> None:
    """Find the person whom a row means, or add them to the new ones."""
    entry, line = row.entry, row.line
    try:
        row.who = roster.find(entry)
    except Problem as problem:
        line.say(problem.message, Finding.WRONG)
        return
    if row.who is None:
        row.who = roster.add(entry)
        plan.people.append(row.who)
        line.say(_("A new person."), Finding.NEW)
        for other in roster.namesakes(row.who)[:1]:
            say = _("Looks like {name}: if they are one person, merge the two.")
            line.say(say.format(name=other.called))
    elif not row.who.row:  # the first row about somebody speaks of them, others of their groups alone
        row.who.row = entry.number
        _update(row, roster, plan)
    if roster.name_by(entry, row.who) and row.who.id:
        line.say(_("Their e-mail address is new."), Finding.CHANGED)


def _update(row: _Row, roster: Roster, plan: Plan) -> None:
    """Note what the sheet says anew of somebody who is not here themselves."""
    who, entry, folded = row.who, row.entry, roster.folded(row.entry)
    if who is None or who.account:
        return
    changes = plan.changes.setdefault(who, {})
    if folded[0] != who.folded[0]:
        changes["name"] = entry.name
        row.line.say(_("Was called {name}.").format(name=who.name), Finding.CHANGED)
    if entry.organisation and folded[1] != who.folded[1]:
        changes["organisation"] = roster.organisation(entry)
        before = who.organisation or _("on their own")
        row.line.say(_("Was here for another organisation: {name}.").format(name=before), Finding.CHANGED)


def _sign_up(ctx: Context, rows: Sequence[_Row], plan: Plan) -> None:
    """Note which parts in groups are new, or different."""
    standings = Standings(ctx, [row.who.id for row in rows if row.who and row.who.id])
    said: dict[tuple[Somebody, Target], int] = {}
    for row in rows:
        for target in row.targets:
            if row.who and (before := said.setdefault((row.who, target), row.entry.number)) != row.entry.number:
                say = _("Row {row} signs the same person up for {group}: that one counts.")
                row.line.say(say.format(row=before, group=target.name))
            elif row.who:
                _take_part(row, row.who, target, standings, plan)


def _take_part(row: _Row, who: Somebody, target: Target, standings: Standings, plan: Plan) -> None:
    entry, line = row.entry, row.line
    stay = standings.stay(who, target)
    if stay and stay.left_at and not (entry.joined and entry.joined > stay.left_at):
        line.say(_("Has been in {group} and is not any more: stays out.").format(group=target.name))
        return
    if stay is None or stay.left_at:
        plan.signups.setdefault(target, []).append(SignUp(who, entry.issue, entry.joined))
        line.say(_joins(target), Finding.NEW)
    elif entry.issue and entry.issue != stay.issue and not who.account:
        plan.issues[stay.id] = entry.issue
        line.say(_("Works on something else in {group}.").format(group=target.name), Finding.CHANGED)
    if entry.role and not standings.led(who, target):
        plan.leads.append((target, who, entry.role))
        leads = _("Leads {group}.") if entry.role == "lead" else _("Is a backup lead of {group}.")
        line.say(leads.format(group=target.name), Finding.CHANGED)


def _joins(target: Target) -> str:
    if not target.take():
        return _("Would wait for a place in {group}.").format(group=target.name)
    say = _("Joins {group}.") if target.group else _("Joins {group}, which is opened.")
    return say.format(group=target.name)
