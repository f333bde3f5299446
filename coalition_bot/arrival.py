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
    person = find_person(ctx.session, community, request.visitor.account) or _newcomer(ctx, coalition)
    ctx.enter(coalition, community, person)


def enrol(ctx: Context) -> None:
    """Somebody who does something, rather than look, becomes a person of the coalition."""
    if not ctx.founded or ctx.person.id is not None:
        return
    ctx.session.add(ctx.person)
    ctx.session.flush()
    identity = Identity(
        community_id=ctx.community.id,
        person_id=ctx.person.id,
        platform=ctx.place.platform,
        account=ctx.visitor.account,
        created_at=ctx.now,
    )
    ctx.session.add(identity)
    ctx.session.flush()


def _community(session: Session, request: Request) -> Community | None:
    place = request.place
    if place.community:
        return find_community(session, place.platform, place.community)
    known = homes(session, place.platform, request.visitor.account)
    return known[0] if len({home.coalition_id for home in known}) == 1 else None


def _newcomer(ctx: Context, coalition: Coalition) -> Person:
    try:
        name = clean(ctx.visitor.name)[:NAME_MAX]
    except Problem:
        name = ""
    return Person(
        coalition_id=coalition.id,
        name=name or _("New member"),
        organisation="",
        zone="",
        language="",
        role=Role.MEMBER,
        allowed=False,
        former=False,
        created_at=ctx.now,
    )
