"""Text as Slack takes it: what people wrote is shown letter by letter, and only the bot's own marks are marks."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

from adapters.slack.limits import NAME
from coalition_bot.moments import Moment, in_words
from coalition_bot.people import Place
from coalition_bot.words import _

Json = dict[str, Any]

_ACCOUNT = re.compile(r"[UW][A-Z0-9]{1,20}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{1,20}")
_FORMATS = frozenset("*_~`:\n")  # what Slack would read as bold, italic, struck, code, an emoji's name or a quotation
_LAST_SECOND = 2**31  # later ones Slack does not show


def escape(text: str) -> str:
    """Text with nothing in it that could mention somebody or link somewhere.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, longest: int) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def plain(text: str, longest: int) -> Json:
    """A text object that is shown as it is; Slack refuses an empty one."""
    return {"type": "plain_text", "text": cut(text, longest) if text.strip() else "–", "emoji": False}


def marked(text: str) -> Json:
    """A text object with marks of the bot's own; the caller has escaped the rest."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def strong(text: str, longest: int) -> Json:
    """A label in bold, unless it contains what Slack would read as a mark."""
    if not text.strip() or _FORMATS & set(text):
        return plain(text, longest)
    return marked(f"*{escape(cut(text, longest // 6).strip())}*")  # an escaped sign is up to five long


def moment(when: Moment) -> str:
    """The official time, and beside it the reader's own, which Slack fills in.

    https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    """
    official = escape(in_words(when))
    seconds = int(when.instant.timestamp())
    if not 0 < seconds < _LAST_SECOND:
        return official
    fallback = when.instant.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    local = f"<!date^{seconds}^{{date_short_pretty}} at {{time}}|{fallback}>"
    return _("{official}; your time: {local}").format(official=official, local=local)


def place(where: Place) -> str:
    """A channel or person of this platform by the name that Slack shows; elsewhere, what is known."""
    if where.platform == NAME and _ACCOUNT.fullmatch(where.account):
        return f"<@{where.account}>"
    if is_channel(where):
        return f"<#{where.channel}>"
    return escape(f"{where.channel or where.account} ({where.platform})")


def is_channel(where: Place) -> bool:
    """Whether this is a channel of this platform, and no person in disguise."""
    return where.platform == NAME and not where.account and bool(_CHANNEL.fullmatch(where.channel))


def mention(account: str) -> str:
    """Notify somebody, given by account or by Place; empty for whom Slack does not know."""
    name = account.rpartition("@")[2] if ":" in account else account
    return f"<@{name}>" if _ACCOUNT.fullmatch(name) else ""


def link(url: str, label: str) -> str:
    """A link that somebody answers for; anything but http and https stays text."""
    if not re.match(r"https?://[^\s<>|]+$", url):
        return escape(url)
    name = escape(label).replace("|", "¦")
    return f"<{escape(url)}|{name}>" if name else f"<{escape(url)}>"
