"""Files in Slack: fetched only from Slack itself and within bounds, handed out in small parts."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.slack import api, limits
from adapters.slack.modal import form_view
from coalition_bot.command import CHUNK, File, Form, Question, Reply
from coalition_bot.fields import Kind
from coalition_bot.people import Place
from coalition_bot.platform import Parcel
from tests.contract.commands import BULK, SHEET_MAX
from tests.contract.slack import SlackFace
from tests.streams import Watched, stranger

SECRET = b"Hotel Cornavin"


async def submitted(face: SlackFace, **changed: Any) -> str:
    """What stands beside the question after such a file was attached; empty where it was taken."""
    bea = face.player("bea")
    await face.gives("bea", "trial sheet", said="kind")
    file = {**face.slack.attach(bea.person, "members.csv", SECRET), **changed}
    await bea.enter({"sheet": [file]})
    turn = await bea.submit(force=True)
    return turn.errors.get("sheet", "")


ELSEWHERE = [
    "",
    "no address",
    "file:///etc/hostname",
    "http://files.slack.com/files-pri/T1-F1/download/x",
    "https://files.slack.com.evil.example/x",
    "https://files.slack.com@127.0.0.1/x",
    "https://files.slack.com:8443/x",
    "http://[bad",
]


@pytest.mark.parametrize("address", ELSEWHERE)
async def test_an_address_that_is_not_slacks_is_not_asked(face: SlackFace, address: str) -> None:
    assert "could not fetch" in await submitted(face, url_private_download=address)
    assert face.slack.called("files-pri") == []


async def test_the_token_goes_nowhere_else(face: SlackFace) -> None:
    async with stranger(SECRET) as other:
        assert "could not fetch" in await submitted(face, url_private_download=f"{other.url}/files-pri/x/download/x")
        assert other.asked == []
        face.slack.scopes.remove("files:read")
        face.slack.sign_in = other.url
        assert "could not fetch" in await submitted(face)
        assert other.asked == []
    [refused] = face.slack.take_violations()
    assert "files:read" in refused


async def test_a_file_too_large_is_not_fetched_at_all(face: SlackFace) -> None:
    assert "too large: it has 150 kB" in await submitted(face, size=SHEET_MAX + 50_000)
    assert face.slack.called("files-pri") == []


async def test_one_that_is_larger_or_smaller_than_slack_says_is_not_taken(face: SlackFace) -> None:
    assert "could not fetch" in await submitted(face, size=3)
    assert "could not fetch" in await submitted(face, size=300)
    assert await submitted(face) == ""


async def test_one_that_takes_too_long_is_asked_for_again(face: SlackFace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "FETCH_SECONDS", 0.05)
    pause = face.slack.pause("files-pri", "before")
    assert "could not fetch" in await submitted(face)
    pause.release()
    monkeypatch.undo()
    face.slack.fail("files-pri", status=500)
    assert "could not fetch" in await submitted(face)


async def test_a_name_with_tricks_is_refused(face: SlackFace) -> None:
    assert "this name" in await submitted(face, name="../../members.csv")
    assert "csv, txt" in await submitted(face, name="members.csv.exe")


async def test_nothing_of_it_is_logged(face: SlackFace, caplog: pytest.LogCaptureFixture) -> None:
    with capture_logs() as logs, caplog.at_level(logging.DEBUG):
        assert await submitted(face) == ""
        assert "could not fetch" in await submitted(face, url_private_download="https://evil.example/members.csv")
    assert not any(word in f"{logs}{caplog.text}" for word in ("members", "Cornavin", "evil"))


async def test_a_control_that_was_emptied_leaves_the_file_that_was_taken(face: SlackFace) -> None:
    """As an update of the modal does, which Slack draws anew."""
    bea = face.player("bea")
    seen = await face.gives("bea", "trial sheet")
    await face.attaches("bea", seen, "sheet", "members.csv", SECRET, said="refuse")
    await bea.enter({"sheet": []})
    turn = await bea.submit({"said": "kind"}, force=True)
    assert not turn.errors
    assert f"members.csv has {len(SECRET)} bytes" in str(bea.modal)


def test_the_control_asks_for_one_file_of_the_kinds_that_can_be_read() -> None:
    def drawn(**more: Any) -> dict[str, Any]:
        asked = Question("sheet", Kind.FILE, "The sheet", endings=("csv", "xlsx"), **more)
        block: dict[str, Any]
        [block] = form_view(Form("trial sheet", "Sheet", (asked,), "d"), "T1")["blocks"]
        return block

    empty = drawn(help="As CSV")
    assert empty["element"] == {
        "type": "file_input",
        "action_id": "sheet",
        "max_files": 1,
        "filetypes": ["csv", "xlsx"],
    }
    assert (empty["optional"], empty["hint"]["text"]) == (False, "As CSV")
    kept = drawn(value="token", value_label="members.csv")
    assert kept["optional"]
    assert kept["hint"]["text"].startswith("Attached: members.csv.")


async def test_a_file_goes_out_in_small_parts(face: SlackFace) -> None:
    stream = Watched(BULK)
    reply = Reply("All of it.", file=File("bulk.bin", "application/octet-stream", stream))
    place = Place("slack", face.slack.people["bea"].team, account=face.slack.people["bea"].id)
    await face.adapter.send(Parcel("uid-bulk", place, reply, maybe_sent=False))
    [file] = face.slack.screen.files
    assert file.content == BULK
    assert 0 < stream.largest <= CHUNK


async def test_words_for_a_picture_are_cut_as_slack_wants_them(face: SlackFace) -> None:
    reply = Reply("Look.", file=File("chart.png", "image/png", b"png", alt="x" * 3000))
    place = Place("slack", face.slack.people["bea"].team, account=face.slack.people["bea"].id)
    await face.adapter.send(Parcel("uid-picture", place, reply, maybe_sent=False))
    [file] = face.slack.screen.files
    assert len(file.alt) == limits.ALT_TEXT
