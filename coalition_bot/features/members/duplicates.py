"""Records that coordinators find to be one person: where there may be some, and how two become one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from coalition_bot.command import Command, Refusal, Reply, Style, Table, button, coordinators, done
from coalition_bot.context import Context
from coalition_bot.features.members.claiming import unite
from coalition_bot.features.members.coalition import WHO_HELP
from coalition_bot.features.members.finding import people, somebody
from coalition_bot.fields import carried, person
from coalition_bot.folding import fold
from coalition_bot.history import Happening, Reading
from coalition_bot.outbox import Due, owe
from coalition_bot.people import Community, Identity, Person, private_place, private_places
from coalition_bot.words import N_, _

MERGED = "members.merged"
PAIRS_SHOWN = 10
Pair = tuple[Person, Person]


class Merge(Command, name="coalition merge", who=coordinators):
    """Make one of two records that are the same person."""

    gone: str = person("The record that ends", suggest=people, help=WHO_HELP)
    kept: str = person("The record that stays", suggest=people, help=N_("All of the other one goes over to it"))
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        gone, kept = somebody(ctx, self.gone), somebody(ctx, self.kept)
        _two_records(ctx, gone, kept)
        if self.sure != "yes":
            return self._ask(ctx, gone, kept)
        told = _tell_merged(ctx, kept, unite(ctx, gone, kept, "person.merge"))
        say = _("Done: the two records are {name} now.").format(name=kept.name)
        return done(f"{say} {told}".strip(), facts=tuple(ctx.told(f"person:{kept.id}")))

    def _ask(self, ctx: Context, gone: Person, kept: Person) -> Reply:
        for each in (gone, kept):
            about = f"person:{each.id}"
            ctx.session.add(Reading(at=ctx.now, reader_id=ctx.person.id, what=self.spec.name, about=about))
        return Reply(
            "\n".join(_warnings(ctx, gone, kept)),
            title=_("Are these one person?"),
            table=_compared(ctx, gone, kept),
            buttons=(
                button(_("Yes, make them one"), Merge, style=Style.DANGER, gone=gone.uid, kept=kept.uid, sure="yes"),
                button(_("The other way round"), Merge, gone=kept.uid, kept=gone.uid),
            ),
        )


class Duplicates(Command, name="coalition duplicates", who=coordinators, writes=False, access="duplicates"):
    """Records that may be one person: those with the same name."""

    def run(self, ctx: Context) -> Reply:
        pairs = _pairs(ctx)
        if not pairs:
            return Reply(_("No two people here have the same name."))
        return Reply(
            _("Two people may have one name: look at each pair before you make one of it."),
            title=_("Records that may be one person"),
            table=Table(
                (_("Pair"), _("Name"), _("Organisation"), _("Accounts")),
                tuple(
                    (str(number), gone.name, _both(_for(gone), _for(kept)), _both(*_accounts(ctx, gone, kept)))
                    for number, (gone, kept) in enumerate(pairs, 1)
                ),
            ),
            buttons=tuple(
                button(_("Look at pair {number}").format(number=number), Merge, gone=gone.uid, kept=kept.uid)
                for number, (gone, kept) in enumerate(pairs, 1)
            ),
        )


def _two_records(ctx: Context, gone: Person, kept: Person) -> None:
    """Raises Refusal where the two cannot become one by a coordinator's word."""
    if gone.id == kept.id:
        raise Refusal(_("This is one record already. Pick two."))
    if private_place(ctx.session, gone.id) and private_place(ctx.session, kept.id):
        # Whoever held one account would get all that belongs to the other, such as a travel form.
        say = _("Both use an account here, so only they can say that they are one person. They do it with {command}.")
        raise Refusal(say.format(command=ctx.slash("my link")))


def _warnings(ctx: Context, gone: Person, kept: Person) -> list[str]:
    said = [_("This cannot be undone. Groups, roles and all other answers of the first go over to the second.")]
    if gone.coordinates != kept.coordinates:
        said.append(_("Afterwards {name} is a coordinator.").format(name=kept.name))
    return said


