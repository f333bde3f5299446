"""Posts what is owed: to a channel or in private, once as far as Discord lets one look, or says why not."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from adapters.discord import render
from adapters.discord.limits import NONCE
from adapters.discord.rest import Refused, Rest
from coalition_bot.people import Place
from coalition_bot.platform import Gone, Parcel
from coalition_bot.words import N_

Json = dict[str, Any]

LOOK_BACK = 100  # messages; as many as one call gives

LOST = N_("The channel does not exist any more. Please choose another one.")
_CLOSED = N_("This person accepts no direct messages from me; their privacy settings for this server decide that.")
UNKNOWN = N_("This account does not exist any more.")
NO_ACCESS = N_("Discord does not let me in. Please give me the permission “View Channel” there.")
_NO_RIGHT = N_("Discord does not let me post. Please give me the permission “Send Messages” there.")
_OTHER = N_("Discord does not let me post there. Please check my permissions “View Channel” and “Send Messages”.")

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
_HINTS = {
    10003: LOST,
    10013: UNKNOWN,
    50001: NO_ACCESS,
    50007: _CLOSED,
    50013: _NO_RIGHT,
    50033: UNKNOWN,
    50278: _CLOSED,  # no server in common
}
DELETED = 10008  # the message that a repeated nonce stands for was deleted since


class Post:
    """Where messages go out. It remembers only which channels belong to which server."""

    def __init__(self, rest: Rest) -> None:
        """Take the way to Discord."""
        self._rest = rest
        self._direct: dict[str, str] = {}
        self._guilds: dict[str, str] = {}
        self._me = ""

    async def send(self, parcel: Parcel) -> str:
        """Post, and return the message's id. Raises TryLater and Gone, and whatever else went wrong."""
        try:
            return await self._send(parcel)
        except Refused as refused:
            if refused.code in _HINTS or refused.status in (403, 404):
                raise Gone(_HINTS.get(refused.code, _OTHER)) from refused
            raise

    async def _send(self, parcel: Parcel) -> str:
        channel = await self._channel(parcel.place)
        mark = number_of(parcel.uid)
        if parcel.maybe_sent and (found := await self._earlier(channel, mark)):
            return found
        drawn = render.reply(parcel.reply, mark)
        drawn.body.update(nonce=parcel.uid[:NONCE], enforce_nonce=True)
        try:
            posted = await self._rest.send("POST", f"/channels/{channel}/messages", drawn)
        except Refused as refused:
            if refused.code == DELETED:
                return ""
            raise
        return str(posted["id"])

    async def _channel(self, place: Place) -> str:
        """The channel behind a place. A number from elsewhere gives nobody a way into another server's channels."""
        if not (place.account or place.channel).isdecimal():
            raise Gone(UNKNOWN if place.private else LOST)
        if place.private:
            return await self._direct_channel(place.account)
        if place.channel not in self._guilds:
            found = await self._rest.get(f"/channels/{place.channel}")
            self._guilds[place.channel] = str(found.get("guild_id") or "")
        if self._guilds[place.channel] != place.community:
            raise Gone(LOST)
        return place.channel

    async def _direct_channel(self, account: str) -> str:
        if account not in self._direct:
            opened = await self._rest.post("/users/@me/channels", {"recipient_id": account})
            self._direct[account] = str(opened["id"])
        return self._direct[account]

    async def _earlier(self, channel: str, mark: int) -> str:
        """The id of an earlier try that arrived. Discord forgets a nonce, but keeps the numbers of components."""
        if not self._me:
            self._me = str((await self._rest.get("/users/@me"))["id"])
        for message in await self._rest.get(f"/channels/{channel}/messages", limit=str(LOOK_BACK)):
            components = message.get("components") or []
            if str(message["author"]["id"]) == self._me and components and components[0].get("id") == mark:
                return str(message["id"])
        return ""


def number_of(uid: str) -> int:
    """A component's number made from a parcel's name: 31 bits, and far from the small ones that Discord gives."""
    return crc32(uid.encode()) >> 2 | 1 << 30
