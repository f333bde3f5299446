"""Posting: found again by its name, told apart by error, paced as Slack asks, files in private."""

from __future__ import annotations

import asyncio

import pytest
from slack_sdk.errors import SlackApiError

from adapters.slack.posts import EVENT_TYPE
from coalition_bot.command import Button, File, Reply
from coalition_bot.people import Place
from coalition_bot.platform import Gone, Parcel, TryLater
from tests.contract.slack import SlackFace


def parcel(face: SlackFace, where: str = "general", *, maybe_sent: bool = False, reply: Reply | None = None) -> Parcel:
    place = Place("slack", "T000000001", channel=face.slack.channels[where].id)
    due = reply or Reply("Due tomorrow.", buttons=(Button("Help", "coalition help", token="coalition help?"),))
    return Parcel("uid-1", place, due, maybe_sent)


def private(face: SlackFace, who: str, reply: Reply, *, maybe_sent: bool = False) -> Parcel:
    return Parcel("uid-2", Place("slack", "T000000001", account=face.slack.people[who].id), reply, maybe_sent)


async def test_a_post_carries_the_name_by_which_it_is_found_again(face: SlackFace) -> None:
    posted = await face.adapter.send(parcel(face))
    [message] = [m for m in face.slack.screen.messages if m.how == "channel"]
    assert posted == f"{message.channel}/{message.ts}"
    assert message.metadata == {"event_type": EVENT_TYPE, "event_payload": {"uid": "uid-1"}}
    seen = (await face.channel())[-1]
    assert "What you can do" in (await face.taps("bea", seen, "Help")).text


async def test_what_may_have_been_sent_is_looked_for_first(face: SlackFace) -> None:
    with pytest.raises(Exception):  # noqa: B017 - whatever aiohttp says of a lost connection
        face.slack.drop("chat.postMessage", "after")
        await face.adapter.send(parcel(face))
    first = [m for m in face.slack.screen.messages if m.how == "channel"]
    assert await face.adapter.send(parcel(face, maybe_sent=True)) == f"{first[0].channel}/{first[0].ts}"
    assert len([m for m in face.slack.screen.messages if m.how == "channel"]) == 1


async def test_what_was_not_sent_is_posted_after_looking(face: SlackFace) -> None:
    with pytest.raises(Exception):  # noqa: B017
        face.slack.drop("chat.postMessage", "before")
        await face.adapter.send(parcel(face))
    await face.adapter.send(parcel(face, maybe_sent=True))
    assert len([m for m in face.slack.screen.messages if m.how == "channel"]) == 1


async def test_where_the_history_may_not_be_read_twice_is_better_than_never(face: SlackFace) -> None:
    face.slack.fail("conversations.history", error="missing_scope")
    await face.adapter.send(parcel(face, maybe_sent=True))
    assert len(await face.channel()) == 1


async def test_slack_asks_to_wait(face: SlackFace) -> None:
    face.slack.fail("chat.postMessage", status=429, retry_after=7)
    with pytest.raises(TryLater) as later:
        await face.adapter.send(parcel(face))
    assert later.value.seconds == 7
    face.slack.fail("conversations.history", status=429, retry_after=3)
    with pytest.raises(TryLater):
        await face.adapter.send(parcel(face, maybe_sent=True))


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("channel_not_found", "/invite"),
        ("not_in_channel", "/invite"),
        ("is_archived", "archived"),
        ("account_inactive", "removed from the workspace"),
        ("user_not_found", "cannot write to it"),
        ("restricted_action", "Ask an admin"),
    ],
)
async def test_a_place_that_is_gone_is_told_in_a_sentence(face: SlackFace, error: str, hint: str) -> None:
    face.slack.fail("chat.postMessage", error=error)
    with pytest.raises(Gone) as gone:
        await face.adapter.send(parcel(face))
    assert hint in gone.value.hint


async def test_a_channel_without_the_bot_and_a_closed_account_are_gone(face: SlackFace) -> None:
    with pytest.raises(Gone, match="/invite"):
        await face.adapter.send(parcel(face, "elsewhere"))
    with pytest.raises(Gone):
        await face.adapter.send(private(face, "gone", Reply("Hello")))


@pytest.mark.parametrize("how", [{"status": 500}, {"error": "fatal_error"}, {"error": "missing_scope"}])
async def test_other_troubles_are_left_to_be_tried_again(face: SlackFace, how: dict[str, object]) -> None:
    face.slack.fail("chat.postMessage", **how)
    with pytest.raises(SlackApiError):
        await face.adapter.send(parcel(face))


async def test_a_file_goes_to_the_person_alone_and_once(face: SlackFace) -> None:
    reply = Reply("Everything I know.", file=File("my-data.json", "application/json", b"{}"))
    await face.adapter.send(private(face, "bea", reply))
    [file] = face.slack.screen.files
    assert (file.name, file.content) == ("my-data.json", b"{}")
    assert file.channel is not None
    assert face.slack.screen.directs[file.channel] == face.slack.people["bea"].id
    assert [seen.text for seen in await face.inbox("bea")] == ["Everything I know.", "my-data.json"]


async def test_words_that_arrived_without_their_file_are_not_repeated(face: SlackFace) -> None:
    reply = Reply("Everything I know.", file=File("my-data.json", "application/json", b"{}"))
    face.slack.fail("files.getUploadURLExternal", status=500)
    with pytest.raises(SlackApiError):
        await face.adapter.send(private(face, "bea", reply))
    await face.adapter.send(private(face, "bea", reply, maybe_sent=True))
    assert [seen.text for seen in await face.inbox("bea")] == ["Everything I know.", "my-data.json"]


async def test_after_being_uninstalled_nothing_is_posted_any_more(face: SlackFace) -> None:
    bea = face.player("bea")
    await bea.event(type="tokens_revoked", tokens={"oauth": ["U1"], "bot": []})
    await face.adapter.send(parcel(face))
    await bea.event(type="app_uninstalled")
    with pytest.raises(Gone, match="removed"):
        await face.adapter.send(parcel(face))
    assert len([m for m in face.slack.screen.messages if m.how == "channel"]) == 1


async def test_over_two_sockets_one_may_drop_and_nobody_notices(socket_face: SlackFace) -> None:
    sockets = socket_face.slack.socket
    opened = sockets.opened
    await sockets.drop()
    assert "echo: still here" in (await socket_face.gives("bea", "trial echo", said="still here")).text
    await sockets.connected(2, opened + 1)
    await sockets.send_raw("{nonsense")
    await sockets.send_raw('{"type":"events_api","envelope_id":"x","payload":{"type":"event_callback","event":[]}}')
    await sockets.drop(every=True)
    await sockets.connected(2, opened + 3)
    assert "echo: back" in (await socket_face.gives("bea", "trial echo", said="back")).text


async def test_without_an_app_token_there_is_nothing_to_connect(face: SlackFace) -> None:
    await asyncio.wait_for(face.adapter.connect(asyncio.Event()), 1)
    assert [route.path for route in face.adapter.routes] == ["/slack/events"]


async def test_without_a_signing_secret_there_is_no_endpoint(socket_face: SlackFace) -> None:
    assert socket_face.adapter.routes == []
