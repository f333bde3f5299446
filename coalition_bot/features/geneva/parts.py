"""The parts of the travel form: each is a short form of its own, kept page by page, in any order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from coalition_bot.command import Button, Command, Opening, Refusal, Reply, done
from coalition_bot.context import Context
from coalition_bot.features.geneva import checklist, store
from coalition_bot.features.geneva.questions import BY_NAME, Coming, Part, wanted
from coalition_bot.features.geneva.tables import Trip, open_trips, trip_by_uid, trip_name
from coalition_bot.features.geneva.trips import NO_TRIP, form_trip, meant_trip
from coalition_bot.fields import Field, Option, carried
from coalition_bot.history import note
from coalition_bot.words import N_, _

BEFORE_YOU_TYPE = N_(
    "Before you type: whoever runs this chat program can read what you type here. I keep it encrypted, and nobody is "
    "shown more than each question says. Never type a passport number, a date of birth or a bank account."
)


def not_told(ctx: Context) -> str:
    """The notice for somebody who has not answered anything yet; empty for others."""
    return "" if store.rows(ctx.session, ctx.person.id, None) else _(BEFORE_YOU_TYPE)


def asked(name: str, *, after: str = "") -> Any:
    """The question of that name as a field of a command; asked depending on the answer to `after`."""
    declared = BY_NAME[name]
    return Field(
        kind=declared.kind,
        label=declared.label,
        help=declared.help,
        required=declared.essential,
        longest=declared.longest,
        options=tuple(Option(*pair) for pair in declared.options),
        check=declared.check,
        suggest=declared.suggest,
        offer=lambda ctx: recalled(ctx, name),
        when=(after, frozenset(declared.asked_of)) if after else None,
    )


def recalled(ctx: Context, name: str) -> str:
    """What the visitor answered before, for the trip at hand; or what the bot knows from elsewhere."""
    trip = trip_by_uid(ctx.session, ctx.answers.get("trip", ""))
    found = store.row(ctx.session, ctx.person.id, trip, name)
    if found is not None:
        return store.opened(ctx.vault, found) or ""
    offer = BY_NAME[name].offer
    return offer(ctx) if offer else ""


def _attending() -> str:
    """How the visitor comes, as they said in another part: never asked here."""

    def known(ctx: Context) -> str:
        trip = trip_by_uid(ctx.session, ctx.answers.get("trip", ""))
        return store.coming(ctx.session, ctx.person.id, trip) or Coming.IN_PERSON

    return carried(known)


class _Part:
    """What all parts do with their answers."""

    part: ClassVar[Part]

    def run(self, ctx: Context) -> Reply:
        """Store all, and say what is left to do."""
        return _finish(ctx, self.part, vars(self))

    @classmethod
    def keep(cls, ctx: Context, values: Mapping[str, Any]) -> None:
        """Store the pages that came so far."""
        _keep(ctx, values)


class Intent(_Part, Command, name="geneva intent", opening=Opening.ALWAYS, sittings=True):
    """Whether you come to Geneva, and how to reach you."""

    part = Part.INTENT
    trip: str = meant_trip("geneva intent", open_trips, NO_TRIP, not_told)
    coming: str = asked("coming")
    unsure_because: tuple[str, ...] = asked("unsure_because", after="coming")
    shown_name: str = asked("shown_name", after="coming")
    organisation: str = asked("organisation", after="coming")
    passport_name: str = asked("passport_name", after="coming")
    email: str = asked("email", after="coming")
    phone: str = asked("phone", after="coming")
    languages: str = asked("languages", after="coming")


class Entry(_Part, Command, name="geneva entry", opening=Opening.ALWAYS, sittings=True):
    """Entry to Switzerland, and the visa."""

    part = Part.ENTRY
    trip: str = meant_trip("geneva entry", open_trips, NO_TRIP, not_told)
    attending: str = _attending()
    residence: str = asked("residence", after="attending")
    nationality: str = asked("nationality", after="attending")
    visa: str = asked("visa", after="attending")
    passport_valid: str = asked("passport_valid", after="attending")
    invitation: str = asked("invitation", after="attending")
    insurance: str = asked("insurance", after="attending")


class Consents(_Part, Command, name="geneva consents", opening=Opening.ALWAYS, sittings=True):
    """What you agree to: pictures, conduct, privacy."""

    part = Part.CONSENTS
    trip: str = meant_trip("geneva consents", open_trips, NO_TRIP, not_told)
    attending: str = _attending()
    photo: str = asked("photo", after="attending")
    conduct: str = asked("conduct", after="attending")
    privacy: str = asked("privacy", after="attending")


def _keep(ctx: Context, values: Mapping[str, Any]) -> None:
    trip = form_trip(ctx, values.get("trip", ""))
    store.save(ctx, trip, {name: _written(value) for name, value in values.items() if name in BY_NAME})


def _finish(ctx: Context, part: Part, values: Mapping[str, Any]) -> Reply:
    trip = form_trip(ctx, values["trip"])
    said = values.get("coming") or store.coming(ctx.session, ctx.person.id, trip)
    if not wanted(said, part):
        change = Button(_("Change that"), Intent.spec.name, {"trip": trip.uid})
        raise Refusal(_("Nothing is asked here, because of what you said about coming."), change)
    _keep(ctx, values)
    gone = store.tidy(ctx, ctx.person.id, trip)  # only now: a page may have been a slip of the finger
    note(ctx.session, ctx.now, ctx.person.id, "travel.save", f"trip:{trip.id}:{part}")
    progress = checklist.own_progress(ctx, trip)
    return done(
        " ".join(_said(said, trip, gone)),
        facts=checklist.facts(progress) if said != Coming.NO else (),
        buttons=(
            *checklist.buttons(ctx, trip, progress, only_missing=said != Coming.NO),
            Button(_("What is missing?"), "geneva status", {"trip": trip.uid}),
        ),
    )


def _said(said: str, trip: Trip, gone: int) -> Iterator[str]:
    yield _("Saved for {trip}.").format(trip=trip_name(trip))
    if said == Coming.NO:
        yield _("Thank you for telling us; nothing else is asked.")
    if gone:
        yield _("What you had answered and is not needed for this is deleted.")


def _written(value: Any) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)


COMMANDS = (Intent, Entry, Consents)
