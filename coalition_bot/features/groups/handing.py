"""What leads do about the people of their group: hand the lead to one of them, take somebody off its list."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select

from coalition_bot.command import Button, Command, Refusal, Reply, Style, button, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import group_facts, lead_button, leave_button, members_button
from coalition_bot.features.groups.finding import led_groups, only_led, open_group
from coalition_bot.features.groups.leading import appoint
from coalition_bot.features.groups.notices import tell_handed, tell_removed
from coalition_bot.features.groups.standing import leading, leads, stay
from coalition_bot.features.groups.stays import end
from coalition_bot.features.groups.tables import Ending, Group, Lead, Membership, Stage
from coalition_bot.features.members.coalition import WHO_HELP
from coalition_bot.features.members.finding import SUGGESTED, as_options, somebody
from coalition_bot.fields import Option, carried, choice, person, pick
from coalition_bot.folding import fold
from coalition_bot.history import note
from coalition_bot.people import FOLDED_MAX, Person
from coalition_bot.words import _


def people_of(ctx: Context, typed: str) -> Sequence[Option]:
    """Who is in the group named so far, waits or has applied; of all groups that one leads, where none is named.

    Also who was in it before, if a button means them, so that it can be said that they are not in it.
    """
    groups = led_groups(ctx)
    named = pick(groups, ctx.answers.get("group", ""))
    uids = [named.value] if named else [option.value for option in groups]
    ever = select(Membership.person_id).join(Group, Group.id == Membership.group_id).where(Group.uid.in_(uids))
    here: ColumnElement[bool] = Person.id.in_(ever.where(Membership.left_at.is_(None)))
    if typed:
        called = Person.folded.contains(fold(typed[:FOLDED_MAX], FOLDED_MAX), autoescape=True)
        meant = and_(Person.uid == typed, Person.id.in_(ever), Person.former.is_(False))
        here = or_(meant, and_(called, here))
    found = select(Person).where(here)
    return as_options(ctx.session.scalars(found.order_by(Person.folded, Person.id).limit(SUGGESTED)))


class HandOver(Command, name="group handover", who=leads):
    """Hand the lead of a group to another of its members."""

    group: str = choice("Working group", suggest=led_groups, known=only_led)
    who: str = person("Who leads it from now on", suggest=people_of, help=WHO_HELP)
    sure: str = carried()  # and what becomes of who hands it over: "member" or "backup"

    def run(self, ctx: Context) -> Reply:
        group = open_group(ctx, self.group, alone=True)
        own = leading(ctx.session, group.id, ctx.person.id)
        if own is None or own.backup:
            raise self._not_yours(ctx, group)
        whom, theirs = _member(ctx, group, self.who)
        self._only_to_others(ctx, group, whom, theirs)
        if self.sure not in ("member", "backup"):
            return self._ask(group, whom)
        self._hand_over(ctx, group, own, whom)
        say = _("{name} leads {group} now, and is told; so are the coordinators.")
        return done(
            say.format(name=whom.name, group=group.name),
            facts=group_facts(ctx, group),
            buttons=(members_button(group), Button(_("My groups"), "group mine")),
        )

    def _not_yours(self, ctx: Context, group: Group) -> Refusal:
        if ctx.person.coordinates:
            say = _("You do not lead {group} yourself. As a coordinator, you can appoint its lead.")
            return Refusal(say.format(group=group.name), lead_button(group))
        say = _("Only who leads {group} can hand it over; a backup stands in. Coordinators can appoint somebody.")
        return Refusal(say.format(group=group.name), members_button(group))

    def _only_to_others(self, ctx: Context, group: Group, whom: Person, theirs: Membership) -> None:
        if theirs.stage != Stage.IN:
            raise Refusal(_("{name} has no place in {group} yet.").format(name=whom.name, group=group.name))
        led = leading(ctx.session, group.id, whom.id)
        if led and not led.backup:
            say = _("{name} leads {group} already.").format(name=whom.name, group=group.name)
            raise Refusal(say, members_button(group))

    def _ask(self, group: Group, whom: Person) -> Reply:
        say = _(
            "Hand the lead of {group} to {name}? {name} then hears of newcomers, decides and takes the members along "
            "as a file. You stay in the group."
        )
        given = {"group": group.uid, "who": whom.uid}
        return Reply(
            say.format(group=group.name, name=whom.name),
            buttons=(
                button(_("Hand over"), HandOver, given, style=Style.PRIMARY, sure="member"),
                button(_("Hand over, and stay as backup"), HandOver, given, sure="backup"),
                Button(_("Keep it"), "group list", {"group": group.uid}),
            ),
        )

    def _hand_over(self, ctx: Context, group: Group, own: Lead, whom: Person) -> None:
        about = f"group:{group.id}"
        lead = appoint(ctx, group, whom)
        handed = note(ctx.session, ctx.now, ctx.person.id, "group.handover", about, whom.id)
        if self.sure == "backup":
            appoint(ctx, group, ctx.person, backup=True)
            note(ctx.session, ctx.now, ctx.person.id, "group.backup", about, ctx.person.id)
        else:
            own.ended_at = ctx.now
        tell_handed(ctx, lead, handed)


class Remove(Command, name="group remove", who=leads):
    """Take somebody off the list of a group; they are told."""

    group: str = choice("Working group", suggest=led_groups, known=only_led)
    who: str = person("Who", suggest=people_of, help=WHO_HELP)
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        group = open_group(ctx, self.group, alone=True)
        whom, theirs = _member(ctx, group, self.who)
        self._only_others(ctx, group, whom, theirs)
        if self.sure != "yes":
            return self._ask(group, whom)
        end(ctx, group, theirs, Ending.REMOVED)
        tell_removed(ctx, theirs)
        say = _("{name} is not in {group} any more, and is told.")
        return done(say.format(name=whom.name, group=group.name), buttons=(members_button(group),))

    def _only_others(self, ctx: Context, group: Group, whom: Person, theirs: Membership) -> None:
        if whom.id == ctx.person.id:
            say = _("That is you. You can leave {group} yourself.").format(group=group.name)
            raise Refusal(say, leave_button(group, theirs))
        if not ctx.person.coordinates and leading(ctx.session, group.id, whom.id):
            say = _("{name} leads {group}. Only a coordinator can take a lead off its list.")
            raise Refusal(say.format(name=whom.name, group=group.name), members_button(group))

    def _ask(self, group: Group, whom: Person) -> Reply:
        say = _("Take {name} off the list of {group}? They are told, kindly. It stays in the history.")
        return Reply(
            say.format(name=whom.name, group=group.name),
            buttons=(
                button(_("Take off the list"), Remove, style=Style.DANGER, group=group.uid, who=whom.uid, sure="yes"),
                Button(_("Keep them"), "group members", {"group": group.uid}),
            ),
        )


def _member(ctx: Context, group: Group, answer: str) -> tuple[Person, Membership]:
    """Who is meant, with their stay in the group. Raises Refusal, without the name of whoever is not in it."""
    whom = somebody(ctx, answer)
    theirs = stay(ctx.session, group.id, whom.id, lock=True)
    if theirs is None:
        say = _("They are not in {group}. Pick one of its members.").format(group=group.name)
        raise Refusal(say, members_button(group))
    return whom, theirs


COMMANDS = (HandOver, Remove)
