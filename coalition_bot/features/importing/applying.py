"""Writes what a dry run found, in the transaction in which it was found, and owes the leads one message each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from coalition_bot.context import Context
from coalition_bot.features.groups.leading import appoint
from coalition_bot.features.groups.notices import tell_appointed
from coalition_bot.features.groups.stays import Arrival, enter_all
from coalition_bot.features.groups.tables import Group, Membership
from coalition_bot.features.importing.comparing import Finding, Plan, SignUp
from coalition_bot.features.importing.news import tell_added
from coalition_bot.features.importing.roster import Somebody
from coalition_bot.features.importing.targets import Target
from coalition_bot.features.members import addresses
from coalition_bot.features.members.addresses import Naming, chunks
from coalition_bot.folding import fold
from coalition_bot.history import note
from coalition_bot.people import Person

IMPORT = "import"  # in the history: the whole of it


def apply(ctx: Context, plan: Plan) -> None:
    """Do all that the plan says. It was made in this transaction, with its groups locked.

    Raises IntegrityError where the same people are being imported elsewhere at this moment: nothing is done then.
    """
    _add_people(ctx, plan)
    addresses.keep(ctx, (Naming(_number(who), mark, email) for who, mark, email in plan.namings))
    _change_people(ctx, {_number(who): changes for who, changes in plan.changes.items() if changes})
    for target, signups in plan.signups.items():
        _enter(ctx, target, signups)
    _change_issues(ctx, plan.issues)
    for target, who, role in plan.leads:
        _appoint(ctx, target, who, backup=role == "backup")
    about = " ".join(f"{finding}:{plan.counts[finding]}" for finding in Finding)
    note(ctx.session, ctx.now, ctx.person.id, IMPORT, about)
    ctx.session.flush()


def _add_people(ctx: Context, plan: Plan) -> None:
    """Of those who sign up for a group, the history speaks there."""
    rows = [Person(name=each.name, organisation=each.organisation, created_at=ctx.now) for each in plan.people]
    ctx.session.add_all(rows)
    ctx.session.flush()
    for each, row in zip(plan.people, rows, strict=True):
        each.id = row.id
    joining = {signup.who for signups in plan.signups.values() for signup in signups}
    for row in (row for each, row in zip(plan.people, rows, strict=True) if each not in joining):
        note(ctx.session, ctx.now, ctx.person.id, "person.import", f"person:{row.id}", row.id)


def _change_people(ctx: Context, changes: Mapping[int, Mapping[str, str]]) -> None:
    for some in chunks(changes):
        for person in ctx.session.scalars(select(Person).where(Person.id.in_(some))):
            for key, value in changes[person.id].items():
                setattr(person, key, value)
            note(ctx.session, ctx.now, ctx.person.id, "person.change", f"person:{person.id}", person.id)


def _enter(ctx: Context, target: Target, signups: Sequence[SignUp]) -> None:
    group = target.group or _open(ctx, target)
    enter_all(ctx, group, [Arrival(_number(each.who), each.issue, each.at) for each in signups])
    happened = note(ctx.session, ctx.now, ctx.person.id, "group.import", f"group:{group.id}")
    ctx.session.flush()
    tell_added(ctx, group, happened)


def _open(ctx: Context, target: Target) -> Group:
    group = Group(name=target.name, folded=fold(target.name), about=target.name, created_at=ctx.now)
    ctx.session.add(group)
    ctx.session.flush()
    note(ctx.session, ctx.now, ctx.person.id, "group.create", f"group:{group.id}")
    target.group = group
    return group


def _change_issues(ctx: Context, issues: Mapping[int, str]) -> None:
    for some in chunks(issues):
        for stay in ctx.session.scalars(select(Membership).where(Membership.id.in_(some))):
            stay.issue = issues[stay.id]
            note(ctx.session, ctx.now, ctx.person.id, "group.change", f"group:{stay.group_id}", stay.person_id)


def _appoint(ctx: Context, target: Target, who: Somebody, *, backup: bool) -> None:
    group, person = target.group, ctx.session.get_one(Person, _number(who))
    if group is None:
        raise ValueError("nobody signs up for this group")
    lead = appoint(ctx, group, person, backup=backup)
    note(
        ctx.session, ctx.now, ctx.person.id, "group.backup" if backup else "group.lead", f"group:{group.id}", person.id
    )
    tell_appointed(ctx, lead)


def _number(who: Somebody) -> int:
    if who.id is None:
        raise ValueError("somebody who has not been added yet")
    return who.id
