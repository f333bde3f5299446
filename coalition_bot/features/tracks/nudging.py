"""Nudges: the leads of groups with something missing are asked for it, once a preview was seen and confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from coalition_bot.command import Button, Command, Fact, Refusal, Reply, Style, Table, button, coordinators, done
from coalition_bot.context import Context
from coalition_bot.db import new_uid
from coalition_bot.features.groups import Group, Lead, led_groups
from coalition_bot.features.groups.cards import lead_button
from coalition_bot.features.groups.finding import led
from coalition_bot.features.groups.standing import reader
from coalition_bot.features.tracks.cards import track_button
from coalition_bot.features.tracks.looks import Look
from coalition_bot.features.tracks.survey import NUDGED, Glance, survey
from coalition_bot.features.tracks.tables import KEY_MAX, Nudge
from coalition_bot.fields import carried, choice
from coalition_bot.history import note
from coalition_bot.moments import Moment, day_in_words
from coalition_bot.outbox import Due, owe
from coalition_bot.people import Person, Place, private_place
from coalition_bot.words import _, n_

NUDGE = "tracks.nudge"
AGAIN = timedelta(days=7)
LEADS_SHOWN = 20
NAMES_SHOWN = 10
# Tracks named in one message, each with its button; the board shows the rest. A message has room for 25 buttons:
# https://docs.discord.com/developers/components/reference#action-row
TRACKS_SHOWN = 15


@dataclass(frozen=True, slots=True)
class Round:
    """Whom a nudge is for: what each lead is asked for, and which groups nobody answers for."""

    asked: dict[Person, list[Glance]]
    places: dict[int, Place]  # by person; who has no account has none
    leaderless: list[Glance]

    @property
    def reached(self) -> dict[Person, list[Glance]]:
        """The leads who can be written to."""
        return {person: groups for person, groups in self.asked.items() if person.id in self.places}

    @property
    def groups(self) -> list[Group]:
        """The groups of which somebody is told, each once."""
        return list({each.group.id: each.group for groups in self.reached.values() for each in groups}.values())


class SendNudge(Command, name="group nudge", who=coordinators):
    """Ask the leads of groups for what is still missing; you see first what each is told."""

    group: str = choice("Group", suggest=led_groups, required=False, help="Empty for all with something missing")
    key: str = carried()
    again: str = carried()

    def run(self, ctx: Context) -> Reply:
        ctx.session.refresh(ctx.coalition, with_for_update={"key_share": True})  # of two at once, one comes first
        if self.key and ctx.session.scalar(select(Nudge.id).where(Nudge.key == self.key).limit(1)):
            return done(_("They have been nudged already."), buttons=(_board(),))
        found = self._round(ctx)
        if not found.asked and not found.leaderless:
            return Reply(_("Nothing is missing: there is nobody to nudge."), buttons=(_board(),))
        if not found.reached:
            raise Refusal(_unheard(found), *_appoint(found), _board())
        first = _first(ctx, found.groups)
        if 0 < len(self.key) <= KEY_MAX and (first is None or self.again == "yes"):
            return self._send(ctx, found)
        return self._preview(ctx, found, first)

    def _round(self, ctx: Context) -> Round:
        open_ones = led(ctx).order_by(Group.folded, Group.id)
        groups = ctx.session.scalars(open_ones.where(Group.uid == self.group) if self.group else open_ones)
        missing = [each for each in survey(ctx.session, list(groups)) if each.missing]
        asked: dict[Person, list[Glance]] = {}
        for each in missing:
            for person in each.in_charge:
                asked.setdefault(person, []).append(each)
        places = {person.id: private_place(ctx.session, person.id) for person in asked}
        known = {person_id: place for person_id, place in places.items() if place}
        return Round(asked, known, [each for each in missing if not each.in_charge])

    def _preview(self, ctx: Context, found: Round, first: datetime | None) -> Reply:
        again = {"again": "yes"} if first else {}
        label = _("Send again") if first else _("Confirm")
        group = {"group": self.group} if self.group else {}
        confirm = button(label, SendNudge, {**group, **again}, style=Style.PRIMARY, key=new_uid())
        told = tuple((person.name, _lines(groups, ctx.now)) for person, groups in found.reached.items())
        return Reply(
            "\n".join(part for part in (_asking_again(ctx, first), _counts(found), _unheard(found)) if part),
            title=_("This is what each lead is told"),
            table=Table((_("Lead"), _("Still missing")), told[:LEADS_SHOWN]),
            buttons=(confirm, *_appoint(found), _board()),
        )

    def _send(self, ctx: Context, found: Round) -> Reply:
        for group in found.groups:
            ctx.session.add(Nudge(key=self.key, group_id=group.id, at=ctx.now, by_id=ctx.person.id))
            note(ctx.session, ctx.now, ctx.person.id, NUDGED, f"group:{group.id}")
        ctx.session.flush()
        for person in found.reached:
            key = f"{NUDGE}:{self.key}:{person.uid}"
            owe(ctx.session, key=key, kind=NUDGE, ref=self.key, to=found.places[person.id], due=ctx.now)
        say = n_("{count} lead is told.", "{count} leads are told.", len(found.reached))
        told = say.format(count=len(found.reached))
        return done("\n".join(filter(None, (told, _unheard(found)))), buttons=(*_appoint(found), _board()))


def _first(ctx: Context, groups: Sequence[Group]) -> datetime | None:
    """When the first nudge of the last days went to one of these groups."""
    since = Nudge.at > ctx.now - AGAIN
    return ctx.session.scalar(select(func.min(Nudge.at)).where(Nudge.group_id.in_([each.id for each in groups]), since))


def _asking_again(ctx: Context, first: datetime | None) -> str:
    if first is None:
        return ""
    day = day_in_words(Moment.of(first, ctx.zone).wall.date())
    return _("Send again? The first went on {day}.").format(day=day)


def _counts(found: Round) -> str:
    groups, leads = len(found.groups), len(found.reached)
    say = n_("{groups} group has something missing.", "{groups} groups have something missing.", groups)
    more = n_("{leads} lead is told.", "{leads} leads are told.", leads)
    hidden = leads - LEADS_SHOWN
    rest = n_("{count} more lead is not shown.", "{count} more leads are not shown.", hidden) if hidden > 0 else ""
    said = (say.format(groups=groups), more.format(leads=leads), rest.format(count=hidden))
    return " ".join(part for part in said if part)


def _unheard(found: Round) -> str:
    """The groups of which nobody can be told, by name."""
    parts = []
    if found.leaderless:
        names = _names([each.group.name for each in found.leaderless])
        parts.append(_("Nobody leads {groups}.").format(groups=names))
    silent = [person.name for person in found.asked if person.id not in found.places]
    if silent:
        parts.append(_("I cannot write to {names}: they have no account here.").format(names=_names(silent)))
    return " ".join(parts)


def _names(names: Sequence[str]) -> str:
    more = len(names) - NAMES_SHOWN
    shown = ", ".join(names[:NAMES_SHOWN])
    return _("{names} and {count} more").format(names=shown, count=more) if more > 0 else shown


def _appoint(found: Round) -> list[Button]:
    return [lead_button(found.leaderless[0].group)] if len(found.leaderless) == 1 else []


def _board() -> Button:
    return Button(_("Board"), "group board")


def _lines(groups: Sequence[Glance], now: datetime) -> str:
    missing = _missing(groups, now)
    lines = [f"{called}: {line}" for called, line in missing[:TRACKS_SHOWN]]
    return "; ".join(part for part in (*lines, _rest(len(missing))) if part)


def _rest(count: int) -> str:
    more = count - TRACKS_SHOWN
    return _("{count} more on the board").format(count=more) if more > 0 else ""


def _missing(groups: Sequence[Glance], now: datetime) -> list[tuple[str, str]]:
    return [
        (_named(each, track), track.line(now, track.owner.name if track.owner else ""))
        for each in groups
        for track in each.missing
    ]


def _named(each: Glance, track: Look) -> str:
    return _("{group}, {track}").format(group=each.group.name, track=track.called)


def write_nudge(due: Due) -> Reply | None:
    """What is missing at this moment in the groups that the reader leads; None where there is nothing any more."""
    person = reader(due)
    if person is None:
        return None
    nudged = select(Nudge.group_id).where(Nudge.key == due.ref)
    leads = select(Lead.group_id).where(Lead.person_id == person.id, Lead.ended_at.is_(None))
    found = select(Group).where(Group.id.in_(nudged), Group.id.in_(leads), Group.closed_at.is_(None))
    every = survey(due.session, list(due.session.scalars(found.order_by(Group.folded, Group.id))))
    groups = [each for each in every if person in each.in_charge]
    missing = _missing(groups, due.now)
    if not missing:
        return None
    tracks = [(each, track) for each in groups for track in each.missing]
    # The track in front: at the end of a long name, a phone cuts it off.
    label = _("{track}: {group}")
    buttons = [
        track_button(each.group, track.kind, label.format(track=track.called, group=each.group.name))
        for each, track in tracks
    ]
    more = [Fact(_("And"), _rest(len(missing)))] if _rest(len(missing)) else []
    return Reply(
        _("The coordinators ask how these are coming along. Please say how far each is, and what you need."),
        title=_("Still missing"),
        facts=(*(Fact(called, line) for called, line in missing[:TRACKS_SHOWN]), *more),
        buttons=(*buttons[:TRACKS_SHOWN], _board()),
    )


WRITERS = {NUDGE: write_nudge}
COMMANDS = (SendNudge,)
