"""The page on an empty database and on the sample coalition, and people who look at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from playwright.async_api import Browser
from starlette.applications import Starlette

from adapters.web.app import Web
from adapters.web.limits import LIMITS
from coalition_bot.db import Database
from coalition_bot.settings import Settings
from tests.browser import DESKTOP, Site, Tab
from tests.story import GivenClock, House

Visit = Callable[..., Awaitable[Tab]]


@pytest.fixture
async def site(sqlite_db: Database) -> AsyncIterator[Site]:
    """The page with its sample coalition."""
    running = Site(str(sqlite_db.url), GivenClock(), Settings.model_validate({}))
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def visit(site: Site, browser: Browser) -> AsyncIterator[Visit]:
    """Opens the page for somebody; at the end the browser must have had nothing to complain of."""
    tabs: list[Tab] = []
    contexts = []

    async def opened(you: str = "member", room: str = "general", **options: object) -> Tab:
        context = await browser.new_context(**{"viewport": DESKTOP, **options})  # type: ignore[arg-type]
        contexts.append(context)
        tab = await Tab.open(context, site, you, room)
        tabs.append(tab)
        return tab

    yield opened
    for context in contexts:
        await context.close()
    complaints = [complaint for tab in tabs for complaint in tab.complaints]
    assert not complaints, complaints


@pytest.fixture
def web_house(sqlite_db: Database) -> House:
    """A bot that knows the page, with no coalition yet."""
    return House(sqlite_db, extra_limits={"web": LIMITS})


def client(web: Web, base: str = "http://127.0.0.1:8000") -> httpx.AsyncClient:
    """Somebody who speaks HTTP to the page without a browser."""
    transport = httpx.ASGITransport(app=Starlette(routes=list(web.routes)))
    return httpx.AsyncClient(transport=transport, base_url=base, headers={"Sec-Fetch-Site": "same-origin"})
