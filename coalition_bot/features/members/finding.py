"""Finding people and organisations by what somebody typed or mentioned."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from coalition_bot.arrival import newcomer, take_in
from coalition_bot.context import Context
from coalition_bot.fields import Option, Problem, text
from coalition_bot.folding import fold
from coalition_bot.outbox import owe
from coalition_bot.people import FOLDED_MAX, ORGANISATION_MAX, Community, Person, Place, find_person, private_place
from coalition_bot.people import coordinators as all_coordinators
from coalition_bot.words import N_, _

SUGGESTED = 100


def people(ctx: Context, typed: str) -> Sequence[Option]:
    """Coordinators find anybody of the coalition by name; others find nobody."""
    if not ctx.person.coordinates:
        return []
    found = select(Person).where(Person.former.is_(False)).order_by(Person.name).limit(SUGGESTED)
    if typed:
        found = found.where((Person.uid == typed) | Person.name.icontains(typed, autoescape=True))
    return [Option(person.uid, _called(person)) for person in ctx.session.scalars(found)]


def organisations(ctx: Context, typed: str) -> Sequence[Option]:
    """Organisations that members have named, the most frequent first."""
    if not ctx.founded:
        return []
    count = func.count()
    found = (
        select(Person.organisation)
        .where(Person.organisation != "", Person.organisation.icontains(typed, autoescape=True))
        .group_by(Person.organisation)
        .order_by(count.desc(), Person.organisation)
        .limit(SUGGESTED)
    )
    return [Option(name, name) for name in ctx.session.scalars(found)]


def own_organisation(help: str = N_("Leave it empty if you are here on your own.")) -> str:
    """The question for whom somebody is here, with what they said before."""
    return text(
        "Your organisation",
        required=False,
        longest=ORGANISATION_MAX,
        suggest=organisations,
        known=lambda ctx: ctx.person.organisation,
        help=help,
    )


def same_organisation(ctx: Context, typed: str) -> str:
    """The organisation as others have written it, where only case, spaces or punctuation differ."""
    plain = " ".join(typed.split())
    folded = fold(plain, FOLDED_MAX)
    found = select(Person.organisation).where(Person.organisation_folded == folded).order_by(Person.id).limit(1)
    return (ctx.session.scalar(found) if folded else None) or plain


def somebody(ctx: Context, answer: str) -> Person:
    """The person behind an answer of a `person` question: by uid, or by a mentioned account, who is then enrolled.

    Raises Problem where there is nobody.
    """
    try:
        place = Place.parse(answer)
    except ValueError:
        return _by_uid(ctx, answer)
    community = ctx.session.scalar(
        select(Community).where(Community.platform == place.platform, Community.external == place.community)
    )
    if community is None:
        raise Problem(_("I don't know this person. Pick somebody from this coalition."))
    known = find_person(ctx.session, community, place.account)
    return known or take_in(ctx, community, newcomer(ctx, community, ctx.names.get(answer, "")), place.account)


def tell(ctx: Context, person: Person, *, key: str, kind: str, ref: object) -> None:
    """Owe somebody a private message now; nothing for who has no account."""
    place = private_place(ctx.session, person.id)
    if place:
        owe(ctx.session, key=f"{key}:{person.uid}", kind=kind, ref=ref, to=place, due=ctx.now)


def tell_coordinators(ctx: Context, *, key: str, kind: str, ref: object) -> None:
    """Owe each coordinator a private message now."""
    for person in all_coordinators(ctx.session):
        tell(ctx, person, key=key, kind=kind, ref=ref)


def _called(person: Person) -> str:
    return f"{person.name} ({person.organisation})" if person.organisation else person.name


def _by_uid(ctx: Context, uid: str) -> Person:
    found = ctx.session.scalar(select(Person).where(Person.uid == uid, Person.former.is_(False)))
    if found is None:
        raise Problem(_("I don't know this person. Pick somebody from this coalition."))
    return found
