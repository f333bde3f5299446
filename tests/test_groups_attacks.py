"""What hostile, curious and hasty people try on groups: hidden names, evil texts, races, traces of the forgotten."""

from __future__ import annotations

import csv
import io
import logging
import re
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from coalition_bot.command import Fact, File, Form, Link, Reply, Tone
from coalition_bot.db import Base, Database
from coalition_bot.features.groups.tables import Stage
from coalition_bot.history import Happening
from coalition_bot.platform import Gone, Parcel, TryLater
from tests.story import Actor, House, create_tables, often, words
from tests.test_groups import no, ok, open_all
from tests.test_records_adding import joined, people, stays

BUG = "went wrong on my side"
TRANSIENT = ("draft", "handled", "reading", "upload")  # sealed, or of who looked at what


def everything(db: Database, *, but: Sequence[str] = ()) -> dict[str, list[str]]:
    """All rows of all tables as text, by table."""
    tables = [each for each in Base.metadata.sorted_tables if each.name not in but]
    return db.read(
        lambda session: {
            each.name: sorted(str(tuple(row)) for row in session.execute(each.select())) for each in tables
        }
    )


def found_in(db: Database, *traces: str) -> dict[str, list[str]]:
    """The rows in which one of the traces is in clear, in whatever case."""
    wanted = [trace.casefold() for trace in traces]
    rows = {
        name: [row for row in rows if any(each in row.casefold() for each in wanted)]
        for name, rows in everything(db).items()
    }
    return {name: some for name, some in rows.items() if some}


def together(*acts: Callable[[], Reply | Form]) -> list[Reply | Form]:
    """Do all of them in threads that start at once; what each was told, in order."""
    start, told = threading.Barrier(len(acts)), dict[int, Reply | Form]()

    def go(number: int) -> None:
        start.wait()
        told[number] = acts[number]()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    replies = [told[number] for number in range(len(acts))]
    assert not any(BUG in words(reply) for reply in replies), list(map(words, replies))
    return replies


def tone(outcome: Reply | Form) -> Tone:
    """How it ended; a form that comes back is a No."""
    return outcome.tone if isinstance(outcome, Reply) else Tone.PROBLEM


def notes(house: House, what: str) -> list[Happening]:
    """What the history has of one kind, of whichever coalition."""
    found = select(Happening).where(Happening.what == what).order_by(Happening.id)
    return house.db.read(lambda session: list(session.scalars(found, execution_options={"every_coalition": True})))


# Members who are only counted


def test_who_is_only_counted_is_named_to_no_fellow_member_by_anything(house: House) -> None:
    anna, lena, mia, hugo = house.found(), house.person("lena"), house.person("mia"), house.person("hugo")
    open_all(anna)
    joined(mia, "housing", shown="yes")
    for group in ("housing", "migration"):
        ok(anna.gives("group lead", group=group, who=lena.mention))
        joined(hugo, group, "hidden words", name="Hugo Hart", organisation="Hart House", shown="no")
    joined(mia, "migration", shown="yes")
    for kind in ("research", "1-pager", "side event"):
        about = {"group": "housing", "kind": kind, "owner": hugo.mention}
        ok(lena.taps(lena.gives("group track", **about, due="3 October 2019", note="soon"), "Confirm"))
    for kind in ("working", "task_force", "city", "list"):
        ok(anna.gives("group edit", group="housing", kind=kind, capacity="9"))
        _reads_no(mia, house)
    ok(anna.gives("group edit", group="housing", kind="working", private="yes", channel="wide:T1:C-own"))
    _reads_no(mia, house)
    ok(anna.taps(anna.gives("group merge", group="migration", into="housing"), "Make them one"))
    ok(lena.taps(lena.gives("group remove", group="housing", who=hugo.mention), "Take off the list"))
    _reads_no(mia, house)
    assert house.until(house.clock.now().replace(day=30))
    assert "Hugo" not in " ".join(words(parcel.reply) for parcel in mia.inbox)
    channels = [parcel for parcel in house.postboxes["wide"].parcels if not parcel.place.private]
    assert "Hugo" not in " ".join(words(parcel.reply) for parcel in channels)


