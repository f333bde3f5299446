"""The board: all groups at a glance for coordinators, and their own for leads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from coalition_bot.command import Button, Command, Reply, Style, Table, Who, button
from coalition_bot.context import Context
from coalition_bot.features.groups import Group, leads
from coalition_bot.features.groups.cards import page_number
from coalition_bot.features.groups.finding import led
from coalition_bot.features.groups.kinds import titled
from coalition_bot.features.tracks.looks import KIND_WORDS, has_tracks
from coalition_bot.features.tracks.survey import Glance, survey
from coalition_bot.fields import carried, choice
from coalition_bot.moments import Moment, day_in_words
from coalition_bot.words import N_, _

SHOWN = 10
FILTERS = (
    ("missing", N_("Something missing")),
    ("stale", N_("Quiet for 30 days")),
    ("leaderless", N_("Without a lead")),
)


class Board(
    Command,
    name="group board",
    who=Who(N_("coordinators and leads"), leads.may_open, lambda ctx, _command: leads.may_open(ctx)),
    writes=False,
    tap=N_("Board"),
):
    """All groups at a glance: members, lead, how far each track is, and when something last happened."""

    show: str = choice("Only those with", FILTERS, required=False, help="Empty for all groups")
    page: str = carried()

    def run(self, ctx: Context) -> Reply:
        every = survey(ctx.session, list(ctx.session.scalars(led(ctx).order_by(Group.folded, Group.id))))
        if not every:
            return Reply(_("There is no group to show yet."), buttons=(Button(_("Groups"), "group list"),))
        found = sorted(
            (each for each in every if not self.show or self.show in remarks(each, ctx.now)),
            key=lambda each: not each.stale(ctx.now),  # the quiet ones stand in front
        )
        first = (page_number(self.page) - 1) * SHOWN
        shown = found[first : first + SHOWN]
        return Reply(
            summary(every, ctx.now),
            title=_("Board"),
            table=_table(ctx, shown) if shown else None,
            buttons=(*self._pages(first + SHOWN < len(found)), *self._others(), *_nudges(ctx, every)),
        )

    def _pages(self, more: bool) -> list[Button]:
        following = str(page_number(self.page) + 1)
        return [button(_("More"), Board, self._answers(), page=following)] if more else []

    def _answers(self) -> dict[str, str]:
        return {"show": self.show} if self.show else {}

    def _others(self) -> list[Button]:
        others = [button(_(label), Board, show=name) for name, label in FILTERS if name != self.show]
        return [*([button(_("All groups"), Board)] if self.show else []), *others]


def remarks(each: Glance, now: datetime) -> set[str]:
    """Which of the filters a group goes through."""
    leaderless = not each.leads and has_tracks(each.group)  # a mailing list needs nobody who leads it
    found = {"missing": bool(each.missing), "stale": each.stale(now), "leaderless": leaderless}
    return {name for name, true in found.items() if true}


def summary(every: Sequence[Glance], now: datetime) -> str:
    """How many groups there are, and how many want attention."""
    counts = Counter(remark for each in every for remark in remarks(each, now))
    parts = [f"{_('Groups')}: {len(every)}", *(f"{_(label)}: {counts[name]}" for name, label in FILTERS)]
    return " · ".join(parts)


def _table(ctx: Context, shown: Sequence[Glance]) -> Table:
    tracks = (_(label) for label in KIND_WORDS.values())
    columns = (_("Group"), _("Members"), _("Led by"), *tracks, _("Last activity"))
    return Table(columns, tuple(_row(ctx, each) for each in shown))


def _row(ctx: Context, each: Glance) -> tuple[str, ...]:
    name = titled(each.group)
    lights = [track.light(ctx.now) for track in each.tracks] or ["–"] * len(KIND_WORDS)
    return (
        _("! quiet: {group}").format(group=name) if each.stale(ctx.now) else name,
        str(each.members),
        each.led_by,
        *lights,
        day_in_words(Moment.of(each.last, ctx.zone).wall.date()),
    )


def _nudges(ctx: Context, every: Sequence[Glance]) -> list[Button]:
    """Only coordinators nudge, and only where there is a reason."""
    if not ctx.person.coordinates or not any(each.missing for each in every):
        return []
    label = _("Nudge the leads of those with something missing")
    return [Button(label, "group nudge", style=Style.PRIMARY)]


COMMANDS = (Board,)
