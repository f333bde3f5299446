"""The news about places in a group: applications and what became of them, and places that are free for who waited."""

from __future__ import annotations

from coalition_bot.command import Button, Fact, Reply, Style
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import applications_button, issue_in_words, leave_button, members_button
from coalition_bot.features.groups.kinds import worded, wording
from coalition_bot.features.groups.standing import in_charge, leads_of, position
from coalition_bot.features.groups.tables import Ending, Group, Membership, Stage
from coalition_bot.features.members.finding import tell
from coalition_bot.outbox import Due
from coalition_bot.people import Person, coordinators
from coalition_bot.words import _

APPLIED = "groups.applied"
ANSWERED = "groups.answered"
PROMOTED = "groups.promoted"


def tell_applied(ctx: Context, stay: Membership) -> None:
    """Owe leads and coordinators the application, with buttons to decide."""
    in_charge = {person.id: person for person in [*leads_of(ctx.session, stay.group_id), *coordinators(ctx.session)]}
    for person in in_charge.values():
        if person.id not in (ctx.person.id, stay.person_id):
            tell(ctx, person, key=f"{APPLIED}:{stay.uid}", kind=APPLIED, ref=stay.id)


def tell_answered(ctx: Context, stay: Membership) -> None:
    """Owe the applicant what was decided."""
    applicant = ctx.session.get_one(Person, stay.person_id)
    tell(ctx, applicant, key=f"{ANSWERED}:{stay.uid}", kind=ANSWERED, ref=stay.id)


def tell_promoted(ctx: Context, stay: Membership) -> None:
    """Owe somebody who waited the news that they have a place."""
    person = ctx.session.get_one(Person, stay.person_id)
    tell(ctx, person, key=f"{PROMOTED}:{stay.uid}", kind=PROMOTED, ref=stay.id)


def decision_buttons(stay: Membership) -> tuple[Button, ...]:
    """To approve at once, or to decline with a reason."""
    approve, decline = ({"application": stay.uid, "decision": decision} for decision in ("approve", "decline"))
    return (
        Button(_("Approve"), "group applications", approve, style=Style.PRIMARY),
        Button(_("Decline"), "group applications", decline, form=True),
    )


# Writing, at the moment of sending


def _write_applied(due: Due) -> Reply | None:
    """Nothing where it is decided or withdrawn meanwhile."""
    stay, group = _there(due)
    if stay is None or group is None or stay.stage != Stage.APPLIED or stay.left_at or not in_charge(due, group.id):
        return None
    person = due.session.get_one(Person, stay.person_id)
    return Reply(
        _("{name} has applied to {group}.").format(name=person.name, group=group.name),
        facts=(
            Fact(_("Organisation"), person.organisation or _("on their own")),
            Fact(_("Issue"), issue_in_words(stay)),
        ),
        buttons=(*decision_buttons(stay), applications_button(group)),
    )


def _write_answered(due: Due) -> Reply | None:
    stay, group = _there(due)
    if stay is None or group is None:
        return None
    if stay.ending == Ending.DECLINED:
        declined = _("Your application to {group} was declined, with this reason: {reason}")
        return Reply(
            declined.format(group=group.name, reason=stay.reason),
            buttons=(Button(_("Groups"), "group list"),),
        )
    if stay.left_at or stay.stage == Stage.APPLIED:
        return None
    approved = _("Your application to {group} is approved.").format(group=group.name)
    if stay.stage == Stage.IN:
        return Reply(f"{approved} {worded(wording(group).is_in, group)}", buttons=_inside(group))
    number = position(due.session, stay)
    wait = _("It is full just now: you are number {number} on the waiting list. I write to you when a place is free.")
    return Reply(f"{approved} {wait.format(number=number)}", buttons=(leave_button(group, stay),))


def _write_promoted(due: Due) -> Reply | None:
    stay, group = _there(due)
    if stay is None or group is None or stay.left_at:
        return None
    free = _("A place in {group} is free for you, and you need do nothing.").format(group=group.name)
    return Reply(f"{free} {worded(wording(group).is_in, group)}", buttons=(*_inside(group), leave_button(group, stay)))


def _there(due: Due) -> tuple[Membership | None, Group | None]:
    """What the news is about, in an open group."""
    stay = due.session.get(Membership, int(due.ref))
    group = due.session.get(Group, stay.group_id) if stay else None
    return stay, None if group is None or group.closed_at else group


def _inside(group: Group) -> tuple[Button, ...]:
    return members_button(group), Button(_("My groups"), "group mine")


WRITERS = {APPLIED: _write_applied, ANSWERED: _write_answered, PROMOTED: _write_promoted}