def _reads_no(mia: Actor, house: House) -> None:
    """Of all that a member can ask for, nothing names him."""
    house.post()
    for name, command in house.bot.commands.items():
        for group in ("Housing", "Migration"):
            named = any(each.name == "group" for each in command.spec.fields)
            about = {"group": group} if named else {}
            if command.spec.writes and name not in ("group track", "group join", "group channel"):
                continue
            for more in ({"kind": "research"}, {"kind": "side_event"}, {}) if name == "group track" else ({},):
                said = words(mia.gives(name, **about, **more))
                for told in ("Hugo", "Hart", "hidden words"):
                    assert told not in said, (name, said)
        for asked in command.spec.fields:
            offered = [option.label for option in mia.options(name, asked.name)]
            assert "Hugo Hart" not in " ".join(offered), (name, asked.name)


# Evil texts

EVIL = {
    "a mention of all": "@everyone @here <!channel> <!here> <@U123> <#C1>",
    "an account": "wide:T1:@anna",
    "markup": "*b* _i_ ~s~ `c` ||x|| [a](http://evil.example) <http://evil.example|a> > q",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)> &lt;",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "other formulas": "+1;=2\t@SUM(A1)",
    "formula behind a semicolon": "x;=cmd|'/c calc'!A1",
    "wide formula": "＝1+1",
    "dollars of a formula": r"$\foo$ $x_{$",
    "braces": "{name} {0} %s %(x)s {group!r} {__class__}",
    "zero width": "a\u200bb\ufeff\u200e",
    "joiners": "\u200d\u200c",
    "right to left": "شبكة حقوق الإنسان",
    "override": "\u202etxt.exe",
    "isolate": "\u2066x\u2069",
    "line separators": "Name\u2028Paragraph\u2029End",
    "lines": "one\ntwo\r\n=3",
    "NUL": "a\x00b",
    "lone surrogate": "a\ud800b",
    "half of a pair": "\udfff",
    "private use": "\ue000",
    "astral": "𝔥𝔬𝔲𝔰𝔦𝔫𝔤 😀👩‍👩‍👧",
    "unfolding": "\ufdfa" * 30,
    "combining": "Z" + "\u0301" * 60,
    "wildcards": "%_\\%",
    "quotes": "'\";--",
    "long": "x" * 10_000,
    "too long": "x" * 10_001,
    "javascript": "javascript:alert(1)",
    "spaces": " \t ",
}


TRIED_OFTEN = {"a mention of all", "html", "formula", "NUL", "lone surrogate"}  # the others with `make chaos`
HARD_TO_STORE = ("NUL", "lone surrogate", "half of a pair", "unfolding", "wildcards", "quotes", "too long")


@pytest.mark.parametrize("kind", often([each for each in EVIL if each not in HARD_TO_STORE], TRIED_OFTEN))
def test_evil_text_in_every_field_is_refused_or_only_text(small_house: House, kind: str) -> None:
    _try_everywhere(small_house, EVIL[kind])


@pytest.mark.parametrize("kind", often(HARD_TO_STORE, TRIED_OFTEN))
def test_text_that_a_database_may_choke_on_is_refused_or_only_text(house: House, kind: str) -> None:
    _try_everywhere(house, EVIL[kind])


def _try_everywhere(house: House, evil: str) -> None:
    anna, mia, omar = house.found(), house.person("mia"), house.person("omar")
    open_all(anna)
    joined(mia, "housing", shown="yes")
    ok(anna.gives("group lead", group="housing", who=anna.mention))
    ok(anna.gives("group create", name="Drafting", about="x", kind="task_force"))
    for actor, command, answers in _with(evil, anna, mia, omar):
        _only_text(actor.gives(command, **answers), command)
    application = anna.options("group applications", "application")
    if application:
        about = {"application": application[0].value, "decision": "decline", "reason": evil}
        _only_text(anna.gives("group applications", **about), "reason")
    question = anna.options("coalition answer", "about")
    if question:
        _only_text(anna.gives("coalition answer", about=question[0].value, answer=evil), "answer")
    _sheet(anna, evil)
    for name, known in house.bot.commands.items():
        if not known.spec.writes:
            for actor in (anna, mia):
                _only_text(actor.gives(name), name)
        for asked in known.spec.fields:
            anna.options(name, asked.name, evil)
    for view in ("group", "organisation", "issue", "picture", "rows"):
        _only_text(anna.gives("signups", view=view), view)
    for file in ("csv", "xlsx"):
        _only_text(anna.gives("signups", file=file), file)
    _only_text(anna.gives("signups", words=evil, organisation=evil, since=evil, before=evil), "filters")
    for parcel in house.post():
        _only_text(parcel.reply, "post")
        assert not parcel.reply.mention


