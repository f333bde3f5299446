"""Groups as answers to a question: which ones are suggested to whom, and which one somebody meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true

from coalition_bot.command import Button, Refusal, coordinators
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import join_button
from coalition_bot.features.groups.kinds import titled
from coalition_bot.features.groups.standing import is_in, stay
from coalition_bot.features.groups.tables import FOLDED_MAX, Group, Lead, Membership
from coalition_bot.fields import Option, nearest
from coalition_bot.folding import fold
from coalition_bot.words import _

SUGGESTED = 500  # a coalition has some hundred groups at most
BUTTONS = 8
ALIKE = 3  # groups suggested in place of a closed one


def visible_groups(ctx: Context) -> ColumnElement[bool]:
    """The condition on Group that the visitor may know that it exists: every list, count and look-up has to ask it.

    Of a private group know those who are in it, wait for a place, have applied or lead it, and coordinators.
    """
    if coordinators.may_open(ctx):
        return true()
    return or_(Group.private.is_(False), Group.id.in_(_stays(ctx)), Group.id.in_(_leads(ctx)))


def open_groups(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The open groups that go with what was typed, by name."""
    return _options(ctx, _typed(_open().where(visible_groups(ctx)), typed))


def led_groups(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The open groups for which the visitor may act: a coordinator for all, a lead for their own."""
    return _options(ctx, _typed(led(ctx), typed))


def named_groups(ctx: Context, typed: str = "") -> Sequence[Option]:
    """Open groups; and a closed one, if it is meant exactly, so that it can be said that it is closed."""
    found = open_groups(ctx, typed)
    return [*found, *_exact(ctx, typed, found)]


def own_groups(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The visitor's groups; and any other that is meant exactly, so that it can be said that they are not in it."""
    own = _options(ctx, _typed(own_open(ctx), typed))
    return [*own, *_exact(ctx, typed, own)]


def seen_groups(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The groups whose members the visitor sees; for coordinators also closed ones, which say so."""
    if ctx.person.coordinates:
        closed = _typed(select(Group).where(Group.closed_at.is_not(None)), typed).order_by(Group.id.desc())
        shut = ctx.session.scalars(closed.limit(SUGGESTED))
        gone = [Option(group.uid, _("{group} (closed)").format(group=group.name)) for group in shut]
        return [*open_groups(ctx, typed), *gone]
    inside = _stays(ctx).where(is_in())
    seen = _options(ctx, _typed(_open().where(Group.id.in_(inside) | Group.id.in_(_leads(ctx))), typed))
    return [*seen, *_exact(ctx, typed, seen)]


def exported_groups(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The groups whose members the visitor may take along as a file."""
    if ctx.person.coordinates:
        return seen_groups(ctx, typed)
    own = led_groups(ctx, typed)
    return [*own, *_exact(ctx, typed, own)]


def only_seen(ctx: Context) -> str:
    """The group that a member means who is in just one."""
    if ctx.person.coordinates:
        return ""
    seen = seen_groups(ctx)
    return seen[0].value if len(seen) == 1 else ""


def led_oneself(ctx: Context) -> list[Group]:
    """The open groups of which the visitor is a lead or a backup, by name."""
    return list(ctx.session.scalars(_open().where(Group.id.in_(_leads(ctx))).order_by(Group.folded, Group.id)))


def only_led(ctx: Context) -> str:
    """The group that somebody means who leads just one; a coordinator may mean any."""
    own = [] if ctx.person.coordinates else led_oneself(ctx)
    return own[0].uid if len(own) == 1 else ""


def group_by_uid(ctx: Context, uid: str) -> Group | None:
    """The group behind a `group` answer, open or closed; None for an empty answer."""
    return ctx.session.scalar(select(Group).where(Group.uid == uid)) if uid else None


def open_group(ctx: Context, uid: str, *, alone: bool = False) -> Group:
    """The open group behind an answer, locked: it stays as it is until the command is done. Raises Refusal.

    Where places are counted, one after the other comes in; where they are not, all at once may, except beside
    somebody who wants to be `alone`, to change the group itself or to decide about somebody.
    """
    found = group_by_uid(ctx, uid)
    if found:
        counted = found.capacity is not None
        ctx.session.refresh(found, with_for_update={"key_share": True} if alone or counted else {"read": True})
        if found.capacity is not None and not (alone or counted):
            raise Refusal(_("{group} was changed at this moment. Please try again.").format(group=found.name))
    if found is None or found.closed_at is not None:
        raise closed(ctx, found)
    return found


def closed(ctx: Context, group: Group | None) -> Refusal:
    """The No about a group that is closed, with what it became, or with others like it."""
    every = Button(_("Groups"), "group list")
    if group is None:
        return Refusal(_("This group is closed."), every)
    say = _("{group} is closed.").format(group=group.name)
    heir = _heir(ctx, group)
    if heir:
        became = _("It is a part of {group} now.").format(group=heir.name)
        return Refusal(f"{say} {became}", join_button(heir), every)
    alike = _alike(ctx, group)
    if not alike:
        return Refusal(say, every)
    others = _("These are like it: {groups}.").format(groups=", ".join(titled(other) for other in alike))
    return Refusal(f"{say} {others}", *map(join_button, alike), every)


def own_stay(ctx: Context, uid: str, command: str) -> tuple[Group, Membership]:
    """The visitor's group that `command` is about, with their stay; left empty, their only one. Raises Refusal.

    Both are locked. They may be in, wait, or have applied.
    """
    group = open_group(ctx, uid or _only_own(ctx, command))
    found = stay(ctx.session, group.id, ctx.person.id, lock=True)
    if found is None:
        say = _("You are not in {group}.").format(group=group.name)
        raise Refusal(say, join_button(group), Button(_("My groups"), "group mine"))
    return group, found


def own_open(ctx: Context) -> Select[Group]:
    """The open groups in which the visitor is, or waits, or has applied."""
    return _open().where(Group.id.in_(_stays(ctx)))


def led(ctx: Context) -> Select[Group]:
    """The open groups for which the visitor may act."""
    return _open() if ctx.person.coordinates else _open().where(Group.id.in_(_leads(ctx)))


def _only_own(ctx: Context, command: str) -> str:
    groups = list(ctx.session.scalars(own_open(ctx).order_by(Group.folded).limit(BUTTONS)))
    if not groups:
        raise Refusal(_("You are in no working group yet."), Button(_("Join a group"), "group join", form=True))
    if len(groups) > 1:
        which = [Button(group.name, command, {"group": group.uid}) for group in groups]
        raise Refusal(_("Which group do you mean?"), *which)
    return groups[0].uid


def _heir(ctx: Context, group: Group) -> Group | None:
    """The open group that a closed one has become, maybe by way of others, if the visitor may know of it."""
    heir: Group | None = group
    passed = set()
    while heir and heir.closed_at and heir.id not in passed:
        passed.add(heir.id)
        heir = ctx.session.get(Group, heir.became_id) if heir.became_id else None
    if heir is None or heir.closed_at:
        return None
    return ctx.session.scalar(select(Group).where(Group.id == heir.id, visible_groups(ctx)))


def _alike(ctx: Context, group: Group) -> list[Group]:
    """The open groups, no private ones, whose names and work sound most like a closed one's."""
    others = ctx.session.scalars(_open().where(Group.private.is_(False)).order_by(Group.id.desc()).limit(SUGGESTED))
    described = {f"{other.name}: {other.about}": other for other in others}
    return [described[text] for text in nearest(f"{group.name}: {group.about}", described, ALIKE)]


def _open() -> Select[Group]:
    return select(Group).where(Group.closed_at.is_(None))


def _typed(groups: Select[Group], typed: str) -> Select[Group]:
    if not typed:
        return groups
    return groups.where((Group.uid == typed) | Group.folded.contains(_folded(typed), autoescape=True))


def _folded(typed: str) -> str:
    """What was typed as names are compared; cut where no name is that long, for databases refuse long patterns."""
    return fold(typed[: FOLDED_MAX + 1])[: FOLDED_MAX + 1]


def _options(ctx: Context, groups: Select[Group]) -> list[Option]:
    found = ctx.session.scalars(groups.order_by(Group.folded).limit(SUGGESTED))
    return [Option(group.uid, group.name) for group in found]


def _exact(ctx: Context, typed: str, known: Sequence[Option]) -> list[Option]:
    """Any other group, open or closed, that is meant exactly."""
    if not typed:
        return []
    meant = select(Group).where((Group.uid == typed) | (Group.folded == _folded(typed)), visible_groups(ctx))
    found = ctx.session.scalars(meant.order_by(Group.closed_at.is_not(None), Group.id.desc()).limit(SUGGESTED))
    return [option for option in (Option(group.uid, group.name) for group in found) if option not in known]


def _stays(ctx: Context) -> Any:
    """Also where the visitor waits, or has applied."""
    return select(Membership.group_id).where(Membership.person_id == ctx.person.id, Membership.left_at.is_(None))


def _leads(ctx: Context) -> Any:
    return select(Lead.group_id).where(Lead.person_id == ctx.person.id, Lead.ended_at.is_(None))
