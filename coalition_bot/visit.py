"""One request inside one transaction: admit, gather the answers, ask for what is missing, run, and keep what is due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from coalition_bot import drafts, forms, line, uploads
from coalition_bot.arrival import enrol
from coalition_bot.buttons import with_tokens
from coalition_bot.command import Button, Command, Form, Opening, Refusal, Reply, Spec, Tone, refusal_reply
from coalition_bot.context import Context
from coalition_bot.db import serve
from coalition_bot.fields import ANSWER_MAX, Field, Kind, Problem, pick, take
from coalition_bot.history import ABOUT_MAX, Reading
from coalition_bot.outbox import owe
from coalition_bot.people import Place, Standing
from coalition_bot.platform import Limits
from coalition_bot.request import HELP, Aim, Request
from coalition_bot.words import _

FILE = "bot.file"  # what is owed where an answer cannot carry a file


class Visit:
    """One request inside one transaction."""

    def __init__(self, ctx: Context, request: Request, aim: Aim, limits: Limits) -> None:
        """Take who asks, what for, and what their platform can draw."""
        self.ctx, self.request, self.aim, self.limits = ctx, request, aim, limits
        self.spec: Spec = aim.command.spec
        self.outcome: Reply | Form = Reply("…")
        self.answers: dict[str, str] = {}
        self.seen: frozenset[str] = frozenset()
        self.page: frozenset[str] = frozenset()  # the questions that are answered now
        self.taken: list[str] = []  # tokens of the files that came along
        self.faults: dict[str, str] = {}  # what was wrong with a file, by question
        self.draft = ""
        self.repeated = False

    @property
    def _key(self) -> str:
        """Whose event it is belongs to its name: nobody gets the answer that another was given."""
        return f"{self.ctx.owner}:{self.request.id}"

    def go(self) -> None:
        """Find the outcome; what has to be stored beside it is left to `finish`."""
        if self.spec.writes and self.request.id:
            given = drafts.given_reply(self.ctx.session, self.ctx.vault, self._key)
            if given is not None:
                self.outcome, self.repeated = given, True
                return
        self.outcome = self._outcome()

    def log_reading(self) -> None:
        """If personal data is about to be shown, write down who looks at which."""
        try:
            ready = self._prepared()
        except Refusal:
            return
        finally:
            uploads.drop(self.ctx.session, self.taken)  # the visit itself takes them
        if isinstance(ready, Command):
            chosen = {f.name: getattr(ready, f.name) for f in self.spec.fields if f.binds}  # not as it was typed
            about = "&".join(f"{name}={x if isinstance(x, str) else ','.join(x)}" for name, x in chosen.items())
            reading = Reading(
                at=self.ctx.now, reader_id=self.ctx.person.id, what=ready.reading(), about=about[:ABOUT_MAX]
            )
            self.ctx.session.add(reading)

    @property
    def unfinished(self) -> bool:
        """Whether a visit that only read still has something to write."""
        if isinstance(self.outcome, Form):
            return True
        return self._file_waits or not all(button.token for button in self.outcome.buttons)

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
            notes = drafts.Notes(self.draft, self.spec.name, self.answers, self.seen, self.ctx.owner)
            return replace(self.outcome, draft=self._store(session, notes))
        if self.draft and self.outcome.tone is not Tone.PROBLEM:
            drafts.drop(session, self.draft)
        reply = self._owe_file(session, self.outcome) if self._file_waits else self.outcome
        reply = with_tokens(reply, lambda button: self._keep(session, button.command, button.answers))
        # Somebody who has just been forgotten leaves no note either.
        if self.spec.writes and self.request.id and not (self.ctx.founded and self.ctx.person.former):
            vault, now = self.ctx.vault, self.ctx.now
            drafts.remember_reply(session, vault, self._key, self.ctx.owner, reply, now)
        return reply

    def _outcome(self) -> Reply | Form:
        try:
            ready = self._prepared()
        except Refusal as refusal:
            return with_tokens(refusal_reply(refusal))
        outcome = self._execute(ready) if isinstance(ready, Command) else ready
        if isinstance(outcome, Form):
            return outcome
        if outcome.file and self.limits.files_in_answers:
            outcome = replace(outcome, file=outcome.file.made())
        return with_tokens(replace(outcome, public=outcome.public and self.spec.public))

    def _prepared(self) -> Command | Form:
        self._admit()
        self._gather()
        return self._ready()

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
            notes = drafts.find(ctx.session, self.ctx.vault, self.aim.draft, ctx.owner, ctx.now)
            if notes is None or notes.command != self.spec.name:
                again = Button(_("Open it again"), self.spec.name, form=self.spec.opening is Opening.ALWAYS)
                raise Refusal(_("This form is too old, or was sent already."), again)
            self.answers, self.seen = dict(notes.answers), notes.seen
            # Only a form uses its draft up; what a button carries stays, for a second press.
            self.draft = notes.token if notes.owner and (self.aim.submitted or self.aim.form) else ""
        names = {each.name for each in self.spec.fields}
        # Nothing longer is looked at, or kept; what is cut off here is refused as too long.
        given = {name: text[: ANSWER_MAX + 1] for name, text in self.aim.answers.items() if name in names}
        self.page = frozenset(given) | self.request.files.keys() & names
        self.answers |= self._with_files(given) | line.answers(self.spec, self.aim.words, ctx)
        for each in self.spec.fields:  # other questions hang on the value, whatever it is called
            if chosen := pick(each.options, self.answers.get(each.name, "")):
                self.answers[each.name] = chosen.value
        ctx.answers = self.answers
        if self.aim.submitted:
            self.seen |= self.page
            return
        for each in self.spec.fields:
            # An open form shows what is known as an answer to change; what is never asked has to be known anyway.
            if each.known is None or each.name in self.answers or (self.aim.form and not each.carried):
                continue
            if known := each.known(ctx):
                self.answers[each.name] = known

    def _with_files(self, given: Mapping[str, str]) -> dict[str, str]:
        """The answers with a token for each file that came along; where none came, the one from before stays."""
        files = self.spec.files
        answers = {name: text for name, text in given.items() if text or name not in files}
        for each in self.spec.fields:
            if each.kind is Kind.FILE and each.name in self.request.files:
                answers.pop(each.name, None)
                try:
                    answers[each.name] = take(each, self.ctx, self.request.files[each.name])
                    self.taken.append(answers[each.name])
                except Problem as problem:
                    self.faults[each.name] = problem.message
        return answers

    def _ready(self) -> Command | Form:
        """The command with all its values; or the next page of its form."""
        reading = forms.read(self.spec, self.ctx, self.answers)
        reading.problems |= self.faults
        opens = self.aim.form or reading.problems or self.spec.opening is Opening.ALWAYS
        asked, last = self._page() if opens or self.aim.submitted else ((), True)
        if self.aim.submitted:
            again = [name for name in self.page if name in reading.problems]
            if again:
                return self._same_page(reading.problems)
            if asked:
                self._keep_page(reading.values)
                return self._form(asked, {}, last=last)
        elif asked:
            wrong = reading.problems.items()
            given = {name: text for name, text in wrong if self.answers.get(name) or name in self.faults}
            if given and (moot := given.keys() & self._moot()):
                raise Refusal(given[moot.pop()])
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
                enrol(self.ctx)
                self.aim.command.keep(self.ctx, {name: value for name, value in values.items() if name in held})

    def _execute(self, command: Command) -> Reply | Form:
        if not self.spec.writes:
            try:
                return command.run(self.ctx)
            except (Refusal, Problem) as problem:
                return self._refused(problem)
        savepoint = self.ctx.session.begin_nested()
        try:
            enrol(self.ctx)
            reply = command.run(self.ctx)
            savepoint.commit()
        except (Refusal, Problem) as problem:
            savepoint.rollback()
            return self._refused(problem)
        return reply

    def _refused(self, problem: Refusal | Problem) -> Reply | Form:
        if self.aim.submitted and not (isinstance(problem, Refusal) and problem.buttons):
            known = problem.field in self.page
            page = self._same_page({problem.field: problem.message} if known else {})
            return page if known else replace(page, problem=problem.message)
        buttons = problem.buttons if isinstance(problem, Refusal) else ()
        if not buttons and any(not each.carried for each in self.spec.fields):
            buttons = (Button(_("Change my answers"), self.spec.name, self.answers, form=True),)
        return Reply(problem.message, buttons=buttons, tone=Tone.PROBLEM)

    def _same_page(self, problems: Mapping[str, str]) -> Form:
        self.seen -= self.page
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
        for each, drawn in zip(asked, form.questions, strict=True):
            if each.required and each.binds and not drawn.options:
                raise Refusal(_("There is nothing yet to choose from for “{question}”.").format(question=drawn.label))
        number = 1 if not self.seen else 2 + (len(self.seen) - 1) // self.limits.questions
        return replace(form, page=number, last=last, draft=self.draft)

    def _keep(self, session: Session, command: str, answers: Mapping[str, str]) -> str:
        """Keep answers for later, none of whose questions counts as seen: a form with them asks them all."""
        return self._store(session, drafts.Notes("", command, answers, frozenset(), self.ctx.owner))

    def _store(self, session: Session, notes: drafts.Notes) -> str:
        return drafts.keep(session, self.ctx.vault, notes, self.ctx.now + timedelta(days=drafts.DRAFT_DAYS))

    def _owe_file(self, session: Session, reply: Reply) -> Reply:
        token = self._keep(session, self.spec.name, self.answers)
        to = Place.parse(self.ctx.owner)
        now = self.ctx.now
        reply.close()  # its file is made anew when it is sent
        owe(session, key=f"{FILE}:{token}", kind=FILE, ref=token, to=to, due=now)
        coming = _("The file is on its way to your direct messages.")
        return replace(reply, file=None, text=f"{reply.text}\n{coming}".strip())
