"""A person's questions as personal data: to hand out, to forget, to join with another record, and to let go in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, select, update

from coalition_bot.context import Context
from coalition_bot.features.questions.news import tell_assigned
from coalition_bot.features.questions.sealing import answer_of, sealed_answer, sealed_question, words_of
from coalition_bot.features.questions.tables import Asked, Contact
from coalition_bot.outbox import Due
from coalition_bot.people import Person

KEEP_DAYS = 365  # after the answer: as long as somebody may come back to it


def export(ctx: Context, person: Person) -> Mapping[str, object]:
    """What somebody asked, with the answers, and what they answered."""
    asked = ctx.session.scalars(select(Asked).where(Asked.asked_by == person.id).order_by(Asked.id))
    given = ctx.session.scalars(select(Asked).where(Asked.answered_by == person.id).order_by(Asked.id))
    return {
        "asked": [
            {
                "topic": each.topic,
                "at": each.asked_at,
                "question": words_of(ctx.vault, each),
                "answer": answer_of(ctx.vault, each),
            }
            for each in asked
        ],
        "answered": [{"at": each.answered_at, "answer": answer_of(ctx.vault, each)} for each in given],
        "in_charge_of": list(ctx.session.scalars(select(Contact.topic).where(Contact.person_id == person.id))),
    }


def forget(ctx: Context, person: Person) -> None:
    """What they asked goes; what was theirs to answer goes to the coordinators."""
    ctx.session.execute(delete(Asked).where(Asked.asked_by == person.id))
    ctx.session.execute(update(Contact).where(Contact.person_id == person.id).values(person_id=None))
    waiting = select(Asked).where(Asked.assigned_to == person.id, Asked.answered_at.is_(None))
    for asked in ctx.session.scalars(waiting).all():
        asked.assigned_to = None
        ctx.session.flush()
        tell_assigned(ctx, asked)


def merge(ctx: Context, gone: Person, kept: Person) -> None:
    """What one asked, answered or was in charge of is the other's."""
    for asked in ctx.session.scalars(select(Asked).where(Asked.asked_by == gone.id)).all():
        question, answer = words_of(ctx.vault, asked), answer_of(ctx.vault, asked)
        asked.asked_by = kept.id
        asked.sealed = sealed_question(ctx.vault, asked, question)
        asked.answer = sealed_answer(ctx.vault, asked, answer) if answer else None
    ctx.session.flush()
    for column in (Asked.assigned_to, Asked.answered_by):
        ctx.session.execute(update(Asked).where(column == gone.id).values({column.key: kept.id}))
    ctx.session.execute(update(Contact).where(Contact.person_id == gone.id).values(person_id=kept.id))


def nightly(due: Due) -> None:
    """What was answered long ago goes."""
    due.session.execute(delete(Asked).where(Asked.answered_at < due.now - timedelta(days=KEEP_DAYS)))
