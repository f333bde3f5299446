"""What a person gets of the own travel answers, how they are forgotten, and what goes each night."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from coalition_bot.command import Refusal
from coalition_bot.context import Context
from coalition_bot.features.geneva import store
from coalition_bot.features.geneva.questions import BY_NAME
from coalition_bot.features.geneva.store import Row
from coalition_bot.features.geneva.tables import Answer, SharedAnswer, trip_name, trips_of
from coalition_bot.history import note
from coalition_bot.moments import geneva_day
from coalition_bot.outbox import Due
from coalition_bot.people import Person
from coalition_bot.words import _


def export(ctx: Context, person: Person) -> Mapping[str, object]:
    """All answers of a person, opened."""
    shared = {row.field: _told(ctx, row) for row in store.rows(ctx.session, person.id, None)}
    trips = [
        {
            "trip": trip_name(trip),
            "first_day": trip.first_day,
            "last_day": trip.last_day,
            "answers": {
                row.field: _told(ctx, row) | {"kept_until": store.kept_until(BY_NAME[row.field], trip.last_day)}
                for row in store.trip_rows(ctx.session, person.id, trip)
            },
        }
        for trip in trips_of(ctx.session, person.id)
    ]
    return {"for_all_trips": shared, "trips": trips} if shared or trips else {}


def forget(ctx: Context, person: Person) -> None:
    """Delete all answers of a person; their drafts go with their accounts."""
    for table in (Answer, SharedAnswer):
        ctx.session.execute(delete(table).where(table.person_id == person.id))


def merge(ctx: Context, gone: Person, kept: Person) -> None:
    """Two people turn out to be one: of two answers the newer stays, sealed for the one who stays."""
    theirs = {_question(row): row for row in _all_rows(ctx, kept)}
    for row in _all_rows(ctx, gone):
        rival = theirs.get(_question(row))
        if rival is None or rival.updated_at < row.updated_at:
            if rival is not None:
                ctx.session.delete(rival)
                ctx.session.flush()
            _hand_over(ctx, row, kept)
        else:
            ctx.session.delete(row)
    ctx.session.flush()
    for trip in trips_of(ctx.session, kept.id):
        store.tidy(ctx, kept.id, trip)


def _all_rows(ctx: Context, person: Person) -> list[Row]:
    for_trips = ctx.session.scalars(select(Answer).where(Answer.person_id == person.id))
    return [*store.rows(ctx.session, person.id, None), *for_trips]


def _question(row: Row) -> tuple[object, str]:
    return (row.trip_id if isinstance(row, Answer) else store.SHARED, row.field)


def _hand_over(ctx: Context, row: Row, kept: Person) -> None:
    answer = store.opened(ctx.vault, row)
    if answer is None:
        raise Refusal(_("Some of your travel answers cannot be opened just now. Please tell whoever runs me."))
    row.person_id = kept.id
    if row.sealed is not None:
        row.sealed = ctx.vault.seal(answer, *store.binding(row))


def nightly(due: Due) -> None:
    """Delete what was kept long enough, and leave a trace of how much it was."""
    for trip_id, count in store.purge(due.session, geneva_day(due.now)).items():
        about = f"trip:{trip_id} answers:{count}" if trip_id else f"shared answers:{count}"
        note(due.session, due.now, None, "travel.purge", about)


def _told(ctx: Context, row: Row) -> dict[str, object]:
    answer = store.opened(ctx.vault, row)
    told: dict[str, object] = {"answer": _("(cannot be opened)") if answer is None else answer, "since": row.updated_at}
    return told | ({"version": row.version} if row.version else {})
