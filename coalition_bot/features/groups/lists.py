"""Seeing groups: all that the visitor may know of, one of them, and their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Select, and_, func, select

from coalition_bot.command import Button, Command, Fact, Reply, Table
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import (
    group_buttons,
    group_facts,
    issue_in_words,
    join_button,
    leaderless_in_words,
    leads_in_words,
    own_facts,
    page_number,
    places_in_words,
    standing_in_words,
)
from coalition_bot.features.groups.contact import last_heard
from coalition_bot.features.groups.finding import (
    BUTTONS,
    closed,
    group_by_uid,
    named_groups,
    own_open,
    visible_groups,
)
from coalition_bot.features.groups.kinds import titled
from coalition_bot.features.groups.standing import stay
from coalition_bot.features.groups.tables import Group, Membership, Stage
from coalition_bot.fields import carried, choice
from coalition_bot.moments import day_in_words, zone_info
from coalition_bot.words import N_, _

GROUPS_SHOWN = 10
ABOUT_SHOWN = 100  # characters in the list of all groups; the rest is on the group's own card
ASK_ABOUT_GROUPS = {"topic": "groups"}  # whoever has heard nothing asks the person in charge of groups


class ListGroups(Command, name="group list", writes=False, tap=N_("Groups")):
    """The working groups: what they work on, who leads them, how many are in them."""

    group: str = choice("Working group", suggest=named_groups, required=False, help="Empty for all of them")
    page: str = carried()

    def run(self, ctx: Context) -> Reply:
        return self._card(ctx) if self.group else self._page(ctx, page_number(self.page))

    def _card(self, ctx: Context) -> Reply:
        group = group_by_uid(ctx, self.group)
        if group is None or group.closed_at:
            raise closed(ctx, group)
        own = stay(ctx.session, group.id, ctx.person.id)
        facts = (*group_facts(ctx, group), *(self._own(ctx, own) if own else ()))
        return Reply(title=group.name, facts=facts, buttons=group_buttons(ctx, group))

    def _own(self, ctx: Context, own: Membership) -> tuple[Fact, ...]:
        standing = standing_in_words(ctx, own)
        return (*([Fact(_("You"), standing)] if standing else []), *own_facts(ctx.person, own))

    def _page(self, ctx: Context, page: int) -> Reply:
        found = ctx.session.execute(_counted(ctx).offset((page - 1) * GROUPS_SHOWN).limit(GROUPS_SHOWN + 1)).all()
        if not found:
            return self._none(ctx)
        shown = [(group, places_in_words(group, inside, waiting)) for group, inside, waiting in found[:GROUPS_SHOWN]]
        led_by = leads_in_words(ctx.session, [group.id for group, _places in shown])
        own = {group.id for group in ctx.session.scalars(own_open(ctx))}
        joins = [join_button(group) for group, _places in shown if group.id not in own]
        more = [Button(_("More"), "group list", {"page": str(page + 1)})] if len(found) > GROUPS_SHOWN else []
        return Reply(
            leaderless_in_words(ctx),
            title=_("Working groups"),
            table=Table(
                (_("Group"), _("Works on"), _("Led by"), _("Members")),
                tuple((titled(g), _shortened(g.about), led_by[g.id], places) for g, places in shown),
            ),
            buttons=(*joins, *more),
        )

    def _none(self, ctx: Context) -> Reply:
        none = _("There is no working group here yet.")
        how = _("You can open one with {command}.").format(command=ctx.slash("group create"))
        return Reply(f"{none} {how if ctx.person.coordinates else _('A coordinator can open one.')}")


class Mine(Command, name="group mine", writes=False, tap=N_("My groups")):
    """The groups that you are in, wait for or have applied to."""

    page: str = carried()

    def run(self, ctx: Context) -> Reply:
        page, another = page_number(self.page), Button(_("Join a group"), "group join", form=True)
        found = ctx.session.execute(_stays(ctx).offset((page - 1) * BUTTONS).limit(BUTTONS + 1)).all()
        if not found:
            return Reply(_("You are in no working group yet."), buttons=(another, Button(_("Groups"), "group list")))
        shown = found[:BUTTONS]
        led_by = leads_in_words(ctx.session, [group.id for group, _own in shown])
        heard = last_heard(ctx, [group for group, _own in shown])
        which = [Button(group.name, "group list", {"group": group.uid}) for group, _own in shown]
        more = [Button(_("More"), "group mine", {"page": str(page + 1)})] if len(found) > BUTTONS else []
        return Reply(
            title=_("My groups"),
            table=Table(
                (_("Group"), _("Your issue"), _("Led by"), _("Since"), _("Last heard of it")),
                tuple(
                    (titled(g), issue_in_words(own), led_by[g.id], self._since(ctx, own), self._heard(ctx, heard, g))
                    for g, own in shown
                ),
            ),
            buttons=(
                *which,
                *more,
                another,
                Button(_("I heard nothing"), "coalition ask", ASK_ABOUT_GROUPS, form=True),
            ),
        )

    def _heard(self, ctx: Context, heard: Mapping[int, datetime], group: Group) -> str:
        return _day(ctx, heard[group.id]) if group.id in heard else _("nothing yet")

    def _since(self, ctx: Context, own: Membership) -> str:
        return standing_in_words(ctx, own) or _day(ctx, own.entered_at or own.joined_at)


def _counted(ctx: Context) -> Select[Group, int, int]:
    """The open groups that the visitor may know of, with how many are in each, and how many wait."""
    here = and_(Membership.group_id == Group.id, Membership.left_at.is_(None))
    inside, waiting = (
        func.count(Membership.id).filter(Membership.stage == stage) for stage in (Stage.IN, Stage.WAITING)
    )
    found = select(Group, inside, waiting).outerjoin(Membership, here)
    return (
        found.where(Group.closed_at.is_(None), visible_groups(ctx)).group_by(Group.id).order_by(Group.folded, Group.id)
    )


def _stays(ctx: Context) -> Select[Group, Membership]:
    found = select(Group, Membership).join(Membership, Membership.group_id == Group.id)
    own = found.where(Membership.person_id == ctx.person.id, Membership.left_at.is_(None), Group.closed_at.is_(None))
    return own.order_by(Group.folded, Group.id)


def _shortened(about: str) -> str:
    return about if len(about) <= ABOUT_SHOWN else about[: ABOUT_SHOWN - 1].rstrip() + "…"


def _day(ctx: Context, instant: datetime) -> str:
    return day_in_words(instant.astimezone(zone_info(ctx.zone)).date())


COMMANDS = (ListGroups, Mine)
