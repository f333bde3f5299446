"""Lets people into channels and takes them out, by a permission of their own there, or says what has to be granted."""

from __future__ import annotations

from typing import Any

from adapters.discord.posting import LOST, NO_ACCESS, UNKNOWN
from adapters.discord.rest import Refused, Rest
from coalition_bot.people import Place
from coalition_bot.platform import Admission, Gone
from coalition_bot.words import N_

Json = dict[str, Any]

# https://docs.discord.com/developers/topics/permissions#permissions-bitwise-permission-flags
VIEW_CHANNEL = 1 << 10
MEMBER = 1  # https://docs.discord.com/developers/resources/channel#overwrite-object

_NO_RIGHT = N_("Discord does not let me change who sees the channel. Please give me the permission “Manage Roles”.")
_SHUT_OUT = N_("Somebody has hidden the channel from this account on purpose, so I leave it at that.")
_WRONG_KIND = N_("I can add nobody to a thread. Please give the group a whole channel.")
_OTHER = N_("Discord does not let me do that. Please check my permissions “View Channel” and “Manage Roles” there.")

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
NO_OVERWRITE = 10009
_HINTS = {
    10003: LOST,
    10007: UNKNOWN,
    NO_OVERWRITE: UNKNOWN,
    10013: UNKNOWN,
    50001: NO_ACCESS,
    50013: _NO_RIGHT,
    50024: _WRONG_KIND,
}


class Channels:
    """Discord's channels, as far as the bot may change who sees them."""

    def __init__(self, rest: Rest) -> None:
        """Take the way to Discord."""
        self._rest = rest

    async def admit(self, admission: Admission) -> None:
        """Let somebody see a channel, or no more. Raises TryLater and Gone, and whatever else went wrong."""
        try:
            await self._admit(admission)
        except Refused as refused:
            if refused.code in _HINTS or refused.status in (403, 404):
                raise Gone(_HINTS.get(refused.code, _OTHER)) from refused
            raise

    async def _admit(self, admission: Admission) -> None:
        path = f"/channels/{admission.place.channel}/permissions/{admission.account}"
        allow, deny = await self._overwrite(admission.place, admission.account)
        if deny & VIEW_CHANNEL and admission.inside:
            raise Gone(_SHUT_OUT)
        wanted = allow | VIEW_CHANNEL if admission.inside else allow & ~VIEW_CHANNEL
        if wanted == allow:
            return
        if wanted or deny:  # what others have granted or denied there stays
            await self._rest.put(path, {"type": MEMBER, "allow": str(wanted), "deny": str(deny)})
        else:
            await self._remove(path)

    async def _remove(self, path: str) -> None:
        try:
            await self._rest.delete(path)
        except Refused as refused:
            if refused.code != NO_OVERWRITE:  # somebody was quicker, or a first try had arrived
                raise

    async def _overwrite(self, place: Place, account: str) -> tuple[int, int]:
        """What is allowed and what is denied to somebody in a channel, which has to be one of the place's server."""
        if not (place.channel.isdecimal() and account.isdecimal()):
            raise Gone(LOST if account.isdecimal() else UNKNOWN)
        found: Json = await self._rest.get(f"/channels/{place.channel}")
        if str(found.get("guild_id") or "") != place.community:
            raise Gone(LOST)
        overwrites = found.get("permission_overwrites") or []
        own: Json = next((each for each in overwrites if str(each["id"]) == account), {})
        return int(own.get("allow") or 0), int(own.get("deny") or 0)
