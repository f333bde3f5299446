"""Fetches what somebody attached on Discord, before the door is asked."""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from adapters.discord.requests import Act, attached
from adapters.discord.rest import Rest
from coalition_bot.uploads import Attached


async def fetch(rest: Rest, act: Act, questions: Mapping[str, int]) -> dict[str, Attached]:
    """The files that came with an act, by question; `questions` says how many bytes each takes."""
    given = attached(act)
    return {name: await _fetched(rest, given[name], most) for name, most in questions.items() if name in given}


async def _fetched(rest: Rest, given: Mapping[str, object], most: int) -> Attached:
    """https://docs.discord.com/developers/resources/message#attachment-object"""
    name, size = str(given.get("filename") or ""), _number(given.get("size"))
    if size > most:
        return Attached(name, None, size)
    try:
        content = await rest.download(str(given.get("url") or ""), most)
    except (aiohttp.ClientError, TimeoutError, ValueError):
        content = None
    whole = content is not None and len(content) == size
    return Attached(name, content if whole else None, size)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
