"""What leads, coordinators and members are told of a group, each written at the moment at which it goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from coalition_bot.command import Button, Fact, Reply
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import issue_in_words, lead_button, led_by, members_button
from coalition_bot.features.groups.standing import lead_names, leading, leads_of
from coalition_bot.features.groups.tables import Group, Lead, Membership
from coalition_bot.features.members.finding import tell
from coalition_bot.outbox import Due
from coalition_bot.people import Person, coordinators, find_community, find_person
from coalition_bot.words import _

JOINED = "groups.joined"
LEFT = "groups.left"
LEADS = "groups.leads"
LEADS_NO_MORE = "groups.leads_no_more"
LEADERLESS = "groups.leaderless"
CLOSED = "groups.closed"


def tell_joined(ctx: Context, stay: Membership, leads: Sequence[Person]) -> None:
    """Owe the news to each of the group's `leads`; to the coordinators, where there is none."""
    _tell_in_charge(ctx, stay, leads, JOINED)


def tell_left(ctx: Context, stay: Membership) -> None:
    """The same when somebody has left."""
    _tell_in_charge(ctx, stay, leads_of(ctx.session, stay.group_id), LEFT)


def tell_appointed(ctx: Context, lead: Lead) -> None:
    """Owe the news to the lead, whose time has begun or ended."""
    kind = LEADS_NO_MORE if lead.ended_at else LEADS
    _tell(ctx, [ctx.session.get_one(Person, lead.person_id)], kind, lead)


def tell_leaderless(ctx: Context, lead: Lead) -> None:
    """Owe the coordinators the news that a group has no lead any more; `lead` was the last."""
    _tell(ctx, coordinators(ctx.session), LEADERLESS, lead)


def tell_closed(ctx: Context, group: Group) -> None:
    """Owe the news to all members."""
    here = select(Membership.person_id).where(Membership.group_id == group.id, Membership.left_at.is_(None))
    people = ctx.session.scalars(select(Person).where(Person.id.in_(here)).order_by(Person.id)).all()
    _tell(ctx, people, CLOSED, group)


def _tell_in_charge(ctx: Context, stay: Membership, leads: Sequence[Person], kind: str) -> None:
    in_charge = leads or coordinators(ctx.session)
    _tell(ctx, [person for person in in_charge if person.id != stay.person_id], kind, stay)


def _tell(ctx: Context, people: Iterable[Person], kind: str, about: Group | Lead | Membership) -> None:
    """Whoever does it knows it already."""
    for person in people:
        if person.id != ctx.person.id:
            tell(ctx, person, key=f"{kind}:{about.uid}", kind=kind, ref=about.id)


# Writing, at the moment of sending


def _write_joined(due: Due) -> Reply | None:
    found = _stay(due)
    return _news(due, *found, _("{name} has joined {group}.")) if found else None


def _write_left(due: Due) -> Reply | None:
    found = _stay(due)
    if found is None:
        return None
    led = _("{name} has left {group}, which has no lead now.")
    return _news(due, *found, _("{name} has left {group}.") if leads_of(due.session, found[2].id) else led)


def _write_leads(due: Due) -> Reply | None:
    lead = due.session.get(Lead, int(due.ref))
    group = due.session.get(Group, lead.group_id) if lead else None
    if lead is None or group is None or lead.ended_at or group.closed_at:
        return None
    say = _("You lead {group} now. I tell you who joins and who leaves; you see its members and can take them along.")
    return Reply(
        say.format(group=group.name),
        facts=(Fact(_("Works on"), group.about),),
        buttons=(members_button(group), Button(_("As a file"), "group export", {"group": group.uid})),
    )


def _write_leads_no_more(due: Due) -> Reply | None:
    lead = due.session.get(Lead, int(due.ref))
    group = due.session.get(Group, lead.group_id) if lead else None
    if lead is None or group is None or leading(due.session, group.id, lead.person_id):
        return None
    say = _("You do not lead {group} any more; a coordinator changed it. You are still a member.")
    return Reply(say.format(group=group.name), buttons=(Button(_("My groups"), "group mine"),))


def _write_leaderless(due: Due) -> Reply | None:
    lead = due.session.get(Lead, int(due.ref))
    group = due.session.get(Group, lead.group_id) if lead else None
    if group is None or group.closed_at or leads_of(due.session, group.id) or not _in_charge(due, group):
        return None
    return Reply(_("{group} has no lead any more.").format(group=group.name), buttons=(lead_button(group),))


def _write_closed(due: Due) -> Reply | None:
    group = due.session.get(Group, int(due.ref))
    if group is None or group.closed_at is None:
        return None
    say = _("The working group {group} is closed. Thank you for your part in it! Other groups are glad of you.")
    return Reply(say.format(group=group.name), buttons=(Button(_("Groups"), "group list"),))


def _stay(due: Due) -> tuple[Membership, Person, Group] | None:
    """What the news is about; None where the person has been forgotten, or the reader is not in charge any more."""
    stay = due.session.get(Membership, int(due.ref))
    person = due.session.get(Person, stay.person_id) if stay else None
    group = due.session.get(Group, stay.group_id) if stay else None
    if stay is None or person is None or group is None or person.former or not _in_charge(due, group):
        return None
    return stay, person, group


def _news(due: Due, stay: Membership, person: Person, group: Group, say: str) -> Reply:
    leaderless = not lead_names(due.session, [group.id])
    facts = (
        Fact(_("Organisation"), person.organisation or _("on their own")),
        Fact(_("Issue"), issue_in_words(stay)),
        *([Fact(_("Led by"), led_by([]))] if leaderless else []),
    )
    buttons = (members_button(group), *([lead_button(group)] if leaderless else []))
    return Reply(say.format(name=person.name, group=group.name), facts=facts, buttons=buttons)


def _in_charge(due: Due, group: Group) -> bool:
    """Whether the reader leads the group, or coordinates, at this moment too."""
    place = due.place
    community = find_community(due.session, place.platform, place.community) if place else None
    if place is None or community is None:
        return False
    reader = find_person(due.session, community, place.account)
    return reader is not None and (reader.coordinates or leading(due.session, group.id, reader.id) is not None)


WRITERS = {
    JOINED: _write_joined,
    LEFT: _write_left,
    LEADS: _write_leads,
    LEADS_NO_MORE: _write_leads_no_more,
    LEADERLESS: _write_leaderless,
    CLOSED: _write_closed,
}
