"""Figures as a table, with what is needed to judge and to repeat them. Pure, but for looking at the machine."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from statistics import median

from benchmarks.course import Course, Result
from benchmarks.load import Timing, percentile

LIBRARIES = ("slack-bolt", "starlette", "uvicorn", "h11", "sqlalchemy", "aiohttp")
COMMITS = 300
BUSY = 0.8  # above it the load itself may be what is measured
HEADINGS = (
    "connections",
    "people",
    "ours /s",
    "bare /s",
    "**ratio**",
    "ours p50",
    "p99",
    "bare p50",
    "p99",
    "p50 ratio",
    "load busy",
)


def page(
    title: str, command: str, day: date, ran_on: str, results: Iterable[Result], commits: Mapping[Path, float]
) -> str:
    """The whole report as Markdown. `commits` are a folder's bare commits per second."""
    parts = [f"# {title}", f"`{command}` on {day.isoformat()}: {ran_on}.", INTRODUCTION]
    for folder, run in groupby(results, key=lambda result: result.course.folder):
        parts += [f"## {medium(folder)} ({commits[folder]:.0f} bare commits/s when all was done)", table(list(run))]
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """\
Sign-ups (`/group join` with name, organisation and issue, each by another person) as signed slash commands at
`POST /slack/events`, on SQLite (WAL, `synchronous=FULL`). *Ours* is `coalition-bot run` as installed, dispatcher
included: it checks the permission, finds the group, writes person, identity, membership, history, the lead's notice
and the sealed answer under the request's id, and draws a card with buttons. *Bare* is the limit: slack-bolt with one
raw `INSERT` and a commit. Both answer in the HTTP response, run under the same uvicorn, each in a process of its own,
and take turns. *Known* people have looked at the groups before; for *newcomers* ours asks Slack first who they are,
of which the bare handler knows nothing. Rate and ratio are the medians of the rounds (least to most of the ratio in
brackets), p50 and p99 are milliseconds over all rounds. *Load busy* is the share of a core that the load generator
took, with its stub of Slack's Web API. Every answer was checked, and every row counted."""


def table(results: Sequence[Result]) -> str:
    """One row per course."""
    rows = [HEADINGS, tuple("---:" if name != "people" else "---" for name in HEADINGS)]
    rows += [row(result) for result in results]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def row(result: Result) -> tuple[str, ...]:
    """The cells of one course, in the order of the headings."""
    ours, bare = result.rounds["ours"], result.rounds["bare"]
    ratios = [own.rate / other.rate for own, other in zip(ours, bare, strict=True)]
    middle = _pooled(ours, 50) / _pooled(bare, 50)
    busy = max(timing.busy for timing in (*ours, *bare))
    return (
        str(result.course.connections),
        people(result.course),
        f"{median(timing.rate for timing in ours):.0f}",
        f"{median(timing.rate for timing in bare):.0f}",
        f"**{median(ratios):.2f}** ({min(ratios):.2f}-{max(ratios):.2f})",
        *(f"{_pooled(ours, percent) * 1000:.1f}" for percent in (50, 99)),
        *(f"{_pooled(bare, percent) * 1000:.1f}" for percent in (50, 99)),
        f"{middle:.2f}",
        f"{busy:.0%}{' (too busy)' if busy > BUSY else ''}",
    )


def machine() -> str:
    """What it ran on."""
    with_versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), load {os.getloadavg()[0]:.1f} before it began, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {with_versions}"
    )


def people(course: Course) -> str:
    """Who signs up, in a word."""
    return "known" if course.known else "newcomers"


def medium(folder: Path) -> str:
    """A folder's kind of storage, in words."""
    return "In memory" if folder.is_relative_to("/dev/shm") else "On disk"


def bare_commits(folder: Path) -> float:
    """How many single-row transactions per second this storage makes durable."""
    with (
        tempfile.TemporaryDirectory(dir=folder) as inside,
        closing(sqlite3.connect(Path(inside) / "probe.db", isolation_level=None)) as connection,
    ):
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE probe (id INTEGER PRIMARY KEY)")
        began = time.perf_counter()
        for _each in range(COMMITS):
            connection.execute("INSERT INTO probe DEFAULT VALUES")
        return COMMITS / (time.perf_counter() - began)


def _pooled(timings: Sequence[Timing], percent: float) -> float:
    return percentile([latency for timing in timings for latency in timing.latencies], percent)
