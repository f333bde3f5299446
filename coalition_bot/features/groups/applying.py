"""Applications to groups: seen by those in charge, approved, or declined with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from coalition_bot.command import Button, Command, Fact, Refusal, Reply, Table, Who, button, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import applications_button, issue_in_words, members_button, page_number
from coalition_bot.features.groups.finding import led, open_group
from coalition_bot.features.groups.placing import decision_buttons
from coalition_bot.features.groups.standing import leads, leads_group_id, position
from coalition_bot.features.groups.stays import approve, end
from coalition_bot.features.groups.tables import REASON_MAX, Ending, Group, Membership, Stage
from coalition_bot.fields import Option, Problem, carried, choice, text
from coalition_bot.folding import fold
from coalition_bot.history import ABOUT_MAX, Reading
from coalition_bot.moments import day_in_words, zone_info
from coalition_bot.people import FOLDED_MAX, Person
from coalition_bot.words import N_, _

SHOWN = 8  # each has a button of its own
SUGGESTED = 100


def applications(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The applications that wait for the visitor's decision; and a decided one, if its button is pressed once more."""
    waiting = _open()
    if typed:
        named = Person.folded.contains(fold(typed[: FOLDED_MAX + 1], FOLDED_MAX), autoescape=True)
        waiting = (waiting & named) | (Membership.uid == typed)
    rows = ctx.session.execute(_theirs(ctx).where(waiting).limit(SUGGESTED))
    return [Option(stay.uid, f"{person.name} ({group.name})") for stay, person, group in rows]


def _may_decide(ctx: Context, command: Any) -> bool:
    """Without an application, it is about all groups that the visitor leads."""
    about = select(Membership.group_id).where(Membership.uid == command.application)
    return not command.application or leads_group_id(ctx, ctx.session.scalar(about))


class Applications(Command, name="group applications", who=Who(leads.name, leads.may_open, _may_decide)):
    """See who has applied to a group, and approve or decline."""

    application: str = choice("Whose application", suggest=applications, required=False, help="Empty to see them all")
    decision: str = choice(
        "Decision",
        [("approve", N_("Approve")), ("decline", N_("Decline"))],
        required=False,
        help="Empty to look at the application first",
    )
    reason: str = text(
        "Reason", required=False, longest=REASON_MAX, rest=True, help="To decline, give one: the applicant reads it."
    )
    group: str = carried()
    page: str = carried()

    def run(self, ctx: Context) -> Reply:
        if not self.application:
            return self._list(ctx, page_number(self.page))
        group_id = ctx.session.scalars(select(Membership.group_id).where(Membership.uid == self.application)).one()
        group = open_group(ctx, ctx.session.get_one(Group, group_id).uid, alone=True)
        stay = ctx.session.scalars(select(Membership).where(Membership.uid == self.application)).one()
        person = ctx.session.get_one(Person, stay.person_id)
        if stay.left_at or stay.stage != Stage.APPLIED:
            raise Refusal(_decided(stay, person), applications_button(group))
        if not self.decision:
            return _card(ctx, group, stay, person)
        return (
            self._approve(ctx, group, stay, person) if self.decision == "approve" else self._decline(ctx, group, stay)
        )

    def _list(self, ctx: Context, page: int) -> Reply:
        waiting = _theirs(ctx).where(_open(), *([Group.uid == self.group] if self.group else []))
        found = ctx.session.execute(waiting.offset((page - 1) * SHOWN).limit(SHOWN + 1)).all()
        if not found:
            return Reply(_("No application waits for an answer."), buttons=(Button(_("Groups"), "group list"),))
        _log_reading(ctx, self.group)
        more = {"group": self.group, "page": str(page + 1)}
        shown = found[:SHOWN]
        return Reply(
            title=_("Applications"),
            table=Table(
                (_("Name"), _("Group"), _("Organisation"), _("Issue"), _("Applied on")),
                tuple(
                    (person.name, group.name, _organisation(person), issue_in_words(stay), _day(ctx, stay))
                    for stay, person, group in shown
                ),
            ),
            buttons=(
                *(button(person.name, Applications, application=stay.uid) for stay, person, _group in shown),
                *([button(_("More"), Applications, more)] if len(found) > SHOWN else []),
            ),
        )

    def _approve(self, ctx: Context, group: Group, stay: Membership, person: Person) -> Reply:
        approve(ctx, group, stay)
        say = _("{name} is in {group} now, and is told.")
        if stay.stage == Stage.WAITING:
            say = _(
                "{name} is approved. {group} is full, so they are number {number} on the waiting list; they are told."
            )
        number = position(ctx.session, stay)
        said = say.format(name=person.name, group=group.name, number=number)
        return done(said, buttons=(members_button(group), applications_button(group)))

    def _decline(self, ctx: Context, group: Group, stay: Membership) -> Reply:
        if not self.reason:
            raise Problem(_("Please give a reason; the applicant reads it."), "reason")
        end(ctx, group, stay, Ending.DECLINED, self.reason)
        return done(_("Declined. The applicant is told, with your reason."), buttons=(applications_button(group),))


def _log_reading(ctx: Context, group: str) -> None:
    """The door does it for commands that only read."""
    what, about = Applications.spec.name, f"group={group}"[:ABOUT_MAX]
    ctx.session.add(Reading(at=ctx.now, reader_id=ctx.person.id, what=what, about=about))


def _card(ctx: Context, group: Group, stay: Membership, person: Person) -> Reply:
    facts = (
        Fact(_("Group"), group.name),
        Fact(_("Organisation"), _organisation(person)),
        Fact(_("Issue"), issue_in_words(stay)),
        Fact(_("Applied on"), _day(ctx, stay)),
    )
    return Reply(title=person.name, facts=facts, buttons=(*decision_buttons(stay), applications_button(group)))


def _decided(stay: Membership, person: Person) -> str:
    """What has become of an application meanwhile."""
    if stay.stage != Stage.APPLIED:
        return _("The application of {name} was approved already.").format(name=person.name)
    if stay.ending == Ending.DECLINED:
        return _("The application of {name} was declined already.").format(name=person.name)
    return _("This application was withdrawn.")


def _open() -> ColumnElement[bool]:
    return and_(Membership.left_at.is_(None), Membership.stage == Stage.APPLIED)


def _theirs(ctx: Context) -> Select[Membership, Person, Group]:
    """All stays in groups for which the visitor may act, in the order in which people came."""
    found = select(Membership, Person, Group).join(Person, Person.id == Membership.person_id)
    groups = led(ctx).with_only_columns(Group.id)
    return found.join(Group, Group.id == Membership.group_id).where(Group.id.in_(groups)).order_by(Membership.id)


def _organisation(person: Person) -> str:
    return person.organisation or _("on their own")


def _day(ctx: Context, stay: Membership) -> str:
    return day_in_words(stay.joined_at.astimezone(zone_info(ctx.zone)).date())


COMMANDS = (Applications,)
