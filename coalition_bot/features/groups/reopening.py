"""A closed group is opened again, with those who were in it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from coalition_bot.command import Button, Command, Fact, Refusal, Reply, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import group_buttons, group_facts, leave_button
from coalition_bot.features.groups.finding import group_by_uid
from coalition_bot.features.groups.standing import member_count, reader, stay
from coalition_bot.features.groups.stays import fill
from coalition_bot.features.groups.tables import Group, Membership, Stage, distinct
from coalition_bot.features.members.finding import tell
from coalition_bot.fields import Option, Problem, choice, text
from coalition_bot.folding import fold
from coalition_bot.history import note
from coalition_bot.outbox import Due
from coalition_bot.people import NAME_MAX, Person
from coalition_bot.words import N_, _, n_

REOPENED = "groups.reopened"
CLOSED_SUGGESTED = 100


def closed_groups(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The closed groups that go with what was typed, the last created first; one name may have been used twice."""
    if not coordinators.may_open(ctx):
        return []
    shut = select(Group).where(Group.closed_at.is_not(None))
    if typed:
        named = Group.folded.contains(fold(typed[:NAME_MAX]), autoescape=True)
        shut = shut.where((Group.uid == typed) | named)
    found = ctx.session.scalars(shut.order_by(Group.id.desc()).limit(CLOSED_SUGGESTED))
    return [Option(group.uid, group.name) for group in found]


class Reopen(Command, name="group reopen", who=coordinators):
    """Open a closed group again, with those who were in it."""

    group: str = choice("Closed group", suggest=closed_groups)
    name: str = text(
        "Another name",
        required=False,
        longest=NAME_MAX,
        check=distinct,
        help=N_("Only where another group has its name by now"),
    )

    def run(self, ctx: Context) -> Reply:
        group = self._closed(ctx)
        name = self.name or group.name
        taken = select(Group.name).where(Group.folded == fold(name), Group.closed_at.is_(None))
        twin = ctx.session.scalar(taken.limit(1))
        if twin:
            say = _("There is a group “{group}” by now. Give this one another name.")
            raise Problem(say.format(group=twin), "name")
        group.name, group.folded = name, fold(name)
        group.closed_at, group.became_id = None, None
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "group.reopen", f"group:{group.id}")
        fill(ctx, group)
        self._tell(ctx, group)
        count = member_count(ctx.session, group.id)
        say = n_(
            "{group} is open again, with {count} member.", "{group} is open again, with {count} members.", count
        ).format(group=group.name, count=count)
        return done(say, facts=group_facts(ctx, group), buttons=group_buttons(ctx, group))

    def _closed(self, ctx: Context) -> Group:
        """The closed group, locked. Raises Refusal where somebody else was faster."""
        group = group_by_uid(ctx, self.group)
        if group:
            ctx.session.refresh(group, with_for_update={"key_share": True})
        if group is None or group.closed_at is None:
            raise Refusal(_("This group is open already."), Button(_("Groups"), "group list"))
        return group

    def _tell(self, ctx: Context, group: Group) -> None:
        here = select(Membership.person_id).where(Membership.group_id == group.id, Membership.left_at.is_(None))
        for whom in ctx.session.scalars(select(Person).where(Person.id.in_(here)).order_by(Person.id)).all():
            if whom.id != ctx.person.id:
                key = f"{REOPENED}:{group.uid}:{ctx.now:%Y%m%dT%H%M%S}"
                tell(ctx, whom, key=key, kind=REOPENED, ref=group.id)


# Writing, at the moment of sending


def _write_reopened(due: Due) -> Reply | None:
    group = due.session.get(Group, int(due.ref))
    whom = reader(due)
    own = stay(due.session, group.id, whom.id) if group and whom else None
    if group is None or group.closed_at or own is None:
        return None
    inside = _("{group} is open again, and you are in it as before.")
    say = inside if own.stage == Stage.IN else _("{group} is open again, and you wait for it as before.")
    buttons = (leave_button(group, own), Button(_("My groups"), "group mine"))
    return Reply(say.format(group=group.name), facts=(Fact(_("Works on"), group.about),), buttons=buttons)


COMMANDS = (Reopen,)
WRITERS = {REOPENED: _write_reopened}
