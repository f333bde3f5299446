"""Writes the app manifest that a volunteer pastes into Slack, from the declarations of the commands. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from adapters.slack.limits import COMMAND_HELP, COMMAND_USAGE
from adapters.slack.markup import Json, cut
from coalition_bot.command import Spec, by_root
from coalition_bot.handbook import after_root

PATH = "/slack/events"

# https://docs.slack.dev/reference/scopes; what lets people into channels and takes them out is named at
# https://docs.slack.dev/reference/methods/conversations.kick: the narrower *:write.invites only let in
SCOPES = (
    "app_mentions:read",  # to be asked in a channel
    "channels:history",  # to look for a post of its own before posting again
    "channels:manage",  # to add members to their group's channel, and take them out
    "channels:read",
    "chat:write",
    "commands",
    "files:read",  # what is attached to a form
    "files:write",  # exports, as files in direct messages
    "groups:history",
    "groups:read",
    "groups:write",  # the same for private channels
    "im:history",  # direct messages to the bot
    "im:read",
    "im:write",  # to write to people
    "metadata.message:read",  # by which it knows its own posts again
    "users:read",  # name, language, admin or guest
)
# https://docs.slack.dev/reference/events
EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "team_join", "tokens_revoked")


def manifest(specs: Iterable[Spec], prefix: str = "", address: str = "") -> Json:
    """The manifest: for Socket Mode, or for HTTP at `address` such as https://bot.example.org.

    https://docs.slack.dev/reference/app-manifest
    """
    url = f"{address.rstrip('/')}{PATH}" if address else ""
    events: Json = {"bot_events": list(EVENTS)}
    interactivity: Json = {"is_enabled": True}
    if url:
        events["request_url"] = url
        interactivity |= {"request_url": url, "message_menu_options_url": url}
    return {
        "_metadata": {"major_version": 1},
        "display_information": {
            "name": "Coalition Bot",
            "description": "Working groups, deadlines and the Geneva travel form of a coalition",
            "background_color": "#1f4e79",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "coalition-bot", "always_online": True},
            "slash_commands": [_command(some, prefix, url) for some in by_root(specs).values()],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": events,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def render(specs: Iterable[Spec], prefix: str = "", address: str = "") -> str:
    """The manifest as text, ready to be pasted."""
    return json.dumps(manifest(specs, prefix, address), indent=2, ensure_ascii=False) + "\n"


def _command(specs: Sequence[Spec], prefix: str, url: str) -> Json:
    helps = " ".join(spec.help for spec in specs)
    command = {
        "command": f"/{prefix}{specs[0].root}",
        "description": cut(specs[0].help if len(specs) == 1 else helps, min(COMMAND_HELP, 100)),
        "usage_hint": cut(" | ".join(after_root(spec) for spec in specs), COMMAND_USAGE),
        "should_escape": True,  # mentions arrive with their ids
    }
    return {**command, "url": url} if url else command
