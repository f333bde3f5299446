"""Opening a trip with its dates, closing it, and finding out which trip somebody means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sqlalchemy import select

from coalition_bot.command import Button, Command, Fact, Refusal, Reply, button, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.geneva.questions import FIELDS
from coalition_bot.features.geneva.store import kept_until
from coalition_bot.features.geneva.tables import (
    KIND_WORDS,
    PLACE_MAX,
    Trip,
    TripKind,
    all_trips,
    is_open,
    trip_by_uid,
    trip_name,
)
from coalition_bot.features.reviews import only_review, review_by_uid, reviews, suggest_reviews
from coalition_bot.fields import Option, Problem, carried, choice, day, text
from coalition_bot.history import note
from coalition_bot.moments import day_in_words, geneva_day, plain
from coalition_bot.words import N_, _

LONGEST_DAYS = 60  # a delegation's journey; longer is a slip of the finger, and would keep data for longer
AHEAD_DAYS = 3 * 366

Find = Callable[[Context], Sequence[Trip]]


def meant_trip(command: str, find: Find, nothing: str, told: Callable[[Context], str] | None = None) -> str:
    """A trip that buttons carry: the only one that `find` gives, or the person is asked with one button for each.

    `told` gives a sentence that the person has to have read before, or nothing.
    """

    def known(ctx: Context) -> str:
        found = find(ctx)
        if not found:
            raise Refusal(_(nothing))
        notice = told(ctx) if told else ""
        if len(found) == 1 and not notice:
            return found[0].uid
        which = _("Which trip do you mean?") if len(found) > 1 else ""
        raise Refusal(f"{notice} {which}".strip(), *(trip_button(trip, command) for trip in found))

    return carried(known)


def trip_button(trip: Trip, command: str) -> Button:
    """A button that gives a command for a trip."""
    return Button(trip_name(trip), command, {"trip": trip.uid})


def form_trip(ctx: Context, uid: str) -> Trip:
    """The trip whose form is being filled in. Raises Refusal where there is none, or it takes no answers any more."""
    trip = trip_by_uid(ctx.session, uid)
    if trip is None:
        raise Refusal(_("I don't know this trip."), Button(_("My travel form"), "geneva form"))
    if not is_open(trip, ctx.now):
        say = _("The form for {trip} is closed. Ask a coordinator if something has to change.")
        raise Refusal(say.format(trip=trip_name(trip)))
    return trip


def suggest_trips(ctx: Context, typed: str) -> Sequence[Option]:
    """The coalition's trips that go with what was typed."""
    if not ctx.founded:
        return []
    options = [Option(trip.uid, trip_name(trip)) for trip in all_trips(ctx.session)]
    return [option for option in options if option.value == typed or plain(typed) in plain(option.label)]


def only_trip(ctx: Context) -> str:
    """The trip's uid where there is just one. Raises Refusal where there is none."""
    found = all_trips(ctx.session)
    if not found:
        raise Refusal(_("No trip was opened yet."), button(_("Open a trip"), Open))
    return found[0].uid if len(found) == 1 else ""


def _review_there(ctx: Context) -> str:
    if ctx.founded and not reviews(ctx.session):
        raise Refusal(_("Please add the review first."), Button(_("Add a review"), "review add"))
    return only_review(ctx)


class Open(Command, name="geneva open", who=coordinators):
    """Open a trip, so that people can fill in the travel form; or change its dates."""

    review: str = choice("Review", suggest=suggest_reviews, known=_review_there)
    kind: str = choice("Occasion", [(kind, KIND_WORDS[kind]) for kind in TripKind], help="What people travel for")
    first_day: date = day("First day of the trip", help="For instance 9 May 2020.")
    last_day: date = day(
        "Last day of the trip", help="Answers are deleted a fixed time after it, so keep it right if plans change."
    )
    place: str = text(
        "Place", required=False, longest=PLACE_MAX, offer=lambda ctx: _("Geneva"), help="Where people travel to"
    )

    def run(self, ctx: Context) -> Reply:
        self._check(ctx)
        review = review_by_uid(ctx, self.review)
        if review is None:
            raise Problem(_("I don't know this review. Pick one from the list."), "review")
        same = select(Trip).where(Trip.review_id == review.id, Trip.kind == self.kind)
        trip = ctx.session.scalar(same)
        changed = trip is not None
        if trip is None:
            trip = Trip(review=review, kind=self.kind, opened_at=ctx.now)
            ctx.session.add(trip)
        trip.first_day, trip.last_day, trip.place, trip.closed_at = self.first_day, self.last_day, self.place, None
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "trip.change" if changed else "trip.open", f"trip:{trip.id}")
        say = _("{trip} has new dates and is open.") if changed else _("{trip} is open.")
        how = _("People fill in the form with {command}.").format(command=ctx.slash("geneva form"))
        return done(f"{say.format(trip=trip_name(trip))} {how}", facts=trip_facts(trip))

    def _check(self, ctx: Context) -> None:
        today = geneva_day(ctx.now)
        if self.last_day < self.first_day:
            raise Problem(_("The last day is before the first. Please check both."), "last_day")
        if self.last_day - self.first_day > timedelta(days=LONGEST_DAYS):
            raise Problem(_("A trip lasts at most {days} days.").format(days=LONGEST_DAYS), "last_day")
        if self.last_day < today:
            raise Problem(_("This trip is over already. Please check the dates."), "last_day")
        if self.last_day > today + timedelta(days=AHEAD_DAYS):
            raise Problem(_("This is very far ahead. Please check the year."), "last_day")


class Close(Command, name="geneva close", who=coordinators):
    """Close a trip's form; what was answered is kept until its time and then deleted."""

    trip: str = choice("Trip", suggest=suggest_trips, known=only_trip)

    def run(self, ctx: Context) -> Reply:
        trip = trip_by_uid(ctx.session, self.trip)
        if trip is None:
            raise Problem(_("I don't know this trip."), "trip")
        if trip.closed_at is not None:
            raise Refusal(_("The form for {trip} is closed already.").format(trip=trip_name(trip)))
        trip.closed_at = ctx.now
        note(ctx.session, ctx.now, ctx.person.id, "trip.close", f"trip:{trip.id}")
        say = _("The form for {trip} is closed. To open it again, give {command} with its dates.")
        told = say.format(trip=trip_name(trip), command=ctx.slash("geneva open"))
        return done(told, facts=trip_facts(trip))


def trip_facts(trip: Trip) -> tuple[Fact, ...]:
    """When and where a trip is, and when the last of its answers goes."""
    until = max(kept_until(declared, trip.last_day) for declared in FIELDS)
    days = _("{first} to {last}").format(first=day_in_words(trip.first_day), last=day_in_words(trip.last_day))
    place = (Fact(_("Place"), trip.place),) if trip.place else ()
    return (Fact(_("Days"), days), *place, Fact(_("All answers are deleted after"), day_in_words(until)))


NO_TRIP = N_("No trip is open just now. A coordinator opens one when it is time.")
COMMANDS = (Open, Close)
