"""Joining a group: who gets a place, waits for one or applies, is told what it is and what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from coalition_bot.command import Button, Command, Fact, Refusal, Reply, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import (
    change_button,
    group_facts,
    leave_button,
    led_by,
    members_button,
    next_step,
    own_facts,
)
from coalition_bot.features.groups.channel import channel_button
from coalition_bot.features.groups.finding import named_groups, open_group
from coalition_bot.features.groups.kinds import worded, wording
from coalition_bot.features.groups.standing import leads_of, position, stay
from coalition_bot.features.groups.stays import enter
from coalition_bot.features.groups.tables import ISSUE_MAX, Group, GroupKind, Membership, Stage
from coalition_bot.features.members.finding import own_organisation, readable_name, same_organisation
from coalition_bot.fields import choice, text, yes_no
from coalition_bot.folding import fold
from coalition_bot.history import Happening
from coalition_bot.people import NAME_MAX, Person
from coalition_bot.words import N_, _, n_

ISSUE = N_("The specific issue you want to work on")
SHOWN = N_("May other members see your name?")
SHOWN_HELP = N_("If not, you are only counted. Leads and coordinators see it.")
CAME = ("group.join", "group.wait", "group.apply")  # as the history calls it


def _own_name(ctx: Context) -> str:
    """The name that somebody gave when they joined a group before; until then they are asked."""
    if ctx.person.id is None:
        return ""
    came = select(Happening.id).where(Happening.actor_id == ctx.person.id, Happening.what.in_(CAME))
    return ctx.person.name if ctx.session.scalar(came.limit(1)) else ""


def _shown_name(ctx: Context) -> str:
    return "" if ctx.person.name == _("New member") else ctx.person.name


def _own_consent(ctx: Context) -> str:
    """Whether other members may see the name, as somebody said last; until they have joined by themselves, nothing."""
    if not _own_name(ctx):
        return ""
    own = select(Membership.shown).where(Membership.person_id == ctx.person.id, Membership.added_by.is_(None))
    shown = ctx.session.scalar(own.order_by(Membership.id.desc()).limit(1))
    return "" if shown is None else "yes" if shown else "no"


class Join(Command, name="group join", tap=N_("Join a group")):
    """Join a working group."""

    group: str = choice("Working group", suggest=named_groups)
    issue: str = text(
        ISSUE,
        required=False,
        longest=ISSUE_MAX,
        rest=True,
        help="For example evictions of families. Leave it empty if you are not sure yet.",
    )
    called: str = text(
        "Your name",
        longest=NAME_MAX,
        known=_own_name,
        offer=_shown_name,
        check=readable_name,
        help="It may be an alias.",
    )
    organisation: str = own_organisation()
    shown: bool = yes_no(SHOWN, known=_own_consent, help=SHOWN_HELP)

    def run(self, ctx: Context) -> Reply:
        group = open_group(ctx, self.group)
        self._only_once(ctx, group)
        ctx.person.name = self.called
        ctx.person.organisation = organisation(ctx, self.organisation)
        leads = leads_of(ctx.session, group.id)
        own = enter(ctx, group, ctx.person, issue=issue(self.issue), shown=self.shown, leads=leads)
        return done(
            worded(wording(group).is_in, group) if own.stage == Stage.IN else _not_yet(ctx, group, own, leads),
            facts=(
                Fact(_("What comes next"), _next(group, own, leads)),
                *group_facts(ctx, group),
                *own_facts(ctx.person, own),
            ),
            buttons=_buttons(ctx, group, own),
        )

    def _only_once(self, ctx: Context, group: Group) -> None:
        own = stay(ctx.session, group.id, ctx.person.id)
        if own is None:
            return
        inside = own.stage == Stage.IN
        leads = leads_of(ctx.session, group.id)
        told = worded(wording(group).already, group) if inside else _not_yet(ctx, group, own, leads)
        raise Refusal(told, *_buttons(ctx, group, own))


def organisation(ctx: Context, typed: str) -> str:
    """For whom somebody is here, as it is kept."""
    alone = {fold(_("on my own")), fold("on my own")}
    return "" if fold(typed) in alone else same_organisation(ctx, typed)


def issue(typed: str) -> str:
    """What somebody works on, as it is kept."""
    unsure = {fold(_("not sure yet")), fold("not sure yet")}
    return "" if fold(typed) in unsure else typed


def _not_yet(ctx: Context, group: Group, own: Membership, leads: Sequence[Person]) -> str:
    """What is said to who waits, or has applied."""
    if own.stage == Stage.WAITING:
        say = _("{group} is full. You are number {number} on the waiting list.")
        return say.format(group=group.name, number=position(ctx.session, own))
    if not leads:
        return _("Your application to {group} is with the coordinators.").format(group=group.name)
    say = n_(
        "Your application to {group} is with its lead.", "Your application to {group} is with its leads.", len(leads)
    )
    return say.format(group=group.name)


def _next(group: Group, own: Membership, leads: Sequence[Person]) -> str:
    """What happens after somebody has joined, applied or begun to wait."""
    if own.stage == Stage.WAITING:
        return _("Whoever has waited longest gets the next free place. I write to you when it is your turn.")
    if own.stage == Stage.APPLIED:
        who = led_by([person.name for person in leads]) if leads else _("a coordinator")
        return _("Waiting for the decision of {who}. I write to you then.").format(who=who)
    if group.kind == GroupKind.LIST:
        return _("From now on you get what is sent to this list.")
    return next_step(leads)


def _buttons(ctx: Context, group: Group, own: Membership) -> tuple[Button, ...]:
    mine = Button(_("My groups"), "group mine")
    if own.stage == Stage.IN:
        return members_button(group), mine, change_button(group), *channel_button(ctx, group, own)
    return mine, change_button(group), leave_button(group, own)


COMMANDS = (Join,)