def _with(evil: str, anna: Actor, mia: Actor, omar: Actor) -> Iterator[tuple[Actor, str, Mapping[str, str]]]:
    yield anna, "group create", {"name": evil, "about": evil}
    yield anna, "group create", {"name": f"Evil {evil}", "about": f"About {evil}"}
    yield anna, "group edit", {"group": "migration", "about": evil}
    yield anna, "group edit", {"group": "migration", "name": f"M {evil}"[:80]}
    yield omar, "group join", {"group": "housing", "called": evil, "organisation": evil, "issue": evil, "shown": "yes"}
    yield omar, "group join", {"group": "drafting", "called": f"O {evil}"[:80], "issue": evil, "shown": "yes"}
    yield omar, "my details", {"called": evil, "organisation": evil}
    yield mia, "group change", {"group": "housing", "issue": evil, "organisation": evil}
    yield anna, "group add", {"group": "housing", "called": evil, "organisation": evil, "issue": evil}
    yield anna, "group add", {"group": "housing", "called": f"N {evil}"[:80], "issue": evil}
    yield anna, "group track", {"group": "housing", "kind": "research", "note": evil, "state": "in_progress"}
    yield anna, "group track", {"group": "housing", "kind": "research", "link": evil}
    yield anna, "group track", {"group": "housing", "kind": "research", "link": f"https://evil.example/{evil}"}
    yield anna, "group track", {"group": "housing", "kind": "research", "due": evil}
    yield anna, "group track", {"group": "housing", "kind": "research", "owner": evil}
    yield anna, "deadline add", {"what": f"{evil} due 3 October 2019"}
    yield mia, "coalition ask", {"topic": "other", "question": evil}
    yield anna, "coalition contact", {"topic": evil, "who": anna.mention}
    yield anna, "group list", {"group": evil}
    yield anna, "group remove", {"group": "housing", "who": evil}
    yield anna, "coalition merge", {"gone": evil, "kept": evil}
    yield mia, "my claim", {"code": evil}
    for name in ("group history", "group members", "coalition unreached", "group export", "group applications"):
        yield anna, name, {"group": evil, "page": evil}
    yield anna, "coalition questions", {"about": evil, "page": evil}
    yield anna, "group nudge", {"key": evil, "again": evil}
    yield anna, "group move", {"who": evil, "group": evil, "to": evil, "sure": evil}
    yield anna, "geneva form", {"trip": evil}


def _sheet(anna: Actor, evil: str) -> None:
    """The same in headings, cells and the name of a sheet."""
    heading, page = ["Name", "Organisation", "Group", "Issue", evil], io.StringIO(newline="")
    writer = csv.writer(page)
    writer.writerow(heading)
    writer.writerow([evil, evil, "Housing", evil, evil])
    writer.writerow([f"S {evil}"[:80], evil, evil, "x", evil])
    writer.writerow(["Sally Sheet", "Sheets", f"Made {evil}"[:80], "x", ""])
    content = page.getvalue().encode("utf-8", "replace")
    for name in ("sheet.csv", f"{evil}.csv"):
        outcome = anna.attaches("coalition import", "sheet", name, content, create_groups="yes")
        _only_text(outcome, "sheet")
        if isinstance(outcome, Reply) and any(button.label == "Confirm" for button in outcome.buttons):
            _only_text(anna.taps(outcome, "Confirm"), "sheet")


