"""Files on Discord: fetched only from Discord itself and within bounds, handed out in small parts."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.discord import rest
from adapters.discord.modal import modal
from adapters.discord.render import reply
from adapters.discord.tree import declare
from coalition_bot.command import CHUNK, File, Form, Question, Reply
from coalition_bot.fields import Kind
from coalition_bot.people import Place
from coalition_bot.platform import Parcel
from tests.contract.commands import BULK, PNG, PNG_ALT, SHEET_MAX, TRIAL
from tests.contract.discord import DiscordFace, readable
from tests.streams import Watched, stranger

SECRET = b"Hotel Cornavin"


async def given(face: DiscordFace, name: str = "members.csv", **changed: Any) -> str:
    """What a slash command with such a file is answered with, in all words."""
    bea = await face.player("bea")
    number = bea.attach(name, SECRET)
    face.twin.world.attached[number] |= changed
    answer = await bea.slash("trial sheet", {"sheet": number, "said": "kind"})
    if answer.kind == "modal":
        return " ".join(field.description for field in answer.modal.fields)
    return readable(answer.text)


async def test_a_file_comes_with_the_command_itself(face: DiscordFace) -> None:
    assert f"members.csv has {len(SECRET)} bytes" in await given(face)


ELSEWHERE = [
    "",
    "no address",
    "file:///etc/hostname",
    "http://cdn.discordapp.com/attachments/1/2/x",
    "https://cdn.discordapp.com.evil.example/x",
    "https://media.discordapp.net@127.0.0.1/x",
    "https://cdn.discordapp.com:8443/x",
    "http://[bad",
]


@pytest.mark.parametrize("address", ELSEWHERE)
async def test_an_address_that_is_not_discords_is_not_asked(face: DiscordFace, address: str) -> None:
    assert "could not fetch" in await given(face, url=address)


async def test_nobody_else_is_asked(face: DiscordFace) -> None:
    async with stranger(SECRET) as other:
        assert "could not fetch" in await given(face, url=f"{other.url}/attachments/1/members.csv")
        assert other.asked == []


async def test_a_file_too_large_is_not_fetched_at_all(face: DiscordFace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest.Rest, "download", None)
    assert "too large: it has 150 kB" in await given(face, size=SHEET_MAX + 50_000)


async def test_one_that_is_larger_or_smaller_than_discord_says_is_not_taken(face: DiscordFace) -> None:
    assert "could not fetch" in await given(face, size=3)
    assert "could not fetch" in await given(face, size=300)
    assert "could not fetch" in await given(face, url=f"{face.twin.proxy.url}/attachments/0/members.csv")


async def test_nothing_of_it_is_logged(face: DiscordFace, caplog: pytest.LogCaptureFixture) -> None:
    with capture_logs() as logs, caplog.at_level(logging.INFO):
        await given(face)
        await given(face, url="https://evil.example/members.csv")
    assert not any(word in f"{logs}{caplog.text}" for word in ("members", "Cornavin", "evil"))


async def test_a_large_file_comes_after_thinking(face: DiscordFace) -> None:
    bea = await face.player("bea")
    answer = await bea.slash("trial bulk")
    assert (answer.kind, answer.ephemeral) == ("deferred", True)
    await answer.finished()
    assert [file.data for file in answer.files] == [BULK]
    assert answer.ephemeral


async def test_a_file_goes_out_in_small_parts_and_again_whole(face: DiscordFace) -> None:
    bea, stream = await face.player("bea"), Watched(BULK)
    place = Place("discord", face.guild.id, account=bea.user.id)
    given = Reply("All of it.", file=File("bulk.bin", "application/octet-stream", stream))
    await face.discord.send(Parcel("uid-bulk", place, given, maybe_sent=False))
    await face.discord.send(Parcel("uid-bulk-2", place, given, maybe_sent=False))
    files = [message.files[0] for message in await bea.dms() if message.files]
    assert [file.data for file in files] == [BULK, BULK]
    assert files[0].content_type == "application/octet-stream"
    assert 0 < stream.largest <= CHUNK


def test_a_picture_stands_in_a_gallery_with_its_words() -> None:
    drawn = reply(Reply("Look.", file=File("chart.png", "image/png", PNG, alt=PNG_ALT)))
    assert drawn.body["components"][1] == {
        "type": 12,
        "items": [{"media": {"url": "attachment://chart.png"}, "description": PNG_ALT}],
    }
    assert drawn.body["attachments"] == [{"id": 0, "filename": "chart.png", "description": PNG_ALT}]


def test_a_command_declares_an_attachment() -> None:
    [root] = [root for root in declare(command.spec for command in TRIAL.commands) if root["name"] == "trial"]
    [sheet] = [leaf for leaf in root["options"] if leaf["name"] == "sheet"]
    assert [(option["name"], option["type"]) for option in sheet["options"]] == [("sheet", 11), ("said", 3)]


def test_the_form_asks_for_one_file() -> None:
    def drawn(**more: Any) -> dict[str, Any]:
        asked = Question("sheet", Kind.FILE, "The sheet", **more)
        part: dict[str, Any]
        [part] = modal(Form("trial sheet", "Sheet", (asked,), "d"))["components"]
        return part

    needed = {"type": 19, "custom_id": "sheet", "min_values": 1, "max_values": 1, "required": True}
    optional = {**needed, "min_values": 0, "required": False}
    assert drawn(help="As CSV") == {"type": 18, "label": "The sheet", "description": "As CSV", "component": needed}
    kept = drawn(value="token", value_label="members.csv")
    assert kept["component"] == optional
    assert kept["description"].startswith("Attached: members.csv.")
    assert drawn(required=False)["component"] == optional
