"""Settings are read from `.env` and the environment; what is wrong stops the start with its name, never its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from coalition_bot.db import Database
from coalition_bot.keys import first_key, open_vault
from coalition_bot.settings import Settings, Wrong, load
from coalition_bot.vault import new_key


def test_the_environment_overrules_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=9000\nHOST=0.0.0.0\n")
    settings = load({"PORT": "9001", "HOME": "/x"}, file)
    assert (settings.port, settings.host) == (9001, "0.0.0.0")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/api", "http://127.0.0.1:9/api/"])
def test_an_address_is_taken_with_and_without_its_last_slash(tmp_path: Path, address: str) -> None:
    assert load({"SLACK_API_URL": address}, tmp_path / ".env").slack_api_url == "http://127.0.0.1:9/api/"


def test_an_unknown_name_in_the_file_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SLACK_TOKEN=secret\n")
    with pytest.raises(Wrong) as wrong:
        load({}, file)
    assert "SLACK_TOKEN" in str(wrong.value)
    assert "secret" not in str(wrong.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "http"), ("PORT", "0"), ("COMMAND_PREFIX", "UPR "), ("DATA_KEYS", "c2hvcnQ="), ("TRY_WEB", "perhaps")],
)
def test_an_unreadable_value_stops_the_start_with_its_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Wrong) as wrong:
        load({name: value}, tmp_path / ".env")
    assert name in str(wrong.value)
    assert value not in str(wrong.value)


@pytest.mark.parametrize(
    ("given", "open_for_trying"),
    [
        ({}, True),
        ({"HOST": "0.0.0.0"}, False),
        ({"DISCORD_TOKEN": "x"}, False),
        ({"SLACK_BOT_TOKEN": "x"}, False),
        ({"DISCORD_TOKEN": "x", "TRY_WEB": "1"}, True),
        ({"HOST": "0.0.0.0", "TRY_WEB": "1"}, True),
    ],
)
def test_the_page_for_trying_is_open_only_where_it_can_do_no_harm(
    tmp_path: Path, given: dict[str, str], open_for_trying: bool
) -> None:
    assert load(given, tmp_path / ".env").tries_web is open_for_trying


def test_the_first_start_writes_a_key_and_a_later_one_never_does(sqlite_db: Database, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=9000")
    settings = first_key(sqlite_db, load({}, file), file)
    assert load({}, file).data_keys == settings.data_keys
    assert load({}, file).port == 9000
    open_vault(sqlite_db, settings)
    file.write_text("")
    with pytest.raises(Wrong, match="Put the key back"):
        first_key(sqlite_db, load({}, file), file)
    assert file.read_text() == ""


def test_the_new_key_is_readable_by_its_owner_only(sqlite_db: Database, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    first_key(sqlite_db, Settings(), file)
    assert file.stat().st_mode & 0o077 == 0


def test_a_wrong_key_stops_the_start(sqlite_db: Database) -> None:
    first, second = new_key(), new_key()
    open_vault(sqlite_db, Settings(data_keys=first))
    with pytest.raises(Wrong, match="does not hold the key") as wrong:
        open_vault(sqlite_db, Settings(data_keys=second))
    assert second not in str(wrong.value)
    open_vault(sqlite_db, Settings(data_keys=f"{second},{first}"))
    open_vault(sqlite_db, Settings(data_keys=f"{second},{first}"))
    with pytest.raises(Wrong):
        open_vault(sqlite_db, Settings(data_keys=first))


def test_without_any_key_only_run_may_make_one(sqlite_db: Database) -> None:
    with pytest.raises(Wrong, match="DATA_KEYS is missing"):
        open_vault(sqlite_db, Settings())
