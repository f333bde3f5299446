"""A real browser, and the bot's web page on a free port for it to look at."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.async_api import Browser, BrowserContext, Error, Locator, Page, async_playwright
from starlette.applications import Starlette

from adapters.web.app import Web
from adapters.web.limits import LIMITS
from adapters.web.people import PERSONAS, Persona
from coalition_bot.command import Feature
from coalition_bot.db import Database
from coalition_bot.dispatcher import Dispatcher
from coalition_bot.settings import Settings
from tests.counterparts.node import free_port, skip_or_fail
from tests.story import GivenClock, House

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
INSTALLED = CHROMIUM if CHROMIUM.exists() else None
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
WAIT_MS = 6_000
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests: Debian's Chromium, or the one that Playwright could install."""
    async with async_playwright() as playwright:
        try:
            # Without a sandbox of its own it also starts as root, as in a container; it sees only our own pages.
            launched = await playwright.chromium.launch(executable_path=INSTALLED, args=["--no-sandbox"])
        except Error as error:
            skip_or_fail(f"no browser ({str(error).splitlines()[0]})")
        yield launched
        await launched.close()


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass
class Site:
    """The bot behind its real page, in this event loop; `restart` leaves nothing of it but the database."""

    database: str
    clock: GivenClock
    settings: Settings = field(default_factory=lambda: Settings.model_validate({"sample": False}))
    personas: Iterable[Persona] = PERSONAS
    features: Sequence[Feature] = ()

    def __post_init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Begin to serve."""
        self.house = House(
            Database(self.database), self.clock, extra_limits={"web": LIMITS}, extra_features=self.features
        )
        self.web = Web(self.settings, self.house.bot, self.personas)
        self.personas = self.web.personas.values()
        self.dispatcher = Dispatcher(self.house.bot, {"web": self.web})
        app = Starlette(routes=list(self.web.routes))
        self._server = _Server(uvicorn.Config(app, port=self.port, log_config=None, timeout_graceful_shutdown=3))
        self._stop = asyncio.Event()
        self._tasks = [asyncio.create_task(self._server.serve()), asyncio.create_task(self.web.connect(self._stop))]
        while not self._server.started:  # noqa: ASYNC110 - uvicorn tells nobody
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """End as the process would at SIGTERM."""
        self._stop.set()
        self._server.should_exit = True
        await asyncio.gather(*self._tasks)
        await self.web.close()
        self.house.bot.close()
        self.house.db.close()

    async def restart(self) -> None:
        """Another process on the same database and port."""
        await self.stop()
        await self.start()

    async def post(self) -> None:
        """Send all that is due."""
        while await self.dispatcher.turn():
            pass


@dataclass
class Tab:
    """A page of the browser, as somebody made up; whatever it complains of is kept."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def open(cls, context: BrowserContext, site: Site, you: str = "member", room: str = "general") -> Tab:
        """Open the page and wait until it listens."""
        tab = cls(await context.new_page(), site)
        tab.page.set_default_timeout(WAIT_MS)
        tab.page.on("console", lambda message: tab._note(message.type, message.text))
        tab.page.on("pageerror", lambda error: tab._note("error", str(error)))
        await tab.page.add_init_script(
            "window.answered = 0; document.addEventListener('htmx:afterRequest', () => window.answered++)"
        )
        await tab.goto(you, room)
        return tab

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    async def goto(self, you: str, room: str = "general") -> None:
        """Be somebody, in a conversation."""
        await self.page.goto(f"{self.site.url}/?you={you}&in={room}")

    @property
    def box(self) -> Locator:
        """Where one types."""
        return self.page.get_by_role("textbox", name="Message")

    @property
    def log(self) -> Locator:
        """What stands in the conversation."""
        return self.page.get_by_role("log")

    @property
    def last(self) -> Locator:
        """The newest message."""
        return self.log.locator("article").last

    @property
    def dialog(self) -> Locator:
        """The open form."""
        return self.page.get_by_role("dialog")

    @property
    def suggested(self) -> Locator:
        """The list that is open while one types."""
        return self.page.get_by_role("listbox", name="Suggestions").get_by_role("option")

    async def says(self, line: str) -> None:
        """Type and send, and wait for the answer."""
        await self.box.fill(line)
        await self.does(self.page.get_by_role("button", name="Send"))

    async def does(self, button: Locator) -> None:
        """Press something that asks the server, and wait until its answer is drawn."""
        before = await self.page.evaluate("window.answered")
        await button.click()
        await self.page.wait_for_function("before => window.answered > before", arg=before)

    async def submits(self, name: str = "Submit") -> None:
        """Send the open form's page."""
        await self.does(self.dialog.get_by_role("button", name=name))

    async def faults(self) -> list[str]:
        """What axe finds serious in the page as it stands."""
        # Injected by the browser's own hand, which no policy of the page forbids.
        await self.page.evaluate(AXE_SCRIPT)
        found: Mapping[str, Any] = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {node['html'][:200]}"
            for each in found["violations"]
            if each["impact"] in SERIOUS
            for node in each["nodes"]
        ]
