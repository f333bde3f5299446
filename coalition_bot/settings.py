"""All settings, each with its meaning, read from the environment and `.env`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from coalition_bot.vault import Vault, read_keys

ENV_FILE = Path(".env")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Wrong(Exception):
    """A setting that stops the start; the message names it and never repeats a secret's value."""


class Settings(BaseModel):
    """What the operator decides. Field names in capitals are the names in `.env`."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: str = Field(
        "sqlite:///coalition.db", description="sqlite:///FILE, or postgresql://USER:PASSWORD@HOST/NAME"
    )
    data_keys: str = Field(
        "",
        description="Keys for sensitive answers, separated by commas, the newest first. "
        "The first `make run` writes one. Keep a copy elsewhere: without it those answers are lost.",
    )
    host: str = Field("127.0.0.1", description="Address on which HTTP listens")
    port: int = Field(8000, ge=1, le=65535, description="Port on which HTTP listens")
    command_prefix: str = Field(
        "",
        pattern=r"^[a-z0-9_-]{0,12}$",
        description="Put before each slash command, where another app has taken a name; for instance upr-",
    )
    try_web: bool = Field(
        False, description="1 keeps the page for trying open although a token is set or HOST is public"
    )
    sample: bool = Field(True, description="0 leaves out the sample coalition of the page for trying")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="debug, info, warning, error")
    slack_bot_token: str = Field("", description="Slack: bot token, xoxb-...")
    slack_app_token: str = Field("", description="Slack: app-level token for Socket Mode, xapp-...")
    slack_signing_secret: str = Field("", description="Slack: signing secret for HTTP at /slack/events")
    slack_api_url: str = Field("https://slack.com/api/", description="Slack: base address of the Web API")
    discord_token: str = Field("", description="Discord: bot token")
    discord_newcomers: bool = Field(
        False,
        description="Discord: 1 greets who joins a server. Switch on “Server Members Intent” in the developer portal "
        "first. Without it nobody is greeted; nor is, where a server screens its members, who has not passed yet.",
    )
    discord_api_url: str = Field("https://discord.com/api/v10", description="Discord: base address of the API")

    @field_validator("data_keys")
    @classmethod
    def _readable(cls, value: str) -> str:
        if value:
            Vault(read_keys(value))
        return value

    @field_validator("slack_api_url")
    @classmethod
    def _folder(cls, value: str) -> str:
        return value.rstrip("/") + "/"  # names of methods are put behind it

    @property
    def has_slack(self) -> bool:
        """Whether Slack's tokens are there."""
        return bool(self.slack_bot_token and (self.slack_app_token or self.slack_signing_secret))

    @property
    def has_discord(self) -> bool:
        """Whether Discord's token is there."""
        return bool(self.discord_token)

    @property
    def tries_web(self) -> bool:
        """Whether the page for trying is open: on loopback, without a platform's token, or where it is wanted."""
        token = self.slack_bot_token or self.slack_app_token or self.slack_signing_secret or self.discord_token
        return self.try_web or (self.host in LOOPBACK and not token)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is an embedded file."""
        return self.database_url.startswith("sqlite")


def load(environment: Mapping[str, str] | None = None, file: Path = ENV_FILE) -> Settings:
    """Settings from `.env`, overruled by the environment. Raises Wrong with the setting's name."""
    known = Settings.model_fields.keys()
    written = {name.lower(): value or "" for name, value in dotenv_values(file).items()}
    unknown = sorted(name.upper() for name in written if name not in known)
    if unknown:
        raise Wrong(f"{file} has a setting that I don't know: {', '.join(unknown)}. See .env.example.")
    around = os.environ if environment is None else environment
    given = written | {
        name.lower(): value for name, value in around.items() if name.lower() in known and name.isupper()
    }
    try:
        return Settings.model_validate({name: value for name, value in given.items() if value != ""})
    except ValidationError as error:
        faults = [f"{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in error.errors(include_input=False)]
        raise Wrong("; ".join(faults)) from None


def example() -> str:
    """The text of `.env.example`."""
    lines = ["# Copy to .env and set what you need; everything has a default.", ""]
    for name, info in Settings.model_fields.items():
        default = "" if info.default in ("", None) else info.default
        shown = int(default) if isinstance(default, bool) else default
        lines += [f"# {info.description}", f"#{name.upper()}={shown}", ""]
    return "\n".join(lines).rstrip() + "\n"
