"""How a person's answer becomes a value, or a problem that helps them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from rapidfuzz import fuzz, process, utils

from coalition_bot.context import Context
from coalition_bot.fields.attaching import read_file
from coalition_bot.fields.basics import Kind, Option, Problem
from coalition_bot.fields.cleaning import clean
from coalition_bot.fields.field import TEXT_MAX, Field
from coalition_bot.people import ACCOUNT_MAX, Place, find_community
from coalition_bot.words import _, language, n_

SIMILAR = 60  # of 100: from here on a name is offered as the nearest
APART = 8  # whatever is that much further from it than the best is not meant
CHANNELS_MAX = 25  # in one answer; each of them is posted to


def read(field: Field, ctx: Context, answer: str) -> Any:
    """The value behind an answer: text, date, number, bool, a file, or a tuple. Raises Problem."""
    text = clean(answer, multiline=field.multiline)
    if not text:
        if field.required:
            raise Problem(_("Please answer this one."), field.name)
        return _EMPTY[field.kind]
    try:
        return _READERS[field.kind](field, ctx, text)
    except Problem as problem:
        raise Problem(problem.message, field.name) from None


def nearest(typed: str, names: Iterable[str], limit: int = 3) -> list[str]:
    """The names that look most like what was typed, the best first."""
    found = process.extract(
        typed[:TEXT_MAX],
        list(names),
        scorer=fuzz.WRatio,
        processor=utils.default_process,
        limit=limit,
        score_cutoff=SIMILAR,
    )
    return [name for name, score, _index in found if score >= found[0][1] - APART]


def pick(options: Iterable[Option], typed: str) -> Option | None:
    """The option that somebody means who typed its value, or its label in any case."""
    folded = _straight(typed)
    by_label = None
    for option in options:
        if option.value == typed:
            return option
        if _straight(_(option.label)) == folded:
            by_label = by_label or option
    return by_label


def _straight(name: str) -> str:
    """In one case, with the apostrophe of keyboards: phones write another."""
    return name.casefold().replace("’", "'")


def _read_text(field: Field, ctx: Context, typed: str) -> str:
    if len(typed) > field.longest:
        message = n_(
            "Please keep this to {longest} character; it has {length}.",
            "Please keep this to {longest} characters; it has {length}.",
            field.longest,
        )
        raise Problem(message.format(longest=field.longest, length=len(typed)))
    return field.check(typed) if field.check else typed


def _read_choice(field: Field, ctx: Context, typed: str) -> str:
    found = pick(field.choices(ctx, typed), typed) or pick(field.choices(ctx), typed)
    if found:
        return found.value
    names = [_(option.label) for option in field.choices(ctx)]
    close = nearest(typed, names)
    shown = typed if len(typed) <= TEXT_MAX else typed[:TEXT_MAX] + "…"
    if close:
        near = _("“{typed}” is not among the choices. Did you mean {nearest}?")
        raise Problem(near.format(typed=shown, nearest=_(" or ").join(close)))
    if names and len(names) <= 10:
        few = _("“{typed}” is not among the choices. They are: {choices}.")
        raise Problem(few.format(typed=shown, choices=", ".join(names)))
    raise Problem(_("“{typed}” is not among the choices.").format(typed=shown))


def _read_many(field: Field, ctx: Context, typed: str) -> tuple[str, ...]:
    parts = [part.strip() for part in typed.replace("\n", ",").split(",")]
    return tuple(dict.fromkeys(_read_choice(field, ctx, part) for part in parts if part))


def _read_day(field: Field, ctx: Context, typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        pass
    from coalition_bot.phrases import Understood, read  # dateparser is slow to import

    understood = read(typed, now=ctx.now, zone=ctx.zone if ctx.founded else "UTC", languages=(language(),))
    if isinstance(understood, Understood):
        return understood.moment.wall.date()
    raise Problem(_("I can't read “{typed}” as a day. Try 14 March 2027.").format(typed=typed[:TEXT_MAX]))


def _read_number(field: Field, ctx: Context, typed: str) -> int:
    if not typed.isdecimal() or len(typed) > field.longest:
        raise Problem(_("Please give a whole number, such as 12."))
    return int(typed)


def _read_yes(field: Field, ctx: Context, typed: str) -> bool:
    return _read_choice(field, ctx, typed) == "yes"


def _read_channels(field: Field, ctx: Context, typed: str) -> tuple[Place, ...]:
    parts = dict.fromkeys(typed.replace(",", " ").split())
    if len(parts) > CHANNELS_MAX:
        raise Problem(_("Please choose at most {count} channels.").format(count=CHANNELS_MAX))
    return tuple(dict.fromkeys(_place(part, ctx) for part in parts))


def _place(part: str, ctx: Context) -> Place:
    try:
        place = Place.parse(part)
    except ValueError:
        here = {"here", _("here")}
        if part.casefold() in here and not ctx.place.private:
            return ctx.place
        named = _named(ctx, part, private=False)
        if named is None:
            hint = _("I don't know the channel “{typed}”. Pick it from the list, or write “here” for this channel.")
            raise Problem(hint.format(typed=part[:TEXT_MAX])) from None
        place = named
    if place.private or not ours(ctx, place):
        raise Problem(_("That channel is not one of this coalition's. Please pick another."))
    return place


def ours(ctx: Context, place: Place) -> bool:
    """Whether a place lies in one of the coalition's communities; before there is a coalition, in this one."""
    if max(len(place.channel), len(place.account)) > ACCOUNT_MAX:
        return False
    if not ctx.founded:
        return (place.platform, place.community) == (ctx.place.platform, ctx.place.community)
    found = find_community(ctx.session, place.platform, place.community)
    return found is not None and found.coalition_id == ctx.coalition.id


