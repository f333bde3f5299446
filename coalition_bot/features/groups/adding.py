"""Signing up somebody else: an account, a person known by name, or somebody new who has no account here yet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select

from coalition_bot.arrival import newcomer
from coalition_bot.command import Button, Command, Fact, Refusal, Reply, button, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import (
    issue_in_words,
    leave_button,
    led_by,
    members_button,
    own_facts,
)
from coalition_bot.features.groups.finding import led, led_groups, open_group
from coalition_bot.features.groups.joining import issue, organisation
from coalition_bot.features.groups.standing import lead_names, leads, stay
from coalition_bot.features.groups.stays import enter, position
from coalition_bot.features.groups.tables import ISSUE_MAX, Group, Membership, Stage
from coalition_bot.features.members.coalition import WHO_HELP
from coalition_bot.features.members.finding import (
    as_options,
    called,
    namesakes,
    organisations,
    people,
    somebody,
    tell,
)
from coalition_bot.fields import Option, Problem, carried, choice, person, text
from coalition_bot.folding import fold
from coalition_bot.history import note
from coalition_bot.outbox import Due
from coalition_bot.people import FOLDED_MAX, NAME_MAX, ORGANISATION_MAX, Person, private_place
from coalition_bot.words import N_, _

ADDED = "groups.added"
SUGGESTED = 100
NAMESAKES_SHOWN = 5


def own_people(ctx: Context, typed: str) -> Sequence[Option]:
    """Coordinators find anybody; leads those in their groups."""
    if ctx.person.coordinates:
        return people(ctx, typed)
    named = Person.folded.contains(fold(typed[:FOLDED_MAX], FOLDED_MAX), autoescape=True)
    found = select(Person).where(or_(Person.uid == typed, named), _with_the_visitor(ctx), Person.former.is_(False))
    return as_options(ctx.session.scalars(found.order_by(Person.folded, Person.id).limit(SUGGESTED)))


def _with_the_visitor(ctx: Context) -> ColumnElement[bool]:
    """The condition on Person that they are in a group that the visitor leads, wait for it, or have applied."""
    groups = led(ctx).with_only_columns(Group.id)
    return Person.id.in_(
        select(Membership.person_id).where(Membership.group_id.in_(groups), Membership.left_at.is_(None))
    )


class Add(Command, name="group add", who=leads):
    """Sign somebody else up for a group, also without an account."""

    group: str = choice("Working group", suggest=led_groups)
    who: str = person("Who", suggest=own_people, required=False, help=WHO_HELP)
    issue: str = text("The issue they want to work on", required=False, longest=ISSUE_MAX, rest=True)
    called: str = text(
        "Name of somebody new", required=False, longest=NAME_MAX, help=N_("Only for somebody without an account here")
    )
    organisation: str = text(
        "Organisation of somebody new", required=False, longest=ORGANISATION_MAX, suggest=organisations
    )
    another: str = carried()  # somebody else of the same name, of whom there were so many: a second press asks again

    def run(self, ctx: Context) -> Reply:
        group = open_group(ctx, self.group, alone=bool(self.called))
        whom = self._whom(ctx)
        already = stay(ctx.session, group.id, whom.id)
        if already:
            raise _already(ctx, group, whom, already)
        own = enter(ctx, group, whom, issue=issue(self.issue), approved=True)
        if whom.id != ctx.person.id:
            tell(ctx, whom, key=f"{ADDED}:{own.uid}", kind=ADDED, ref=own.id)
        facts = (
            Fact(_("Organisation"), whom.organisation or _("on their own")),
            Fact(_("Issue"), issue_in_words(own)),
        )
        say = f"{_how(ctx, group, whom, own)} {_told(ctx, whom)}".strip()
        return done(say, facts=facts, buttons=(*_invite(ctx, whom), members_button(group)))

    def _whom(self, ctx: Context) -> Person:
        """Who is meant; somebody new, where only a name is given that nobody has."""
        if self.who and self.called:
            raise Problem(_("You picked somebody above. Leave this empty, or pick nobody."), "called")
        if self.who:
            return somebody(ctx, self.who)
        if not fold(self.called):
            raise Problem(_("Pick or mention somebody; or write the name of somebody who has no account here."), "who")
        theirs = organisation(ctx, self.organisation)
        known = self._known(ctx, theirs)
        if known and self.another != str(len(known)):
            raise self._namesakes(known)
        return _somebody_new(ctx, self.called, theirs)

    def _known(self, ctx: Context, theirs: str) -> list[Person]:
        """Who has the name already; leads do not learn of anybody outside of their groups."""
        known = namesakes(ctx, self.called, theirs)
        if ctx.person.coordinates:
            return known
        mine = select(Person.id).where(Person.id.in_([each.id for each in known]), _with_the_visitor(ctx))
        seen = set(ctx.session.scalars(mine))
        return [each for each in known if each.id in seen]

    def _namesakes(self, known: Sequence[Person]) -> Refusal:
        """A name is no proof: whether it is one person is for people to say."""
        about = {"group": self.group, "issue": self.issue}
        new = {**about, "called": self.called, "organisation": self.organisation, "another": str(len(known))}
        return Refusal(
            _("There is somebody of that name already: {name}. Is it the same person?").format(name=called(known[0])),
            *(
                button(option.label, Add, {**about, "who": option.value})
                for option in as_options(known[:NAMESAKES_SHOWN])
            ),
            button(_("No, somebody else"), Add, new),
        )


def show_name_button(group: Group) -> Button:
    """Opens one's own answers for a group; who was signed up by others is named to members only after saying so."""
    return Button(_("Show my name?"), "group change", {"group": group.uid, "whole": "yes"}, form=True)


