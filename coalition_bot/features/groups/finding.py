"""Groups as answers to a question: which ones are suggested to whom, and which one somebody meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from coalition_bot.command import Button, Refusal
from coalition_bot.context import Context
from coalition_bot.features.groups.standing import stay
from coalition_bot.features.groups.tables import FOLDED_MAX, Group, Lead, Membership
from coalition_bot.fields import Option
from coalition_bot.folding import fold
from coalition_bot.words import _

SUGGESTED = 500  # a coalition has some hundred groups at most
BUTTONS = 8


def open_groups(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The open groups that go with what was typed, by name."""
    return _options(ctx, _typed(_open(), typed))


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
    seen = _options(ctx, _typed(_open().where(Group.id.in_(_stays(ctx)) | Group.id.in_(_leads(ctx))), typed))
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


def group_by_uid(ctx: Context, uid: str) -> Group | None:
    """The group behind a `group` answer, open or closed; None for an empty answer."""
    return ctx.session.scalar(select(Group).where(Group.uid == uid)) if uid else None


def open_group(ctx: Context, uid: str) -> Group:
    """The open group behind an answer, locked: it stays as it is until the command is done. Raises Refusal.

    Where places are counted, one after the other comes in; where they are not, all at once may.
    """
    found = group_by_uid(ctx, uid)
    if found and found.capacity is None:
        ctx.session.refresh(found, with_for_update={"read": True})
    elif found:
        ctx.session.refresh(found, with_for_update={"key_share": True})
    if found is None or found.closed_at is not None:
        name = found.name if found else _("This group")
        raise Refusal(_("{group} is closed.").format(group=name), Button(_("Groups"), "group list"))
    return found


def own_stay(ctx: Context, uid: str, command: str) -> tuple[Group, Membership]:
    """The visitor's group that `command` is about, with their stay; left empty, their only one. Raises Refusal."""
    if not uid:
        return _only_stay(ctx, command)
    group = open_group(ctx, uid)
    found = stay(ctx.session, group.id, ctx.person.id)
    if found is None:
        raise Refusal(
            _("You are not in {group}.").format(group=group.name),
            Button(_("Join {group}").format(group=group.name), "group join", {"group": group.uid}, form=True),
            Button(_("My groups"), "group mine"),
        )
    return group, found


def own_open(ctx: Context) -> Select[Group]:
    """The open groups in which the visitor is."""
    return _open().where(Group.id.in_(_stays(ctx)))


def led(ctx: Context) -> Select[Group]:
    """The open groups for which the visitor may act."""
    return _open() if ctx.person.coordinates else _open().where(Group.id.in_(_leads(ctx)))


def _only_stay(ctx: Context, command: str) -> tuple[Group, Membership]:
    groups = list(ctx.session.scalars(own_open(ctx).order_by(Group.folded)))
    if not groups:
        raise Refusal(_("You are in no working group yet."), Button(_("Join a group"), "group join", form=True))
    found = stay(ctx.session, groups[0].id, ctx.person.id)
    if len(groups) > 1 or found is None:
        which = [Button(group.name, command, {"group": group.uid}) for group in groups[:BUTTONS]]
        raise Refusal(_("Which group do you mean?"), *which)
    return groups[0], found


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
    meant = select(Group).where((Group.uid == typed) | (Group.folded == _folded(typed)))
    found = ctx.session.scalars(meant.order_by(Group.closed_at.is_not(None), Group.id.desc()).limit(SUGGESTED))
    return [option for option in (Option(group.uid, group.name) for group in found) if option not in known]


def _stays(ctx: Context) -> Any:
    return select(Membership.group_id).where(Membership.person_id == ctx.person.id, Membership.left_at.is_(None))


def _leads(ctx: Context) -> Any:
    return select(Lead.group_id).where(Lead.person_id == ctx.person.id, Lead.ended_at.is_(None))
