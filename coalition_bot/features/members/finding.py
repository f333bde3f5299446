"""Finding people and organisations by what somebody typed or mentioned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import func, or_, select

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
    found = select(Person).where(Person.former.is_(False)).order_by(Person.folded, Person.id).limit(SUGGESTED)
    if typed:
        whole = Person.folded + " " + Person.organisation_folded
        found = found.where(or_(Person.uid == typed, whole.contains(_folded(typed), autoescape=True)))
    return as_options(ctx.session.scalars(found))


def as_options(found: Iterable[Person]) -> list[Option]:
    """People to choose from, as they are called; those who are called alike are told apart by a piece of their uid."""
    people = list(found)
    alike = Counter(called(person) for person in people)
    return [
        Option(person.uid, called(person) if alike[called(person)] == 1 else f"{called(person)} · {person.uid[:4]}")
        for person in people
    ]


def namesakes(ctx: Context, name: str, organisation: str) -> list[Person]:
    """Who is known by a name that looks or reads the same, from such an organisation or where one of both is not known.

    An empty `organisation` is one that nobody has named.
    """
    same = select(Person).where(Person.folded == fold(name, FOLDED_MAX), Person.former.is_(False))
    theirs = fold(organisation, FOLDED_MAX)
    if theirs:
        same = same.where(Person.organisation_folded.in_(["", theirs]))
    return list(ctx.session.scalars(same.order_by(Person.id).limit(SUGGESTED)))


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


def readable_name(typed: str) -> str:
    """The name, if others can tell it from no name at all. Raises Problem."""
    if not fold(typed):
        raise Problem(_("Please give a name in ordinary letters, such as Maria."))
    return typed


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


def called(person: Person) -> str:
    """A person with their organisation, if they are here for one."""
    return f"{person.name} ({person.organisation})" if person.organisation else person.name


def _folded(typed: str) -> str:
    """What was typed as names are compared; cut where no name is that long, for databases refuse long patterns."""
    return fold(typed[: FOLDED_MAX + 1])[: FOLDED_MAX + 1]


def _by_uid(ctx: Context, uid: str) -> Person:
    found = ctx.session.scalar(select(Person).where(Person.uid == uid, Person.former.is_(False)))
    if found is None:
        raise Problem(_("I don't know this person. Pick somebody from this coalition."))
    return found
