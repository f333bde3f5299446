"""Addresses on the web, as people paste them: only what a browser opens, and what shows where it leads."""

from __future__ import annotations

from urllib.parse import urlsplit

from coalition_bot.fields import Problem
from coalition_bot.words import _

_SCHEMES = ("http", "https")
_BREAKING = frozenset(' <>"`|\\^{}')  # not in an address as RFC 3986 has it; some platforms end a link there


def web_address(typed: str) -> str:
    """The address as typed, if it is one of the web. Raises Problem."""
    if not _leads_somewhere(typed):
        raise Problem(_("Please give the whole address of a page, beginning with https://."))
    return typed


def _leads_somewhere(typed: str) -> bool:
    if any(sign in _BREAKING or sign.isspace() for sign in typed):
        return False
    try:
        parts = urlsplit(typed)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    # "https://un.org@elsewhere.example" leads elsewhere than it looks.
    named = parts.username is None and parts.password is None
    return parts.scheme in _SCHEMES and named and "." in host.strip(".")
