"""How long `/signups` takes for each kind of question, through the door, and how much memory an export takes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from statistics import median

from benchmarks.coalition import COORDINATOR, GROUP_UID, LEAD, NOW, ORGANISATION, PLATFORMS, TRIP_UID, Size, generate
from coalition_bot.bot import Bot, Request
from coalition_bot.command import Reply
from coalition_bot.context import Visitor
from coalition_bot.db import Database
from coalition_bot.features import FEATURES
from coalition_bot.people import Place
from coalition_bot.platform import Limits
from coalition_bot.vault import Vault

MEMORY = Path("/proc/self/status")
PEAK_FORGOTTEN = Path("/proc/self/clear_refs")  # "5": the peak begins anew, see proc_pid_clear_refs(5)
LIMITS = Limits(questions=100, options=100, files_in_answers=True, seconds_between=0)


class Wrong(Exception):
    """An answer that is not what was asked for: then there is nothing to measure."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by whom, and how long the answer may take as a coalition grows: see `verdict`."""

    name: str
    answers: Mapping[str, str]
    grows: bool = False  # counts and looks at every sign-up; else it is a page of few among many
    account: str = COORDINATOR


_DAY, _MONTH = "2026-08-31", "2026-08-01"
QUESTIONS = (
    Question("all, newest first", {}, grows=True),
    Question("all, page 500", {"page": "500"}, grows=True),
    *(Question(f"all, by {sort}", {"sort": sort}, grows=True) for sort in ("name", "organisation", "group")),
    Question("a group", {"group": GROUP_UID}),
    Question("a group, by name", {"group": GROUP_UID, "sort": "name"}),
    Question("a group, waiting", {"group": GROUP_UID, "state": "waiting"}),
    Question("a group, a word", {"group": GROUP_UID, "words": "torture"}),
    Question("a group, who left", {"group": GROUP_UID, "state": "left"}),
    Question("a group, since a month, on a platform", {"group": GROUP_UID, "since": _MONTH, "platform": "web"}),
    Question("an organisation", {"organisation": ORGANISATION}),
    Question("organisations that begin so", {"organisation": ORGANISATION[:14]}, grows=True),
    Question("an organisation, a kind, a word", {"organisation": ORGANISATION, "kind": "city", "words": "torture"}),
    Question("since a day", {"since": _DAY}),
    Question("a lead's own groups", {}, account=LEAD),
    Question("a lead's own groups, a word", {"words": "torture"}, account=LEAD),
    Question("coordinators", {"role": "coordinator"}),
    Question("a kind", {"kind": "city"}, grows=True),
    Question("waiting", {"state": "waiting"}, grows=True),
    Question("who left", {"state": "left"}, grows=True),
    Question("leads", {"role": "lead"}, grows=True),
    Question("members only", {"role": "member"}, grows=True),
    Question("on a platform", {"platform": PLATFORMS[1]}, grows=True),
    Question("without an account", {"platform": "none"}, grows=True),
    Question("since a month, before a day", {"since": _MONTH, "before": _DAY}, grows=True),
    Question("a word", {"words": "torture"}, grows=True),
    Question("a rare pair of words", {"words": "torture manila"}, grows=True),
    Question("no such word", {"words": "xylophone"}, grows=True),
    Question("in no group", {"without": "group"}, grows=True),
    Question("no representative", {"without": f"trip:{TRIP_UID}"}, grows=True),
    *(Question(f"counts by {view}", {"view": view}, grows=True) for view in ("group", "organisation", "issue")),
    Question("counts by issue in a group", {"view": "issue", "group": GROUP_UID}),
    Question("the picture", {"view": "picture"}, grows=True),
)
MAY_FIND_NOTHING = {"no such word", "a group, a word", "an organisation, a kind, a word", "a lead's own groups, a word"}
MAY_FIND_NOTHING |= {"a group, since a month, on a platform", "coordinators"}


