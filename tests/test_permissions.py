"""Who may do what: every command there is, by everybody there is, with answers that are not theirs to give."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from coalition_bot.command import Form, Reply, Spec, Tone
from coalition_bot.db import Base, Database
from coalition_bot.features import FEATURES
from coalition_bot.features.deadlines.tables import Deadline
from coalition_bot.features.geneva.tables import Trip
from coalition_bot.features.groups import Group, Membership
from coalition_bot.features.questions.tables import Asked
from coalition_bot.features.reviews import Review
from coalition_bot.fields import Field, Kind
from coalition_bot.people import Person, Standing
from tests.story import Actor, House, create_tables, often, words
from tests.test_groups import ok
from tests.test_reviews import follow
from tests.travel import open_trip

SPECS = {command.spec.name: command.spec for feature in FEATURES for command in feature.commands}

OUTSIDE = frozenset({"stranger", "guest", "deactivated", "allowed and deactivated"})
COORDINATOR = frozenset({"coordinator", "coordinator elsewhere"})
LEAD = frozenset({"lead", "backup", "lead of another"}) | COORDINATOR
INSIDER = frozenset({"member"}) | LEAD
MEMBER = frozenset({"newcomer", "waiting", "applicant", "allowed guest"}) | INSIDER
EVERYBODY = MEMBER | OUTSIDE
ASKED = frozenset({"member"}) | COORDINATOR  # to the member, a question was given

# Every command has to be here: who is let in by its declaration. What they may do inside is tried below.
WHO = {
    "coalition help": EVERYBODY,
    "coalition setup": frozenset(),  # admins
    "coalition connect": COORDINATOR,
    "coalition role": COORDINATOR,
    "coalition allow": COORDINATOR,
    "my profile": EVERYBODY,
    "my details": MEMBER,
    "my zone": MEMBER,
    "my link": MEMBER,
    "my export": EVERYBODY,
    "my forget": EVERYBODY,
    "coalition invite": COORDINATOR,
    "my claim": MEMBER,
    "coalition merge": COORDINATOR,
    "coalition duplicates": COORDINATOR,
    "review add": COORDINATOR,
    "review move": COORDINATOR,
    "review show": EVERYBODY,
    "group list": MEMBER,
    "group mine": MEMBER,
    "group members": INSIDER,
    "group export": LEAD,
    "group join": MEMBER,
    "group change": MEMBER,
    "group leave": MEMBER,
    "group applications": LEAD,
    "group channel": MEMBER,
    "group create": COORDINATOR,
    "group edit": COORDINATOR,
    "group close": COORDINATOR,
    "group lead": COORDINATOR,
    "group handover": LEAD,
    "group remove": LEAD,
    "my news": LEAD,
    "group history": LEAD,
    "coalition exports": COORDINATOR,
    "coalition unreached": LEAD,
    "group add": LEAD,
    "group move": LEAD,
    "group merge": COORDINATOR,
    "group reopen": COORDINATOR,
    "coalition import": COORDINATOR,
    "coalition ask": MEMBER,
    "coalition answer": ASKED,
    "coalition assign": ASKED,
    "coalition questions": MEMBER,
    "coalition contacts": MEMBER,
    "coalition contact": COORDINATOR,
    "deadline add": LEAD,
    "deadline list": MEMBER,
    "deadline cancel": LEAD,
    "deadline hour": COORDINATOR,
    "group track": INSIDER,
    "group board": LEAD,
    "group nudge": COORDINATOR,
    "geneva form": MEMBER,
    "geneva status": EVERYBODY,
    "geneva withdraw": EVERYBODY,
    "geneva notice": EVERYBODY,
    "geneva intent": MEMBER,
    "geneva entry": MEMBER,
    "geneva consents": MEMBER,
    "geneva open": COORDINATOR,
    "geneva close": COORDINATOR,
    "geneva list": COORDINATOR,
    "geneva export": COORDINATOR,
    "group panel": COORDINATOR,
    "coalition welcome": COORDINATOR,
    "signups": LEAD,
}

# Answers that name a thing of somebody's; each is tried with one that is not the visitor's to name.
NAMING = frozenset({"group", "to", "into", "who", "gone", "kept", "owner", "application", "about", "deadline", "trip"})
# Answers that a button carries, as a forger would fill them in to get past a question.
FORGED = {
    "sure": "yes",
    "page": "1",
    "step": "in",
    "another": "1",
    "again": "yes",
    "whole": "yes",
    "attending": "in person",
    "meant": "2019-10-03T17:00[Europe/Zurich]",
    "key": "forged",
}
# Other answers that are no fixed choice, none of which names anything of a group or a person.
HARMLESS = frozenset({"review", "topic", "platform", "without", "state"})
TYPED = {
    "coalition setup": {"zone": "Nairobi"},
    "my zone": {"zone": "Nairobi"},
    "review add": {"state": "Canada"},
    "deadline add": {"what": "Draft due 3 October 2019", "zone": ""},
    "deadline hour": {"hour": "9", "zone": ""},
    "group remove": {"sure": ""},
    "group track": {"kind": "research", "meant": "", "due": "", "link": "", "whole": ""},
    "group add": {"called": "", "organisation": ""},
    "group applications": {"decision": "approve"},
    "signups": {"since": "", "before": "", "words": "", "organisation": "", "without": "", "file": "csv"},
    "coalition contact": {"remove": "no"},
    "coalition help": {"about": "group"},
    "geneva open": {"first_day": "2020-05-09", "last_day": "2020-05-15"},
}

SECRET, ABOUT, HIDDEN = "Queer believers", "Faith and orientation", "Xerxes Vogt"
TELLTALE = (SECRET, ABOUT, HIDDEN, "Sara Sand", "conversion therapy", "Is it safe to come", "Testimonies")
ELSEWHERE = ("Faraway", "Fern Field", "Rivers of Cork", "Where do I sleep", "Far draft")
UNSHOWN = ("Otto Ort", "detention of minors", "Olga's plea", "Ida Iltis")


@dataclass
class World:
    """Two coalitions; in the first a group of everybody's kind, another one, and a private one."""

    house: House
    actors: dict[str, Actor] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)  # how one's own things are named, by question
    theirs: dict[str, dict[str, str]] = field(default_factory=dict)  # those of others


