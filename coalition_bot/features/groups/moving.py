"""Moving somebody from one group to another."""

from __future__ import annotations

from typing import Any

from coalition_bot.command import Button, Command, Fact, Refusal, Reply, Style, Who, button, done
from coalition_bot.context import Context
from coalition_bot.features.groups.adding import own_people, show_name_button
from coalition_bot.features.groups.cards import issue_in_words, leave_button, members_button, own_facts
from coalition_bot.features.groups.finding import group_by_uid, led_groups, open_group
from coalition_bot.features.groups.standing import (
    in_charge,
    leading,
    leads,
    leads_group,
    leads_of,
    member_count,
    position,
    stage_count,
    stay,
)
from coalition_bot.features.groups.stays import end, enter
from coalition_bot.features.groups.tables import Ending, Group, Membership, Stage
from coalition_bot.features.members.coalition import WHO_HELP
from coalition_bot.features.members.finding import somebody, tell
from coalition_bot.fields import carried, choice, person
from coalition_bot.outbox import Due
from coalition_bot.people import Person
from coalition_bot.words import N_, _

MOVED = "groups.moved"
MOVED_IN = "groups.moved_in"
MOVED_OUT = "groups.moved_out"


def _leads_both(ctx: Context, command: Any) -> bool:
    return leads_group(ctx, command.group) and leads_group(ctx, command.to)


class Move(
    Command,
    name="group move",
    who=Who(N_("coordinators and leads of both groups"), leads.may_open, _leads_both),
):
    """Move somebody from one group to another."""

    who: str = person("Who", suggest=own_people, help=WHO_HELP)
    group: str = choice("Out of", suggest=led_groups)
    to: str = choice("Into", suggest=led_groups)
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        old, new = open_pair(ctx, self.group, self.to)
        whom = somebody(ctx, self.who)
        own = self._stay(ctx, old, new, whom)
        if self.sure != "yes":
            return self._ask(ctx, old, new, whom, own)
        moved = _move(ctx, old, new, whom, own)
        told = "" if whom.id == ctx.person.id else f" {_('They and the leads are told, where they can be.')}"
        return done(
            f"{_where(ctx, new, whom, moved)}{told}",
            facts=(Fact(_("Issue"), issue_in_words(moved)),),
            buttons=(members_button(new), members_button(old)),
        )

    def _stay(self, ctx: Context, old: Group, new: Group, whom: Person) -> Membership:
        own = stay(ctx.session, old.id, whom.id, lock=True)
        if own is None:
            say = _("They are not in {group}. Pick one of its members.").format(group=old.name)
            raise Refusal(say, members_button(old))  # without the name: a lead may not know it
        if stay(ctx.session, new.id, whom.id):
            say = _("{name} is in {group} already, or waits for it.")
            raise Refusal(say.format(name=whom.name, group=new.name), members_button(new))
        return own

    def _ask(self, ctx: Context, old: Group, new: Group, whom: Person, own: Membership) -> Reply:
        said = [_("Move {name} from {old} to {new}?").format(name=whom.name, old=old.name, new=new.name)]
        if is_full(ctx, new):
            full = _("{group} is full: {name} would lose the place and wait as number {number}.")
            number = stage_count(ctx.session, new.id, Stage.WAITING) + 1
            said.append(full.format(group=new.name, name=whom.name, number=number))
        if leading(ctx.session, old.id, whom.id):
            said.append(_("{name} leads {group}, and would not any more.").format(name=whom.name, group=old.name))
        given = {"who": whom.uid, "group": old.uid, "to": new.uid}
        return Reply(
            " ".join(said),
            facts=(Fact(_("Issue"), issue_in_words(own)),),
            buttons=(
                button(_("Move"), Move, given, style=Style.DANGER, sure="yes"),
                Button(_("Keep it as it is"), "group members", {"group": old.uid}),
            ),
        )


def open_pair(ctx: Context, first: str, second: str) -> tuple[Group, Group]:
    """The two open groups behind two answers, both locked for oneself, in one order for everybody. Raises Refusal."""
    if first == second:
        raise Refusal(_("These are the same group. Pick two."))
    found = [group for group in (group_by_uid(ctx, first), group_by_uid(ctx, second)) if group]
    for group in sorted(found, key=lambda each: each.id):
        open_group(ctx, group.uid, alone=True)
    return open_group(ctx, first, alone=True), open_group(ctx, second, alone=True)


