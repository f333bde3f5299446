"""Sign-ups counted: by group, by organisation, by issue, by week. No number is kept anywhere: each is counted anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from coalition_bot.context import Context
from coalition_bot.features.groups.tables import Group, Membership
from coalition_bot.people import Person

Found = Select[*tuple[Any, ...]]
Conditions = Sequence[ColumnElement[bool]]  # on Membership


def by_group(conditions: Conditions) -> Found:
    """The names of groups with their sign-ups, most first."""
    each = select(Membership.group_id, func.count().label("number")).where(*conditions)
    counted = each.group_by(Membership.group_id).subquery()
    found = select(Group.name, counted.c.number).join(counted, counted.c.group_id == Group.id)
    return found.order_by(counted.c.number.desc(), Group.folded, Group.id)


def by_organisation(conditions: Conditions) -> Found:
    """Organisations as one of their people writes them, with their sign-ups; an empty one for who is on their own."""
    each = select(Membership.person_id, func.count().label("number")).where(*conditions)
    counted = each.group_by(Membership.person_id).subquery()
    number = func.sum(counted.c.number).label("number")
    found = select(Person.organisation_folded.label("folded"), number)
    found = found.join(counted, counted.c.person_id == Person.id).group_by(Person.organisation_folded)
    return found.order_by(number.desc(), Person.organisation_folded)


def by_issue(conditions: Conditions, *, few: bool) -> Found:
    """Issues as they are compared, with their sign-ups; an empty one for who is not sure yet."""
    number, issue = func.count().label("number"), Membership.issue_folded
    same = func.coalesce(issue, issue) if few else issue  # no column of an index: see decision 0020
    counted = select(same.label("folded"), number).where(*conditions).group_by(same).subquery()
    return select(counted.c.folded, counted.c.number).order_by(counted.c.number.desc(), counted.c.folded)


def organisation_in_full(page: Found) -> Found:
    """The same page with each organisation as somebody has typed it."""
    some, found = aliased(Person), page.subquery()
    typed = select(some.organisation).where(some.organisation_folded == found.c.folded).limit(1)
    return _in_full(typed, found)


def issue_in_full(page: Found, conditions: Conditions) -> Found:
    """The same page with each issue as somebody has typed it, of those whom the visitor may see."""
    found = page.subquery()
    typed = select(Membership.issue).where(Membership.issue_folded == found.c.folded, *conditions).limit(1)
    return _in_full(typed, found)


def _in_full(typed: Select[str], found: Any) -> Found:
    return select(typed.scalar_subquery(), found.c.number).order_by(found.c.number.desc(), found.c.folded)


def by_week(ctx: Context, conditions: Conditions) -> list[tuple[date, int]]:
    """The Mondays (UTC) of all weeks from the first sign-up to now, with how many there were by the end of each."""
    day = func.date(Membership.joined_at)
    found = ctx.session.execute(select(day, func.count()).where(*conditions).group_by(day))
    weeks: dict[date, int] = {}
    for when, number in found:
        monday = _monday(date.fromisoformat(str(when)))
        weeks[monday] = weeks.get(monday, 0) + number
    return _summed_up(weeks, _monday(ctx.now.date())) if weeks else []


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _summed_up(weeks: dict[date, int], last: date) -> list[tuple[date, int]]:
    first, total, found = min(weeks), 0, []
    for number in range((max(last, *weeks) - first).days // 7 + 1):
        monday = first + timedelta(weeks=number)
        total += weeks.get(monday, 0)
        found.append((monday, total))
    return found
