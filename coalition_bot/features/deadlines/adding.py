"""Adding a deadline: read what was written, say back what was understood, and store it only when confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from coalition_bot.command import Button, Command, Fact, Refusal, Reply, Style, button, done
from coalition_bot.context import Context
from coalition_bot.db import new_uid
from coalition_bot.features.deadlines.ladder import ahead
from coalition_bot.features.deadlines.reminding import happens, hours, left, remind
from coalition_bot.features.deadlines.tables import TITLE_MAX, Deadline, Destination
from coalition_bot.features.deadlines.understanding import assumed, chosen, understand
from coalition_bot.features.groups import Group, group_by_uid, leads, led_groups
from coalition_bot.features.members.coalition import zone_named
from coalition_bot.features.reviews import review_by_uid, suggest_reviews
from coalition_bot.fields import carried, channels, choice, text
from coalition_bot.history import note
from coalition_bot.moments import Moment, in_words
from coalition_bot.people import Place
from coalition_bot.phrases import Question, Verb, split
from coalition_bot.words import N_, _, language

WHAT_MAX = 300
KEY_MAX = 20  # of a uid


def _usual_channel(ctx: Context) -> str:
    return ctx.community.announcements or ("" if ctx.place.private else str(ctx.place))


class Add(Command, name="deadline add", who=leads, tap=N_("Add a deadline")):
    """Add a deadline; reminders go out 14 days, 7 days, 1 day and 1 hour before."""

    what: str = text(
        "What is due, and when",
        longest=WHAT_MAX,
        rest=True,
        help="As you would say it: Stakeholder report due 3 October 5pm Geneva time",
    )
    channels: tuple[Place, ...] = channels(
        "Channels to remind", required=False, offer=_usual_channel, help="Empty: the channel for announcements"
    )
    group: str = choice(
        "Working group", suggest=led_groups, required=False, help="Whose deadline it is; empty for everybody's"
    )
    review: str = choice(
        "Review", suggest=suggest_reviews, required=False, help="Which review it belongs to; empty for none"
    )
    zone: str = text(
        "Time zone of the deadline",
        required=False,
        longest=64,
        check=zone_named,
        help="Only where the sentence names none; otherwise the coalition's own",
    )
    meant: str = carried()
    key: str = carried()

    def run(self, ctx: Context) -> Reply:
        sentence = split(self.what, (language(),))
        if not sentence.title:
            raise Refusal(_("What is it that is due? Write it before the date."), field="what")
        title, verb = sentence.title[:TITLE_MAX], sentence.verb
        if not self.meant:
            return self._read(ctx, title, verb, sentence.phrase)
        moment = self._chosen(ctx)
        return self._store(ctx, title, verb, moment) if self.key else self._card(ctx, title, verb, moment, "")

    def _read(self, ctx: Context, title: str, verb: Verb, phrase: str) -> Reply:
        result = understand(ctx, phrase, self.zone or ctx.coalition.zone, "what")
        if isinstance(result, Question):
            return self._ask(result.text, result.choices)
        return self._card(ctx, title, verb, result.moment, assumed(result))

    def _ask(self, question: str, choices: tuple[Moment, ...]) -> Reply:
        meant = tuple(button(in_words(each), Add, self._answers(), meant=str(each)) for each in choices)
        return Reply(question, buttons=(*meant, self._change()))

    def _card(self, ctx: Context, title: str, verb: Verb, moment: Moment, remark: str) -> Reply:
        places = self._places(ctx)
        return Reply(
            title=_("Is this right?"),
            text=remark,
            facts=(
                Fact(_("What"), happens(verb, title)),
                Fact(_("When"), moment),
                Fact(_("That is"), left(moment, ctx.now)),
                *(Fact(_("Where"), place) for place in places),
                *self._reminders(ctx, moment, places),
            ),
            buttons=(
                button(_("Confirm"), Add, self._answers(), style=Style.PRIMARY, meant=str(moment), key=new_uid()),
                self._change(),
            ),
        )

    def _reminders(self, ctx: Context, moment: Moment, places: tuple[Place, ...]) -> list[Fact]:
        """Each reminder that will come, once where all channels share it."""
        facts: dict[tuple[str, datetime], Fact] = {}
        for place in places:
            when = hours(ctx.session, ctx.coalition, place)
            for rung, instant in ahead(moment.instant, when, ctx.now):
                facts[rung.name, instant] = Fact(_("Reminder"), Moment.of(instant, when.zone))
        return list(facts.values()) or [Fact(_("Reminder"), _("none: all moments for one have passed"))]

    def _store(self, ctx: Context, title: str, verb: Verb, moment: Moment) -> Reply:
        if ctx.session.scalar(select(Deadline.id).where(Deadline.uid == self.key)):
            return done(_("This deadline is stored already."))
        group, review = group_by_uid(ctx, self.group), review_by_uid(ctx, self.review)
        deadline = Deadline(
            uid=self.key,
            title=title,
            verb=verb,
            meant=str(moment),
            instant=moment.instant,
            group_id=group.id if group else None,
            review_id=review.id if review else None,
            added_by=ctx.person.id,
            added_at=ctx.now,
        )
        ctx.session.add(deadline)
        ctx.session.flush()
        for place in self._places(ctx):
            ctx.session.add(Destination(deadline_id=deadline.id, place=str(place)))
        ctx.session.flush()
        remind(ctx.session, ctx.coalition, deadline, ctx.now)
        note(ctx.session, ctx.now, ctx.person.id, "deadline.add", f"deadline:{deadline.id}")
        return done(
            _("Stored. {what} {left}.").format(what=happens(verb, title), left=left(moment, ctx.now)),
            facts=(Fact(_("When"), moment), *self._reminders(ctx, moment, self._places(ctx))),
        )

    def _places(self, ctx: Context) -> tuple[Place, ...]:
        group = group_by_uid(ctx, self.group)
        if group and group.private:
            return self._own_channel(group)
        usual = _usual_channel(ctx)
        chosen = self.channels or ((Place.parse(usual),) if usual else ())
        if not chosen:
            raise Refusal(_("Which channel shall I remind? Please choose one."), field="channels")
        return chosen

    def _own_channel(self, group: Group) -> tuple[Place, ...]:
        """Elsewhere a reminder would give away that a private group exists."""
        own = (Place.parse(group.channel),) if group.channel else ()
        if not own:
            say = _("{group} is private and has no channel of its own, so I can remind nobody without giving it away.")
            raise Refusal(say.format(group=group.name), field="group")
        if set(self.channels) - set(own):
            say = _("{group} is private: I remind its own channel only. Leave the channels empty.")
            raise Refusal(say.format(group=group.name), field="channels")
        return own

    def _chosen(self, ctx: Context) -> Moment:
        """What a button carried; somebody may have forged it."""
        return chosen(ctx, self.meant if len(self.key) <= KEY_MAX else "", self._change())

    def _answers(self) -> dict[str, str]:
        places = " ".join(map(str, self.channels))
        given = {"what": self.what, "channels": places, "group": self.group, "review": self.review, "zone": self.zone}
        return {name: answer for name, answer in given.items() if answer}

    def _change(self) -> Button:
        return button(_("Change"), Add, self._answers(), form=True)
