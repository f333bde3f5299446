"""Files in and out, through the front door: attached, refused, kept over errors and buttons, and nobody else's."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from coalition_bot import drafts, uploads, written
from coalition_bot.bot import Request
from coalition_bot.command import Command, Feature, File, Form, Reply, Tone, done
from coalition_bot.context import Context
from coalition_bot.db import Database
from coalition_bot.fields import attachment, in_words
from coalition_bot.uploads import KEPT_MAX, Attached, SealedUpload, Upload
from tests.contract.commands import BULK, SHEET_MAX, TRIAL
from tests.story import Actor, House, words

MEMBERS = "name\r\nRené\r\n".encode()
SEAL = hashlib.sha256(MEMBERS).hexdigest()[:12]


class Maybe(Command, name="paper maybe"):
    """Take a file or none."""

    paper: Upload | None = attachment("A paper", required=False)

    def run(self, ctx: Context) -> Reply:
        return done(self.paper.name if self.paper else "nothing")


class Look(Command, name="paper look", writes=False, access="trial"):
    """Look at a file, and change nothing."""

    paper: Upload = attachment("A paper")

    def run(self, ctx: Context) -> Reply:
        return Reply(f"{self.paper.name}, {len(self.paper.content)}")


class Given(Command, name="paper given"):
    """Write something, and hand out a file."""

    def run(self, ctx: Context) -> Reply:
        return done("Given.", file=File("given.txt", "text/plain", b"secret"))


class Costly(Command, name="paper costly", writes=False):
    """Hand out a file that takes long to make."""

    def run(self, ctx: Context) -> Reply:
        return Reply("There you are.", file=File("costly.txt", "text/plain", make=lambda: _made(ctx)))


def _made(ctx: Context) -> bytes:
    MADE.append(ctx.person.name)
    return str(ctx.session.scalar(select(func.count()).select_from(SealedUpload))).encode()


MADE: list[str] = []  # for whom costly files were made
PAPER = Feature(name="paper", commands=[Maybe, Look, Given, Costly])


@pytest.fixture
def house(db: Database) -> House:
    """With the trial commands."""
    return House(db, extra_features=(TRIAL, PAPER))


@pytest.fixture
def bea(house: House) -> Actor:
    """A member of a founded coalition."""
    house.found()
    return house.person("bea")


def stored(house: House) -> int:
    return house.db.read(lambda session: session.scalar(select(func.count()).select_from(SealedUpload))) or 0


def problem(form: Reply | Form, question: str = "sheet") -> str:
    assert isinstance(form, Form), form
    return next(each.problem for each in form.questions if each.name == question)


def test_a_file_that_comes_along_needs_no_form(bea: Actor) -> None:
    shown = bea.attaches("trial sheet", "sheet", "members.csv", MEMBERS, said="kind")
    assert f"members.csv has {len(MEMBERS)} bytes, {SEAL}: kind" in words(shown)


def test_without_it_the_form_asks_and_takes_it(bea: Actor) -> None:
    form = bea.says("/trial sheet kind words")
    assert isinstance(form, Form)
    assert next(each for each in form.questions if each.name == "sheet").endings == ("csv", "txt")
    assert f"{SEAL}: kind words" in words(bea.attaches(form, "sheet", "members.csv", MEMBERS))


def test_it_is_kept_over_an_error_and_behind_a_button(bea: Actor) -> None:
    form = bea.attaches(bea.says("/trial sheet"), "sheet", "members.csv", MEMBERS, said="refuse")
    assert "I will not say that." in problem(form, "said")
    assert isinstance(form, Form)
    asked = next(each for each in form.questions if each.name == "sheet")
    assert (asked.value_label, asked.problem) == ("members.csv", "")
    shown = bea.fills(form, sheet="", said="better")  # a page whose control for files was left alone
    assert f"{SEAL}: better" in words(shown)
    for _press in range(2):
        assert f"confirmed: members.csv has {len(MEMBERS)} bytes, {SEAL}: better" in words(bea.taps(shown, "Confirm"))


def test_another_file_takes_the_place_of_the_first(bea: Actor) -> None:
    form = bea.attaches(bea.says("/trial sheet"), "sheet", "old.csv", b"old", said="refuse")
    assert "new.csv has 4 bytes" in words(bea.attaches(form, "sheet", "new.csv", b"new!", said="kind"))


def test_a_refused_file_leaves_the_one_before(bea: Actor) -> None:
    form = bea.attaches(bea.says("/trial sheet"), "sheet", "old.csv", b"old", said="refuse")
    form = bea.attaches(form, "sheet", "empty.csv", b"", said="kind")
    assert "empty" in problem(form)
    assert "old.csv has 3 bytes" in words(bea.fills(form))


REFUSED = [
    pytest.param("members.csv", b"x" * (SHEET_MAX + 1), "100 kB", id="too large"),
    pytest.param("members.csv", b"", "empty", id="empty"),
    pytest.param("../members.csv", b"x", "name", id="a path"),
    pytest.param("..\\members.csv", b"x", "name", id="a path of Windows"),
    pytest.param("members\0.csv", b"x", "name", id="NUL"),
    pytest.param("members\u202evsc.exe.csv", b"x", "name", id="reads other than it is"),
    pytest.param("a" * 10_000 + ".csv", b"x", "name", id="endless"),
    pytest.param("...", b"x", "name", id="dots"),
    pytest.param("", b"x", "name", id="no name"),
    pytest.param("members.exe", b"x", "csv, txt", id="another kind"),
]


@pytest.mark.parametrize(("name", "content", "hint"), REFUSED)
def test_what_cannot_be_taken_is_refused_beside_its_question(
    house: House, bea: Actor, name: str, content: bytes, hint: str
) -> None:
    form = bea.attaches(bea.says("/trial sheet"), "sheet", name, content, said="kind")
    assert hint in problem(form)
    assert problem(form, "said") == ""
    assert hint in problem(bea.attaches("trial sheet", "sheet", name, content, said="kind"))
    assert stored(house) == 0


def test_what_the_adapter_did_not_fetch_is_told_apart(bea: Actor) -> None:
    def sent(attached: Attached) -> str:
        request = bea._request("", command="trial sheet", answers={"said": "kind"}, files={"sheet": attached})
        return problem(bea.house.bot.run(request))

    assert "too large: it has 12 MB" in sent(Attached("members.csv", None, 12_000_000))
    assert "could not fetch" in sent(Attached("members.csv", None, 12))


def test_nobody_else_can_use_it(house: House, bea: Actor) -> None:
    shown = bea.attaches("trial sheet", "sheet", "members.csv", MEMBERS, said="kind")
    token = house.db.read(lambda session: session.scalars(select(SealedUpload.token)).one())
    ben = house.person("ben")
    assert isinstance(shown, Reply)
    for tried in (ben.presses(shown.buttons[0]), ben.gives("trial sheet", sheet=token, said="mine")):
        assert "attach it again" in problem(tried)
        assert "members.csv" not in words(tried)
    for forged in ("x" * 12, "\0", "é", "1 OR 1=1", "x" * 9_000):
        assert isinstance(bea.gives("trial sheet", sheet=forged, said="mine"), Form)


def test_nothing_of_it_can_be_read_in_the_database_or_moved_to_another(house: House, bea: Actor) -> None:
    bea.attaches("trial sheet", "sheet", "members.csv", MEMBERS, said="kind")
    row = house.db.read(lambda session: session.scalars(select(SealedUpload)).one())
    assert b"members" not in row.name
    assert b"Ren" not in row.sealed
    ben = house.person("ben").mention
    house.db.write(lambda session: setattr(session.scalars(select(SealedUpload)).one(), "owner", ben))
    found = house.db.read(
        lambda session: uploads.find(session, house.vault, row.token, ben, house.clock.now()),
    )
    assert found is None


def test_it_is_gone_after_two_days_and_then_asked_for_again(house: House, bea: Actor) -> None:
    shown = bea.attaches("trial sheet", "sheet", "members.csv", MEMBERS, said="kind")
    house.clock.forward(days=uploads.KEEP_DAYS, seconds=-1)
    assert "confirmed" in words(bea.taps(shown, "Confirm"))
    house.clock.forward(seconds=1)
    form = bea.taps(shown, "Confirm")
    assert "attach it again" in problem(form)
    assert "confirmed" in words(bea.attaches(form, "sheet", "again.csv", b"again"))
    house.db.write(lambda session: drafts.sweep(session, house.clock.now()))
    assert stored(house) == 1


def test_forgetting_a_person_takes_their_files_along(house: House, bea: Actor) -> None:
    anna = house.person("anna")
    anna.attaches("trial sheet", "sheet", "annas.csv", b"x", said="kind")
    bea.attaches("trial sheet", "sheet", "beas.csv", b"x", said="kind")
    bea.taps(bea.says("/my forget"), "Delete everything")
    assert stored(house) == 1


def test_an_account_fills_no_more_than_its_share(house: House, bea: Actor) -> None:
    for number in range(KEPT_MAX + 3):
        bea.attaches("trial sheet", "sheet", f"{number}.csv", b"x", said="kind")
    assert stored(house) == KEPT_MAX


def test_one_that_may_be_left_out(bea: Actor) -> None:
    assert "nothing" in words(bea.says("/paper maybe"))
    assert "plan.pdf" in words(bea.attaches("paper maybe", "paper", "plan.pdf", b"%PDF"))


def test_a_command_that_only_reads_takes_one_too_and_is_logged_once(house: House, bea: Actor) -> None:
    assert "plan.pdf, 4" in words(bea.attaches("paper look", "paper", "plan.pdf", b"%PDF"))
    assert stored(house) == 1


def test_those_who_may_not_use_the_command_store_nothing(house: House) -> None:
    stranger = house.person("bea")  # nobody has founded a coalition here
    assert "found one" in words(stranger.attaches("trial sheet", "sheet", "members.csv", MEMBERS, said="kind"))
    assert stored(house) == 0


def test_a_file_for_no_question_is_let_lie(house: House, bea: Actor) -> None:
    assert "echo: kind" in words(bea.attaches("trial echo", "said", "members.csv", MEMBERS, said="kind"))
    assert stored(house) == 0


def test_the_same_event_again_keeps_no_second_copy(house: House, bea: Actor) -> None:
    for _time in range(2):
        bea.attaches("trial sheet", "sheet", "members.csv", MEMBERS, event="once", said="kind")
    assert stored(house) == 1


def test_no_name_and_no_word_of_it_gets_into_a_log(house: House, bea: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    attached = Attached("secret.csv", b"secret")
    request = bea._request("", command="trial sheet", files={"sheet": attached})
    assert isinstance(request, Request)
    assert "secret" not in repr(request) + repr(Upload("token", "secret.csv", b"secret"))
    monkeypatch.setattr(uploads, "find", lambda *_: 1 / 0)
    with capture_logs() as logs:
        assert "went wrong" in words(bea.attaches("trial sheet", "sheet", "secret.csv", b"secret", said="kind"))
    assert logs
    assert "secret" not in str(logs)


def test_sizes_in_words() -> None:
    sizes = {1: "1 kB", 100_000: "100 kB", 999_999: "1000 kB", 5_000_000: "5 MB", 12_340_000: "12.3 MB"}
    assert {size: in_words(size) for size in sizes} == sizes


# Out


def test_a_stream_is_read_from_its_beginning_in_small_parts(tmp_path: Path) -> None:
    path = tmp_path / "bulk.bin"
    path.write_bytes(BULK)
    stream = path.open("rb")
    for content in (BULK, stream):
        file = File("bulk.bin", "application/octet-stream", content)
        assert file.size == len(BULK)
        parts = list(file.chunks())
        assert b"".join(parts) == BULK
        assert max(map(len, parts)) < 100_000
        assert file.open().read() == BULK
        file.close()
    assert stream.closed


def test_a_stream_that_no_answer_can_carry_is_made_when_it_is_sent_and_closed(house: House) -> None:
    house.found(platform="narrow", community="G1")
    bea = house.person("bea", platform="narrow", community="G1")
    made: list[File] = []
    trial = house.bot.commands["trial bulk"]
    shown = bea.says("/trial bulk")
    assert "on its way" in words(shown)
    original = trial.run

    def watched(self: Command, ctx: Context) -> Reply:
        reply = original(self, ctx)
        assert reply.file
        made.append(reply.file)
        return reply

    trial.run = watched  # type: ignore[method-assign]
    try:
        [parcel] = [each for each in house.post() if each.reply.file]
        bea.says("/trial bulk")
    finally:
        trial.run = original  # type: ignore[method-assign]
    assert parcel.reply.file and parcel.reply.file.content == BULK
    assert [file.content.closed for file in made if not isinstance(file.content, bytes)] == [True, True]


def test_of_a_file_that_was_handed_out_no_second_copy_is_kept(house: House, bea: Actor) -> None:
    first = bea.says("/paper given", event="once")
    assert isinstance(first, Reply)
    assert first.file and first.file.content == b"secret"
    again = bea.says("/paper given", event="once")
    assert isinstance(again, Reply)
    assert again.file is None
    assert (again.tone, again.text) == (Tone.DONE, "Given.\nThe file came with my first answer.")


def test_a_written_reply_holds_a_stream_whole(tmp_path: Path) -> None:
    path = tmp_path / "bulk.bin"
    path.write_bytes(b"\xff\0bulk")
    reply = Reply("Look.", file=File("bulk.bin", "application/octet-stream", path.open("rb"), alt="Bars"))
    assert reply.file
    read = written.from_text(written.to_text(reply))
    assert read == replace(reply, file=replace(reply.file, content=b"\xff\0bulk"))
    reply.close()


def test_what_takes_long_is_made_only_where_the_file_is_handed_out(house: House) -> None:
    MADE.clear()
    house.found(platform="narrow", community="G1")
    bea = house.person("bea", platform="narrow", community="G1")
    said = bea.says("/paper costly")
    assert "on its way" in words(said)
    assert MADE == [], "the answer waits for a file that it does not carry"
    house.post()
    file = bea.inbox[-1].reply.file
    assert file
    assert file.open().read() == b"0"
    assert len(MADE) == 1

    house.found()
    given = house.person("bea").says("/paper costly")
    assert isinstance(given, Reply)
    assert given.file
    assert given.file.open().read() == b"0"
    assert len(MADE) == 2
