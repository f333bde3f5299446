"""The one door: a request comes in, a reply or a form goes out."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coalition_bot import drafts, forms, handbook, line
from coalition_bot.buttons import press, with_tokens
from coalition_bot.clock import Clock
from coalition_bot.command import (
    Button,
    Command,
    Fact,
    Feature,
    Form,
    Opening,
    Refusal,
    Reply,
    Spec,
    Tone,
    refusal_reply,
)
from coalition_bot.context import Context, Visitor
from coalition_bot.db import Away, Database, serve
from coalition_bot.fields import ANSWER_MAX, Field, Kind, Option, Problem, clean, nearest, pick
from coalition_bot.history import Reading
from coalition_bot.outbox import Due, Writer, owe
from coalition_bot.people import (
    NAME_MAX,
    Coalition,
    Community,
    Identity,
    Person,
    Place,
    Role,
    Standing,
    find_community,
    find_person,
    homes,
)
from coalition_bot.platform import Limits
from coalition_bot.vault import Vault
from coalition_bot.words import _, speaking

THREADS = 8
FILE = "bot.file"  # what is owed where an answer cannot carry a file
HELP = "coalition help"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody did on a platform. One of `line`, `command` or `press` says what they want."""

    id: str  # the platform's own name for this event: the same one twice has one effect
    place: Place  # a direct message may come from no community
    visitor: Visitor
    line: str = ""  # as typed: "group join housing"
    command: str = ""  # a command's name, with `answers`; with `draft`, a form that was submitted
    press: str = ""  # a button's token
    draft: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)  # what mentioned places and accounts are called
    community_name: str = ""
    trying: bool = False  # from a place for trying: whatever is founded there is a sample