def every(db: Database, table: type[Base], **equal: object) -> Base:
    """The one row that is meant, of whichever coalition."""
    found = select(table).filter_by(**equal)
    return db.read(lambda session: session.scalars(found, execution_options={"every_coalition": True}).one())


def uid(db: Database, table: type[Base], **equal: object) -> str:
    """How that row is named in buttons."""
    return str(every(db, table, **equal).uid)  # type: ignore[attr-defined]


def membership(db: Database, group: str, person: str) -> str:
    """The uid of somebody's stay."""
    group_id, person_id = every(db, Group, name=group).id, every(db, Person, name=person).id  # type: ignore[attr-defined]
    return uid(db, Membership, group_id=group_id, person_id=person_id)


def sign_up(who: Actor, group: str, called: str, issue: str = "", shown: str = "no") -> None:
    """Join, apply or begin to wait."""
    ok(who.gives("group join", group=group, issue=issue, called=called, shown=shown))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The world as it is at first, of which each test has a copy."""
    db = Database(f"sqlite:///{tmp_path_factory.mktemp('world') / 'world.db'}")
    create_tables(db)
    world = founded(House(db))
    db.close()  # then all of it is in the one file
    return world


@pytest.fixture
def world(template: World, tmp_path: Path) -> Iterator[World]:
    """People in every part that there is."""
    copied = shutil.copy(str(template.house.db.url.database), tmp_path)
    house = House(Database(f"sqlite:///{copied}"))
    actors = {role: replace(actor, house=house) for role, actor in template.actors.items()}
    yield replace(template, house=house, actors=actors)
    house.db.close()


def founded(house: House) -> World:
    """Everybody comes, joins, leads, asks."""
    world, db = World(house), house.db
    anna = house.found()
    follow(anna)
    open_trip(anna)
    account = {name: house.person(name) for name in ("lena", "bob", "mia", "walter", "april", "ola", "nora", "greta")}
    lena, bob, mia, walter, april, ola, nora, greta = account.values()
    for group, about in (("Housing", "Rents"), ("Prisons", "Cells"), ("Migration", "Borders"), (SECRET, ABOUT)):
        ok(anna.gives("group create", name=group, about=about))
    for who in (lena, bob, mia):
        sign_up(who, "housing", who.visitor.name, shown="yes")
    sign_up(house.person("ida"), "migration", "Ida Iltis", "Olga's plea")
    otto, sami = house.person("otto"), house.person("sami")
    sign_up(otto, "migration", "Otto Ort", "detention of minors")
    sign_up(sami, SECRET, HIDDEN, "conversion therapy")
    sign_up(house.person("sara"), SECRET, "Sara Sand")
    ok(anna.gives("group lead", group=SECRET, who=house.person("sara").mention))
    for group, who, role in (
        ("housing", lena, "lead"),
        ("prisons", lena, "lead"),
        ("housing", bob, "backup"),
        ("prisons", bob, "backup"),
        ("migration", ola, "lead"),
    ):
        ok(anna.gives("group lead", group=group, who=who.mention, role=role))
    for group, places, first, second in (
        ("housing", "3", walter, april),
        ("migration", "4", house.person("ulf"), house.person("uwe")),
        (SECRET, "3", house.person("ugo"), house.person("ute")),
    ):
        ok(anna.gives("group edit", group=group, capacity=places, kind="task_force"))
        for who in (first, second):
            sign_up(who, group, who.visitor.name)
        named = next(each for each in SPECS if each == "group applications")
        applied = next(o.value for o in anna.options(named, "application", first.visitor.name))
        ok(anna.gives(named, application=applied, decision="approve"))
    ok(anna.gives("group edit", group=SECRET, private="yes", channel="wide:T1:C-secret"))
    for what, group in (("Rent draft", "housing"), ("Border draft", "migration"), ("Testimonies", SECRET)):
        ok(anna.taps(anna.gives("deadline add", what=f"{what} due 3 October 2019", group=group), "Confirm"))
    ok(mia.gives("coalition ask", topic="other", question="May I ask"))
    ok(sami.gives("coalition ask", topic="other", question="Is it safe to come"))
    ok(walter.gives("coalition ask", topic="other", question="For the member"))
    ok(anna.gives("coalition assign", about=_question(db, "Walter"), who=mia.mention))
    for each in (greta, house.person("ada")):
        ok(anna.gives("coalition allow", who=each.mention))

    eve = house.found("eve", "Another coalition", community="T2")
    follow(eve)
    open_trip(eve)
    ok(eve.gives("group create", name="Faraway", about="Rivers of Cork", kind="task_force"))
    fern = house.person("fern", community="T2")
    sign_up(fern, "faraway", "Fern Field")
    ok(fern.gives("coalition ask", topic="other", question="Where do I sleep"))
    ok(eve.taps(eve.gives("deadline add", what="Far draft due 3 October 2019", group="faraway"), "Confirm"))
    house.post()

    world.actors = {
        "newcomer": nora,
        "stranger": house.person("stan", standing=Standing.STRANGER),
        "guest": house.person("gina", standing=Standing.GUEST),
        "allowed guest": house.person("greta", standing=Standing.GUEST),
        "deactivated": house.person("lena", standing=Standing.DEACTIVATED),
        "allowed and deactivated": house.person("ada", standing=Standing.DEACTIVATED),
        "member": mia,
        "waiting": walter,
        "applicant": april,
        "lead": lena,
        "backup": bob,
        "lead of another": ola,
        "coordinator": anna,
        "coordinator elsewhere": eve,
    }
    world.own = _things(db, "Housing", "Mia", "April", "Rent draft") | {"to": uid(db, Group, name="Prisons")}
    world.own["into"] = world.own["to"]
    world.theirs = {
        "private": _things(db, SECRET, HIDDEN, "Ute", "Testimonies"),
        "another": _things(db, "Migration", "Otto Ort", "Uwe", "Border draft") | {"about": _question(db, "Walter")},
        "elsewhere": _things(db, "Faraway", "Fern Field", "Fern Field", "Far draft"),
    }
    return world


def _things(db: Database, group: str, person: str, applicant: str, deadline: str) -> dict[str, str]:
    """How what belongs to a group and its people is named, by question."""
    who, coalition = every(db, Person, name=person), every(db, Group, name=group).coalition_id  # type: ignore[attr-defined]
    asked = {"about": _question(db, person)} if person != "Otto Ort" else {}
    return {
        **dict.fromkeys(("group", "to", "into"), uid(db, Group, name=group)),
        **dict.fromkeys(("who", "gone", "kept", "owner"), str(who.uid)),  # type: ignore[attr-defined]
        "application": membership(db, group, applicant),
        "deadline": uid(db, Deadline, title=deadline),
        "trip": uid(db, Trip, coalition_id=coalition),
        **asked,
    }


def _question(db: Database, asker: str) -> str:
    return uid(db, Asked, asked_by=every(db, Person, name=asker).id)  # type: ignore[attr-defined]


def filled_in(spec: Spec, world: World) -> dict[str, str]:
    """All answers of a command as the lead of Housing would give them, past every question that is asked first."""
    return {each.name: _answer(each, spec, world) for each in spec.fields}


def _answer(asked: Field, spec: Spec, world: World) -> str:
    if asked.name in TYPED.get(spec.name, {}):
        return TYPED[spec.name][asked.name]
    if asked.carried:
        return world.own.get(asked.name) or FORGED[asked.name]
    if asked.name in world.own and asked.kind in (Kind.CHOICE, Kind.PERSON):
        return world.own[asked.name]
    if asked.name == "review":
        return uid(world.house.db, Review, coalition_id=1)
    if asked.name == "topic":
        return "other"
    if asked.options:
        return asked.options[0].value
    usual = {Kind.TEXT: "canada", Kind.NUMBER: "9", Kind.DAY: "2020-05-09", Kind.CHANNELS: "wide:T1:C-general"}
    return usual.get(asked.kind, "")


def rows(db: Database) -> dict[str, list[str]]:
    """All that is stored, by table, but for drafts, replies given, and who looked at what."""
    kept = [each for each in Base.metadata.sorted_tables if each.name not in ("draft", "handled", "reading", "upload")]
    return db.read(
        lambda session: {
            each.name: sorted(map(str, session.execute(each.select(), execution_options={"every_coalition": True})))
            for each in kept
        }
    )


def refused(outcome: Reply | Form) -> bool:
    """Whether it was said that it is not for them."""
    said = words(outcome)
    return isinstance(outcome, Reply) and (" is for " in said or "You are here as a guest" in said)


def test_every_command_is_in_the_table_of_who_may_what() -> None:
    assert WHO.keys() == SPECS.keys()


def test_every_answer_that_names_something_is_tried_with_what_is_not_theirs() -> None:
    for spec in SPECS.values():
        for each in spec.fields:
            if each.carried:
                assert each.name in NAMING | FORGED.keys(), (spec.name, each.name)
            elif each.suggest and each.kind in (Kind.CHOICE, Kind.PERSON):
                assert each.name in NAMING | HARMLESS, (spec.name, each.name)


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_whoever_is_not_let_in_does_and_sees_nothing(world: World, role: str) -> None:
    actor, before = world.actors[role], rows(world.house.db)
    for name, spec in SPECS.items():
        let_in, answers = role in WHO[name], filled_in(spec, world)
        if let_in:
            continue
        for outcome in (actor.gives(name), actor.gives(name, **answers), actor.says(f"/{name}")):
            assert refused(outcome), (name, words(outcome))
            for told in (*TELLTALE, *ELSEWHERE, *UNSHOWN, "Housing", "Mia"):
                assert told not in words(outcome), (name, told)
        for each in spec.fields:
            assert actor.options(name, each.name) == [], (name, each.name)
    assert rows(world.house.db) == before


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_whoever_is_let_in_is(world: World, role: str) -> None:
    for name in sorted(SPECS, key=lambda name: name == "group leave"):  # who is in one group only leaves it so
        if role in WHO[name]:
            assert not refused(world.actors[role].gives(name)), name


@pytest.mark.parametrize("name", [name for name in SPECS if "coordinator" in WHO[name]])
def test_the_answers_that_are_forged_below_are_whole(world: World, name: str) -> None:
    """What is refused there is refused for the one answer that is not theirs, and not for another that is missing."""
    who = "member" if SPECS[name].who.name == "members" or name.startswith("my ") else "coordinator"
    outcome = world.actors[LEADS_ONLY.get(name, who)].gives(name, **filled_in(SPECS[name], world))
    if name in UNREADY:
        assert UNREADY[name] in words(outcome)
    else:
        assert isinstance(outcome, Reply), words(outcome)
        assert outcome.tone is not Tone.PROBLEM, words(outcome)


LEADS_ONLY = {"group handover": "lead", "my news": "lead"}
# What is refused for a reason that has nothing to do with who asks, after the answers were looked at.
UNREADY = {
    "coalition assign": "asked this question",
    "coalition connect": "Use the code in the new one",
    "coalition import": "The sheet",
    "coalition invite": "has an account here already",
    "coalition merge": "one record already",
    "geneva consents": "code of conduct",
    "geneva entry": "Nationality",
    "geneva export": "Nobody has answered",
    "geneva intent": "Are you coming?",
    "geneva status": "have not answered",
    "geneva withdraw": "have not answered",
    "group add": "is in Housing already",
    "group channel": "has no channel",
    "group join": "are in Housing already",
    "group reopen": "nothing yet to choose from",
    "my claim": "does not work",
    "my details": "Your name",
    "my link": "does not work",
    "review add": "in the future",
    "review move": "in the future",
}


def forgeries(world: World, spec: Spec, whose: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The answers with one of them about what is somebody else's, question by question."""
    whole = filled_in(spec, world)
    for each in spec.fields:
        names_something = each.carried or each.kind in (Kind.CHOICE, Kind.PERSON)
        if names_something and each.name in NAMING and each.name in world.theirs[whose]:
            about_all = {"application": ""} if each.carried and "application" in whole else {}
            yield each.name, whole | about_all | {each.name: world.theirs[whose][each.name]}


