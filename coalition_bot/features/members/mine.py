"""What the bot knows of the person who asks: to see, to change, to take along, to have forgotten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select, update

from coalition_bot import drafts
from coalition_bot.command import Command, Fact, File, Opening, Refusal, Reply, Style, Who, anyone, button, done
from coalition_bot.context import Context
from coalition_bot.features.members import addresses, codes
from coalition_bot.features.members.claiming import unite
from coalition_bot.features.members.coalition import zone_named
from coalition_bot.features.members.finding import own_organisation, readable_name, same_organisation
from coalition_bot.fields import carried, text
from coalition_bot.history import Happening, Reading
from coalition_bot.outbox import disown_all
from coalition_bot.people import (
    NAME_MAX,
    Community,
    Identity,
    Person,
    Role,
    is_last_coordinator,
    private_places,
)
from coalition_bot.words import N_, _

PERSON = "person"  # purpose of a code


class Profile(Command, name="my profile", writes=False, who=anyone, tap=N_("My profile")):
    """What I know of you."""

    def run(self, ctx: Context) -> Reply:
        if ctx.person.id is None:
            return Reply(_("I know nothing of you yet. Joining a group is a good first step."))
        accounts = ctx.session.execute(
            select(Identity.platform, Community.name)
            .join(Community, Community.id == Identity.community_id)
            .where(Identity.person_id == ctx.person.id)
        )
        return Reply(
            title=ctx.person.name,
            facts=(
                Fact(_("Organisation"), ctx.person.organisation or _("on my own")),
                Fact(_("Time zone"), ctx.zone),
                Fact(_("Role"), _("Coordinator") if ctx.person.coordinates else _("Member")),
                Fact(_("Accounts"), ", ".join(f"{name} ({platform})" for platform, name in accounts)),
            ),
            buttons=(
                button(_("Change"), Details, form=True),
                button(_("Everything you have of me"), Export),
                button(_("Forget me"), Forget, style=Style.DANGER),
            ),
        )


class Details(Command, name="my details", opening=Opening.ALWAYS):
    """Change your name and organisation."""

    called: str = text(
        "Your name",
        longest=NAME_MAX,
        help="Others see it; it may be an alias.",
        known=lambda ctx: ctx.person.name,
        check=readable_name,
    )
    organisation: str = own_organisation()

    def run(self, ctx: Context) -> Reply:
        ctx.person.name = self.called
        ctx.person.organisation = same_organisation(ctx, self.organisation)
        return done(_("Saved."), facts=(Fact(ctx.person.name, ctx.person.organisation or _("on my own")),))


class Zone(Command, name="my zone"):
    """Tell me your time zone, so that I can show you your own times."""

    zone: str = text(
        "Your time zone", longest=64, help="A city is enough, such as Nairobi or New York.", check=zone_named
    )

    def run(self, ctx: Context) -> Reply:
        ctx.person.zone = self.zone
        return done(_("Your time zone is {zone}.").format(zone=ctx.person.zone))


class Link(Command, name="my link"):
    """Use the bot as one person on two platforms."""

    code: str = text(
        "Code",
        required=False,
        longest=20,
        help="On your other account: the code you got here. To get one, leave it empty.",
    )
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        return self._join(ctx) if self.code else self._give(ctx)

    def _give(self, ctx: Context) -> Reply:
        code = codes.issue(ctx, PERSON)
        say = _("Type this with your other account within {minutes} minutes. Nobody else should see it.")
        line = f"{ctx.slash('my link')} {code}"
        return done(say.format(minutes=codes.MINUTES), facts=(Fact(_("Type there"), line),))

    def _join(self, ctx: Context) -> Reply:
        code = codes.valid(ctx.session, self.code, PERSON, ctx.now)
        gone, kept = ctx.person, ctx.session.get_one(Person, code.person_id)
        if gone.id == kept.id:
            raise Refusal(_("This account is the same person already."))
        if self.sure != "yes":
            return self._ask(kept)
        codes.redeem(ctx.session, self.code, PERSON, ctx.now)
        unite(ctx, gone, kept, "person.link")
        return done(_("Done: both accounts are {name} now.").format(name=kept.name))

    def _ask(self, other: Person) -> Reply:
        """Somebody else might have talked them into typing the code."""
        say = _("Are you {name} too? Whoever holds that account then sees and decides all that is yours here.")
        return Reply(
            say.format(name=other.name),
            buttons=(button(_("Yes, that is me"), Link, style=Style.DANGER, code=self.code, sure="yes"),),
        )


class Export(Command, name="my export", writes=False, who=anyone):
    """Everything that I keep of you, as a file."""

    def run(self, ctx: Context) -> Reply:
        everything = {keeper.name: keeper.export(ctx, ctx.person) for keeper in ctx.keepers} if ctx.person.id else {}
        content = json.dumps(everything, ensure_ascii=False, indent=2, default=str).encode()
        return Reply(
            _("This is everything that I keep of you. Only you see it."),
            file=File("my-data.json", "application/json", content),
        )


def _is_known(ctx: Context, command: Any) -> bool:
    """Nobody is written down only to be forgotten."""
    if ctx.founded and ctx.person.id is None:
        raise Refusal(_("I know nothing of you, so there is nothing to delete."))
    return True


class Forget(Command, name="my forget", who=Who(anyone.name, anyone.may_open, _is_known)):
    """Delete everything that I keep of you."""

    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        if is_last_coordinator(ctx.session, ctx.person):
            say = _("You are the last coordinator. Name a successor first, with {command}.")
            raise Refusal(say.format(command=ctx.slash("coalition role")))
        if self.sure != "yes":
            return Reply(
                _("This deletes your name, your groups, your travel form and all other answers. Nobody can undo it."),
                buttons=(
                    button(_("Delete everything"), Forget, style=Style.DANGER, sure="yes"),
                    button(_("Take a copy first"), Export),
                ),
            )
        for keeper in reversed(ctx.keepers):
            keeper.forget(ctx, ctx.person)
        return done(_("You are forgotten. In what others did with you, you are “a former member” now."))


def export(ctx: Context, person: Person) -> Mapping[str, object]:
    """What the coalition's roster knows."""
    accounts = select(Identity.platform, Identity.account).where(Identity.person_id == person.id)
    seen = select(Reading.at, Reading.what).where(Reading.reader_id == person.id)
    acts = select(Happening.at, Happening.what, Happening.about)
    mine = acts.where((Happening.actor_id == person.id) | (Happening.whom_id == person.id))
    return {
        "name": person.name,
        "organisation": person.organisation,
        "zone": person.zone,
        "role": person.role,
        "e-mail": addresses.addresses(ctx, person),
        "accounts": [list(row) for row in ctx.session.execute(accounts)],
        "history": [list(row) for row in ctx.session.execute(mine)],
        "readings": [list(row) for row in ctx.session.execute(seen)],
    }


