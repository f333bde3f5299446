"""The page for everybody: axe finds nothing serious in it, at either size, in light and dark."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.adapters.web.conftest import Visit
from tests.browser import DESKTOP, PHONE

pytestmark = pytest.mark.xdist_group("browser")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_nothing_serious_is_found(visit: Visit, size: dict[str, int], scheme: str) -> None:
    tab = await visit("coordinator", viewport=size, color_scheme=scheme, reduced_motion="reduce")
    for line in ("/coalition help", "/group list", "/my export", "/deadline list", "/nonsense"):
        await tab.says(line)
    await tab.box.fill("/")
    await expect(tab.suggested.first).to_be_visible()
    await tab.page.keyboard.press("ArrowDown")
    assert await tab.faults() == []
    await tab.says("/group create")
    await tab.submits()
    await expect(tab.dialog.locator("[aria-invalid]").first).to_be_visible()
    assert await tab.faults() == []
    await tab.dialog.get_by_role("button", name="Cancel").click()
    await tab.says("/group lead")
    await tab.dialog.get_by_label("Who").fill("Le")
    await expect(tab.suggested.filter(has_text="Leo Martin")).to_be_visible()
    assert await tab.faults() == []


async def test_landmarks_headings_and_names_are_those_that_people_are_told(visit: Visit) -> None:
    tab = await visit()
    page = tab.page
    for role, name in (
        ("combobox", "You are"),
        ("navigation", "Conversations"),
        ("textbox", "Message"),
        ("button", "Send"),
        ("log", "#general"),
    ):
        await expect(page.get_by_role(role, name=name, exact=True)).to_have_count(1)  # type: ignore[arg-type]
    await expect(page.get_by_role("main")).to_have_count(1)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Coalition Bot")
    for label in ("Message", "You are"):
        await expect(page.get_by_label(label)).to_have_count(1)
    await expect(page.get_by_role("main")).to_contain_text("only its own sample coalition")


async def test_the_focus_goes_where_one_reads_and_works(visit: Visit) -> None:
    tab = await visit()
    order = []
    for _stop in range(9):
        await tab.page.keyboard.press("Tab")
        order.append(await tab.page.evaluate("document.activeElement.innerText || document.activeElement.id"))
    assert order[0] == "Skip to the message box"
    assert order[2:8] == [
        "#general",
        "#announcements",
        "#housing",
        "#criminal-justice",
        "#geneva",
        "Direct messages",
    ]
    await tab.box.fill("/")
    await expect(tab.suggested.first).to_be_visible()
    await tab.page.keyboard.press("Tab")  # past the list of suggestions, in either direction
    await expect(tab.page.get_by_role("button", name="Send")).to_be_focused()
    await tab.box.fill("/my")
    await expect(tab.suggested.first).to_be_visible()
    await tab.page.keyboard.press("Shift+Tab")
    await expect(tab.last.get_by_role("button", name="What can I do?")).to_be_focused()
    await tab.says("/my details")
    await expect(tab.dialog.get_by_label("Your name")).to_be_focused()
    for _stop in range(6):  # the focus stays in the dialog, or in the browser's own frame
        await tab.page.keyboard.press("Tab")
        assert await tab.page.evaluate("document.activeElement.closest('dialog, body').matches('dialog, body')")
        assert not await tab.page.evaluate("document.activeElement.closest('main, nav') !== null")
