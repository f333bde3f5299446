"""A group's channel and the panel, told alike on every platform."""

from __future__ import annotations

from typing import Any

from tests.contract.face import Face, Seen
from tests.contract.test_story import filled, value_of

CHANNEL = {"slack": "housing", "discord": "news", "web": "housing"}


async def is_there(face: Any, who: str) -> bool:
    """Whether somebody is in the group's channel, as far as the platform keeps people out of it."""
    where = CHANNEL[face.platform]
    if face.platform == "slack":
        told = await face.slack.ask("conversations.members", {"channel": face.slack.channels[where].id})
        return face.slack.people[who].id in told["members"]
    if face.platform == "discord":
        key = face.guild.channel(where).id, (await face.player(who)).user.id
        return key in face.twin.world.overwrites
    return False


async def group_with_channel(face: Face) -> None:
    answers = {"name": "Housing", "about": "Homes", "channel": CHANNEL[face.platform]}
    created = await filled(face, "admin", await face.gives("admin", "group create", **answers))
    assert "Housing" in created.text, created


async def joined(face: Face, who: str) -> Seen:
    form = await face.gives(who, "group join", group=await value_of(face, "Housing"))
    return await filled(face, who, form, called="Bea", organisation="Homes for All", issue="Heating", shown="no")


async def test_a_member_is_let_into_the_channel_after_a_yes_and_out_of_it_when_they_leave(face: Face) -> None:
    await group_with_channel(face)
    card = await joined(face, "bea")
    assert CHANNEL[face.platform] in card.text
    if face.platform == "slack":  # all of this workspace are in its channels at first
        slack = face.slack  # type: ignore[attr-defined]
        out = {"channel": slack.channels["housing"].id, "user": slack.people["bea"].id}
        await slack.ask("conversations.kick", out, slack.people["ana"].token)
    asked = await face.taps("bea", card, "Add me to the channel")
    assert "Everybody in the channel sees your account there" in asked.text
    assert asked.private
    await face.channel()
    assert not await is_there(face, "bea")
    done = await face.taps("bea", asked, "Yes, add me")
    assert "When you leave the group, I take you out again" in done.text
    await face.channel()
    assert await is_there(face, "bea") is (face.platform != "web")
    left = await face.gives("bea", "group leave")
    assert "Housing" in left.text
    await face.channel()
    assert not await is_there(face, "bea")
    assert not [seen for seen in await face.inbox("admin") if "channel" in seen.text]
    assert not [seen for seen in await face.channel() if "Bea" in seen.text]


async def test_the_panel_is_for_all_to_see_and_answers_each_alone(face: Face) -> None:
    await group_with_channel(face)
    told = await face.gives("admin", "group panel")
    assert told.private
    [card] = [seen for seen in await face.channel() if "Going to Geneva?" in seen.buttons]
    assert not card.private
    form = await face.taps("bea", card, "Join a group")
    assert "called" in form.form
    member = await filled(
        face,
        "bea",
        form,
        group=await value_of(face, "Housing"),
        called="Bea",
        organisation="Homes for All",
        issue="",
        shown="no",
    )
    assert "Housing" in member.text
    assert member.private
    for label in ("My deadlines", "Going to Geneva?"):
        seen = await face.taps("ben", card, label)
        assert seen.text
        assert seen.private
    assert (await face.taps("dan", card, "Ask a person")).form
    assert len([seen for seen in await face.channel() if "Going to Geneva?" in seen.buttons]) == 1
