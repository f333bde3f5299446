"""Sign-ups as files and as a picture, through the door, and what they cost while nobody asks for them."""

from __future__ import annotations

import csv
import io
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.coalition import COORDINATOR, NOW, PLATFORMS, Size, generate
from benchmarks.signups import QUESTIONS, page, run
from coalition_bot.command import File, Reply
from coalition_bot.db import Database, serve
from coalition_bot.features.groups.tables import Membership
from coalition_bot.features.signups.drawing import GROUPS_SHOWN, Picture, draw, drawable
from coalition_bot.features.signups.listing import CHUNK
from coalition_bot.people import Person
from tests.story import WIDE, Actor, GivenClock, House, words
from tests.test_groups import joined, ok, open_all, table
from tests.travel import narrow

ROOT = Path(__file__).parent.parent
HEAVY = ("matplotlib", "numpy", "xlsxwriter", "python_calamine", "dateparser", "PIL")


def file(outcome: object) -> File:
    """The file of a reply."""
    assert isinstance(outcome, Reply), outcome
    assert outcome.file, words(outcome)
    return outcome.file


def rows(given: File) -> list[list[str]]:
    """What a spreadsheet reads, with the headings."""
    if given.name.endswith(".csv"):
        return list(csv.reader(io.StringIO(given.open().read().decode("utf-8-sig"), newline="")))
    book = CalamineWorkbook.from_filelike(io.BytesIO(given.open().read()))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]


@pytest.fixture
def anna(house: House) -> Actor:
    """A coordinator; Maria leads Housing, in which are two, and one has left."""
    anna, maria, leo = house.found(), house.person("maria"), house.person("leo")
    open_all(anna)
    joined(maria, "housing", "evictions", "Tenants; United")
    joined(house.person("omar"), "housing", "=cmd|' /C calc'!A0", "@evil")
    joined(house.person("yuki"), "migration", "拘留", "移民之家")
    joined(leo, "migration", "asylum", "")
    ok(leo.says("/group leave migration"))
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    return anna


@pytest.mark.parametrize("wanted", ["csv", "xlsx"])
def test_the_same_question_as_a_file(anna: Actor, wanted: str) -> None:
    shown = anna.says("/signups sort=name")
    reply = anna.taps(shown, f"As {wanted.upper()}")
    assert "The file has 3 sign-ups" in words(reply)
    given = file(reply)
    assert given.name == f"sign-ups.{wanted}"
    head, *found = rows(given)
    assert head[:7] == ["Group", "Kind", "Name", "Organisation", "Issue", "Role in the group", "State"]
    assert [row[2] for row in found] == [row[0].removesuffix(" (lead)") for row in table(shown)]
    maria, omar, yuki = found
    assert maria == [
        "Housing",
        "Working group",
        "Maria",
        "Tenants; United",
        "evictions",
        "Lead",
        "In",
        *["2019-09-02"] * 2,
        "",
    ]
    assert (omar[3], omar[4]) == ("'@evil", "'=cmd|' /C calc'!A0")
    assert yuki[3:5] == ["移民之家", "拘留"]
    given.close()
    (left,) = rows(file(anna.gives("signups", state="left", file=wanted)))[1:]
    assert (left[2], left[6], left[9]) == ("Leo", "left", "2019-09-02")
    lonely = rows(file(anna.gives("signups", without="group", file=wanted)))
    assert [row[0] for row in lonely] == ["Name", "Anna", "Leo"]


def test_a_leads_file_holds_their_own_groups_only(anna: Actor) -> None:
    maria = anna.house.person("maria")
    assert {row[0] for row in rows(file(maria.gives("signups", file="csv")))[1:]} == {"Housing"}
    assert {row[0] for row in rows(file(maria.gives("signups", file="xlsx", state="")))[1:]} == {"Housing"}
    reply = maria.gives("signups", file="csv", words="拘留")
    assert isinstance(reply, Reply)
    assert reply.file is None


def test_where_an_answer_carries_no_file_it_comes_as_a_message(anna: Actor) -> None:
    house = anna.house
    ben = narrow(house, anna, "ben")
    ok(anna.gives("coalition role", who=ben.mention, role="coordinator"))
    house.post()
    said = ben.says("/signups group=housing file=csv")
    assert "on its way" in words(said)
    house.post()
    sent = ben.inbox[-1].reply
    assert "2 sign-ups in Housing" in words(sent)
    assert {row[2] for row in rows(file(sent))[1:]} == {"Maria", "Omar"}
    ben.says("/signups view=picture")
    house.post()
    picture = ben.inbox[-1].reply
    assert file(picture).alt
    assert "Housing" in words(picture)


