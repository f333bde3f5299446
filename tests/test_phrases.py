"""Phrases as people write them: a table of expectations written by hand, and text that means nothing."""

import csv
import statistics
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coalition_bot.moments import UN_ZONE, Moment
from coalition_bot.phrases import Question, Refused, Result, Span, Understood, Verb, read, split
from coalition_bot.phrases.tongues import TONGUES

NOW = datetime(2026, 9, 9, 10, tzinfo=UTC)  # a Wednesday
LANGUAGES = tuple(TONGUES)
with (Path(__file__).parent / "phrases.csv").open(encoding="utf-8", newline="") as table:
    ROWS = list(csv.DictReader(table))


def said(phrase: str, *, now: datetime = NOW, zone: str = UN_ZONE, language: str = "en") -> Result:
    return read(phrase, now=now, zone=zone, languages=(language,))


def outcome(result: Result) -> str:
    """A result as the table writes it: an instant, a span, ask or refuse."""
    match result:
        case Understood(moment):
            return moment.instant.isoformat()
        case Span(first, last):
            return f"{first}/{last}"
        case Question():
            return "ask"
        case Refused():
            return "refuse"


def expected(text: str) -> str:
    is_instant = text[0].isdigit() and "/" not in text
    return datetime.fromisoformat(text).astimezone(UTC).isoformat() if is_instant else text


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['phrase']}-{row['now']}-{row['language']}")
def test_table(row: dict[str, str]) -> None:
    now = datetime.fromisoformat(row["now"])
    result = said(row["phrase"], now=now, zone=row["zone"], language=row["language"])
    assert outcome(result) == expected(row["expected"]), result


def test_the_table_is_large_and_speaks_all_languages() -> None:
    assert len(ROWS) >= 200
    assert {*LANGUAGES} <= {row["language"] for row in ROWS}


def test_what_is_said_beside_the_moment() -> None:
    exact = said("3 October 5pm Geneva time")
    assert exact == Understood(Moment(datetime(2026, 10, 3, 17), UN_ZONE), assumed_time=False, zone_named=True)
    assumed = said("3 October", zone="America/New_York")
    assert assumed == Understood(Moment(datetime(2026, 10, 3, 23, 59), "America/New_York"), True, False)


