"""Founding a coalition, joining communities to it, and who may do what in it."""

from __future__ import annotations

from coalition_bot import handbook
from coalition_bot.command import (
    Command,
    Fact,
    Refusal,
    Reply,
    Who,
    admins,
    anyone,
    button,
    coordinators,
    done,
)
from coalition_bot.context import Context
from coalition_bot.db import serve
from coalition_bot.features.members import codes
from coalition_bot.features.members.finding import people, somebody, tell_coordinators
from coalition_bot.fields import Problem, channels, choice, person, text, yes_no
from coalition_bot.history import Happening, note
from coalition_bot.moments import known_zone, nearest_zones
from coalition_bot.outbox import Due
from coalition_bot.people import NAME_MAX, Coalition, Community, Person, Place, Role, is_last_coordinator
from coalition_bot.words import N_, _

COMMUNITY = "community"  # purpose of a code
APPOINTED = "members.appointed"
CONNECTED = "members.connected"
WHO_HELP = N_("Mention somebody, or type the name of a member")
_SAMPLE = N_("This place is for trying: its sample coalition stays alone, apart from all real ones.")


def _in_charge(ctx: Context) -> bool:
    return ctx.visitor.admin or (ctx.founded and coordinators.may_open(ctx))


admins_and_coordinators = Who(
    N_("coordinators and admins of this community"), _in_charge, lambda ctx, command: _in_charge(ctx)
)


def zone_named(typed: str) -> str:
    """The IANA zone that somebody means by a city, an abbreviation or its name. Raises Problem."""
    found = known_zone(typed)
    if found:
        return found
    close = nearest_zones(typed)
    if close:
        say = _("I don't know the time zone “{typed}”. Did you mean {nearest}?")
        raise Problem(say.format(typed=typed, nearest=_(" or ").join(close)))
    say = _("I don't know the time zone “{typed}”. Try a large city near you, such as Nairobi or New York.")
    raise Problem(say.format(typed=typed))


class Help(Command, name="coalition help", who=anyone, writes=False, before_setup=True):
    """What you can do here."""

    about: str = text("About", required=False, help="A first word such as group or deadline")

    def run(self, ctx: Context) -> Reply:
        # What people come for stands first; what is about oneself and the coalition comes after it.
        specs = sorted(handbook.usable(ctx, ctx.commands), key=lambda spec: spec.root in ("my", "coalition"))
        about = self.about.lower().removeprefix("/").removeprefix(ctx.prefix)
        chosen = [spec for spec in specs if spec.root == about]
        if not ctx.founded:
            return self._before_setup(ctx)
        if chosen:
            return handbook.page(ctx, chosen, ctx.slash(about))
        title = _("What you can do in {coalition}").format(coalition=ctx.coalition.name)
        return handbook.overview(ctx, specs, title, self.spec.name)

    def _before_setup(self, ctx: Context) -> Reply:
        say = _("I help coalitions that work with the Universal Periodic Review. This community is not set up yet.")
        if not ctx.visitor.admin:
            return Reply(f"{say} {_('Please ask an admin of this community to do that.')}")
        return Reply(
            say,
            buttons=(
                button(_("Found a coalition"), Setup),
                button(_("Join an existing coalition"), Connect, form=True),
            ),
        )


class Setup(Command, name="coalition setup", who=admins, before_setup=True):
    """Found a coalition in this community; you become its coordinator."""

    coalition: str = text("Name of the coalition", longest=NAME_MAX, offer=lambda ctx: ctx.community_name)
    zone: str = text(
        "Usual time zone",
        help="For your own dates and webinars; a city is enough, such as New York. UN times stay in Geneva's.",
        longest=64,
        check=zone_named,
    )
    announcements: tuple[Place, ...] = channels(
        "Channel for announcements",
        help="Where reminders go unless another channel is chosen",
        offer=lambda ctx: "" if ctx.place.private else str(ctx.place),
    )

    def run(self, ctx: Context) -> Reply:
        if ctx.founded:
            raise Refusal(_("This community belongs to {coalition} already.").format(coalition=ctx.coalition.name))
        _one(self.announcements)
        coalition = Coalition(name=self.coalition, zone=self.zone, sample=ctx.trying, created_at=ctx.now)
        ctx.session.add(coalition)
        ctx.session.flush()
        serve(ctx.session, coalition.id)
        founder = _settle(ctx, coalition, self.announcements[0])
        founder.role = Role.COORDINATOR
        note(ctx.session, ctx.now, founder.id, "coalition.setup", f"coalition:{coalition.id}")
        return done(
            _("{coalition} is founded, and you are its coordinator.").format(coalition=coalition.name),
            facts=(
                Fact(_("Usual time zone"), self.zone),
                Fact(_("Announcements"), self.announcements[0]),
                Fact(_("What comes next"), ctx.slash("group create")),
                Fact(_("Another coordinator"), ctx.slash("coalition role")),
            ),
            buttons=(button(_("What can I do?"), Help),),
        )


