"""What coordinators do about groups as such: create, edit, close."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from coalition_bot.command import Button, Command, Reply, Style, button, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import edit_button, group_facts, lead_button
from coalition_bot.features.groups.channel import switch
from coalition_bot.features.groups.finding import group_by_uid, named_groups, open_group, open_groups
from coalition_bot.features.groups.kinds import KINDS, titled, worded, wording
from coalition_bot.features.groups.notices import tell_closed
from coalition_bot.features.groups.standing import member_count
from coalition_bot.features.groups.stays import fill
from coalition_bot.features.groups.tables import ABOUT_MAX, Group, GroupKind, distinct
from coalition_bot.features.reviews import Review, only_review, review_by_uid, suggest_reviews
from coalition_bot.fields import Problem, carried, channels, choice, number, pick, text, yes_no
from coalition_bot.folding import fold
from coalition_bot.history import note
from coalition_bot.people import NAME_MAX, Place
from coalition_bot.words import N_, _, n_

NAME_HELP = N_("For example Housing. Members find the group by it.")
ABOUT = N_("What it works on")
CHANNEL_HELP = N_("Where the group talks, if it has a channel of its own")
REVIEW_HELP = N_("Which review it works for; empty for none or all of them")
KIND = N_("Kind of group")
KIND_HELP = N_("A task force is joined by application; to a mailing list one subscribes.")
CAPACITY = N_("How many places it has")
CAPACITY_HELP = N_("Whoever comes later waits in line. Empty or 0: as many as come")
PRIVATE = N_("Is it private?")
PRIVATE_HELP = N_("Then only those in it, its leads and coordinators know that it exists.")


class Create(Command, name="group create", who=coordinators):
    """Create a working group, task force, city chapter or mailing list."""

    name: str = text("Name of the group", longest=NAME_MAX, rest=True, check=distinct, help=NAME_HELP)
    about: str = text(ABOUT, longest=ABOUT_MAX, help="For example evictions, rents and homelessness")
    kind: str = choice(KIND, KINDS, known=lambda ctx: GroupKind.WORKING.value, help=KIND_HELP)
    capacity: int | None = number(CAPACITY, required=False, help=CAPACITY_HELP)
    private: bool = yes_no(PRIVATE, known=lambda ctx: "no", help=PRIVATE_HELP)
    channel: tuple[Place, ...] = channels("Its channel", required=False, help=CHANNEL_HELP)
    review: str = choice("Review", suggest=suggest_reviews, required=False, offer=only_review, help=REVIEW_HELP)

    def run(self, ctx: Context) -> Reply:
        _only_one(ctx.session, self.name)
        review = review_by_uid(ctx, self.review)
        group = Group(
            name=self.name,
            folded=fold(self.name),
            about=self.about,
            kind=self.kind,
            capacity=self.capacity or None,
            private=self.private,
            channel=_channel(self.channel),
            review_id=review.id if review else None,
            created_at=ctx.now,
        )
        ctx.session.add(group)
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "group.create", f"group:{group.id}")
        return done(
            _opened(group),
            facts=group_facts(ctx, group),
            buttons=(lead_button(group), edit_button(group)),
        )


def _opened(group: Group) -> str:
    if group.private:
        return _("{group} is open. It is private: nobody can join it; sign its members up yourself.").format(
            group=group.name
        )
    return worded(wording(group).opened, group)


def _meant(ctx: Context) -> Group | None:
    """The group named so far."""
    found = pick(open_groups(ctx), ctx.answers.get("group", ""))
    return group_by_uid(ctx, found.value) if found else None


def _of_group(part: str) -> Callable[[Context], str]:
    """What the group named so far has now as its `part`."""
    return lambda ctx: str(getattr(_meant(ctx), part, None) or "")


def _is_private(ctx: Context) -> str:
    group = _meant(ctx)
    return ("yes" if group.private else "no") if group else ""


def _its_review(ctx: Context) -> str:
    group = _meant(ctx)
    review = ctx.session.get(Review, group.review_id) if group and group.review_id else None
    return review.uid if review else ""


class Edit(Command, name="group edit", who=coordinators):
    """Change a group: its name, what it works on, its kind, places, channel or review."""

    group: str = choice("Working group", suggest=open_groups)
    about: str = text(ABOUT, required=False, longest=ABOUT_MAX, rest=True, known=_of_group("about"))
    name: str = text(
        "Name of the group",
        required=False,
        longest=NAME_MAX,
        check=distinct,
        help=NAME_HELP,
        known=_of_group("name"),
    )
    kind: str = choice(KIND, KINDS, required=False, known=_of_group("kind"), help=KIND_HELP)
    capacity: int | None = number(CAPACITY, required=False, known=_of_group("capacity"), help=CAPACITY_HELP)
    private: str = choice(
        PRIVATE, [("yes", N_("Yes")), ("no", N_("No"))], required=False, known=_is_private, help=PRIVATE_HELP
    )
    channel: tuple[Place, ...] = channels("Its channel", required=False, help=CHANNEL_HELP, offer=_of_group("channel"))
    review: str = choice("Review", suggest=suggest_reviews, required=False, known=_its_review, help=REVIEW_HELP)
    whole: str = carried()  # the form showed what is: an answer that is empty now is meant to be
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        group, whole = open_group(ctx, self.group, alone=True), self.whole == "yes"
        if not whole and self._as_it_is(ctx, group):
            return Reply(title=titled(group), facts=group_facts(ctx, group), buttons=(edit_button(group),))
        if whole and not (self.name and self.about):
            raise Problem(_("Please answer this one."), "about" if self.name else "name")
        if group.private and self.private == "no" and self.sure != "yes":
            return self._ask_to_show(ctx, group)
        before = group.name
        self._change(ctx, group, whole=whole)
        fill(ctx, group)
        note(ctx.session, ctx.now, ctx.person.id, "group.edit", f"group:{group.id}")
        renamed = _("{before} is called {group} now.").format(before=before, group=group.name)
        return done(
            renamed if before != group.name else _("{group} is changed.").format(group=group.name),
            facts=group_facts(ctx, group),
            buttons=(edit_button(group),),
        )

    def _as_it_is(self, ctx: Context, group: Group) -> bool:
        return (
            self.name in ("", group.name)
            and self.about in ("", group.about)
            and self.kind in ("", group.kind)
            and (self.capacity is None or (self.capacity or None) == group.capacity)
            and self.private in ("", _is_private(ctx))
            and not self.channel
            and self.review in ("", _its_review(ctx))
        )

    def _ask_to_show(self, ctx: Context, group: Group) -> Reply:
        say = _("Show {group} to everybody? All members will see its name, what it works on, its leads and its size.")
        return Reply(
            say.format(group=group.name),
            buttons=(
                button(_("Show it"), Edit, ctx.answers, style=Style.DANGER, sure="yes"),
                Button(_("Keep it private"), "group list", {"group": group.uid}),
            ),
        )

    def _change(self, ctx: Context, group: Group, *, whole: bool) -> None:
        if self.name:
            _only_one(ctx.session, self.name, but=group)
            group.name, group.folded = self.name, fold(self.name)
        if self.about:
            group.about = self.about
        if self.kind:
            group.kind = self.kind
        if self.capacity is not None or whole:
            group.capacity = self.capacity or None
        if self.private:
            group.private = self.private == "yes"
        if self.channel or whole:
            switch(ctx.session, group, _channel(self.channel))
        if self.review or whole:
            review = review_by_uid(ctx, self.review)
            group.review_id = review.id if review else None
        ctx.session.flush()


class Close(Command, name="group close", who=coordinators):
    """Close a working group; it stays in the history."""

    group: str = choice("Working group", suggest=named_groups)
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        group = open_group(ctx, self.group, alone=True)
        count = member_count(ctx.session, group.id)
        if self.sure != "yes":
            say = n_(
                "Close {group}? Its {count} member is told. Nobody can join it any more; it stays in the history.",
                "Close {group}? Its {count} members are told. Nobody can join it any more; it stays in the history.",
                count,
            )
            return Reply(
                say.format(group=group.name, count=count),
                buttons=(
                    button(_("Close it"), Close, style=Style.DANGER, group=group.uid, sure="yes"),
                    Button(_("Keep it"), "group list", {"group": group.uid}),
                ),
            )
        group.closed_at = ctx.now
        ctx.session.flush()
        note(ctx.session, ctx.now, ctx.person.id, "group.close", f"group:{group.id}")
        tell_closed(ctx, group)
        return done(
            _("{group} is closed, and its members are told.").format(group=group.name),
            buttons=(Button(_("Groups"), "group list"),),
        )


def _only_one(session: Session, name: str, but: Group | None = None) -> None:
    """Raises Problem where an open group has a name that looks or reads like this one."""
    twins = select(Group).where(Group.folded == fold(name), Group.closed_at.is_(None))
    twin = next((group for group in session.scalars(twins) if group is not but), None)
    if twin:
        say = _("There is a group “{group}” already. Please choose a name that cannot be mistaken for it.")
        raise Problem(say.format(group=twin.name), "name")


def _channel(places: tuple[Place, ...]) -> str:
    if len(places) > 1:
        raise Problem(_("Please choose one channel."), "channel")
    return str(places[0]) if places else ""


COMMANDS = (Create, Edit, Close)