def _only_text(outcome: Reply | Form, what: str) -> None:
    """No bug, no mention, no link but to the web, no formula; nothing empty where a name belongs."""
    said = words(outcome)
    assert BUG not in said, what
    said.encode()
    if isinstance(outcome, Form):
        return
    assert not outcome.mention, what
    for link in (fact.value for fact in outcome.facts if isinstance(fact, Fact) and isinstance(fact.value, Link)):
        assert re.match(r"https?://[\w.-]+\.", link.url), what
    assert all(_visible(button.label) for button in outcome.buttons), what
    assert all(_visible(row[0]) for row in (outcome.table.rows if outcome.table else ())), (what, said)
    if outcome.file:
        _no_formula(outcome.file)


def _visible(label: str) -> bool:
    return any(sign.isprintable() and not sign.isspace() for sign in label)


def _no_formula(file: File) -> None:
    content = file.open().read()
    if file.name.endswith(".csv"):
        for delimiter in ",;\t":
            for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter):
                assert not [cell for cell in row if re.match(r"[\s\"]*[=+\-@＝＋－＠]", cell)], row
    elif file.name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            assert not re.search(r"<f[ >]|<hyperlink", sheet)
            assert not re.search(r"<t[^>]*>\s*[=+\-@]", sheet)


@pytest.mark.parametrize(
    "alike",
    ["housing", "ＨＯＵＳＩＮＧ", "Hous\u200ding", "H.o.u.s.i.n.g", "𝐇ousing", "Housing ", "Housing\u00a0", "housing."],
)
def test_no_second_group_looks_like_the_first(small_house: House, alike: str) -> None:
    anna = small_house.found()
    open_all(anna)
    assert "already" in no(anna.gives("group create", name=alike, about="x"))
    assert "already" in no(anna.gives("group edit", group="migration", name=alike))


def test_nobody_goes_by_a_name_that_nobody_sees(small_house: House) -> None:
    anna, mia = small_house.found(), small_house.person("mia")
    open_all(anna)
    for name in ("\u200d", "\u200c\u200d", "...", "’"):
        no(mia.gives("group join", group="housing", called=name, shown="yes"))
        form = mia.gives("my details")
        no(mia.fills(form, called=name))


# Two at once


def applied(house: House, *actors: Actor, capacity: str = "") -> tuple[Actor, Actor, list[str]]:
    """A task force with a lead and with applications; returns coordinator, lead and the applications."""
    anna, lena = house.found(), house.person("lena")
    ok(anna.gives("group create", name="Drafting", about="x", kind="task_force", capacity=capacity))
    ok(anna.gives("group lead", group="drafting", who=lena.mention))
    for actor in actors:
        joined(actor, "drafting")
    return anna, lena, [own.uid for own in stays(house) if own.stage == Stage.APPLIED]


def test_of_two_approvals_at_once_one_counts(house: House) -> None:
    omar = house.person("omar")
    anna, lena, [application] = applied(house, omar)
    answers = {"application": application, "decision": "approve"}
    told = together(*(lambda by=by: by.gives("group applications", **answers) for by in (anna, lena, anna, lena)))
    assert [tone(reply) for reply in told].count(Tone.DONE) == 1
    assert all("approved already" in words(reply) for reply in told if tone(reply) is not Tone.DONE)
    assert len(notes(house, "group.approve")) == 1
    house.post()
    assert sum("is approved" in words(parcel.reply) for parcel in omar.inbox) == 1


def test_one_approves_while_another_declines(house: House) -> None:
    omar = house.person("omar")
    anna, lena, [application] = applied(house, omar)
    told = together(
        lambda: anna.gives("group applications", application=application, decision="approve"),
        lambda: lena.gives("group applications", application=application, decision="decline", reason="no"),
    )
    assert sorted(map(tone, told)) == [Tone.DONE, Tone.PROBLEM]
    assert len(notes(house, "group.approve")) + len(notes(house, "group.declined")) == 1


def test_whoever_withdraws_while_being_approved_is_out(house: House) -> None:
    omar = house.person("omar")
    anna, _lena, [application] = applied(house, omar)
    approval, withdrawal = together(
        lambda: anna.gives("group applications", application=application, decision="approve"),
        lambda: omar.gives("group leave", group="drafting"),
    )
    assert tone(withdrawal) is Tone.DONE
    [own] = [own for own in stays(house) if own.uid == application]
    assert own.left_at
    assert len(notes(house, "group.approve")) == (tone(approval) is Tone.DONE)
    assert ("is withdrawn" in words(withdrawal)) == (tone(approval) is not Tone.DONE)


