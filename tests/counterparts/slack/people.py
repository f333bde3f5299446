"""The workspace that tests meet: who is there, with which flags, and in which channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

TEAM, DOMAIN = "T000000001", "coalition"
APP, BOT, BOT_USER, BOT_NAME = "A0COALBOT", "B0COALBOT", "U0COALBOT", "coalition-bot"
USER_SCOPES = [
    "chat:write",
    "channels:read",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:write",
    "groups:read",
    "groups:history",
    "groups:write",
    "im:read",
    "im:history",
    "im:write",
    "mpim:read",
    "mpim:history",
    "mpim:write",
    "users:read",
    "files:read",
]
BOT_SCOPES = [
    "app_mentions:read",
    "chat:write",
    "commands",
    "channels:read",
    "channels:history",
    "groups:read",
    "groups:history",
    "im:read",
    "im:history",
    "im:write",
    "users:read",
    "files:read",
    "files:write",
]


@dataclass
class Person:
    """A user; change a flag in the middle of a test and users.info tells the new one."""

    name: str
    real_name: str
    is_admin: bool = False
    is_owner: bool = False
    is_restricted: bool = False  # a guest of several channels
    is_ultra_restricted: bool = False  # a guest of one channel
    is_stranger: bool = False  # of another workspace, in a shared channel, not in contact with ours
    is_bot: bool = False
    deleted: bool = False
    tz: str = "America/New_York"
    tz_offset: int = -18_000
    locale: str = "en-US"
    team: str = TEAM
    id: str = ""  # given by Slack when the workspace starts

    @property
    def token(self) -> str:
        return f"xoxp-{self.name}"

    def profile(self, known: Json, with_locale: bool) -> Json:
        """What users.info says, over what the emulator knows."""
        names = {"real_name": self.real_name, "display_name": self.name}
        flags = ("is_admin", "is_owner", "is_restricted", "is_ultra_restricted", "is_bot", "deleted")
        return {
            **known,
            **{flag: getattr(self, flag) for flag in flags},
            **({"is_stranger": True} if self.is_stranger else {}),
            **({"locale": self.locale} if with_locale else {}),
            "is_primary_owner": False,
            "is_app_user": False,
            "team_id": self.team,
            "real_name": self.real_name,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": self.tz_offset,
            "profile": {**known.get("profile", {}), **names, "team": self.team},
        }


@dataclass
class Channel:
    name: str
    private: bool = False
    with_bot: bool = True
    id: str = ""


def everyone() -> list[Person]:
    """A founder and the kinds of people a coalition meets."""
    return [
        Person("ana", "Ana Alvarez", is_admin=True, is_owner=True),
        Person("ben", "Ben Baker"),
        Person("chloe", "Chloé Dubois", tz="Europe/Zurich", tz_offset=3_600, locale="fr-FR"),
        Person("dina", "Dina Okafor", is_admin=True),
        Person("emil", "Emil Novak"),
        Person("guest", "Gita Guest", is_restricted=True),
        Person("visitor", "Vera Visitor", is_restricted=True, is_ultra_restricted=True),
        Person("stranger", "Sam Stranger", is_stranger=True, team="T0ELSEWHERE"),
        Person("gone", "Gus Gone", deleted=True),
    ]


def places() -> list[Channel]:
    return [
        Channel("announcements"),
        Channel("housing"),
        Channel("coordinators", private=True),
        Channel("elsewhere", with_bot=False),
    ]


def seed(people: list[Person], channels: list[Channel], bot_token: str, scopes: list[str], secret: str) -> Json:
    """The workspace as npm `emulate` wants to be told."""
    app = {"app_id": APP, "bot_id": BOT, "bot_user_id": BOT_USER, "bot_name": BOT_NAME}
    bot = {"token": bot_token, "type": "bot", "user_id": BOT_USER, "scopes": scopes, "app_id": APP, "bot_id": BOT}
    slack = {
        "team": {"name": "Coalition", "domain": DOMAIN},
        "users": [{"name": p.name, "real_name": p.real_name, "is_admin": p.is_admin} for p in people],
        "channels": [{"name": channel.name, "is_private": channel.private} for channel in channels],
        "oauth_apps": [
            {
                **app,
                "client_id": "1.2",
                "client_secret": "client-secret",
                "name": "Coalition Bot",
                "redirect_uris": ["http://127.0.0.1/slack/oauth_redirect"],
                "scopes": scopes,
            }
        ],
        "tokens": [bot, *(_user_token(person) for person in people)],
        "signing_secret": secret,
        "strict_scopes": True,
    }
    return {"slack": slack}


def _user_token(person: Person) -> Json:
    return {"token": person.token, "type": "user", "user": person.name, "scopes": USER_SCOPES, "app_id": APP}
