"""How a group is shown, and the buttons that go with it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from coalition_bot.command import Button, Fact, Style
from coalition_bot.context import Context
from coalition_bot.features.groups.channel import channel_button
from coalition_bot.features.groups.kinds import worded, wording
from coalition_bot.features.groups.standing import belongs, leads_group, leads_of, position, stage_count, stay
from coalition_bot.features.groups.tables import Group, GroupKind, Lead, Membership, Stage
from coalition_bot.features.reviews import Review, called
from coalition_bot.people import Person, Place
from coalition_bot.words import _, n_

OFFERED = 3  # backups who may be made the lead by a button
NAMED = 10  # groups without a lead


def group_facts(ctx: Context, group: Group) -> tuple[Fact, ...]:
    """What everybody who sees a group may know of it."""
    review = ctx.session.get(Review, group.review_id) if group.review_id else None
    inside, waiting = (stage_count(ctx.session, group.id, stage) for stage in (Stage.IN, Stage.WAITING))
    return (
        *([Fact(_("Kind"), _(wording(group).name))] if group.kind != GroupKind.WORKING else []),
        *([Fact(_("Private"), _("only its people and coordinators know of it"))] if group.private else []),
        Fact(_("Works on"), group.about),
        Fact(_("Led by"), leads_in_words(ctx.session, [group.id])[group.id]),
        Fact(_("Members"), places_in_words(group, inside, waiting)),
        *([Fact(_("Channel"), Place.parse(group.channel))] if group.channel else []),
        *([Fact(_("Review"), called(review))] if review else []),
        *ctx.told(f"group:{group.id}"),
    )


def own_facts(person: Person, stay: Membership) -> tuple[Fact, ...]:
    """What somebody has said about themselves in a group."""
    shown = _("other members too") if stay.shown else _("leads and coordinators only")
    return (
        Fact(_("Your issue"), issue_in_words(stay)),
        Fact(_("Your organisation"), organisation_in_words(person)),
        Fact(_("Who sees your name"), shown),
    )


def places_in_words(group: Group, inside: int, waiting: int) -> str:
    """How many are in a group, of how many, and how many wait: "12 of 30, 4 waiting"."""
    taken = str(inside)
    if group.capacity is not None:
        taken = _("{count} of {places}").format(count=inside, places=group.capacity)
    return _("{taken}, {count} waiting").format(taken=taken, count=waiting) if waiting else taken


def standing_in_words(ctx: Context, stay: Membership) -> str:
    """How far somebody has come who is not in yet; empty for who is."""
    if stay.stage == Stage.WAITING:
        return _("number {number} on the waiting list").format(number=position(ctx.session, stay))
    return _("applied, not decided yet") if stay.stage == Stage.APPLIED else ""


def next_step(leads: Sequence[Person]) -> str:
    """What happens after somebody has joined a group that these lead."""
    names = [person.name for person in leads]
    if not names:
        return _("It has no lead yet. The coordinators are told that you joined, and will write to you.")
    say = n_(
        "{leads} is told that you joined, and will write to you.",
        "{leads} are told that you joined, and will write to you.",
        len(names),
    )
    return say.format(leads=led_by(names))


def led_by(names: Sequence[str], backups: Sequence[str] = ()) -> str:
    """The leads of a group in one line, and who stands in for them."""
    leads = ", ".join(names) or _("nobody yet")
    return _("{leads} (backup: {backups})").format(leads=leads, backups=", ".join(backups)) if backups else leads


def leads_in_words(session: Session, group_ids: Sequence[int]) -> dict[int, str]:
    """The leads of each of some groups in one line."""
    found = select(Lead.group_id, Lead.backup, Person.name).join(Person, Person.id == Lead.person_id)
    now = found.where(Lead.group_id.in_(group_ids), Lead.ended_at.is_(None)).order_by(Lead.id)
    names: dict[int, tuple[list[str], list[str]]] = {group_id: ([], []) for group_id in group_ids}
    for group_id, backup, name in session.execute(now):
        names[group_id][backup].append(name)
    return {group_id: led_by(*both) for group_id, both in names.items()}


def leaderless_in_words(ctx: Context) -> str:
    """The open groups that nobody leads, but for mailing lists; for coordinators only, who can change that."""
    if not ctx.person.coordinates:
        return ""
    led = select(Lead.group_id).where(Lead.ended_at.is_(None), Lead.backup.is_(False))
    found = select(Group.name).where(Group.closed_at.is_(None), Group.kind != GroupKind.LIST, Group.id.not_in(led))
    names = ctx.session.scalars(found.order_by(Group.folded, Group.id).limit(NAMED + 1)).all()
    named = ", ".join([*names[:NAMED], *(["…"] if len(names) > NAMED else [])])
    return _("Without a lead: {groups}.").format(groups=named) if named else ""


def issue_in_words(stay: Membership) -> str:
    """What somebody works on."""
    return stay.issue or _("not sure yet")


def organisation_in_words(person: Person) -> str:
    """For whom somebody works on it."""
    return person.organisation or _("on my own")


def group_buttons(ctx: Context, group: Group) -> tuple[Button, ...]:
    """What the visitor can do about a group."""
    own = stay(ctx.session, group.id, ctx.person.id)
    buttons = [] if own else [join_button(group, _(wording(group).join), Style.PRIMARY)]
    if belongs(ctx, group.uid):
        buttons.append(members_button(group))
    if own:
        buttons += [change_button(group), leave_button(group, own), *channel_button(ctx, group, own)]
    if leads_group(ctx, group.uid) and stage_count(ctx.session, group.id, Stage.APPLIED):
        buttons.append(applications_button(group))
    if ctx.person.coordinates:
        buttons += [edit_button(group), *offer_buttons(ctx.session, group), lead_button(group)]
    return tuple(buttons)


def join_button(group: Group, label: str = "", style: Style = Style.PLAIN) -> Button:
    """Opens the form for joining, so that the issue can be named."""
    say = label or worded(wording(group).join_this, group)
    return Button(say, "group join", {"group": group.uid}, form=True, style=style)


def members_button(group: Group) -> Button:
    """Shows who is in a group, to those who may see it."""
    return Button(_("Members"), "group members", {"group": group.uid})


def change_button(group: Group) -> Button:
    """Opens the form with one's own answers as they are."""
    return Button(_("Change"), "group change", {"group": group.uid, "whole": "yes"}, form=True)