FOREIGN = "coordinator elsewhere"
MAY_KNOW = {
    "private": frozenset({"coordinator"}),
    "another": frozenset({"coordinator", "lead of another"}),
    "elsewhere": frozenset({FOREIGN}),
}
TOLD_BY = {"private": TELLTALE, "another": UNSHOWN, "elsewhere": ELSEWHERE}
TRIED_OFTEN = {"member", "lead"}  # the others with `make chaos`
# What one may do about a group that everybody sees, without being in it; and what is the coalition's.
ABOUT_ANY_GROUP = {"group list", "group join", "group change", "group leave", "group channel"}


def secrets(role: str) -> list[str]:
    """What somebody of this role is never to read."""
    return [told for whose, some in TOLD_BY.items() if role not in MAY_KNOW[whose] for told in some]


@pytest.mark.parametrize("whose", sorted(TOLD_BY))
@pytest.mark.parametrize("role", often(sorted(EVERYBODY), TRIED_OFTEN))
def test_forged_answers_do_nothing_and_show_nothing(world: World, role: str, whose: str) -> None:
    if role in MAY_KNOW[whose]:
        return
    actor, before = world.actors[role], rows(world.house.db)
    for name, spec in SPECS.items():
        for asked, answers in forgeries(world, spec, whose):
            seen = whose == "another" and role != FOREIGN
            if seen and (name in ABOUT_ANY_GROUP or asked == "trip" or (asked == "about" and role == "member")):
                continue
            said = words(actor.gives(name, **answers))
            for told in secrets(role):
                assert told not in said, (name, asked, said)
        if spec.writes:
            changed = {table: stored for table, stored in rows(world.house.db).items() if stored != before[table]}
            assert not changed, (name, changed.keys())