def test_more_rows_than_one_chunk_are_all_there(anna: Actor) -> None:
    house, many = anna.house, 2 * CHUNK + 7

    def fill(session: Session) -> None:
        serve(session, 1)
        group = session.scalar(select(Membership.group_id).limit(1))
        people = [Person(name=f"P{number}", created_at=house.clock.now()) for number in range(many)]
        session.add_all(people)
        session.flush()
        now = house.clock.now()
        session.add_all(Membership(group_id=group, person_id=each.id, joined_at=now, issue="x") for each in people)

    house.db.write(fill)
    for wanted in ("csv", "xlsx"):
        given = file(anna.gives("signups", file=wanted, sort="name"))
        found = rows(given)
        assert len(found) == many + 4
        assert len({row[2] for row in found}) == many + 4
        given.close()


def test_the_picture_says_the_same_in_words_and_in_the_table(anna: Actor) -> None:
    anna.house.clock.forward(weeks=3)
    joined(anna.house.person("zoe"), "migration")
    reply = anna.taps(anna.says("/signups"), "Picture")
    picture = file(reply)
    assert (picture.name, picture.media) == ("sign-ups.png", "image/png")
    head = picture.open().read(33)
    assert head.startswith(b"\x89PNG")
    assert struct.unpack(">II", head[16:24]) == (720, 900)
    assert table(reply) == (("1", "Housing", "2"), ("2", "Migration", "2"))
    for told in ("4 sign-ups", "2 September 2019: 3", "23 September 2019: 4", "1 Housing: 2", "2 Migration: 2"):
        assert told in picture.alt
    few = anna.says("/signups group=housing view=picture")
    assert "Migration" not in file(few).alt
    maria = anna.house.person("maria")
    assert "Migration" not in file(maria.gives("signups", view="picture")).alt


def test_names_that_the_font_lacks_are_numbers_in_the_picture() -> None:
    assert drawable("Housing and land (Düsseldorf, Київ)")
    for name in ("住房", "مجموعة", "בית", "กลุ่ม", "👩‍👩‍👧", "e\u0301"):
        assert not drawable(name)


def test_a_name_is_no_formula_for_the_picture_and_nothing_is_too_long_or_too_much(anna: Actor) -> None:
    monday = anna.house.clock.now().date()
    hostile = [
        "$\\frac{1$",
        "%(x)s {0}",
        "住" * 80,
        "W" * 80,
        *(f"Group {number}" for number in range(GROUPS_SHOWN - 4)),
    ]
    picture = Picture("1 sign-up", [(monday, 1)], [(name, 10**6) for name in hostile])
    assert len(draw(picture)) > 10_000
    assert all(name in picture.alt for name in hostile)
    for number in range(GROUPS_SHOWN + 3):
        ok(anna.gives("group create", name=f"Circle {number}", about="x"))
        joined(anna.house.person("omar"), f"Circle {number}")
    assert len(table(anna.says("/signups view=picture"))) == GROUPS_SHOWN


def test_the_benchmark_asks_what_can_be_answered(tmp_path: Path) -> None:
    results = [run(f"sqlite:///{tmp_path / 'small.db'}", Size(people=400, groups=100, sign_ups=1_500), rounds=1)]
    told = page(results, "…", "…")
    assert all(f"| {question.name} |" in told for question in QUESTIONS)
    assert [export.rows > 1_000 for export in results[0].exports] == [True, True]


def test_an_export_keeps_few_of_its_rows_in_memory(sqlite_db: Database) -> None:
    generate(sqlite_db, Size(people=4_000, groups=100, sign_ups=12_000))
    house = House(sqlite_db, GivenClock(NOW), extra_limits={PLATFORMS[0]: WIDE})
    anna = house.person(COORDINATOR, platform=PLATFORMS[0], community="L1")
    file(anna.gives("signups", file="csv", group="Group 7 on prisons")).close()
    tracemalloc.start()
    given = file(anna.gives("signups", file="csv"))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(rows(given)) > 10_000
    assert most < 4_000_000  # with all rows it would be five times as much


def test_nothing_heavy_is_imported_before_somebody_asks_for_it() -> None:
    seen = f"import sys, adapters.__main__; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", seen], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
