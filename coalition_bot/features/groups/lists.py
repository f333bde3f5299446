"""Seeing groups: all of them, one's own, and who is in them, in chat or as a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from coalition_bot.command import Button, Command, File, Refusal, Reply, Table, Who
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import (
    group_buttons,
    group_facts,
    issue_in_words,
    join_button,
    led_by,
    own_facts,
    page_number,
)
from coalition_bot.features.groups.finding import (
    BUTTONS,
    exported_groups,
    group_by_uid,
    led,
    named_groups,
    only_seen,
    own_open,
    seen_groups,
)
from coalition_bot.features.groups.standing import insiders, lead_names, leads, leads_group, member_count, stay
from coalition_bot.features.groups.tables import Group, Lead, Membership
from coalition_bot.fields import carried, choice
from coalition_bot.moments import day_in_words, zone_info
from coalition_bot.people import Person
from coalition_bot.sheets import CSV, csv_bytes
from coalition_bot.words import N_, _, n_

GROUPS_SHOWN = 10
MEMBERS_SHOWN = 20
ABOUT_SHOWN = 100  # characters in the list of all groups; the rest is on the group's own card


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a roster."""

    group: Group
    person: Person
    stay: Membership
    leads: bool


class ListGroups(Command, name="group list", writes=False, tap=N_("Groups")):
    """The working groups: what they work on, who leads them, how many are in them."""

    group: str = choice("Working group", suggest=named_groups, required=False, help="Empty for all of them")
    page: str = carried()

    def run(self, ctx: Context) -> Reply:
        return self._card(ctx) if self.group else self._page(ctx, page_number(self.page))

    def _card(self, ctx: Context) -> Reply:
        group = group_by_uid(ctx, self.group)
        if group is None or group.closed_at:
            name = group.name if group else _("This group")
            raise Refusal(_("{group} is closed.").format(group=name), Button(_("Groups"), "group list"))
        own = stay(ctx.session, group.id, ctx.person.id)
        facts = (*group_facts(ctx, group), *(own_facts(ctx.person, own) if own else ()))
        return Reply(title=group.name, facts=facts, buttons=group_buttons(ctx, group))

    def _page(self, ctx: Context, page: int) -> Reply:
        here = and_(Membership.group_id == Group.id, Membership.left_at.is_(None))
        counted = select(Group, func.count(Membership.id)).outerjoin(Membership, here).where(Group.closed_at.is_(None))
        ordered = counted.group_by(Group.id).order_by(Group.folded, Group.id).offset((page - 1) * GROUPS_SHOWN)
        found = [(group, count) for group, count in ctx.session.execute(ordered.limit(GROUPS_SHOWN + 1))]
        if not found:
            return self._none(ctx)
        shown = found[:GROUPS_SHOWN]
        names = lead_names(ctx.session, [group.id for group, _count in shown])
        own = {group.id for group in ctx.session.scalars(own_open(ctx))}
        joins = [join_button(group) for group, _count in shown if group.id not in own]
        more = [Button(_("More"), "group list", {"page": str(page + 1)})] if len(found) > GROUPS_SHOWN else []
        return Reply(
            title=_("Working groups"),
            table=Table(
                (_("Group"), _("Works on"), _("Led by"), _("Members")),
                tuple((g.name, _shortened(g.about), led_by(names.get(g.id, [])), str(count)) for g, count in shown),
            ),
            buttons=(*joins, *more),
        )

    def _none(self, ctx: Context) -> Reply:
        none = _("There is no working group here yet.")
        how = _("You can open one with {command}.").format(command=ctx.slash("group create"))
        return Reply(f"{none} {how if ctx.person.coordinates else _('A coordinator can open one.')}")


