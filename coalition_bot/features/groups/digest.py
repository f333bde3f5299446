"""News of newcomers as each lead wants them: of each at once, or once a day at nine in their own morning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coalition_bot.command import Button, Command, Refusal, Reply, Table, done
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import issue_in_words, members_button
from coalition_bot.features.groups.finding import BUTTONS, led_groups, led_oneself, only_led, open_group
from coalition_bot.features.groups.standing import leading, leads, reader
from coalition_bot.features.groups.tables import Ending, Group, Lead, Membership, Stage
from coalition_bot.fields import Option, choice, pick
from coalition_bot.history import Happening, note
from coalition_bot.moments import Moment, at_local_hour
from coalition_bot.outbox import Due, Owed, owe
from coalition_bot.people import Person, private_place
from coalition_bot.words import N_, _, n_

DIGEST = "groups.digest"
JOINED = "groups.joined"
LEFT = "groups.left"
HOUR = 9
SHOWN = 20  # as on a page of members; who it was besides is seen there

_TOLD_OTHERWISE = (Ending.MOVED, Ending.MERGED)  # of whom the leads hear at once, or who has not left at all

News = tuple[Group, Person, Membership, str]  # the last: a sentence without its name, about {group}


def next_digest(now: datetime, zone: str) -> Moment:
    """The first nine o'clock in `zone` after an aware instant."""
    today = at_local_hour(Moment.of(now, zone).wall.date(), HOUR, zone)
    return today if today.instant > now else at_local_hour(today.wall.date() + timedelta(days=1), HOUR, zone)


def owe_digest(ctx: Context, lead: Person) -> None:
    """Owe a lead the next digest of all their groups: one for each morning, whatever happens until then."""
    place, moment = private_place(ctx.session, lead.id), next_digest(ctx.now, lead.zone or ctx.coalition.zone)
    if place:
        key = f"{DIGEST}:{lead.uid}:{moment}"
        owe(ctx.session, key=key, kind=DIGEST, ref=moment, to=place, due=moment.instant)


def daily_leads(session: Session, group_id: int) -> set[int]:
    """Which leads of a group, by number, hear of newcomers once a day."""
    found = select(Lead.person_id).where(Lead.group_id == group_id, Lead.ended_at.is_(None), Lead.daily.is_(True))
    return set(session.scalars(found))


def told_key(kind: str, uid: str) -> str:
    """The beginning of the key of the message that tells of one thing by itself; `tell` adds whom."""
    return f"{kind}:{uid}"


def change_button(group: Group) -> Button:
    """Opens the form in which a lead chooses how to hear of newcomers."""
    return Button(_("Change how I hear"), "my news", {"group": group.uid}, form=True)


def export_button(group: Group) -> Button:
    """The members as a file."""
    return Button(_("As a file"), "group export", {"group": group.uid})


def _how_now(ctx: Context) -> str:
    """How the visitor hears of the group named so far."""
    groups = {group.uid: group for group in led_oneself(ctx)}
    options = [Option(uid, group.name) for uid, group in groups.items()]
    meant = pick(options, ctx.answers.get("group", "") or only_led(ctx))
    own = leading(ctx.session, groups[meant.value].id, ctx.person.id) if meant else None
    return "daily" if own and own.daily else "each"


class ChooseNews(Command, name="my news", who=leads):
    """How you hear of newcomers in a group that you lead: at once, or once a day."""

    group: str = choice("Working group", suggest=led_groups, known=only_led)
    how: str = choice(
        "How you want to hear of newcomers",
        [("each", N_("At once")), ("daily", N_("Once a day, at nine in the morning"))],
        offer=_how_now,
        help="Applications always come at once, for they wait for your answer.",
    )

    def run(self, ctx: Context) -> Reply:
        group = open_group(ctx, self.group)
        own = leading(ctx.session, group.id, ctx.person.id)
        if own is None:
            raise Refusal(_("You do not lead {group}, so I tell its leads.").format(group=group.name))
        own.daily = self.how == "daily"
        note(ctx.session, ctx.now, ctx.person.id, "group.news", f"group:{group.id}", ctx.person.id)
        say = (
            _("I tell you once a day, at nine in the morning, who has joined {group} and who has left it.")
            if own.daily
            else _("I tell you at once who joins {group} and who leaves it.")
        )
        return done(say.format(group=group.name), buttons=(members_button(group), change_button(group)))


