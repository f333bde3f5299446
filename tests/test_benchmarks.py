"""The benchmark measures what it says: it runs, writes its report, and counts no sign-up that was not stored."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from benchmarks.course import Course, Lost, run
from benchmarks.load import Unexpected, percentile
from benchmarks.serving import Contender, Server
from benchmarks.slash import GROUP, JOINED

ROOT = Path(__file__).parent.parent


def test_it_runs_and_writes_its_report(tmp_path: Path) -> None:
    report = tmp_path / "results" / "report.md"
    few = ("--requests", "10", "--rounds", "1", "--connections", "4", "--folder", tmp_path, "--into", report)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *few], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    rows = [line for line in report.read_text().splitlines() if line.startswith("| 4 |")]
    assert ["known" in rows[0], "newcomers" in rows[1]] == [True, True]
    assert all("/s" not in row and "**" in row for row in rows)
    assert done.stdout.strip() == report.read_text().strip()


async def test_a_sign_up_that_is_not_stored_counts_as_lost(tmp_path: Path) -> None:
    with pytest.raises(Lost, match="acknowledged, 0 are stored"):
        await run(_short(tmp_path), {"liar": _answering(f"{GROUP}: {JOINED}")})


async def test_an_answer_that_does_not_name_the_group_ends_it(tmp_path: Path) -> None:
    with pytest.raises(Unexpected, match="status 200: Sorry"):
        await run(_short(tmp_path), {"sorry": _answering("Sorry.")})


def test_percentiles_are_latencies_that_were_measured() -> None:
    latencies = [number / 100 for number in range(100, 0, -1)]
    assert percentile(latencies, 50) == 0.5
    assert percentile(latencies, 99) == 0.99
    assert percentile([3.0], 99) == 3.0


def _short(folder: Path) -> Course:
    return Course(folder, connections=2, known=True, requests=4, rounds=1)


def _answering(text: str) -> Contender:
    """A program that says the same to everything and stores nothing."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            length = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())
        writer.close()

    @asynccontextmanager
    async def serving(folder: Path, api_url: str) -> AsyncIterator[Server]:
        database = sqlite3.connect(folder / "empty.db")
        database.execute("CREATE TABLE membership (id INTEGER PRIMARY KEY)")
        database.close()
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            yield Server(server.sockets[0].getsockname()[1], folder / "empty.db")

    return serving


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return b""
