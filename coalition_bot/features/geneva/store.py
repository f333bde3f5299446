"""Stores and recalls a traveller's answers, and deletes those that nobody needs any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from coalition_bot.context import Context
from coalition_bot.drafts import drop_forms
from coalition_bot.features.geneva.questions import (
    BY_NAME,
    FIELDS,
    PART_WORDS,
    Coming,
    Part,
    TravelField,
    wanted,
)
from coalition_bot.features.geneva.tables import Answer, SharedAnswer, Trip
from coalition_bot.moments import geneva_day
from coalition_bot.people import private_places
from coalition_bot.vault import Unreadable, Vault
from coalition_bot.words import _

SHARED = "shared"  # stands where the trip's number would, in what a sealed value is bound to
Row = Answer | SharedAnswer


def binding(row: Row) -> tuple[object, ...]:
    """The place in which a sealed value belongs: in any other row it does not open."""
    trip = row.trip_id if isinstance(row, Answer) else SHARED
    return ("travel", row.coalition_id, row.person_id, trip, row.field)


def opened(vault: Vault, row: Row) -> str | None:
    """The answer in a row; None where it cannot be opened."""
    if row.sealed is None:
        return row.plain
    try:
        return vault.open(row.sealed, *binding(row))
    except Unreadable:
        return None


def rows(session: Session, person_id: int | None, trip: Trip | None) -> list[Row]:
    """What somebody has answered: for a trip and for all trips; only the latter where `trip` is None."""
    if person_id is None:
        return []
    found: list[Row] = list(session.scalars(select(SharedAnswer).where(SharedAnswer.person_id == person_id)))
    return found if trip is None else [*found, *trip_rows(session, person_id, trip)]


def trip_rows(session: Session, person_id: int | None, trip: Trip) -> list[Answer]:
    """What somebody has answered for this trip alone."""
    if person_id is None:
        return []
    return list(session.scalars(select(Answer).where(Answer.person_id == person_id, Answer.trip_id == trip.id)))


def row(session: Session, person_id: int | None, trip: Trip | None, name: str) -> Row | None:
    """One answer, or None."""
    if person_id is None:
        return None
    if BY_NAME[name].shared:
        shared = select(SharedAnswer).where(SharedAnswer.person_id == person_id, SharedAnswer.field == name)
        return session.scalar(shared)
    if trip is None:
        return None
    mine = select(Answer).where(Answer.person_id == person_id, Answer.trip_id == trip.id, Answer.field == name)
    return session.scalar(mine)


def coming(session: Session, person_id: int | None, trip: Trip | None) -> str:
    """Whether somebody comes; empty where they have not said."""
    found = row(session, person_id, trip, "coming")
    return found.plain if found else ""


def save(ctx: Context, trip: Trip, values: Mapping[str, str]) -> None:
    """Store the visitor's answers to questions that apply, empty ones too."""
    session, person = ctx.session, ctx.person
    said = values.get("coming") or coming(session, person.id, trip)
    known = {each.field: each for each in rows(session, person.id, trip)}
    for declared in wanted(said):
        if declared.name in values and (values[declared.name] or not declared.essential):
            _put(ctx, trip, declared, known.get(declared.name), values[declared.name])
    session.flush()


def tidy(ctx: Context, person_id: int, trip: Trip) -> int:
    """Delete what somebody answered and, coming as they now say, is not asked; returns how many answers that were."""
    applying = [declared.name for declared in wanted(coming(ctx.session, person_id, trip))]
    mine = delete(Answer).where(Answer.person_id == person_id, Answer.trip_id == trip.id)
    gone = ctx.session.scalars(mine.where(Answer.field.not_in(applying)).returning(Answer.id)).all()
    return len(gone) + drop_shared(ctx.session, geneva_day(ctx.now), person_id)


def _put(ctx: Context, trip: Trip, declared: TravelField, found: Row | None, value: str) -> None:
    if found is None:
        found = SharedAnswer() if declared.shared else Answer(trip_id=trip.id)
        found.person_id, found.coalition_id, found.field = ctx.person.id, ctx.coalition.id, declared.name
        ctx.session.add(found)
    elif (opened(ctx.vault, found), found.version) == (value, declared.version):
        return  # a consent keeps the time at which it was given
    if declared.sensitive:
        found.plain, found.sealed = "", ctx.vault.seal(value, *binding(found))
    else:
        found.plain, found.sealed = value, None
    found.version, found.updated_at = declared.version, ctx.now