def is_full(ctx: Context, group: Group) -> bool:
    """Whether whoever comes now has to wait."""
    return group.capacity is not None and member_count(ctx.session, group.id) >= group.capacity


def _move(ctx: Context, old: Group, new: Group, whom: Person, own: Membership) -> Membership:
    end(ctx, old, own, Ending.MOVED, quiet=True)
    moved = enter(ctx, new, whom, issue=own.issue, approved=True, quiet=True)
    ref = f"{moved.id}:{old.id}"
    in_charge_of = {MOVED_OUT: leads_of(ctx.session, old.id), MOVED_IN: leads_of(ctx.session, new.id), MOVED: [whom]}
    for kind, people in in_charge_of.items():
        for each in people:
            if each.id != ctx.person.id and (kind == MOVED or each.id != whom.id):
                tell(ctx, each, key=f"{kind}:{moved.uid}", kind=kind, ref=ref)
    return moved


def _where(ctx: Context, new: Group, whom: Person, moved: Membership) -> str:
    if moved.stage == Stage.IN:
        return _("{name} is in {group} now.").format(name=whom.name, group=new.name)
    say = _("{group} is full: {name} is number {number} on its waiting list.")
    return say.format(name=whom.name, group=new.name, number=position(ctx.session, moved))


# Writing, at the moment of sending


def _write_moved(due: Due) -> Reply | None:
    """To the person; nothing where they have left meanwhile."""
    moved, old, new = _there(due)
    if moved is None or old is None or new is None or moved.left_at or new.closed_at:
        return None
    by = due.session.get(Person, moved.added_by) if moved.added_by else None
    name = by.name if by and not by.former else _("A former member")
    say = _("{name} has moved you from {old} to {new}.").format(name=name, old=old.name, new=new.name)
    if moved.stage == Stage.WAITING:
        number = position(due.session, moved)
        say += " " + _("It is full just now: you are number {number} on the waiting list.").format(number=number)
    whom = due.session.get_one(Person, moved.person_id)
    buttons = (leave_button(new, moved), show_name_button(new), Button(_("My groups"), "group mine"))
    return Reply(say, facts=(Fact(_("Works on"), new.about), *own_facts(whom, moved)), buttons=buttons)


def _write_moved_out(due: Due) -> Reply | None:
    """To the leads of the group that was left; they may not know of a private one."""
    moved, old, new = _there(due)
    whom = due.session.get(Person, moved.person_id) if moved else None
    if whom is None or old is None or new is None or whom.former or not in_charge(due, old.id):
        return None
    say = (
        _("{name} has been moved from {old} to another group.")
        if new.private
        else _("{name} has been moved from {old} to {new}.")
    )
    return Reply(say.format(name=whom.name, old=old.name, new=new.name), buttons=(members_button(old),))


def _write_moved_in(due: Due) -> Reply | None:
    """To the leads of the group that was entered; nothing where the person has left meanwhile."""
    moved, old, new = _there(due)
    whom = due.session.get(Person, moved.person_id) if moved else None
    if moved is None or whom is None or old is None or new is None or whom.former or moved.left_at:
        return None
    if not in_charge(due, new.id):
        return None
    say = (
        _("{name} has been moved into {new} from another group.")
        if old.private
        else _("{name} has been moved into {new} from {old}.")
    )
    facts = (Fact(_("Organisation"), whom.organisation or _("on their own")), Fact(_("Issue"), issue_in_words(moved)))
    return Reply(say.format(name=whom.name, old=old.name, new=new.name), facts=facts, buttons=(members_button(new),))


def _there(due: Due) -> tuple[Membership | None, Group | None, Group | None]:
    """The new stay, the group that was left, and the one that was entered."""
    stay_id, _colon, old_id = due.ref.partition(":")
    moved = due.session.get(Membership, int(stay_id))
    return moved, due.session.get(Group, int(old_id)), due.session.get(Group, moved.group_id) if moved else None


COMMANDS = (Move,)
WRITERS = {MOVED: _write_moved, MOVED_IN: _write_moved_in, MOVED_OUT: _write_moved_out}
