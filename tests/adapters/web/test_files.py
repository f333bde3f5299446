"""Files through the page: chosen with the keyboard, kept over an error, within bounds; pictures and streams back."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, expect

from adapters.web import files, guard, render
from adapters.web.app import Web
from adapters.web.limits import BODY_MAX, LIMITS
from adapters.web.people import PERSONAS, channel
from coalition_bot.command import CHUNK, File, Reply
from coalition_bot.db import Database
from coalition_bot.platform import Parcel
from coalition_bot.settings import Settings
from tests.adapters.web.conftest import client
from tests.browser import DESKTOP, PHONE, Site, Tab
from tests.contract.commands import BULK, PNG, PNG_ALT, SHEET_MAX, TRIAL
from tests.story import GivenClock, House
from tests.streams import Watched

SECRET = b"Hotel Cornavin"


@pytest.fixture
def page(sqlite_db: Database) -> Web:
    """The page with the trial commands, and a coalition founded by the coordinator."""
    house = House(sqlite_db, extra_limits={"web": LIMITS}, extra_features=(TRIAL,))
    house.found("coordinator", platform="web", community="sample")
    return Web(Settings.model_validate({"sample": False}), house.bot)


async def opened(http: httpx.AsyncClient) -> dict[str, str]:
    """The hidden fields of a form that was opened."""
    form = await http.post("/chat/say", data={"text": "/trial sheet kind"})
    draft = form.text.partition('name="draft" value="')[2].partition('"')[0]
    assert draft
    return {"command": "trial sheet", "draft": draft, "q.said": "kind", "q.sheet": ""}


async def test_a_form_with_a_file_is_read(page: Web) -> None:
    async with client(page) as http:
        answer = await http.post("/chat/submit", data=await opened(http), files={"q.sheet": ("members.csv", SECRET)})
        assert f"members.csv has {len(SECRET)} bytes" in answer.text
        # A control that was left alone sends no name.
        answer = await http.post("/chat/submit", data=await opened(http), files={"q.sheet": ("", b"")})
        assert "Please answer this one." in answer.text


async def test_too_much_is_a_sentence_in_the_form_and_nothing_is_kept(page: Web) -> None:
    async with client(page) as http:
        form = await opened(http)
        answer = await http.post("/chat/submit", data=form, files={"q.sheet": ("a.csv", b"x" * (SHEET_MAX + 1))})
        assert "This file is too large" in answer.text
        huge = b"x" * (BODY_MAX + page._chat._largest + 1)
        answer = await http.post("/chat/submit", data=form, files={"q.sheet": ("a.csv", huge)})
        assert answer.headers["HX-Retarget"] == "#form-problem"
        assert "too large to be sent" in answer.text
        answer = await http.post(
            "/chat/submit", data={**form, "q.said": "x" * (BODY_MAX + 1)}, files={"a": ("b", b"c")}
        )
        assert answer.status_code == 400


async def test_the_rest_of_what_is_too_much_is_let_pass_by_only_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "DRAINED_MAX", 100)
    taken = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal taken
        for _part in range(1000):
            taken += 10
            yield b"x" * 10

    with pytest.raises(guard.TooLarge):
        async for _part in files._bounded(body(), 20):
            pass
    assert taken == 110


HEAD = b'--b\r\nContent-Disposition: form-data; name="q.sheet"; filename="a.csv"\r\n\r\n'
BROKEN = [
    pytest.param("multipart/form-data", HEAD + b"x\r\n--b--\r\n", id="no boundary"),
    pytest.param("multipart/form-data; boundary=b", b"nonsense", id="nonsense"),
    pytest.param("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--\r\n", id="no name"),
    pytest.param("multipart/form-data; boundary=" + "b" * 500, b"x", id="endless boundary"),
    pytest.param("multipart/form-data; boundary=b", (HEAD + b"x\r\n") * 50 + b"--b--\r\n", id="fifty files"),
    pytest.param("multipart/form-data; boundary=b", b"--b\r\n" + b"A: b\r\n" * 10_000 + b"\r\n", id="headers"),
]


@pytest.mark.parametrize(("kind", "body"), BROKEN)
async def test_what_is_no_form_is_refused(page: Web, kind: str, body: bytes) -> None:
    async with client(page) as http:
        assert (await http.post("/chat/submit", content=body, headers={"Content-Type": kind})).status_code == 400


async def test_only_the_page_itself_may_send_one(page: Web) -> None:
    async with client(page) as http:
        elsewhere = {"Sec-Fetch-Site": "cross-site"}
        answer = await http.post("/chat/submit", files={"q.sheet": ("a.csv", SECRET)}, headers=elsewhere)
        assert answer.status_code == 403


def test_an_answer_with_a_stream_is_read_in_small_parts_and_closed() -> None:
    stream = Watched(BULK)
    file = File("bulk.bin", "application/octet-stream", stream)
    parts = list(files._parts(f"<a href='{render.download(file)}'>", file))
    assert stream.closed
    assert 0 < stream.largest <= CHUNK
    assert max(map(len, parts)) < 2 * CHUNK
    assert base64.b64decode(b"".join(parts).removesuffix(b"'>").partition(b"base64,")[2]) == BULK


def test_only_pictures_come_as_such() -> None:
    assert render.download(File("a.png", "image/png", b"a")).startswith("data:image/png;")
    for media in ("image/svg+xml", "text/html", "image/png;x,<script>"):
        assert render.download(File("a", media, b"a")).startswith("data:application/octet-stream;")


@pytest.fixture
async def trial(sqlite_db: Database, browser: Browser) -> AsyncIterator[Tab]:
    """A member's page, in a real browser, with the trial commands."""
    site = Site(str(sqlite_db.url), GivenClock(), Settings.model_validate({}), PERSONAS, (TRIAL,))
    await site.start()
    context = await browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]
    tab = await Tab.open(context, site)
    yield tab
    await context.close()
    await site.stop()
    assert not tab.complaints, tab.complaints


