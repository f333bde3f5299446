"""The two databases under a process: SQLite under `run`, PostgreSQL under `worker`; and a hand at their locks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import event, select, text, update

import migrations
from coalition_bot.db import Database
from coalition_bot.outbox import Owed, State
from coalition_bot.people import Place
from tests.counterparts import postgres
from tests.test_process import call


class Store:
    """A database that has been migrated, and the parts of the bot that work on it."""

    part: str  # what sends
    http: str  # what answers
    has_leases = False  # whether a claim is left alone until its lease has run out

    def __init__(self, db: Database) -> None:
        self.db = db
        self.settings = {"DATABASE_URL": db.url.render_as_string(hide_password=False)}

    def finishing_blocked(self, place: Place) -> AbstractContextManager[None]:
        """Meanwhile nobody can write down that a place has got its message."""
        raise NotImplementedError

    def blocked(self, log: str) -> bool:
        """Whether the process, which said `log`, has tried to write it down."""
        raise NotImplementedError

    def leases_run_out(self) -> None:
        """A minute passes."""
        raise NotImplementedError

    def owed(self, kind: str) -> list[Owed]:
        """All messages of a kind, also those that were sent."""
        found = select(Owed).where(Owed.kind == kind).order_by(Owed.id)
        return self.db.read(lambda session: list(session.scalars(found)))


class Embedded(Store):
    """SQLite: one process, so whatever is claimed when it starts was a dead one's."""

    part, http = "run", "run"

    def __init__(self, db: Database) -> None:
        """What a test does in the file waits until the process lets it, however busy the machine is."""
        super().__init__(db)
        event.listen(db.writer, "connect", lambda connection, _record: connection.execute("PRAGMA busy_timeout=20000"))
        db.writer.dispose()

    @contextmanager
    def finishing_blocked(self, place: Place) -> Iterator[None]:
        """Another process holds the lock on the whole file."""
        with self.db.writer.connect() as connection, connection.begin():
            yield

    def blocked(self, log: str) -> bool:
        """It has waited, and gone on."""
        return "database away after sending" in log


class Served(Store):
    """PostgreSQL: any number of workers, so a dead one's claims are another's once their lease has run out."""

    part, http = "worker", "web"
    has_leases = True

    @contextmanager
    def finishing_blocked(self, place: Place) -> Iterator[None]:
        """Somebody else has the row in hand."""
        row = select(Owed.id).where(Owed.place == str(place), Owed.state == State.CLAIMED).with_for_update()
        with self.db.writer.connect() as connection, connection.begin():
            assert connection.scalar(row)
            yield

    def blocked(self, log: str) -> bool:
        """It is waiting."""
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(self.db.read(lambda session: session.scalar(text(waiting))))

    def leases_run_out(self) -> None:
        """The process goes by the system's clock, so the leases go back in place of the clock going on."""
        past = update(Owed).where(Owed.state == State.CLAIMED).values(lease_until=Owed.due_at)
        self.db.write(lambda session: session.execute(past))


@contextmanager
def embedded(folder: Path) -> Iterator[Embedded]:
    """A new SQLite file."""
    url = f"sqlite:///{folder / 'coalition.db'}"
    migrations.upgrade(url)
    db = Database(url)
    yield Embedded(db)
    db.close()


@contextmanager
def served(folder: Path) -> Iterator[Served]:
    """A new database on a PostgreSQL server, brought up to date as an operator does it."""

    def migrate(url: str) -> None:
        told = call(folder, "migrate", DATABASE_URL=url)
        assert told.returncode == 0, told.stderr

    with postgres.fresh_database(postgres.template_database("migrated", migrate)) as url:
        db = Database(url)
        yield Served(db)
        db.close()