def withdraw(ctx: Context, trip: Trip) -> None:
    """Delete all that the visitor answered for a trip, also in unfinished forms; "withdrawn" is left."""
    save(ctx, trip, {"coming": Coming.WITHDRAWN})
    tidy(ctx, ctx.person.id, trip)
    forms = [f"geneva {part}" for part in Part]
    drop_forms(ctx.session, private_places(ctx.session, ctx.person.id), forms)


def purge(session: Session, today: date) -> dict[int, int]:
    """Delete what was to be kept until before `today`, or is not asked of somebody who comes as they said since.

    Returns how many answers went, by trip, and under 0 those for all trips.
    """
    counts: Counter[int] = Counter()
    for declared in FIELDS:
        if not declared.shared:
            over = select(Trip.id).where(Trip.last_day < _since(declared, today))
            which = or_(Answer.trip_id.in_(over), _needless(declared))
            due = delete(Answer).where(Answer.field == declared.name, which).returning(Answer.trip_id)
            counts.update(session.scalars(due).all())
    counts[0] = drop_shared(session, today)
    return {trip_id: count for trip_id, count in counts.items() if count}


def drop_shared(session: Session, today: date, person_id: int | None = None) -> int:
    """Delete shared answers, of one person or of all, that none of their trips needs any longer; returns how many."""
    count = 0
    for declared in FIELDS:
        if declared.shared:
            due = delete(SharedAnswer).where(SharedAnswer.field == declared.name, ~_needed(declared, today))
            if person_id is not None:
                due = due.where(SharedAnswer.person_id == person_id)
            count += len(session.scalars(due.returning(SharedAnswer.id)).all())
    return count


def kept_until(declared: TravelField, last_day: date) -> date:
    """The last day on which an answer is kept; it goes in the night after."""
    return last_day + timedelta(days=declared.kept_days)


def _since(declared: TravelField, today: date) -> date:
    return today - timedelta(days=declared.kept_days)


def _needless(declared: TravelField) -> ColumnElement[bool]:
    """Whether somebody said that they come in a way in which this is not asked."""
    said = aliased(Answer)
    same = (said.person_id == Answer.person_id, said.trip_id == Answer.trip_id, said.field == "coming")
    return exists().where(*same, said.plain.not_in(list(declared.asked_of)))


def _needed(declared: TravelField, today: date) -> ColumnElement[bool]:
    """Whether a trip for which an answer has to be kept still needs that of a shared row's person."""
    said = aliased(Answer)
    same = and_(said.person_id == Answer.person_id, said.trip_id == Answer.trip_id, said.field == "coming")
    return (
        select(Answer.id)
        .join(Trip, Trip.id == Answer.trip_id)
        .outerjoin(said, same)
        .where(
            Answer.person_id == SharedAnswer.person_id,
            Trip.last_day >= _since(declared, today),
            func.coalesce(said.plain, Coming.IN_PERSON).in_(list(declared.asked_of)),
        )
        .exists()
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a part has come: the questions that apply, and those without an answer."""

    part: Part
    asked: tuple[TravelField, ...]
    missing: tuple[TravelField, ...]

    @property
    def complete(self) -> bool:
        """Whether everything is answered, or was left empty on purpose."""
        return not self.missing

    @property
    def label(self) -> str:
        """What the part is called."""
        return _(PART_WORDS[self.part])

    def in_words(self) -> str:
        """`done`, `3 of 6`, `not started`, or that nothing is asked."""
        if not self.asked:
            return _("nothing to answer")
        if self.complete:
            return _("done")
        if len(self.missing) == len(self.asked):
            return _("not started")
        return _("{done} of {all}").format(done=len(self.asked) - len(self.missing), all=len(self.asked))


def progress(answered: Iterable[str], said: str) -> list[Progress]:
    """How far each part has come for somebody who answered these questions, and comes like that."""
    names = frozenset(answered)
    found = []
    for part in Part:
        asked = tuple(wanted(said, part))
        found.append(Progress(part, asked, tuple(each for each in asked if each.name not in names)))
    return found
