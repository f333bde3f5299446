"""A process of the bot that a test can kill, and waiting for what it does without sleeping for luck."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from tests.counterparts.node import free_port
from tests.story import KEY
from tests.test_process import SCRIPT, surroundings

START_SECONDS = 60.0  # two cores may be busy with much else
PATIENCE_SECONDS = 30.0  # less than a lease: what comes later than this has not been taken over at once
LOOK_SECONDS = 0.05
DATA_KEYS = base64.urlsafe_b64encode(KEY).decode()  # what a House of the stories seals with
CRASHES = {"PYTHONFAULTHANDLER": "1"}  # a crash of the interpreter itself would say nothing otherwise


class Running:
    """`coalition-bot run`, `web` or `worker`; all processes of one folder write into one log."""

    def __init__(self, folder: Path, part: str, settings: Mapping[str, str]) -> None:
        self.part, self.folder, self.port = part, folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [SCRIPT, part],
                cwd=folder,
                env=surroundings(PORT=str(self.port), DATA_KEYS=DATA_KEYS, **CRASHES, **settings),
                stdout=log,
                stderr=log,
            )

    async def healthy(self) -> None:
        """Until /healthz answers 200."""

        async def answers() -> bool:
            with contextlib.suppress(httpx.TransportError):
                return (await client.get(f"{self.url}/healthz", timeout=2)).status_code == 200
            return False

        async with httpx.AsyncClient(trust_env=False) as client:
            await self.until(answers, "no answer at /healthz", START_SECONDS)

    async def until(
        self, true: Callable[[], object | Awaitable[object]], what: str, seconds: float = PATIENCE_SECONDS
    ) -> None:
        """Until something is so, which is looked at again and again while the process lives."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self._process.poll() is None, f"the process ended with {self._process.poll()}:\n{self.log()}"
            found = true()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise AssertionError(f"after {seconds:g} s: {what}\n{self.log()}")

    def kill(self) -> None:
        """SIGKILL: nothing is finished, nothing is said."""
        assert self._process.poll() is None, f"the process had ended before it was killed:\n{self.log()}"
        self._process.kill()
        assert self._process.wait(10) == -signal.SIGKILL

    def log(self) -> str:
        """All that it and its forerunners said."""
        return (self.folder / "log").read_text()

    def end(self) -> None:
        """Leave nothing behind, whatever happened."""
        self._process.kill()
        self._process.wait(10)


@asynccontextmanager
async def running(folder: Path, part: str, settings: Mapping[str, str]) -> AsyncIterator[Running]:
    """A process; one that serves HTTP is ready when the block begins."""
    process = Running(folder, part, settings)
    try:
        if part != "worker":
            await process.healthy()
        yield process
    finally:
        process.end()
