"""What members do about groups in which they are: change what they said, leave."""

from __future__ import annotations

from coalition_bot.command import Button, Command, Reply, Style, button, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import change_button, join_button, leave_button, own_facts
from coalition_bot.features.groups.finding import group_by_uid, own_groups, own_stay
from coalition_bot.features.groups.joining import ISSUE, SHOWN, SHOWN_HELP, issue, organisation
from coalition_bot.features.groups.kinds import worded, wording
from coalition_bot.features.groups.standing import leads_of, stay
from coalition_bot.features.groups.stays import end
from coalition_bot.features.groups.tables import ISSUE_MAX, Ending, Group, Membership, Stage
from coalition_bot.features.members.finding import own_organisation
from coalition_bot.fields import carried, choice, pick, text
from coalition_bot.history import note
from coalition_bot.people import Person
from coalition_bot.words import N_, _


def _own(ctx: Context) -> Membership | None:
    """The visitor's stay in the group named so far."""
    meant = pick(own_groups(ctx), ctx.answers.get("group", ""))
    group = group_by_uid(ctx, meant.value) if meant else None
    return stay(ctx.session, group.id, ctx.person.id) if group else None


def _own_issue(ctx: Context) -> str:
    own = _own(ctx)
    return own.issue if own else ""


def _own_shown(ctx: Context) -> str:
    own = _own(ctx)
    return ("yes" if own.shown else "no") if own else ""


class Change(Command, name="group change"):
    """Change what you work on in a group, for which organisation, and who sees your name."""

    group: str = choice("Working group", suggest=own_groups, required=False, help="Empty if you are in one group only")
    issue: str = text(ISSUE, required=False, longest=ISSUE_MAX, rest=True, known=_own_issue)
    organisation: str = own_organisation(help=N_("The same in all groups"))
    shown: str = choice(
        SHOWN, [("yes", N_("Yes")), ("no", N_("No"))], required=False, known=_own_shown, help=SHOWN_HELP
    )
    whole: str = carried()  # the form showed what is: an answer that is empty now is meant to be

    def run(self, ctx: Context) -> Reply:
        group, own = own_stay(ctx, self.group, "group change")
        whole = self.whole == "yes"
        if not whole and self._as_it_is(ctx.person, own):
            buttons = (change_button(group), leave_button(group, own))
            return Reply(title=group.name, facts=own_facts(ctx.person, own), buttons=buttons)
        if whole or self.issue:
            own.issue = issue(self.issue)
        if whole or self.organisation:
            ctx.person.organisation = organisation(ctx, self.organisation)
        if self.shown:
            own.shown = self.shown == "yes"
        note(ctx.session, ctx.now, ctx.person.id, "group.change", f"group:{group.id}", ctx.person.id)
        return done(
            _("Saved for {group}.").format(group=group.name),
            facts=own_facts(ctx.person, own),
            buttons=(change_button(group), _my_groups()),
        )

    def _as_it_is(self, person: Person, own: Membership) -> bool:
        same = self.issue in ("", own.issue) and self.organisation in ("", person.organisation)
        return same and self.shown in ("", "yes" if own.shown else "no")


class Leave(Command, name="group leave"):
    """Leave a working group, or withdraw; you can come back."""

    group: str = choice("Working group", suggest=own_groups, required=False, help="Empty if you are in one group only")
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        group, own = own_stay(ctx, self.group, "group leave")
        if group.private and self.sure != "yes":
            return self._ask(group, own)
        end(ctx, group, own, Ending.LEFT)
        back = () if group.private else (join_button(group, _("Come back")),)
        return done(_gone(ctx, group, own), buttons=(*back, _my_groups()))

    def _ask(self, group: Group, own: Membership) -> Reply:
        say = _("Leave {group}? It is private: you will not see it any more, and cannot come back by yourself.")
        return Reply(
            say.format(group=group.name),
            buttons=(
                button(leave_button(group, own).label, Leave, style=Style.DANGER, group=group.uid, sure="yes"),
                Button(_("Stay"), "group list", {"group": group.uid}),
            ),
        )


def _gone(ctx: Context, group: Group, own: Membership) -> str:
    """What is said to who has left, or withdrawn."""
    if own.stage == Stage.WAITING:
        return _("You are not on the waiting list of {group} any more.").format(group=group.name)
    if own.stage == Stage.APPLIED:
        return _("Your application to {group} is withdrawn.").format(group=group.name)
    told = _("The lead is told.") if leads_of(ctx.session, group.id) else _("The coordinators are told.")
    return f"{worded(wording(group).has_left, group)} {told}"


def _my_groups() -> Button:
    return Button(_("My groups"), "group mine")


COMMANDS = (Change, Leave)