def test_two_applications_and_one_place(house: House) -> None:
    anna, lena, both = applied(house, house.person("omar"), house.person("otto"), capacity="2")
    told = together(
        *(
            lambda by=by, uid=uid: by.gives("group applications", application=uid, decision="approve")
            for by, uid in zip((anna, lena), both, strict=True)
        )
    )
    assert [tone(reply) for reply in told] == [Tone.DONE, Tone.DONE]
    assert sorted(own.stage for own in stays(house) if own.uid in both) == [Stage.IN, Stage.WAITING]


def test_records_merged_at_once_in_all_directions_leave_one(house: House) -> None:
    anna = house.found()
    open_all(anna)
    for name in ("One", "Two", "Three"):
        ok(anna.gives("group add", group="housing", called=name, issue=name))
    one, two, three = (people(house, name=name)[0].uid for name in ("One", "Two", "Three"))
    pairs = ((one, two), (one, two), (two, one), (two, three), (three, one))
    told = together(
        *(lambda pair=pair: anna.gives("coalition merge", gone=pair[0], kept=pair[1], sure="yes") for pair in pairs)
    )
    merged = [tone(reply) for reply in told].count(Tone.DONE)
    assert 1 <= merged <= 2
    left = [person for person in people(house) if person.name != "Anna"]
    assert len(left) == 3 - merged
    assert len(notes(house, "person.merge")) == merged
    assert len([own for own in stays(house) if own.left_at is None]) == len(left)


def test_groups_merged_at_once_in_both_directions_leave_one(house: House) -> None:
    anna, mia, omar = house.found(), house.person("mia"), house.person("omar")
    open_all(anna)
    joined(mia, "housing")
    joined(omar, "migration")
    pairs = (("housing", "migration"), ("migration", "housing"), ("housing", "migration"))
    told = together(
        *(lambda pair=pair: anna.gives("group merge", group=pair[0], into=pair[1], sure="yes") for pair in pairs)
    )
    assert [tone(reply) for reply in told].count(Tone.DONE) == 1
    now = [own for own in stays(house) if own.left_at is None]
    assert len(now) == 2
    assert len({own.group_id for own in now}) == 1
    assert len(notes(house, "group.unite")) == 2  # once in the history of each


def test_a_code_that_two_type_at_once_is_one_persons(house: House) -> None:
    anna, mia, omar = house.found(), house.person("mia"), house.person("omar")
    open_all(anna)
    ok(anna.gives("group add", group="housing", called="Rosa", issue="rents"))
    for actor in (mia, omar):
        ok(actor.gives("my zone", zone="Nairobi"))
    code = words(ok(anna.gives("coalition invite", who=people(house, name="Rosa")[0].uid))).split()[-1]
    told = together(*(lambda by=by: by.gives("my claim", code=code, sure="yes") for by in (mia, omar, mia, omar)))
    assert [tone(reply) for reply in told].count(Tone.DONE) == 1
    assert all("does not work" in words(reply) for reply in told if tone(reply) is not Tone.DONE)
    assert len([own for own in stays(house) if own.left_at is None]) == 1
    assert not people(house, name="Rosa")


# Each Confirm, pressed twice


@dataclass(frozen=True)
class Asked:
    """A question to be confirmed: by whom, and under which button."""

    actor: Actor
    reply: Reply
    label: str


def _reply(outcome: Reply | Form) -> Reply:
    assert isinstance(outcome, Reply), words(outcome)
    return outcome


