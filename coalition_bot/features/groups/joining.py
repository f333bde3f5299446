"""What members do for themselves: join a group, change what they work on, leave."""

from __future__ import annotations

from sqlalchemy import select

from coalition_bot.command import Button, Command, Fact, Refusal, Reply, button, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import (
    change_button,
    group_facts,
    join_button,
    members_button,
    next_step,
    own_facts,
)
from coalition_bot.features.groups.finding import group_by_uid, named_groups, open_group, own_groups, own_stay
from coalition_bot.features.groups.standing import leads_of, stay
from coalition_bot.features.groups.stays import end, enter
from coalition_bot.features.groups.tables import ISSUE_MAX, Ending, Group
from coalition_bot.features.members.finding import own_organisation, same_organisation
from coalition_bot.fields import carried, choice, pick, text
from coalition_bot.folding import fold
from coalition_bot.history import Happening, note
from coalition_bot.people import NAME_MAX
from coalition_bot.words import N_, _

ISSUE = N_("The specific issue you want to work on")


def _own_name(ctx: Context) -> str:
    """The name that somebody gave when they joined a group before; until then they are asked."""
    if ctx.person.id is None:
        return ""
    joined = select(Happening.id).where(Happening.actor_id == ctx.person.id, Happening.what == "group.join")
    return ctx.person.name if ctx.session.scalar(joined.limit(1)) else ""


def _shown_name(ctx: Context) -> str:
    return "" if ctx.person.name == _("New member") else ctx.person.name


def _own_issue(ctx: Context) -> str:
    meant = pick(own_groups(ctx), ctx.answers.get("group", ""))
    group = group_by_uid(ctx, meant.value) if meant else None
    own = stay(ctx.session, group.id, ctx.person.id) if group else None
    return own.issue if own else ""


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
        help="Members of the group see it; it may be an alias.",
    )
    organisation: str = own_organisation()

    def run(self, ctx: Context) -> Reply:
        group = open_group(ctx, self.group)
        self._only_once(ctx, group)
        ctx.person.name = self.called
        ctx.person.organisation = _organisation(ctx, self.organisation)
        leads = leads_of(ctx.session, group.id)
        joined = enter(ctx, group, ctx.person, issue=_issue(self.issue), leads=leads)
        return done(
            _("You are in {group} now.").format(group=group.name),
            facts=(
                *group_facts(ctx, group, leads),
                *own_facts(ctx.person, joined),
                Fact(_("What comes next"), next_step(leads)),
            ),
            buttons=(members_button(group), _my_groups(), change_button(group)),
        )

    def _only_once(self, ctx: Context, group: Group) -> None:
        already = stay(ctx.session, group.id, ctx.person.id)
        if already:
            say = _("You are in {group} already. You can change what you work on, or see who else is there.")
            buttons = (change_button(group), members_button(group), _my_groups())
            raise Refusal(say.format(group=group.name), *buttons)


class Change(Command, name="group change"):
    """Change what you work on in a group, or for which organisation."""

    group: str = choice("Working group", suggest=own_groups, required=False, help="Empty if you are in one group only")
    issue: str = text(ISSUE, required=False, longest=ISSUE_MAX, rest=True, known=_own_issue)
    organisation: str = own_organisation(help=N_("The same in all groups"))
    whole: str = carried()  # the form showed what is: an answer that is empty now is meant to be

    def run(self, ctx: Context) -> Reply:
        group, own = own_stay(ctx, self.group, "group change")
        whole = self.whole == "yes"
        if not whole and self.issue in ("", own.issue) and self.organisation in ("", ctx.person.organisation):
            buttons = (change_button(group), button(_("Leave"), Leave, group=group.uid))
            return Reply(title=group.name, facts=own_facts(ctx.person, own), buttons=buttons)
        if whole or self.issue:
            own.issue = _issue(self.issue)
        if whole or self.organisation:
            ctx.person.organisation = _organisation(ctx, self.organisation)
        note(ctx.session, ctx.now, ctx.person.id, "group.change", f"group:{group.id}", ctx.person.id)
        return done(
            _("Saved for {group}.").format(group=group.name),
            facts=own_facts(ctx.person, own),
            buttons=(change_button(group), _my_groups()),
        )


class Leave(Command, name="group leave"):
    """Leave a working group; you can come back."""

    group: str = choice("Working group", suggest=own_groups, required=False, help="Empty if you are in one group only")

    def run(self, ctx: Context) -> Reply:
        group, own = own_stay(ctx, self.group, "group leave")
        end(ctx, group, own, Ending.LEFT)
        told = _("The lead is told.") if leads_of(ctx.session, group.id) else _("The coordinators are told.")
        return done(
            f"{_('You have left {group}.').format(group=group.name)} {told}",
            buttons=(join_button(group, _("Come back")), _my_groups()),
        )


def _organisation(ctx: Context, typed: str) -> str:
    alone = {fold(_("on my own")), fold("on my own")}
    return "" if fold(typed) in alone else same_organisation(ctx, typed)


def _issue(typed: str) -> str:
    unsure = {fold(_("not sure yet")), fold("not sure yet")}
    return "" if fold(typed) in unsure else typed


def _my_groups() -> Button:
    return Button(_("My groups"), "group mine")


COMMANDS = (Join, Change, Leave)
