"""Takes the pictures of the README and the guides: the real page, on a sample coalition of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from coalition_bot.vault import new_key

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
DESKTOP, PHONE = (1280, 800), (360, 740)
START_SECONDS = 60
SETTLE_MS = 400  # until what has arrived has stopped moving


def main() -> None:
    """Start the bot, visit it, and keep what is seen."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with running_bot() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM if CHROMIUM.exists() else None, args=["--no-sandbox"]
        )
        desktop(browser, url)
        phone(browser, url)
        browser.close()


def desktop(browser: Browser, url: str) -> None:
    """A member joins a group; a coordinator adds a deadline, and looks at the board and the sign-ups."""
    page = opened(browser, f"{url}/?you=member&in=housing", DESKTOP)
    says(page, "/group list")
    page.get_by_label("Message").press_sequentially("/group")
    page.get_by_role("listbox").wait_for()
    keep(page, "suggestions")
    says(page, "/group join")
    page.get_by_label("Working group").select_option("Housing")
    page.get_by_label("The specific issue").fill("Evictions in winter")
    page.get_by_label("May other members see your name?").select_option("Yes")
    keep(page, "form")
    page.get_by_label("Your organisation").fill("Tenants Together")
    page.get_by_label("The specific issue").focus()
    submits(page)
    says(page, "/deadline list")
    keep(page, "page")
    page.goto(f"{url}/?you=coordinator&in=announcements")
    says(page, "/deadline add One-pager for missions due in 30 days 5pm Geneva time")
    keep(page, "deadline")
    says(page, "/group board")
    keep_last(page, "board")
    says(page, "/signups view=picture")
    keep_last(page, "signups")


def phone(browser: Browser, url: str) -> None:
    """The same on a phone, and in the dark."""
    page = opened(browser, f"{url}/?you=newcomer", PHONE)
    says(page, "/deadline list")
    keep(page, "phone")
    says(page, "/group join")
    page.get_by_label("Working group").select_option("Indigenous peoples")
    keep(page, "phone-form")
    page.get_by_label("May other members see your name?").select_option("No")
    submits(page)
    keep(page, "join")
    dark = opened(browser, f"{url}/?you=lead", PHONE, scheme="dark")
    says(dark, "/group members Housing")
    keep(dark, "phone-dark")


def opened(browser: Browser, address: str, size: tuple[int, int], scheme: str = "light") -> Page:
    """A new page of that size."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        timezone_id="America/New_York",
    )
    page = context.new_page()
    page.goto(address)
    return page


def says(page: Page, line: str) -> None:
    """Type a line, send it, and wait for the answer."""
    page.get_by_label("Message").fill(line)
    with page.expect_response("**/chat/say"):
        page.get_by_role("button", name="Send", exact=True).click()
    page.wait_for_timeout(SETTLE_MS)


def submits(page: Page) -> None:
    """Send the open form, and wait until it is gone."""
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("dialog").wait_for(state="detached")


def keep(page: Page, name: str) -> None:
    """Write the picture."""
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


def keep_last(page: Page, name: str) -> None:
    """The same of the newest message alone, in a window that is as high as it needs."""
    before = page.viewport_size
    page.set_viewport_size({"width": 1100, "height": 1500})
    page.wait_for_timeout(SETTLE_MS)
    page.get_by_role("log").locator("article").last.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")
    if before:
        page.set_viewport_size(before)


@contextmanager
def running_bot() -> Iterator[str]:
    """The bot as `make run` starts it, on a database that is thrown away; gives its address."""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": f"sqlite:///{folder}/pictures.db",
            "DATA_KEYS": new_key(),
            "PORT": str(port),
        }
        bot = subprocess.Popen([sys.executable, "-m", "adapters", "run"], cwd=folder, env=environment)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(f"{url}/healthz", bot)
            yield url
        finally:
            bot.terminate()
            bot.wait(20)


def wait_for(address: str, bot: subprocess.Popen[bytes]) -> None:
    """Return when it answers. Raises RuntimeError when it does not, or has ended."""
    for _try in range(START_SECONDS * 10):
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            if bot.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError("the bot did not start")


if __name__ == "__main__":
    main()
