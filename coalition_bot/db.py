"""The database: engines for SQLite and PostgreSQL, one writer, many readers, and the wall between coalitions."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.pool import QueuePool
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.types import TypeDecorator

T = TypeVar("T")

BUSY_SECONDS = 0.8  # how long SQLite waits for another process's lock; a person waits at most a second
READERS = 4
POSTGRES_CONNECTIONS = 10

# Alembic needs a name for every constraint to be able to drop it on SQLite.
NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only INTEGER PRIMARY KEY


class Away(Exception):
    """The database did not answer, or is locked or full: nothing was stored, try again soon."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on both engines; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware to UTC; SQLite stores it without a zone. Raises ValueError for a naive datetime."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """What comes back is aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """All tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime}  # noqa: RUF012 - SQLAlchemy's own form


class Owned:
    """A table whose rows belong to a coalition: every statement on it is bounded to the one being served."""

    # Without an index of its own, which SQLite would prefer to better ones: see decision 0020.
    coalition_id: Mapped[int] = mapped_column(ForeignKey("coalition.id", ondelete="CASCADE"))


def new_uid() -> str:
    """A random name for what leaves the database: numbers repeat after a restore and can be guessed."""
    return secrets.token_urlsafe(9)


def serve(session: Session, coalition_id: int) -> None:
    """From here on this session sees the rows of this coalition only."""
    session.info["coalition"] = coalition_id


NOBODY = 0  # no coalition has this number: before `serve`, owned tables look empty


@lru_cache(maxsize=1024)
def _wall(coalition: int) -> ExecutableOption:
    """The condition on all owned tables, kept because building it costs more than the statement."""
    return with_loader_criteria(Owned, lambda table: table.coalition_id == coalition, include_aliases=True)


def _bound(state: ORMExecuteState) -> None:
    if state.is_insert or state.execution_options.get("every_coalition"):
        return
    state.statement = state.statement.options(_wall(state.session.info.get("coalition", NOBODY)))


def _own(session: Session, *_: object) -> None:
    coalition = session.info.get("coalition", NOBODY)
    for row in session.new:
        if isinstance(row, Owned):
            if row.coalition_id is None:
                row.coalition_id = coalition
            if row.coalition_id != coalition:
                raise RuntimeError(f"a {type(row).__name__} of another coalition")


def add_many(session: Session, rows: Sequence[Owned]) -> None:
    """Store very many new rows of the coalition being served at once; nobody gets to know their numbers."""
    for row in rows:
        row.coalition_id = session.info["coalition"]
    session.bulk_save_objects(rows)


event.listen(Session, "do_orm_execute", _bound)
event.listen(Session, "before_flush", _own)


class Database:
    """Runs pieces of work in transactions; on SQLite one at a time writes, while others read."""

    def __init__(self, url: str) -> None:
        """Open `sqlite:///file` or `postgresql://...`; nothing is connected yet."""
        url = url.replace("postgres://", "postgresql://", 1)  # as some hosts still write it
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._turn = threading.Lock()
        if self.is_sqlite:
            self.writer = _sqlite(url, write=True)
            self.reader = _sqlite(url, write=False)
        else:
            self.writer = self.reader = _postgres(url)

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in one transaction and commit it. Raises Away; IntegrityError is left to the caller."""
        if not self.is_sqlite:
            return self._transact(self.writer, work)
        with self._turn:
            return self._transact(self.writer, work)

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` on a connection that cannot write. Raises Away."""
        return self._transact(self.reader, work, read_only=True)

    def ping(self) -> None:
        """Return when the database answers. Raises Away."""
        self.read(lambda session: session.execute(text("SELECT 1")))

    def close(self) -> None:
        """Give back all connections."""
        self.writer.dispose()
        self.reader.dispose()

    def _transact(self, engine: Engine, work: Callable[[Session], T], *, read_only: bool = False) -> T:
        with away_if_unreachable(), engine.connect() as connection:
            if read_only and not self.is_sqlite:
                connection = connection.execution_options(postgresql_readonly=True)
            with connection.begin(), Session(connection, expire_on_commit=False) as session:
                result = work(session)
                session.flush()
                return result


@contextmanager
def away_if_unreachable() -> Iterator[None]:
    """Turn the drivers' many ways of being unreachable into Away."""
    try:
        yield
    except IntegrityError:
        raise
    except (OperationalError, InterfaceError) as error:
        raise Away(type(error.orig).__name__) from error
    except NoConnectionFree as error:  # all of the pool are in use
        raise Away("no connection free") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Away(type(error.orig).__name__) from error
        raise


def _postgres(url: str) -> Engine:
    return create_engine(
        url,
        pool_size=POSTGRES_CONNECTIONS,
        pool_timeout=1,
        pool_pre_ping=True,
        hide_parameters=True,  # an error must never carry somebody's answers
        connect_args={"connect_timeout": 2},
    )


def _sqlite(url: str, *, write: bool) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if write else READERS,
        max_overflow=0,
        pool_timeout=1 if write else 5,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )

    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        if not write:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begin)
    return engine