@pytest.mark.xdist_group("browser")
async def test_a_file_is_chosen_with_the_keyboard_and_named_after_an_error(trial: Tab) -> None:
    await trial.says("/trial sheet")
    control = trial.dialog.get_by_label("The sheet")
    await expect(control).to_be_focused()
    await expect(control).to_have_attribute("accept", ".csv,.txt")
    await expect(control).to_have_accessible_description("As CSV")
    async with trial.page.expect_file_chooser() as choosing:
        await control.press("Space")
    await (await choosing.value).set_files({"name": "members.csv", "mimeType": "text/csv", "buffer": SECRET})
    await trial.dialog.get_by_label("Words").fill("refuse")
    await trial.submits()
    await expect(trial.dialog.get_by_label("Words")).to_be_focused()
    await expect(control).to_have_accessible_description(
        "As CSV Attached: members.csv. You can attach another file in its place."
    )
    assert not await trial.faults()
    await trial.dialog.get_by_label("Words").fill("kind")
    await trial.submits()
    await expect(trial.last).to_contain_text(f"members.csv has {len(SECRET)} bytes")


@pytest.mark.xdist_group("browser")
async def test_a_file_far_too_large_leaves_the_form_as_it_is(trial: Tab, tmp_path: Path) -> None:
    await trial.says("/trial sheet kind")
    huge = tmp_path / "huge.csv"
    huge.write_bytes(b"x" * 8_000_000)
    await trial.dialog.get_by_label("The sheet").set_input_files(huge)
    await trial.submits()
    await expect(trial.dialog.locator("#form-problem")).to_contain_text("too large to be sent")
    await expect(trial.dialog.get_by_label("Words")).to_have_value("kind")


@pytest.mark.xdist_group("browser")
async def test_a_picture_is_seen_and_a_large_file_kept(trial: Tab) -> None:
    await trial.says("/trial picture")
    await expect(trial.last.get_by_role("img", name=PNG_ALT)).to_be_visible()
    assert await trial.last.get_by_role("img").evaluate("each => each.naturalWidth") == 40
    await trial.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert not await trial.faults()
    await trial.says("/trial bulk")
    async with trial.page.expect_download() as downloading:
        await trial.last.get_by_role("link", name="bulk.bin").click()
    download = await downloading.value
    assert (await download.path()).read_bytes() == BULK
    await expect(trial.last).to_contain_text("3 MB")


async def test_a_stream_that_is_posted_is_stored_whole(page: Web) -> None:
    reply = Reply("Look.", file=File("chart.png", "image/png", Watched(PNG), alt=PNG_ALT))
    await page.send(Parcel("uid", channel("general"), reply, maybe_sent=False))
    async with client(page) as http:
        shown = (await http.get("/")).text
    assert base64.b64encode(PNG).decode() in shown
    assert render.STREAM not in shown
