"""Runs a test's PostgreSQL, and ends it and deletes its data once whoever started us has ended.

A program of its own, so that it also sees a `kill -9` of the tests.
"""

from __future__ import annotations

import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

LOOK_SECONDS = 0.2


def keep(home: Path, user: str, *command: str) -> int:
    with (home / "log").open("wb") as log:
        child = subprocess.Popen(command, user=user or None, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
    while not select.select([sys.stdin], [], [], LOOK_SECONDS)[0]:
        if child.poll() is not None:
            return 1  # did not start, or died: the folder stays, for its log
    child.send_signal(signal.SIGQUIT)  # PostgreSQL's "immediate": nothing here has to outlive the tests
    child.wait()
    shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(keep(Path(sys.argv[1]), *sys.argv[2:]))
