"""What coordinators do about first steps: put the panel into channels, and decide whether newcomers are greeted."""

from __future__ import annotations

from coalition_bot.command import Command, Fact, Reply, button, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.panel.writing import PANEL
from coalition_bot.fields import Problem, channels, choice
from coalition_bot.history import note
from coalition_bot.outbox import owe
from coalition_bot.people import Place
from coalition_bot.words import N_, _


class Panel(Command, name="group panel", who=coordinators):
    """Post a card with the first steps into a channel, to be pinned there."""

    where: tuple[Place, ...] = channels(
        "Where",
        required=False,
        help="Empty for this channel",
        offer=lambda ctx: "" if ctx.place.private else str(ctx.place),
    )

    def run(self, ctx: Context) -> Reply:
        places = self.where or (() if ctx.place.private else (ctx.place,))
        if not places:
            raise Problem(_("Please choose a channel."), "where")
        posted = note(ctx.session, ctx.now, ctx.person.id, "panel.post", f"coalition:{ctx.coalition.id}")
        ctx.session.flush()
        for place in places:
            owe(ctx.session, key=f"{PANEL}:{posted.id}:{place}", kind=PANEL, ref=posted.id, to=place, due=ctx.now)
        return done(
            _("The card is on its way. Pin it, so that everybody finds it; each answer goes to whoever presses alone."),
            facts=tuple(Fact(_("Where"), place) for place in places),
        )


class Welcome(Command, name="coalition welcome", who=coordinators):
    """Say whether newcomers here get a card with the first steps as a direct message."""

    greet: str = choice(
        "Greet newcomers",
        [("on", N_("On")), ("off", N_("Off"))],
        known=lambda ctx: "on" if ctx.community.welcomes else "off",  # not asked: then it says how it is
    )

    def run(self, ctx: Context) -> Reply:
        on = self.greet == "on"
        if on is not ctx.community.welcomes:
            ctx.community.welcomes = on
            about = f"community:{ctx.community.id}"
            note(ctx.session, ctx.now, ctx.person.id, f"coalition.welcome_{self.greet}", about)
        if on:
            say = _("Whoever comes into this community gets the card once, as a direct message.")
            return done(say, buttons=(button(_("Switch it off"), Welcome, greet="off"),))
        say = _("Newcomers get no message any more.")
        return done(say, buttons=(button(_("Switch it on"), Welcome, greet="on"),))


COMMANDS = (Panel, Welcome)
