"""Brings a database to the tables of today: one Alembic tree for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.pool import NullPool

from coalition_bot.db import away_if_unreachable

FOLDER = Path(__file__).parent
LOCK = 7_226_001  # any number of our own: one process migrates at a time


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate up to `revision`, all or nothing. Raises Away."""
    from alembic import command

    with _connection(url) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(url: str, revision: str = "base") -> None:
    """Migrate down to `revision`, all or nothing; data of the tables that go is lost. Raises Away."""
    from alembic import command

    with _connection(url) as connection:
        command.downgrade(_config(connection), revision)


def revise(url: str, message: str) -> None:
    """Write the migration from the database at `url` to the models, to be read and mended by hand."""
    from alembic import command

    with _connection(url) as connection:
        command.revision(_config(connection), message, autogenerate=True)


def is_current(url: str) -> bool:
    """Whether the database has all migrations. Raises Away."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with _connection(url) as connection:
        head = ScriptDirectory(str(FOLDER)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == head


def _config(connection: Connection) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    """One transaction for everything: after a crash in the middle the schema is the old one."""
    url = url.replace("postgres://", "postgresql://", 1)
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _by_hand)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with away_if_unreachable(), engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            yield connection
            _check(connection)
    finally:
        engine.dispose()


def _by_hand(connection: Any, _record: object) -> None:
    # With foreign keys on, rebuilding a table deletes its children; and the switch is dead inside a transaction.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA secure_delete=ON")


def _check(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration leaves {len(broken)} rows without their parent")
