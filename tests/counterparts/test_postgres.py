"""The PostgreSQL that tests are given is real, empty each time, fast to copy, and gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from tests.counterparts import postgres
from tests.counterparts.node import counterpart_needed

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _needs_postgres() -> Iterator[None]:
    with counterpart_needed():
        postgres.server()
    yield


def _run(url: str, statement: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def test_it_is_postgresql() -> None:
    assert str(_run(postgres.server(), "select version()")).startswith("PostgreSQL ")


def test_the_server_starts_once() -> None:
    assert postgres.server() == postgres.server()


def test_each_database_is_empty_and_goes_away() -> None:
    for _ in range(2):
        with postgres.fresh_database() as url:
            _run(url, "create table t (x int)")
    with pytest.raises(psycopg.OperationalError), psycopg.connect(url.replace("+psycopg", "")):
        pass


def test_a_copy_has_what_the_template_has_and_leaves_it_alone() -> None:
    filled: list[str] = []

    def fill(url: str) -> None:
        filled.append(url)
        _run(url, "create table kept (x int)")
        _run(url, "insert into kept values (7)")

    for _ in range(2):
        template = postgres.template_database("self_test", fill)
        with postgres.fresh_database(template) as url:
            assert _run(url, "select sum(x) from kept") == 7
            _run(url, "insert into kept values (1)")
    assert len(filled) == 1


def test_a_database_in_use_is_dropped_all_the_same() -> None:
    with postgres.fresh_database() as url:
        connection = psycopg.connect(url.replace("+psycopg", ""))
    with pytest.raises(psycopg.OperationalError):
        connection.execute("select 1")
    connection.close()


def test_a_given_server_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@db.example/one")
    assert postgres._given() == make_url("postgresql+psycopg://u:p@db.example/one")
    monkeypatch.setenv("DATABASE_URL_TEST", "postgresql+psycopg://u:p@db.example/two")
    given = postgres._given()
    assert given is not None and given.database == "two"
    monkeypatch.setenv("DATABASE_URL", "sqlite:///x.db")
    monkeypatch.delenv("DATABASE_URL_TEST")
    assert postgres._given() is None


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks at the processes of this machine")
def test_nothing_stays_behind_even_after_a_kill(tmp_path: Path) -> None:
    """`kill -9` of a test run leaves no server and no data."""
    script = "from tests.counterparts import postgres; postgres.server(); print('up', flush=True); input()"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("DATABASE_URL")}
    run = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**environment, "TMPDIR": str(_open(tmp_path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert run.stdout is not None
    assert run.stdout.readline() == b"up\n"
    assert _servers_in(tmp_path)
    run.kill()
    run.communicate()
    until = time.monotonic() + 20
    while (_servers_in(tmp_path) or any(tmp_path.iterdir())) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _servers_in(tmp_path)
    assert not any(tmp_path.iterdir())


def _open(folder: Path) -> Path:
    """An ordinary user has to be able to reach the data below."""
    for part in (folder, *folder.parents):
        if str(part).startswith(str(Path(os.environ.get("TMPDIR", "/tmp")))) and part != Path("/tmp"):
            part.chmod(0o755)
    return folder


def _servers_in(folder: Path) -> list[str]:
    found: list[str] = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line and "postgres" in line:
            found.append(line)
    return found
