"""The board: all groups at a glance, in words and shapes, the quiet ones in front, in a bounded number of queries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from coalition_bot.command import Reply
from coalition_bot.db import serve
from coalition_bot.features.groups import Group, Lead
from coalition_bot.features.tracks.looks import LIGHTS, OVERDUE
from coalition_bot.folding import fold
from coalition_bot.people import Person, find_community, find_person
from tests.story import Actor, House, words
from tests.test_groups import no, ok, table
from tests.test_tracks import THIRD, join

QUERIES = 20  # for the door, the groups and all that is shown of them


@pytest.fixture
def anna(house: House) -> Actor:
    """A coordinator with three groups, of which Housing has a lead."""
    anna = house.found()
    for name in ("Housing", "Migration", "Zoning"):
        ok(anna.gives("group create", name=name, about="Homes for all"))
    ok(anna.gives("group lead", group="Housing", who=house.person("lena").mention))
    return anna


def rows(outcome: object) -> dict[str, list[str]]:
    """The lines of the board by group, in their order."""
    assert isinstance(outcome, Reply)
    return {name: rest for name, *rest in outcome.table.rows} if outcome.table else {}


def labels(outcome: object) -> list[str]:
    """What can be tapped."""
    assert isinstance(outcome, Reply)
    return [button.label for button in outcome.buttons]


def many_groups(house: House, count: int) -> None:
    """So many groups more, each with a lead, past the door for speed."""

    def fill(session) -> None:  # type: ignore[no-untyped-def]
        community = find_community(session, "wide", "T1")
        assert community
        serve(session, community.coalition_id)
        anna = find_person(session, community, "anna")
        assert anna
        for number in range(count):
            name = f"Group {number:03}"
            group = Group(name=name, folded=fold(name), about="x", created_at=house.clock.now())
            person = Person(name=f"Lead {number:03}", created_at=house.clock.now())
            session.add_all([group, person])
            session.flush()
            session.add(Lead(group_id=group.id, person_id=person.id, since=house.clock.now()))

    house.db.write(fill)


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(house.db.reader, "before_cursor_execute", note)
    yield sent
    event.remove(house.db.reader, "before_cursor_execute", note)


def test_lights_have_a_word_and_a_shape_each() -> None:
    lights = [*LIGHTS.values(), OVERDUE]
    shapes = [light.split(" ", 1)[0] for light in lights]
    assert len(set(shapes)) == len(lights)
    assert all(light.split(" ", 1)[1].isascii() for light in lights)


def test_all_groups_at_a_glance(house: House, anna: Actor) -> None:
    ok(anna.gives("group track", group="Housing", kind="research", state="done"))
    ok(anna.gives("group track", group="Housing", kind="side event", state="in review"))
    board = anna.says("/group board")
    found = rows(board)
    assert list(found) == ["Housing", "Migration", "Zoning"]
    today = "Monday, 2 September 2019"
    assert found["Housing"] == ["1", "New member", "● done", "○ not started", "◐ in review", today]
    assert found["Migration"] == ["0", "no lead", "○ not started", "○ not started", "○ not started", today]
    assert "Groups: 3 · Something missing: 3 · Quiet for 30 days: 0 · Without a lead: 2" in words(board)


def test_what_is_late_says_overdue(house: House, anna: Actor) -> None:
    lena = house.person("lena")
    card = lena.gives("group track", group="Housing", kind="1-pager", due=THIRD, state="in progress")
    ok(lena.taps(card, "Confirm"))
    assert rows(anna.says("/group board"))["Housing"][3] == "◔ in progress"
    house.clock.forward(days=32)
    assert "! overdue" in rows(anna.says("/group board"))["! quiet: Housing"]


def test_quiet_groups_stand_in_front_with_a_word(house: House, anna: Actor) -> None:
    house.clock.forward(days=29)
    join(house.person("maria"), "Migration", shown="no")
    assert list(rows(anna.says("/group board"))) == ["Housing", "Migration", "Zoning"]
    house.clock.forward(days=1)
    assert list(rows(anna.says("/group board"))) == ["! quiet: Housing", "! quiet: Zoning", "Migration"]
    assert "Quiet for 30 days: 2" in words(anna.says("/group board"))


def test_filters_show_only_those(house: House, anna: Actor) -> None:
    house.clock.forward(days=31)
    for kind in ("research", "1-pager", "side event"):
        ok(anna.gives("group track", group="Zoning", kind=kind, state="done"))
    board = anna.says("/group board")
    assert list(rows(anna.taps(board, "Something missing"))) == ["! quiet: Housing", "! quiet: Migration"]
    assert list(rows(anna.taps(board, "Quiet for 30 days"))) == ["! quiet: Housing", "! quiet: Migration"]
    alone = anna.taps(board, "Without a lead")
    assert list(rows(alone)) == ["! quiet: Migration", "Zoning"]
    assert list(rows(anna.taps(alone, "All groups"))) == ["! quiet: Housing", "! quiet: Migration", "Zoning"]
    assert "not among the choices" in no(anna.gives("group board", show="'; DROP TABLE"))


def test_leads_see_their_own_and_members_none(house: House, anna: Actor) -> None:
    lena, maria = house.person("lena"), house.person("maria")
    join(maria, "Housing", shown="yes")
    board = lena.says("/group board")
    assert list(rows(board)) == ["Housing"]
    assert "Groups: 1" in words(board)
    assert not [label for label in labels(board) if "Nudge" in label]
    assert "is for" in no(maria.says("/group board"))
    assert "is for" in no(lena.says("/group nudge"))


def test_private_groups_are_seen_by_coordinators_and_their_leads_only(house: House, anna: Actor) -> None:
    ok(anna.gives("group create", name="Asylum", about="Quietly", private="yes"))
    assert "Asylum (private)" in rows(anna.says("/group board"))
    assert "Asylum" not in words(house.person("lena").says("/group board"))
    zoe = house.person("zoe")
    ok(anna.gives("group lead", group="Asylum", who=zoe.mention))
    assert list(rows(zoe.says("/group board"))) == ["Asylum (private)"]


def test_mailing_lists_have_no_lights_and_closed_groups_no_line(house: House, anna: Actor) -> None:
    ok(anna.gives("group create", name="News", about="Monthly letter", kind="Mailing list"))
    ok(anna.taps(anna.gives("group close", group="Zoning"), "Close it"))
    found = rows(anna.says("/group board"))
    assert "Zoning" not in found
    assert found["News (Mailing list)"][2:5] == ["–", "–", "–"]
    assert "Something missing: 2" in words(anna.says("/group board"))


def test_two_hundred_groups_take_as_few_queries_as_three_and_are_paged(house: House, anna: Actor) -> None:
    with counted(house) as few:
        anna.says("/group board")
    many_groups(house, 200)
    with counted(house) as many:
        board = anna.says("/group board")
    assert len(many) == len(few) <= QUERIES
    seen = list(rows(board))
    pages = 1
    while "More" in labels(board):
        board = anna.taps(board, "More")
        seen += rows(board)
        pages += 1
    assert (len(seen), len(set(seen)), pages) == (203, 203, 21)


def test_a_page_beyond_the_last_and_an_empty_coalition_have_words(house: House) -> None:
    anna = house.found()
    assert "no group" in words(anna.says("/group board"))
    ok(anna.gives("group create", name="Housing", about="Homes"))
    for page in ("9999", "-1", "x", "0"):
        assert "Groups: 1" in words(anna.gives("group board", page=page))
    assert len(table(anna.says("/group board"))) == 1


def test_to_be_nudged_is_no_activity(house: House, anna: Actor) -> None:
    house.clock.forward(days=31)
    ok(anna.taps(anna.gives("group nudge", group="Housing"), "Confirm"))
    assert "! quiet: Housing" in rows(anna.says("/group board"))
