"""Two records that are one person become one; and a code with which somebody claims the record that others made."""

from __future__ import annotations

from sqlalchemy import delete, select

from coalition_bot.command import Command, Fact, Refusal, Reply, Style, button, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.members import codes
from coalition_bot.features.members.coalition import announce_role
from coalition_bot.features.members.finding import called, people, somebody
from coalition_bot.fields import carried, person, text
from coalition_bot.history import Happening, Reading, note
from coalition_bot.people import Person, private_place
from coalition_bot.words import N_, _

CLAIM = "claim"  # purpose of a code
WHOSE_HELP = N_("Somebody without an account here: pick them by name")


def unite(ctx: Context, gone: Person, kept: Person, what: str) -> Happening:
    """Two records turn out to be one person: all that was `gone`'s becomes `kept`'s, and the first record is no more.

    Every feature does its part. `what` is how the history calls it: "person.link"; that entry is returned. Raises
    Refusal where one of them is gone by now.
    """
    _lock(ctx, gone, kept)
    coordinated = kept.coordinates
    for keeper in reversed(ctx.keepers):
        keeper.merge(ctx, gone, kept)
    ctx.session.flush()
    ctx.session.execute(delete(Person).where(Person.id == gone.id))
    if ctx.person.id == gone.id:
        ctx.enter(ctx.coalition, ctx.community, kept)
    happened = note(ctx.session, ctx.now, ctx.person.id, what, f"person:{kept.id}", kept.id)
    if kept.coordinates and not coordinated:
        announce_role(ctx, kept)
    ctx.session.flush()
    return happened


def _lock(ctx: Context, gone: Person, kept: Person) -> None:
    """Until the transaction ends, nothing else becomes of the two."""
    both = select(Person).where(Person.id.in_([gone.id, kept.id]), Person.former.is_(False)).order_by(Person.id)
    fresh = both.with_for_update().execution_options(populate_existing=True)
    if len(ctx.session.scalars(fresh).all()) != 2:
        raise Refusal(_("These are not two people any more. Please look again who is there."))


class Invite(Command, name="coalition invite", who=coordinators):
    """Get a code with which somebody without an account claims their record."""

    who: str = person("Who", suggest=people, help=WHOSE_HELP)

    def run(self, ctx: Context) -> Reply:
        whom = somebody(ctx, self.who)
        if private_place(ctx.session, whom.id):
            say = _("{name} has an account here already, and needs no code.")
            raise Refusal(say.format(name=whom.name))
        code = codes.in_words(codes.issue_for(ctx, CLAIM, whom))
        note(ctx.session, ctx.now, ctx.person.id, "person.invite", f"person:{whom.id}", whom.id)
        say = _(
            "Give this to {name} and nobody else, best in person or by telephone. Once they are here, they type it "
            "within {days} days, and what I keep of them becomes theirs. An older code does not work any more."
        )
        line = f"{ctx.slash('my claim')} {code}"
        return done(say.format(name=called(whom), days=codes.DAYS), facts=(Fact(_("Type there"), line),))


class Claim(Command, name="my claim"):
    """Take over the record that others made of you, with a code from a coordinator."""

    code: str = text("Code", longest=30, help="A coordinator gave it to you; it looks like ABCDE-FGHJK-MNPQR.")
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        code = codes.valid(ctx.session, self.code, CLAIM, ctx.now)
        record = ctx.session.get(Person, code.person_id)
        if record is None or record.former or private_place(ctx.session, record.id):  # it found its person by then
            raise codes.useless()
        if self.sure != "yes":
            return self._ask(ctx, record)
        codes.redeem(ctx.session, self.code, CLAIM, ctx.now)
        unite(ctx, record, ctx.person, "person.claim")
        facts = ctx.told(f"person:{ctx.person.id}")
        return done(_("Done: it is yours now, {name}.").format(name=ctx.person.name), facts=tuple(facts))

    def _ask(self, ctx: Context, record: Person) -> Reply:
        say = _("This record is of {name}. Is that you? Then it becomes yours, and the code is used up.")
        about = f"person:{record.id}"
        ctx.session.add(Reading(at=ctx.now, reader_id=ctx.person.id, what=self.spec.name, about=about))
        return Reply(
            say.format(name=record.name),
            facts=tuple(ctx.told(about)),
            buttons=(button(_("Yes, that is me"), Claim, style=Style.PRIMARY, code=self.code, sure="yes"),),
        )


COMMANDS = (Invite, Claim)
