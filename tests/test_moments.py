"""Moments: wall times in zones, the nights when clocks change, and the names that people give to zones."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coalition_bot.moments import (
    UN_ZONE,
    Moment,
    at_local_hour,
    iana_names,
    in_words,
    known_zone,
    nearest_zones,
    zone_in_words,
)

ZONES = [
    UN_ZONE,
    "America/New_York",
    "America/Santiago",
    "America/St_Johns",
    "Europe/London",
    "Europe/Dublin",
    "Africa/Cairo",
    "Africa/Nairobi",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Pacific/Auckland",
]


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_moment_is_a_wall_time_and_the_instant_that_follows() -> None:
    moment = Moment(wall("2026-10-03T17:00"), UN_ZONE)
    assert moment.instant == datetime(2026, 10, 3, 15, tzinfo=UTC)
    assert moment.exists and not moment.is_ambiguous


@pytest.mark.parametrize(
    ("text", "zone", "shown"),
    [
        ("2026-03-29T02:30", UN_ZONE, "03:30"),
        ("2026-03-08T02:30", "America/New_York", "03:30"),
        ("2026-03-29T01:30", "Europe/London", "02:30"),
        ("2026-09-06T00:30", "America/Santiago", "01:30"),
        ("2026-10-04T02:30", "Australia/Sydney", "03:30"),
        ("2026-10-04T02:15", "Australia/Lord_Howe", "02:45"),
        ("2026-04-24T00:30", "Africa/Cairo", "01:30"),
    ],
)
def test_a_skipped_time_moves_forward_by_the_gap(text: str, zone: str, shown: str) -> None:
    moment = Moment(wall(text), zone)
    assert not moment.exists
    assert f"{Moment.of(moment.instant, zone).wall:%H:%M}" == shown
    assert Moment(wall(text).replace(fold=1), zone) == moment


@pytest.mark.parametrize(
    ("text", "zone", "apart"),
    [
        ("2026-10-25T02:30", UN_ZONE, 60),
        ("2026-11-01T01:30", "America/New_York", 60),
        ("2026-10-25T01:30", "Europe/Dublin", 60),
        ("2026-04-04T23:59", "America/Santiago", 60),
        ("2026-04-05T01:45", "Australia/Lord_Howe", 30),
        ("2026-04-05T02:30", "Pacific/Auckland", 60),
    ],
)
def test_of_two_equal_times_the_first_is_taken_unless_the_second_is_named(text: str, zone: str, apart: int) -> None:
    first = Moment(wall(text), zone)
    second = first.other()
    assert first.is_ambiguous and second.wall.fold == 1
    assert second.instant - first.instant == timedelta(minutes=apart)
    assert first != second and len({first, second}) == 2
    assert Moment.parse(str(second)) == second


def test_written_form() -> None:
    assert str(Moment(wall("2026-10-03T17:00"), UN_ZONE)) == "2026-10-03T17:00[Europe/Zurich]"
    assert str(Moment(wall("2026-10-25T02:30"), UN_ZONE).other()) == "2026-10-25T02:30[Europe/Zurich][_fold=1]"


@given(
    st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2099, 12, 31), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
)
def test_an_instant_makes_the_round_trip(instant: datetime, zone: str) -> None:
    moment = Moment.of(instant, zone)
    assert moment.instant == instant and moment.exists
    assert Moment.parse(str(moment)) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-10-03T17:00",
        "[Europe/Zurich]",
        "2026-10-03T17:00[Europe/Atlantis]",
        "2026-02-30T17:00[Europe/Zurich]",
        "2026-10-03T17:00[../etc/passwd]",
        "2026-10-03T17:00+02:00[Europe/Zurich]",
        "9999-12-31T23:59[Etc/UTC]",
    ],
)
def test_what_is_no_moment_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        Moment.parse(text)


def test_naive_instants_and_aware_walls_are_refused() -> None:
    with pytest.raises(ValueError):
        Moment.of(datetime(2026, 10, 3), UN_ZONE)
    with pytest.raises(ValueError):
        Moment(datetime(2026, 10, 3, tzinfo=UTC), UN_ZONE)


def test_an_hour_of_a_day_in_a_zone() -> None:
    assert at_local_hour(date(2026, 3, 28), 9, UN_ZONE).instant == datetime(2026, 3, 28, 8, tzinfo=UTC)
    assert at_local_hour(date(2026, 3, 29), 9, UN_ZONE).instant == datetime(2026, 3, 29, 7, tzinfo=UTC)


def test_new_york_and_geneva_are_five_hours_apart_for_some_weeks() -> None:
    def apart(text: str) -> timedelta:
        return Moment(wall(text), "America/New_York").instant - Moment(wall(text), UN_ZONE).instant

    assert [apart(day + "T14:00") / timedelta(hours=1) for day in ("2026-03-07", "2026-03-09", "2026-03-30")] == [
        6,
        5,
        6,
    ]
    assert [apart(day + "T14:00") / timedelta(hours=1) for day in ("2026-10-24", "2026-10-26", "2026-11-02")] == [
        6,
        5,
        6,
    ]


def test_in_words() -> None:
    moment = Moment(wall("2026-10-03T17:00"), UN_ZONE)
    assert in_words(moment, "en") == "Saturday, 3 October 2026, 17:00 (Geneva time)"
    assert in_words(moment, "es").startswith("sábado, 3 de octubre de 2026, 17:00 (")
    assert in_words(moment, "fr-CH").startswith("samedi, 3 octobre 2026, 17:00 (")
    assert in_words(moment, "no such language") == in_words(moment, "en")
    assert in_words(Moment(wall("2026-10-25T02:30"), UN_ZONE).other(), "en").endswith("(Geneva time, UTC+01:00)")
    assert zone_in_words("America/New_York", "en") == "New York time"
    assert zone_in_words("Etc/GMT-2", "en") == "UTC+2"


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Zurich", UN_ZONE),
        ("europe/zurich", UN_ZONE),
        ("geneva", UN_ZONE),
        ("Genève", UN_ZONE),
        ("Geneva time", UN_ZONE),
        ("hora de Ginebra", UN_ZONE),
        ("heure de Genève", UN_ZONE),
        ("heure d'Europe centrale", UN_ZONE),
        ("CET", UN_ZONE),
        ("CEST", UN_ZONE),
        ("New York", "America/New_York"),
        ("nueva york", "America/New_York"),
        ("ET", "America/New_York"),
        ("est", "America/New_York"),
        ("EDT", "America/New_York"),
        ("eastern standard time", "America/New_York"),
        ("NAIROBI", "Africa/Nairobi"),
        ("Kenya time", "Africa/Nairobi"),
        ("heure du Kenya", "Africa/Nairobi"),
        ("hora de España", "Europe/Madrid"),
        ("UTC+2", "Etc/GMT-2"),
        ("gmt-5", "Etc/GMT+5"),
        ("+5:30", "Asia/Kolkata"),
        ("GMT", "Etc/UTC"),
        ("  London ", "Europe/London"),
    ],
)
def test_names_people_give_to_zones(typed: str, zone: str) -> None:
    assert known_zone(typed) == zone


@pytest.mark.parametrize(
    "typed", ["IST", "CST", "BST", "Brazil time", "Atlantis", "", "UTC+25", "../../etc", "\0", "x" * 9999]
)
def test_what_means_no_zone_or_several_is_not_guessed(typed: str) -> None:
    assert known_zone(typed) is None


def test_nearest_zones_are_offered() -> None:
    assert nearest_zones("Genev")[0] == UN_ZONE
    assert nearest_zones("Europe/Zurick")[0] == UN_ZONE
    assert nearest_zones("Nairoby time")[0] == "Africa/Nairobi"
    assert nearest_zones("IST") == ["Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"]
    assert "America/Bahia" in nearest_zones("Brazil")
    assert nearest_zones("qqqqqq") == []


@given(st.text(max_size=80))
def test_any_text_has_a_zone_or_none(typed: str) -> None:
    assert known_zone(typed) in {*iana_names(), None}
    assert set(nearest_zones(typed)) <= iana_names()
