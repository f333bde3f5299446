"""Who leads a group, and who stands in: a coordinator appoints, and takes the lead back."""

from __future__ import annotations

from coalition_bot.command import Command, Refusal, Reply, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import group_buttons, group_facts, lead_button, members_button
from coalition_bot.features.groups.finding import open_group, open_groups
from coalition_bot.features.groups.notices import tell_appointed, tell_leaderless
from coalition_bot.features.groups.standing import leading, leads_of, stay
from coalition_bot.features.groups.stays import approve, enter
from coalition_bot.features.groups.tables import Group, Lead, Stage
from coalition_bot.features.members.coalition import WHO_HELP
from coalition_bot.features.members.finding import people, somebody
from coalition_bot.fields import choice, person
from coalition_bot.history import note
from coalition_bot.people import Person
from coalition_bot.words import N_, _

ROLES = (("lead", N_("Lead")), ("backup", N_("Backup lead")), ("member", N_("Member")))


def appoint(ctx: Context, group: Group, whom: Person, *, backup: bool = False) -> Lead:
    """Begin somebody's time as a lead, or as a backup; a time of the other sort ends with it."""
    before = leading(ctx.session, group.id, whom.id)
    if before:
        before.ended_at = ctx.now
        ctx.session.flush()
    daily = before is not None and before.daily
    lead = Lead(group_id=group.id, person_id=whom.id, backup=backup, daily=daily, since=ctx.now)
    ctx.session.add(lead)
    ctx.session.flush()
    return lead


class Appoint(Command, name="group lead", who=coordinators):
    """Make somebody a lead or a backup lead of a working group, or a member again."""

    group: str = choice("Working group", suggest=open_groups)
    who: str = person("Who", suggest=people, help=WHO_HELP)
    role: str = choice("Role in the group", ROLES, known=lambda ctx: "lead")

    def run(self, ctx: Context) -> Reply:
        group, whom = open_group(ctx, self.group), somebody(ctx, self.who)
        now = leading(ctx.session, group.id, whom.id)
        if self.role == "member":
            return self._dismiss(ctx, group, whom, now)
        return self._appoint(ctx, group, whom, now, backup=self.role == "backup")

    def _appoint(self, ctx: Context, group: Group, whom: Person, now: Lead | None, *, backup: bool) -> Reply:
        if now and now.backup == backup:
            already = _("{name} is a backup lead of {group} already.") if backup else _("{name} leads {group} already.")
            raise Refusal(already.format(name=whom.name, group=group.name), members_button(group))
        lead = appoint(ctx, group, whom, backup=backup)
        note(ctx.session, ctx.now, ctx.person.id, "group.backup" if backup else "group.lead", _about(group), whom.id)
        self._take_in(ctx, group, whom)
        tell_appointed(ctx, lead)
        if now:
            tell_leaderless(ctx, now)
        say = _("{name} is a backup lead of {group} now.") if backup else _("{name} leads {group} now.")
        told = "" if whom.id == ctx.person.id else f" {_('They are told.')}"
        return done(
            f"{say.format(name=whom.name, group=group.name)}{told}{_alone(ctx, group)}",
            facts=group_facts(ctx, group),
            buttons=group_buttons(ctx, group),
        )

    def _take_in(self, ctx: Context, group: Group, whom: Person) -> None:
        """Who leads a group is in it."""
        own = stay(ctx.session, group.id, whom.id, lock=True)
        if own is None:
            enter(ctx, group, whom, approved=True)
        elif own.stage == Stage.APPLIED:
            approve(ctx, group, own)

    def _dismiss(self, ctx: Context, group: Group, whom: Person, now: Lead | None) -> Reply:
        if now is None:
            say = _("{name} does not lead {group}.").format(name=whom.name, group=group.name)
            raise Refusal(say, lead_button(group))
        now.ended_at = ctx.now
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "group.unlead", _about(group), whom.id)
        tell_appointed(ctx, now)
        tell_leaderless(ctx, now)
        say = _("{name} does not lead {group} any more.").format(name=whom.name, group=group.name)
        return done(f"{say}{_alone(ctx, group)}", buttons=(lead_button(group), members_button(group)))


def _alone(ctx: Context, group: Group) -> str:
    return "" if leads_of(ctx.session, group.id, backup=False) else f" {_('It has no lead now.')}"


def _about(group: Group) -> str:
    return f"group:{group.id}"


COMMANDS = (Appoint,)