@dataclass(frozen=True, slots=True)
class Aim:
    """Which command a request means, and what it brings along."""

    command: type[Command]
    answers: Mapping[str, str]
    words: Sequence[line.Word] = ()
    draft: str = ""
    form: bool = False  # open the form, whatever is known
    submitted: bool = False  # a page of the form comes back


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
                return self._without_database(refusal_reply(refusal))
            except Away:
                log.warning("database away")
                return _away(request)
            except Exception as error:
                reference = secrets.token_hex(4)
                # The error's text may hold what somebody typed; its kind and place do not.
                log.error("bug", reference=reference, error=type(error).__name__, where=_where(error))
                sorry = _("Something went wrong on my side; nothing was changed. Please tell whoever runs me: {ref}.")
                return Reply(sorry.format(ref=reference), tone=Tone.PROBLEM)

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

    def usable(self, request: Request) -> list[Spec]:
        """The commands that this person may use here; all that are listed while the database is away."""
        try:
            commands = self.commands.values()
            return self.db.read(lambda session: handbook.usable(self._context(session, request), commands))
        except Away:
            return [command.spec for command in self.commands.values() if command.spec.listed]

    async def suggestions(self, request: Request, field_name: str, typed: str) -> list[Option]:
        """`suggest` in a thread, for an adapter's event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self.suggest, request, field_name, typed)

    def close(self) -> None:
        """Finish what is in hand."""
        self._threads.shutdown(wait=True)

    # Which command is meant

    def _aim(self, request: Request) -> Aim:
        if request.press:
            pressed = press(request.press)
            return Aim(self._find(pressed.command), pressed.answers, draft=pressed.draft, form=pressed.form)
        if request.line:
            return self._aim_line(request.line)
        command = self._find(request.command)
        return Aim(command, request.answers, draft=request.draft, submitted=bool(request.draft))

    def _aim_line(self, typed: str) -> Aim:
        if len(typed) > ANSWER_MAX:
            raise Refusal(_("That is far too long. Please shorten it."))
        found = line.words(typed.strip().removeprefix("/").removeprefix(self.prefix))
        name = " ".join(word.text for word in found[:2]).casefold()
        if len(found) > 1 and name in self.commands:
            return Aim(self.commands[name], {}, words=found[2:])
        root = found[0].text.casefold() if found else "coalition"
        if len(found) <= 1 and any(command.spec.root == root for command in self.commands.values()):
            return Aim(self.commands[HELP], {"about": root})
        raise self._unknown(name)

    def _find(self, name: str) -> type[Command]:
        command = self.commands.get(name)
        if command is None:
            raise self._unknown(name)
        return command

    def _unknown(self, typed: str) -> Refusal:
        listed = [name for name, command in self.commands.items() if command.spec.listed]
        try:
            shown = clean(typed)[:NAME_MAX]
        except Problem:
            shown = "…"
        close = nearest(shown, listed)
        if not close:
            return Refusal(_("I don't know “{typed}”.").format(typed=shown), Button(_("What can I do?"), HELP))
        say = _("I don't know “{typed}”. Did you mean one of these?").format(typed=shown)
        return Refusal(say, *(Button(f"/{self.prefix}{name}", name) for name in close))

    # One request

    def _answer(self, request: Request) -> Reply | Form:
        aim = self._aim(request)
        for attempt in (1, 2):  # the second run after a lost race finds what the winner wrote, and says so
            try:
                return self._run(request, aim)
            except IntegrityError:
                if attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def _run(self, request: Request, aim: Aim) -> Reply | Form:
        if aim.command.spec.writes:
            return self.db.write(lambda session: self._serve(session, request, aim).finish(session))
        if aim.command.spec.access:
            refused = self.db.write(lambda session: _Visit(self, session, request, aim).log_reading())
            if refused is not None:
                return refused
        visit = self.db.read(lambda session: self._serve(session, request, aim))
        return self.db.write(visit.finish) if visit.unfinished else visit.outcome

    def _serve(self, session: Session, request: Request, aim: Aim) -> _Visit:
        visit = _Visit(self, session, request, aim)
        visit.go()
        return visit

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
        community = _community(session, request)
        if community is None:
            return ctx
        serve(session, community.coalition_id)
        coalition = session.get_one(Coalition, community.coalition_id)
        ctx.place = replace(request.place, community=community.external)
        person = find_person(session, community, request.visitor.account) or _newcomer(ctx, coalition)
        ctx.enter(coalition, community, person)
        return ctx

    def _suggested(self, asked: Field, ctx: Context, typed: str) -> list[Option]:
        limit = self.limits[ctx.place.platform].options
        found = list(asked.choices(ctx, typed))[:limit]
        own = typed.strip()
        if asked.kind is Kind.TEXT and own and all(own.casefold() != option.label.casefold() for option in found):
            found = [*found[: limit - 1], Option(own, own)]
        return found

    def _without_database(self, reply: Reply) -> Reply:
        return with_tokens(reply, lambda button: "")

    # A file that an answer cannot carry goes out as a message of its own

    def _write_file(self, due: Due) -> Reply | None:
        if due.place is None:
            return None
        token = due.ref
        notes = drafts.find(due.session, self.vault, token, str(due.place), due.now)
        if notes is None or notes.command not in self.commands:
            return None
        request = Request(id="", place=due.place, visitor=Visitor(account=due.place.account))
        visit = _Visit(self, due.session, request, Aim(self.commands[notes.command], notes.answers))
        visit.go()
        drafts.drop(due.session, token)
        reply = visit.outcome
        return replace(reply, buttons=()) if isinstance(reply, Reply) else None


class _Visit:
    """One request inside one transaction."""

    def __init__(self, bot: Bot, session: Session, request: Request, aim: Aim) -> None:
        self.bot, self.request, self.aim = bot, request, aim
        self.spec: Spec = aim.command.spec
        self.ctx = bot._context(session, request)
        self.limits = bot.limits[request.place.platform]
        self.outcome: Reply | Form = Reply("…")
        self.answers: dict[str, str] = {}
        self.seen: frozenset[str] = frozenset()
        self.draft = ""
        self.repeated = False

    @property
    def _key(self) -> str:
        place = self.ctx.place
        return f"{place.platform}:{place.community}:{self.request.id}"

    def go(self) -> None:
        """Find the outcome; what has to be stored beside it is left to `finish`."""
        if self.spec.writes and self.request.id:
            given = drafts.given_reply(self.ctx.session, self.bot.vault, self._key)
            if given is not None:
                self.outcome, self.repeated = given, True
                return
        self.outcome = self._outcome()

    def log_reading(self) -> Reply | Form | None:
        """Write down that personal data is about to be shown; or what is answered instead of showing it."""
        try:
            self._admit()
            self._gather()
            command = self._ready()
        except (Refusal, Problem):
            command = None
        if isinstance(command, Command):
            about = "&".join(f"{f.name}={self.answers.get(f.name, '')}" for f in self.spec.fields if f.suggest)
            self.ctx.session.add(
                Reading(at=self.ctx.now, reader_id=self.ctx.person.id, what=self.spec.access, about=about[:120])
            )
        return None

    @property
    def unfinished(self) -> bool:
        """Whether a visit that only read still has something to write."""
        if isinstance(self.outcome, Form):
            return True
        return bool(self.outcome.buttons) or self._file_waits

    @property
    def _file_waits(self) -> bool:
        return isinstance(self.outcome, Reply) and bool(self.outcome.file) and not self.limits.files_in_answers

    def finish(self, session: Session) -> Reply | Form:
        """Store the draft, the buttons' answers, the file owed and the reply; returns what goes to the person."""
        if self.repeated:
            return self.outcome
        if self.ctx.founded:
            serve(session, self.ctx.coalition.id)
        if isinstance(self.outcome, Form):
            return replace(self.outcome, draft=self._keep(session, self.draft, self.spec.name, self.answers))
        if self.draft and self.outcome.tone is not Tone.PROBLEM:
            drafts.drop(session, self.draft)
        reply = self._owe_file(session, self.outcome) if self._file_waits else self.outcome
        reply = with_tokens(reply, lambda button: self._keep(session, "", button.command, button.answers))
        # Somebody who has just been forgotten leaves no note either.
        if self.spec.writes and self.request.id and not (self.ctx.founded and self.ctx.person.former):
            vault, now = self.bot.vault, self.ctx.now
            drafts.remember_reply(session, vault, self._key, self.ctx.owner, reply, now)
        return reply

    def _outcome(self) -> Reply | Form:
        try:
            self._admit()
            self._gather()
            ready = self._ready()
        except Refusal as refusal:
            return refusal_reply(refusal)
        if not isinstance(ready, Command):
            return ready
        outcome = self._execute(ready)
        if isinstance(outcome, Reply) and outcome.public and not self.spec.public:
            return replace(outcome, public=False)
        return outcome

    def _admit(self) -> None:
        if not self.ctx.founded and not self.spec.before_setup:
            raise self._unfounded()
        if not self.spec.who.may_open(self.ctx):
            raise self._not_yours()

    def _unfounded(self) -> Refusal:
        if not self.ctx.place.community:
            return Refusal(
                _("I don't know yet which coalition you belong to. Please write to me in its channels first.")
            )
        message = _("This community does not belong to a coalition yet. An admin can found one with {command}.")
        return Refusal(message.format(command=self.ctx.slash("coalition setup")))

    def _not_yours(self) -> Refusal:
        ctx = self.ctx
        if ctx.visitor.standing is not Standing.FULL and not (ctx.founded and ctx.person.allowed):
            say = _("You are here as a guest. Please ask a coordinator to let you take part; they can with {command}.")
            return Refusal(say.format(command=ctx.slash("coalition allow")), Button(_("What can I do?"), HELP))
        say = _("{command} is for {who}. Ask a coordinator if you need it.")
        told = say.format(command=ctx.slash(self.spec.name), who=_(self.spec.who.name))
        return Refusal(told, Button(_("What can I do?"), HELP))

    def _gather(self) -> None:
        """Collect what was answered: earlier pages, this page, the typed line, and what the bot knows anyway."""
        ctx = self.ctx
        if self.aim.draft:
            notes = drafts.find(ctx.session, self.bot.vault, self.aim.draft, ctx.owner, ctx.now)
            if notes is None or notes.command != self.spec.name:
                again = Button(_("Open it again"), self.spec.name, form=self.spec.opening is Opening.ALWAYS)
                raise Refusal(_("This form is too old, or was sent already."), again)
            self.answers, self.seen = dict(notes.answers), notes.seen
            # Only a form uses its draft up; what a button carries stays, for a second press.
            self.draft = notes.token if notes.owner and (self.aim.submitted or self.aim.form) else ""
        names = {each.name for each in self.spec.fields}
        given = {name: text for name, text in self.aim.answers.items() if name in names}
        self.answers |= given | line.answers(self.spec, self.aim.words, ctx)
        for each in self.spec.fields:  # other questions hang on the value, whatever it is called
            if chosen := pick(each.options, self.answers.get(each.name, "")):
                self.answers[each.name] = chosen.value
        ctx.answers = self.answers
        if self.aim.submitted:
            self.seen |= given.keys()
            return
        for each in self.spec.fields:
            # An open form shows what is known as an answer to change; what is never asked has to be known anyway.
            if each.known is None or each.name in self.answers or (self.aim.form and not each.carried):
                continue
            if known := each.known(ctx):
                self.answers[each.name] = known

    def _ready(self) -> Command | Form:
        """The command with all its values; or the next page of its form."""
        reading = forms.read(self.spec, self.ctx, self.answers)
        opens = self.aim.form or reading.problems or self.spec.opening is Opening.ALWAYS
        asked, last = self._page() if opens or self.aim.submitted else ((), True)
        if self.aim.submitted:
            again = [name for name in self.aim.answers if name in reading.problems]
            if again:
                return self._same_page(reading.problems)
            if asked:
                self._keep_page(reading.values)
                return self._form(asked, {}, last=last)
        elif asked:
            given = {name: text for name, text in reading.problems.items() if self.answers.get(name)}
            for name in given.keys() & self._moot():
                raise Refusal(given[name])
            return self._form(asked, given, last=last)
        if reading.problems:
            raise Refusal(next(iter(reading.problems.values())))
        command = self.aim.command(reading.values)
        if not self.spec.who.may_run(self.ctx, command):
            raise self._not_yours()
        return command

    def _keep_page(self, values: Mapping[str, Any]) -> None:
        """A form for many sittings keeps each page at once; others wait for the last one."""
        if self.spec.sittings:
            held = self.seen | {each.name for each in self.spec.fields if each.carried}
            with self.ctx.session.begin_nested():
                self._enrol()
                self.aim.command.keep(self.ctx, {name: value for name, value in values.items() if name in held})

    def _execute(self, command: Command) -> Reply | Form:
        if not self.spec.writes:
            try:
                return command.run(self.ctx)
            except (Refusal, Problem) as problem:
                return self._refused(problem)
        savepoint = self.ctx.session.begin_nested()
        try:
            self._enrol()
            reply = command.run(self.ctx)
            savepoint.commit()
        except (Refusal, Problem) as problem:
            savepoint.rollback()
            return self._refused(problem)
        return reply

    def _refused(self, problem: Refusal | Problem) -> Reply | Form:
        if self.aim.submitted and not (isinstance(problem, Refusal) and problem.buttons):
            known = problem.field in self.aim.answers
            page = self._same_page({problem.field: problem.message} if known else {})
            return page if known else replace(page, problem=problem.message)
        buttons = problem.buttons if isinstance(problem, Refusal) else ()
        if not buttons and any(not each.carried for each in self.spec.fields):
            buttons = (Button(_("Change my answers"), self.spec.name, self.answers, form=True),)
        return Reply(problem.message, buttons=buttons, tone=Tone.PROBLEM)

    def _same_page(self, problems: Mapping[str, str]) -> Form:
        self.seen -= self.aim.answers.keys()
        asked, last = self._page()
        return self._form(asked, problems, last=last)

    def _page(self) -> tuple[tuple[Field, ...], bool]:
        return forms.page(self.spec, self.answers, self.seen | self._moot(), self.limits.questions)

    def _moot(self) -> frozenset[str]:
        """Questions that are not asked: they may be left out, and have nothing to choose from here."""
        maybe = [each for each in self.spec.fields if each.binds and not each.required]
        return frozenset(each.name for each in maybe if not each.choices(self.ctx))

    def _form(self, asked: Sequence[Field], problems: Mapping[str, str], *, last: bool) -> Form:
        form = forms.draw(self.spec, self.ctx, asked, self.answers, problems, self.limits)
        for each in asked:
            if each.required and each.binds and not each.choices(self.ctx):
                raise Refusal(_("There is nothing yet to choose from for “{question}”.").format(question=_(each.label)))
        number = 1 if not self.seen else 2 + (len(self.seen) - 1) // self.limits.questions
        return replace(form, page=number, last=last, draft=self.draft)

    def _keep(self, session: Session, token: str, command: str, answers: Mapping[str, str]) -> str:
        days = drafts.DRAFT_DAYS
        notes = drafts.Notes(token, command, answers, self.seen, self.ctx.owner)
        return drafts.keep(session, self.bot.vault, notes, self.ctx.now + timedelta(days=days))

    def _owe_file(self, session: Session, reply: Reply) -> Reply:
        token = self._keep(session, "", self.spec.name, self.answers)
        to = Place.parse(self.ctx.owner)
        now = self.ctx.now
        owe(session, key=f"{FILE}:{token}", kind=FILE, ref=token, to=to, due=now)
        coming = _("The file is on its way to your direct messages.")
        return replace(reply, file=None, text=f"{reply.text}\n{coming}".strip())

    def _enrol(self) -> None:
        """Somebody who does something, rather than look, becomes a person of the coalition."""
        ctx = self.ctx
        if not ctx.founded or ctx.person.id is not None:
            return
        ctx.session.add(ctx.person)
        ctx.session.flush()
        ctx.session.add(
            Identity(
                community_id=ctx.community.id,
                person_id=ctx.person.id,
                platform=ctx.place.platform,
                account=ctx.visitor.account,
                created_at=ctx.now,
            )
        )
        ctx.session.flush()


def _community(session: Session, request: Request) -> Community | None:
    place = request.place
    if place.community:
        return find_community(session, place.platform, place.community)
    known = homes(session, place.platform, request.visitor.account)
    return known[0] if len({home.coalition_id for home in known}) == 1 else None


def _newcomer(ctx: Context, coalition: Coalition) -> Person:
    try:
        name = clean(ctx.visitor.name)[:NAME_MAX]
    except Problem:
        name = ""
    return Person(
        coalition_id=coalition.id,
        name=name or _("New member"),
        organisation="",
        zone="",
        language="",
        role=Role.MEMBER,
        allowed=False,
        former=False,
        created_at=ctx.now,
    )


def _away(request: Request) -> Reply:
    """What is said while the database is away; typed answers are handed back, so that they are not lost."""
    typed = tuple(Fact(name, text[:NAME_MAX]) for name, text in request.answers.items() if text)
    sorry = _("I can't reach my notebook just now, so nothing was saved. Please try again in a minute.")
    return Reply(sorry, facts=typed, tone=Tone.PROBLEM)


def _where(error: BaseException) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
