"""Who signed up for what, asked through the door: each filter alone and with others, and who may ask."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from coalition_bot.command import Form, Reply
from coalition_bot.history import Reading
from tests.story import Actor, House, words
from tests.test_groups import joined, no, ok, table
from tests.travel import fill, narrow, ready

GROUPS = {
    "Housing": {"kind": "working", "capacity": "2"},
    "Migration": {"kind": "working"},
    "Detroit": {"kind": "city"},
    "Press": {"kind": "task_force"},
    "News": {"kind": "list"},
    "Shelter": {"kind": "working"},
}


@dataclass
class Cast:
    """The people of the story."""

    house: House
    anna: Actor  # coordinates
    maria: Actor  # leads Housing
    omar: Actor  # in Housing and Migration


@pytest.fixture
def cast(house: House) -> Cast:
    """Six groups, and people in each way in which one can be in a group, or not."""
    anna = ready(house)
    for name, answers in GROUPS.items():
        ok(anna.gives("group create", name=name, about="What it works on", **answers))
    ben = narrow(house, anna, "ben")
    maria, omar = house.person("maria"), house.person("omar")
    joined(maria, "housing", "evictions of families", "Tenants United")
    joined(omar, "housing", "homeless children, and evictions", "Street Watch")
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    house.clock.forward(days=10)
    joined(house.person("rosa"), "housing", "rents", "Tenants' Association")
    joined(omar, "migration", "detention of families", "Street Watch")
    joined(ben, "detroit", "water", "Great Lakes")
    joined(house.person("yuki"), "press", "newspapers", "Street Watch")
    joined(house.person("ada"), "news", "", "Great Lakes")
    joined(house.person("dina"), "shelter", "a safe house", "Tenants United")
    ok(anna.gives("group edit", group="shelter", private="yes"))
    leo = house.person("leo")
    joined(leo, "migration", "asylum", "Street Watch")
    house.clock.forward(days=10)
    ok(leo.says("/group leave migration"))
    house.post()
    return Cast(house, anna, maria, omar)


def found(outcome: Reply | Form) -> list[tuple[str, str]]:
    """The names and groups in the order in which they are shown."""
    return [(row[0].removesuffix(" (lead)"), row[2]) for row in table(outcome)]


ALL = {
    ("Maria", "Housing"),
    ("Omar", "Housing"),
    ("Rosa", "Housing"),
    ("Omar", "Migration"),
    ("Ben", "Detroit"),
    ("Yuki", "Press"),
    ("Ada", "News"),
    ("Dina", "Shelter"),
}
FIRST = {("Maria", "Housing"), ("Omar", "Housing")}


CASES: tuple[tuple[str, set[tuple[str, str]], str], ...] = (
    ("", ALL, "8 sign-ups"),
    ("housing", FIRST | {("Rosa", "Housing")}, "3 sign-ups in Housing"),
    ("group=shelter", {("Dina", "Shelter")}, "1 sign-up in Shelter"),
    ("kind=city", {("Ben", "Detroit")}, "of the kind City chapter"),
    ('kind="mailing list"', {("Ada", "News")}, "Mailing list"),
    (
        'organisation="STREET  watch."',
        {("Omar", "Housing"), ("Omar", "Migration"), ("Yuki", "Press")},
        "from STREET",
    ),
    (
        "organisation=tenants",
        {("Maria", "Housing"), ("Rosa", "Housing"), ("Dina", "Shelter")},
        "begin with “tenants”",
    ),
    ("organisation=tenants_", {("Maria", "Housing"), ("Rosa", "Housing"), ("Dina", "Shelter")}, "begin with"),
    ("words=EVICTIONS", FIRST, "with “EVICTIONS” in the issue"),
    ('words="families detention"', {("Omar", "Migration")}, ""),
    ("words=%", set(), "in ordinary letters"),
    ("since=2019-09-03", ALL - FIRST, "since Tuesday, 3 September 2019"),
    ('since="12 september"', ALL - FIRST, "since Thursday, 12 September 2019"),
    ("since=2019-09-13", set(), "was found"),
    ("before=2019-09-03", FIRST, "before Tuesday, 3 September 2019"),
    ("before=2019-09-02", set(), "was found"),
    ("role=lead", {("Maria", "Housing")}, "by leads"),
    ("role=member", ALL - {("Maria", "Housing")}, "by members"),
    ("role=coordinator", set(), "was found"),
    ("platform=narrow", {("Ben", "Detroit")}, "with an account on Narrow"),
    ("platform=wide", ALL - {("Ben", "Detroit")}, ""),
    ("state=in", ALL - {("Rosa", "Housing"), ("Yuki", "Press")}, "with a place"),
    ("state=waiting", {("Rosa", "Housing")}, "1 sign-up waiting for a place"),
    ("state=applied", {("Yuki", "Press")}, "waiting for an answer"),
    ("state=left", {("Leo", "Migration")}, "1 sign-up that are over"),
    ("group=housing state=waiting", {("Rosa", "Housing")}, "1 sign-up in Housing waiting for a place"),
    ("group=housing words=evictions role=member", {("Omar", "Housing")}, ""),
    ('kind="working group" organisation="street watch" since=2019-09-03', {("Omar", "Migration")}, ""),
    ("state=in platform=wide before=2019-09-03 role=lead organisation=tenants", {("Maria", "Housing")}, ""),
    ("state=left group=migration words=asylum", {("Leo", "Migration")}, ""),
    ("state=left group=housing", set(), "was found"),
)


def test_each_filter_alone_and_with_others(cast: Cast) -> None:
    for line, who, said in CASES:
        reply = cast.anna.says(f"/signups {line}")
        assert said in words(reply), line
        assert isinstance(reply, Reply)
        if who:
            assert set(found(reply)) == who, line
            assert words(reply).startswith(str(len(who))), line
        else:
            assert reply.table is None, line


SORTED = {
    "name": ["Ada", "Ben", "Dina", "Maria", "Omar", "Omar", "Rosa", "Yuki"],
    "organisation": ["Ada", "Ben", "Omar", "Omar", "Yuki", "Rosa", "Dina", "Maria"],
    "group": ["Ben", "Maria", "Omar", "Rosa", "Omar", "Ada", "Yuki", "Dina"],
}


def test_sorted_as_asked(cast: Cast) -> None:
    for sort, names in SORTED.items():
        every = found(cast.anna.says(f"/signups sort={sort}"))
        assert [name for name, _group in every] == names
        few = found(cast.anna.says(f"/signups sort={sort} group=housing"))
        assert few == [row for row in every if row[1] == "Housing"]
    newest = found(cast.anna.says("/signups"))
    assert (newest[0], newest[-1]) == (("Dina", "Shelter"), ("Maria", "Housing"))
    assert found(cast.anna.says("/signups group=housing"))[0] == ("Rosa", "Housing")


def test_days_are_those_of_the_coalition(cast: Cast) -> None:
    late = cast.house.person("nina")
    cast.house.clock.set(cast.house.clock.now().replace(month=11, day=2, hour=3))  # in New York it is still the first
    joined(late, "migration")
    assert found(cast.anna.says("/signups since=2019-11-01")) == [("Nina", "Migration")]
    assert "Nina" not in words(cast.anna.says("/signups since=2019-11-02"))
    assert found(cast.anna.says("/signups since=today")) == [("Nina", "Migration")]
    assert "1 November 2019" in words(cast.anna.says("/signups since=today"))


def test_since_counts_the_day_and_before_does_not(cast: Cast) -> None:
    midnight = cast.house.clock.now().replace(month=10, day=5, hour=4, minute=0)  # in New York
    cast.house.clock.set(midnight)
    joined(cast.house.person("nina"), "migration")
    cast.house.clock.forward(days=2)
    assert found(cast.anna.says("/signups since=2019-10-05")) == [("Nina", "Migration")]
    assert "Nina" not in words(cast.anna.says("/signups before=2019-10-05"))
    assert "Nina" in words(cast.anna.says("/signups before=2019-10-06"))


def test_who_was_forgotten_is_nowhere(cast: Cast) -> None:
    ok(cast.omar.taps(cast.omar.says("/my forget"), "Delete everything"))
    for question in ({}, {"state": "left"}, {"without": "group"}):
        said = words(cast.anna.gives("signups", **question))
        assert "Omar" not in said
        assert "former" not in said


def test_a_day_that_cannot_be_read_is_asked_again(cast: Cast) -> None:
    for typed, why in (("soonish", "I can't read"), ("3/4/2019", "can mean two days"), ("a", "I can't read")):
        said = cast.anna.gives("signups", since=typed, group="housing")
        assert why in no(said)
        form = cast.anna.taps(said, "Change my answers")
        assert isinstance(form, Form)
        assert form.questions[0].value_label == "Housing"


def test_pages_are_turned_by_buttons_that_carry_the_question(house: House) -> None:
    anna = house.found()
    ok(anna.gives("group create", name="Housing", about="Rents"))
    for number in range(45):
        joined(house.person(f"p{number:02}"), "housing", "rents")
    first = anna.says("/signups group=housing words=rents sort=name")
    assert "45 sign-ups in Housing" in words(first)
    assert "Page 1 of 3" in words(first)
    second = anna.taps(first, "More")
    third = anna.taps(second, "More")
    seen = [name for page in (first, second, third) for name, _group in found(page)]
    assert seen == [f"P{number:02}" for number in range(45)]
    assert "More" not in words(third)
    assert found(anna.taps(third, "Back")) == found(second)
    for forged in ("99999999", "-1", "9999", "x"):
        assert isinstance(anna.gives("signups", page=forged), Reply)
    assert found(anna.gives("signups", page="9999", sort="name")) == found(anna.gives("signups", page="3", sort="name"))


def test_nothing_is_found_and_a_filter_can_be_left_out(cast: Cast) -> None:
    none = cast.anna.says("/signups group=detroit state=waiting")
    assert "No sign-up in Detroit waiting for a place was found" in words(none)
    assert found(cast.anna.taps(none, "Leave out “waiting for a place”")) == [("Ben", "Detroit")]
    assert found(cast.anna.taps(none, "Leave out “in Detroit”")) == [("Rosa", "Housing")]
    form = cast.anna.taps(none, "Change my answers")
    assert isinstance(form, Form)
    assert found(cast.anna.fills(form, state="in")) == [("Ben", "Detroit")]


def test_counts_by_group_organisation_and_issue(cast: Cast) -> None:
    groups = table(cast.anna.says("/signups view=group"))
    assert groups[0] == ("Housing", "3")
    assert ("Shelter", "1") in groups
    organisations = table(cast.anna.taps(cast.anna.says("/signups"), "By organisation"))
    assert organisations[:2] == (("Street Watch", "3"), ("Great Lakes", "2"))
    issues = table(cast.anna.says("/signups kind=list view=issue"))
    assert issues == (("not sure yet", "1"),)
    rows = cast.anna.taps(cast.anna.says("/signups group=housing view=issue"), "Rows")
    assert len(table(rows)) == 3
    joined(cast.house.person("zoe"), "migration", "Detention of Families!")
    assert table(cast.anna.says("/signups view=issue words=detention")) == (("detention of families", "2"),)


def test_people_in_no_group(cast: Cast) -> None:
    lonely = cast.anna.gives("signups", without="Not in any group")
    assert {row[0] for row in table(lonely)} == {"Anna", "Dora", "Ada", "Leo"}  # a mailing list is no group to be in
    assert "4 people without a group" in words(lonely)
    assert {row[0] for row in table(cast.anna.gives("signups", without="group", organisation="Street Watch"))} == {
        "Leo"
    }
    assert {row[0] for row in table(cast.anna.gives("signups", without="group", role="coordinator"))} == {"Anna"}
    no_city = {row[0] for row in table(cast.anna.gives("signups", without="group", kind="city"))}
    assert "Ben" not in no_city
    assert {"Maria", "Omar"} <= no_city
    not_in = {row[0] for row in table(cast.anna.gives("signups", without="group", group="Housing"))}
    assert not_in.isdisjoint({"Maria", "Omar", "Rosa"})
    assert {"Ben", "Dina"} <= not_in
    astray = cast.anna.gives("signups", without="group", state="waiting")
    assert "cannot be asked" in no(astray)
    assert len(table(cast.anna.taps(astray, "Leave it out"))) == 4


def test_groups_without_a_representative_at_a_trip(cast: Cast) -> None:
    trip = next(option for option in cast.anna.options("signups", "without") if "trip" in option.value)
    assert trip.label.startswith("No representative at Review, United States")
    every = {row[0] for row in table(cast.anna.gives("signups", without=trip.value))}
    assert every == {"Housing", "Migration", "Detroit", "Press", "Shelter"}
    fill(cast.maria, "intent")
    fill(cast.house.person("dina"), "intent", coming="not sure")  # who is not sure represents nobody yet
    left = cast.anna.gives("signups", without=trip.value)
    assert {row[0] for row in table(left)} == {"Migration", "Detroit", "Press", "Shelter"}
    assert "4 groups with “No representative at" in words(left)
    assert "Press" not in words(cast.anna.gives("signups", without=trip.value, kind="working"))
    assert "cannot be asked" in no(cast.anna.gives("signups", without=trip.value, words="rents"))


def test_a_member_may_not_ask(cast: Cast) -> None:
    for line in ("/signups", "/signups housing", "/signups file=csv", '/signups without="Not in any group"'):
        said = no(cast.omar.says(line))
        assert "/signups is for" in said
        assert "Maria" not in said
    assert cast.omar.options("signups", "group") == []
    assert "sign-ups" not in words(cast.omar.says("/coalition help"))


def test_a_lead_sees_only_the_groups_they_lead(cast: Cast) -> None:
    own = FIRST | {("Rosa", "Housing")}
    assert set(found(cast.maria.says("/signups"))) == own
    assert set(found(cast.maria.says("/signups sort=organisation"))) == own
    assert table(cast.maria.says("/signups view=group")) == (("Housing", "3"),)
    assert {row[0] for row in table(cast.maria.says("/signups view=organisation"))} == {
        *("Street Watch", "Tenants United", "Tenants' Association")
    }
    joined(cast.house.person("zoe"), "housing", "DETENTION (of families)")  # folds as what Omar typed elsewhere
    assert ("DETENTION (of families)", "1") in table(cast.maria.says("/signups view=issue"))
    assert "asylum" not in words(cast.maria.says("/signups view=issue"))
    for narrowed in ("state=applied", "kind=city", "platform=narrow", "words=asylum"):
        reply = cast.maria.says(f"/signups {narrowed}")
        assert isinstance(reply, Reply)
        assert reply.table is None
        assert "was found" in words(reply)
    for hidden in ("shelter", "Migration"):
        reply = cast.maria.gives("signups", group=hidden)
        assert "not among the choices" in words(reply)
        assert "Housing" in words(reply) or "Did you mean" not in words(reply)
    secret = cast.anna.options("signups", "group", "shelter")[0].value
    assert "Dina" not in words(cast.maria.gives("signups", group=secret))
    assert [option.label for option in cast.maria.options("signups", "group")] == ["Housing"]
    assert cast.maria.options("signups", "without") == []
    for missing in ("group", "Not in any group"):
        assert "not among the choices" in words(cast.maria.gives("signups", without=missing))


def test_whoever_does_not_lead_any_more_asks_no_more(cast: Cast) -> None:
    first = cast.maria.says("/signups")
    ok(cast.anna.gives("group lead", group="housing", who=cast.maria.mention, role="member"))
    assert "/signups is for" in no(cast.maria.taps(first, "By group"))


def test_closed_groups_are_asked_for_by_name_only(cast: Cast) -> None:
    ok(cast.anna.taps(cast.anna.says("/group close detroit"), "Close it"))
    assert ("Ben", "Detroit") not in found(cast.anna.says("/signups"))
    assert found(cast.anna.gives("signups", group="Detroit (closed)")) == [("Ben", "Detroit")]
    assert "Ben" in words(cast.anna.gives("signups", without="group"))


def test_another_coalition_sees_nothing_of_it(cast: Cast) -> None:
    zoe = cast.house.person("zoe", community="T2", admin=True)
    ok(zoe.says('/coalition setup "Elsewhere" "Geneva" here'))
    ok(zoe.gives("group create", name="Housing", about="Rents"))
    for line in ("", "view=organisation", "view=issue", "view=group", "sort=group", "sort=name", "words=rents"):
        reply = zoe.says(f"/signups {line}")
        assert isinstance(reply, Reply)
        assert reply.table is None, line
    lonely = zoe.gives("signups", without="group")
    assert [row[0] for row in table(lonely)] == ["Zoe"]
    assert zoe.options("signups", "without")[1:] == []


def test_looks_and_exports_are_logged_apart(cast: Cast) -> None:
    cast.anna.says("/signups group=housing words=evictions")
    cast.anna.says("/signups group=housing file=csv")
    every = select(Reading.what, Reading.about).where(Reading.what.startswith("sign-ups")).order_by(Reading.id)
    kept = cast.house.db.read(lambda session: session.execute(every, execution_options={"every_coalition": True}).all())
    assert [what for what, _about in kept] == ["sign-ups", "sign-ups: export as csv"]
    assert all("evictions" not in about and "group=" in about for _what, about in kept)


def test_it_is_asked_in_a_form_of_five_questions_at_a_time(cast: Cast) -> None:
    ok(
        cast.anna.gives(
            "coalition role",
            who=cast.house.person("ben", platform="narrow", community="D1").mention,
            role="coordinator",
        )
    )
    ben = cast.house.person("ben", platform="narrow", community="D1")
    form = ben.taps(ben.says("/signups group=housing"), "Filter")
    assert isinstance(form, Form)
    assert [question.name for question in form.questions] == ["group", "state", "kind", "organisation", "words"]
    while isinstance(form, Form):
        assert not any(question.required for question in form.questions)
        form = ben.fills(form, **({"state": "waiting"} if form.page == 1 else {}))
    assert found(form) == [("Rosa", "Housing")]


def test_hostile_words_find_nothing_and_break_nothing(cast: Cast) -> None:
    for hostile in ("'; DROP TABLE person; --", "%_\\", "@everyone <@U1> *bold*", "=1+1", "ﷺ" * 60, "\u202etxt", "\0"):
        for question in ("words", "organisation", "since", "group", "platform", "without"):
            reply = cast.anna.gives("signups", **{question: hostile})
            assert "reference" not in words(reply)
            assert not (isinstance(reply, Reply) and reply.table), (question, hostile)
