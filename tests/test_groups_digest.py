"""News of newcomers at once or once a day, as each lead chooses: what a digest says, when, and to whom."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from coalition_bot.command import Form, Reply
from coalition_bot.dispatcher import LEASE_SECONDS, Dispatcher
from coalition_bot.features.groups.digest import DIGEST, SHOWN, next_digest
from coalition_bot.moments import Moment
from coalition_bot.outbox import Owed
from coalition_bot.platform import Parcel
from tests.story import NARROW, WIDE, Actor, House, Postbox, words
from tests.test_groups import joined, no, ok, open_all, table
from tests.test_groups_leads import lead, news

NINE = datetime(2019, 9, 2, 13, 0, tzinfo=UTC)  # in New York, on the day on which the stories begin at four
NEXT_NINE = datetime(2019, 9, 3, 13, 0, tzinfo=UTC)


def daily_maria(house: House, *groups: str) -> tuple[Actor, Actor]:
    """Anna coordinates; Maria leads Housing and other groups, and wants to hear of them once a day."""
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    for group in ("housing", *groups):
        lead(anna, group, maria)
        ok(maria.says(f"/my news {group} daily"))
    house.post()
    return anna, maria


def digests(maria: Actor, since: int = 0) -> list[Reply]:
    """The digests among what somebody has got."""
    return [parcel.reply for parcel in maria.inbox[since:] if "News of the groups" in parcel.reply.title]


def owed(house: House) -> int:
    """How many digests have been written down to be sent, ever."""
    rows = select(func.count()).select_from(Owed).where(Owed.kind == DIGEST)
    return house.db.read(lambda session: session.scalar(rows) or 0)


def test_a_lead_chooses_to_hear_once_a_day_at_nine_in_the_morning(house: House) -> None:
    anna, maria = daily_maria(house)
    had = len(maria.inbox)
    for name in ("omar", "rosa", "li"):
        joined(house.person(name), "housing", f"issue of {name}", "Street Watch")
    ok(house.person("li").says("/group leave housing"))
    assert house.post() == []
    assert owed(house) == 1
    sent = house.until(NEXT_NINE)
    assert [(when, parcel.place.account) for when, parcel in sent] == [(NINE, "maria")]
    assert table(sent[0][1].reply) == (
        ("Omar", "has joined Housing", "Street Watch", "issue of omar"),
        ("Rosa", "has joined Housing", "Street Watch", "issue of rosa"),
        ("Li", "has joined Housing", "Street Watch", "issue of li"),
        ("Li", "has left Housing", "Street Watch", "issue of li"),
    )
    assert [button.label for button in sent[0][1].reply.buttons] == ["Members", "As a file", "Change how I hear"]
    assert "Rosa" in words(maria.taps(sent[0][1].reply, "Members"))
    assert len(maria.inbox) == had + 1
    assert "Omar" not in "".join(news(anna))


def test_each_event_is_told_in_one_digest_only(house: House) -> None:
    _anna, maria = daily_maria(house)
    joined(house.person("omar"), "housing")
    house.until(NINE)
    joined(house.person("rosa"), "housing")  # at nine sharp: tomorrow's
    sent = house.until(NEXT_NINE)
    assert [when for when, _parcel in sent] == [NEXT_NINE]
    assert [[row[0] for row in table(each)] for each in digests(maria)] == [["Omar"], ["Rosa"]]


def test_nine_is_nine_where_the_lead_lives(house: House) -> None:
    _anna, maria = daily_maria(house)
    ok(maria.says("/my zone Nairobi"))
    joined(house.person("omar"), "housing")  # eleven in Nairobi
    assert [when for when, _parcel in house.until(NEXT_NINE)] == [datetime(2019, 9, 3, 6, 0, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("now", "zone", "nine"),
    [
        (datetime(2019, 11, 2, 14, 0, tzinfo=UTC), "America/New_York", "2019-11-03T09:00[America/New_York]"),
        (datetime(2019, 9, 2, 12, 59, tzinfo=UTC), "America/New_York", "2019-09-02T09:00[America/New_York]"),
        (datetime(2019, 9, 2, 13, 0, tzinfo=UTC), "America/New_York", "2019-09-03T09:00[America/New_York]"),
        (datetime(2011, 12, 29, 20, 0, tzinfo=UTC), "Pacific/Apia", "2011-12-30T09:00[Pacific/Apia]"),  # no such day
    ],
)
def test_the_next_digest_is_at_the_next_nine(now: datetime, zone: str, nine: str) -> None:
    assert str(next_digest(now, zone)) == nine
    assert Moment.parse(nine).instant > now


def test_a_digest_over_the_end_of_summer_time_covers_the_long_day(house: House) -> None:
    _anna, maria = daily_maria(house)
    house.clock.set(datetime(2019, 11, 2, 13, 0, tzinfo=UTC))
    joined(house.person("omar"), "housing")
    sent = house.until(datetime(2019, 11, 3, 15, 0, tzinfo=UTC))
    assert [when for when, _parcel in sent] == [datetime(2019, 11, 3, 14, 0, tzinfo=UTC)]
    assert table(digests(maria)[-1])[0][0] == "Omar"


def test_where_nothing_is_left_to_say_nothing_is_sent(house: House) -> None:
    _anna, _maria = daily_maria(house)
    omar = house.person("omar")
    joined(omar, "housing")
    ok(omar.taps(omar.says("/my forget"), "Delete everything"))
    assert house.until(NEXT_NINE) == []
    assert owed(house) == 1


def test_one_digest_tells_of_all_groups_and_a_long_one_is_cut(house: House) -> None:
    _anna, maria = daily_maria(house, "migration")
    people = [house.person(f"person{number:02}") for number in range(SHOWN + 2)]
    for each in people:
        joined(each, "housing")
    joined(people[0], "migration")
    house.until(NEXT_NINE)
    (told,) = digests(maria)
    assert len(table(told)) == SHOWN
    assert "And 3 more." in told.text
    assert [button.label for button in told.buttons] == ["Housing", "Migration", "Change how I hear"]
    assert "Person00" in words(maria.taps(told, "Migration"))
    form = maria.taps(told, "Change how I hear")
    assert isinstance(form, Form)
    assert [option.label for option in form.questions[0].options] == ["Housing", "Migration"]


def test_a_form_shows_how_one_hears_now(house: House) -> None:
    _anna, maria = daily_maria(house)
    form = maria.says("/my news")
    assert isinstance(form, Form)
    assert form.questions[-1].value == "daily"
    said = words(ok(maria.fills(form, how="each")))
    assert "I tell you at once" in said
    again = maria.taps(ok(maria.says("/my news housing At once")), "Change how I hear")
    assert isinstance(again, Form)
    assert again.questions[-1].value == "each"


def test_whoever_changes_their_mind_hears_everything_once(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    lead(anna, "housing", maria)
    joined(house.person("omar"), "housing")
    house.post()
    ok(maria.says("/my news housing daily"))
    joined(house.person("rosa"), "housing")
    ok(maria.says("/my news housing each"))
    joined(house.person("li"), "housing")
    house.until(NEXT_NINE)
    told = "\n".join(news(maria))
    assert [told.count(name) for name in ("Omar", "Rosa", "Li")] == [1, 1, 1]
    assert [row[0] for row in table(digests(maria)[0])] == ["Rosa"]


def test_applications_come_at_once_and_stand_in_the_digest_until_decided(house: House) -> None:
    anna, maria = daily_maria(house)
    ok(anna.gives("group create", name="Drafting", about="The joint report", kind="task_force"))
    lead(anna, "drafting", maria)
    ok(maria.says("/my news drafting daily"))
    house.post()
    had = len(maria.inbox)
    for name in ("omar", "rosa"):
        joined(house.person(name), "drafting")
    house.post()
    assert "Omar has applied to Drafting" in news(maria, had)[0]
    ok(maria.taps(maria.inbox[had].reply, "Approve"))
    joined(house.person("li"), "housing")
    house.until(NEXT_NINE)
    rows = {row[0]: row[1] for row in table(digests(maria)[-1])}
    assert rows["Rosa"] == "has applied to Drafting and waits for an answer"
    assert rows["Omar"] == "has joined Drafting"


def test_who_waits_for_a_place_stands_in_the_digest(house: House) -> None:
    anna, maria = daily_maria(house)
    ok(anna.gives("group edit", group="housing", capacity="2"))
    joined(house.person("omar"), "housing")
    joined(house.person("rosa"), "housing")
    house.until(NEXT_NINE)
    assert [row[:2] for row in table(digests(maria)[-1])] == [
        ("Omar", "has joined Housing"),
        ("Rosa", "waits for a place in Housing"),
    ]


def test_a_private_group_is_not_named_to_who_leads_it_no_more(house: House) -> None:
    anna, maria = daily_maria(house)
    ok(anna.gives("group create", name="Shelter", about="Safe houses", private="yes"))
    omar = house.person("omar")
    lead(anna, "shelter", maria)
    ok(maria.says("/my news shelter daily"))
    ok(anna.gives("group lead", group="shelter", who=omar.mention))
    joined(house.person("rosa"), "housing")
    ok(anna.taps(anna.gives("group remove", group="shelter", who=maria.mention), "Take off the list"))
    had = len(maria.inbox)
    house.until(NEXT_NINE)
    assert [row[:2] for row in table(digests(maria, had)[0])] == [("Rosa", "has joined Housing")]
    assert "Shelter" not in words(digests(maria, had)[0])


def test_who_leads_no_more_gets_no_digest(house: House) -> None:
    anna, maria = daily_maria(house)
    joined(house.person("omar"), "housing")
    lead(anna, "housing", maria, "member")
    house.post()
    had = len(maria.inbox)
    house.until(NEXT_NINE)
    assert maria.inbox[had:] == []


def test_a_change_of_role_keeps_the_choice(house: House) -> None:
    anna, maria = daily_maria(house)
    joined(house.person("omar"), "housing")
    lead(anna, "housing", maria, "backup")
    house.post()
    had = len(maria.inbox)
    joined(house.person("rosa"), "housing")
    house.until(NEXT_NINE)
    assert [row[0] for row in table(digests(maria, had)[0])] == ["Omar", "Rosa"]


class Killed(BaseException):
    """The process ended while it was sending."""


class Dying(Postbox):
    """A platform that takes a message; the process dies before it can write that down."""

    async def send(self, parcel: Parcel) -> str:
        """Take it, and end."""
        await super().send(parcel)
        raise Killed


def test_a_process_that_is_killed_while_sending_loses_and_changes_nothing(house: House) -> None:
    _anna, maria = daily_maria(house)
    joined(house.person("omar"), "housing")
    house.clock.set(NINE)
    dying = Dying("wide", WIDE)
    with pytest.raises(Killed):
        asyncio.run(Dispatcher(house.bot, {"wide": dying, "narrow": Postbox("narrow", NARROW)}).turn())
    joined(house.person("rosa"), "housing")
    house.clock.forward(seconds=LEASE_SECONDS + 1)
    (again,) = [parcel for parcel in house.post() if parcel.place.account == "maria"]
    assert again.maybe_sent
    assert table(again.reply) == table(dying.parcels[0].reply)
    house.until(NEXT_NINE)
    assert [[row[0] for row in table(each)] for each in digests(maria)] == [["Omar"], ["Rosa"]]


def test_only_who_leads_chooses(house: House) -> None:
    anna, maria = daily_maria(house)
    omar = house.person("omar")
    joined(omar, "housing")
    assert "is for coordinators and leads" in no(omar.gives("my news", group="housing", how="daily"))
    assert "You do not lead Housing" in no(anna.gives("my news", group="housing", how="daily"))
    assert "not among the choices" in no(maria.gives("my news", group="migration", how="daily"))
