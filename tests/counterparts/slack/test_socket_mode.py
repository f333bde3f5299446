"""Slack's side of Socket Mode: connections come and go, and each envelope is answered once."""

from __future__ import annotations

import asyncio

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from tests.counterparts.slack import bare_bot
from tests.counterparts.slack.player import player, socket
from tests.counterparts.slack.web_api import Workspace


async def test_a_connection_is_refreshed(slack: Workspace) -> None:
    async with bare_bot.over_socket_mode(slack):
        ana = player(slack, "ana", socket(slack))
        await slack.socket.disconnect()
        await slack.socket.connected(opened=2)
        assert (await (await ana.slash("/say", "still here")).message()).text == "You said still here"


async def test_a_lost_connection_is_made_anew(slack: Workspace) -> None:
    async with bare_bot.over_socket_mode(slack):
        await slack.socket.drop()
        await slack.socket.connected(opened=2)
        ana = player(slack, "ana", socket(slack))
        assert (await (await ana.slash("/say", "back")).message()).text == "You said back"


async def test_two_connections_take_turns(slack: Workspace) -> None:
    async with bare_bot.over_socket_mode(slack), bare_bot.over_socket_mode(slack):
        await slack.socket.connected(2)
        ana = player(slack, "ana", socket(slack))
        await asyncio.gather(*(ana.slash("/say", str(number)) for number in range(4)))
        assert [len(connection.envelopes) for connection in slack.socket.connections] == [2, 2]
        assert sorted(message.text for message in ana.messages) == [f"You said {number}" for number in range(4)]


async def test_an_address_admits_one_connection(slack: Workspace) -> None:
    client = AsyncWebClient(base_url=slack.url)
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as opened:
        hello = await opened.receive_json()
        assert hello["type"] == "hello" and hello["num_connections"] == 1
        async with session.get(url) as again:
            assert again.status == 401


async def test_what_a_bot_is_told_when_an_event_comes_again(slack: Workspace) -> None:
    client = AsyncWebClient(base_url=slack.url)
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as opened:
        await opened.receive_json()
        ana = player(slack, "ana", socket(slack))
        first = asyncio.ensure_future(ana.event(type="team_join", user={"id": ana.id}))
        envelope = await opened.receive_json()
        await opened.send_json({"envelope_id": envelope["envelope_id"]})
        again = asyncio.ensure_future((await first).again(number=2, reason="timeout"))
        second = await opened.receive_json()
        await opened.send_json({"envelope_id": second["envelope_id"], "payload": {"text": "no"}})
        await again
    assert (envelope["type"], envelope["retry_attempt"], envelope["accepts_response_payload"]) == (
        "events_api",
        0,
        False,
    )
    assert (second["retry_attempt"], second["retry_reason"]) == (2, "timeout")
    assert second["payload"]["event_id"] == envelope["payload"]["event_id"]
    assert len(slack.take_violations()) == 1


async def test_a_connection_lost_before_the_acknowledgement(slack: Workspace) -> None:
    client = AsyncWebClient(base_url=slack.url)
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as opened:
        await opened.receive_json()
        told = asyncio.ensure_future(player(slack, "ana", socket(slack)).slash("/say", "x"))
        await opened.receive_json()
        await slack.socket.drop()
        assert (await told).status == 0
    assert slack.take_violations() == ["/say: no answer"]
