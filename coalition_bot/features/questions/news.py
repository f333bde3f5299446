"""What people are told about questions, each written at the moment at which it goes out, and when it stays open."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from coalition_bot.command import Button, Fact, Reply
from coalition_bot.context import Context
from coalition_bot.features.questions.sealing import answer_of, words_of
from coalition_bot.features.questions.tables import Asked
from coalition_bot.outbox import Due, owe
from coalition_bot.people import Person, Place, coordinators, find_community, find_person, private_place
from coalition_bot.words import _, n_

ASKED = "questions.asked"
OPEN = "questions.open"
ANSWERED = "questions.answered"
REMINDED = (timedelta(days=2), timedelta(days=5))  # after it was given to somebody
TOLD_ALL = timedelta(days=7)  # then the coordinators hear of it, whoever has it


def tell_asked(ctx: Context, asked: Asked) -> None:
    """Owe the question to whoever is in charge, reminders while it is open, and in the end to all coordinators."""
    tell_assigned(ctx, asked)
    if asked.assigned_to is not None:
        for person in coordinators(ctx.session):
            _owe(ctx, asked, person, OPEN, TOLD_ALL)


def tell_assigned(ctx: Context, asked: Asked) -> None:
    """Owe the question, and reminders of it, to whoever has it now."""
    if asked.assigned_to is None:
        people = coordinators(ctx.session)
    else:
        people = [ctx.session.get_one(Person, asked.assigned_to)]
    for person in people:
        if person.id != ctx.person.id:
            _owe(ctx, asked, person, ASKED, timedelta())
        for wait in REMINDED:
            _owe(ctx, asked, person, OPEN, wait)


def tell_answered(ctx: Context, asked: Asked) -> None:
    """Owe the answer to the asker."""
    _owe(ctx, asked, ctx.session.get_one(Person, asked.asked_by), ANSWERED, timedelta())


def _owe(ctx: Context, asked: Asked, person: Person, kind: str, wait: timedelta) -> None:
    place = private_place(ctx.session, person.id)
    if place:
        due = ctx.now + wait
        key = f"{kind}:{asked.uid}:{person.uid}:{due:%Y%m%dT%H%M%S}"
        owe(ctx.session, key=key, kind=kind, ref=asked.uid, to=place, due=due)


# Writing, at the moment of sending


def _write_asked(due: Due) -> Reply | None:
    return _to_answer(due, _("{name} asks:"))


def _write_open(due: Due) -> Reply | None:
    asked = _question(due)
    days = max(1, (due.now - asked.asked_at).days) if asked else 1
    say = n_("{name} has waited {days} day for an answer:", "{name} has waited {days} days for an answer:", days)
    return _to_answer(due, say.replace("{days}", str(days)))


def _write_answered(due: Due) -> Reply | None:
    asked = _question(due)
    if asked is None or asked.answered_at is None or _reader(due) != asked.asked_by:
        return None
    by = due.session.get(Person, asked.answered_by) if asked.answered_by else None
    again = Button(_("Ask more"), "coalition ask", {"topic": asked.topic}, form=True)
    return Reply(
        _("{name} has answered your question.").format(name=by.name if by and not by.former else _("A former member")),
        facts=(
            Fact(_("Your question"), words_of(due.vault, asked)),
            Fact(_("Answer"), answer_of(due.vault, asked)),
        ),
        buttons=(again,),
    )


def _to_answer(due: Due, say: str) -> Reply | None:
    """The question with its buttons; None where it is answered, or the reader is not in charge any more."""
    asked = _question(due)
    if asked is None or asked.answered_at:
        return None
    asker, reader = due.session.get(Person, asked.asked_by), _reader(due)
    person = due.session.get(Person, reader) if reader else None
    if asker is None or person is None or not (person.coordinates or asked.assigned_to == person.id):
        return None
    about = {"about": asked.uid}
    return Reply(
        say.format(name=asker.name),
        facts=(Fact(_("Question"), words_of(due.vault, asked)),),
        buttons=(
            Button(_("Answer"), "coalition answer", about, form=True),
            Button(_("Give it to somebody else"), "coalition assign", about, form=True),
        ),
    )


def _question(due: Due) -> Asked | None:
    return due.session.scalar(select(Asked).where(Asked.uid == due.ref))


def _reader(due: Due) -> int | None:
    """Who reads in the place to which this goes."""
    place: Place | None = due.place
    community = find_community(due.session, place.platform, place.community) if place else None
    person = find_person(due.session, community, place.account) if place and community else None
    return person.id if person else None


WRITERS = {ASKED: _write_asked, OPEN: _write_open, ANSWERED: _write_answered}