def test_an_ambiguous_day_gives_both_choices() -> None:
    question = said("10/4", now=datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert isinstance(question, Question)
    assert [choice.wall.date() for choice in question.choices] == [date(2026, 4, 10), date(2026, 10, 4)]


def test_a_past_day_without_a_year_offers_next_years() -> None:
    question = said("3 September 5pm")
    assert isinstance(question, Question)
    assert question.choices == (Moment(datetime(2027, 9, 3, 17), UN_ZONE),)


def test_a_wrong_weekday_offers_both_corrections() -> None:
    question = said("Wed 26 November 2026")
    assert isinstance(question, Question)
    assert [choice.wall.day for choice in question.choices] == [25, 26]


def test_an_ambiguous_zone_offers_each() -> None:
    question = said("3 October 5pm IST")
    assert isinstance(question, Question) and "IST" in question.text
    assert {choice.zone for choice in question.choices} == {"Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"}


def test_a_time_that_comes_twice_offers_both() -> None:
    question = said("25 October 2026 02:30")
    assert isinstance(question, Question)
    assert [choice.instant.hour for choice in question.choices] == [0, 1]


def test_a_skipped_time_says_what_there_is_instead() -> None:
    refused = said("28 March 2027 02:30")
    assert isinstance(refused, Refused) and "02:30" in refused.reason and "03:30" in refused.hint


def test_a_mistyped_word_is_asked_about() -> None:
    question = said("3 Octuber 5pm")
    assert isinstance(question, Question) and "october" in question.text
    assert question.choices == (Moment(datetime(2026, 10, 3, 17), UN_ZONE),)


def test_an_unknown_zone_offers_the_nearest() -> None:
    refused = said("3 October 5pm Genva time")
    assert isinstance(refused, Refused) and "genva" in refused.reason and "Geneva" in refused.hint


@pytest.mark.parametrize("moment", ["2026-03-20T14:00", "2026-10-28T14:00", "2026-02-20T14:00"])
def test_two_times_of_one_moment_agree_in_every_week(moment: str) -> None:
    """The weeks when New York and Geneva differ by five hours, and one when they differ by six."""
    day = datetime.fromisoformat(moment)
    before = datetime(2026, 2, 1, tzinfo=UTC)
    geneva = Moment.of(Moment(day, "America/New_York").instant, UN_ZONE).wall
    result = said(f"{day:%d %B %Y} 2 PM ET / {geneva:%H:%M} in Geneva", now=before)
    assert isinstance(result, Understood) and result.moment == Moment(day, "America/New_York")
    assert isinstance(said(f"{day:%d %B %Y} 2 PM ET / 21:30 in Geneva", now=before), Question)


def test_all_moments_of_a_year_are_read_back() -> None:
    for number in range(365):
        instant = datetime.fromtimestamp(NOW.timestamp() + (number + 1) * 86_400 + number * 1860, UTC)
        moment = Moment.of(instant, "America/New_York")
        written = moment.wall.strftime("%A %d %B %Y, %I:%M %p ET") if number % 2 else str(moment)
        assert outcome(said(written)) == instant.isoformat() or moment.is_ambiguous


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "   ",
        "\0",
        "3 October\0 5pm",
        "3 October \u202e5pm",
        "3 October \u2066 5pm",
        "\ud800",
        "a" * 10_000,
        "1 " * 100,
        "@everyone",
        "<!channel> 3 October",
        "=3 October",
        "3 October |",
        "99999999999999999999",
        "9999-12-31 23:59",
        "0000-00-00",
        "-1 day",
        "in 9999999 years",
        "%s {phrase} \\d",
    ],
)
def test_what_nobody_types_by_hand_is_refused_with_two_sentences(phrase: str) -> None:
    result = said(phrase)
    assert isinstance(result, Refused) and result.reason and result.hint
    assert "\0" not in result.reason and len(result.reason) < 200


def test_marks_copied_along_from_web_pages_do_no_harm() -> None:
    assert outcome(said("\u200e3\u00a0October\u202f5\u00a0pm\u200b")) == "2026-10-03T15:00:00+00:00"


_SMALL = "in at on the of / - : . , am pm h 5 17 31 2026 10/4 next el las le dans dentro a y et ET IST Geneva time"
_WORDS = sorted({word for tongue in TONGUES.values() for word in (*tongue.months, *tongue.weekdays, *tongue.units)})
_WORDS += _SMALL.split()


@given(st.text(max_size=220) | st.lists(st.sampled_from(_WORDS), max_size=12).map(" ".join))
@settings(max_examples=300, deadline=2000)
def test_any_text_has_an_answer_and_every_moment_lies_ahead(phrase: str) -> None:
    result = read(phrase, now=NOW, zone=UN_ZONE, languages=LANGUAGES)
    moments = (result.moment,) if isinstance(result, Understood) else getattr(result, "choices", ())
    assert all(moment.instant > NOW and moment.exists for moment in moments)
    assert not isinstance(result, Question) or result.choices
    sentence = split(phrase, LANGUAGES)
    assert len(sentence.title) + len(sentence.phrase) <= len(phrase) + 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_language_first_never_changes_a_moment(language: str) -> None:
    """What one language understands another one understands alike, asks about or leaves to it."""
    for row in ROWS:
        now = datetime.fromisoformat(row["now"])
        first = said(row["phrase"], now=now, zone=row["zone"], language=row["language"])
        second = said(row["phrase"], now=now, zone=row["zone"], language=language)
        if isinstance(first, Understood) and isinstance(second, Understood):
            assert first.moment == second.moment, row["phrase"]


