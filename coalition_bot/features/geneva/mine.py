"""What a traveller sees of the own form: the checklist, what is missing, what is asked and why, and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from coalition_bot.command import Button, Command, Fact, Refusal, Reply, Style, Table, anyone, button, done
from coalition_bot.context import Context
from coalition_bot.features.geneva import checklist, store
from coalition_bot.features.geneva.parts import BEFORE_YOU_TYPE
from coalition_bot.features.geneva.questions import (
    COMING_WORDS,
    CONDUCT_VERSION,
    DESK_WORDS,
    FIELDS,
    NOTICE_VERSION,
    PART_WORDS,
    Coming,
    TravelField,
)
from coalition_bot.features.geneva.tables import (
    Trip,
    is_open,
    open_trips,
    own_trips,
    trip_by_uid,
    trip_name,
)
from coalition_bot.features.geneva.trips import NO_TRIP, meant_trip, trip_button, trip_facts
from coalition_bot.fields import carried
from coalition_bot.history import note
from coalition_bot.moments import day_in_words, geneva_day
from coalition_bot.words import N_, _

NO_ANSWERS = N_("You have not answered anything for a trip. The form is there when a trip is open.")
CONDUCT = N_(
    "Treat everybody with respect; no harassment of any kind. Show or name nobody without their consent. Share no "
    "plans, hotels or names outside the delegation. If somebody is in danger, tell a coordinator at once."
)


class Checklist(Command, name="geneva form", writes=False, tap=N_("Going to Geneva?")):
    """The travel form: what is asked, how far you are."""

    trip: str = carried()

    def run(self, ctx: Context) -> Reply:
        trips = self._trips(ctx)
        if not trips:
            return Reply(_(NO_TRIP))
        if len(trips) > 1:
            buttons = tuple(trip_button(trip, "geneva form") for trip in trips)
            return Reply(
                _("Several trips are open. Each has its own form; what is the same is asked once."), buttons=buttons
            )
        return self._draw(ctx, trips[0])

    def _trips(self, ctx: Context) -> Sequence[Trip]:
        chosen = trip_by_uid(ctx.session, self.trip) if self.trip else None
        return [chosen] if chosen else open_trips(ctx)

    def _draw(self, ctx: Context, trip: Trip) -> Reply:
        progress = checklist.own_progress(ctx, trip)
        text = _("Fill in what you can, in any order, and come back as often as you like.")
        if not is_open(trip, ctx.now):
            text = _("The form for {trip} is closed.").format(trip=trip_name(trip))
        buttons = [*checklist.buttons(ctx, trip, progress), button(_("What and why"), Notice)]
        if checklist.started(ctx, trip):
            buttons.append(Button(_("Withdraw"), "geneva withdraw", {"trip": trip.uid}, style=Style.DANGER))
        return Reply(
            f"{_(BEFORE_YOU_TYPE)}\n{text}",
            title=trip_name(trip),
            facts=(*trip_facts(trip), *_coming(ctx, trip), *checklist.facts(progress)),
            buttons=tuple(buttons),
        )


class Status(Command, name="geneva status", who=anyone, writes=False):
    """What of your travel form is done, what is missing, and the next date that matters."""

    trip: str = meant_trip("geneva status", own_trips, NO_ANSWERS)

    def run(self, ctx: Context) -> Reply:
        trip = _own(ctx, self.trip)
        progress = checklist.own_progress(ctx, trip)
        said = store.coming(ctx.session, ctx.person.id, trip)
        attending = said not in (Coming.NO, Coming.WITHDRAWN)
        missing = [declared for each in progress for declared in each.missing] if attending else []
        return Reply(
            title=trip_name(trip),
            facts=(
                *_coming(ctx, trip),
                *(checklist.facts(progress) if attending else ()),
                *_listed(_("Missing"), missing),
                *_listed(_("Still to be settled"), checklist.still_open(ctx, trip)),
                _next_date(ctx, trip),
            ),
            buttons=tuple(checklist.buttons(ctx, trip, progress, only_missing=attending)),
        )


class Withdraw(Command, name="geneva withdraw", who=anyone):
    """Delete what you answered for a trip; you no longer take part in it."""

    trip: str = meant_trip("geneva withdraw", own_trips, NO_ANSWERS)
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        trip = _own(ctx, self.trip)
        if store.coming(ctx.session, ctx.person.id, trip) == Coming.WITHDRAWN:
            raise Refusal(_("You have withdrawn from {trip} already.").format(trip=trip_name(trip)))
        if self.sure != "yes":
            say = _(
                "This deletes all that you answered for {trip}, and what no other trip needs. Nobody can undo it. "
                "The coordinators see that somebody withdrew, and no reason."
            )
            yes = button(_("Withdraw and delete"), Withdraw, style=Style.DANGER, trip=trip.uid, sure="yes")
            return Reply(say.format(trip=trip_name(trip)), buttons=(yes,))
        store.withdraw(ctx, trip)
        note(ctx.session, ctx.now, ctx.person.id, "travel.withdraw", f"trip:{trip.id}")
        say = _("You have withdrawn from {trip}; your answers for it are deleted. You can come back while it is open.")
        return done(say.format(trip=trip_name(trip)))


class Notice(Command, name="geneva notice", writes=False, who=anyone):
    """What the travel form asks and why, who sees it, until when; and the code of conduct."""

    def run(self, ctx: Context) -> Reply:
        desks = [_(meaning) for meaning in DESK_WORDS.values()]
        rows = tuple((_(PART_WORDS[each.part]), _(each.label), _(each.help)) for each in FIELDS)
        way_out = _("You can withdraw and have everything deleted at any time.")
        return Reply(
            "\n".join([_(BEFORE_YOU_TYPE), *desks, way_out]),
            title=_("Privacy notice, version {version}").format(version=NOTICE_VERSION),
            facts=(Fact(_("Code of conduct, version {version}").format(version=CONDUCT_VERSION), _(CONDUCT)),),
            table=Table((_("Part"), _("Question"), _("Why, who, until when")), rows),
        )


def _own(ctx: Context, uid: str) -> Trip:
    trip = trip_by_uid(ctx.session, uid)
    if trip is None or trip not in own_trips(ctx):
        raise Refusal(_(NO_ANSWERS), button(_("My travel form"), Checklist))
    return trip


def _coming(ctx: Context, trip: Trip) -> tuple[Fact, ...]:
    said = store.coming(ctx.session, ctx.person.id, trip)
    return (Fact(_("Are you coming?"), _(COMING_WORDS[said])),) if said else ()


def _listed(label: str, fields: Sequence[TravelField]) -> tuple[Fact, ...]:
    return (Fact(label, "\n".join(_(declared.label) for declared in fields)),) if fields else ()


def _next_date(ctx: Context, trip: Trip) -> Fact:
    """What comes next: the trip begins, it ends, or the answers go."""
    today = geneva_day(ctx.now)
    if today < trip.first_day:
        return Fact(_("The trip begins"), day_in_words(trip.first_day))
    if today <= trip.last_day:
        return Fact(_("The trip ends"), day_in_words(trip.last_day))
    mine = {row.field for row in store.trip_rows(ctx.session, ctx.person.id, trip)}
    until = max(store.kept_until(declared, trip.last_day) for declared in FIELDS if declared.name in mine)
    return Fact(_("All answers are deleted after"), day_in_words(until))


COMMANDS = (Checklist, Status, Withdraw, Notice)
