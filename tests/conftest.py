"""What all tests share: an empty database of each kind, and a house on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coalition_bot.db import Database
from tests.counterparts import postgres
from tests.story import House, create_tables

pytest_plugins = [
    "tests.skips",
    "tests.browser",
    "tests.counterparts.discord.fixtures",
    "tests.counterparts.slack.fixtures",
]


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database with all tables, once of each kind."""
    yield from _sqlite(tmp_path) if request.param == "sqlite" else _postgres()


@pytest.fixture
def sqlite_db(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database with all tables, for what has nothing to do with the engine."""
    yield from _sqlite(tmp_path)


@pytest.fixture
def house(db: Database) -> House:
    """A bot on an empty database of each kind."""
    return House(db)


@pytest.fixture
def small_house(sqlite_db: Database) -> House:
    """A bot on an empty SQLite database."""
    return House(sqlite_db)


def _sqlite(folder: Path) -> Iterator[Database]:
    db = Database(f"sqlite:///{folder / 'test.db'}")
    create_tables(db)
    yield db
    db.close()


def _postgres() -> Iterator[Database]:
    template = postgres.template_database("tables", _fill)
    with postgres.fresh_database(template) as url:
        db = Database(url)
        yield db
        db.close()


def _fill(url: str) -> None:
    db = Database(url)
    create_tables(db)
    db.close()
