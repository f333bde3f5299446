"""People are let into Slack's channels and taken out; what Slack wants for that is told; newcomers are greeted once."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from structlog.testing import capture_logs

from adapters.slack.channels import HINTS
from adapters.slack.requests import Malformed, check
from coalition_bot.db import Away
from coalition_bot.people import Place
from coalition_bot.platform import Admission, Gone, TryLater
from tests.contract.slack import SlackFace
from tests.counterparts.slack.people import TEAM


def into(face: SlackFace, who: str, where: str = "housing", *, inside: bool = True) -> Admission:
    place = Place("slack", TEAM, channel=face.slack.channels[where].id)
    return Admission(place, face.slack.people[who].id, inside)


async def there(face: SlackFace, who: str, where: str = "housing") -> bool:
    told = await face.slack.ask("conversations.members", {"channel": face.slack.channels[where].id})
    return face.slack.people[who].id in told["members"]


@pytest.mark.parametrize("where", ["housing", "coordinators"])
async def test_somebody_is_let_in_and_taken_out_and_twice_is_once(face: SlackFace, where: str) -> None:
    """All of the workspace are in its channels at first."""
    for inside in (True, False, False, True, True, False):
        await face.adapter.admit(into(face, "eva", where, inside=inside))
        assert await there(face, "eva", where) is inside
    assert await there(face, "fatou", where)


async def test_done_but_not_heard_of_is_done_again_without_harm(face: SlackFace) -> None:
    for inside in (False, True):
        face.slack.drop("conversations.invite" if inside else "conversations.kick", "after")
        with pytest.raises(Exception):  # noqa: B017 - whatever aiohttp says of a lost connection
            await face.adapter.admit(into(face, "eva", inside=inside))
        await face.adapter.admit(into(face, "eva", inside=inside))
        assert await there(face, "eva") is inside


async def test_who_has_left_by_themselves_is_out_already(face: SlackFace) -> None:
    """In Slack's words, which are the same for a bot that is not in the channel."""
    face.slack.fail("conversations.kick", error="not_in_channel")
    await face.adapter.admit(into(face, "eva", inside=False))
    face.slack.fail("conversations.kick", error="not_in_channel")
    with pytest.raises(Gone, match="/invite"):
        await face.adapter.admit(into(face, "eva", "elsewhere", inside=False))


@pytest.mark.parametrize("inside", [True, False])
async def test_a_channel_without_the_bot_asks_for_an_invitation(face: SlackFace, inside: bool) -> None:
    with pytest.raises(Gone, match="/invite"):
        await face.adapter.admit(into(face, "eva", "elsewhere", inside=inside))


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("missing_scope", "channels:manage"),
        ("channel_not_found", "/invite"),
        ("not_in_channel", "/invite"),
        ("no_permission", "/invite"),
        ("restricted_action", "Channel management"),
        ("is_archived", "archived"),
        ("cant_invite", "by hand"),
        ("ura_max_channels", "guest"),
        ("user_is_restricted", "guest"),
        ("user_not_found", "closed"),
        ("method_not_supported_for_channel_type", "another channel"),
        ("account_inactive", "removed from the workspace"),
    ],
)
async def test_what_slack_wants_is_told_in_a_sentence(face: SlackFace, error: str, hint: str) -> None:
    face.slack.fail("conversations.invite", error=error)
    with pytest.raises(Gone) as gone:
        await face.adapter.admit(into(face, "eva"))
    assert hint in gone.value.hint


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        ("missing_scope", "groups:write"),
        ("restricted_action", "by hand"),
        ("cant_kick_from_general", "another channel"),
        ("user_not_found", "closed"),
    ],
)
async def test_and_so_when_somebody_is_to_go(face: SlackFace, error: str, hint: str) -> None:
    face.slack.fail("conversations.kick", error=error)
    with pytest.raises(Gone) as gone:
        await face.adapter.admit(into(face, "eva", inside=False))
    assert hint in gone.value.hint


def test_every_hint_can_be_kept_whole() -> None:
    assert all(len(hint) <= 200 for hint in HINTS.values())


async def test_slack_asks_to_wait_and_other_troubles_are_left_to_be_tried_again(face: SlackFace) -> None:
    face.slack.fail("conversations.invite", status=429, retry_after=9)
    with pytest.raises(TryLater) as later:
        await face.adapter.admit(into(face, "eva"))
    assert later.value.seconds == 9
    face.slack.fail("conversations.invite", error="fatal_error")
    with pytest.raises(SlackApiError):
        await face.adapter.admit(into(face, "eva"))


@pytest.mark.parametrize("channel", ["", "U000000001", "C1&users=U2", "general"])
async def test_what_is_no_channel_is_not_asked_for(face: SlackFace, channel: str) -> None:
    before = len(face.slack.calls)
    with pytest.raises(Gone):
        await face.adapter.admit(Admission(Place("slack", TEAM, channel=channel), face.slack.people["eva"].id, True))
    assert len(face.slack.calls) == before


# Newcomers


def joins(face: SlackFace, who: str) -> dict[str, Any]:
    person = face.slack.people[who]
    return {"type": "team_join", "user": {"id": person.id, "name": person.name, "team_id": TEAM, "profile": {}}}


async def test_a_newcomer_is_greeted_once_however_often_slack_tells_it(face: SlackFace) -> None:
    turn = await face.player("eva").event(**joins(face, "eva"))
    await turn.again()
    await face.restart()
    await turn.again()
    await face.player("eva").event(**joins(face, "eva"))
    [card] = await face.inbox("eva")
    assert "Welcome! I am the bot of Coalition for Change" in card.text
    assert card.buttons == ("Join a group", "My deadlines", "Going to Geneva?", "Ask a person")
    assert not await face.channel()


@pytest.mark.parametrize("who", ["guest", "visitor", "stranger", "gone"])
async def test_guests_strangers_and_closed_accounts_are_not(face: SlackFace, who: str) -> None:
    await face.player("eva").event(**joins(face, who))
    await face.post()
    assert not face.slack.called("chat.postMessage")


async def test_nor_are_bots(face: SlackFace) -> None:
    face.slack.people["eva"].is_bot = True
    await face.player("eva").event(**joins(face, "eva"))
    await face.post()
    assert not face.slack.called("chat.postMessage")


async def test_while_slack_or_the_database_is_away_the_event_comes_again(
    face: SlackFace, monkeypatch: pytest.MonkeyPatch
) -> None:
    eva = face.player("eva")
    face.slack.fail("users.info", status=500)
    turn = await eva.event(**joins(face, "eva"))
    assert turn.status == 500

    def away(work: object) -> None:
        raise Away("no")

    with monkeypatch.context() as patched:
        patched.setattr(face.house.bot.db, "write", away)
        with capture_logs() as logs:
            assert (await turn.again()).status == 500
    assert not [entry for entry in logs if entry["log_level"] == "error"]
    assert (await turn.again()).status == 200
    assert len(await face.inbox("eva")) == 1
    face.slack.take_violations()


def test_a_newcomer_without_an_account_is_no_event_of_slacks() -> None:
    for user in (None, "U1", {}, {"id": ""}, {"id": 7}):
        with pytest.raises(Malformed):
            check({"type": "event_callback", "event_id": "Ev1", "event": {"type": "team_join", "user": user}})
