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


def test_a_database_of_first_light_goes_on_with_all_its_people(url: str) -> None:
    migrations.upgrade(url, "0001")
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in FIRST_LIGHT:
            connection.execute(text(statement))
    engine.dispose()
    migrations.upgrade(url)
    db = Database(url)
    house = House(db)
    maria = house.person("maria")
    assert "Housing | evictions | nobody yet" in words(maria.says("/group mine"))
    anna = house.person("anna")
    assert "1 sign-up" in words(anna.says('/signups organisation="tenants united" words=evict'))
    assert "Straße | Tenants United" in words(anna.says("/group members housing"))
    db.close()


MOMENT = "'2019-09-02 08:00:00+00'"
FIRST_LIGHT = (
    "INSERT INTO coalition (id, name, zone, sample, created_at) "
    f"VALUES (1, 'Change', 'Europe/Zurich', false, {MOMENT})",
    "INSERT INTO community (id, platform, external, name, announcements, created_at, coalition_id) "
    f"VALUES (1, 'wide', 'T1', 'Sample', '', {MOMENT}, 1)",
    "INSERT INTO person (id, uid, name, organisation, zone, role, allowed, former, created_at, coalition_id) VALUES "
    f"(1, 'p1', 'Anna', '', '', 'coordinator', false, false, {MOMENT}, 1), "
    f"(2, 'p2', 'Straße', 'Tenants United', '', 'member', false, false, {MOMENT}, 1)",
    "INSERT INTO identity (id, community_id, person_id, platform, account, created_at, coalition_id) VALUES "
    f"(1, 1, 1, 'wide', 'anna', {MOMENT}, 1), (2, 1, 2, 'wide', 'maria', {MOMENT}, 1)",
    "INSERT INTO working_group (id, uid, name, folded, about, channel, created_at, coalition_id) "
    f"VALUES (1, 'g1', 'Housing', 'housing', 'Rents', '', {MOMENT}, 1)",
    "INSERT INTO membership (id, uid, group_id, person_id, issue, joined_at, coalition_id) "
    f"VALUES (1, 'm1', 1, 2, 'evictions', {MOMENT}, 1)",
)