NOT_THERE = {SECRET: "Qxzwv jhkfghkpy", HIDDEN: "Xurxes Vagt", "Ute": "Uze", "Testimonies": "Xqzvkwjpltm"}
NAMED = {
    **dict.fromkeys(("group", "to", "into"), SECRET),
    **dict.fromkeys(("who", "gone", "kept", "owner"), HIDDEN),
    "application": "Ute",
    "deadline": "Testimonies",
}
ENROLLING = {"group add", "coalition assign"}  # whoever is mentioned is signed up, and is told by whom


def alike(world: World, asked: Field, command: str) -> Iterator[tuple[str, str]]:
    """Answers about the private group, each beside one about nothing that is there."""
    if asked.name in NAMED:
        yield NAMED[asked.name], NOT_THERE[NAMED[asked.name]]
    if asked.name in world.theirs["private"]:
        yield world.theirs["private"][asked.name], "aB3_" * 3
    if asked.kind is Kind.PERSON and command not in ENROLLING:
        yield "wide:T1:@sami", "wide:T1:@noor"


@pytest.mark.parametrize("role", often(sorted(EVERYBODY - {"coordinator"}), TRIED_OFTEN))
def test_a_private_group_is_spoken_of_as_what_is_not_there(world: World, role: str) -> None:
    actor = world.actors[role]
    for name, spec in SPECS.items():
        whole = filled_in(spec, world) | ({"application": ""} if role in LEAD else {})
        for each in spec.fields:
            if each.name not in NAMING - {"trip"} or not (each.carried or each.suggest):
                continue
            for there, nothing in alike(world, each, name):
                said = [words(actor.gives(name, **whole | {each.name: typed})) for typed in (there, nothing)]
                assert said[0].replace(there, "…") == said[1].replace(nothing, "…"), (name, each.name)
                offered = [
                    [option.label.replace(typed, "…") for option in actor.options(name, each.name, typed)]
                    for typed in (there, nothing)
                ]
                assert offered[0] == offered[1], (name, each.name)
