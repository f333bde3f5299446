"""Asking a question, answering it, handing it to somebody else, and seeing which ones are open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, false, or_, select

from coalition_bot.command import Button, Command, Fact, Refusal, Reply, Table, Who, button, done, members
from coalition_bot.context import Context
from coalition_bot.db import new_uid
from coalition_bot.features.groups.cards import page_number
from coalition_bot.features.members.coalition import WHO_HELP
from coalition_bot.features.members.finding import people, somebody
from coalition_bot.features.questions.news import tell_answered, tell_asked, tell_assigned
from coalition_bot.features.questions.sealing import answer_of, sealed_answer, sealed_question, words_of
from coalition_bot.features.questions.tables import ANSWER_MAX, QUESTION_MAX, Asked
from coalition_bot.features.questions.topics import in_charge, topic_in_words, topics
from coalition_bot.fields import Option, carried, choice, person, text
from coalition_bot.history import note
from coalition_bot.moments import day_in_words, zone_info
from coalition_bot.people import Person
from coalition_bot.words import N_, _

SHOWN = 10
CHOICES = 100
TEXT_SHOWN = 120  # characters of a question in a list; the whole stands on its card
OPEN_AT_ONCE = 10  # of one person: whoever has that many waits for an answer first


class Ask(Command, name="coalition ask", tap=N_("Ask a person")):
    """Ask the person in charge a question; the answer comes to you in private."""

    topic: str = choice("What is it about?", suggest=topics)
    question: str = text(
        "Your question",
        longest=QUESTION_MAX,
        multiline=True,
        rest=True,
        help="Only the person in charge and the coordinators read it.",
    )

    def run(self, ctx: Context) -> Reply:
        self._not_too_many(ctx)
        whom = in_charge(ctx, self.topic)
        asked = Asked(
            uid=new_uid(),
            coalition_id=ctx.coalition.id,
            topic=self.topic,
            asked_by=ctx.person.id,
            asked_at=ctx.now,
            assigned_to=whom.id if whom else None,
        )
        asked.sealed = sealed_question(ctx.vault, asked, self.question)
        ctx.session.add(asked)
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "question.ask", f"question:{asked.id}")
        tell_asked(ctx, asked)
        to = whom.name if whom else _("the coordinators")
        return done(
            _("Your question is with {name}. The answer comes to you in private.").format(name=to),
            facts=(Fact(_("About"), topic_in_words(ctx, self.topic)), Fact(_("Your question"), self.question)),
            buttons=(button(_("My questions"), Questions),),
        )

    def _not_too_many(self, ctx: Context) -> None:
        mine = select(Asked.id).where(Asked.asked_by == ctx.person.id, Asked.answered_at.is_(None))
        if len(ctx.session.scalars(mine.limit(OPEN_AT_ONCE)).all()) >= OPEN_AT_ONCE:
            say = _("You have {count} open questions. Please wait for an answer to one of them first.")
            raise Refusal(say.format(count=OPEN_AT_ONCE), button(_("My questions"), Questions))


def _mine_to_answer(ctx: Context) -> Select[Asked]:
    """The open questions that the visitor may answer: those given to them, and for coordinators all."""
    found = select(Asked).where(Asked.answered_at.is_(None)).order_by(Asked.id)
    return found if ctx.person.coordinates else found.where(Asked.assigned_to == ctx.person.id)


def open_questions(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The open questions that the visitor may answer; and any other that they may read, if it is meant exactly."""
    if ctx.person.id is None:
        return []
    found = list(ctx.session.scalars(_mine_to_answer(ctx).limit(CHOICES)))
    if typed and all(each.uid != typed for each in found):
        found += ctx.session.scalars(_seen(ctx).where(Asked.uid == typed))
    options = [Option(each.uid, _short(ctx, each)) for each in found]
    return [option for option in options if typed.casefold() in option.label.casefold() or typed == option.value]


def _answers(ctx: Context) -> bool:
    """Whether there may be something for the visitor to answer."""
    if not members.may_open(ctx) or ctx.person.id is None:
        return False
    given = select(Asked.id).where(Asked.assigned_to == ctx.person.id).limit(1)
    return ctx.person.coordinates or ctx.session.scalar(given) is not None


def _answers_this(ctx: Context, command: Any) -> bool:
    found = _by_uid(ctx, command.about)
    return found is not None and (ctx.person.coordinates or found.assigned_to == ctx.person.id)


in_charge_of_it = Who(N_("the person in charge and coordinators"), _answers, _answers_this)


class Answer(Command, name="coalition answer", who=in_charge_of_it):
    """Answer a question that came to you."""

    about: str = choice("Question", suggest=open_questions)
    answer: str = text("Your answer", longest=ANSWER_MAX, multiline=True, rest=True, help="It goes to the asker alone.")

    def run(self, ctx: Context) -> Reply:
        asked = _still_open(ctx, self.about)
        asked.answered_by, asked.answered_at = ctx.person.id, ctx.now
        asked.answer = sealed_answer(ctx.vault, asked, self.answer)
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "question.answer", f"question:{asked.id}", asked.asked_by)
        tell_answered(ctx, asked)
        asker = ctx.session.get_one(Person, asked.asked_by)
        return done(
            _("Your answer is on its way to {name}.").format(name=asker.name),
            buttons=(button(_("Open questions"), Questions),),
        )


