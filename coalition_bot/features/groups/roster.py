"""Who is in a group: shown in chat as far as each allowed it, or taken along as a file by those in charge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from coalition_bot.command import Button, Command, File, Reply, Table, Who
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import issue_in_words, page_number
from coalition_bot.features.groups.finding import exported_groups, led, only_seen, seen_groups
from coalition_bot.features.groups.standing import insiders, is_in, leads, leads_group, member_count
from coalition_bot.features.groups.tables import Group, Lead, Membership
from coalition_bot.fields import carried, choice
from coalition_bot.moments import zone_info
from coalition_bot.people import Person
from coalition_bot.sheets import CSV, csv_bytes
from coalition_bot.words import _, n_

MEMBERS_SHOWN = 20

Rows = Select[Group, Person, Membership, bool | None]  # the last: whether they lead as a backup, if at all


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a roster."""

    group: Group
    person: Person
    stay: Membership
    backup: bool | None  # whether they lead it as a backup only; None where they do not lead it


class Members(Command, name="group members", who=insiders, writes=False, access="group members"):
    """Who is in a working group, for which organisation, on which issue."""

    group: str = choice("Working group", suggest=seen_groups, known=only_seen)
    page: str = carried()

    def run(self, ctx: Context) -> Reply:
        group, page = _there(ctx, self.group), page_number(self.page)
        some = _roster([group.id]).where(_named(ctx, group))
        roster = _entries(ctx, some.offset((page - 1) * MEMBERS_SHOWN).limit(MEMBERS_SHOWN + 1))
        count = member_count(ctx.session, group.id)
        title = n_("{group}: {count} member", "{group}: {count} members", count).format(group=group.name, count=count)
        more = Button(_("More"), "group members", {"group": group.uid, "page": str(page + 1)})
        return Reply(
            title=title,
            text=self._unnamed(ctx, some, count),
            table=_table(roster[:MEMBERS_SHOWN]) if roster else None,
            buttons=(more,) if len(roster) > MEMBERS_SHOWN else (),
        )

    def _unnamed(self, ctx: Context, named: Rows, count: int) -> str:
        if not count:
            return _("Nobody is in it yet.")
        counted = named.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
        rest = count - (ctx.session.scalar(counted) or 0)
        say = n_(
            "Among them {count} who is not named to other members.",
            "Among them {count} who are not named to other members.",
            rest,
        )
        return say.format(count=rest) if rest else ""


def _may_export(ctx: Context, command: Any) -> bool:
    """Left empty, it is about all groups that the visitor leads."""
    return not command.group or leads_group(ctx, command.group)


class Export(
    Command,
    name="group export",
    who=Who(leads.name, leads.may_open, _may_export),
    writes=False,
    access="group export",
):
    """The members of a group as a file for your spreadsheet."""

    group: str = choice("Working group", suggest=exported_groups, required=False, help="Empty for all that you lead")

    def run(self, ctx: Context) -> Reply:
        groups = [_there(ctx, self.group)] if self.group else list(ctx.session.scalars(led(ctx)))
        roster = _entries(ctx, _roster([group.id for group in groups]))
        columns = (_("Group"), _("Name"), _("Organisation"), _("Issue"), _("Role in the group"), _("Joined on"))
        rows = (
            (
                entry.group.name,
                entry.person.name,
                entry.person.organisation,
                entry.stay.issue,
                _role(entry),
                entry.stay.joined_at.astimezone(zone_info(ctx.zone)).date().isoformat(),
            )
            for entry in roster
        )
        stem = _file_name(groups[0].name) if self.group else "groups"
        say = n_(
            "The file has {count} member. Keep it where only those see it who need it.",
            "The file has {count} members. Keep it where only those see it who need it.",
            len(roster),
        )
        return Reply(say.format(count=len(roster)), file=File(f"{stem}-members.csv", CSV, csv_bytes(columns, rows)))


def _there(ctx: Context, uid: str) -> Group:
    """The group that has just been read from an answer."""
    return ctx.session.scalars(select(Group).where(Group.uid == uid)).one()


def _roster(group_ids: Sequence[int]) -> Rows:
    """Everybody who is in one of the groups, in the order in which they came."""
    leading = and_(
        Lead.group_id == Membership.group_id, Lead.person_id == Membership.person_id, Lead.ended_at.is_(None)
    )
    return (
        select(Group, Person, Membership, Lead.backup)
        .join(Membership, Membership.group_id == Group.id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Lead, leading)
        .where(Group.id.in_(group_ids), is_in())
        .order_by(Group.folded, Group.id, Membership.id)
    )


def _named(ctx: Context, group: Group) -> ColumnElement[bool]:
    """Whom the visitor sees by name: those in charge see all, members themselves, the leads, and who allowed it."""
    if leads_group(ctx, group.uid):
        return true()
    return or_(Membership.shown, Membership.person_id == ctx.person.id, Lead.id.is_not(None))


def _entries(ctx: Context, roster: Rows) -> list[Entry]:
    found = ctx.session.execute(roster)
    return [Entry(group, person, own, backup) for group, person, own, backup in found]


def _table(roster: Sequence[Entry]) -> Table:
    rows = [(_name(each), each.person.organisation or _("on their own"), issue_in_words(each.stay)) for each in roster]
    return Table((_("Name"), _("Organisation"), _("Issue")), tuple(rows))


def _name(entry: Entry) -> str:
    if entry.backup is None:
        return entry.person.name
    say = _("{name} (backup lead)") if entry.backup else _("{name} (lead)")
    return say.format(name=entry.person.name)


def _role(entry: Entry) -> str:
    if entry.backup is None:
        return _("Member")
    return _("Backup lead") if entry.backup else _("Lead")


def _file_name(name: str) -> str:
    """Letters and figures that every disk takes."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "group"


COMMANDS = (Members, Export)
