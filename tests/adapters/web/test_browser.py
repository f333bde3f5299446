"""Stories of people at the page, clicking and typing in a real browser."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from playwright.async_api import expect

from adapters.web.people import LEAD, channel
from coalition_bot.command import Reply
from coalition_bot.platform import Parcel
from tests.adapters.web.conftest import Visit
from tests.browser import PHONE, Site

pytestmark = pytest.mark.xdist_group("browser")

HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script> @everyone {{7*7}} \'"&amp;'


async def test_a_member_joins_a_group_through_the_form_and_its_lead_is_told(site: Site, visit: Visit) -> None:
    leo = await visit("lead", "direct")
    maya = await visit("member", "housing")
    await maya.says("/group join")
    await maya.dialog.get_by_label("The specific issue").fill("Evictions in winter")
    await maya.submits()

    group = maya.dialog.get_by_label("Working group")
    await expect(group).to_be_focused()
    await expect(group).to_have_attribute("aria-invalid", "true")
    await expect(group).to_have_accessible_description("Problem: Please answer this one.")
    await expect(maya.dialog.get_by_label("The specific issue")).to_have_value("Evictions in winter")

    await group.select_option("Housing")
    await maya.dialog.get_by_label("May other members see your name?").select_option("No")
    await maya.submits()
    await expect(maya.dialog).to_have_count(0)
    await expect(maya.last).to_contain_text("Housing")
    await expect(maya.last).to_contain_text("Only you can see this")
    await expect(maya.last).to_contain_text("Done:")
    await expect(maya.box).to_be_focused()

    await site.post()
    await expect(leo.log).to_contain_text("Evictions in winter")
    await expect(leo.log).not_to_contain_text("/group join")


async def test_somebody_else_sees_what_is_theirs(visit: Visit) -> None:
    tab = await visit()
    await tab.says("/group members Housing")
    await expect(tab.last).to_contain_text("Problem:")
    await expect(tab.page.get_by_role("banner")).to_contain_text("Coalition Bot")
    you = tab.page.get_by_role("combobox", name="You are")
    await you.select_option(label="Coordinator: Carmen Diaz")
    await expect(you).to_be_focused()
    await expect(tab.log).not_to_contain_text("/group members")
    await tab.says("/group members Housing")
    await expect(tab.last.get_by_role("table")).to_contain_text(LEAD.name)


async def test_commands_are_suggested_and_taken_with_the_keyboard_alone(visit: Visit) -> None:
    tab = await visit()
    await tab.page.keyboard.press("Tab")
    await tab.page.keyboard.press("Enter")  # the link that skips to the message box
    await expect(tab.box).to_be_focused()
    await tab.page.keyboard.type("/group jo")
    option = tab.suggested.filter(has_text="/group join")
    await expect(option).to_contain_text("Join a working group.")
    await tab.page.keyboard.press("ArrowDown")
    await expect(option).to_have_attribute("aria-selected", "true")
    await expect(tab.box).to_have_attribute("aria-activedescendant", str(await option.get_attribute("id")))
    await tab.page.keyboard.press("Enter")
    await expect(tab.box).to_have_value("/group join ")

    await expect(tab.suggested.filter(has_text="Criminal justice")).to_be_visible()
    await tab.page.keyboard.type("crim")
    await expect(tab.suggested).to_have_count(1)
    await tab.page.keyboard.press("ArrowDown")
    await tab.page.keyboard.press("Tab")
    await expect(tab.box).to_have_value('/group join "Criminal justice" ')
    await tab.page.keyboard.press("Escape")
    await expect(tab.suggested).to_have_count(0)
    await tab.page.keyboard.press("Enter")
    await expect(tab.dialog).to_contain_text("Join a working group")
    await tab.page.keyboard.press("Escape")
    await expect(tab.dialog).to_have_count(0)
    await expect(tab.box).to_be_focused()


async def test_a_form_closed_by_mistake_is_opened_again_as_it_was(visit: Visit) -> None:
    tab = await visit()
    await tab.says("/my details")
    await tab.dialog.get_by_label("Your name").fill("Maya T.")
    await tab.dialog.get_by_role("button", name="Cancel").click()
    await expect(tab.last).to_contain_text("Nothing was sent")
    await tab.page.get_by_role("button", name="Open it again").click()
    await expect(tab.dialog.get_by_label("Your name")).to_have_value("Maya T.")
    await tab.submits()
    await expect(tab.last).to_contain_text("Maya T.")
    await expect(tab.log).not_to_contain_text("Nothing was sent")


async def test_an_organisation_is_suggested_as_one_types(visit: Visit) -> None:
    tab = await visit()
    await tab.says("/my details")
    box = tab.dialog.get_by_label("Your organisation")
    await box.fill("welc")
    await tab.suggested.filter(has_text="Welcome Across Borders").click()
    await expect(box).to_have_value("Welcome Across Borders")
    await tab.submits()
    await expect(tab.last).to_contain_text("Welcome Across Borders")
    await tab.says("/my details")
    await tab.dialog.get_by_label("Your organisation").fill("My own")
    await tab.submits()
    await expect(tab.last).to_contain_text("My own")


async def test_who_writes_in_own_words_gets_help_with_buttons(visit: Visit) -> None:
    tab = await visit("lead")
    for room in ("#general", "Direct messages"):
        await tab.page.get_by_role("navigation").get_by_role("link", name=room).click()
        await tab.says("hello, what can you do?")
        await expect(tab.last).to_contain_text("they begin with a slash")
        await tab.does(tab.last.get_by_role("button", name="My profile"))
        await expect(tab.last.get_by_role("heading")).to_have_text("Leo Martin")
    await tab.does(tab.last.get_by_role("button", name="Change"))
    await expect(tab.dialog.get_by_label("Your name")).to_have_value("Leo Martin")


async def test_a_command_in_the_help_goes_into_the_message_box(visit: Visit) -> None:
    tab = await visit()
    await tab.says("/coalition help")
    await tab.last.get_by_role("link", name="/coalition help my").click()
    await expect(tab.box).to_have_value("/coalition help my ")
    await expect(tab.box).to_be_focused()
    await tab.says("/coalition help my")
    await tab.last.get_by_role("link", name="/my zone").click()
    await expect(tab.box).to_have_value("/my zone ")
    await expect(tab.box).to_be_focused()


async def test_a_file_is_kept_by_who_asked_for_it(visit: Visit, tmp_path: Path) -> None:
    tab = await visit("lead")
    await tab.says("/my export")
    async with tab.page.expect_download() as download:
        await tab.last.get_by_role("link", name="my-data.json").click()
    file = await download.value
    assert file.suggested_filename == "my-data.json"
    await file.save_as(tmp_path / "my-data.json")
    assert json.loads((tmp_path / "my-data.json").read_text())["members"]["name"] == LEAD.name


async def test_a_reminder_arrives_by_itself_in_every_tab_with_the_readers_own_time(site: Site, visit: Visit) -> None:
    reader = await visit("newcomer", "announcements", timezone_id="Asia/Tokyo")
    elsewhere = await visit("member", "general", timezone_id="America/New_York")
    carmen = await visit("coordinator")
    site.clock.forward(minutes=2)  # 8:02 in UTC, 4:02 in New York
    await carmen.says("/deadline add Press list due today 5:04am New York time")
    await expect(carmen.last).to_contain_text("Is this right?")
    await carmen.does(carmen.last.get_by_role("button", name="Confirm"))
    await expect(carmen.last).to_contain_text("Stored")
    site.clock.forward(minutes=2)
    await site.post()

    arrived = reader.log.locator("article", has_text="Press list")
    await expect(arrived).to_have_count(1)
    await expect(arrived).to_contain_text("05:04 (New York time)")
    await expect(arrived.locator("time[data-wall]")).to_have_text("Monday 2 September at 18:04 where you are")
    badge = elsewhere.page.get_by_role("listitem").filter(has_text="#announcements")
    await expect(badge).to_contain_text("1 new")
    await elsewhere.page.get_by_role("link", name="#announcements").click()
    await expect(badge).not_to_contain_text("new")
    arrived = elsewhere.log.locator("article", has_text="Press list")
    await expect(arrived).to_have_count(1)
    await expect(arrived.locator("time[data-wall]")).to_be_empty()  # the official time is theirs
    await elsewhere.page.reload()
    await expect(elsewhere.log.locator("article", has_text="Press list")).to_have_count(1)


async def test_two_tabs_of_one_person_hear_the_same_and_keep_their_own_answers(site: Site, visit: Visit) -> None:
    first, second = await visit("member", "housing"), await visit("member", "housing")
    await first.says("/my profile")
    await site.web.send(Parcel("u1", channel("housing"), Reply("For all"), maybe_sent=False))
    for tab in (first, second):
        await expect(tab.log.get_by_text("For all")).to_have_count(1)
    await expect(second.log).not_to_contain_text("/my profile")


async def test_hostile_text_is_only_text(site: Site, visit: Visit) -> None:
    tab = await visit()
    await tab.says(HOSTILE)
    await expect(tab.log.locator(".said .text")).to_have_text(HOSTILE)
    await tab.says("/my details")
    await tab.dialog.get_by_label("Your name").fill(HOSTILE[:80])
    await tab.submits()
    await expect(tab.last).to_contain_text(HOSTILE[:80])
    await tab.says(f"/group join {HOSTILE}")
    await expect(tab.dialog.locator(".problem:not(:empty)").first).to_contain_text("“<img”")
    await tab.page.keyboard.press("Escape")
    await site.web.send(Parcel("u1", channel("general"), Reply(HOSTILE, title=HOSTILE), maybe_sent=False))
    await expect(tab.last.get_by_role("heading")).to_have_text(HOSTILE)
    assert await tab.page.evaluate("window.pwned") is None
    assert await tab.page.locator("img[src=x]").count() == 0
    await tab.says("/my details")
    await tab.dialog.get_by_label("Your name").fill("Maya\u202eevil\u0000")
    await tab.submits()
    await expect(tab.dialog.locator(".problem:not(:empty)")).to_contain_text("characters that cannot be shown")


async def test_when_the_bot_is_away_nothing_typed_is_lost_and_after_it_all_goes_on(site: Site, visit: Visit) -> None:
    tab = await visit("member", "housing")
    await tab.says("/my details")
    await tab.dialog.get_by_label("Your name").fill("Maya after the restart")
    await site.stop()
    await tab.submits()
    problem = tab.dialog.get_by_role("alert")
    await expect(problem).to_contain_text("I can't reach the bot")
    await expect(problem).to_be_focused()
    await site.start()
    await tab.submits()
    await expect(tab.last).to_contain_text("Maya after the restart")
    await site.web.send(Parcel("u1", channel("housing"), Reply("I am back"), maybe_sent=False))
    await expect(tab.log).to_contain_text("I am back")
    await expect(tab.page.get_by_text("The connection is lost")).to_have_count(0)
    tab.complaints.clear()  # the browser says that nobody answered for a while


async def test_what_was_typed_while_the_bot_was_away_stays_in_the_box(site: Site, visit: Visit) -> None:
    tab = await visit()
    await site.stop()
    await tab.says("/my zone Nairobi")
    await expect(tab.page.get_by_role("status").first).to_contain_text("What you typed is still here")
    await expect(tab.box).to_have_value("/my zone Nairobi")
    await site.start()
    await tab.does(tab.page.get_by_role("button", name="Send"))
    await expect(tab.last).to_contain_text("Africa/Nairobi")
    await expect(tab.box).to_have_value("")
    tab.complaints.clear()


async def test_an_open_page_does_not_hold_up_the_end(site: Site, visit: Visit) -> None:
    tab = await visit()
    async with asyncio.timeout(2):
        await site.stop()
    await site.start()
    await tab.says("/my profile")
    tab.complaints.clear()


async def test_a_double_click_counts_once(site: Site, visit: Visit) -> None:
    tab = await visit("coordinator")
    await tab.says("/group create")
    await tab.dialog.get_by_label("Name of the group").fill("Disability rights")
    await tab.dialog.get_by_label("What it works on").fill("Access")
    await tab.dialog.get_by_role("button", name="Submit").dblclick()
    await expect(tab.dialog).to_have_count(0)
    await expect(tab.last).to_contain_text("Disability rights")
    await expect(tab.log.locator(".tone-problem")).to_have_count(0)


async def test_on_a_phone_nothing_is_wider_than_the_screen(site: Site, visit: Visit) -> None:
    tab = await visit("coordinator", viewport=PHONE, has_touch=True, is_mobile=True)
    for line in ("/coalition help", "/group list", "/review show", "/group members Housing", "/deadline list"):
        await tab.says(line)
        assert await tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), line
        assert await tab.log.evaluate("log => log.scrollWidth <= log.clientWidth"), line
    await tab.says("/group create")
    assert await tab.dialog.evaluate("form => form.scrollWidth <= innerWidth")
    await expect(tab.dialog.get_by_role("button", name="Submit")).to_be_in_viewport()
