"""What leads, coordinators and members are told of a group, each written at the moment at which it goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from coalition_bot.command import Button, Fact, Reply
from coalition_bot.context import Context
from coalition_bot.features.groups import digest
from coalition_bot.features.groups.cards import issue_in_words, lead_button, led_by, members_button, offer_buttons
from coalition_bot.features.groups.digest import JOINED, LEFT
from coalition_bot.features.groups.standing import in_charge, leading, leads_of, reader, stay
from coalition_bot.features.groups.tables import Ending, Group, GroupKind, Lead, Membership
from coalition_bot.features.members.finding import tell
from coalition_bot.history import Happening
from coalition_bot.outbox import Due
from coalition_bot.people import Person, coordinators, private_place
from coalition_bot.words import _

LEADS = "groups.leads"
LEADS_NO_MORE = "groups.leads_no_more"
LEADERLESS = "groups.leaderless"
HANDED = "groups.handed"
REMOVED = "groups.removed"
CLOSED = "groups.closed"


def tell_joined(ctx: Context, stay: Membership, leads: Sequence[Person]) -> None:
    """Owe the news to each of the group's `leads`, backups too; to the coordinators, where none has an account.

    Leads who want their news once a day hear of it then.
    """
    _tell_in_charge(ctx, stay, leads, JOINED)


def tell_left(ctx: Context, stay: Membership, led: Lead | None = None) -> None:
    """The same when somebody has left; of the last lead (`led`), `tell_leaderless` tells the coordinators."""
    leads = leads_of(ctx.session, stay.group_id)
    if leads or led is None or led.backup:
        _tell_in_charge(ctx, stay, leads, LEFT)


def tell_appointed(ctx: Context, lead: Lead) -> None:
    """Owe the news to the lead, whose time has begun or ended."""
    kind = LEADS_NO_MORE if lead.ended_at else LEADS
    _tell(ctx, [ctx.session.get_one(Person, lead.person_id)], kind, lead)


def tell_leaderless(ctx: Context, lead: Lead) -> None:
    """If `lead` was the group's last, owe the coordinators the news; backups stand in, but nobody leads."""
    if not lead.backup and not leads_of(ctx.session, lead.group_id, backup=False):
        _tell(ctx, coordinators(ctx.session), LEADERLESS, lead)


def tell_handed(ctx: Context, lead: Lead, handed: Happening) -> None:
    """Owe the news of a hand-over to the new `lead`, the others who lead the group, and the coordinators."""
    ctx.session.flush()
    people = dict.fromkeys([*leads_of(ctx.session, lead.group_id), *coordinators(ctx.session)])
    for person in people:
        if person.id != ctx.person.id:
            tell(ctx, person, key=f"{HANDED}:{lead.uid}", kind=HANDED, ref=handed.id)


def tell_removed(ctx: Context, stay: Membership) -> None:
    """Owe the news to somebody who has been taken out of a group."""
    _tell(ctx, [ctx.session.get_one(Person, stay.person_id)], REMOVED, stay)


def tell_closed(ctx: Context, group: Group) -> None:
    """Owe the news to all members."""
    here = select(Membership.person_id).where(Membership.group_id == group.id, Membership.left_at.is_(None))
    people = ctx.session.scalars(select(Person).where(Person.id.in_(here)).order_by(Person.id)).all()
    _tell(ctx, people, CLOSED, group)


def _tell_in_charge(ctx: Context, stay: Membership, leads: Sequence[Person], kind: str) -> None:
    daily = digest.daily_leads(ctx.session, stay.group_id) if leads else set()
    people = [person for person in _in_charge_of(ctx, stay.group_id, leads) if person.id != stay.person_id]
    _tell(ctx, [person for person in people if person.id not in daily], kind, stay)
    for person in people:
        if person.id in daily:
            digest.owe_digest(ctx, person)


def _in_charge_of(ctx: Context, group_id: int, leads: Sequence[Person]) -> Sequence[Person]:
    """The leads; the coordinators, where no lead has an account. Nobody has to look after a mailing list."""
    if any(private_place(ctx.session, lead.id) for lead in leads):
        return leads
    group = ctx.session.get_one(Group, group_id)
    return leads if group.kind == GroupKind.LIST else coordinators(ctx.session)


def _tell(ctx: Context, people: Iterable[Person], kind: str, about: Group | Lead | Membership) -> None:
    """Whoever does it knows it already."""
    for person in people:
        if person.id != ctx.person.id:
            tell(ctx, person, key=digest.told_key(kind, about.uid), kind=kind, ref=about.id)


# Writing, at the moment of sending


def _write_joined(due: Due) -> Reply | None:
    found = _about(due)
    return _news(due, *found, _("{name} has joined {group}.")) if found else None


def _write_left(due: Due) -> Reply | None:
    found = _about(due)
    if found is None:
        return None
    if not leads_of(due.session, found[2].id):
        return _news(due, *found, _("{name} has left {group}, which has no lead now."))
    left = found[0].ending == Ending.LEFT
    return _news(due, *found, _("{name} has left {group}.") if left else _("{name} is not in {group} any more."))