def forget(ctx: Context, person: Person) -> None:
    """Leave "a former member", without name, account, message or draft."""
    places = private_places(ctx.session, person.id)
    drafts.drop_all(ctx.session, places)
    disown_all(ctx.session, places)
    ctx.session.execute(delete(codes.Code).where(codes.Code.person_id == person.id))
    ctx.session.execute(delete(Identity).where(Identity.person_id == person.id))
    addresses.forget(ctx, person)
    person.name, person.organisation, person.zone = "", "", ""
    person.role, person.allowed, person.former = Role.MEMBER, False, True


def merge(ctx: Context, gone: Person, kept: Person) -> None:
    """Two accounts turn out to be one person."""
    for table, column in (
        (Identity, Identity.person_id),
        (Happening, Happening.actor_id),
        (Happening, Happening.whom_id),
        (Reading, Reading.reader_id),
    ):
        ctx.session.execute(update(table).where(column == gone.id).values({column.key: kept.id}))
    ctx.session.execute(delete(codes.Code).where(codes.Code.person_id == gone.id))
    addresses.merge(ctx, gone, kept)
    kept.organisation = kept.organisation or gone.organisation
    kept.zone = kept.zone or gone.zone
    kept.allowed = kept.allowed or gone.allowed
    if gone.coordinates:
        kept.role = Role.COORDINATOR


COMMANDS = (Profile, Details, Zone, Link, Export, Forget)
