"""Who stands at the door, and for which coalition: the surroundings of a request, found in the database."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from coalition_bot.context import Context
from coalition_bot.db import serve
from coalition_bot.fields import Problem, clean
from coalition_bot.people import (
    NAME_MAX,
    Coalition,
    Community,
    Identity,
    Person,
    Role,
    find_community,
    find_person,
    homes,
)
from coalition_bot.request import Request
from coalition_bot.words import _


def arrive(ctx: Context, request: Request) -> None:
    """Find the coalition, the community and the person of a request; from here on the session sees that coalition.

    Nothing is found where the community belongs to no coalition yet, or a direct message could come from several.
    """
    community = _community(ctx.session, request)
    if community is None:
        return
    serve(ctx.session, community.coalition_id)
    coalition = ctx.session.get_one(Coalition, community.coalition_id)
    ctx.place = replace(request.place, community=community.external)
    known = find_person(ctx.session, community, request.visitor.account)
    ctx.enter(coalition, community, known or newcomer(ctx, community, request.visitor.name))


def enrol(ctx: Context) -> None:
    """Somebody who does something, rather than look, becomes a person of the coalition."""
    if ctx.founded and ctx.person.id is None:
        take_in(ctx, ctx.community, ctx.person, ctx.visitor.account)


def take_in(ctx: Context, community: Community, person: Person, account: str) -> Person:
    """Store somebody new, with the account by which a community knows them."""
    ctx.session.add(person)
    ctx.session.flush()
    identity = Identity(
        community_id=community.id,
        person_id=person.id,
        platform=community.platform,
        account=account,
        created_at=ctx.now,
    )
    ctx.session.add(identity)
    ctx.session.flush()
    return person


def newcomer(ctx: Context, community: Community, called: str) -> Person:
    """Somebody new, not stored yet, by the name that their platform tells."""
    try:
        name = clean(called)[:NAME_MAX]
    except Problem:
        name = ""
    return Person(
        coalition_id=community.coalition_id,
        name=name or _("New member"),
        organisation="",
        zone="",
        role=Role.MEMBER,
        allowed=False,
        former=False,
        created_at=ctx.now,
    )


def _community(session: Session, request: Request) -> Community | None:
    place = request.place
    if place.community:
        return find_community(session, place.platform, place.community)
    known = homes(session, place.platform, request.visitor.account)
    if request.within is not None:  # whoever has left, or was sent away, does not come back in by another door
        known = [home for home in known if home.external in request.within]
    return known[0] if len({home.coalition_id for home in known}) == 1 else None
