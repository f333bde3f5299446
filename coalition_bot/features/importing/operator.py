"""The same import for the operator at a terminal: lines to be printed, in place of a reply in chat."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coalition_bot.context import Context, Visitor
from coalition_bot.db import Database, serve
from coalition_bot.features.importing.applying import apply
from coalition_bot.features.importing.command import by_urgency, cells, facts, headings, summary
from coalition_bot.features.importing.comparing import Plan, compare
from coalition_bot.fields import Problem
from coalition_bot.people import Coalition, Community, Person, Place
from coalition_bot.vault import Vault
from coalition_bot.words import _

WIDEST = 60  # characters of a cell, but for the last one


def import_sheet(
    db: Database, vault: Vault, now: datetime, content: bytes, *, coalition: str, confirm: bool, create: bool
) -> list[str]:
    """The dry run of a sheet as lines; with `confirm` it is written too, as the operator's act.

    `coalition`: its name, where there are several. Raises Problem, and then has written nothing.
    """

    def work(session: Session) -> Plan:
        ctx = _at_the_terminal(session, vault, now, coalition)
        plan = compare(ctx, content, create=create, lock=confirm)
        if confirm and not plan.empty:
            apply(ctx, plan)
        return plan

    plan = _written(db, work) if confirm else db.read(work)
    return list(_lines(plan, done=confirm and not plan.empty))


def _written(db: Database, work: Callable[[Session], Plan]) -> Plan:
    try:
        return db.write(work)
    except IntegrityError:  # somebody did the same at this moment: then it is known now
        return db.write(work)


def _at_the_terminal(session: Session, vault: Vault, now: datetime, name: str) -> Context:
    """The operator is no person of the coalition: in the history they have no number."""
    coalition = _coalition(session, name)
    serve(session, coalition.id)
    community = session.scalar(select(Community).order_by(Community.id).limit(1))
    if community is None:
        raise Problem(f"The coalition {coalition.name} has no community.")
    place = Place(community.platform, community.external, account="operator")
    ctx = Context(session=session, now=now, visitor=Visitor("operator"), place=place, vault=vault)
    operator = Person(coalition_id=coalition.id, name=_("the operator"), organisation="", zone="", created_at=now)
    ctx.enter(coalition, community, operator)
    return ctx


def _coalition(session: Session, name: str) -> Coalition:
    found = list(session.scalars(select(Coalition).where(Coalition.sample.is_(False)).order_by(Coalition.id)))
    meant = [each for each in found if not name or each.name.casefold() == name.casefold()]
    if len(meant) == 1:
        return meant[0]
    if not found:
        raise Problem("There is no coalition yet. Found one in chat first, with /coalition setup.")
    names = ", ".join(f"“{each.name}”" for each in found)
    raise Problem(f"Which coalition do you mean? Say it with --coalition. There is {names}.")


def _lines(plan: Plan, *, done: bool) -> Iterator[str]:
    yield _("The sheet is imported.") if done else summary(plan)
    for fact in facts(plan):
        yield f"{fact.label}: {fact.value}"
    yield ""
    rows = [headings(), *(cells(line) for line in by_urgency(plan))]
    yield from _columns(rows)
    if not done and not plan.empty:
        yield ""
        yield _("Nothing is written yet. Give the same command with --confirm to import it.")


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Cells under each other; the last one has as much room as it takes."""
    short = [(*(cell[:WIDEST] for cell in row[:-1]), row[-1]) for row in rows]
    widths = [max(len(row[index]) for row in short) for index in range(len(rows[0]) - 1)]
    for row in short:
        cut = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)]
        yield "  ".join([*cut, row[-1]]).rstrip()
