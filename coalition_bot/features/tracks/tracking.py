"""The tracks of a group, to see and to change: owner, state, due date, link and note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import or_, select

from coalition_bot.command import Button, Command, Fact, Refusal, Reply, Style, Who, button, done
from coalition_bot.context import Context
from coalition_bot.features.deadlines.reminding import left
from coalition_bot.features.deadlines.understanding import assumed, chosen, understand
from coalition_bot.features.groups import Group, Lead, Membership, group_by_uid, leads_group_id, led_groups
from coalition_bot.features.groups.cards import members_button
from coalition_bot.features.groups.finding import led, only_seen, open_group, seen_groups
from coalition_bot.features.groups.standing import insiders, is_in, leading, stay
from coalition_bot.features.groups.tables import Stage
from coalition_bot.features.members.finding import called, somebody
from coalition_bot.features.tracks.cards import card, change_button, track_button, tracks_button, whole_of
from coalition_bot.features.tracks.changing import Plan, as_it_is, store, title_of
from coalition_bot.features.tracks.links import web_address
from coalition_bot.features.tracks.looks import KIND_WORDS, STATE_WORDS, Look, facts_of, has_tracks, look, sees
from coalition_bot.features.tracks.tables import LINK_MAX, NOTE_MAX, TrackKind, TrackState
from coalition_bot.fields import Option, Problem, carried, choice, clean, person, pick, text
from coalition_bot.folding import fold
from coalition_bot.moments import Moment, in_words
from coalition_bot.people import FOLDED_MAX, Person
from coalition_bot.phrases import Question, Understood
from coalition_bot.words import N_, _

DUE_MAX = 200
SUGGESTED = 100


def _meant(ctx: Context) -> Look | None:
    """The track named so far, if the visitor may change it."""
    group = _led_group(ctx)
    kind = pick([Option(kind, label) for kind, label in KIND_WORDS.items()], ctx.answers.get("kind", ""))
    return look(ctx.session, group.id, TrackKind(kind.value)) if group and kind else None


def _led_group(ctx: Context) -> Group | None:
    named = pick(led_groups(ctx), ctx.answers.get("group", ""))
    return group_by_uid(ctx, named.value) if named else None


def _now(part: Callable[[Look], str]) -> Callable[[Context], str]:
    """What the track named so far has now as its part."""

    def offered(ctx: Context) -> str:
        found = _meant(ctx)
        return part(found) if found else ""

    return offered


def _due(found: Look) -> str:
    return clean(in_words(found.deadline.moment)) if found.deadline else ""


def owners(ctx: Context, typed: str) -> Sequence[Option]:
    """Those who can own a track: whoever is in the group named so far, or in any that the visitor leads."""
    group = _led_group(ctx)
    mine = [group.id] if group else led(ctx).with_only_columns(Group.id)
    stays = select(Membership.person_id).where(Membership.group_id.in_(mine), is_in())
    leads = select(Lead.person_id).where(Lead.group_id.in_(mine), Lead.ended_at.is_(None))
    found = select(Person).where(or_(Person.id.in_(stays), Person.id.in_(leads)), Person.former.is_(False))
    if typed:
        like = Person.folded.contains(fold(typed[:FOLDED_MAX])[:FOLDED_MAX], autoescape=True)
        found = found.where(or_(Person.uid == typed, like))
    people = list(ctx.session.scalars(found.order_by(Person.folded, Person.id).limit(SUGGESTED)))
    names = [each.name for each in people]
    return [Option(each.uid, each.name if names.count(each.name) == 1 else called(each)) for each in people]


def _may(ctx: Context, command: Any) -> bool:
    """Members of the group see its tracks; its leads and coordinators change them. Raises Refusal."""
    group = group_by_uid(ctx, command.group)
    if group is None or not sees(ctx, group.id):
        return False
    if command.changes and not leads_group_id(ctx, group.id):
        say = _("Only leads of {group} and coordinators change its tracks.").format(group=group.name)
        raise Refusal(say, tracks_button(group), members_button(group))
    return True


class Tracks(Command, name="group track", who=Who(insiders.name, insiders.may_open, _may), tap=N_("Tracks")):
    """See or change a group's three tracks: research, 1-pager, side event."""

    group: str = choice("Working group", suggest=seen_groups, known=only_seen)
    kind: str = choice("Track", KIND_WORDS.items(), required=False, help="Empty for all three")
    state: str = choice("How far it is", STATE_WORDS.items(), required=False, offer=_now(lambda seen: str(seen.state)))
    owner: str = person(
        "Owner",
        suggest=owners,
        required=False,
        help="Who takes care of it and is reminded; somebody in the group. Empty: its leads",
        offer=_now(lambda seen: seen.owner.uid if seen.owner else ""),
    )
    due: str = text(
        "Due",
        required=False,
        longest=DUE_MAX,
        help="As you would say it: 3 October 5pm Geneva time",
        offer=_now(_due),
    )
    link: str = text(
        "Link",
        required=False,
        longest=LINK_MAX,
        check=web_address,
        help="Where the text is, for example https://example.org/draft",
        offer=_now(lambda seen: seen.track.link if seen.track else ""),
    )
    note: str = text(
        "Note",
        required=False,
        longest=NOTE_MAX,
        rest=True,
        help="Everybody in the group sees it.",
        offer=_now(lambda seen: seen.track.note if seen.track else ""),
    )
    whole: str = carried()  # of which track the form showed what is: an answer that is empty now is meant to be
    meant: str = carried()
    sure: str = carried()

    @property
    def changes(self) -> bool:
        """Whether anything is to be changed."""
        return any((self.state, self.owner, self.due, self.link, self.note, self.whole))

    def run(self, ctx: Context) -> Reply:
        group = open_group(ctx, self.group)
        if not has_tracks(group):
            raise Refusal(_("{group} is a mailing list; it has no tracks.").format(group=group.name))
        if not self.kind:
            return self._three(ctx, group)
        seen = look(ctx.session, group.id, TrackKind(self.kind))
        if not self.changes:
            return card(ctx, group, seen)
        if self.whole not in ("", whole_of(group, seen)):
            say = _("This form was about another track. Here is the one that you mean.")
            raise Refusal(say, change_button(group, seen))
        owner_id, due = self._owner_id(ctx, group, seen), self._due(ctx, group, seen)
        if isinstance(due, Reply):
            return due
        return self._store(ctx, group, seen, self._plan(seen, owner_id, due))

    def _three(self, ctx: Context, group: Group) -> Reply:
        if self.changes:
            raise Problem(_("Which of the three do you mean?"), "kind")
        which = tuple(track_button(group, kind, _(label)) for kind, label in KIND_WORDS.items())
        title = _("The tracks of {group}").format(group=group.name)
        return Reply(title=title, facts=facts_of(ctx, group), buttons=which)

    def _plan(self, seen: Look, owner_id: int | None, due: Moment | None) -> Plan:
        now = as_it_is(seen)
        state = TrackState(self.state) if self.state else now.state
        if self.whole:
            return Plan(state, owner_id, due, self.link, self.note)
        return Plan(state, owner_id, due, self.link or now.link, self.note or now.note)

    def _store(self, ctx: Context, group: Group, seen: Look, plan: Plan) -> Reply:
        if plan == as_it_is(seen):
            return card(ctx, group, seen, _("It is like this already."))
        store(ctx, group, seen, plan)
        after = look(ctx.session, group.id, seen.kind)
        say = _("{track}: {light}.").format(track=title_of(after, group), light=after.light(ctx.now))
        shown = card(ctx, group, after)
        return done(say, facts=shown.facts, buttons=shown.buttons)

    def _owner_id(self, ctx: Context, group: Group, seen: Look) -> int | None:
        if not self.owner:
            return None if self.whole else as_it_is(seen).owner_id
        owner = somebody(ctx, self.owner)
        own = stay(ctx.session, group.id, owner.id)
        if (own and own.stage == Stage.IN) or leading(ctx.session, group.id, owner.id):
            return owner.id
        raise Problem(_("They are not in {group}. Pick one of its members.").format(group=group.name), "owner")

    def _due(self, ctx: Context, group: Group, seen: Look) -> Moment | Reply | None:
        """The due date as it is to be; or what has to be asked before anything is stored."""
        now = as_it_is(seen).due
        if self.due == _due(seen) or not (self.due or self.whole):
            return now
        if not self.due:
            return None
        if self.meant:
            moment = chosen(ctx, self.meant, self._change())
            return moment if self.sure == "yes" or moment == now else self._ask(ctx, group, seen, moment)
        result = understand(ctx, self.due, ctx.coalition.zone, "due")
        if isinstance(result, Question):
            meant = tuple(button(in_words(each), Tracks, self._answers(), meant=str(each)) for each in result.choices)
            return Reply(result.text, buttons=(*meant, self._change()))
        return self._ask(ctx, group, seen, result.moment, result)

    def _ask(
        self, ctx: Context, group: Group, seen: Look, moment: Moment, understood: Understood | None = None
    ) -> Reply:
        sure = button(_("Confirm"), Tracks, self._answers(), style=Style.PRIMARY, meant=str(moment), sure="yes")
        return Reply(
            title=_("Is this right?"),
            text=assumed(understood) if understood else "",
            facts=(
                Fact(_("What"), title_of(seen, group)),
                Fact(_("Due"), moment),
                Fact(_("That is"), left(moment, ctx.now)),
                *([Fact(_("Until now"), seen.deadline.moment)] if seen.deadline else []),
            ),
            buttons=(sure, self._change()),
        )

    def _answers(self) -> dict[str, str]:
        names = [each.name for each in Tracks.spec.fields if each.name not in ("meant", "sure")]
        return {name: getattr(self, name) for name in names if getattr(self, name) or self.whole}

    def _change(self) -> Button:
        return button(_("Change"), Tracks, self._answers(), form=True)


COMMANDS = (Tracks,)
