"""The one door: a request comes in, a reply or a form goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coalition_bot import bugs, drafts, handbook
from coalition_bot.arrival import arrive
from coalition_bot.buttons import with_tokens
from coalition_bot.clock import Clock
from coalition_bot.command import Fact, Feature, Form, Refusal, Reply, Spec, Tone, refusal_reply
from coalition_bot.context import Context, Visitor
from coalition_bot.db import Away, Database
from coalition_bot.fields import Field, Kind, Option, Problem
from coalition_bot.outbox import Due, Writer
from coalition_bot.people import Standing
from coalition_bot.platform import Limits
from coalition_bot.request import HELP, Aim, Request, aim
from coalition_bot.vault import Vault
from coalition_bot.visit import FILE, Visit
from coalition_bot.words import _, speaking

__all__ = ["HELP", "Bot", "Request"]  # the door, and what goes through it

THREADS = 8

log = structlog.get_logger(__name__)


class Bot:
    """Runs commands for people. Knows the features by their declarations, and the platforms by their limits."""

    def __init__(
        self,
        features: Sequence[Feature],
        db: Database,
        vault: Vault,
        clock: Clock,
        limits: Mapping[str, Limits],
        prefix: str = "",
    ) -> None:
        """Take everything that is needed. Raises ValueError where two commands have one name."""
        self.features = tuple(features)
        self.commands = {command.spec.name: command for feature in features for command in feature.commands}
        if len(self.commands) != sum(len(feature.commands) for feature in features):
            raise ValueError("two commands have the same name")
        self.db, self.vault, self.clock, self.limits, self.prefix = db, vault, clock, limits, prefix
        self.writers: dict[str, Writer] = {FILE: self._write_file}
        for feature in features:
            self.writers.update(feature.writers)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="door")

    def run(self, request: Request) -> Reply | Form:
        """Do what is asked and say so. Never raises: a failure is logged under a reference that the person gets."""
        with speaking(request.visitor.language):
            try:
                return self._answer(request)
            except Refusal as refusal:
                return with_tokens(refusal_reply(refusal))
            except Away:
                log.warning("database away")
                return self._away(request)
            except Exception as error:
                return Reply(bugs.sorry(bugs.report(error)), tone=Tone.PROBLEM)

    async def answer(self, request: Request) -> Reply | Form:
        """`run` in a thread, for an adapter's event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.run, request)

    def suggest(self, request: Request, field_name: str, typed: str) -> list[Option]:
        """Options for a question of `request.command` after what was typed; none where the person may not ask."""

        def work(session: Session) -> list[Option]:
            ctx = self._context(session, request)
            command = self.commands.get(request.command)
            asked = command.spec.field(field_name) if command else None
            if command is None or asked is None or not ctx.founded or not command.spec.who.may_open(ctx):
                return []
            return self._suggested(asked, ctx, typed[: asked.longest])

        with speaking(request.visitor.language):
            try:
                return self.db.read(work)
            except (Away, Problem):
                return []

    def welcome(self, request: Request) -> None:
        """Somebody has come into a community: owe what features have for newcomers. Raises Away.

        Guests, strangers and accounts that are closed get nothing.
        """

        def work(session: Session) -> None:
            ctx = self._context(session, request)
            if ctx.founded:
                for feature in self.features:
                    feature.welcome(ctx)

        if request.visitor.standing is Standing.FULL:
            with speaking(request.visitor.language):
                self.db.write(work)

    async def greet(self, request: Request) -> None:
        """`welcome` in a thread, for an adapter's event loop."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self.welcome, request)

    def usable(self, request: Request) -> list[Spec]:
        """The commands that this person may use here; all of them while the database is away."""
        try:
            commands = self.commands.values()
            return self.db.read(lambda session: handbook.usable(self._context(session, request), commands))
        except Away:
            return [command.spec for command in self.commands.values()]

    async def suggestions(self, request: Request, field_name: str, typed: str) -> list[Option]:
        """`suggest` in a thread, for an adapter's event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.suggest, request, field_name, typed)

    def takes_files(self, command: str) -> Mapping[str, int]:
        """The questions of a command that a file answers, with the most bytes each: fetch no more than that."""
        found = self.commands.get(command)
        return found.spec.files if found else {}

    def close(self) -> None:
        """Finish what is in hand."""
        self._threads.shutdown(wait=True)

    def _answer(self, request: Request) -> Reply | Form:
        aimed = aim(request, self.commands, self.prefix)
        for attempt in (1, 2):  # the second run after a lost race finds what the winner wrote, and says so
            try:
                return self._run(request, aimed)
            except IntegrityError:
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def _run(self, request: Request, aimed: Aim) -> Reply | Form:
        spec = aimed.command.spec
        if spec.access and not spec.writes:
            self.db.write(lambda session: self._visit(session, request, aimed).log_reading())
        if spec.writes or request.files:  # a file that came along has to be kept, whatever the command does with it
            return self.db.write(lambda session: self._visited(session, request, aimed).finish(session))
        visit = self.db.read(lambda session: self._visited(session, request, aimed))
        return self.db.write(visit.finish) if visit.unfinished else visit.outcome

    def _visited(self, session: Session, request: Request, aimed: Aim) -> Visit:
        visit = self._visit(session, request, aimed)
        visit.go()
        return visit

    def _visit(self, session: Session, request: Request, aimed: Aim) -> Visit:
        limits = self.limits[request.place.platform]
        return Visit(self._context(session, request), request, aimed, limits)

    def _context(self, session: Session, request: Request) -> Context:
        ctx = Context(
            session=session,
            now=self.clock.now(),
            visitor=request.visitor,
            place=request.place,
            vault=self.vault,
            prefix=self.prefix,
            commands=tuple(self.commands.values()),
            keepers=self.features,
            names=request.names,
            community_name=request.community_name,
            trying=request.trying,
        )
        arrive(ctx, request)
        return ctx

    def _suggested(self, asked: Field, ctx: Context, typed: str) -> list[Option]:
        limit = self.limits[ctx.place.platform].options
        found = list(asked.choices(ctx, typed))[:limit]
        own = typed.strip()
        if asked.kind is Kind.TEXT and own and all(own.casefold() != option.label.casefold() for option in found):
            found = [*found[: limit - 1], Option(own, own)]
        return found

    # A file that an answer cannot carry goes out as a message of its own

    def _write_file(self, due: Due) -> Reply | None:
        if due.place is None:
            return None
        token = due.ref
        notes = drafts.find(due.session, self.vault, token, str(due.place), due.now)
        if notes is None or notes.command not in self.commands:
            return None
        request = Request(id="", place=due.place, visitor=Visitor(account=due.place.account))
        visit = self._visited(due.session, request, Aim(self.commands[notes.command], notes.answers))
        drafts.drop(due.session, token)
        reply = visit.outcome
        if not isinstance(reply, Reply):
            return None
        return replace(reply, buttons=(), file=reply.file.made() if reply.file else None)

    def _away(self, request: Request) -> Reply:
        """What is said while the database is away; typed answers are handed back, so that they are not lost."""
        command = self.commands.get(request.command)
        fields = [each for each in command.spec.fields if each.label and each.kind is not Kind.FILE] if command else []
        asked = {each.name: _(each.label) for each in fields}
        typed = tuple(Fact(asked[name], text) for name, text in request.answers.items() if text and name in asked)
        sorry = _("I can't reach my notebook just now, so nothing was saved. Please try again in a minute.")
        return Reply(sorry, facts=typed, tone=Tone.PROBLEM)
