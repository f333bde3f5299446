"""Who did what in groups, and when, so that a dispute can be settled; and who took members along as a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, desc, literal, null, or_, select, union_all

from coalition_bot.command import Command, Refusal, Reply, Table, Who, button, coordinators
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import page_number
from coalition_bot.features.groups.finding import BUTTONS, exported_groups, group_by_uid, led_oneself, only_led
from coalition_bot.features.groups.standing import leads, leads_group
from coalition_bot.features.groups.tables import Group
from coalition_bot.fields import carried, choice
from coalition_bot.history import Happening, Reading
from coalition_bot.moments import zone_in_words, zone_info
from coalition_bot.people import Person
from coalition_bot.words import N_, _

SHOWN = 20
Rows = Select[*tuple[Any, ...]]  # as an Entry has them, and what to sort them by
EXPORT = "export"  # is in the name of every access by which people are taken along as a file

# What is noted about groups: in words for what people did by themselves, or to no one; and for what they did to others.
_WORDS: Mapping[str, tuple[str, str]] = {
    "group.create": (N_("{actor} created the group"), ""),
    "group.edit": (N_("{actor} changed what the group says of itself"), ""),
    "group.close": (N_("{actor} closed the group"), ""),
    "group.reopen": (N_("{actor} opened the group again"), ""),
    "group.unite": (N_("{actor} made one group of two"), ""),
    "group.join": (N_("{actor} joined"), N_("{actor} signed {whom} up")),
    "group.wait": (N_("{actor} joined the waiting list"), N_("{actor} put {whom} on the waiting list")),
    "group.apply": (N_("{actor} applied"), N_("{actor} applied for {whom}")),
    "group.approve": (N_("{actor} approved their own application"), N_("{actor} approved the application of {whom}")),
    "group.declined": (N_("{actor} declined"), N_("{actor} declined the application of {whom}")),
    "group.promote": (N_("{actor} got a place from the waiting list"), N_("{whom} got a place from the waiting list")),
    "group.change": (N_("{actor} changed what they said"), N_("{actor} changed what {whom} said")),
    "group.leave": (N_("{actor} left"), N_("{actor} wrote down that {whom} left")),
    "group.removed": (N_("{actor} left"), N_("{actor} took {whom} off the list")),
    "group.moved": (N_("{actor} moved to another group"), N_("{actor} moved {whom} to another group")),
    "group.merged": (N_("two records of {actor} became one"), N_("two records of {whom} became one")),
    "group.forgotten": (N_("{actor} left, and is forgotten"), N_("{whom} left, and is forgotten")),
    "group.lead": (N_("{actor} became lead"), N_("{actor} appointed {whom} as lead")),
    "group.backup": (N_("{actor} became backup lead"), N_("{actor} appointed {whom} as backup lead")),
    "group.unlead": (N_("{actor} stopped leading"), N_("{actor} ended the time of {whom} as lead")),
    "group.handover": (N_("{actor} handed the lead over"), N_("{actor} handed the lead to {whom}")),
    "group.news": (N_("{actor} changed how they hear of newcomers"), ""),
    "group.import": (N_("{actor} imported a sheet"), N_("{actor} imported {whom} from a sheet")),
    "group.nudge": (N_("{actor} reminded the leads of what is missing"), ""),
    "group.track": (N_("{actor} changed a track"), N_("{actor} gave a track to {whom}")),
    "group.channel_in": (N_("{actor} asked to be added to the channel"), N_("{whom} was added to the channel")),
    "group.channel_out": (N_("{actor} was taken out of the channel"), N_("{whom} was taken out of the channel")),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history: of something done, or of a file taken along."""

    at: datetime
    actor_id: int | None
    what: str
    about: str  # "group:12"; of a file, the answers: "group=" with a uid
    whom_id: int | None


def _may_see(ctx: Context, command: Any) -> bool:
    """Left empty, it is about all groups; a lead of several is asked which."""
    return not command.group or leads_group(ctx, command.group)


class History(
    Command,
    name="group history",
    who=Who(leads.name, leads.may_open, _may_see),
    writes=False,
    access="group history",
):
    """Who did what in a group, and when, the newest first."""

    group: str = choice("Working group", suggest=exported_groups, required=False, known=only_led, help="Empty for all")
    page: str = carried()

    def run(self, ctx: Context) -> Reply:
        group, page = group_by_uid(ctx, self.group), page_number(self.page)
        if group is None and not ctx.person.coordinates:
            which = [button(own.name, History, group=own.uid) for own in led_oneself(ctx)[:BUTTONS]]
            raise Refusal(_("Which group do you mean?"), *which)
        found = _entries(ctx, _past(group).offset((page - 1) * SHOWN).limit(SHOWN + 1))
        more = [button(_("Older"), History, group=self.group, page=str(page + 1))] if len(found) > SHOWN else []
        return Reply(
            _newest_first(ctx) if found else _("Nothing has happened yet."),
            title=_("History of {group}").format(group=group.name) if group else _("History of all groups"),
            table=_told(ctx, found[:SHOWN], whole=group is None) if found else None,
            buttons=tuple(more),
        )


