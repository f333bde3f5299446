"""How a group is shown, and the buttons that go with it."""

from __future__ import annotations

from collections.abc import Sequence

from coalition_bot.command import Button, Fact, Style
from coalition_bot.context import Context
from coalition_bot.features.groups.standing import belongs, leads_of, member_count, stay
from coalition_bot.features.groups.tables import Group, Membership
from coalition_bot.features.reviews import Review, called
from coalition_bot.people import Person, Place
from coalition_bot.words import _, n_


def group_facts(ctx: Context, group: Group, leads: Sequence[Person] | None = None) -> tuple[Fact, ...]:
    """What everybody who sees a group may know of it; `leads` where they have been asked for already."""
    names = [person.name for person in (leads_of(ctx.session, group.id) if leads is None else leads)]
    review = ctx.session.get(Review, group.review_id) if group.review_id else None
    return (
        Fact(_("Works on"), group.about),
        Fact(_("Led by"), led_by(names)),
        Fact(_("Members"), str(member_count(ctx.session, group.id))),
        *([Fact(_("Channel"), Place.parse(group.channel))] if group.channel else []),
        *([Fact(_("Review"), called(review))] if review else []),
        *ctx.told(f"group:{group.id}"),
    )


def own_facts(person: Person, stay: Membership) -> tuple[Fact, ...]:
    """How somebody stands in a group."""
    return (
        Fact(_("Your issue"), issue_in_words(stay)),
        Fact(_("Your organisation"), organisation_in_words(person)),
    )


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


def led_by(names: list[str]) -> str:
    """The leads of a group in one line."""
    return ", ".join(names) or _("nobody yet")


def issue_in_words(stay: Membership) -> str:
    """What somebody works on."""
    return stay.issue or _("not sure yet")


def organisation_in_words(person: Person) -> str:
    """For whom somebody works on it."""
    return person.organisation or _("on my own")


def group_buttons(ctx: Context, group: Group) -> tuple[Button, ...]:
    """What the visitor can do about a group."""
    own = stay(ctx.session, group.id, ctx.person.id)
    about = {"group": group.uid}
    buttons = [] if own else [join_button(group, _("Join"), Style.PRIMARY)]
    if belongs(ctx, group.uid):
        buttons.append(members_button(group))
    if own:
        buttons += [change_button(group), Button(_("Leave"), "group leave", about)]
    if ctx.person.coordinates:
        buttons += [edit_button(group), lead_button(group)]
    return tuple(buttons)


def join_button(group: Group, label: str = "", style: Style = Style.PLAIN) -> Button:
    """Opens the form for joining, so that the issue can be named."""
    say = label or _("Join {group}").format(group=group.name)
    return Button(say, "group join", {"group": group.uid}, form=True, style=style)


def members_button(group: Group) -> Button:
    """Shows who is in a group, to those who may see it."""
    return Button(_("Members"), "group members", {"group": group.uid})


def change_button(group: Group) -> Button:
    """Opens the form with one's own answers as they are."""
    return Button(_("Change"), "group change", {"group": group.uid, "whole": "yes"}, form=True)


def lead_button(group: Group) -> Button:
    """Opens the form for appointing a lead."""
    return Button(_("Appoint a lead"), "group lead", {"group": group.uid}, form=True)


def edit_button(group: Group) -> Button:
    """Opens the form with the group as it is."""
    return Button(_("Edit"), "group edit", {"group": group.uid, "whole": "yes"}, form=True)


def page_number(carried: str) -> int:
    """The page that a button carried, from 1 on; somebody may have forged it."""
    return max(1, int(carried)) if carried.isdecimal() and len(carried) < 5 else 1
