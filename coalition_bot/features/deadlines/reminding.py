"""Reminders: what is owed for a deadline, and what each says at the moment at which it goes out."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coalition_bot.command import Fact, Reply, Tone
from coalition_bot.features.deadlines.ladder import RUNGS, Hours, ahead, overtaken, rung_named
from coalition_bot.features.deadlines.tables import Deadline, Destination, PostingHour
from coalition_bot.moments import Moment
from coalition_bot.outbox import Due, disown, owe, reached
from coalition_bot.people import Coalition, Place
from coalition_bot.phrases import Verb
from coalition_bot.words import _, n_

RUNG = "deadline.rung"
CANCELLED = "deadline.cancelled"
LATE = timedelta(minutes=15)  # from here on a reminder says that it is late
HALF_A_DAY = timedelta(hours=12)
STALE = timedelta(days=3)  # after that a missed deadline is no news


def remind(session: Session, coalition: Coalition, deadline: Deadline, now: datetime) -> None:
    """Owe all reminders that are still to come, in place of those owed so far."""
    forget_reminders(session, deadline)
    for place in places(session, deadline):
        for rung, instant in ahead(deadline.instant, hours(session, coalition, place), now):
            key = f"deadline:{deadline.uid}:{rung.name}:{place}:{deadline.instant:%Y%m%dT%H%M%S}"
            owe(session, key=key, kind=RUNG, ref=f"{deadline.uid}:{rung.name}", to=place, due=instant)


def forget_reminders(session: Session, deadline: Deadline) -> None:
    """Owe none of the reminders that were still to come."""
    for ref in _refs(deadline):
        disown(session, kind=RUNG, ref=ref)


def places(session: Session, deadline: Deadline) -> list[Place]:
    """The channels that hear of a deadline."""
    found = select(Destination).where(Destination.deadline_id == deadline.id).order_by(Destination.id)
    return [destination.where for destination in session.scalars(found)]


def hours(session: Session, coalition: Coalition, place: Place) -> Hours:
    """The channel's posting hour, or 9:00 in the coalition's zone."""
    found = session.scalar(select(PostingHour).where(PostingHour.place == str(place)))
    return Hours(found.zone, found.hour) if found else Hours(coalition.zone)


def told(session: Session, deadline: Deadline) -> list[Place]:
    """The channels that have had a reminder of this deadline already."""
    return reached(session, kind=RUNG, refs=_refs(deadline))


def happens(verb: str, title: str) -> str:
    """`title` with what happens: "Stakeholder report is due"."""
    said = {
        Verb.DUE: _("{title} is due"),
        Verb.STARTS: _("{title} starts"),
        Verb.OPENS: _("{title} opens"),
        Verb.CLOSES: _("{title} closes"),
    }
    return said[Verb(verb)].format(title=title)


def left(moment: Moment, now: datetime) -> str:
    """How long it is until then, as one says it: days by the calendar of the moment's own zone, then hours."""
    days = (moment.wall.date() - Moment.of(now, moment.zone).wall.date()).days
    if days > 0 and moment.instant - now > HALF_A_DAY:  # at 23:30, half past midnight is no day ahead
        return n_("in {days} day", "in {days} days", days).format(days=days)
    minutes = max(0, round((moment.instant - now).total_seconds() / 60))
    if minutes < 120 and minutes != 60:
        return n_("in {minutes} minute", "in {minutes} minutes", minutes).format(minutes=minutes)
    whole = round(minutes / 60)
    return n_("in {hours} hour", "in {hours} hours", whole).format(hours=whole)


def write_rung(due: Due) -> Reply | None:
    """A reminder; None where the deadline is gone, moved or cancelled, or a newer reminder speaks instead."""
    uid, _colon, name = due.ref.rpartition(":")
    deadline = due.session.scalar(select(Deadline).where(Deadline.uid == uid))
    if deadline is None or deadline.cancelled_at or due.place is None or due.coalition is None:
        return None
    rung, when = rung_named(name), hours(due.session, due.coalition, due.place)
    if due.place not in places(due.session, deadline) or overtaken(rung, deadline.instant, when, due.now):
        return None
    return _passed(deadline, due) if due.now >= deadline.instant else _ahead(deadline, due)


def write_cancelled(due: Due) -> Reply | None:
    """The news that a deadline, of which the channel had heard, is off."""
    deadline = due.session.scalar(select(Deadline).where(Deadline.uid == due.ref))
    if deadline is None:
        return None
    return Reply(
        _("This deadline is cancelled; you need not meet it any more."),
        title=deadline.title,
        facts=(Fact(_("It was"), deadline.moment),),
    )


def _refs(deadline: Deadline) -> list[str]:
    return [f"{deadline.uid}:{rung.name}" for rung in RUNGS]


def _ahead(deadline: Deadline, due: Due) -> Reply:
    say = _("{what} {left}.").format(what=happens(deadline.verb, deadline.title), left=left(deadline.moment, due.now))
    return Reply(f"{say}{_late(due)}", title=deadline.title, facts=(Fact(_("When"), deadline.moment),))


def _passed(deadline: Deadline, due: Due) -> Reply | None:
    if due.now - deadline.instant > STALE:
        return None
    return Reply(
        _("This moment has passed. I could not remind you in time, because I was not running."),
        title=deadline.title,
        facts=(Fact(_("It was"), deadline.moment),),
        tone=Tone.PROBLEM,
    )


def _late(due: Due) -> str:
    if due.now - due.due_at <= LATE:
        return ""
    return " " + _("(This reminder is late, because I was not running.)")


WRITERS = {RUNG: write_rung, CANCELLED: write_cancelled}
