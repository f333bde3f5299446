"""Posts what is owed: to channels and direct messages, with a name under which the post is found again."""

from __future__ import annotations

from typing import Any, NoReturn

import structlog
from slack_sdk.errors import SlackApiError

from adapters.slack import files, markup, render
from adapters.slack.api import Api, code, wait_seconds
from adapters.slack.limits import NAME
from coalition_bot.people import Place
from coalition_bot.platform import Gone, Parcel, TryLater
from coalition_bot.words import N_, _

EVENT_TYPE = "coalition_bot_post"
LOOK_PAGES, LOOK_MESSAGES = 5, 200  # how far back an earlier post is looked for
DIRECTS_KEPT = 10_000

_NO_CHANNEL = N_(
    "The channel does not exist, or I am not in it. Invite me there with /invite, or pick another channel."
)
_ARCHIVED = N_("The channel is archived. Pick another one, or bring it back.")
_MAY_NOT = N_("I may not post in that channel. Ask an admin of the workspace to allow it, or pick another channel.")
_PERSON = N_("This person's account is closed, or I cannot write to it.")
_REMOVED = N_("I was removed from the workspace. An admin can install me again.")

# https://docs.slack.dev/reference/methods/chat.postMessage#errors and conversations.open#errors
GONE = {
    "channel_not_found": _NO_CHANNEL,
    "not_in_channel": _NO_CHANNEL,
    "is_archived": _ARCHIVED,
    "restricted_action": _MAY_NOT,
    "restricted_action_read_only_channel": _MAY_NOT,
    "restricted_action_thread_only_channel": _MAY_NOT,
    "restricted_action_non_threadable_channel": _MAY_NOT,
    "channel_is_limited_access": _MAY_NOT,
    "messages_tab_disabled": N_("Direct messages to me are switched off. Ask an admin to turn on my messages tab."),
    "user_not_found": _PERSON,
    "user_disabled": _PERSON,
    "user_not_visible": _PERSON,
    "cannot_dm_bot": _PERSON,
    "account_inactive": _REMOVED,
    "token_revoked": _REMOVED,
    "team_access_not_granted": _REMOVED,
}
# The history cannot be looked at: then posting twice is better than not at all.
_BLIND = {"missing_scope", "not_in_channel", "no_permission", "not_allowed_token_type"}

log = structlog.get_logger(__name__)


class Posts:
    """Sends parcels, and words to people and channels."""

    def __init__(self, api: Api) -> None:
        """Take the API."""
        self._api = api
        self._directs: dict[str, str] = {}
        self.removed = False  # the app was uninstalled: nothing can be posted any more

    async def send(self, parcel: Parcel) -> str:
        """Post a parcel; returns "channel/ts". Raises TryLater, Gone, or what went wrong on the way."""
        if self.removed:
            raise Gone(_(_REMOVED))
        try:
            return await self._send(parcel)
        except SlackApiError as error:
            raise_told(error)

    async def say(self, channel: str, body: dict[str, Any], thread: str | None = None) -> str:
        """Post a message (text and blocks); returns its ts. Raises SlackApiError."""
        told = await self._api.client.chat_postMessage(
            channel=channel, thread_ts=thread, unfurl_links=False, unfurl_media=False, **body
        )
        return str(told.get("ts"))

    async def direct(self, account: str) -> str:
        """The channel of somebody's direct messages. Raises SlackApiError."""
        if account not in self._directs:
            told = await self._api.client.conversations_open(users=[account])
            channel: dict[str, Any] = told.get("channel") or {}
            if len(self._directs) >= DIRECTS_KEPT:
                self._directs.clear()
            self._directs[account] = str(channel.get("id"))
        return self._directs[account]

    async def _send(self, parcel: Parcel) -> str:
        channel = await self._channel(parcel.place)
        earlier = await self._history(channel) if parcel.maybe_sent else []
        ts = next((str(each.get("ts")) for each in earlier if _uid(each) == parcel.uid), "")
        if not ts:
            metadata = {"event_type": EVENT_TYPE, "event_payload": {"uid": parcel.uid}}
            ts = await self.say(channel, {**render.message(parcel.reply), "metadata": metadata})
        file = parcel.reply.file
        if file and not any(_brings(each, file.name, ts) for each in earlier):
            await files.share(self._api, channel, file)
        return f"{channel}/{ts}"

    async def _channel(self, place: Place) -> str:
        if place.private:
            return await self.direct(place.account)
        if not markup.is_channel(place):  # a person's id would open their direct messages
            raise Gone(_NO_CHANNEL)
        return place.channel

    async def _history(self, channel: str) -> list[dict[str, Any]]:
        """The newest messages with their metadata, as far as the bot may look."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        for _page in range(LOOK_PAGES):
            try:
                told = await self._api.client.conversations_history(
                    channel=channel,
                    limit=LOOK_MESSAGES,
                    include_all_metadata=True,
                    cursor=cursor,
                )
            except SlackApiError as error:
                if code(error) not in _BLIND:
                    raise
                log.warning("cannot look for an earlier post", platform=NAME, error=code(error))
                return found
            found += told.get("messages") or []
            cursor = (told.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        return found


def raise_told(error: SlackApiError) -> NoReturn:
    """Raise what the core understands of an error of Slack's, or the error itself."""
    seconds = wait_seconds(error)
    if seconds is not None:
        raise TryLater(seconds) from error
    hint = GONE.get(code(error))
    if hint:
        raise Gone(_(hint)) from error
    raise error


def _uid(message: dict[str, Any]) -> str:
    metadata = message.get("metadata")
    payload = metadata.get("event_payload") if isinstance(metadata, dict) else None
    return str(payload.get("uid", "")) if isinstance(payload, dict) else ""


def _brings(message: dict[str, Any], name: str, after: str) -> bool:
    """Whether a message came with that file, after the words that announce it."""
    files = [each for each in message.get("files") or [] if isinstance(each, dict)]
    later = float(message.get("ts") or 0) > float(after or 0)
    return later and any(name in (each.get("name"), each.get("title")) for each in files)