def leave_button(group: Group, stay: Membership) -> Button:
    """Ends one's own stay; for who is not in yet, it is a withdrawal."""
    label = _(wording(group).leave) if stay.stage == Stage.IN else _("Withdraw")
    return Button(label, "group leave", {"group": group.uid})


def applications_button(group: Group) -> Button:
    """Shows who has applied, to those who decide."""
    return Button(_("Applications"), "group applications", {"group": group.uid})


def lead_button(group: Group) -> Button:
    """Opens the form for appointing a lead."""
    return Button(_("Appoint a lead"), "group lead", {"group": group.uid}, form=True)


def offer_buttons(session: Session, group: Group) -> list[Button]:
    """Where nobody leads a group, each makes one of its backups the lead."""
    if leads_of(session, group.id, backup=False):
        return []
    return [
        Button(
            _("Make {name} the lead").format(name=backup.name),
            "group lead",
            {"group": group.uid, "who": backup.uid, "role": "lead"},
            style=Style.PRIMARY,
        )
        for backup in leads_of(session, group.id, backup=True)[:OFFERED]
    ]


def edit_button(group: Group) -> Button:
    """Opens the form with the group as it is."""
    return Button(_("Edit"), "group edit", {"group": group.uid, "whole": "yes"}, form=True)


def page_number(carried: str) -> int:
    """The page that a button carried, from 1 on; somebody may have forged it."""
    return max(1, int(carried)) if carried.isdecimal() and len(carried) < 5 else 1
