"""For coordinators: who takes part in a trip and which parts are complete; no sensitive answer appears here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from coalition_bot.command import Command, File, Refusal, Reply, Table, coordinators
from coalition_bot.context import Context
from coalition_bot.features.geneva.questions import COMING_WORDS, PART_WORDS, Coming, Part
from coalition_bot.features.geneva.store import Progress, progress
from coalition_bot.features.geneva.tables import Answer, SharedAnswer, Trip, trip_by_uid, trip_name
from coalition_bot.features.geneva.trips import only_trip, suggest_trips
from coalition_bot.fields import Problem, choice
from coalition_bot.people import Person
from coalition_bot.sheets import CSV, csv_bytes
from coalition_bot.words import _, n_

SHOWN = ("shown_name", "organisation", "coming")  # the only answers that leave the store here
ABSENT = (Coming.NO, Coming.WITHDRAWN)


@dataclass(slots=True)
class Traveller:
    """Somebody who takes part, as the coordinators see them."""

    roster_name: str
    shown: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)

    @property
    def coming(self) -> str:
        """Whether they come; empty where they have not said."""
        return self.shown.get("coming", "")

    def row(self) -> tuple[str, ...]:
        """Name, organisation, how they come, and each part."""
        name = self.shown.get("shown_name") or self.roster_name
        parts = (_state(each) for each in progress(self.answered, self.coming))
        return (name, self.shown.get("organisation", ""), _(COMING_WORDS[self.coming]), *parts)


class List(
    Command, name="geneva list", who=coordinators, writes=False, access="travel: name, organisation, attendance"
):
    """Who takes part in a trip, and which parts of the form are complete."""

    trip: str = choice("Trip", suggest=suggest_trips, known=only_trip)

    def run(self, ctx: Context) -> Reply:
        trip = _trip(ctx, self.trip)
        people = travellers(ctx.session, trip)
        return Reply(_summary(people), title=trip_name(trip), table=_table(people))


class Export(
    Command, name="geneva export", who=coordinators, writes=False, access="travel file: name, organisation, attendance"
):
    """The list of a trip as a file (CSV)."""

    trip: str = choice("Trip", suggest=suggest_trips, known=only_trip)

    def run(self, ctx: Context) -> Reply:
        trip = _trip(ctx, self.trip)
        table = _table(travellers(ctx.session, trip))
        if table is None:
            raise Refusal(_("Nobody has answered for this trip yet."))
        content = csv_bytes(table.columns, table.rows)
        say = _("The list of {trip}. Please keep it with care, and delete it when you don't need it any more.")
        file = File(f"geneva-{trip.kind}.csv", CSV, content)
        return Reply(say.format(trip=trip_name(trip)), file=file)


def travellers(session: Session, trip: Trip) -> list[Traveller]:
    """All who answered something for a trip, by the name they show."""
    mine = select(Answer.person_id, Answer.field, Answer.plain).where(Answer.trip_id == trip.id)
    on_trip = select(Answer.person_id).where(Answer.trip_id == trip.id)
    shared = select(SharedAnswer.person_id, SharedAnswer.field, SharedAnswer.plain)
    names = select(Person.id, Person.name).where(Person.id.in_(on_trip))
    found = {person_id: Traveller(name) for person_id, name in session.execute(names)}
    for statement in (mine, shared.where(SharedAnswer.person_id.in_(on_trip))):
        for person_id, name, plain in session.execute(statement):
            found[person_id].answered.add(name)
            if name in SHOWN:
                found[person_id].shown[name] = plain
    return sorted(found.values(), key=lambda each: (each.shown.get("shown_name") or each.roster_name).casefold())


def _trip(ctx: Context, uid: str) -> Trip:
    trip = trip_by_uid(ctx.session, uid)
    if trip is None:
        raise Problem(_("I don't know this trip."), "trip")
    return trip


def _table(people: list[Traveller]) -> Table | None:
    shown = [each for each in people if each.coming not in ABSENT]
    if not shown:
        return None
    parts = (_(PART_WORDS[part]) for part in Part)
    columns = (_("Name"), _("Organisation"), _("Coming"), *(_("Form: {part}").format(part=part) for part in parts))
    return Table(columns, tuple(each.row() for each in shown))


def _summary(people: list[Traveller]) -> str:
    if not people:
        return _("Nobody has answered for this trip yet.")
    counts = Counter(each.coming for each in people)
    return " · ".join(f"{_(words)}: {counts[said]}" for said, words in COMING_WORDS.items() if counts[said])


def _state(part: Progress) -> str:
    if part.complete:
        return _("complete")
    return n_("{count} missing", "{count} missing", len(part.missing)).format(count=len(part.missing))


COMMANDS = (List, Export)
