"""Who gets to see the page, from where, and how much they may send."""

from __future__ import annotations

import pytest

from adapters.web.app import Web
from adapters.web.limits import BODY_MAX
from adapters.web.people import COMMUNITY
from coalition_bot.people import Coalition, Community
from coalition_bot.settings import Settings
from tests.adapters.web.conftest import client
from tests.story import House

POSTED = ("say", "press", "submit", "suggest", "options")
TOKENS = ({"slack_bot_token": "xoxb-1"}, {"slack_signing_secret": "s"}, {"discord_token": "d"})


def web(house: House, **given: object) -> Web:
    return Web(Settings.model_validate({"sample": False, **given}), house.bot)


async def assert_closed(page: Web, base: str = "http://127.0.0.1:8000") -> None:
    """A plain page, and nothing of the chat behind it."""
    async with client(page, base) as http:
        answer = await http.get("/")
        assert answer.status_code == 200
        assert "The bot is running" in answer.text
        for word in ("You are", "Maya", "Carmen", "<select", "<script"):
            assert word not in answer.text
        for name in POSTED:
            assert (await http.post(f"/chat/{name}", data={"text": "/my profile"})).status_code == 404
        assert (await http.get("/chat/events")).status_code == 404


@pytest.mark.parametrize("given", [*TOKENS, {"host": "0.0.0.0"}], ids=str)
async def test_with_a_token_or_a_public_host_nothing_of_the_chat_is_there(
    web_house: House, given: dict[str, str]
) -> None:
    await assert_closed(web(web_house, **given))
    async with client(web(web_house, **given, try_web=True)) as http:
        assert "You are" in (await http.get("/")).text


async def test_through_a_proxy_or_a_name_that_points_here_the_page_is_closed(web_house: House) -> None:
    """HOST is loopback, yet whoever looks is somewhere else."""
    await assert_closed(web(web_house), "http://bot.example.org")
    async with client(web(web_house, try_web=True), "http://bot.example.org") as http:
        assert "You are" in (await http.get("/")).text


async def test_a_coalition_that_is_on_another_platform_is_never_reached(web_house: House) -> None:
    page = web(web_house)
    coalition = Coalition(name="Real", zone="UTC", created_at=web_house.clock.now())

    def found(session) -> None:  # type: ignore[no-untyped-def]
        session.add(coalition)
        session.flush()
        session.info["coalition"] = coalition.id
        for platform, external in (("web", COMMUNITY), ("wide", "T1")):
            session.add(Community(platform=platform, external=external, name="", created_at=web_house.clock.now()))

    web_house.db.write(found)
    await assert_closed(page)


async def test_only_the_page_itself_may_post(web_house: House) -> None:
    async with client(web(web_house)) as http:
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "none"},
        ):
            assert (await http.post("/chat/say", data={"text": "/my profile"}, headers=headers)).status_code == 403
        del http.headers["Sec-Fetch-Site"]
        for origin, status in (("http://evil.example", 403), ("null", 403), ("http://127.0.0.1:8000", 200)):
            answer = await http.post("/chat/say", data={"text": "/my profile"}, headers={"Origin": origin})
            assert answer.status_code == status
        assert (await http.post("/chat/say", data={"text": "/my profile"})).status_code == 403
        assert (await http.get("/chat/say")).status_code == 405


async def test_what_no_form_of_ours_sends_is_refused(web_house: House) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    async with client(web(web_house)) as http:
        too_large = await http.post("/chat/say", content=b"text=" + b"a" * BODY_MAX, headers=form)
        assert too_large.status_code == 413
        assert (await http.post("/chat/say", json={"text": "x"})).status_code == 400
        assert (await http.post("/chat/say", content=b"text=\xff\xfe", headers=form)).status_code == 400
        assert (await http.post("/chat/say", content=b"a=1&" * 2000, headers=form)).status_code == 400
        large = await http.post("/chat/say", data={"text": "/my zone " + "a" * 10_000})
        assert "far too long" in large.text


async def test_every_answer_forbids_what_the_page_does_not_need(web_house: House) -> None:
    async with client(web(web_house)) as http:
        for path in ("/", "/static/chat.js", "/static/vendor/htmx.min.js"):
            headers = (await http.get(path)).headers
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["X-Content-Type-Options"] == "nosniff"
        assert (await http.get("/static/..%2fapp.py")).status_code == 404
        page = await http.get("/")
        assert page.headers["Cache-Control"] == "no-store"
        assert "http://" not in page.text.replace("http://127.0.0.1", "")
        assert "https://" not in page.text


async def test_nonsense_in_an_address_is_an_ordinary_visit(web_house: House) -> None:
    async with client(web(web_house)) as http:
        answer = await http.get("/", params={"you": "<script>alert(1)</script>", "in": "\u202e\x00"})
        assert answer.status_code == 200
        assert "alert(1)" not in answer.text
        assert (await http.post("/chat/press", data={"token": "\x00~~??"})).status_code == 200
        assert (await http.post("/chat/submit", data={"command": "no such", "draft": "x"})).status_code == 200
        assert (await http.post("/chat/options", data={"command": "x", "question": "y"})).json() == {"options": []}
        assert (await http.post("/chat/say", data={"text": "  "})).status_code == 204
