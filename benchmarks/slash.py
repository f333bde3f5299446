"""Slash commands as Slack sends them: signed, whole HTTP requests, made ready before the watch starts."""

from __future__ import annotations

import itertools
import time
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

SECRET = "c" * 32
BOT_TOKEN = "xoxb-benchmark"
TEAM, CHANNEL, FOUNDER, LEAD = "T0BENCH", "C0GENERAL", "U0FOUNDER", "U0LEAD"
PATH = "/slack/events"
GROUP = "Housing"
JOINED = f"You are in {GROUP} now."  # what a sign-up is answered with
ORGANISATIONS = 40  # members of a real coalition share some dozens of them

_triggers = itertools.count(1)


def typed(account: str, line: str) -> bytes:
    """The HTTP request for a line such as "/group list", signed now: Slack's signatures are good for five minutes."""
    command, _space, text = line.partition(" ")
    body = urlencode(_payload(account, command, text)).encode()
    now = str(int(time.time()))
    signature = SignatureVerifier(SECRET).generate_signature(timestamp=now, body=body)
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\nAccept: */*\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n"
        f"X-Slack-Request-Timestamp: {now}\r\nX-Slack-Signature: {signature}\r\n\r\n"
    )
    return head.encode() + body


def account(number: int) -> str:
    """The account of the member of that number."""
    return f"U{number:08}"


def look(number: int) -> bytes:
    """A member looks at the groups before joining one."""
    return typed(account(number), "/group list")


def join(number: int) -> bytes:
    """A member signs up with name, organisation and issue in one line."""
    organisation = f"Organisation {number % ORGANISATIONS}"
    answers = f'called="Member {number}" organisation="{organisation}" issue="evictions in ward {number}" shown=yes'
    return typed(account(number), f"/group join {GROUP} {answers}")


def _payload(account: str, command: str, text: str) -> dict[str, str]:
    """https://docs.slack.dev/interactivity/implementing-slash-commands#app_command_handling"""
    trigger = f"{next(_triggers)}.8113.bd94f6"
    return {
        "token": "verification",
        "team_id": TEAM,
        "team_domain": "coalition",
        "channel_id": CHANNEL,
        "channel_name": "general",
        "user_id": account,
        "user_name": account.lower(),
        "command": command,
        "text": text,
        "api_app_id": "A0BENCH",
        "is_enterprise_install": "false",
        "response_url": "http://127.0.0.1:9/commands/nowhere",
        "trigger_id": trigger,
    }
