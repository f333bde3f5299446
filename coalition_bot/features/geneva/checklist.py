"""What of the travel form is done and what is missing, as facts and buttons for the traveller."""

from __future__ import annotations

from collections.abc import Sequence

from coalition_bot.command import Button, Fact, Style
from coalition_bot.context import Context
from coalition_bot.features.geneva import store
from coalition_bot.features.geneva.questions import Coming, TravelField
from coalition_bot.features.geneva.store import Progress
from coalition_bot.features.geneva.tables import Trip, is_open


def own_progress(ctx: Context, trip: Trip) -> list[Progress]:
    """How far the visitor has come with each part for a trip."""
    answered = [row.field for row in store.rows(ctx.session, ctx.person.id, trip)]
    return store.progress(answered, store.coming(ctx.session, ctx.person.id, trip))


def started(ctx: Context, trip: Trip) -> bool:
    """Whether the visitor has answered something for this trip, and has not withdrawn since."""
    said = store.coming(ctx.session, ctx.person.id, trip)
    return said != Coming.WITHDRAWN and bool(store.trip_rows(ctx.session, ctx.person.id, trip))


def still_open(ctx: Context, trip: Trip) -> list[TravelField]:
    """Questions that are answered in a way after which something has to be settled, such as "I don't know"."""
    found = {row.field: store.opened(ctx.vault, row) for row in store.rows(ctx.session, ctx.person.id, trip)}
    asked = [declared for each in own_progress(ctx, trip) for declared in each.asked]
    return [each for each in asked if each.name in found and _unsettled(each, found[each.name])]


def facts(progress: Sequence[Progress]) -> tuple[Fact, ...]:
    """One line per part."""
    return tuple(Fact(each.label, each.in_words()) for each in progress)


def buttons(ctx: Context, trip: Trip, progress: Sequence[Progress], *, only_missing: bool = False) -> list[Button]:
    """One button per part that asks something; none where the form is closed."""
    if not is_open(trip, ctx.now):
        return []
    shown = [each for each in progress if each.asked and not (only_missing and each.complete)]
    first = next((each for each in shown if not each.complete), None)
    return [
        Button(
            each.label,
            f"geneva {each.part}",
            {"trip": trip.uid},
            style=Style.PRIMARY if each is first else Style.PLAIN,
        )
        for each in shown
    ]


def _unsettled(declared: TravelField, answer: str | None) -> bool:
    return answer is None or answer in declared.open_values  # None: it cannot be read any more
