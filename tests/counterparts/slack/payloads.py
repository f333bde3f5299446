"""The payloads in which Slack tells a bot what somebody did."""

from __future__ import annotations

import html
import secrets
import uuid
from typing import Any

from tests.counterparts.slack import people
from tests.counterparts.slack.people import Person
from tests.counterparts.slack.screen import Message

Json = dict[str, Any]


def slash(person: Person, command: str, text: str, channel: tuple[str, str], response_url: str, trigger: str) -> Json:
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling"""
    return {
        "token": "verification",
        "team_id": people.TEAM,
        "team_domain": people.DOMAIN,
        "channel_id": channel[0],
        "channel_name": channel[1],
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": text,
        "api_app_id": people.APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger,
    }


def interaction(kind: str, person: Person) -> Json:
    """What all interactions begin with: https://docs.slack.dev/reference/interaction-payloads"""
    user = {"id": person.id, "username": person.name, "name": person.name, "team_id": person.team}
    return {
        "type": kind,
        "team": {"id": people.TEAM, "domain": people.DOMAIN},
        "user": user,
        "api_app_id": people.APP,
        "token": "verification",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def in_view(view: Json, state: Json) -> Json:
    return {"container": {"type": "view", "view_id": view["id"]}, "view": {**view, "state": {"values": state}}}


def on_message(message: Message, channel_name: str, state: Json, response_url: str) -> Json:
    """Of an ephemeral message Slack hands on nothing but its place."""
    hidden = message.how == "ephemeral"
    container = {"type": "message", "message_ts": message.ts, "channel_id": message.channel, "is_ephemeral": hidden}
    return {
        "container": container,
        "channel": {"id": message.channel, "name": channel_name},
        "state": {"values": state},
        "response_url": response_url,
        **({} if hidden else {"message": _message(message)}),
    }


def event(event: Json, now: float) -> Json:
    """https://docs.slack.dev/apis/events-api#event-type-structure"""
    bot = {"enterprise_id": None, "team_id": people.TEAM, "user_id": people.BOT_USER}
    return {
        "token": "verification",
        "team_id": people.TEAM,
        "context_team_id": people.TEAM,
        "context_enterprise_id": None,
        "api_app_id": people.APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{uuid.uuid4().hex[:9].upper()}",
        "event_time": int(now),
        "authorizations": [{**bot, "is_bot": True, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_urlsafe(24)}",
    }


def typed(text: str) -> str:
    """As Slack hands on what somebody typed; `@bot` stands for a mention of the bot."""
    return html.escape(text, quote=False).replace("@bot", f"<@{people.BOT_USER}>")


def said(person: Person, text: str, channel: str, ts: str, direct: bool, thread: str | None) -> Json:
    """A direct message to the bot, or a mention of it in a channel."""
    words = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {
        **({"type": "message", "channel_type": "im"} if direct else {"type": "app_mention"}),
        "user": person.id,
        "text": typed(text),
        "ts": ts,
        "event_ts": ts,
        "channel": channel,
        "team": people.TEAM,
        "client_msg_id": str(uuid.uuid4()),
        "blocks": [{"type": "rich_text", "block_id": secrets.token_urlsafe(4), "elements": [words]}],
        **({"thread_ts": thread} if thread else {}),
    }


def _message(message: Message) -> Json:
    return {
        "type": "message",
        "user": message.author,
        "bot_id": people.BOT,
        "app_id": people.APP,
        "text": message.text,
        "blocks": message.blocks,
        "ts": message.ts,
        "team": people.TEAM,
        **({"metadata": message.metadata} if message.metadata else {}),
        **({"thread_ts": message.thread_ts} if message.thread_ts else {}),
    }