class Assign(Command, name="coalition assign", who=in_charge_of_it):
    """Give a question to somebody else to answer."""

    about: str = choice("Question", suggest=open_questions)
    who: str = person("Who", suggest=people, help=WHO_HELP)

    def run(self, ctx: Context) -> Reply:
        asked, whom = _still_open(ctx, self.about), somebody(ctx, self.who)
        if whom.id == asked.assigned_to:
            raise Refusal(_("{name} has this question already.").format(name=whom.name))
        if whom.id == asked.asked_by:
            raise Refusal(_("{name} asked this question. Please choose somebody else.").format(name=whom.name))
        asked.assigned_to = whom.id
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "question.assign", f"question:{asked.id}", whom.id)
        tell_assigned(ctx, asked)
        return done(_("{name} is asked to answer now.").format(name=whom.name))


class Questions(Command, name="coalition questions", writes=False, access="questions"):
    """Your questions, and those that wait for your answer."""

    about: str = carried()
    page: str = carried()

    def run(self, ctx: Context) -> Reply:
        return self._card(ctx) if self.about else self._page(ctx, page_number(self.page))

    def _page(self, ctx: Context, page: int) -> Reply:
        found = list(ctx.session.scalars(_seen(ctx).offset((page - 1) * SHOWN).limit(SHOWN + 1)))
        ask = Button(_("Ask a question"), Ask.spec.name, form=True)
        if not found:
            return Reply(_("There is no question of yours, and none that waits for you."), buttons=(ask,))
        shown = found[:SHOWN]
        rows = tuple((_short(ctx, each), _state(ctx, each), _day(ctx, each)) for each in shown)
        which = [button(_cut(_short(ctx, each), 40), Questions, about=each.uid) for each in shown]
        more = [button(_("More"), Questions, page=str(page + 1))] if len(found) > SHOWN else []
        return Reply(
            title=_("Questions"),
            table=Table((_("Question"), _("State"), _("Asked on")), rows),
            buttons=(*which, *more, ask),
        )

    def _card(self, ctx: Context) -> Reply:
        asked = ctx.session.scalar(_seen(ctx).where(Asked.uid == self.about))
        if asked is None:
            raise Refusal(_("I don't know this question any more."), button(_("My questions"), Questions))
        return card(ctx, asked)


def card(ctx: Context, asked: Asked) -> Reply:
    """One question with its answer, for whoever may see it."""
    said = answer_of(ctx.vault, asked)
    asker = ctx.session.get(Person, asked.asked_by)
    to_answer = asked.answered_at is None and (ctx.person.coordinates or asked.assigned_to == ctx.person.id)
    return Reply(
        title=topic_in_words(ctx, asked.topic),
        facts=(
            Fact(_("Asked by"), asker.name if asker and not asker.former else _("a former member")),
            Fact(_("Question"), words_of(ctx.vault, asked)),
            Fact(_("State"), _state(ctx, asked)),
            *([Fact(_("Answer"), said)] if said else []),
        ),
        buttons=answer_buttons(asked) if to_answer else (),
    )


def answer_buttons(asked: Asked) -> tuple[Button, ...]:
    """What whoever is in charge can do about a question."""
    about = {"about": asked.uid}
    return (
        Button(_("Answer"), Answer.spec.name, about, form=True),
        Button(_("Give it to somebody else"), Assign.spec.name, about, form=True),
    )


def _seen(ctx: Context) -> Select[Asked]:
    """What the visitor may read: what they asked, what was given to them; open ones first, then the newest."""
    found = select(Asked).order_by(Asked.answered_at.is_not(None), Asked.id.desc())
    if ctx.person.coordinates:
        return found
    if ctx.person.id is None:  # a newcomer; what is with the coordinators together is assigned to nobody
        return found.where(false())
    return found.where(or_(Asked.asked_by == ctx.person.id, Asked.assigned_to == ctx.person.id))


def _by_uid(ctx: Context, uid: str) -> Asked | None:
    return ctx.session.scalar(select(Asked).where(Asked.uid == uid))


def _still_open(ctx: Context, uid: str) -> Asked:
    asked = ctx.session.scalar(select(Asked).where(Asked.uid == uid).with_for_update())
    if asked is None or asked.answered_at:
        raise Refusal(_("This question is answered already."), button(_("Questions"), Questions))
    return asked


def _state(ctx: Context, asked: Asked) -> str:
    if asked.answered_at:
        return _("answered")
    whom = ctx.session.get(Person, asked.assigned_to) if asked.assigned_to else None
    return _("open, with {name}").format(name=whom.name if whom else _("the coordinators"))


def _short(ctx: Context, asked: Asked) -> str:
    return _cut(" ".join(words_of(ctx.vault, asked).split()), TEXT_SHOWN)


def _cut(words: str, longest: int) -> str:
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


def _day(ctx: Context, asked: Asked) -> str:
    return day_in_words(asked.asked_at.astimezone(zone_info(ctx.zone)).date())


COMMANDS = (Ask, Answer, Assign, Questions)
