"""In which of the bot's servers somebody is: a direct message does not say, and those who left stay left."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from adapters.discord.rest import Refused, Rest
from coalition_bot.bot import Request
from coalition_bot.people import Standing

KNOWN_SECONDS = 60.0  # an answer is believed for so long
NOT_A_MEMBER = 404


@dataclass(frozen=True, slots=True)
class Home:
    """A server with somebody in it; `waits` until they have passed its screening."""

    guild: str
    waits: bool


class Homes:
    """Asks Discord, and remembers the answer for a moment."""

    def __init__(self, rest: Rest, guilds: Callable[[], Sequence[str]]) -> None:
        """Take the way to Discord and the ids of the servers that the bot is in."""
        self._rest, self._guilds = rest, guilds
        self._known: dict[str, tuple[float, list[Home]]] = {}

    async def settle(self, request: Request) -> Request:
        """A request from a direct message, with the server that it is about; of several, with all that it may be."""
        if not request.place.private:
            return request
        homes = await self._of(request.visitor.account)
        if not homes:
            return replace(request, visitor=replace(request.visitor, standing=Standing.DEACTIVATED))
        if len(homes) > 1:
            return replace(request, within=frozenset(home.guild for home in homes if not home.waits))
        standing = Standing.GUEST if homes[0].waits else Standing.FULL
        visitor = replace(request.visitor, standing=standing)
        return replace(request, place=replace(request.place, community=homes[0].guild), visitor=visitor)

    async def _of(self, account: str) -> list[Home]:
        now = asyncio.get_running_loop().time()
        self._known = {who: known for who, known in self._known.items() if now - known[0] < KNOWN_SECONDS}
        if account not in self._known:
            asked = await asyncio.gather(*(self._home(guild, account) for guild in self._guilds()))
            self._known[account] = (now, [home for home in asked if home])
        return self._known[account][1]

    async def _home(self, guild: str, account: str) -> Home | None:
        try:
            member = await self._rest.get(f"/guilds/{guild}/members/{account}")
        except Refused as refused:
            if refused.status == NOT_A_MEMBER:
                return None
            raise
        return Home(guild, bool(member.get("pending")))
