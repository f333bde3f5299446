"""Two groups become one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from coalition_bot.command import Button, Command, Fact, Reply, Style, button, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.groups.adding import show_name_button
from coalition_bot.features.groups.cards import group_buttons, group_facts, leave_button, members_button, own_facts
from coalition_bot.features.groups.finding import open_groups
from coalition_bot.features.groups.leading import appoint
from coalition_bot.features.groups.moving import open_pair
from coalition_bot.features.groups.standing import leading, leads_of, member_count, position, reader, stay
from coalition_bot.features.groups.stays import approve, end, enter
from coalition_bot.features.groups.tables import Ending, Group, Lead, Membership, Stage
from coalition_bot.features.members.finding import tell
from coalition_bot.fields import carried, choice
from coalition_bot.history import note
from coalition_bot.outbox import Due
from coalition_bot.people import Person
from coalition_bot.words import _

UNITED = "groups.united"
TAKEN_IN = "groups.taken_in"
_ORDER = (Stage.IN, Stage.WAITING, Stage.APPLIED)  # who has a place keeps one before others get it


class Unite(Command, name="group merge", who=coordinators):
    """Make one group of two; nothing of their history is lost."""

    group: str = choice("The group that ends", suggest=open_groups)
    into: str = choice("The group that it becomes", suggest=open_groups)
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        old, new = open_pair(ctx, self.group, self.into)
        coming = _coming(ctx, old)
        if self.sure != "yes":
            return self._ask(ctx, old, new, coming)
        _unite(ctx, old, new, coming)
        say = _("{old} is a part of {new} now. Everybody in it is told.").format(old=old.name, new=new.name)
        return done(say, facts=group_facts(ctx, new), buttons=group_buttons(ctx, new))

    def _ask(self, ctx: Context, old: Group, new: Group, coming: Sequence[Membership]) -> Reply:
        given = {"group": old.uid, "into": new.uid}
        return Reply(
            "\n".join(_consequences(old, new)),
            title=_("{old} becomes a part of {new}").format(old=old.name, new=new.name),
            facts=_counts(ctx, old, new, coming),
            buttons=(
                button(_("Make them one"), Unite, given, style=Style.DANGER, sure="yes"),
                button(_("The other way round"), Unite, group=new.uid, into=old.uid),
                Button(_("Keep both"), "group list"),
            ),
        )


def _consequences(old: Group, new: Group) -> list[str]:
    say = _("{old} is closed, and its people are told. Its history, deadlines and tracks stay with it.")
    said = [say.format(old=old.name)]
    if old.private and not new.private:
        say = _("CAREFUL: {old} is private. In {new} everybody is counted, and its leads see who they are.")
        said.append(say.format(old=old.name, new=new.name))
    return said


def _counts(ctx: Context, old: Group, new: Group, coming: Sequence[Membership]) -> tuple[Fact, ...]:
    """What becomes of whom, as it stands now."""
    there = {own.person_id: own for own in _coming(ctx, new)}
    settled = [own for own in coming if own.person_id in there]
    placed = [own for own in coming if own.stage != Stage.APPLIED and _wants_place(own, there.get(own.person_id))]
    free = len(placed) if new.capacity is None else max(0, new.capacity - member_count(ctx.session, new.id))
    numbers = [
        (_("Come over"), len(coming) - len(settled)),
        (_("In both already"), len(settled)),
        (_("Would wait for a place"), max(0, len(placed) - free)),
        (_("Applications that stay open"), sum(own.stage == Stage.APPLIED for own in coming if own not in settled)),
    ]
    leads = ", ".join(each.name for each in leads_of(ctx.session, old.id))
    led = leads_of(ctx.session, new.id, backup=False)
    return (
        *(Fact(label, str(number)) for label, number in numbers if number or label == numbers[0][0]),
        *([Fact(_("Become backup leads") if led else _("Lead it from then on"), leads)] if leads else []),
    )


def _coming(ctx: Context, group: Group) -> list[Membership]:
    """All stays that are not over, in the order in which places are given."""
    here = select(Membership).where(Membership.group_id == group.id, Membership.left_at.is_(None))
    found = ctx.session.scalars(here.order_by(Membership.id).with_for_update()).all()
    return sorted(found, key=lambda own: _ORDER.index(Stage(own.stage)))


def _wants_place(own: Membership, there: Membership | None) -> bool:
    """Whether somebody has to be let in who is, or waits, in the old group: an application elsewhere is settled so."""
    return there is None or (there.stage == Stage.APPLIED and own.stage != Stage.APPLIED)


def _unite(ctx: Context, old: Group, new: Group, coming: Sequence[Membership]) -> None:
    led = ctx.session.scalars(select(Lead).where(Lead.group_id == old.id, Lead.ended_at.is_(None))).all()
    for own in reversed(coming):  # those with a place go last, or it would be given to who waits
        end(ctx, old, own, Ending.MOVED, quiet=True)
    stays = [_come_over(ctx, old, new, own) for own in coming]
    _lead_on(ctx, new, sorted(led, key=lambda each: (each.backup, each.id)))
    old.closed_at, old.became_id = ctx.now, new.id
    ctx.session.flush()
    for group in (old, new):
        note(ctx.session, ctx.now, ctx.person.id, "group.unite", f"group:{group.id}")
    _tell(ctx, old, new, stays)


def _come_over(ctx: Context, old: Group, new: Group, own: Membership) -> Membership:
    """The one stay of somebody in the new group; who applied before has still applied."""
    person = ctx.session.get_one(Person, own.person_id)
    there = stay(ctx.session, new.id, person.id)
    if there:
        there.issue = there.issue or own.issue
        if _wants_place(own, there):
            approve(ctx, new, there)
        return there
    if own.stage == Stage.APPLIED:
        return _apply(ctx, new, own)
    shown = own.shown and not old.private
    came = enter(ctx, new, person, issue=own.issue, shown=shown, approved=True, at=own.joined_at, quiet=True)
    came.added_by = own.added_by
    came.entered_at = ctx.now if came.entered_at else None
    return came


def _apply(ctx: Context, new: Group, own: Membership) -> Membership:
    """Whoever may decide in the new group has still to do so, whichever kind of group it is."""
    came = Membership(
        group_id=new.id,
        person_id=own.person_id,
        stage=Stage.APPLIED,
        issue=own.issue,
        joined_at=own.joined_at,
        added_by=own.added_by,
    )
    ctx.session.add(came)
    ctx.session.flush()
    note(ctx.session, ctx.now, ctx.person.id, "group.apply", f"group:{new.id}", own.person_id)
    return came


def _lead_on(ctx: Context, new: Group, led: Sequence[Lead]) -> None:
    """Who led the old group stands in for the leads of the new one; where it has none, they lead it."""
    leaderless = not leads_of(ctx.session, new.id, backup=False)
    for lead in led:
        lead.ended_at = ctx.now
        if leading(ctx.session, new.id, lead.person_id):
            continue
        backup = lead.backup or not leaderless
        whom = ctx.session.get_one(Person, lead.person_id)
        appointed = appoint(ctx, new, whom, backup=backup)
        appointed.daily = lead.daily
        what = "group.backup" if backup else "group.lead"
        note(ctx.session, ctx.now, ctx.person.id, what, f"group:{new.id}", whom.id)


def _tell(ctx: Context, old: Group, new: Group, stays: Sequence[Membership]) -> None:
    """Owe the news to all who came over, and to the leads of the group into which they came."""
    people = {own.person_id: ctx.session.get_one(Person, own.person_id) for own in stays}
    for own in stays:
        if own.person_id != ctx.person.id:
            key = f"{UNITED}:{old.uid}:{new.uid}"
            tell(ctx, people[own.person_id], key=key, kind=UNITED, ref=f"{own.id}:{old.id}")
    for lead in leads_of(ctx.session, new.id):
        if lead.id not in people and lead.id != ctx.person.id:
            tell(ctx, lead, key=f"{TAKEN_IN}:{old.uid}:{new.uid}", kind=TAKEN_IN, ref=f"{new.id}:{old.id}")


# Writing, at the moment of sending


def _write_united(due: Due) -> Reply | None:
    """To who came over; nothing where they have left meanwhile."""
    number, _colon, old_id = due.ref.partition(":")
    own, old = due.session.get(Membership, int(number)), due.session.get(Group, int(old_id))
    new = due.session.get(Group, own.group_id) if own else None
    if own is None or old is None or new is None or own.left_at or new.closed_at:
        return None
    said = [_("{old} has become a part of {new}.").format(old=old.name, new=new.name)]
    if own.stage == Stage.IN:
        led = leading(due.session, new.id, own.person_id)
        said.append(_("You are in {group} now.").format(group=new.name))
        said += [_("You help to lead it.") if led.backup else _("You lead it.")] if led else []
    elif own.stage == Stage.WAITING:
        number_in_line = position(due.session, own)
        said.append(_("It is full: you are number {number} on its waiting list.").format(number=number_in_line))
    else:
        said.append(_("Your application is still open."))
    whom = due.session.get_one(Person, own.person_id)
    buttons = (leave_button(new, own), show_name_button(new), Button(_("My groups"), "group mine"))
    return Reply(" ".join(said), facts=(Fact(_("Works on"), new.about), *own_facts(whom, own)), buttons=buttons)


def _write_taken_in(due: Due) -> Reply | None:
    """To the leads of the group that grew; they may not have known of a private one."""
    number, _colon, old_id = due.ref.partition(":")
    new, old = due.session.get(Group, int(number)), due.session.get(Group, int(old_id))
    lead = reader(due)
    if new is None or old is None or new.closed_at or not lead or not leading(due.session, new.id, lead.id):
        return None
    another = _("Another group has become a part of {new}, with all who were in it.")
    say = another if old.private else _("{old} has become a part of {new}, with all who were in it.")
    return Reply(say.format(old=old.name, new=new.name), buttons=(members_button(new),))


COMMANDS = (Unite,)
WRITERS = {UNITED: _write_united, TAKEN_IN: _write_taken_in}
