"""Lets people into channels and takes them out, and says in plain words what Slack wants before it allows that."""

from __future__ import annotations

from slack_sdk.errors import SlackApiError

from adapters.slack import markup
from adapters.slack.api import Api, code
from adapters.slack.posts import GONE as NOT_POSTED
from adapters.slack.posts import raise_told
from coalition_bot.platform import Admission, Gone
from coalition_bot.words import N_, _

_NOT_THERE = N_("The channel does not exist, or I am not in it. Invite me there with /invite.")
_SCOPE = N_(
    "I lack the scope channels:manage (for private channels groups:write). "
    "An admin can give it to me by updating my app's manifest and installing me again."
)
_ADMINS_ONLY = N_(
    "Slack lets only some people add and remove members there. "
    "An admin can change that under “Channel management”, or do it by hand."
)
_GUEST = N_("Slack does not let me add this account, for instance because it is a guest. An admin can do it by hand.")
_NOBODY = N_("This account is closed, or not in the channel's workspace.")
_NOT_THIS_KIND = N_("Nobody can be added to such a channel, or removed from it. Pick another channel for the group.")

# Nothing is left to do.
INSIDE = {"already_in_channel", "cant_invite_self"}
OUTSIDE = {"user_not_in_channel", "cant_kick_self"}
# https://docs.slack.dev/reference/methods/conversations.invite#errors and conversations.kick#errors
HINTS = {
    "channel_not_found": _NOT_THERE,
    "invalid_channel": _NOT_THERE,
    "not_in_channel": _NOT_THERE,
    "no_permission": _NOT_THERE,
    "missing_scope": _SCOPE,
    "not_allowed_token_type": _SCOPE,
    "restricted_action": _ADMINS_ONLY,
    "cant_invite": _GUEST,
    "user_is_restricted": _GUEST,
    "user_is_ultra_restricted": _GUEST,
    "ura_max_channels": _GUEST,
    "user_not_found": _NOBODY,
    "no_user": _NOBODY,
    "user_disabled": _NOBODY,
    "org_user_not_in_team": _NOBODY,
    "cant_kick_from_general": _NOT_THIS_KIND,
    "method_not_supported_for_channel_type": _NOT_THIS_KIND,
    "channel_type_not_supported": _NOT_THIS_KIND,
    "not_supported": _NOT_THIS_KIND,
    **{name: NOT_POSTED[name] for name in ("is_archived", "account_inactive", "token_revoked")},
}


class Channels:
    """Slack's channels, as far as the bot is in them."""

    def __init__(self, api: Api) -> None:
        """Take the API."""
        self._api = api

    async def admit(self, admission: Admission) -> None:
        """Invite or remove somebody. Raises TryLater, Gone, or what went wrong on the way."""
        if not markup.is_channel(admission.place):
            raise Gone(_(_NOT_THERE))
        try:
            await (self._invite(admission) if admission.inside else self._remove(admission))
        except SlackApiError as error:
            if hint := HINTS.get(code(error)):
                raise Gone(_(hint)) from error
            raise_told(error)

    async def _invite(self, admission: Admission) -> None:
        try:
            await self._api.client.conversations_invite(channel=admission.place.channel, users=[admission.account])
        except SlackApiError as error:
            if code(error) not in INSIDE:
                raise

    async def _remove(self, admission: Admission) -> None:
        channel = admission.place.channel
        try:
            await self._api.client.conversations_kick(channel=channel, user=admission.account)
        except SlackApiError as error:
            # https://docs.slack.dev/reference/methods/conversations.kick#errors means the person by it, or me.
            out = code(error) == "not_in_channel" and await self._am_there(channel)
            if not out and code(error) not in OUTSIDE:
                raise

    async def _am_there(self, channel: str) -> bool:
        told = await self._api.client.conversations_info(channel=channel)
        found = told.get("channel")
        return isinstance(found, dict) and found.get("is_member") is True