def test_a_naive_now_and_an_unknown_zone_are_bugs_of_the_caller() -> None:
    with pytest.raises(ValueError):
        read("3 October", now=datetime(2026, 9, 9), zone=UN_ZONE)
    with pytest.raises(ValueError):
        read("3 October", now=NOW, zone="Europe/Atlantis")


def test_a_phrase_takes_under_20_ms_at_the_median() -> None:
    said("3 October 5pm Geneva time")
    taken = []
    for row in ROWS:
        begun = time.perf_counter()
        said(row["phrase"], language=row["language"])
        taken.append(time.perf_counter() - begun)
    assert statistics.median(taken) < 0.020


def test_dateparser_waits_until_a_phrase_needs_it() -> None:
    code = (
        "import sys; from datetime import *; from coalition_bot.phrases import read;"
        "read('3 October', now=datetime(2026, 9, 9, tzinfo=UTC), zone='Europe/Zurich');"
        "sys.exit('dateparser' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("sentence", "title", "verb", "phrase"),
    [
        ("Stakeholder report due 3 October 5pm Geneva time", "Stakeholder report", "due", "3 October 5pm Geneva time"),
        (
            "Webinar #10 on Wednesday, March 4 at 2:00 PM ET",
            "Webinar #10",
            "starts",
            "Wednesday, March 4 at 2:00 PM ET",
        ),
        ("Webinar #10 starts Wed March 4 at 2 PM ET", "Webinar #10", "starts", "Wed March 4 at 2 PM ET"),
        ("Webinar, Wed 4 March 2pm", "Webinar", "starts", "Wed 4 March 2pm"),
        ("Submission window opens 1 March 2027 9am", "Submission window", "opens", "1 March 2027 9am"),
        ("Open call closes 8 April, end of day", "Open call", "closes", "8 April, end of day"),
        ("Drafts are due next Friday noon", "Drafts", "due", "next Friday noon"),
        ("Report on open government due 3 October", "Report on open government", "due", "3 October"),
        ("Report deadline: 3 October 2019", "Report", "due", "3 October 2019"),
        ("Draft 2 by 5pm Friday", "Draft 2", "due", "by 5pm Friday"),
        ("Housing in Kenya 3 October", "Housing in Kenya", "due", "3 October"),
        ("Executive summary close of business Friday", "Executive summary", "due", "close of business Friday"),
        ("Tentative review on 11 May 2020 in Geneva", "Tentative review", "starts", "11 May 2020 in Geneva"),
        ("Pre-session in Geneva, 11-22 May 2020", "Pre-session in Geneva", "due", "11-22 May 2020"),
        ("Call with 3 organisations on Monday at 10:00", "Call with 3 organisations", "starts", "Monday at 10:00"),
        ("Travel form due 10/4", "Travel form", "due", "10/4"),
        ("Report due 32 March", "Report", "due", "32 March"),
        ("Report due someday", "Report", "due", "someday"),
        ("Report", "Report", "due", ""),
        ("3 October", "", "due", "3 October"),
        ("", "", "due", ""),
        ("El informe vence el 3 de octubre a las 17h", "El informe", "due", "el 3 de octubre a las 17h"),
        ("La reunión es el lunes", "La reunión", "starts", "el lunes"),
        ("Seminario web el 4 de marzo a las 14:00 ET", "Seminario web", "starts", "el 4 de marzo a las 14:00 ET"),
        ("Rapport à rendre le 3 octobre à 17 h", "Rapport", "due", "le 3 octobre à 17 h"),
        ("L'atelier a lieu lundi prochain", "L'atelier", "starts", "lundi prochain"),
        ("La plateforme ferme demain à 18h", "La plateforme", "closes", "demain à 18h"),
    ],
)
def test_sentences(sentence: str, title: str, verb: str, phrase: str) -> None:
    parts = split(sentence)
    assert (parts.title, parts.verb, parts.phrase) == (title, Verb(verb), phrase)
