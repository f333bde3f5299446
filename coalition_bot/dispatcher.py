"""Sends what is owed: claims due rows in batches, writes each at that moment, has it sent or done, and finishes it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import structlog
from sqlalchemy import and_, delete, func, or_, select, true, update
from sqlalchemy.orm import Session

from coalition_bot import drafts
from coalition_bot.bot import Bot
from coalition_bot.bugs import place_of
from coalition_bot.buttons import with_tokens
from coalition_bot.clock import rest
from coalition_bot.command import Button, Fact, Feature, Reply, Tone
from coalition_bot.db import NOBODY, Away, new_uid, serve
from coalition_bot.outbox import Due, Owed, Pace, State, Writer, insert_for, owe
from coalition_bot.people import Coalition, Place, coordinators, private_place
from coalition_bot.platform import Admission, Gone, Parcel, Platform, TryLater
from coalition_bot.words import _

BATCH = 100
LEASE_SECONDS = 60  # longer than any send may take; what a dead process held is taken over after it
SEND_SECONDS = 30
LONGEST_WAIT = 600  # seconds between tries
POLL_SECONDS = 0.5
AWAY_SECONDS = 1.0
NIGHT_HOUR = 3  # UTC
KEEP_DAYS = 90  # finished rows: as long as somebody may ask what was sent

GONE = "bot.gone"
SHUT = "bot.shut"  # the same about a channel into which somebody was not let, or from which they were not taken
NIGHTLY = "bot.nightly"

_UNNAMED = ""  # of what came to nothing: its reference may be an account, and nobody will ask for it

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Claim:
    """A row claimed, with what it has come to; `what` is None where there is nothing to do."""

    id: int
    uid: str
    what: Parcel | Admission | None
    tries: int


class Dispatcher:
    """Sends for the platforms it is given; any number of them may work on one database."""

    def __init__(self, bot: Bot, platforms: Mapping[str, Platform], *, alone: bool = False) -> None:
        """Take the bot whose features write the messages, and the platforms that post them.

        `alone`: no other dispatcher works on this database, so what is claimed at the start was a dead one's.
        """
        self._bot, self._platforms, self._alone = bot, platforms, alone
        self._writers: dict[str, Writer] = {**bot.writers, GONE: _tell_gone, SHUT: _tell_shut, NIGHTLY: self._nightly}

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; what is in hand then is finished."""
        await self._until_begun(stop)
        while not stop.is_set():
            try:
                sent = await self.turn()
            except Away:
                await rest(stop, AWAY_SECONDS)
                continue
            if not sent:
                await rest(stop, POLL_SECONDS)

    async def turn(self) -> int:
        """One batch; returns how many rows were claimed. Raises Away."""
        claims = await asyncio.to_thread(self._bot.db.write, self._claim)
        await asyncio.gather(*(self._deliver(claim) for claim in claims if claim.what))
        return len(claims)

    async def _until_begun(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await asyncio.to_thread(self._bot.db.write, self._begin)
                return
            except Away:
                await rest(stop, AWAY_SECONDS)

    # Claiming and writing, in one transaction

    def _claim(self, session: Session) -> list[Claim]:
        now = self._bot.clock.now()
        return [self._take(session, row_id, now) for row_id in self._due_ids(session, now)]

    def _due_ids(self, session: Session, now: datetime) -> Sequence[int]:
        """The oldest due row of each destination that is free to get a message."""
        ripe = or_(
            and_(Owed.state == State.WAITING, Owed.try_at <= now),
            and_(Owed.state == State.CLAIMED, Owed.lease_until <= now),
        )
        mine = or_(Owed.place == "", *(Owed.place.startswith(f"{name}:") for name in self._platforms))
        firsts = (
            select(func.min(Owed.id))
            .outerjoin(Pace, Pace.place == Owed.place)
            .where(ripe, mine, or_(Pace.free_at.is_(None), Pace.free_at <= now))
            .group_by(Owed.place)
            .limit(BATCH)
        )
        chosen = select(Owed.id).where(Owed.id.in_(firsts), ripe).with_for_update(skip_locked=True)
        return session.scalars(chosen).all()

    def _take(self, session: Session, row_id: int, now: datetime) -> Claim:
        row = session.get_one(Owed, row_id)
        place = Place.parse(row.place) if row.place else None
        maybe_sent = row.tries > 0
        row.tries += 1
        row.state, row.lease_until = State.CLAIMED, now + timedelta(seconds=LEASE_SECONDS)
        session.flush()
        try:
            with session.begin_nested():
                written = self._write(session, row, place, now)
        except Away:
            raise
        except Exception as error:
            # One broken message must not hold up the others; it is tried again, and seen in the log.
            log.error("cannot write", kind=row.kind, error=type(error).__name__, uid=row.uid)
            _again(row, now, _backoff(row.tries), type(error).__name__)
            return Claim(row.id, row.uid, None, row.tries)
        if written is None or place is None:
            row.state, row.finished_at, row.lease_until, row.ref = State.DROPPED, now, None, _UNNAMED
            return Claim(row.id, row.uid, None, row.tries)
        self._pace(session, place, now)
        what = Parcel(row.uid, place, written, maybe_sent) if isinstance(written, Reply) else written
        return Claim(row.id, row.uid, what, row.tries)

    def _write(self, session: Session, row: Owed, place: Place | None, now: datetime) -> Reply | Admission | None:
        serve(session, row.coalition_id or NOBODY)
        coalition = session.get(Coalition, row.coalition_id) if row.coalition_id else None
        due = Due(session, now, row.due_at, row.key, row.ref, place, coalition, self._bot.vault)
        written = self._writers[row.kind](due)
        if not isinstance(written, Reply):
            return written
        return with_tokens(written, lambda button: self._keep(session, button, place, now))

    def _keep(self, session: Session, button: Button, place: Place | None, now: datetime) -> str:
        owner = str(place) if place and place.private else ""
        notes = drafts.Notes("", button.command, button.answers, frozenset(), owner)
        return drafts.keep(session, self._bot.vault, notes, now + timedelta(days=drafts.BUTTON_DAYS))

    def _pace(self, session: Session, place: Place, now: datetime, seconds: float | None = None) -> None:
        """Say when the destination is free again."""
        between = self._platforms[place.platform].limits.seconds_between if seconds is None else seconds
        free_at = now + timedelta(seconds=between)
        new = insert_for(session)(Pace).values(place=str(place), free_at=free_at)
        session.execute(new.on_conflict_do_update(index_elements=["place"], set_={"free_at": free_at}))

    # Sending and finishing. The row may be gone by then, where somebody was forgotten meanwhile.

    async def _deliver(self, claim: Claim) -> None:
        if claim.what is None:
            return
        place = claim.what.place
        try:
            async with asyncio.timeout(SEND_SECONDS):
                posted = await self._carry_out(claim.what)
        except TryLater as later:
            wait = later.seconds
            await self._store(lambda session: self._put_back(session, claim, place, wait))
        except Gone as gone:
            hint = gone.hint
            await self._store(lambda session: self._give_up(session, claim, hint))
        except Exception as error:
            # Each destination succeeds or retries alone, whatever its platform's library throws.
            name = type(error).__name__
            where = place_of(error)
            log.warning("cannot send", platform=place.platform, error=name, where=where, uid=claim.uid)
            await self._store(lambda session: self._retry(session, claim, name))
        else:
            await self._store(lambda session: self._finish(session, claim, posted))

    async def _carry_out(self, what: Parcel | Admission) -> str:
        """The platform's name for the post; empty where there is none."""
        platform = self._platforms[what.place.platform]
        if isinstance(what, Parcel):
            try:
                return await platform.send(what)
            finally:
                what.reply.close()
        await platform.admit(what)
        return ""

    async def _store(self, work: Callable[[Session], None]) -> None:
        """Write down how a send ended. If that fails, the lease runs out and the platform is asked what it has."""
        try:
            await asyncio.to_thread(self._bot.db.write, work)
        except Away:
            log.warning("database away after sending")

    def _finish(self, session: Session, claim: Claim, posted: str) -> None:
        this = Owed.id == claim.id
        # These name an account, maybe of somebody who was forgotten meanwhile, and nobody will ask for them.
        session.execute(delete(Owed).where(this, true() if isinstance(claim.what, Admission) else Owed.kind == SHUT))
        now = self._bot.clock.now()
        sent = {"state": State.SENT, "finished_at": now, "lease_until": None, "posted": posted[:120]}
        session.execute(update(Owed).where(this).values(sent))

    def _put_back(self, session: Session, claim: Claim, place: Place, seconds: float) -> None:
        """The platform refused before taking it: not a try."""
        row, now = session.get(Owed, claim.id), self._bot.clock.now()
        if row is None:
            return
        row.tries -= 1
        _again(row, now, seconds, "TryLater")
        self._pace(session, place, now, seconds)

    def _retry(self, session: Session, claim: Claim, error: str) -> None:
        row = session.get(Owed, claim.id)
        if row:
            _again(row, self._bot.clock.now(), _backoff(claim.tries), error)

    def _give_up(self, session: Session, claim: Claim, hint: str) -> None:
        row, now = session.get(Owed, claim.id), self._bot.clock.now()
        if row is None:
            return
        row.state, row.finished_at, row.lease_until, row.trouble = State.GONE, now, None, hint[:200]
        row.ref = _UNNAMED
        if row.kind in (GONE, SHUT) or row.coalition_id is None:
            return
        serve(session, row.coalition_id)
        shut = claim.what if isinstance(claim.what, Admission) else None
        kind = SHUT if shut else GONE
        ref = f"{row.uid}:{'in' if shut.inside else 'out'}:{shut.account}" if shut else row.uid
        told = {person.uid: private_place(session, person.id) for person in coordinators(session)}
        for uid, to in told.items():
            if to:
                owe(session, key=f"{kind}:{row.uid}:{uid}", kind=kind, ref=ref, to=to, due=now)
        own = Place(shut.place.platform, shut.place.community, account=shut.account) if shut and shut.inside else None
        if own and own not in told.values():
            owe(session, key=f"{kind}:{row.uid}:own", kind=kind, ref=f"{row.uid}:own:", to=own, due=now)

    # The night

    def _begin(self, session: Session) -> None:
        now = self._bot.clock.now()
        if self._alone:
            session.execute(update(Owed).where(Owed.state == State.CLAIMED).values(lease_until=now))
        waiting = select(Owed.id).where(Owed.kind == NIGHTLY, Owed.state.in_([State.WAITING, State.CLAIMED]))
        if session.scalar(waiting.limit(1)) is None:
            _owe_next_night(session, now)

    def _nightly(self, due: Due) -> None:
        """Sweep what has expired, and let each feature do what it does at night for each coalition."""
        drafts.sweep(due.session, due.now)
        old = due.now - timedelta(days=KEEP_DAYS)
        due.session.execute(delete(Owed).where(Owed.finished_at < old))
        due.session.execute(delete(Pace).where(Pace.free_at < old))
        for coalition in due.session.scalars(select(Coalition)).all():
            serve(due.session, coalition.id)
            for feature in self._bot.features:
                if feature.nightly:
                    self._tidy(feature, replace(due, coalition=coalition))
        serve(due.session, NOBODY)
        _owe_next_night(due.session, due.now)

    def _tidy(self, feature: Feature, due: Due) -> None:
        """One feature's night in one coalition: what fails there keeps nobody else's data any longer."""
        try:
            with due.session.begin_nested():
                if feature.nightly:
                    feature.nightly(due)
        except Away:
            raise
        except Exception as error:
            log.error("night failed", feature=feature.name, error=type(error).__name__)


def _owe_next_night(session: Session, now: datetime) -> None:
    night = datetime.combine(now.date(), time(NIGHT_HOUR), tzinfo=now.tzinfo)
    if night <= now:
        night += timedelta(days=1)
    key = f"{NIGHTLY}:{night:%Y-%m-%d}:{new_uid()}"
    owe(session, key=key, kind=NIGHTLY, ref="", to=None, due=night)


def _tell_gone(due: Due) -> Reply | None:
    row = due.session.scalar(select(Owed).where(Owed.uid == due.ref))
    if row is None:
        return None
    return Reply(
        _("I could not deliver a message. {hint}").format(hint=_(row.trouble)),
        facts=(Fact(_("Where"), Place.parse(row.place)),),
        tone=Tone.PROBLEM,
    )


def _tell_shut(due: Due) -> Reply | None:
    """To the coordinators with what to grant, and in short to whoever wanted to get in."""
    uid, way, account = due.ref.split(":", 2)
    row = due.session.scalar(select(Owed).where(Owed.uid == uid))
    if row is None:
        return None
    channel = Place.parse(row.place)
    if way == "own":
        say = _("I could not add you to the channel. The coordinators are told what I need for that.")
        return Reply(say, facts=(Fact(_("Where"), channel),), tone=Tone.PROBLEM)
    say = _("I could not add somebody to a channel. {hint}")
    if way == "out":
        say = _("I could not take somebody out of a channel who is in its group no more. {hint}")
    who = Place(channel.platform, channel.community, account=account)
    facts = (Fact(_("Where"), channel), Fact(_("Who"), who))
    return Reply(say.format(hint=_(row.trouble)), facts=facts, tone=Tone.PROBLEM)


def _again(row: Owed, now: datetime, seconds: float, trouble: str) -> None:
    row.state, row.lease_until, row.trouble = State.WAITING, None, trouble[:200]
    row.try_at = now + timedelta(seconds=seconds)


def _backoff(tries: int) -> float:
    return float(min(2 ** min(tries, 12), LONGEST_WAIT))
