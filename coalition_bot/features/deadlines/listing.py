"""Seeing deadlines, cancelling one, and saying when a channel wants its reminders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from coalition_bot.command import Command, Fact, Refusal, Reply, Style, Who, button, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.deadlines.ladder import EARLIEST_HOUR, LATEST_HOUR
from coalition_bot.features.deadlines.reminding import (
    CANCELLED,
    forget_reminders,
    happens,
    remind,
    told,
)
from coalition_bot.features.deadlines.tables import Deadline, Destination, PostingHour
from coalition_bot.features.groups import Group, Lead, Membership, leads, leads_group_id, visible_groups
from coalition_bot.features.groups.standing import is_in
from coalition_bot.features.members.coalition import zone_named
from coalition_bot.fields import Option, carried, channels, choice, number, text
from coalition_bot.history import note
from coalition_bot.moments import in_words
from coalition_bot.outbox import owe
from coalition_bot.people import Place
from coalition_bot.words import N_, _

SHOWN = 20


def upcoming(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The deadlines ahead, the next first, as options."""
    found = _seen(ctx).where(Deadline.title.icontains(typed, autoescape=True) | (Deadline.uid == typed))
    return [
        Option(each.uid, f"{each.title} ({in_words(each.moment)})") for each in ctx.session.scalars(found.limit(100))
    ]


def _ahead(now: datetime) -> Any:
    ahead = select(Deadline).where(Deadline.cancelled_at.is_(None), Deadline.met_at.is_(None), Deadline.instant > now)
    return ahead.order_by(Deadline.instant, Deadline.id)


def _seen(ctx: Context) -> Any:
    """Those ahead that the visitor may see: a group's tracks, and all of a private group, are for its own people."""
    if coordinators.may_open(ctx):
        return _ahead(ctx.now)
    stays = select(Membership.group_id).where(Membership.person_id == ctx.person.id, is_in())
    leads_now = select(Lead.group_id).where(Lead.person_id == ctx.person.id, Lead.ended_at.is_(None))
    general = and_(Deadline.personal.is_(False), Deadline.group_id.in_(select(Group.id).where(visible_groups(ctx))))
    own = or_(Deadline.group_id.in_(stays), Deadline.group_id.in_(leads_now))
    return _ahead(ctx.now).where(or_(Deadline.group_id.is_(None), general, own))


def tells(ctx: Context, about: str) -> Sequence[Fact]:
    """Of a group: its next deadline."""
    kind, _colon, number = about.partition(":")
    if kind != "group":
        return ()
    found = ctx.session.scalar(_seen(ctx).where(Deadline.group_id == int(number)).limit(1))
    if found is None:
        return ()
    return (Fact(_("Next: {what}").format(what=happens(found.verb, found.title)), found.moment),)


class ListDeadlines(Command, name="deadline list", writes=False, tap=N_("Deadlines")):
    """All deadlines ahead, the next first."""

    def run(self, ctx: Context) -> Reply:
        found = list(ctx.session.scalars(_seen(ctx).limit(SHOWN + 1)))
        if not found:
            return Reply(_("There are no deadlines ahead."))
        facts = tuple(Fact(happens(each.verb, each.title), each.moment) for each in found[:SHOWN])
        more = _("There are more after these.") if len(found) > SHOWN else ""
        return Reply(more, title=_("Deadlines ahead"), facts=facts)


def _may_cancel(ctx: Context, command: Any) -> bool:
    group = select(Deadline.group_id).where(Deadline.uid == command.deadline)
    return leads_group_id(ctx, ctx.session.scalar(group))


class Cancel(Command, name="deadline cancel", who=Who(leads.name, leads.may_open, _may_cancel)):
    """Cancel a deadline; channels that have heard of it are told."""

    deadline: str = choice("Deadline", suggest=upcoming)
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        # Of two who cancel at once, one comes first.
        meant = select(Deadline).where(Deadline.uid == self.deadline).with_for_update()
        found = ctx.session.scalar(meant, execution_options={"populate_existing": True})
        if found is None or found.cancelled_at:
            raise Refusal(_("This deadline is cancelled already."))
        if self.sure != "yes":
            return Reply(
                _("Cancel this deadline? Its reminders will not go out."),
                facts=(Fact(happens(found.verb, found.title), found.moment),),
                buttons=(
                    button(_("Cancel it"), Cancel, style=Style.DANGER, deadline=self.deadline, sure="yes"),
                    button(_("Keep it"), ListDeadlines),
                ),
            )
        found.cancelled_at = ctx.now
        forget_reminders(ctx.session, found)
        for place in told(ctx.session, found):
            owe(
                ctx.session,
                key=f"{CANCELLED}:{found.uid}:{place}",
                kind=CANCELLED,
                ref=found.uid,
                to=place,
                due=ctx.now,
            )
        note(ctx.session, ctx.now, ctx.person.id, "deadline.cancel", f"deadline:{found.id}")
        return done(_("“{title}” is cancelled.").format(title=found.title))


class Hour(Command, name="deadline hour", who=coordinators):
    """Set at which hour a channel gets reminders that are days ahead; 9:00 unless you set it."""

    hour: int = number("Hour of the day", help="From 7 to 21, in that channel's zone")
    channels: tuple[Place, ...] = channels(
        "Channels",
        known=lambda ctx: "" if ctx.place.private else str(ctx.place),
        help="Whose reminders they are; this channel, if you leave it out",
    )
    zone: str = text("Time zone", required=False, longest=64, check=zone_named, help="Empty: the coalition's own")

    def run(self, ctx: Context) -> Reply:
        if not EARLIEST_HOUR <= self.hour <= LATEST_HOUR:
            say = _("Please choose an hour from {first} to {last}: nobody wants reminders at night.")
            raise Refusal(say.format(first=EARLIEST_HOUR, last=LATEST_HOUR), field="hour")
        zone = self.zone or ctx.coalition.zone
        for place in self.channels:
            self._set(ctx, place, zone)
        facts = tuple(Fact(_("Where"), place) for place in self.channels)
        return done(_("Reminders go out at {hour}:00 ({zone}).").format(hour=self.hour, zone=zone), facts=facts)

    def _set(self, ctx: Context, place: Place, zone: str) -> None:
        found = ctx.session.scalar(select(PostingHour).where(PostingHour.place == str(place)))
        if found:
            found.hour, found.zone = self.hour, zone
        else:
            ctx.session.add(PostingHour(place=str(place), hour=self.hour, zone=zone))
        ctx.session.flush()
        heard = select(Destination.deadline_id).where(Destination.place == str(place))
        for deadline in ctx.session.scalars(_ahead(ctx.now).where(Deadline.id.in_(heard))).all():
            remind(ctx.session, ctx.coalition, deadline, ctx.now)
