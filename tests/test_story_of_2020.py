"""One coalition from September 2019 to May 2020, on two platforms at once, as it might have gone with this bot."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tests.story import Actor, House, words
from tests.test_groups import GROUPS, joined, ok, open_all, table
from tests.test_reviews import follow
from tests.travel import fill, fill_all, narrow, nights, open_trip, status

NEW_YORK, GENEVA = ZoneInfo("America/New_York"), ZoneInfo("Europe/Zurich")


def local(moments: list[datetime], zone: ZoneInfo) -> list[str]:
    return [f"{moment.astimezone(zone):%a %d %b %H:%M}" for moment in moments]


def confirmed(who: Actor, sentence: str) -> None:
    ok(who.taps(who.gives("deadline add", what=sentence), "Confirm"))


def reminded(house: House, until: datetime, title: str) -> list[datetime]:
    """When reminders about `title` went out."""
    return [when for when, parcel in house.until(until) if parcel.reply.title == title]


def test_the_story(house: House) -> None:
    # September 2019: a coalition with its groups, and people who find them from two platforms.
    anna = house.found()
    follow(anna)
    open_all(anna)
    maria, joseph = house.person("maria"), narrow(house, anna, "joseph")
    ok(anna.gives("group lead", group="Housing", who=maria.mention))
    joined(joseph, "housing", "Homes on reservations", "Indigenous Voices")
    joined(joseph, "Indigenous peoples", "Water", "Indigenous Voices")
    house.post()
    assert any("Joseph has joined Housing" in words(parcel.reply) for parcel in maria.inbox)
    assert any("Joseph has joined Indigenous peoples" in words(parcel.reply) for parcel in anna.inbox)
    assert len(table(anna.says("/group list"))) == len(GROUPS)
    assert "Homes on reservations" in words(maria.says("/group members housing"))

    # October: the stakeholder report, due on the 3rd in Geneva, reminded of in New York's mornings.
    confirmed(anna, "Stakeholder report due 3 October 5pm Geneva time")
    went = reminded(house, datetime(2019, 10, 4, tzinfo=UTC), "Stakeholder report")
    assert local(went, NEW_YORK) == ["Thu 19 Sep 09:00", "Thu 26 Sep 09:00", "Wed 02 Oct 09:00", "Thu 03 Oct 10:00"]
    assert local(went, GENEVA)[-1] == "Thu 03 Oct 16:00"

    # February: webinar #10, which the lead of a group may announce for her own group.
    house.clock.set(datetime(2020, 2, 24, 15, tzinfo=UTC))
    sentence = "Webinar #10 on Wednesday, March 4 at 2:00 PM ET"
    card = maria.gives("deadline add", what=sentence, group="Housing")
    assert "Webinar #10 starts" in words(card)
    ok(maria.taps(card, "Confirm"))
    went = reminded(house, datetime(2020, 3, 5, tzinfo=UTC), "Webinar #10")
    assert local(went, NEW_YORK) == ["Wed 26 Feb 09:00", "Tue 03 Mar 09:00", "Wed 04 Mar 13:00"]
    assert local(went, GENEVA)[-1] == "Wed 04 Mar 19:00"

    # The review is tentative on 11 May 2020; a delegation forms.
    open_trip(anna)
    fill_all(joseph)
    fill(maria, "intent", shown_name="Maria")
    listed = words(anna.says("/geneva list"))
    assert "Swift" in listed
    assert "Maria" in listed
    assert "Canary" not in listed
    assert "Consents: done" in status(joseph)
    assert "Consents: done" not in status(maria)

    # It slips to November, as it did; and what travellers wrote goes when its time has come.
    moved = anna.gives("review move", first_day="2 November 2020", review_day="9 November 2020", source="OHCHR")
    assert "moved" in words(moved)
    assert "9 November 2020" in words(house.person("newcomer").says("/review show"))
    nights(house)
    house.until(datetime(2020, 9, 1, tzinfo=UTC))
    assert "Canary" not in words(joseph.says("/geneva status"))
    joseph.says("/my export")
    house.post()
    [kept] = [parcel.reply.file for parcel in joseph.inbox if parcel.reply.file]
    assert b"Canary" not in kept.content
    assert b"Indigenous Voices" in kept.content
