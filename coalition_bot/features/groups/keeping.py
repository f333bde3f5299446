"""A person's groups as personal data: to hand out, to make nameless, to join with another record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import and_, func, select, update

from coalition_bot.command import Fact
from coalition_bot.context import Context
from coalition_bot.features.groups.channel import see_out
from coalition_bot.features.groups.notices import tell_leaderless
from coalition_bot.features.groups.stays import end, fill
from coalition_bot.features.groups.tables import Ending, Group, Lead, Membership, Stage
from coalition_bot.history import note
from coalition_bot.people import Person
from coalition_bot.words import _

_BEST_FIRST = (Stage.IN, Stage.WAITING, Stage.APPLIED)


def export(ctx: Context, person: Person) -> Mapping[str, object]:
    """All stays in groups, and all times as a lead, also past ones."""
    stays = select(Group, Membership).join(Membership, Membership.group_id == Group.id)
    led = select(Group.name, Lead).join(Lead, Lead.group_id == Group.id)
    return {
        "memberships": [
            _exported(group, own)
            for group, own in ctx.session.execute(
                stays.where(Membership.person_id == person.id).order_by(Membership.id)
            )
        ],
        "led": [
            {"group": group, "backup": lead.backup, "since": lead.since, "until": lead.ended_at}
            for group, lead in ctx.session.execute(led.where(Lead.person_id == person.id).order_by(Lead.id))
        ],
    }


def tells(ctx: Context, about: str) -> Sequence[Fact]:
    """Of a person ("person:12"): the groups that they are in, each with their role. Not for everybody's eyes."""
    kind, _colon, number = about.partition(":")
    if kind != "person":
        return ()
    led = and_(Lead.group_id == Group.id, Lead.person_id == Membership.person_id, Lead.ended_at.is_(None))
    here = select(Group.name, Membership.stage, Lead.backup).join(Membership, Membership.group_id == Group.id)
    now = here.outerjoin(Lead, led).where(Group.closed_at.is_(None), Membership.left_at.is_(None))
    found = ctx.session.execute(now.where(Membership.person_id == int(number)).order_by(Group.folded))
    groups = [_with_role(name, _role(stage, backup)) for name, stage, backup in found]
    return (Fact(_("Groups"), ", ".join(groups) or _("none")),)


def forget(ctx: Context, person: Person) -> None:
    """End all stays; what is left says that a former member was there, and no more. Others get the places."""
    leading = select(Lead).where(Lead.person_id == person.id, Lead.ended_at.is_(None))
    led = ctx.session.scalars(leading.order_by(Lead.id)).all()
    present = select(Membership).where(Membership.person_id == person.id, Membership.left_at.is_(None))
    for own in ctx.session.scalars(present.order_by(Membership.group_id)).all():
        group = _locked(ctx, own.group_id)
        if group.closed_at is None:
            end(ctx, group, own, Ending.FORGOTTEN, quiet=True)
        else:
            see_out(ctx, group, own)
            _over(ctx, own, Ending.FORGOTTEN)
    nameless = {"issue": "", "issue_folded": "", "reason": "", "shown": False}
    ctx.session.execute(update(Membership).where(Membership.person_id == person.id).values(nameless))
    for lead in led:
        lead.ended_at = ctx.now
        ctx.session.flush()
        tell_leaderless(ctx, lead)


def merge(ctx: Context, gone: Person, kept: Person) -> None:
    """What was the first one's becomes the second's; where both are in a group, the better stay goes on."""
    theirs = Membership.person_id == gone.id
    if gone.folded != kept.folded:  # it was another name that other members were allowed to see
        ctx.session.execute(update(Membership).where(theirs).values(shown=False))
    for group_id in _shared(ctx, Membership, gone, kept):
        _one_stay(ctx, _locked(ctx, group_id), gone, kept)
    for group_id in _shared(ctx, Lead, gone, kept):
        _one_lead(ctx, group_id, gone, kept)
    ctx.session.execute(update(Membership).where(theirs).values(person_id=kept.id))
    ctx.session.execute(update(Lead).where(Lead.person_id == gone.id).values(person_id=kept.id))
    ctx.session.execute(update(Membership).where(Membership.added_by == gone.id).values(added_by=kept.id))
    own = and_(Membership.person_id == kept.id, Membership.added_by == kept.id)
    ctx.session.execute(update(Membership).where(own).values(added_by=None))


