"""The wall between coalitions, times, and what a vault opens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import InternalError, StatementError
from sqlalchemy.orm import Session, aliased

from coalition_bot.db import Away, Database, serve
from coalition_bot.people import Coalition, Person
from coalition_bot.vault import Unreadable, Vault, new_key, read_keys
from tests.story import START

KEYS = [b"a" * 32, b"b" * 32]


def two_coalitions(session: Session) -> tuple[int, int]:
    ids = []
    for name in ("One", "Two"):
        coalition = Coalition(name=name, zone="UTC", created_at=START)
        session.add(coalition)
        session.flush()
        serve(session, coalition.id)
        session.add(Person(name=f"Of {name}", created_at=START))
        session.flush()
        ids.append(coalition.id)
    return ids[0], ids[1]


def test_every_kind_of_query_is_bounded_to_the_coalition_served(db: Database) -> None:
    one, two = db.write(two_coalitions)

    def look(session: Session) -> None:
        serve(session, one)
        foreign = session.scalar(
            select(Person.id).where(Person.name == "Of Two"), execution_options={"every_coalition": True}
        )
        assert foreign is not None
        assert session.get(Person, foreign) is None
        assert session.scalars(select(Person.name)).all() == ["Of One"]
        other = aliased(Person)
        assert session.scalars(select(other.name)).all() == ["Of One"]
        assert session.execute(select(Coalition.name, Person.name).join(Person, Person.id == foreign)).all() == []
        session.execute(update(Person).values(name="mine"))

    db.write(look)
    names = db.read(lambda s: s.scalars(select(Person.name), execution_options={"every_coalition": True}).all())
    assert sorted(names) == ["Of Two", "mine"]
    assert two


def test_before_a_coalition_is_served_its_tables_look_empty(db: Database) -> None:
    db.write(two_coalitions)
    assert db.read(lambda session: session.scalars(select(Person)).all()) == []


def test_nothing_is_written_into_another_coalition(db: Database) -> None:
    one, two = db.write(two_coalitions)

    def smuggle(session: Session) -> None:
        serve(session, one)
        session.add(Person(coalition_id=two, name="spy", created_at=START))

    with pytest.raises(RuntimeError, match="another coalition"):
        db.write(smuggle)


def test_a_reader_cannot_write(db: Database) -> None:
    db.write(two_coalitions)

    def write(session: Session) -> None:
        session.add(Coalition(name="x", zone="UTC", created_at=START))
        session.flush()

    with pytest.raises((Away, InternalError)):
        db.read(write)
    assert db.read(lambda s: len(s.scalars(select(Coalition)).all())) == 2


def test_times_come_back_as_aware_utc_and_naive_ones_are_refused(db: Database) -> None:
    there = datetime(2020, 5, 11, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    db.write(lambda s: s.add(Coalition(name="x", zone="UTC", created_at=there)))
    back = db.read(lambda s: s.scalar(select(Coalition.created_at)))
    assert back == there
    assert back.tzinfo is UTC
    with pytest.raises(StatementError, match="naive"):
        db.write(lambda s: s.add(Coalition(name="x", zone="UTC", created_at=datetime(2020, 1, 1))))


def test_a_database_out_of_reach_is_away() -> None:
    db = Database("postgresql://nobody:wrong@127.0.0.1:9/none")
    with pytest.raises(Away) as away:
        db.ping()
    assert "wrong" not in str(away.value)


def test_a_sealed_value_opens_only_in_its_own_place() -> None:
    vault = Vault(KEYS)
    sealed = vault.seal("CANARY", 1, "person", "field")
    assert b"CANARY" not in sealed
    assert vault.open(sealed, 1, "person", "field") == "CANARY"
    for elsewhere in [(2, "person", "field"), (1, "perso", "nfield"), (1, "person")]:
        with pytest.raises(Unreadable):
            vault.open(sealed, *elsewhere)
    with pytest.raises(Unreadable):
        vault.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), 1, "person", "field")


def test_an_older_key_still_opens_and_a_lost_one_does_not() -> None:
    sealed = Vault(KEYS[:1]).seal("x", 1)
    assert Vault([KEYS[1], KEYS[0]]).open(sealed, 1) == "x"
    with pytest.raises(Unreadable):
        Vault(KEYS[1:]).open(sealed, 1)


def test_a_new_key_is_readable_and_each_is_another() -> None:
    first, second = new_key(), new_key()
    assert first != second
    assert [len(key) for key in read_keys(f"{first}, {second}")] == [32, 32]
    with pytest.raises(ValueError, match="32 bytes"):
        Vault([b"short"])