def confirmations(house: House) -> dict[str, Callable[[], Asked]]:
    """Every question that a button confirms, in a coalition that has something to confirm."""
    anna, lena, mia, omar = house.found(), house.person("lena"), house.person("mia"), house.person("omar")
    open_all(anna)
    ok(anna.gives("group lead", group="housing", who=lena.mention))
    for member in (mia, omar):
        joined(member, "housing", shown="yes")
    ok(anna.gives("group create", name="Shelter", about="x", private="yes"))
    ok(anna.gives("group add", group="shelter", who=mia.mention))
    for name in ("Rosa", "Rose"):
        ok(anna.gives("group add", group="migration", called=name))

    def asks(actor: Actor, label: str, command: str, **answers: str) -> Callable[[], Asked]:
        return lambda: Asked(actor, _reply(actor.gives(command, **answers)), label)

    def deadline() -> Asked:
        stored = anna.taps(anna.gives("deadline add", what="Report due 3 October 2019"), "Confirm")
        ok(stored)
        uid = anna.options("deadline cancel", "deadline")[0].value
        return asks(anna, "Cancel it", "deadline cancel", deadline=uid)()

    def claim() -> Asked:
        code = words(ok(anna.gives("coalition invite", who=people(house, name="Rosa")[0].uid))).split()[-1]
        return asks(omar, "Yes, that is me", "my claim", code=code)()

    def link() -> Asked:
        code = words(ok(mia.gives("my link"))).split()[-1]
        return asks(omar, "Yes, that is me", "my link", code=code)()

    def sheet() -> Asked:
        content = b"Name,Group\nSally,Housing\nSam,Migration\n"
        return Asked(anna, _reply(anna.attaches("coalition import", "sheet", "s.csv", content)), "Confirm")

    both = {"gone": people(house, name="Rosa")[0].uid, "kept": people(house, name="Rose")[0].uid}
    track = {"group": "housing", "kind": "research", "due": "3 October 2019"}
    return {
        "group close": asks(anna, "Close it", "group close", group="housing"),
        "group edit": asks(anna, "Show it", "group edit", group="shelter", private="no"),
        "group leave": asks(mia, "Leave", "group leave", group="shelter"),
        "group remove": asks(lena, "Take off the list", "group remove", group="housing", who=mia.mention),
        "group handover": asks(lena, "Hand over", "group handover", group="housing", who=mia.mention),
        "group handover, backup": asks(
            lena, "Hand over, and stay as backup", "group handover", group="housing", who="Mia"
        ),
        "group move": asks(anna, "Move", "group move", who=mia.mention, group="housing", to="migration"),
        "group merge": asks(anna, "Make them one", "group merge", group="housing", into="migration"),
        "group add": asks(anna, "No, somebody else", "group add", group="housing", called="Rosa"),
        "group track": asks(lena, "Confirm", "group track", **track),
        "group nudge": asks(anna, "Confirm", "group nudge"),
        "coalition merge": asks(anna, "Yes, make them one", "coalition merge", **both),
        "coalition import": sheet,
        "deadline add": asks(anna, "Confirm", "deadline add", what="Report due 3 October 2019"),
        "deadline cancel": deadline,
        "my claim": claim,
        "my link": link,
        "my forget": asks(mia, "Delete everything", "my forget"),
    }


CONFIRMED = {
    "coalition import",
    "coalition merge",
    "deadline add",
    "deadline cancel",
    "geneva withdraw",  # see test_geneva_privacy
    "group add",
    "group close",
    "group edit",
    "group handover",
    "group leave",
    "group merge",
    "group move",
    "group nudge",
    "group remove",
    "group track",
    "my claim",
    "my forget",
    "my link",
}


def test_every_command_that_carries_a_confirmation_is_tried(small_house: House) -> None:
    carry = {
        name
        for name, command in small_house.bot.commands.items()
        if {each.name for each in command.spec.fields} & {"sure", "key", "another"}
    }
    assert carry == CONFIRMED
    tried = {name.partition(",")[0] for name in confirmations(small_house)}
    assert tried == CONFIRMED - {"geneva withdraw"}


FLOWS = [*sorted(CONFIRMED - {"geneva withdraw"}), "group handover, backup"]


