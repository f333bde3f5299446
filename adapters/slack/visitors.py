"""Who stands at the door, as Slack describes them; a look-up that fails never gives more rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from adapters.slack.api import TROUBLE, Api, code, wait_seconds
from adapters.slack.limits import NAME
from coalition_bot.clock import Clock
from coalition_bot.context import Visitor
from coalition_bot.people import Standing

FRESH = timedelta(minutes=3)  # users.info may be asked some 100 times a minute
MOST = 5_000  # people remembered

# Slack knows nobody of that name here: somebody of another workspace.
_STRANGE = {"user_not_found", "user_not_visible", "users_not_found"}
_PASSING = {"", "ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}

log = structlog.get_logger(__name__)


class Unknown(Exception):
    """Slack cannot be asked just now, and has not been asked about this person before."""


@dataclass(frozen=True, slots=True)
class _Known:
    visitor: Visitor
    until: datetime


class Visitors:
    """Looks people up, and remembers them for some minutes."""

    def __init__(self, api: Api, clock: Clock) -> None:
        """Take the API and the clock."""
        self._api, self._clock = api, clock
        self._known: dict[str, _Known] = {}

    async def find(self, account: str, team: str) -> Visitor:
        """Somebody as seen from the workspace `team`. Raises Unknown."""
        now = self._clock.now()
        known = self._known.get(account)
        if known and known.until > now:
            return known.visitor
        try:
            told = await self._api.client.users_info(user=account, include_locale=True)
            user = told.get("user")
            visitor = describe(account, user if isinstance(user, dict) else {}, team)
        except TROUBLE as error:
            return self._without(account, known, error)
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[account] = _Known(visitor, now + FRESH)
        return visitor

    def language(self, account: str) -> str:
        """The language of somebody who was here before; empty otherwise."""
        known = self._known.get(account)
        return known.visitor.language if known else ""

    def _without(self, account: str, known: _Known | None, error: Exception) -> Visitor:
        told = code(error) if isinstance(error, SlackApiError) else ""
        if told in _STRANGE:
            return Visitor(account, standing=Standing.STRANGER)
        log.warning("cannot look somebody up", platform=NAME, error=told or type(error).__name__)
        passing = told in _PASSING or (isinstance(error, SlackApiError) and wait_seconds(error) is not None)
        if known:
            return replace(known.visitor, admin=False)
        if passing:
            raise Unknown from None
        return Visitor(account, standing=Standing.GUEST)


def describe(account: str, user: Mapping[str, Any], team: str) -> Visitor:
    """What users.info says. https://docs.slack.dev/reference/objects/user-object"""
    told = user.get("profile")
    profile = told if isinstance(told, dict) else {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    standing = _standing(user, team)
    admin = any(user.get(flag) is True for flag in ("is_admin", "is_owner", "is_primary_owner"))
    return Visitor(
        account,
        name=next((str(name) for name in names if name), ""),
        standing=standing,
        admin=admin and standing is Standing.FULL,
        language=str(user.get("locale") or ""),
    )


def _standing(user: Mapping[str, Any], team: str) -> Standing:
    if user.get("deleted"):
        return Standing.DEACTIVATED
    org = user.get("enterprise_user")
    teams = org.get("teams", []) if isinstance(org, dict) else []
    if not user or user.get("is_stranger") or (user.get("team_id", team) != team and team not in teams):
        return Standing.STRANGER
    if user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_bot"):
        return Standing.GUEST
    return Standing.FULL