def _compared(ctx: Context, gone: Person, kept: Person) -> Table:
    """The two side by side; what features tell of one of them has a row, whether they tell it of the other or not."""
    told = [{fact.label: str(fact.value) for fact in ctx.told(f"person:{each.id}")} for each in (gone, kept)]
    rows = [
        (_("Name"), gone.name, kept.name),
        (_("Organisation"), _for(gone), _for(kept)),
        (_("Role"), _role(gone), _role(kept)),
        (_("Accounts"), *_accounts(ctx, gone, kept)),
        *((label, *(each.get(label, "") for each in told)) for label in dict.fromkeys([*told[0], *told[1]])),
    ]
    return Table(("", _("Ends"), _("Stays")), tuple(rows))


def _accounts(ctx: Context, *both: Person) -> tuple[str, ...]:
    """In which communities each of them has an account."""
    found = select(Identity.person_id, Community.name).join(Community, Community.id == Identity.community_id)
    mine = found.where(Identity.person_id.in_([each.id for each in both])).order_by(Identity.id)
    names: dict[int, list[str]] = {}
    for person_id, name in ctx.session.execute(mine):
        names.setdefault(person_id, []).append(name)
    return tuple(", ".join(names.get(each.id, [])) or _("none") for each in both)


def _for(whom: Person) -> str:
    return whom.organisation or _("on their own")


def _role(whom: Person) -> str:
    return _("Coordinator") if whom.coordinates else _("Member")


def _both(first: str, second: str) -> str:
    return first if first == second else f"{first} / {second}"


def _pairs(ctx: Context) -> list[Pair]:
    """The first pairs with the same name: those from the same organisation before the others."""
    one, other = aliased(Person), aliased(Person)
    organisation = one.organisation_folded == other.organisation_folded
    found: list[Pair] = []
    for alike in (organisation, ~organisation):
        found += _alike(ctx, one, other, alike, PAIRS_SHOWN - len(found))
    return [_first_to_go(ctx, *pair) for pair in found]


def _alike(
    ctx: Context, one: type[Person], other: type[Person], alike: ColumnElement[bool], limit: int
) -> Sequence[Pair]:
    nameless = fold(_("New member"))  # as they are called of whom no platform tells a name
    same = and_(other.folded == one.folded, other.id > one.id, other.former.is_(False), alike)
    found = select(one, other).join(other, same).where(one.former.is_(False), one.folded.not_in(["", nameless]))
    return [(first, second) for first, second in ctx.session.execute(found.order_by(one.id, other.id).limit(limit))]


def _first_to_go(ctx: Context, one: Person, other: Person) -> Pair:
    """The one with accounts stays; else the one who has been here longer."""
    owners = select(Identity.person_id).where(Identity.person_id.in_([one.id, other.id]))
    return (one, other) if set(ctx.session.scalars(owners)) == {other.id} else (other, one)


def _tell_merged(ctx: Context, kept: Person, happened: Happening) -> str:
    """Owe the news to every account of the two: they may be two people after all. Says whether somebody is told."""
    places = private_places(ctx.session, kept.id)
    if kept.id == ctx.person.id:
        return ""
    for place in places:
        owe(ctx.session, key=f"{MERGED}:{happened.id}:{place}", kind=MERGED, ref=happened.id, to=place, due=ctx.now)
    return _("They are told.") if places else _("They have no account at which I could tell them.")


def _write_merged(due: Due) -> Reply | None:
    happened = due.session.get(Happening, int(due.ref))
    kept = due.session.get(Person, happened.whom_id) if happened and happened.whom_id else None
    actor = due.session.get(Person, happened.actor_id) if happened and happened.actor_id else None
    if kept is None or kept.former:
        return None
    say = _(
        "{actor} has found that two records here are both yours, and made them one: {name}. "
        "If an account, a group or an answer in it is not yours, please tell a coordinator at once."
    )
    by = actor.name if actor and not actor.former else _("A former member")
    return Reply(say.format(actor=by, name=kept.name))


COMMANDS = (Merge, Duplicates)
WRITERS = {MERGED: _write_merged}
