"""What the bot owes goes out on Discord: once, to those meant, or with a hint why not."""

from __future__ import annotations

import aiohttp
import pytest

from adapters.discord.rest import Refused
from coalition_bot.command import Button, File, Reply
from coalition_bot.people import Place
from coalition_bot.platform import Gone, Parcel, TryLater
from tests.contract.discord import DiscordFace

MESSAGES = "/channels/{channel_id}/messages"


def general(face: DiscordFace) -> Place:
    return Place("discord", face.guild.id, channel=face.guild.channel("general").id)


def parcel(
    place: Place, words: str = "The report is due.", *, uid: str = "abcdefghijkl", maybe: bool = False
) -> Parcel:
    return Parcel(uid, place, Reply(words), maybe_sent=maybe)


async def test_a_message_to_a_channel_and_one_to_a_person(face: DiscordFace) -> None:
    posted = await face.discord.send(parcel(general(face)))
    assert [(each.id, each.text) for each in face.guild.messages("general")] == [(posted, "The report is due.")]
    bea = await face.player("bea")
    reply = Reply("For you.", buttons=(Button("Yes", "trial echo", token="trial echo?said=yes"),))
    direct = Place("discord", face.guild.id, account=bea.user.id)
    await face.discord.send(Parcel("direct", direct, reply, maybe_sent=False))
    received = await bea.dm_received()
    assert received.text == "For you."
    assert (await bea.click(received, "Yes")).text == "✅ echo: yes"


async def test_a_file_goes_with_it(face: DiscordFace) -> None:
    bea = await face.player("bea")
    reply = Reply("The list.", file=File("list.csv", "text/csv", b"a,b"))
    await face.discord.send(Parcel("file", Place("discord", face.guild.id, account=bea.user.id), reply, False))
    received = await bea.dm_received()
    assert [(file.name, file.content_type, file.data) for file in received.files] == [("list.csv", "text/csv", b"a,b")]


async def test_only_who_is_mentioned_is_called(face: DiscordFace) -> None:
    bea, admin = await face.player("bea"), await face.player("admin")
    words = f"@everyone <@{admin.user.id}> please answer"
    await face.discord.send(Parcel("m", general(face), Reply(words, mention=bea.user.id), maybe_sent=False))
    assert face.guild.messages("general")[0].pings == {bea.user.id}


async def test_what_arrived_without_our_knowing_is_found_again(face: DiscordFace) -> None:
    face.twin.faults.drop_after("POST", "/channels/*/messages")
    with pytest.raises(aiohttp.ClientError):
        await face.discord.send(parcel(general(face)))
    face.twin.world.nonces.clear()  # Discord remembers a nonce for some minutes only
    again = await face.discord.send(parcel(general(face), "The report is due. This comes late.", maybe=True))
    assert [each.id for each in face.guild.messages("general")] == [again]


async def test_what_did_not_arrive_is_posted(face: DiscordFace) -> None:
    await face.discord.send(parcel(general(face), uid="another"))
    face.twin.faults.drop_before("POST", "/channels/*/messages")
    with pytest.raises(aiohttp.ClientError):
        await face.discord.send(parcel(general(face)))
    await face.discord.send(parcel(general(face), maybe=True))
    assert len(face.guild.messages("general")) == 2


async def test_a_repeat_at_once_is_caught_by_the_nonce(face: DiscordFace) -> None:
    first = await face.discord.send(parcel(general(face)))
    assert await face.discord.send(parcel(general(face))) == first
    sent = face.twin.world.requests_to("POST", MESSAGES)[-1].body
    assert (sent["nonce"], sent["enforce_nonce"]) == ("abcdefghijkl", True)


async def test_asked_to_wait_it_says_so_at_once(face: DiscordFace) -> None:
    face.twin.faults.rate_limit("POST", "/channels/*/messages", retry_after=40.5)
    with pytest.raises(TryLater) as later:
        await face.discord.send(parcel(general(face)))
    assert later.value.seconds == 40.5
    assert face.guild.messages("general") == []


async def test_trouble_at_discord_is_raised(face: DiscordFace) -> None:
    face.twin.faults.error("POST", "/channels/*/messages", status=503)
    with pytest.raises(Refused, match="503"):
        await face.discord.send(parcel(general(face)))


async def test_a_locked_channel_is_gone_with_a_hint(face: DiscordFace) -> None:
    face.guild.lock("general")
    with pytest.raises(Gone, match="View Channel"):
        await face.discord.send(parcel(general(face)))


@pytest.mark.parametrize("channel", ["999", "not-a-number", "1/../2", "٣"])
async def test_a_channel_that_is_none_is_gone(face: DiscordFace, channel: str) -> None:
    with pytest.raises(Gone, match="does not exist"):
        await face.discord.send(parcel(Place("discord", face.guild.id, channel=channel)))


async def test_another_servers_channel_is_out_of_reach(face: DiscordFace) -> None:
    other = await face.twin.guild("Another coalition")
    with pytest.raises(Gone):
        await face.discord.send(parcel(Place("discord", face.guild.id, channel=other.channel("news").id)))
    assert other.messages("news") == []


async def test_who_takes_no_direct_messages_is_gone_with_a_hint(face: DiscordFace) -> None:
    bea = await face.player("bea")
    bea.close_dms()
    with pytest.raises(Gone, match="privacy settings"):
        await face.discord.send(parcel(Place("discord", face.guild.id, account=bea.user.id)))
    with pytest.raises(Gone, match="account"):
        await face.discord.send(parcel(Place("discord", face.guild.id, account="12345")))
