"""Reminders: what is owed for a deadline, and what each says at the moment at which it goes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coalition_bot.command import Fact, Reply, Tone
from coalition_bot.features.deadlines.ladder import RUNGS, Hours, Rung, ahead, overtaken, rung_named
from coalition_bot.features.deadlines.tables import Deadline, Destination, PostingHour
from coalition_bot.features.groups import Group, leads_of
from coalition_bot.features.groups.standing import leading, stay
from coalition_bot.features.groups.tables import Stage
from coalition_bot.moments import Moment
from coalition_bot.outbox import Due, Writer, disown, owe, reached
from coalition_bot.people import Coalition, Person, Place, private_place
from coalition_bot.phrases import Verb
from coalition_bot.words import _, n_

RUNG = "deadline.rung"
PEOPLE = "deadline.people"
CANCELLED = "deadline.cancelled"
LATE = timedelta(minutes=15)  # from here on a reminder says that it is late
HALF_A_DAY = timedelta(hours=12)
STALE = timedelta(days=3)  # after that a missed deadline is no news


def remind(session: Session, coalition: Coalition, deadline: Deadline, now: datetime) -> None:
    """Owe all reminders that are still to come, in place of those owed so far; none where it is over."""
    forget_reminders(session, deadline)
    if deadline.over:
        return
    for place in places(session, deadline):
        for rung, instant in ahead(deadline.instant, hours(session, coalition, place), now):
            key, ref = _key(deadline, rung, str(place)), _ref(deadline, rung)
            owe(session, key=key, kind=RUNG, ref=ref, to=place, due=instant)
    if not deadline.personal:
        return
    for rung, instant in ahead(deadline.instant, Hours(coalition.zone), now):
        # To whom it goes is found out at that moment: owners and leads change.
        key, ref = _key(deadline, rung, "people"), _ref(deadline, rung)
        owe(session, key=key, kind=PEOPLE, ref=ref, to=None, due=instant)


def forget_reminders(session: Session, deadline: Deadline) -> None:
    """Owe none of the reminders that were still to come."""
    for rung in RUNGS:
        disown(session, kind=RUNG, ref=_ref(deadline, rung))
        disown(session, kind=PEOPLE, ref=_ref(deadline, rung))


def hear(session: Session, deadline: Deadline, channels: Sequence[Place]) -> None:
    """From now on these channels hear of a deadline, and no others; `remind` comes after it."""
    if places(session, deadline) != list(channels):
        session.execute(delete(Destination).where(Destination.deadline_id == deadline.id))
        session.add_all(Destination(deadline_id=deadline.id, place=str(place)) for place in channels)
        session.flush()


def places(session: Session, deadline: Deadline) -> list[Place]:
    """The channels that hear of a deadline; of a private group's only its own, even if others were chosen before."""
    found = select(Destination).where(Destination.deadline_id == deadline.id).order_by(Destination.id)
    group = session.get(Group, deadline.group_id) if deadline.group_id else None
    every = [destination.where for destination in session.scalars(found)]
    return [place for place in every if str(place) == group.channel] if group and group.private else every


def private_ears(session: Session, deadline: Deadline) -> list[Place]:
    """Where those hear of a personal deadline who have to meet it: its owner, if in the group; or else the leads."""
    group = session.get(Group, deadline.group_id) if deadline.personal and deadline.group_id else None
    if group is None or group.closed_at:
        return []
    owner = _owner_place(session, deadline, group.id)
    if owner:
        return [owner]
    leads = leads_of(session, group.id, backup=False) or leads_of(session, group.id)
    return [place for lead in leads if (place := private_place(session, lead.id))]


def hours(session: Session, coalition: Coalition, place: Place) -> Hours:
    """The channel's posting hour, or 9:00 in the coalition's zone."""
    found = session.scalar(select(PostingHour).where(PostingHour.place == str(place)))
    return Hours(found.zone, found.hour) if found else Hours(coalition.zone)


def told(session: Session, deadline: Deadline) -> list[Place]:
    """The channels that have had a reminder of this deadline already."""
    return reached(session, kind=RUNG, refs=[_ref(deadline, rung) for rung in RUNGS])


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
    """A reminder; None where the deadline is gone, moved or over, or a newer reminder speaks instead."""
    deadline, rung = _meant(due)
    if deadline is None or due.place is None or due.coalition is None:
        return None
    hearing = private_ears(due.session, deadline) if due.place.private else places(due.session, deadline)
    when = hours(due.session, due.coalition, due.place)
    if due.place not in hearing or overtaken(rung, deadline.instant, when, due.now):
        return None
    return _passed(deadline, due) if due.now >= deadline.instant else _ahead(deadline, due)


def tell_people(due: Due) -> None:
    """A job: the reminder goes to those who have to meet the deadline at this moment."""
    deadline, rung = _meant(due)
    if deadline is None or due.coalition is None:
        return
    if overtaken(rung, deadline.instant, Hours(due.coalition.zone), due.now):
        return
    for place in private_ears(due.session, deadline):
        owe(due.session, key=_key(deadline, rung, str(place)), kind=RUNG, ref=due.ref, to=place, due=due.due_at)


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


def _owner_place(session: Session, deadline: Deadline, group_id: int) -> Place | None:
    owner = session.get(Person, deadline.owner_id) if deadline.owner_id else None
    if owner is None or owner.former:
        return None
    own = stay(session, group_id, owner.id)
    there = own is not None and own.stage == Stage.IN
    return private_place(session, owner.id) if there or leading(session, group_id, owner.id) else None


def _ref(deadline: Deadline, rung: Rung) -> str:
    return f"{deadline.uid}:{rung.name}"


def _key(deadline: Deadline, rung: Rung, to: str) -> str:
    """One reminder of a rung for each moment that the deadline was ever at: moved back, it does not speak again."""
    return f"deadline:{deadline.uid}:{rung.name}:{to}:{_instant(deadline)}"


def _instant(deadline: Deadline) -> str:
    return f"{deadline.instant:%Y%m%dT%H%M%S}"


def _meant(due: Due) -> tuple[Deadline | None, Rung]:
    """What a reminder is about; no deadline where it is over, was moved, or its group is closed."""
    uid, _colon, name = due.ref.rpartition(":")
    found = due.session.scalar(select(Deadline).where(Deadline.uid == uid))
    if found is None or found.over or not due.key.endswith(_instant(found)):
        return None, rung_named(name)
    group = due.session.get(Group, found.group_id) if found.personal and found.group_id else None
    return None if group and group.closed_at else found, rung_named(name)


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


WRITERS: dict[str, Writer] = {RUNG: write_rung, PEOPLE: tell_people, CANCELLED: write_cancelled}
