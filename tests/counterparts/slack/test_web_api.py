"""The Web API behind the proxy: what it checks, keeps, refuses, and how it fails when told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.counterparts.slack import people
from tests.counterparts.slack.bare_bot import actions, button, form, section
from tests.counterparts.slack.responses import SECONDS, USES
from tests.counterparts.slack.web_api import Workspace


@pytest.fixture
def client(slack: Workspace) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.url)


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


async def refusal(work: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await work
    return str(refused.value.response["error"])


async def test_who_am_i(client: AsyncWebClient) -> None:
    told = await client.auth_test()
    assert (told["user_id"], told["bot_id"]) == (people.BOT_USER, people.BOT)
    assert "chat:write" in told.headers["X-OAuth-Scopes"]


async def test_wrong_tokens(slack: Workspace, client: AsyncWebClient) -> None:
    stranger = AsyncWebClient(token="xoxb-unknown", base_url=slack.url)
    assert await refusal(stranger.auth_test()) == "invalid_auth"
    assert await refusal(client.apps_connections_open(app_token="xapp-unknown")) == "invalid_auth"
    assert await refusal(client.apps_connections_open(app_token=slack.bot_token)) == "invalid_auth"


async def test_bad_payloads_are_refused_and_noted(slack: Workspace, client: AsyncWebClient) -> None:
    channel = slack.channels["housing"].id
    assert await refusal(client.chat_postMessage(channel=channel, text="x", blocks=[actions()])) == "invalid_blocks"
    trigger = await slack.trigger(slack.people["ana"].id)
    bad = {**form("x" * 25)}
    assert await refusal(client.views_open(trigger_id=trigger, view=bad)) == "invalid_arguments"
    assert slack.take_violations() == [
        "chat.postMessage: blocks[0].elements: [] should be non-empty",
        "views.open: title.text: 25 characters, Slack takes 24",
    ]


async def test_style_and_words_are_noted_though_slack_takes_them(slack: Workspace, client: AsyncWebClient) -> None:
    channel = slack.channels["housing"].id
    slack.forbid("B1234567")
    with pytest.warns(UserWarning, match="top-level `text`"):
        await client.chat_postMessage(channel=channel, blocks=[section("hello")])
    await client.chat_postMessage(channel=channel, text="Hello <!channel>")
    await client.chat_postMessage(channel=channel, text="Passport B1234567")
    slack.allow_mention("<!channel")
    await client.chat_postMessage(channel=channel, text="Hello <!channel>")
    assert slack.take_violations() == [
        "chat.postMessage: text: missing beside blocks; notifications and screen readers read it",
        "chat.postMessage: text: carries <!channel",
        "chat.postMessage: carries the forbidden 'B1234567'",
    ]


async def test_what_nobody_expected_fails_the_test(slack: Workspace, client: AsyncWebClient) -> None:
    slack.fail_on_violations()
    await refusal(client.chat_postMessage(channel=slack.channels["housing"].id, text="x", blocks=[actions()]))
    with pytest.raises(AssertionError, match="should be non-empty"):
        slack.fail_on_violations()
    slack.take_violations()


async def test_triggers_work_once(slack: Workspace, client: AsyncWebClient) -> None:
    trigger = await slack.trigger(slack.people["ana"].id)
    await client.views_open(trigger_id=trigger, view=form())
    assert await refusal(client.views_open(trigger_id=trigger, view=form())) == "exchanged_trigger_id"
    assert await refusal(client.views_open(trigger_id="1.2.3", view=form())) == "invalid_trigger_id"


async def test_a_closed_modal_cannot_be_updated(slack: Workspace, client: AsyncWebClient) -> None:
    ana = slack.people["ana"].id
    view = (await client.views_open(trigger_id=await slack.trigger(ana), view=form()))["view"]
    slack.screen.close_modal(ana)
    assert await refusal(client.views_update(view_id=view["id"], view=form())) == "not_found"


async def test_a_post_is_found_again_by_its_metadata(slack: Workspace, client: AsyncWebClient) -> None:
    channel = slack.channels["housing"].id
    metadata = {"event_type": "reminder", "event_payload": {"id": "7"}}
    first = await client.chat_postMessage(channel=channel, text="one", metadata=metadata)
    await client.chat_postMessage(channel=channel, text="two")
    await client.chat_update(channel=channel, ts=first["ts"], text="one, edited")
    plain = (await client.conversations_history(channel=channel))["messages"]
    assert not any("metadata" in message for message in plain)
    full = (await client.conversations_history(channel=channel, include_all_metadata=True))["messages"]
    found = [message for message in full if message.get("metadata", {}).get("event_payload") == {"id": "7"}]
    assert [(m["ts"], m["text"], m["bot_id"]) for m in found] == [(first["ts"], "one, edited", people.BOT)]


async def test_history_by_time_and_in_pages(slack: Workspace, client: AsyncWebClient) -> None:
    channel = slack.channels["housing"].id
    posted = [(await client.chat_postMessage(channel=channel, text=str(n)))["ts"] for n in range(5)]
    later = await client.conversations_history(channel=channel, oldest=posted[1])
    assert [message["text"] for message in later["messages"]][:3] == ["4", "3", "2"]
    only = await client.conversations_history(channel=channel, oldest=posted[2], latest=posted[2], inclusive=True)
    assert [message["text"] for message in only["messages"]] == ["2"]
    page = await client.conversations_history(channel=channel, limit=2)
    rest = await client.conversations_history(channel=channel, limit=2, cursor=page["response_metadata"]["next_cursor"])
    assert [m["text"] for m in (*page["messages"], *rest["messages"])] == ["4", "3", "2", "1"]


async def test_where_the_bot_may_post(slack: Workspace, client: AsyncWebClient) -> None:
    assert await refusal(client.chat_postMessage(channel=slack.channels["elsewhere"].id, text="x")) == "not_in_channel"
    assert await refusal(client.chat_postMessage(channel="C404", text="x")) == "channel_not_found"
    assert await refusal(client.conversations_open(users=slack.people["gone"].id)) == "user_disabled"
    assert await refusal(client.chat_postEphemeral(channel="C404", user="U404", text="x")) == "channel_not_found"
    await client.chat_postMessage(channel=slack.channels["coordinators"].id, text="x")


async def test_who_people_are(slack: Workspace, client: AsyncWebClient) -> None:
    def info(name: str, **more: Any) -> Any:
        return client.users_info(user=slack.people[name].id, **more)

    guest, stranger, gone = (
        (await info("guest"))["user"],
        (await info("stranger"))["user"],
        (await info("gone"))["user"],
    )
    assert guest["is_restricted"] and not guest["is_ultra_restricted"]
    assert stranger["is_stranger"] and stranger["team_id"] != people.TEAM
    assert gone["deleted"]
    chloe = (await info("chloe", include_locale=True))["user"]
    assert (chloe["tz"], chloe["locale"], chloe["real_name"]) == ("Europe/Zurich", "fr-FR", "Chloé Dubois")
    assert "locale" not in (await info("chloe"))["user"]


@pytest.mark.parametrize("slack_scopes", [["chat:write"]])
async def test_scopes_that_the_manifest_lacks(slack: Workspace, client: AsyncWebClient) -> None:
    assert await refusal(client.users_info(user=slack.people["ana"].id)) == "missing_scope"


async def test_a_method_that_nobody_knows(slack: Workspace, client: AsyncWebClient) -> None:
    assert await refusal(client.api_call("reminders.add")) == "unknown_method"
    assert len(slack.take_violations()) == 1


async def test_faults(slack: Workspace, client: AsyncWebClient) -> None:
    channel = slack.channels["housing"].id
    slack.fail("chat.postMessage", status=429, retry_after=7)
    with pytest.raises(SlackApiError) as limited:
        await client.chat_postMessage(channel=channel, text="1")
    assert limited.value.response.headers["Retry-After"] == "7"
    slack.fail("*", status=500)
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel=channel, text="2")
    slack.fail("chat.postMessage", error="fatal_error", only=lambda body: body["text"] == "3")
    await client.chat_postMessage(channel=channel, text="other")
    assert await refusal(client.chat_postMessage(channel=channel, text="3")) == "fatal_error"
    assert [message.text for message in slack.screen.messages] == ["other"]
    assert [call.status for call in slack.called("chat.postMessage")] == [429, 500, 200, 200]


async def test_a_connection_lost_before_or_after_the_deed(slack: Workspace) -> None:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.url, retry_handlers=[])
    channel = slack.channels["housing"].id
    for when in ("before", "after"):
        slack.drop("chat.postMessage", when)
        with pytest.raises(aiohttp.ClientError):
            await client.chat_postMessage(channel=channel, text=when)
    assert [message.text for message in slack.screen.messages] == ["after"]


async def test_a_call_held_between_deed_and_answer(slack: Workspace, client: AsyncWebClient) -> None:
    pause = slack.pause("chat.postMessage")
    posting = asyncio.ensure_future(client.chat_postMessage(channel=slack.channels["housing"].id, text="x"))
    await pause.reached()
    assert len(slack.screen.messages) == 1 and not posting.done()
    pause.release()
    assert (await posting)["ok"]


async def test_a_response_url_serves_five_times(slack: Workspace, session: aiohttp.ClientSession) -> None:
    url = slack.new_response_url(slack.people["ana"].id, slack.channels["housing"].id)
    for number in range(USES):
        async with session.post(url, json={"text": str(number)}) as answer:
            assert (answer.status, await answer.text()) == (200, "ok")
    async with session.post(url, json={"text": "one too many"}) as answer:
        assert (answer.status, await answer.json()) == (404, {"ok": False, "error": "used_url"})
    assert len(slack.screen.seen_by(slack.people["ana"].id)) == USES


async def test_a_response_url_ends_after_half_an_hour(slack: Workspace, session: aiohttp.ClientSession) -> None:
    url = slack.new_response_url(slack.people["ana"].id, slack.channels["housing"].id)
    began = slack.clock()
    slack.clock = lambda: began + SECONDS + 1
    async with session.post(url, json={"text": "late"}) as answer:
        assert (await answer.json())["error"] == "expired_url"


async def test_a_response_url_replaces_and_deletes(
    slack: Workspace, client: AsyncWebClient, session: aiohttp.ClientSession
) -> None:
    channel, ana = slack.channels["housing"].id, slack.people["ana"].id
    await client.chat_postMessage(channel=channel, text="Sure?", blocks=[actions(button("Yes", "yes"))])
    [shown] = slack.screen.messages
    await session.post(slack.new_response_url(ana, channel, shown), json={"text": "Done", "replace_original": True})
    history = await client.conversations_history(channel=channel)
    assert (shown.text, shown.edits, history["messages"][0]["text"]) == ("Done", 1, "Done")
    await session.post(slack.new_response_url(ana, channel, shown), json={"delete_original": True})
    assert shown.deleted
    await session.post(slack.new_response_url(ana, channel), json={"text": "All", "response_type": "in_channel"})
    assert [message.how for message in slack.screen.seen_by(slack.people["ben"].id)] == ["channel"]


async def test_a_bad_body_for_a_response_url(slack: Workspace, session: aiohttp.ClientSession) -> None:
    url = slack.new_response_url(slack.people["ana"].id, slack.channels["housing"].id)
    await session.post(url, json={"text": "x", "blocks": [{"type": "paragraph"}]})
    assert slack.take_violations()


@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")  # slack_sdk's own
async def test_oauth_from_install_to_token(slack: Workspace, session: aiohttp.ClientSession) -> None:
    root = slack.url.removesuffix("/api/")
    where = {"client_id": "1.2", "redirect_uri": "http://127.0.0.1/slack/oauth_redirect", "state": "s"}
    form = {**where, "user_id": slack.people["ana"].id, "scope": "chat:write"}
    async with session.post(f"{root}/oauth/v2/authorize/callback", data=form, allow_redirects=False) as answer:
        assert answer.status == 302, await answer.text()
        code = answer.headers["Location"].split("code=")[1].split("&")[0]
    told = await AsyncWebClient(base_url=slack.url).oauth_v2_access(
        client_id="1.2", client_secret="client-secret", code=code, redirect_uri=where["redirect_uri"]
    )
    installed = AsyncWebClient(token=told["access_token"], base_url=slack.url)
    assert (await installed.auth_test())["ok"]


async def test_each_test_has_its_own_workspace(slack: Workspace, client: AsyncWebClient) -> None:
    history = await client.conversations_history(channel=slack.channels["housing"].id)
    assert not [message for message in history["messages"] if message.get("user") == people.BOT_USER]
    assert slack.calls[0].method == "conversations.history"
