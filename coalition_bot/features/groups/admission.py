"""The command by which members come into their group's own channel, once they know who will see them there."""

from __future__ import annotations

from coalition_bot.command import Button, Command, Fact, Reply, Style, button, done
from coalition_bot.context import Context
from coalition_bot.features.groups.channel import channel_button, let_in, see_out, way_in
from coalition_bot.features.groups.finding import own_groups, own_stay
from coalition_bot.features.groups.tables import Group
from coalition_bot.fields import carried, choice
from coalition_bot.people import Place
from coalition_bot.words import _


class Channel(Command, name="group channel"):
    """Be added to a group's own channel, or taken out of it."""

    group: str = choice("Working group", suggest=own_groups, required=False, help="Empty if you are in one group only")
    step: str = carried()

    def run(self, ctx: Context) -> Reply:
        group, own = own_stay(ctx, self.group, "group channel")
        place, account = way_in(ctx, group, own)
        if self.step == "in":
            let_in(ctx, own, place, account)
            say = _("I am adding you to the channel of {group}. When you leave the group, I take you out again.")
            return done(say.format(group=group.name), facts=_where(place))
        if self.step == "out" and own.in_channel:
            see_out(ctx, group, own)
            say = _("I am taking you out of the channel of {group}. You are still in the group.")
            return done(say.format(group=group.name), facts=_where(place), buttons=channel_button(ctx, group, own))
        return self._ask_again(group, place) if own.in_channel else self._ask(group, place)

    def _ask(self, group: Group, place: Place) -> Reply:
        say = _(
            "Shall I add you to the channel of {group}? Everybody in the channel sees your account there, also people "
            "who are not in the group. When you leave the group, I take you out again."
        )
        return Reply(
            say.format(group=group.name),
            facts=_where(place),
            buttons=(
                button(_("Yes, add me"), Channel, style=Style.PRIMARY, group=group.uid, step="in"),
                Button(_("No"), "group mine"),
            ),
        )

    def _ask_again(self, group: Group, place: Place) -> Reply:
        """It may not have worked; and from some channels, people cannot leave by themselves."""
        return Reply(
            _("I have added you to the channel of {group}. Are you missing there, or do you want to leave it?").format(
                group=group.name
            ),
            facts=_where(place),
            buttons=(
                button(_("Add me again"), Channel, group=group.uid, step="in"),
                button(_("Take me out"), Channel, group=group.uid, step="out"),
            ),
        )


def _where(place: Place) -> tuple[Fact]:
    return (Fact(_("Channel"), place),)


COMMANDS = (Channel,)