@pytest.mark.thorough
@pytest.mark.parametrize("flow", FLOWS)
def test_a_confirmation_pressed_twice_has_one_effect(house: House, flow: str) -> None:
    asked = confirmations(house)[flow]()
    button = next(each for each in asked.reply.buttons if each.label == asked.label)
    told = together(*(lambda: asked.actor.presses(button, "E1") for _time in range(3)))
    assert Tone.DONE in map(tone, told)
    if flow != "my forget":  # who is forgotten leaves no note of what they were told
        assert told[0] == told[1] == told[2]
    done = everything(house.db, but=TRANSIENT)
    for _time in range(2):
        again = asked.actor.presses(button)
        assert BUG not in words(again)
        now = everything(house.db, but=TRANSIENT)
        assert {name: rows for name, rows in now.items() if rows != done[name]} == {}, words(again)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_confirmation_pressed_twice_at_once_has_one_effect(house: House, flow: str, tmp_path: Path) -> None:
    """The same button under two events, as from a phone and a laptop."""
    once = House(Database(f"sqlite:///{tmp_path / 'once.db'}"))
    create_tables(once.db)
    asked = confirmations(once)[flow]()
    ok(asked.actor.taps(asked.reply, asked.label))
    asked = confirmations(house)[flow]()
    button = next(each for each in asked.reply.buttons if each.label == asked.label)
    told = together(*(lambda: asked.actor.presses(button) for _time in range(3)))
    assert Tone.DONE in map(tone, told)
    assert counted(house.db) == counted(once.db)
    once.db.close()


def counted(db: Database) -> dict[str, int]:
    """How many rows each table has."""
    return {name: len(rows) for name, rows in everything(db, but=TRANSIENT).items()}


# What is left of somebody who is forgotten

TRACES = ("traceable", "canary", "acct-maria", "zqx")  # of name, organisation, words and address, account
WROTE = "zqx question, a canary"


def busy(house: House) -> tuple[Actor, Actor]:
    """A coordinator, and somebody who has left traces wherever there is a place for one."""
    anna, maria, omar = house.found(), house.person("acct-maria"), house.person("omar")
    open_all(anna)
    ok(anna.gives("group edit", group="housing", channel="wide:T1:C-housing"))
    ok(anna.gives("group create", name="Drafting", about="x", kind="task_force"))
    ok(anna.gives("group create", name="Delegation", about="x", capacity="1"))
    ok(anna.gives("group create", name="Shelter", about="x", private="yes", channel="wide:T1:C-shelter"))
    own = {"name": "Maria Traceable", "organisation": "Traceable Tenants", "issue": "canary issue"}
    for group in ("housing", "migration", "drafting", "delegation"):
        if group == "delegation":
            joined(omar, group)
        joined(maria, group, shown="yes", **own)
    ok(anna.gives("group add", group="shelter", who=maria.mention, issue="canary shelter"))
    for name in ("Maria Traceable", "M. Traceable"):
        content = (
            f"Name,Organisation,Group,E-mail,Issue\n{name},Canary House,Migration,zqx.{len(name)}@canary.example,x\n"
        )
        asked = anna.attaches("coalition import", "sheet", "canary.csv", content.encode())
        ok(anna.taps(asked, "Confirm"))
    me = [each.uid for each in people(house, organisation="Traceable Tenants")]
    for record in people(house, organisation="Canary House"):
        ok(anna.gives("coalition merge", gone=record.uid, kept=me[0], sure="yes"))
    for group, role in (("housing", "lead"), ("migration", "backup")):
        ok(anna.gives("group lead", group=group, who=maria.mention, role=role))
    ok(maria.gives("my news", group="housing", how="daily"))
    joined(omar, "housing")
    track = {"group": "housing", "kind": "research", "owner": maria.mention, "due": "3 October 2019"}
    ok(maria.taps(maria.gives("group track", **track), "Confirm"))
    ok(anna.gives("coalition contact", topic="travel", who=maria.mention))
    ok(maria.gives("coalition ask", topic="other", question=WROTE))
    ok(omar.gives("coalition ask", topic="travel", question="Who am I"))
    maria.gives("coalition questions")
    ok(maria.taps(maria.gives("group channel", group="housing"), "Yes, add me"))
    house.postboxes["wide"].gone.add("wide:T1:C-housing")
    maria.gives("group history")
    maria.gives("group export")
    maria.gives("signups", words="canary", organisation="Traceable Tenants", since="1 January 2019", file="csv")
    maria.gives("signups", words="canary " * 20, organisation="Traceable Tenants")
    maria.gives("my details")
    maria.says("/group join women canary draft")
    maria.gives("my link")
    anna.gives("group nudge")
    house.post()
    declined = next(each.uid for each in stays(house) if each.stage == Stage.APPLIED)
    ok(anna.gives("group applications", application=declined, decision="decline", reason="Not you, Maria Traceable"))
    return anna, maria


