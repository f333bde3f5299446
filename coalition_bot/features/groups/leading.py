"""Who leads a group: a coordinator appoints, and somebody else takes over."""

from __future__ import annotations

from coalition_bot.command import Command, Refusal, Reply, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import group_buttons, group_facts, lead_button, members_button
from coalition_bot.features.groups.finding import open_group, open_groups
from coalition_bot.features.groups.notices import tell_appointed
from coalition_bot.features.groups.standing import leading, leads_of, stay
from coalition_bot.features.groups.stays import enter
from coalition_bot.features.groups.tables import Group, Lead
from coalition_bot.features.members.coalition import WHO_HELP
from coalition_bot.features.members.finding import people, somebody
from coalition_bot.fields import choice, person
from coalition_bot.history import note
from coalition_bot.people import Person
from coalition_bot.words import N_, _


class Appoint(Command, name="group lead", who=coordinators):
    """Make somebody a lead of a working group, or a member again."""

    group: str = choice("Working group", suggest=open_groups)
    who: str = person("Who", suggest=people, help=WHO_HELP)
    role: str = choice("Role in the group", [("lead", N_("Lead")), ("member", N_("Member"))], known=lambda ctx: "lead")

    def run(self, ctx: Context) -> Reply:
        group, whom = open_group(ctx, self.group), somebody(ctx, self.who)
        now = leading(ctx.session, group.id, whom.id)
        return self._appoint(ctx, group, whom, now) if self.role == "lead" else self._dismiss(ctx, group, whom, now)

    def _appoint(self, ctx: Context, group: Group, whom: Person, now: Lead | None) -> Reply:
        if now:
            say = _("{name} leads {group} already.").format(name=whom.name, group=group.name)
            raise Refusal(say, members_button(group))
        lead = Lead(group_id=group.id, person_id=whom.id, since=ctx.now)
        ctx.session.add(lead)
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "group.lead", f"group:{group.id}", whom.id)
        if stay(ctx.session, group.id, whom.id) is None:
            self._take_in(ctx, group, whom)
        tell_appointed(ctx, lead)
        told = "" if whom.id == ctx.person.id else f" {_('They are told.')}"
        say = _("{name} leads {group} now.").format(name=whom.name, group=group.name)
        return done(f"{say}{told}", facts=group_facts(ctx, group), buttons=group_buttons(ctx, group))

    def _take_in(self, ctx: Context, group: Group, whom: Person) -> None:
        enter(ctx, group, whom, approved=True)

    def _dismiss(self, ctx: Context, group: Group, whom: Person, now: Lead | None) -> Reply:
        if now is None:
            say = _("{name} does not lead {group}.").format(name=whom.name, group=group.name)
            raise Refusal(say, lead_button(group))
        now.ended_at = ctx.now
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "group.unlead", f"group:{group.id}", whom.id)
        tell_appointed(ctx, now)
        say = _("{name} does not lead {group} any more.").format(name=whom.name, group=group.name)
        alone = "" if leads_of(ctx.session, group.id) else f" {_('It has no lead now.')}"
        return done(f"{say}{alone}", buttons=(lead_button(group), members_button(group)))


COMMANDS = (Appoint,)