def _somebody_new(ctx: Context, name: str, theirs: str) -> Person:
    whom = newcomer(ctx, ctx.community, name)
    whom.organisation = theirs
    ctx.session.add(whom)
    ctx.session.flush()
    note(ctx.session, ctx.now, ctx.person.id, "person.add", f"person:{whom.id}", whom.id)
    return whom


def _already(ctx: Context, group: Group, whom: Person, own: Membership) -> Refusal:
    if own.stage == Stage.APPLIED:
        say = _("{name} has applied to {group}; you can decide it now.")
        applications = Button(_("Applications"), "group applications", {"group": group.uid})
        return Refusal(say.format(name=whom.name, group=group.name), applications)
    say = _("{name} is in {group} already.") if own.stage == Stage.IN else _("{name} waits for {group} already.")
    return Refusal(say.format(name=whom.name, group=group.name), members_button(group))


def _how(ctx: Context, group: Group, whom: Person, own: Membership) -> str:
    if own.stage == Stage.IN:
        return _("{name} is in {group} now.").format(name=whom.name, group=group.name)
    say = _("{group} is full: {name} is number {number} on its waiting list.")
    return say.format(name=whom.name, group=group.name, number=position(ctx.session, own))


def _told(ctx: Context, whom: Person) -> str:
    if whom.id == ctx.person.id:
        return ""
    if private_place(ctx.session, whom.id):
        return _("They are told in private who signed them up, and can leave with one tap.")
    say = _("I cannot tell them, for they have no account here: please do.")
    code = _("With a code from {command}, they can take their record over once they come.")
    return f"{say} {code.format(command=ctx.slash('coalition invite'))}"


def _invite(ctx: Context, whom: Person) -> tuple[Button, ...]:
    if not ctx.person.coordinates or private_place(ctx.session, whom.id):
        return ()
    return (Button(_("Get a code for them"), "coalition invite", {"who": whom.uid}),)


def _write_added(due: Due) -> Reply | None:
    """Nothing where they have left meanwhile."""
    own = due.session.get(Membership, int(due.ref))
    group = due.session.get(Group, own.group_id) if own else None
    if own is None or group is None or own.left_at or group.closed_at:
        return None
    by = due.session.get(Person, own.added_by) if own.added_by else None
    name = by.name if by and not by.former else _("A former member")
    waits = _("{name} has put you on the waiting list of {group}.")
    say = _("{name} has signed you up for {group}.") if own.stage == Stage.IN else waits
    names = lead_names(due.session, [group.id]).get(group.id, [])
    whom = due.session.get_one(Person, own.person_id)
    return Reply(
        say.format(name=name, group=group.name),
        facts=(
            Fact(_("Works on"), group.about),
            Fact(_("Led by"), led_by(names)),
            *own_facts(whom, own),
        ),
        buttons=(leave_button(group, own), show_name_button(group), Button(_("My groups"), "group mine")),
    )


COMMANDS = (Add,)
WRITERS = {ADDED: _write_added}
