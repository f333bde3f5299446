"""Filters in words: what was found, what does not go together, and what could be left out."""

from __future__ import annotations

from datetime import date

from coalition_bot.context import Context
from coalition_bot.features.groups.kinds import KINDS
from coalition_bot.features.signups.filters import (
    NO_ACCOUNT,
    NO_GROUP,
    Asked,
    Part,
    State,
    same_organisation,
    without_options,
)
from coalition_bot.fields import Option
from coalition_bot.moments import day_in_words
from coalition_bot.words import N_, _, n_

_ROLES = {Part.MEMBER: N_("by members"), Part.LEAD: N_("by leads"), Part.COORDINATOR: N_("by coordinators")}
_STATES = {
    State.IN: N_("with a place"),
    State.WAITING: N_("waiting for a place"),
    State.APPLIED: N_("waiting for an answer"),
    State.LEFT: N_("that are over"),
}
# What cannot be asked of somebody who has signed up for nothing, or of a group.
_NOT_OF_PEOPLE = ("state", "words")
_NOT_OF_GROUPS = ("state", "words", "organisation", "since", "before", "role", "platform")


def headline(ctx: Context, asked: Asked, without: str, count: int) -> str:
    """`412 sign-ups in Housing since Sunday, 1 September 2019`."""
    parts = " ".join(each for each in told(ctx, asked, without).values())
    return f"{counted(without, count)} {parts}".strip()


def nothing(ctx: Context, asked: Asked, without: str) -> str:
    """That nothing was found."""
    what = {"": _("No sign-up"), NO_GROUP: _("Nobody")}.get(without, _("No group"))
    parts = " ".join(each for each in told(ctx, asked, without).values())
    return _("{nothing} was found.").format(nothing=f"{what} {parts}".strip())


def counted(without: str, count: int) -> str:
    """So many of what is listed."""
    if not without:
        return n_("{count} sign-up", "{count} sign-ups", count).format(count=count)
    if without == NO_GROUP:
        return n_("{count} person", "{count} people", count).format(count=count)
    return n_("{count} group", "{count} groups", count).format(count=count)


def told(ctx: Context, asked: Asked, without: str = "") -> dict[str, str]:
    """Each filter that was given in words, by the name of its question."""
    say = {
        "without": _without(ctx, without),
        "group": _group(asked, without),
        "kind": _("of the kind {kind}").format(kind=_(dict(KINDS)[asked.kind])) if asked.kind else "",
        "state": _(_STATES[State(asked.state)]) if asked.state else "",
        "organisation": _organisation(ctx, asked.organisation),
        "role": _(_ROLES[Part(asked.role)]) if asked.role else "",
        "platform": _platform(asked.platform),
        "words": _("with “{words}” in the issue").format(words=asked.words) if asked.words else "",
        "since": _day(asked.since, N_("since {day}")),
        "before": _day(asked.before, N_("before {day}")),
    }
    return {name: words for name, words in say.items() if words}


def apart(asked: Asked, without: str) -> list[str]:
    """The names of filters that were given, and cannot be asked of what is listed."""
    if not without:
        return []
    if without != NO_GROUP:
        return [name for name in _NOT_OF_GROUPS if getattr(asked, name)]
    lead = ["role"] if asked.role == Part.LEAD else []
    return [*(name for name in _NOT_OF_PEOPLE if getattr(asked, name)), *lead]


def _group(asked: Asked, without: str) -> str:
    if asked.group is None:
        return ""
    say = _("not in {group}") if without == NO_GROUP else _("in {group}")
    return say.format(group=asked.group.name)


def _without(ctx: Context, without: str) -> str:
    if without == NO_GROUP:
        return _("without a group")
    if not without:
        return ""
    option: Option | None = next(iter(without_options(ctx, without)), None)
    return _("with “{nobody}”").format(nobody=option.label if option else without)


def _organisation(ctx: Context, typed: str) -> str:
    if not typed:
        return ""
    _folded, just_so = same_organisation(ctx, typed)
    say = _("from {organisation}") if just_so else _("from organisations that begin with “{organisation}”")
    return say.format(organisation=typed)


def _platform(name: str) -> str:
    if name == NO_ACCOUNT:
        return _("without an account")
    return _("with an account on {platform}").format(platform=name.capitalize()) if name else ""


def _day(day: date | None, say: str) -> str:
    return _(say).format(day=day_in_words(day)) if day else ""