def test_who_is_forgotten_is_in_no_row_of_any_table(house: House) -> None:
    anna, maria = busy(house)
    assert {"person", "identity", "membership", "owed", "handled", "draft"} <= found_in(house.db, *TRACES).keys()
    before = {name: len(rows) for name, rows in everything(house.db).items()}
    assert min(before[name] for name in ("address", "question", "code")) > 0
    ok(maria.taps(maria.gives("my forget"), "Delete everything"))
    house.post()
    assert found_in(house.db, *TRACES) == {}
    after = everything(house.db)
    assert after["address"] == after["code"] == []
    assert len(after["question"]) == 1, "what somebody else asked is theirs"
    assert "Traceable" not in words(anna.says("/group history"))
    house.until(house.clock.now().replace(day=30))
    assert found_in(house.db, *TRACES) == {}
    assert not [parcel for parcel in maria.inbox if "deleted" in words(parcel.reply)]


def test_of_a_record_that_was_merged_nothing_is_left_but_what_went_over(house: House) -> None:
    anna, maria = house.found(), house.person("acct-maria")
    open_all(anna)
    joined(maria, "housing", name="Maria", organisation="Tenants")
    content = (
        b"Name,Organisation,Group,E-mail,Issue\nTraceable Record,Canary House,Migration,zqx@canary.example,rents\n"
    )
    ok(anna.taps(anna.attaches("coalition import", "sheet", "s.csv", content), "Confirm"))
    [record], [kept] = people(house, name="Traceable Record"), people(house, name="Maria")
    ok(anna.taps(anna.gives("coalition merge", gone=record.uid, kept=kept.uid), "Yes, make them one"))
    house.post()
    assert found_in(house.db, "traceable", "canary", "zqx", record.uid) == {}
    assert len(everything(house.db)["address"]) == 1
    export = maria.gives("my export")
    assert isinstance(export, Reply)
    assert export.file
    assert "zqx@canary.example" in export.file.open().read().decode(), "the sheet still finds its person"
    ok(maria.taps(maria.gives("my forget"), "Delete everything"))
    assert everything(house.db)["address"] == []


@pytest.mark.parametrize("trouble", [Gone("The channel is gone."), TryLater(9), RuntimeError("no network")])
def test_who_is_forgotten_while_a_message_is_on_its_way_stops_nobody(small_house: House, trouble: Exception) -> None:
    house, anna, maria = small_house, small_house.found(), small_house.person("acct-maria")
    open_all(anna)
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    box = house.postboxes["wide"]
    deliver = box.send

    async def forgotten(parcel: Parcel) -> str:
        box.send = deliver  # type: ignore[method-assign]
        ok(maria.gives("my forget", sure="yes"))
        raise trouble

    box.send = forgotten  # type: ignore[method-assign]
    house.post()
    assert found_in(house.db, "acct-maria") == {}
    ok(anna.gives("group lead", group="migration", who=house.person("omar").mention))
    assert house.post()


# Logs


def test_no_log_carries_what_was_typed(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "sqlalchemy")  # below it, each row is told; the bot shows its warnings only
    with capture_logs() as logs:
        anna, maria = busy(house)
        for kind in ("NUL", "lone surrogate", "override", "too long", "braces", "formula"):
            evil = f"canary {EVIL[kind]} zqx"
            for actor, command, answers in _with(evil, anna, maria, house.person("omar")):
                actor.gives(command, **answers)
            _sheet(anna, evil)
        anna.gives("signups", view="picture")
        ok(maria.taps(maria.gives("my forget"), "Delete everything"))
        house.post()
    said = [record.getMessage() for record in caplog.records] + list(map(str, logs))
    assert not [line for line in said if any(trace in line.casefold() for trace in ("traceable", "canary", "zqx"))]
