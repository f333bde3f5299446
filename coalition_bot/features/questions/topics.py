"""Topics and who is in charge of each: named by coordinators, seen by everybody."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from coalition_bot.command import Button, Command, Refusal, Reply, Table, button, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.members.coalition import WHO_HELP
from coalition_bot.features.members.finding import people, somebody
from coalition_bot.features.questions.tables import TOPIC_MAX, Contact
from coalition_bot.fields import Option, Problem, person, pick, text, yes_no
from coalition_bot.folding import fold
from coalition_bot.history import note
from coalition_bot.people import Person
from coalition_bot.words import N_, _

# What every coalition is asked about; coordinators may name further ones.
TOPICS = {
    "groups": N_("Working groups"),
    "mechanisms": N_("UN mechanisms and reports"),
    "travel": N_("Travel to Geneva"),
    "money": N_("Fundraising and travel funds"),
    "media": N_("Communications and media"),
    "other": N_("Something else"),
}
OWN_TOPICS = 20


def topics(ctx: Context, typed: str = "") -> Sequence[Option]:
    """All topics that go with what was typed."""
    own = ctx.session.scalars(select(Contact).where(Contact.topic.not_in(TOPICS)).order_by(Contact.topic))
    known = [*(Option(key, _(label)) for key, label in TOPICS.items()), *(Option(one.topic, one.name) for one in own)]
    wanted = fold(typed)
    return [option for option in known if wanted in fold(option.label) or typed == option.value]


def topic_in_words(ctx: Context, topic: str) -> str:
    """What a topic is called."""
    if topic in TOPICS:
        return _(TOPICS[topic])
    found = contact(ctx, topic)
    return found.name if found else topic


def contact(ctx: Context, topic: str) -> Contact | None:
    """The row of a topic, if a coordinator has named somebody for it."""
    return ctx.session.scalar(select(Contact).where(Contact.topic == topic))


def in_charge(ctx: Context, topic: str) -> Person | None:
    """Who is in charge of a topic; None for the coordinators together."""
    found = contact(ctx, topic)
    return ctx.session.get(Person, found.person_id) if found and found.person_id else None


class Contacts(Command, name="coalition contacts", writes=False, tap=N_("Whom to ask")):
    """Who is in charge of what, and whom to ask."""

    def run(self, ctx: Context) -> Reply:
        named = select(Contact.topic, Person.name).join(Person, Person.id == Contact.person_id)
        names = dict(ctx.session.execute(named).all())
        rows = tuple((option.label, names.get(option.value) or _("the coordinators")) for option in topics(ctx))
        ask = Button(_("Ask a question"), "coalition ask", form=True)
        change = button(_("Change"), SetContact, form=True)
        buttons = (ask, change) if ctx.person.coordinates else (ask,)
        return Reply(title=_("Whom to ask"), table=Table((_("Topic"), _("In charge")), rows), buttons=buttons)


class SetContact(Command, name="coalition contact", who=coordinators):
    """Say who is in charge of a topic; questions about it go to them."""

    topic: str = text("Topic", suggest=topics, longest=TOPIC_MAX, help="One of these, or a new one of your own")
    who: str = person("Who", suggest=people, required=False, help=WHO_HELP)
    remove: bool = yes_no("Nobody in particular any more?", required=False, help="Then the coordinators are asked")

    def run(self, ctx: Context) -> Reply:
        if not self.who and not self.remove:
            raise Refusal(_("Who shall be in charge of it? Pick somebody, or say that it is nobody."), field="who")
        whom = None if self.remove else somebody(ctx, self.who)
        found = self._topic(ctx)
        found.person_id = whom.id if whom else None
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "topic.contact", f"topic:{found.id}", whom.id if whom else None)
        called = topic_in_words(ctx, found.topic)
        if whom is None:
            return done(_("Questions about {topic} go to the coordinators now.").format(topic=called))
        return done(_("{name} is in charge of {topic} now.").format(name=whom.name, topic=called))

    def _topic(self, ctx: Context) -> Contact:
        known = pick(topics(ctx), self.topic)
        key = known.value if known else fold(self.topic, 2 * TOPIC_MAX)
        if not key:
            raise Problem(_("Please give it a name in ordinary letters, such as Translations."), "topic")
        found = contact(ctx, key)
        if found is None:
            if not known and len(topics(ctx)) >= len(TOPICS) + OWN_TOPICS:
                raise Problem(_("There are many topics already. Please use one of them."), "topic")
            found = Contact(topic=key, name=known.label if known else self.topic)
            ctx.session.add(found)
            ctx.session.flush()
        return found


COMMANDS = (Contacts, SetContact)
