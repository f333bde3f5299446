"""The card itself, and the one that greets a newcomer, each written at the moment at which it goes out."""

from __future__ import annotations

from coalition_bot.command import Button, Reply, Style
from coalition_bot.context import Context
from coalition_bot.outbox import Due, owe
from coalition_bot.people import Coalition, Community, Place
from coalition_bot.words import _

PANEL = "panel.card"
WELCOME = "panel.welcome"


def welcome(ctx: Context) -> None:
    """Owe the visitor the card in private, once, unless the coordinators do not want that."""
    if ctx.community.welcomes:
        key = f"{WELCOME}:{ctx.community.id}:{ctx.visitor.account}"
        owe(ctx.session, key=key, kind=WELCOME, ref=ctx.community.id, to=Place.parse(ctx.owner), due=ctx.now)


def _write_panel(due: Due) -> Reply | None:
    return _card(due.coalition, _("Press a button; only you see what comes.")) if due.coalition else None


def _write_welcome(due: Due) -> Reply | None:
    community = due.session.get(Community, int(due.ref))
    if community is None or due.coalition is None or not community.welcomes:
        return None
    say = _("Welcome! I am the bot of {coalition}. Here is what most people start with; nobody else sees it.")
    return _card(due.coalition, say.format(coalition=due.coalition.name))


def _card(coalition: Coalition, say: str) -> Reply:
    return Reply(
        say,
        title=coalition.name,
        buttons=(
            Button(_("Join a group"), "group join", form=True, style=Style.PRIMARY),
            Button(_("My deadlines"), "deadline list"),
            Button(_("Going to Geneva?"), "geneva form"),
            Button(_("Ask a person"), "coalition ask", form=True),
        ),
    )


WRITERS = {PANEL: _write_panel, WELCOME: _write_welcome}