def _write_leads(due: Due) -> Reply | None:
    lead, group = _lead(due)
    if lead is None or group is None or lead.ended_at or group.closed_at:
        return None
    if lead.backup:
        say = _("You are a backup lead of {group} now: you stand in where its lead cannot, and may do the same.")
    else:
        say = _("You lead {group} now.")
    return _to_lead(group, f"{say.format(group=group.name)} {_what_leads_get()}")


def _write_leads_no_more(due: Due) -> Reply | None:
    lead, group = _lead(due)
    if lead is None or group is None or leading(due.session, group.id, lead.person_id):
        return None
    say = _("You do not lead {group} any more; a coordinator changed it. You are still a member.")
    return Reply(say.format(group=group.name), buttons=(Button(_("My groups"), "group mine"),))


def _write_leaderless(due: Due) -> Reply | None:
    lead, group = _lead(due)
    if lead is None or group is None or group.closed_at or not in_charge(due, group.id):
        return None
    if leads_of(due.session, group.id, backup=False):
        return None
    return Reply(_who_went(due, lead, group), buttons=(*offer_buttons(due.session, group), lead_button(group)))


def _write_handed(due: Due) -> Reply | None:
    handed = due.session.get(Happening, int(due.ref))
    group = due.session.get(Group, int(handed.about.partition(":")[2])) if handed else None
    if handed is None or group is None or group.closed_at or not in_charge(due, group.id):
        return None
    before, now = (_name(due.session.get(Person, each) if each else None) for each in (handed.actor_id, handed.whom_id))
    lead = reader(due)
    if lead and lead.id == handed.whom_id:
        say = _("{name} has handed the lead of {group} to you. Thank you!").format(name=before, group=group.name)
        return _to_lead(group, f"{say} {_what_leads_get()}")
    say = _("{before} has handed the lead of {group} to {name}.")
    return Reply(say.format(before=before, group=group.name, name=now), buttons=(members_button(group),))


def _write_removed(due: Due) -> Reply | None:
    stay = due.session.get(Membership, int(due.ref))
    group = due.session.get(Group, stay.group_id) if stay else None
    if group is None:
        return None
    say = _(
        "You are not in {group} any more: somebody who looks after it has taken you off its list. "
        "If that surprises you, please ask a coordinator. Thank you for your part in it!"
    )
    return Reply(say.format(group=group.name), buttons=(Button(_("Groups"), "group list"),))


def _write_closed(due: Due) -> Reply | None:
    group = due.session.get(Group, int(due.ref))
    if group is None or group.closed_at is None:
        return None
    say = _("The working group {group} is closed. Thank you for your part in it! Other groups are glad of you.")
    return Reply(say.format(group=group.name), buttons=(Button(_("Groups"), "group list"),))


def _about(due: Due) -> tuple[Membership, Person, Group] | None:
    """What the news is about; None where the person has been forgotten, or the reader is not in charge any more."""
    stay = due.session.get(Membership, int(due.ref))
    person = due.session.get(Person, stay.person_id) if stay else None
    group = due.session.get(Group, stay.group_id) if stay else None
    if stay is None or person is None or group is None or person.former or not in_charge(due, group.id):
        return None
    return stay, person, group


def _lead(due: Due) -> tuple[Lead | None, Group | None]:
    lead = due.session.get(Lead, int(due.ref))
    return lead, due.session.get(Group, lead.group_id) if lead else None


def _news(due: Due, stay: Membership, person: Person, group: Group, say: str) -> Reply:
    leaderless = not leads_of(due.session, group.id)
    facts = (
        Fact(_("Organisation"), person.organisation or _("on their own")),
        Fact(_("Issue"), issue_in_words(stay)),
        *([Fact(_("Led by"), led_by([]))] if leaderless else []),
    )
    lead = reader(due)
    if lead and leading(due.session, group.id, lead.id):
        buttons = _lead_buttons(group)
    else:
        buttons = (members_button(group), *([lead_button(group)] if leaderless else []))
    return Reply(say.format(name=person.name, group=group.name), facts=facts, buttons=buttons)


def _to_lead(group: Group, say: str) -> Reply:
    return Reply(say, facts=(Fact(_("Works on"), group.about),), buttons=_lead_buttons(group))


def _what_leads_get() -> str:
    return _("I tell you who joins and who leaves; you see its members and can take them along.")


def _lead_buttons(group: Group) -> tuple[Button, ...]:
    return (members_button(group), digest.export_button(group), digest.change_button(group))


def _who_went(due: Due, lead: Lead, group: Group) -> str:
    person = due.session.get(Person, lead.person_id)
    if person is None or person.former:
        return _("{group} has no lead any more.").format(group=group.name)
    if stay(due.session, group.id, person.id) is None:
        say = _("{name} has left {group}, which has no lead now.")
    else:
        say = _("{name} does not lead {group} any more, and it has no lead now.")
    return say.format(name=person.name, group=group.name)


def _name(person: Person | None) -> str:
    return person.name if person and not person.former else _("a former member")


WRITERS = {
    JOINED: _write_joined,
    LEFT: _write_left,
    LEADS: _write_leads,
    LEADS_NO_MORE: _write_leads_no_more,
    LEADERLESS: _write_leaderless,
    HANDED: _write_handed,
    REMOVED: _write_removed,
    CLOSED: _write_closed,
    **digest.WRITERS,
}