# Writing, at the moment of sending: what the digest covers follows from its name, so that each try covers the same


def write_digest(due: Due) -> Reply | None:
    """What has happened between the morning before and this one, of which the reader has not been told by itself."""
    lead, end = reader(due), Moment.parse(due.ref)
    if lead is None:
        return None
    begin = at_local_hour(end.wall.date() - timedelta(days=1), HOUR, end.zone).instant
    news = list(_untold(due.session, lead, begin, end.instant))
    if not news:
        return None
    more = len(news) - SHOWN
    rest = n_("And {count} more.", "And {count} more.", more).format(count=more) if more > 0 else ""
    groups = list(dict.fromkeys(group for group, _person, _stay, _say in news))
    return Reply(
        rest,
        title=_("News of the groups that you lead"),
        table=Table((_("Name"), _("News"), _("Organisation"), _("Issue")), tuple(map(_row, news[:SHOWN]))),
        buttons=_buttons(groups),
    )


def _untold(session: Session, lead: Person, begin: datetime, end: datetime) -> Iterator[News]:
    found = [
        (news, kind and f"{told_key(kind, news[2].uid)}:{lead.uid}")
        for news, kind in _happened(session, lead, begin, end)
    ]
    told = set(session.scalars(select(Owed.key).where(Owed.key.in_([key for _news, key in found]))))
    return (news for news, key in found if key not in told)


def _happened(session: Session, lead: Person, begin: datetime, end: datetime) -> Iterator[tuple[News, str]]:
    """Who came, asked to come, or went, from `begin` to before `end`, each with the kind of message that told it."""
    moments = (Membership.joined_at, Membership.entered_at, Membership.left_at)
    stays = (
        select(Group, Person, Membership)
        .join(Membership, Membership.group_id == Group.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Group.id.in_(_told_daily(session, lead, begin)), Group.closed_at.is_(None))
        .where(Person.former.is_(False), Person.id != lead.id, Membership.ending.not_in(_TOLD_OTHERWISE))
        .where(or_(*((moment >= begin) & (moment < end) for moment in moments)))
        .order_by(Group.folded, Group.id, Membership.id)
    )
    for group, person, stay in session.execute(stays):
        for say, kind in _news_of(stay, begin, end):
            yield (group, person, stay, say), kind


def _told_daily(session: Session, lead: Person, since: datetime) -> list[int]:
    """The groups that the person leads now, and of which they heard once a day at some time since then."""
    found = select(Lead.group_id, Lead.daily).where(Lead.person_id == lead.id, Lead.ended_at.is_(None))
    chosen = select(Happening.about).where(
        Happening.actor_id == lead.id, Happening.what == "group.news", Happening.at >= since
    )
    changed = set(session.scalars(chosen))
    return [group_id for group_id, daily in session.execute(found) if daily or f"group:{group_id}" in changed]


def _news_of(stay: Membership, begin: datetime, end: datetime) -> Iterator[tuple[str, str]]:
    """What a stay gave to tell in that time, in words, with the kind of the message that tells the same by itself."""
    entered, left = stay.entered_at, stay.left_at
    if _within(entered, begin, end):
        yield _("has joined {group}"), JOINED
    if entered is None and left is None and _within(stay.joined_at, begin, end):
        applied = stay.stage == Stage.APPLIED
        yield _("has applied to {group} and waits for an answer") if applied else _("waits for a place in {group}"), ""
    if entered is not None and _within(left, begin, end):
        yield _("has left {group}") if stay.ending == Ending.LEFT else _("is not in {group} any more"), LEFT


def _within(moment: datetime | None, begin: datetime, end: datetime) -> bool:
    return moment is not None and begin <= moment < end


def _row(news: News) -> tuple[str, ...]:
    group, person, stay, say = news
    return person.name, say.format(group=group.name), person.organisation or _("on their own"), issue_in_words(stay)


def _buttons(groups: Sequence[Group]) -> tuple[Button, ...]:
    if len(groups) == 1:
        return (members_button(groups[0]), export_button(groups[0]), change_button(groups[0]))
    which = [Button(group.name, "group members", {"group": group.uid}) for group in groups[:BUTTONS]]
    return (*which, Button(_("Change how I hear"), "my news", form=True))


COMMANDS = (ChooseNews,)
WRITERS = {DIGEST: write_digest}
