"""Plain text made safe for Discord: escaped so that nothing in it acts, and cut where there is no more room."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

ELLIPSIS = "…"

# https://support.discord.com/hc/en-us/articles/210298617: a backslash makes any of these an ordinary sign.
# "<" opens mentions, times and custom emoji; "@" everyone and here; "[" a link with words.
_ACTIVE = re.compile(r"[\\*_~`|<>\[\]@]")
_AT_LINE_START = re.compile(r"(?m)^([ \t]*)(#|-|\+)")
_NUMBERED = re.compile(r"(?m)^([ \t]*\d+)([.)])")
_ADDRESS = re.compile(r"(?i)\b(\w+)://")
# Control characters but tab and line end, lone surrogates, and signs that turn the direction of reading.
_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    """The text without control characters, lone surrogates and signs that turn its direction."""
    return _UNSHOWN.sub("", text)


def one_line(text: str) -> str:
    """The same on a single line."""
    return " ".join(visible(text).split())


def escape(text: str) -> str:
    """Text that Discord shows as it is: no markup, mention, link or time comes alive."""
    return _quiet(visible(text))


def size(text: str) -> int:
    """Length in UTF-16 units: never less than however Discord counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """Plain text of at most `limit`, cut after a word, with an ellipsis where something is missing."""
    if size(text) <= limit:
        return text
    kept = _longest(text, limit - 1, lambda shown: shown)
    head, space, _rest = kept.rpartition(" ")
    return (head if space and len(head) > limit // 2 else kept).rstrip(" ,;:.") + ELLIPSIS


def fit(text: str, limit: int) -> str:
    """Escaped text of at most `limit`; a backslash is never left alone at the end."""
    shown = visible(text)
    if len(shown) <= limit and size(whole := _quiet(shown)) <= limit:
        return whole
    return _quiet(_longest(shown, limit - 1, _quiet)) + ELLIPSIS


def _quiet(text: str) -> str:
    quiet = _ACTIVE.sub(r"\\\g<0>", text)
    quiet = _AT_LINE_START.sub(r"\1\\\2", quiet)
    quiet = _NUMBERED.sub(r"\1\\\2", quiet)
    return _ADDRESS.sub(r"\1\\://", quiet)


def _longest(text: str, limit: int, drawn: Callable[[str], str]) -> str:
    """The longest beginning that takes up no more than the limit when it is drawn."""
    most = min(len(text), limit)
    return text[: max(0, bisect_right(range(most + 1), limit, key=lambda length: size(drawn(text[:length]))) - 1)]
