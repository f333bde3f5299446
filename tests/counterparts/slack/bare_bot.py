"""A small slack-bolt app, nothing of ours, that does each thing once: for trying the counterparts themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.counterparts.node import free_port
from tests.counterparts.slack.web_api import Workspace

Json = dict[str, Any]
SHORT = 3
PING_SECONDS = 0.5  # ten by default: that long a lost connection goes unnoticed


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(text: str, action: str, value: str = "") -> Json:
    return {"type": "button", "text": plain(text), "action_id": action, "value": value or text}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def form(title: str = "Join a group") -> Json:
    choice = {"type": "static_select", "action_id": "group", "options": [_option("Housing"), _option("Migration")]}
    state = {"type": "external_select", "action_id": "state", "min_query_length": 1}
    return {
        "type": "modal",
        "callback_id": "join",
        "private_metadata": "draft-1",
        "title": plain(title),
        "submit": plain("Submit"),
        "blocks": [
            {
                "type": "input",
                "block_id": "name",
                "label": plain("Your name"),
                "element": {"type": "plain_text_input", "action_id": "name", "max_length": 80},
            },
            {"type": "input", "block_id": "group", "label": plain("Group"), "element": choice},
            {"type": "input", "block_id": "state", "label": plain("State"), "optional": True, "element": state},
            {
                "type": "input",
                "block_id": "day",
                "label": plain("Day"),
                "optional": True,
                "element": {"type": "datepicker", "action_id": "day", "initial_date": "2020-05-11"},
            },
        ],
    }


def app(slack: Workspace) -> AsyncApp:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.url)
    bolt = AsyncApp(token=slack.bot_token, signing_secret=slack.signing_secret, client=client)
    _commands(bolt)
    _modals(bolt)
    _controls(bolt)
    _events(bolt)
    return bolt


def _option(text: str) -> Json:
    return {"text": plain(text), "value": text.lower()}


def _commands(bolt: AsyncApp) -> None:
    @bolt.command("/group")
    async def group(ack: Any, command: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=command["trigger_id"], view=form())

    @bolt.command("/say")
    async def say(ack: Any, command: Json) -> None:
        await ack(f"You said {command['text']}")

    @bolt.command("/later")
    async def later(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Two choices", blocks=[actions(button("Yes", "yes"), button("Help", "help"))])

    @bolt.command("/whisper")
    async def whisper(ack: Any, command: Json, client: Any) -> None:
        await ack()
        await client.chat_postEphemeral(channel=command["channel_id"], user=command["user_id"], text="psst")

    @bolt.command("/export")
    async def export(ack: Any, command: Json, client: Any) -> None:
        await ack()
        where = (await client.conversations_open(users=command["user_id"]))["channel"]["id"]
        await client.files_upload_v2(channel=where, filename="members.csv", content="name\nAna\n", title="Members")


def _modals(bolt: AsyncApp) -> None:
    @bolt.view("join")
    async def join(ack: Any, view: Json, body: Json, client: Any) -> None:
        entered = view["state"]["values"]
        name = entered["name"]["name"]["value"]
        if len(name) < SHORT:
            await ack(response_action="errors", errors={"name": "Please give your whole name."})
            return
        if name == "Again":
            await ack(response_action="update", view=form("Once more"))
            return
        if name == "Deeper":
            await ack(response_action="push", view=form("On top"))
            return
        await ack()
        chosen = entered["group"]["group"]["selected_option"]["value"]
        where = (entered["state"]["state"]["selected_option"] or {}).get("value")
        day = entered["day"]["day"]["selected_date"]
        await client.chat_postMessage(channel=body["user"]["id"], text=f"{name} joined {chosen} {where} {day}")

    @bolt.options("state")
    async def state(ack: Any, payload: Json) -> None:
        known = ["Kenya", "Kiribati", "Switzerland"]
        await ack(options=[_option(name) for name in known if name.lower().startswith(payload["value"].lower())])


def _controls(bolt: AsyncApp) -> None:
    @bolt.action("yes")
    async def yes(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Thank you", replace_original=True)

    @bolt.action("help")
    async def help_(ack: Any, body: Json, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=form("Help"))


def _events(bolt: AsyncApp) -> None:
    @bolt.event("app_home_opened")
    async def home(event: Json, client: Any) -> None:
        view = {"type": "home", "blocks": [section("Welcome"), actions(button("Help", "help"))]}
        await client.views_publish(user_id=event["user"], view=view)

    @bolt.event("message")
    async def direct(event: Json, say: Any) -> None:
        if event.get("channel_type") == "im":
            await say(f"I heard {event['text']}")

    @bolt.event("app_mention")
    async def mention(event: Json, client: Any) -> None:
        info = (await client.users_info(user=event["user"], include_locale=True))["user"]
        text = f"{info['real_name']} {info['locale']} {info['is_admin']}"
        await client.chat_postEphemeral(channel=event["channel"], user=event["user"], text=text)


@asynccontextmanager
async def over_http(slack: Workspace) -> AsyncIterator[str]:
    """The address of its endpoint."""
    site = web.AppRunner(app(slack).web_app(path="/slack/events"), shutdown_timeout=1)
    await site.setup()
    port = free_port()
    await web.TCPSite(site, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/slack/events"
    finally:
        await site.cleanup()


@asynccontextmanager
async def over_socket_mode(slack: Workspace) -> AsyncIterator[AsyncSocketModeHandler]:
    handler = AsyncSocketModeHandler(app(slack), slack.app_token, ping_interval=PING_SECONDS)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await slack.socket.connected()
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