def _read_person(field: Field, ctx: Context, typed: str) -> str:
    try:
        place = Place.parse(typed)
    except ValueError:
        named = _named(ctx, typed, private=True)
        if named is None:
            return _by_whole_name(field, ctx, typed) or _read_choice(field, ctx, typed)
        place = named
    if not place.private or not ours(ctx, place):
        raise Problem(_("I don't know this person. Pick somebody from this coalition."))
    return str(place)


def _by_whole_name(field: Field, ctx: Context, typed: str) -> str:
    """The only one who is called as somebody typed it, whatever stands in brackets behind the name; or nothing."""
    wanted = _straight(typed)
    labels = [(option, _straight(option.label)) for option in field.choices(ctx, typed)]
    found = [option for option, label in labels if label == wanted or label.startswith(f"{wanted} (")]
    return found[0].value if len(found) == 1 else ""


def _named(ctx: Context, typed: str, *, private: bool) -> Place | None:
    """The channel, or (`private`) the account, that the platform says is called as somebody typed it."""
    wanted = _straight(typed).lstrip("#@")
    called = (Place.parse(place) for place, name in ctx.names.items() if _straight(name).lstrip("#@") == wanted)
    return next((place for place in called if place.private is private), None)


_READERS: dict[Kind, Callable[[Field, Context, str], Any]] = {
    Kind.TEXT: _read_text,
    Kind.CHOICE: _read_choice,
    Kind.MANY: _read_many,
    Kind.DAY: _read_day,
    Kind.NUMBER: _read_number,
    Kind.YES: _read_yes,
    Kind.CHANNELS: _read_channels,
    Kind.PERSON: _read_person,
    Kind.FILE: read_file,
}
_EMPTY: dict[Kind, Any] = {
    Kind.TEXT: "",
    Kind.CHOICE: "",
    Kind.MANY: (),
    Kind.DAY: None,
    Kind.NUMBER: None,
    Kind.YES: False,
    Kind.CHANNELS: (),
    Kind.PERSON: "",
    Kind.FILE: None,
}
