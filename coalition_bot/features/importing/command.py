"""The command with which a coordinator imports a sheet: first the dry run, and what it says after Confirm."""

from __future__ import annotations

from collections.abc import Iterator

from coalition_bot.command import Button, Command, Fact, File, Reply, Style, Table, button, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import page_number
from coalition_bot.features.importing.applying import apply
from coalition_bot.features.importing.comparing import FINDINGS, Finding, Line, Plan, compare
from coalition_bot.features.importing.reading import SIZE_MAX
from coalition_bot.fields import Problem, attachment, carried, yes_no
from coalition_bot.sheets import CSV, csv_bytes
from coalition_bot.uploads import Upload
from coalition_bot.words import N_, _, n_

ROWS_SHOWN = 20
HEADINGS_SHOWN = 300  # characters


class Import(Command, name="coalition import", who=coordinators, tap=N_("Import a sheet")):
    """Import sign-ups from a sheet; you see first what it would do."""

    sheet: Upload = attachment(
        "The sheet",
        most=SIZE_MAX,
        endings=("csv", "tsv", "txt", "xlsx"),
        help="CSV or .xlsx with headings such as Name, Organisation, Group, Issue, E-mail, Date",
    )
    create_groups: bool = yes_no("Open groups that are missing", required=False, known=lambda ctx: "no")
    page: str = carried()
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        try:
            plan = compare(ctx, self.sheet.content, create=self.create_groups, lock=self.sure == "yes")
        except Problem as problem:
            raise Problem(problem.message, "sheet") from None
        return self._import(ctx, plan) if self.sure == "yes" else self._dry_run(plan, page_number(self.page))

    def _import(self, ctx: Context, plan: Plan) -> Reply:
        if plan.empty:
            return Reply(_("There is nothing to import: all that the sheet says is known, or wrong."))
        apply(ctx, plan)
        wrong = [line for line in plan.lines if line.finding is Finding.WRONG]
        return done(
            _("The sheet is imported. Leads hear how many were added to their groups."),
            facts=tuple(_what_was_done(plan)),
            table=_table(wrong[:ROWS_SHOWN]) if wrong else None,
        )

    def _dry_run(self, plan: Plan, page: int) -> Reply:
        lines = by_urgency(plan)
        start = (page - 1) * ROWS_SHOWN
        shown = lines[start : start + ROWS_SHOWN] or lines[:ROWS_SHOWN]
        report = csv_bytes(headings(), (cells(line) for line in plan.lines)) if page == 1 else b""
        return Reply(
            summary(plan),
            title=_("Dry run: nothing is written yet"),
            facts=tuple(facts(plan)) if page == 1 else (),
            table=_table(shown),
            file=File("import-dry-run.csv", CSV, report) if report else None,
            buttons=tuple(self._buttons(plan, page, more=len(lines) > start + ROWS_SHOWN)),
        )

    def _buttons(self, plan: Plan, page: int, *, more: bool) -> Iterator[Button]:
        create = "yes" if self.create_groups else "no"
        known = {"sheet": self.sheet.token, "create_groups": create}
        if not plan.empty:
            yield button(_("Confirm"), Import, known, style=Style.PRIMARY, sure="yes")
        if more:
            yield button(_("More"), Import, known, page=str(page + 1))
        if plan.missing_groups:
            yield button(_("Open the missing groups"), Import, known | {"create_groups": "yes"})


def summary(plan: Plan) -> str:
    """What an import would do, in a sentence."""
    if plan.empty:
        return _("There is nothing to import: all that the sheet says is known, or wrong.")
    say = n_("The sheet has {count} row.", "The sheet has {count} rows.", len(plan.lines))
    return f"{say.format(count=len(plan.lines))} {_('Rows that are wrong are left out.')}"


def facts(plan: Plan) -> Iterator[Fact]:
    """How many rows there are of each sort, and what holds for all of them."""
    for finding, label in FINDINGS.items():
        yield Fact(_(label), str(plan.counts[finding]))
    if plan.opens:
        yield Fact(_("Groups that are opened"), ", ".join(plan.opens)[:HEADINGS_SHOWN])
    if plan.ignored:
        yield Fact(_("Columns that I leave out"), ", ".join(plan.ignored)[:HEADINGS_SHOWN])


def headings() -> tuple[str, ...]:
    """Of the dry run as a table."""
    return _("Row"), _("Name"), _("Result"), _("Why")


def cells(line: Line) -> tuple[str, ...]:
    """A row of the dry run as a table."""
    return str(line.number), line.name, _(FINDINGS[line.finding]), line.reason


def by_urgency(plan: Plan) -> list[Line]:
    """What is wrong stands first, in the order of the sheet like all the rest."""
    return sorted(plan.lines, key=lambda line: (line.finding is not Finding.WRONG, line.number))


def _table(lines: list[Line]) -> Table:
    return Table(headings(), tuple(cells(line) for line in lines))


def _what_was_done(plan: Plan) -> Iterator[Fact]:
    signups = sum(len(each) for each in plan.signups.values())
    changed = plan.counts[Finding.CHANGED]
    for label, count in (
        (_("New people"), len(plan.people)),
        (_("New sign-ups"), signups),
        (_("Of these waiting for a place"), sum(target.waiting for target in plan.signups)),
        (_("Rows with changes"), changed),
        (_("Rows left out as wrong"), plan.counts[Finding.WRONG]),
    ):
        if count:
            yield Fact(label, str(count))


COMMANDS = (Import,)