def _exported(group: Group, own: Membership) -> Mapping[str, object]:
    return {
        "group": group.name,
        "kind": group.kind,
        "stage": own.stage,
        "issue": own.issue,
        "name shown to other members": own.shown,
        "joined": own.joined_at,
        "signed up by": "somebody else" if own.added_by else "yourself",
        "in since": own.entered_at,
        "left": own.left_at,
        "ending": own.ending,
        "reason": own.reason,
    }


def _with_role(group: str, role: str) -> str:
    return _("{group} ({role})").format(group=group, role=role) if role else group


def _role(stage: str, backup: bool | None) -> str:
    """What somebody is in a group; empty for a plain member. `backup`: None for who does not lead."""
    if backup is not None:
        return _("backup lead") if backup else _("lead")
    return {Stage.WAITING: _("waiting"), Stage.APPLIED: _("applied")}.get(Stage(stage), "")


def _locked(ctx: Context, group_id: int) -> Group:
    """A group, open or closed, in which nobody else comes or goes until the transaction ends."""
    return ctx.session.get_one(Group, group_id, with_for_update={"key_share": True}, populate_existing=True)


def _shared(ctx: Context, table: type[Membership] | type[Lead], gone: Person, kept: Person) -> Sequence[int]:
    """The groups in which both are now, or that both lead, in the order in which groups are locked."""
    now = table.left_at.is_(None) if table is Membership else table.ended_at.is_(None)  # type: ignore[union-attr]
    both = select(table.group_id).where(table.person_id.in_([gone.id, kept.id]), now)
    return ctx.session.scalars(both.group_by(table.group_id).having(func.count() == 2).order_by(table.group_id)).all()


def _one_stay(ctx: Context, group: Group, gone: Person, kept: Person) -> None:
    """In before waiting before applied, then the older; a place that two had becomes free."""
    here = (Membership.group_id == group.id, Membership.left_at.is_(None))
    both = select(Membership).where(*here, Membership.person_id.in_([gone.id, kept.id])).with_for_update()
    stays = ctx.session.scalars(both.execution_options(populate_existing=True)).all()
    best = sorted(stays, key=lambda stay: (_BEST_FIRST.index(Stage(stay.stage)), stay.id))
    if len(best) < 2:  # one has just left
        return
    better, other = best
    better.issue = better.issue or other.issue
    better.shown = next(stay.shown for stay in best if stay.person_id == kept.id)
    better.in_channel, other.in_channel = better.in_channel or other.in_channel, False
    _over(ctx, other, Ending.MERGED)
    if group.closed_at is None:
        fill(ctx, group)


def _one_lead(ctx: Context, group_id: int, gone: Person, kept: Person) -> None:
    """A lead before a backup, then the older."""
    both = select(Lead).where(Lead.group_id == group_id, Lead.ended_at.is_(None))
    found = ctx.session.scalars(both.where(Lead.person_id.in_([gone.id, kept.id])).order_by(Lead.backup, Lead.id))
    for other in found.all()[1:]:
        other.ended_at = ctx.now
    ctx.session.flush()


def _over(ctx: Context, own: Membership, ending: Ending) -> None:
    """A stay ends, though nobody has left: the record has become another one, or the group is closed."""
    own.left_at, own.ending = ctx.now, ending
    ctx.session.flush()
    note(ctx.session, ctx.now, ctx.person.id, f"group.{ending}", f"group:{own.group_id}", own.person_id)