class Mine(Command, name="group mine", writes=False, tap=N_("My groups")):
    """The groups that you are in."""

    def run(self, ctx: Context) -> Reply:
        another = Button(_("Join a group"), "group join", form=True)
        found = list(ctx.session.execute(_stays(ctx)))
        if not found:
            return Reply(_("You are in no working group yet."), buttons=(another, Button(_("Groups"), "group list")))
        names = lead_names(ctx.session, [group.id for group, _own in found])
        which = [Button(group.name, "group list", {"group": group.uid}) for group, _own in found[:BUTTONS]]
        return Reply(
            title=_("My groups"),
            table=Table(
                (_("Group"), _("Your issue"), _("Led by"), _("Since")),
                tuple(
                    (g.name, issue_in_words(own), led_by(names.get(g.id, [])), _day(ctx, own.joined_at))
                    for g, own in found
                ),
            ),
            buttons=(*which, another),
        )


class Members(Command, name="group members", who=insiders, writes=False, access="group members"):
    """Who is in a working group, for which organisation, on which issue."""

    group: str = choice("Working group", suggest=seen_groups, known=only_seen)
    page: str = carried()

    def run(self, ctx: Context) -> Reply:
        group, page = _there(ctx, self.group), page_number(self.page)
        roster = _roster(ctx, [group.id], (page - 1) * MEMBERS_SHOWN, MEMBERS_SHOWN + 1)
        count = member_count(ctx.session, group.id)
        title = n_("{group}: {count} member", "{group}: {count} members", count).format(group=group.name, count=count)
        more = Button(_("More"), "group members", {"group": group.uid, "page": str(page + 1)})
        return Reply(
            title=title,
            text="" if roster else _("Nobody is in it yet."),
            table=_table(roster[:MEMBERS_SHOWN]) if roster else None,
            buttons=(more,) if len(roster) > MEMBERS_SHOWN else (),
        )


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
        roster = _roster(ctx, [group.id for group in groups])
        columns = (_("Group"), _("Name"), _("Organisation"), _("Issue"), _("Role in the group"), _("Joined on"))
        rows = (
            (
                entry.group.name,
                entry.person.name,
                entry.person.organisation,
                entry.stay.issue,
                _("Lead") if entry.leads else _("Member"),
                _local(ctx, entry.stay.joined_at).date().isoformat(),
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


def _roster(ctx: Context, group_ids: Sequence[int], offset: int = 0, limit: int | None = None) -> list[Entry]:
    leading = and_(
        Lead.group_id == Membership.group_id, Lead.person_id == Membership.person_id, Lead.ended_at.is_(None)
    )
    found = (
        select(Group, Person, Membership, Lead.id)
        .join(Membership, Membership.group_id == Group.id)
        .join(Person, Person.id == Membership.person_id)
        .outerjoin(Lead, leading)
        .where(Group.id.in_(group_ids), Membership.left_at.is_(None))
        .order_by(Group.folded, Group.id, Membership.id)
    )
    rows = ctx.session.execute(found.offset(offset).limit(limit))
    return [Entry(group, person, own, lead is not None) for group, person, own, lead in rows]


def _table(roster: Sequence[Entry]) -> Table:
    rows = [(_name(each), each.person.organisation or _("on their own"), issue_in_words(each.stay)) for each in roster]
    return Table((_("Name"), _("Organisation"), _("Issue")), tuple(rows))


def _name(entry: Entry) -> str:
    return _("{name} (lead)").format(name=entry.person.name) if entry.leads else entry.person.name


def _stays(ctx: Context) -> Any:
    found = select(Group, Membership).join(Membership, Membership.group_id == Group.id)
    own = found.where(Membership.person_id == ctx.person.id, Membership.left_at.is_(None), Group.closed_at.is_(None))
    return own.order_by(Group.folded)


def _shortened(about: str) -> str:
    return about if len(about) <= ABOUT_SHOWN else about[: ABOUT_SHOWN - 1].rstrip() + "…"


def _local(ctx: Context, instant: datetime) -> datetime:
    return instant.astimezone(zone_info(ctx.zone))


def _day(ctx: Context, instant: datetime) -> str:
    return day_in_words(_local(ctx, instant).date())


def _file_name(name: str) -> str:
    """Letters and figures that every disk takes."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "group"


COMMANDS = (ListGroups, Mine, Members, Export)
