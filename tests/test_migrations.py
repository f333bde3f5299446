"""One tree of migrations for both databases: it makes what the models say, and goes down and up again with data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, select, text

import adapters.web.tables  # noqa: F401 - all tables have to be known
import coalition_bot.keys
import coalition_bot.lease  # noqa: F401
import migrations
from coalition_bot.db import Base, Database
from coalition_bot.people import Coalition
from tests.counterparts import postgres
from tests.story import House, words


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'migrated.db'}"
    else:
        with postgres.fresh_database() as address:
            yield address


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    found = set(inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_migrations_make_what_the_models_say(url: str) -> None:
    migrations.upgrade(url)
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()
    assert tables(url) == set(Base.metadata.tables) | {"alembic_version"}


def test_up_and_down_and_up_again(url: str) -> None:
    assert not migrations.is_current(url)
    migrations.upgrade(url)
    assert migrations.is_current(url)
    migrations.upgrade(url)
    migrations.downgrade(url)
    assert tables(url) == {"alembic_version"}
    migrations.upgrade(url)
    assert migrations.is_current(url)


def test_a_migrated_database_serves_and_keeps_its_data_over_another_upgrade(url: str) -> None:
    migrations.upgrade(url)
    db = Database(url)
    anna = House(db).found()
    migrations.upgrade(url)
    assert "Coordinator" in words(anna.says("/my profile"))
    assert db.read(lambda s: s.scalar(select(Coalition.name))) == "Coalition for Change"
    db.close()


def test_a_migration_that_fails_leaves_the_old_schema(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: object) -> None:
        raise RuntimeError("killed in the middle")

    monkeypatch.setattr(migrations, "_check", fail)
    with pytest.raises(RuntimeError, match="killed"):
        migrations.upgrade(url)
    assert tables(url) == set()


def test_a_migration_that_would_leave_orphans_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'orphans.db'}"
    migrations.upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        orphan = "INSERT INTO code (coalition_id, code, purpose, person_id, expires_at) VALUES (9, 'x', 'y', 9, '')"
        connection.execute(text(orphan))
    engine.dispose()
    with pytest.raises(RuntimeError, match="without their parent"):
        migrations.upgrade(url)
