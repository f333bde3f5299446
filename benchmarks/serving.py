"""A program under measurement: started in a process of its own, waited for, and stopped."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
START_SECONDS = 60
STOP_SECONDS = 15
LOG = "log"


class NotServing(Exception):
    """The program ended or does not take connections; the text is its log."""


@dataclass(frozen=True, slots=True)
class Server:
    """A program that answers sign-ups at a port and keeps them in a SQLite file, in the table `membership`."""

    port: int
    database: Path

    def memberships(self) -> int:
        """How many sign-ups the database holds."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM membership").fetchone()[0])


# Takes an empty folder and the address of the Web API; a group to join stands ready when it serves.
Contender = Callable[[Path, str], AbstractAsyncContextManager[Server]]


@asynccontextmanager
async def program(folder: Path, database: str, *arguments: str, settings: Mapping[str, str]) -> AsyncIterator[Server]:
    """Run `python ARGUMENTS` in `folder` with PORT and `settings` in its environment, until the block ends.

    Raises NotServing.
    """
    port = _free_port()
    process = _start(folder, arguments, {"PORT": str(port), **settings})
    try:
        await _ready(port, process)
        yield Server(port, folder / database)
    except NotServing:
        raise NotServing((folder / LOG).read_text()) from None
    finally:
        _stop(process)


def _start(folder: Path, arguments: Sequence[str], settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    around = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NO_PROXY": "*", **settings}
    with (folder / LOG).open("wb") as out:
        return subprocess.Popen([sys.executable, *arguments], cwd=folder, env=around, stdout=out, stderr=out)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _ready(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until it takes connections."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise NotServing


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
