"""The manifest lists every command under its prefix, and asks for no more than is used; limits are checked at start."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapters.__main__ import main
from adapters.slack import limits
from adapters.slack.app import Slack
from adapters.slack.manifest import EVENTS, SCOPES, manifest, render
from coalition_bot.command import Command, Feature, Reply
from coalition_bot.context import Context
from coalition_bot.db import Database
from coalition_bot.features import FEATURES
from coalition_bot.fields import choice, text
from coalition_bot.settings import Settings
from tests.story import House

SPECS = [command.spec for feature in FEATURES for command in feature.commands]


class Small(Command, name="trial one"):
    """Try one thing."""

    what: str = text("What")
    why: str = text("Why", required=False)

    def run(self, ctx: Context) -> Reply:
        return Reply("ok")


def test_a_command_in_the_manifest() -> None:
    assert manifest([Small.spec], "upr-")["features"]["slash_commands"] == [
        {
            "command": "/upr-trial",
            "description": "Try one thing.",
            "usage_hint": "one what [why]",
            "should_escape": True,
        }
    ]


def test_every_command_is_reachable_under_its_prefix() -> None:
    commands = manifest(SPECS, "upr-")["features"]["slash_commands"]
    assert {each["command"] for each in commands} == {f"/upr-{spec.root}" for spec in SPECS}
    assert all(len(each["usage_hint"]) <= limits.COMMAND_USAGE and each["description"] for each in commands)


def test_the_console_script_prints_it_for_either_way(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    socket = CliRunner().invoke(main, ["manifest"]).output
    http = CliRunner().invoke(main, ["manifest", "--address", "https://bot.example.org"]).output
    assert json.loads(socket)["settings"]["socket_mode_enabled"]
    assert "https://bot.example.org/slack/events" in http


def test_socket_mode_needs_no_address_and_http_has_it_everywhere() -> None:
    here = json.loads(render(SPECS))
    assert here["settings"]["socket_mode_enabled"] is True
    assert "url" not in str(here)
    there = manifest(SPECS, address="https://bot.example.org/")
    url = "https://bot.example.org/slack/events"
    assert there["settings"]["socket_mode_enabled"] is False
    assert there["settings"]["event_subscriptions"]["request_url"] == url
    assert there["settings"]["interactivity"]["message_menu_options_url"] == url
    assert all(each["url"] == url for each in there["features"]["slash_commands"])


def test_events_and_scopes_are_those_that_are_used() -> None:
    settings = manifest(SPECS)["settings"]
    assert settings["event_subscriptions"]["bot_events"] == list(EVENTS)
    assert {"im:history", "app_mentions:read", "users:read", "files:write", "im:write", "commands"} <= set(SCOPES)
    assert not {scope for scope in SCOPES if scope.startswith("admin") or scope == "chat:write.public"}


def _bot_with(tmp_path: Path, command: type[Command], prefix: str = "") -> House:
    feature = Feature(name="trial", commands=[command])
    return House(Database(f"sqlite:///{tmp_path / 'x.db'}"), prefix=prefix, extra_features=(feature,))


def test_a_command_that_slack_cannot_offer_stops_the_start(tmp_path: Path) -> None:
    class Remind(Command, name="remind me"):
        """Taken by Slack."""

    class Long(Command, name="trial long"):
        """A text longer than Slack takes."""

        story: str = text("Story", longest=5000)

    class Wide(Command, name="trial wide"):
        """An option wider than Slack takes."""

        dish: str = choice("Dish", [("a", "A" * 76)])

    settings = Settings(slack_bot_token="xoxb-1", slack_signing_secret="s" * 32)
    for command in (Remind, Long, Wide):
        with pytest.raises(ValueError, match=command.spec.name):
            Slack(settings, _bot_with(tmp_path, command).bot)
    Slack(settings, _bot_with(tmp_path, Remind, prefix="upr-").bot)
