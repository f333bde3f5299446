"""Last contact: when the bot last reached somebody, in private or in their group's channel, and who was not reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, literal, select
from sqlalchemy.orm import Session

from coalition_bot.command import Button, Command, Reply, Table, Who, button
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import page_number
from coalition_bot.features.groups.finding import led, led_groups
from coalition_bot.features.groups.standing import is_in, leads, leads_group
from coalition_bot.features.groups.tables import Group, Membership
from coalition_bot.fields import carried, choice
from coalition_bot.moments import day_in_words, zone_info
from coalition_bot.outbox import Owed, State
from coalition_bot.people import Community, Identity, Person, private_places
from coalition_bot.words import _, n_

SILENT_DAYS = 30  # "if you are in a group and have not heard from us this month, write to us"
SHOWN = 20


def last_heard(ctx: Context, groups: Sequence[Group]) -> Mapping[int, datetime]:
    """When the visitor last heard of each group, by its number: in its channel, or by any message to themselves.

    Groups of which nothing was heard for as long as sent messages are remembered are left out.
    """
    own = [str(place) for place in private_places(ctx.session, ctx.person.id)]
    at = _last_sent(ctx.session, [*own, *(group.channel for group in groups if group.channel)])
    heard = {group.id: [at[place] for place in (*own, group.channel) if place in at] for group in groups}
    return {group_id: max(moments) for group_id, moments in heard.items() if moments}


def _last_sent(session: Session, places: Sequence[str]) -> Mapping[str, datetime]:
    found = select(Owed.place, func.max(Owed.finished_at)).where(Owed.place.in_(places), Owed.state == State.SENT)
    return {place: at for place, at in session.execute(found.group_by(Owed.place)) if at}


def _may_ask(ctx: Context, command: Any) -> bool:
    """Left empty, it is about all groups for which the visitor may act."""
    return not command.group or leads_group(ctx, command.group)


mine_or_all = Who(leads.name, leads.may_open, _may_ask)


class Unreached(Command, name="coalition unreached", who=mine_or_all, writes=False, access="unreached members"):
    """Who has been in a group for a month and was not reached in that time."""

    group: str = choice("Working group", suggest=led_groups, required=False, help="Empty for all of yours")
    page: str = carried()

    def run(self, ctx: Context) -> Reply:
        page = page_number(self.page)
        everybody = _unreached(ctx, self.group)
        found = ctx.session.execute(everybody.offset((page - 1) * SHOWN).limit(SHOWN + 1)).all()
        if not found and page == 1:
            return Reply(_("Everybody was reached within the last {days} days.").format(days=SILENT_DAYS))
        more = [button(_("More"), Unreached, group=self.group, page=str(page + 1))] if len(found) > SHOWN else []
        rows = tuple(
            (name, organisation or _("on their own"), group, _how(has_account=account), _day(ctx, since))
            for name, organisation, group, since, account in found[:SHOWN]
        )
        people = everybody.with_only_columns(func.count(Person.id.distinct()), maintain_column_froms=True).order_by(
            None
        )
        count = ctx.session.scalar(people) or 0
        say = n_(
            "{count} member has heard nothing for {days} days, neither in private nor in the group's channel.",
            "{count} members have heard nothing for {days} days, neither in private nor in their group's channel.",
            count,
        )
        return Reply(
            say.format(count=count, days=SILENT_DAYS),
            title=_("Not reached"),
            table=Table((_("Name"), _("Organisation"), _("Group"), _("Account"), _("Member since")), rows),
            buttons=(*more, Button(_("Groups"), "group list")),
        )


def _unreached(ctx: Context, uid: str) -> Select[str, str, str, datetime, bool]:
    """Name, organisation, group, since when, and whether they have an account, of each who was not reached."""
    month = ctx.now - timedelta(days=SILENT_DAYS)
    heard = _places_reached(ctx, month)
    groups = led(ctx).where(Group.uid == uid) if uid else led(ctx)
    since = func.coalesce(Membership.entered_at, Membership.joined_at)
    return (
        select(Person.name, Person.organisation, Group.name, since, _any_account())
        .join(Membership, Membership.person_id == Person.id)
        .join(Group, Group.id == Membership.group_id)
        .where(
            is_in(),
            Group.id.in_(groups.with_only_columns(Group.id)),
            since < month,
            Group.channel.not_in(select(heard.c.place)),
            ~_reached_in_private(heard),
        )
        .order_by(Group.folded, Person.folded, Membership.id)
    )


def _places_reached(ctx: Context, since: datetime) -> Subquery:
    sent = and_(Owed.coalition_id == ctx.coalition.id, Owed.finished_at >= since, Owed.state == State.SENT)
    return select(Owed.place).where(sent, Owed.place != "").distinct().subquery()


def _reached_in_private(heard: Subquery) -> ColumnElement[bool]:
    """Whether a message went to one of the person's accounts, as `str(Place)` writes them."""
    account = Identity.platform + literal(":") + Community.external + literal(":@") + Identity.account
    mine = select(Identity.id).join(Community, Community.id == Identity.community_id)
    return mine.where(Identity.person_id == Person.id, account.in_(select(heard.c.place))).exists()


def _any_account() -> ColumnElement[bool]:
    return select(Identity.id).where(Identity.person_id == Person.id).exists()


def _how(*, has_account: bool) -> str:
    return _("yes") if has_account else _("none: write to them")


def _day(ctx: Context, instant: datetime) -> str:
    return day_in_words(instant.astimezone(zone_info(ctx.zone)).date())


COMMANDS = (Unreached,)
