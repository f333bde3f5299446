"""What is posted to the page: once, sealed, for its place only, for some days."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.web import posts
from adapters.web.app import Web
from adapters.web.limits import KEEP_DAYS
from adapters.web.people import COMMUNITY, MEMBER, channel
from adapters.web.tables import WebPost
from coalition_bot.command import Fact, File, Link, Reply, Table
from coalition_bot.moments import Moment
from coalition_bot.people import Place
from coalition_bot.platform import Gone, Parcel
from coalition_bot.settings import Settings
from tests.adapters.web.conftest import client
from tests.story import House

SECRET = "Hotel Cornavin, room 12"
FULL = Reply(
    "A text",
    title="A title",
    facts=(
        Fact("When", Moment.parse("2020-03-04T14:00[America/New_York]")),
        Fact("Where", channel("general")),
        Fact("Page", Link("https://www.ohchr.org", "The UN")),
        Fact("Stay", SECRET),
    ),
    table=Table(("One",), (("1",),)),
    file=File("a.bin", "application/octet-stream", b"\xff\x00\xfe"),
)


def page(house: House) -> Web:
    return Web(Settings.model_validate({"sample": False}), house.bot)


def found(house: House, place: Place) -> list[posts.Post]:
    return house.db.read(lambda session: posts.read(session, house.vault, [place], house.clock.now()))


async def test_a_message_comes_back_as_it_was_sent_and_twice_is_once(web_house: House) -> None:
    web = page(web_house)
    parcel = Parcel("uid-1", channel("general"), FULL, maybe_sent=False)
    first = await web.send(parcel)
    again = await web.send(Parcel("uid-1", channel("general"), FULL, maybe_sent=True))
    assert first == again
    assert [post.reply for post in found(web_house, channel("general"))] == [FULL]
    assert found(web_house, channel("housing")) == []


async def test_nothing_can_be_read_in_the_database_nor_moved_to_another_place(web_house: House) -> None:
    await page(web_house).send(Parcel("uid-1", MEMBER.place, FULL, maybe_sent=False))
    sealed = web_house.db.read(lambda session: session.scalars(select(WebPost.sealed)).one())
    assert SECRET.encode() not in sealed

    def move(session: Session) -> None:
        session.scalars(select(WebPost)).one().place = str(channel("general"))

    web_house.db.write(move)
    assert found(web_house, channel("general")) == []


async def test_after_some_days_it_is_gone(web_house: House) -> None:
    web = page(web_house)
    await web.send(Parcel("old", channel("general"), FULL, maybe_sent=False))
    web_house.clock.forward(days=KEEP_DAYS + 1)
    assert found(web_house, channel("general")) == []
    await web.send(Parcel("new", channel("general"), FULL, maybe_sent=False))
    assert web_house.db.read(lambda session: session.scalars(select(WebPost.uid)).all()) == ["new"]


@pytest.mark.parametrize(
    "place", [Place("web", COMMUNITY, channel="nowhere"), Place("web", "other", channel="general")]
)
async def test_a_place_that_the_page_does_not_have_is_gone(web_house: House, place: Place) -> None:
    with pytest.raises(Gone):
        await page(web_house).send(Parcel("uid", place, Reply("x"), maybe_sent=False))


async def test_somebody_forgotten_leaves_no_direct_messages(web_house: House) -> None:
    web = page(web_house)
    async with client(web) as http:

        async def says(you: str, line: str) -> str:
            return (await http.post("/chat/say", data={"you": you, "in": "general", "text": line})).text

        await says("coordinator", '/coalition setup "Coalition for Change" "New York" here')
        await says("member", "/my zone Nairobi")
        await web.send(Parcel("mine", MEMBER.place, FULL, maybe_sent=False))
        await web.send(Parcel("all", channel("general"), FULL, maybe_sent=False))
        await says("member", "/my profile")
        assert len(found(web_house, MEMBER.place)) == 1
        await http.post("/chat/press", data={"you": "member", "in": "general", "token": "my forget?sure=yes"})
    assert found(web_house, MEMBER.place) == []
    assert len(found(web_house, channel("general"))) == 1