class Exports(Command, name="coalition exports", who=coordinators, writes=False):
    """Who took members along as a file, and when, the newest first."""

    page: str = carried()

    def run(self, ctx: Context) -> Reply:
        page = page_number(self.page)
        newest = _exported().order_by(Reading.at.desc(), Reading.id.desc())
        found = _entries(ctx, newest.offset((page - 1) * SHOWN).limit(SHOWN + 1))
        if not found:
            return Reply(_("Nobody has taken members along as a file yet."))
        shown, names, groups = found[:SHOWN], _names(ctx, found), _groups(ctx, found)
        more = [button(_("Older"), Exports, page=str(page + 1))] if len(found) > SHOWN else []
        rows = [(_time(ctx, e.at), _named(names, e.actor_id), _file_in_words(e, groups.get(_ref(e)))) for e in shown]
        return Reply(
            _newest_first(ctx),
            title=_("Files with members"),
            table=Table((_("When"), _("Who"), _("What")), tuple(rows)),
            buttons=tuple(more),
        )


# Asking the two ledgers


def _past(group: Group | None) -> Rows:
    """What happened to a group, or to all, and who took its members along; the newest first."""
    done = select(
        Happening.at, Happening.actor_id, Happening.what, Happening.about, Happening.whom_id, Happening.id, literal(0)
    )
    if group:
        named = f"group={group.uid}"
        done = done.where(Happening.about == f"group:{group.id}")
        taken = _exported().where(or_(Reading.about == named, Reading.about.startswith(f"{named}&", autoescape=True)))
    else:
        done = done.where(Happening.what.startswith("group.", autoescape=True))
        taken = _exported()
    both = union_all(done, taken.add_columns(literal(1))).subquery()
    at, *_others, number, ledger = both.c
    return select(both).order_by(desc(at), desc(ledger), desc(number))


def _exported() -> Rows:
    columns = (Reading.at, Reading.reader_id, Reading.what, Reading.about, null().label("whom_id"), Reading.id)
    return select(*columns).where(Reading.what.contains(EXPORT, autoescape=True))


def _entries(ctx: Context, asked: Rows) -> list[Entry]:
    return [Entry(*row[:5]) for row in ctx.session.execute(asked)]


def _names(ctx: Context, entries: Iterable[Entry]) -> dict[int, str]:
    """The names of all who occur in these entries and are not forgotten."""
    numbers = {number for entry in entries for number in (entry.actor_id, entry.whom_id) if number}
    found = select(Person.id, Person.name).where(Person.id.in_(numbers), Person.former.is_(False))
    return dict(iter(ctx.session.execute(found)))


def _groups(ctx: Context, entries: Iterable[Entry]) -> dict[str, Group]:
    """The groups that these entries are about, by number and by uid."""
    refs = {_ref(entry) for entry in entries}
    numbers = [int(ref) for ref in refs if ref.isdecimal()]
    found = ctx.session.scalars(select(Group).where(or_(Group.id.in_(numbers), Group.uid.in_(refs))))
    return {ref: group for group in found for ref in (str(group.id), group.uid)}


def _ref(entry: Entry) -> str:
    """The number or the uid of the group that an entry is about."""
    found = re.match(r"group[:=]([\w-]*)", entry.about)
    return found[1] if found else ""


# In words


def _told(ctx: Context, entries: Sequence[Entry], *, whole: bool) -> Table:
    names = _names(ctx, entries)
    rows = [(_time(ctx, entry.at), _in_words(entry, names)) for entry in entries]
    if not whole:
        return Table((_("When"), _("What")), tuple(rows))
    groups = _groups(ctx, entries)
    called = [groups[_ref(entry)].name if _ref(entry) in groups else "" for entry in entries]
    return Table(
        (_("When"), _("Group"), _("What")),
        tuple((at, group, say) for (at, say), group in zip(rows, called, strict=True)),
    )


def _in_words(entry: Entry, names: Mapping[int, str]) -> str:
    """What happened, as a sentence; what no words are known for is told by its name."""
    alone = entry.whom_id in (None, entry.actor_id)
    if EXPORT in entry.what:
        say = _("{actor} exported the roster")
    elif words := _WORDS.get(entry.what):
        say = _(words[0] if alone else words[1] or words[0])
    else:
        say = _("{actor}: {what}") if alone else _("{actor}: {what}, {whom}")
    what = entry.what.partition(".")[2].replace("_", " ")
    return say.format(actor=_named(names, entry.actor_id), whom=_named(names, entry.whom_id), what=what)


def _file_in_words(entry: Entry, group: Group | None) -> str:
    if group:
        return _("Members of {group}").format(group=group.name)
    if entry.what == "group export":
        return _("Members of all groups that they lead")
    what, as_file, kind = entry.what.partition(": export as ")
    return f"{_('Sign-ups')} ({kind.upper()})" if as_file and what == "sign-ups" else entry.what


def _named(names: Mapping[int, str], number: int | None) -> str:
    """Nobody in particular is whoever runs the bot, who can import a sheet at the terminal."""
    return _("the operator") if number is None else names.get(number, _("a former member"))


def _newest_first(ctx: Context) -> str:
    return _("The newest first; times are {zone}.").format(zone=zone_in_words(ctx.zone))


def _time(ctx: Context, instant: datetime) -> str:
    return f"{instant.astimezone(zone_info(ctx.zone)):%Y-%m-%d %H:%M}"


COMMANDS = (History, Exports)