@dataclass(frozen=True, slots=True)
class Export:
    """What an export of everything took."""

    kind: str
    rows: int
    seconds: float
    bytes: int
    memory: int  # bytes by which the process grew at most


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one size on one engine: for each question, the seconds of each time it was asked."""

    engine: str
    size: Size
    seconds: dict[str, list[float]]
    exports: list[Export]


def run(url: str, size: Size, rounds: int) -> Result:
    """Fill an empty database and ask everything so many times. Raises Wrong."""
    db = Database(url)
    bot = _bot(db)
    try:
        generate(db, size)
        seconds = {each.name: _times(bot, each, rounds) for each in QUESTIONS}
        return Result(db.url.get_backend_name(), size, seconds, [_export(url, kind) for kind in ("csv", "xlsx")])
    finally:
        bot.close()
        db.close()


def _bot(db: Database) -> Bot:
    return Bot(FEATURES, db, Vault([b"k" * 32]), _Noon(), dict.fromkeys(PLATFORMS, LIMITS))


class _Noon:
    """The clock of a coalition that was generated."""

    def now(self) -> datetime:
        """The moment up to which people signed up."""
        return NOW


def _times(bot: Bot, question: Question, rounds: int) -> list[float]:
    _ask(bot, question)  # the first time, statements are compiled
    return [_timed(bot, question) for _ in range(rounds)]


def _timed(bot: Bot, question: Question) -> float:
    began = time.perf_counter()
    _ask(bot, question)
    return time.perf_counter() - began


def _ask(bot: Bot, question: Question) -> Reply:
    place = Place(PLATFORMS[0], "L1", channel="C1")
    visitor = Visitor(question.account)
    reply = bot.run(Request(id="", place=place, visitor=visitor, command="signups", answers=question.answers))
    if not isinstance(reply, Reply) or not (reply.table or reply.file or question.name in MAY_FIND_NOTHING):
        raise Wrong(f"{question.name}: {reply}")
    return reply


def _export(url: str, kind: str) -> Export:
    """In a process of its own: one that has answered before has memory to spare, and would not grow."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.signups", kind], input=url, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Wrong(done.stderr)
    return Export(**json.loads(done.stdout))


def export(url: str, kind: str) -> Export:
    """Export everything once. Raises Wrong."""
    db = Database(url)
    bot = _bot(db)
    _ask(bot, QUESTIONS[0])
    _ask(bot, Question(kind, {"file": kind, "group": GROUP_UID}))  # imports what it needs
    with _peak() as grown:
        began = time.perf_counter()
        reply = _ask(bot, Question(kind, {"file": kind}))
        assert reply.file
        reply.file.open()
        seconds = time.perf_counter() - began
    found = re.search(r"\d+", reply.text)
    rows, size = int(found[0]) if found else 0, reply.file.size
    reply.file.close()
    bot.close()
    db.close()
    return Export(kind, rows, seconds, size, grown[0])


@contextmanager
def _peak() -> Iterator[list[int]]:
    """By how many bytes the process grew at most; 0 where the system does not say."""
    grown = [0]
    if not PEAK_FORGOTTEN.exists():
        yield grown
        return
    PEAK_FORGOTTEN.write_text("5")
    before = _memory("VmRSS")
    yield grown
    grown[0] = _memory("VmHWM") - before


def _memory(name: str) -> int:
    line = next(line for line in MEMORY.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


def page(results: Sequence[Result], command: str, ran_on: str) -> str:
    """The whole report as Markdown."""
    parts = ["# Sign-ups asked about", f"`{command}` on {date.today().isoformat()}: {ran_on}.", INTRODUCTION]
    for engine in dict.fromkeys(result.engine for result in results):
        own = [result for result in results if result.engine == engine]
        parts += [f"## {engine}", _questions(own), _exports(own)]
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """\
Each question goes through the door (`Bot.run`) as one of a coordinator, or of a lead who leads some groups: it is
logged as a reading, its answers are read, the sign-ups are counted, and twenty of them are shown with buttons. Medians
in milliseconds. *Page* is a question that few of all sign-ups answer, *count* one for which very many have to be looked
at; no number is kept for it. The factor is from the first size to the last. *Memory* is by how much a process
of its own grew at most while it wrote all rows to a file."""


def _questions(results: Sequence[Result]) -> str:
    heads = ["question", "kind", *(f"{result.size.sign_ups:,} sign-ups" for result in results), "factor"]
    rows = [heads, ["---", "---", *("---:" for _ in results), "---:"]]
    for each in QUESTIONS:
        took = [median(result.seconds[each.name]) * 1000 for result in results]
        kind = "count" if each.grows else "page"
        rows.append([each.name, kind, *(f"{time:.1f}" for time in took), f"{took[-1] / took[0]:.1f}"])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _exports(results: Sequence[Result]) -> str:
    rows = [["export", "rows", "seconds", "MB", "memory, MB"], ["---", "---:", "---:", "---:", "---:"]]
    for each in (export for result in results for export in result.exports):
        numbers = f"{each.seconds:.1f}", f"{each.bytes / 1e6:.1f}", f"{each.memory / 1e6:.1f}"
        rows.append([each.kind, f"{each.rows:,}", *numbers])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


@contextmanager
def empty_database(engine: str) -> Iterator[str]:
    """The address of an empty database of one's own, dropped afterwards: in the temporary folder, or on a server."""
    if engine != "sqlite":
        from tests.counterparts import postgres

        with postgres.fresh_database() as url:
            yield url
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        yield f"sqlite:///{Path(folder) / 'coalition.db'}"


if __name__ == "__main__":
    print(json.dumps(asdict(export(sys.stdin.read().strip(), sys.argv[1]))))