class Connect(Command, name="coalition connect", who=admins_and_coordinators, before_setup=True):
    """Join another community, on this or another platform, to the coalition."""

    code: str = text(
        "Code",
        required=False,
        longest=20,
        help="In the new community: the code that a coordinator got from this command. In yours: leave it empty.",
    )
    announcements: tuple[Place, ...] = channels(
        "Channel for announcements",
        required=False,
        help="In the new community: where reminders go",
        offer=lambda ctx: "" if ctx.place.private or ctx.founded else str(ctx.place),
    )

    def run(self, ctx: Context) -> Reply:
        return self._give(ctx) if ctx.founded else self._join(ctx)

    def _give(self, ctx: Context) -> Reply:
        if self.code:
            say = _("This community belongs to {coalition} already. Use the code in the new one.")
            raise Refusal(say.format(coalition=ctx.coalition.name))
        if not ctx.person.coordinates:
            raise Refusal(_("Only a coordinator can open the coalition to another community."))
        if ctx.coalition.sample:
            raise Refusal(_(_SAMPLE))
        code = codes.issue(ctx, COMMUNITY)
        say = _("An admin of the new community types this there within {minutes} minutes:")
        line = f"{ctx.slash('coalition connect')} {code}"
        return done(say.format(minutes=codes.MINUTES), facts=(Fact(_("Type there"), line),))

    def _join(self, ctx: Context) -> Reply:
        if ctx.trying:
            raise Refusal(_(_SAMPLE))
        if not self.code:
            say = _("Ask a coordinator of the coalition to give {command}, and type the code here.")
            raise Refusal(say.format(command=ctx.slash("coalition connect")), field="code")
        code = codes.redeem(ctx.session, self.code, COMMUNITY, ctx.now, anywhere=True)
        serve(ctx.session, code.coalition_id)
        coalition = ctx.session.get_one(Coalition, code.coalition_id)
        announcements = self.announcements[0] if self.announcements else None
        settled = _settle(ctx, coalition, announcements)
        note(ctx.session, ctx.now, settled.id, "coalition.connect", f"community:{ctx.community.id}")
        tell_coordinators(ctx, key=f"{CONNECTED}:{ctx.community.id}", kind=CONNECTED, ref=ctx.community.id)
        return done(_("This community now belongs to {coalition}.").format(coalition=coalition.name))


def announce_role(ctx: Context, whom: Person) -> None:
    """Write down that somebody's role has changed, and tell all coordinators."""
    ctx.session.flush()
    happened = note(ctx.session, ctx.now, ctx.person.id, f"role.{whom.role}", "", whom.id)
    ctx.session.flush()
    tell_coordinators(ctx, key=f"{APPOINTED}:{happened.id}", kind=APPOINTED, ref=happened.id)


class Appoint(Command, name="coalition role", who=admins_and_coordinators):
    """Make somebody a coordinator, or a member again."""

    who: str = person("Who", suggest=people, help=WHO_HELP)
    role: str = choice("Role", [(Role.COORDINATOR, N_("Coordinator")), (Role.MEMBER, N_("Member"))])

    def run(self, ctx: Context) -> Reply:
        whom = somebody(ctx, self.who)
        if self.role == Role.MEMBER and not ctx.person.coordinates:
            raise Refusal(_("Only a coordinator can take the role from somebody."))
        if whom.role == self.role:
            already = _("{name} has that role already.") if whom.coordinates else _("{name} is a member already.")
            raise Refusal(already.format(name=whom.name))
        if self.role == Role.MEMBER and is_last_coordinator(ctx.session, whom):
            raise Refusal(_("{name} is the last coordinator. Name a successor first.").format(name=whom.name))
        whom.role = self.role
        announce_role(ctx, whom)
        now_is = _("{name} is now a coordinator.") if whom.coordinates else _("{name} is now a member.")
        return done(f"{now_is.format(name=whom.name)} {_('All coordinators are told.')}")


class Allow(Command, name="coalition allow", who=coordinators):
    """Let a guest, or somebody from a shared channel, take part."""

    who: str = person("Who", suggest=people, help=WHO_HELP)
    allowed: bool = yes_no("May take part", known=lambda ctx: "yes")

    def run(self, ctx: Context) -> Reply:
        whom = somebody(ctx, self.who)
        whom.allowed = self.allowed
        note(ctx.session, ctx.now, ctx.person.id, "person.allow", "yes" if self.allowed else "no", whom.id)
        say = _("{name} may take part now.") if whom.allowed else _("{name} may no longer take part as a guest.")
        return done(say.format(name=whom.name))


def _settle(ctx: Context, coalition: Coalition, announcements: Place | None) -> Person:
    """The community becomes one of the coalition's, and the visitor one of its people."""
    community = Community(
        platform=ctx.place.platform,
        external=ctx.place.community,
        name=(ctx.community_name or coalition.name)[:120],
        announcements=str(announcements or ""),
        created_at=ctx.now,
    )
    ctx.session.add(community)
    ctx.session.flush()
    account = f"{ctx.place.platform}:{ctx.place.community}:@{ctx.visitor.account}"
    ctx.names = {**ctx.names, account: ctx.visitor.name}
    whom = somebody(ctx, account)
    ctx.enter(coalition, community, whom)
    return whom


def _one(places: tuple[Place, ...]) -> None:
    if len(places) != 1:
        raise Problem(_("Please choose one channel."), "announcements")


def _write_appointed(due: Due) -> Reply | None:
    happened = due.session.get(Happening, int(due.ref))
    if happened is None:
        return None
    whom, actor = (due.session.get(Person, each) if each else None for each in (happened.whom_id, happened.actor_id))
    say = (
        _("{name} has been made a coordinator by {actor}.")
        if happened.what == f"role.{Role.COORDINATOR}"
        else _("{name} is no longer a coordinator; {actor} changed it.")
    )
    return Reply(say.format(name=_name(whom), actor=_name(actor)))


def _write_connected(due: Due) -> Reply | None:
    community = due.session.get(Community, int(due.ref))
    if community is None:
        return None
    say = _(
        "The community “{name}” now belongs to the coalition. If you did not expect that, ask your fellow coordinators."
    )
    return Reply(say.format(name=community.name))


def _name(person: Person | None) -> str:
    return person.name if person and not person.former else _("a former member")


COMMANDS = (Help, Setup, Connect, Appoint, Allow)
WRITERS = {APPOINTED: _write_appointed, CONNECTED: _write_connected}
