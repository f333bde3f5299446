"""The group's own channel: the bot adds members who say yes, and takes them out again when they leave."""

from __future__ import annotations

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from coalition_bot.command import Button, Refusal
from coalition_bot.context import Context
from coalition_bot.features.groups.standing import is_in
from coalition_bot.features.groups.tables import Group, Membership, Stage
from coalition_bot.history import note
from coalition_bot.outbox import Due, disown, owe
from coalition_bot.people import Community, Identity, Place
from coalition_bot.platform import Admission
from coalition_bot.words import _

IN, OUT = "groups.channel_in", "groups.channel_out"


def channel_button(ctx: Context, group: Group, own: Membership) -> tuple[Button, ...]:
    """The way to the group's channel for somebody with this stay of their own; none where they cannot be added."""
    try:
        way_in(ctx, group, own)
    except Refusal:
        return ()
    label = _("Channel") if own.in_channel else _("Add me to the channel")
    return (Button(label, "group channel", {"group": group.uid}),)


def let_in(ctx: Context, own: Membership, place: Place, account: str) -> None:
    """Owe the way in to somebody who has said yes."""
    own.in_channel = True
    _owe(ctx, IN, own, place, account)


def see_out(ctx: Context, group: Group, stay: Membership) -> None:
    """Owe the way out of the channel to somebody whose stay ends, if the bot has let them in."""
    if not (stay.in_channel and group.channel):
        return
    stay.in_channel = False
    place = Place.parse(group.channel)
    for account in _accounts(ctx.session, stay.person_id, place):
        disown(ctx.session, kind=IN, ref=_ref(stay, account))
        _owe(ctx, OUT, stay, place, account)


def switch(session: Session, group: Group, channel: str) -> None:
    """Give the group another channel (a Place, or none). Whoever is in the old one stays, and is offered the new."""
    if channel != group.channel:
        here = (Membership.group_id == group.id, Membership.in_channel)
        session.execute(update(Membership).where(*here).values(in_channel=False))
        group.channel = channel


def way_in(ctx: Context, group: Group, own: Membership) -> tuple[Place, str]:
    """The channel, and the member's account in its community. Raises Refusal where there is no way."""
    mine = Button(_("My groups"), "group mine")
    if own.stage != Stage.IN:
        raise Refusal(_("You are not in {group} yet. Once you are, I can add you.").format(group=group.name), mine)
    if group.private:
        say = _("{group} is private: in a channel others would see who belongs to it, so I add nobody.")
        raise Refusal(say.format(group=group.name), mine)
    if not group.channel:
        say = _("{group} has no channel of its own. Its leads or the coordinators can tell you where it talks.")
        raise Refusal(say.format(group=group.name), mine)
    place = Place.parse(group.channel)
    accounts = _accounts(ctx.session, own.person_id, place)
    if not accounts:
        say = _("I know no account of yours where {group} has its channel. If you have one there, tell me with {line}.")
        raise Refusal(say.format(group=group.name, line=ctx.slash("my link")), Button(_("Link an account"), "my link"))
    return place, ctx.visitor.account if ctx.visitor.account in accounts else accounts[0]


def _accounts(session: Session, person_id: int, place: Place) -> list[str]:
    """A person's accounts in the community of a channel, the one they used first in front."""
    theirs = select(Identity.account).join(Community, Community.id == Identity.community_id)
    there = (Community.platform == place.platform, Community.external == place.community)
    return list(session.scalars(theirs.where(Identity.person_id == person_id, *there).order_by(Identity.id)))


def _owe(ctx: Context, kind: str, stay: Membership, place: Place, account: str) -> None:
    what = "group.channel_in" if kind == IN else "group.channel_out"
    happened = note(ctx.session, ctx.now, ctx.person.id, what, f"group:{stay.group_id}", stay.person_id)
    ctx.session.flush()
    owe(ctx.session, key=f"{kind}:{happened.id}", kind=kind, ref=_ref(stay, account), to=place, due=ctx.now)


def _ref(stay: Membership, account: str) -> str:
    """The account stands here, since whoever is forgotten has none any more when they are taken out."""
    return f"{stay.id}:{account}"


# At the moment of doing it


def _let_in(due: Due) -> Admission | None:
    number, _colon, account = due.ref.partition(":")
    stay = due.session.get(Membership, int(number))
    if stay is None or due.place is None or not stay.in_channel:
        return None
    if account not in _accounts(due.session, stay.person_id, due.place):
        return None
    admitted = _talking_in(due.place).where(Membership.id == stay.id)
    return Admission(due.place, account, inside=True) if due.session.scalar(admitted) else None


def _take_out(due: Due) -> Admission | None:
    """Nobody who has come back meanwhile, or is there for another group too."""
    number, _colon, account = due.ref.partition(":")
    stay = due.session.get(Membership, int(number))
    if stay is None or due.place is None:
        return None
    again = (Membership.id > stay.id) | Membership.in_channel
    still = due.session.scalar(_talking_in(due.place).where(Membership.person_id == stay.person_id, again))
    if still:
        still.in_channel = True
        return None
    return Admission(due.place, account, inside=False)


def _talking_in(place: Place) -> Select[Membership]:
    """Who is now in an open group with this channel, and may be seen there."""
    groups = (Group.channel == str(place), Group.closed_at.is_(None), Group.private.is_(False))
    return select(Membership).join(Group, Group.id == Membership.group_id).where(is_in(), *groups).limit(1)


WRITERS = {IN: _let_in, OUT: _take_out}
