"""The door: who is admitted, which command is meant, forms with drafts, repeats, and what is said when things fail."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from coalition_bot.command import Button, Command, Feature, Form, Reply, Tone, button, done
from coalition_bot.context import Context, Visitor
from coalition_bot.db import Database
from coalition_bot.drafts import Draft
from coalition_bot.fields import Problem, carried, choice, many, number, text
from coalition_bot.people import Person, Place, Standing
from tests.story import House, words


class Order(Command, name="test order", tap="Order"):
    """Order a meal."""

    dish: str = choice("Dish", [("soup", "Soup"), ("bread", "Bread")])
    extras: tuple[str, ...] = many("Extras", [("salt", "Salt"), ("oil", "Oil")], required=False)
    hot: str = choice("Hot?", [("yes", "Yes"), ("no", "No")], when=("dish", {"soup"}))
    how_many: int = number("How many")
    name: str = text("Name", longest=20, known=lambda ctx: ctx.person.organisation)
    wish: str = text("Wish", required=False)
    last: str = text("Last word", required=False)

    def run(self, ctx: Context) -> Reply:
        if self.name == "nobody":
            raise Problem("Nobody may not order.", "name")
        ctx.person.organisation = self.name
        return done(f"{self.how_many} {self.dish} {self.extras} {self.hot} for {self.name}: {self.wish}")


class Break(Command, name="test break"):
    """Break something."""

    what: str = text("What", required=False)

    def run(self, ctx: Context) -> Reply:
        raise ZeroDivisionError(f"secret {self.what}")


class Shout(Command, name="test shout", public=True, writes=False):
    """Tell everybody."""

    def run(self, ctx: Context) -> Reply:
        return Reply("hear!", public=True)


class Whisper(Command, name="test whisper", writes=False):
    """Tell nobody."""

    def run(self, ctx: Context) -> Reply:
        return Reply("hush", public=True)


class Offer(Command, name="test offer", writes=False):
    """A button with long answers."""

    def run(self, ctx: Context) -> Reply:
        return Reply("?", buttons=(button("Long", Say, what="x" * 150), button("Short", Say, what="y")))


class Say(Command, name="test say"):
    """Say it."""

    what: str = text("What", longest=200)
    secret: str = carried()

    def run(self, ctx: Context) -> Reply:
        return done(f"said {self.what}{self.secret}")


TEST = Feature(name="test", commands=[Order, Break, Shout, Whisper, Offer, Say])


@pytest.fixture
def house(db: Database) -> House:
    house = House(db, extra_features=[TEST])
    house.found()
    return house


def test_a_typed_line_mixes_order_and_names(house: House) -> None:
    bea = house.person("bea")
    reply = bea.says('/test order soup hot=no how_many=2 name="Bea B." wish="no salt"')
    assert words(reply).strip() == "2 soup () no for Bea B.: no salt"


def test_missing_answers_open_a_form_filled_in_so_far_and_what_is_known_is_not_asked_again(house: House) -> None:
    bea = house.person("bea")
    form = bea.says("/test order soup")
    assert isinstance(form, Form)
    assert {q.name: q.value for q in form.questions}["dish"] == "soup"
    reply = bea.fills(bea.fills(form), hot="yes", how_many="1", name="Bea")
    assert "1 soup () yes for Bea" in words(reply)
    again = bea.says("/test order dish=bread how_many=3")
    assert "3 bread () " in words(again)
    assert "for Bea" in words(again)


def test_a_problem_comes_back_beside_its_question_and_nothing_is_lost(house: House) -> None:
    bea = house.person("bea")
    form = bea.fills(bea.says("/test order bread"))
    wrong = bea.fills(form, how_many="many", name="B" * 30, wish="please")
    assert isinstance(wrong, Form)
    problems = {q.name: q.problem for q in wrong.questions if q.problem}
    assert problems.keys() == {"how_many", "name"}
    assert "20 characters" in problems["name"]
    assert {q.name: q.value for q in wrong.questions}["wish"] == "please"
    refused = bea.fills(wrong, how_many="2", name="nobody")
    assert isinstance(refused, Form)
    assert {q.name: q.problem for q in refused.questions}["name"] == "Nobody may not order."
    assert "2 bread () " in words(bea.fills(refused, name="Bea"))


def test_on_a_narrow_platform_a_form_has_pages_with_a_draft_between_them(house: House) -> None:
    bea = house.person("bea", platform="narrow", community="N1")
    house.person("nora", platform="narrow", community="N1", admin=True).says('/coalition setup Narrow "Geneva" here')
    first = bea.says("/test order")
    assert isinstance(first, Form)
    assert [q.name for q in first.questions] == ["dish", "extras"], "the third hangs on the first"
    assert not first.last
    second = bea.fills(first, dish="soup", extras="salt,oil")
    assert isinstance(second, Form)
    assert [q.name for q in second.questions] == ["hot", "how_many", "name", "wish", "last"]
    assert second.last
    wrong = bea.fills(second, hot="no", how_many="x", name="Bea")
    assert isinstance(wrong, Form)
    assert [q.name for q in wrong.questions] == ["hot", "how_many", "name", "wish", "last"]
    after_restart = House(house.db, house.clock, extra_features=[TEST])
    bea = replace(bea, house=after_restart)
    assert "1 soup ('salt', 'oil') no for Bea" in words(bea.fills(wrong, how_many="1"))


def test_a_question_that_does_not_apply_is_not_asked_and_its_answer_not_taken(house: House) -> None:
    reply = house.person("bea").gives("test order", dish="bread", hot="yes", how_many="1", name="Bea")
    assert "1 bread ()  for Bea" in words(reply)


def test_a_form_is_its_owners(house: House) -> None:
    bea, eve = house.person("bea"), house.person("eve")
    form = bea.says("/test order soup")
    stolen = eve.fills(form, dish="bread")
    assert isinstance(stolen, Reply)
    assert stolen.tone is Tone.PROBLEM
    assert "too old" in words(stolen)


def test_a_form_sent_twice_takes_effect_once(house: House) -> None:
    bea = house.person("bea")
    form = bea.fills(bea.says("/test order bread"))
    assert "1 bread" in words(bea.fills(form, how_many="1", name="Bea"))
    assert "sent already" in words(bea.fills(form, how_many="1", name="Bea"))


def test_the_same_event_again_gives_the_same_answer_and_one_effect(house: House) -> None:
    bea = house.person("bea")
    first = bea.says("/test say hello", event="E1")
    again = House(house.db, house.clock, extra_features=[TEST])  # also after a restart
    assert replace(bea, house=again).says("/test say something else", event="E1") == first
    assert "said other" in words(bea.says("/test say other", event="E2"))


def test_two_identical_requests_at_once_enrol_one_person(house: House) -> None:
    bea = house.person("bea")
    gate = threading.Barrier(8)
    replies: list[str] = []

    def go() -> None:
        gate.wait()
        replies.append(words(bea.says("/test say hello")))

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {reply.strip() for reply in replies} == {"said hello"}
    count = select(func.count()).select_from(Person).where(Person.name == "Bea")
    assert house.db.read(lambda s: s.scalar(count, execution_options={"every_coalition": True})) == 1


def test_an_unknown_command_is_answered_with_the_nearest(house: House) -> None:
    reply = house.person("bea").says("/tset ordr")
    assert "I don't know “tset ordr”" in words(reply)
    assert "/test order" in words(reply)
    assert "What can I do?" in words(house.person("bea").says("/" + "zq" * 2000))


def test_a_root_alone_is_answered_with_its_commands(house: House) -> None:
    reply = house.person("bea").says("/test")
    assert "/test order" in words(reply)
    assert "/my profile" not in words(reply)


def test_long_answers_of_a_button_are_kept_for_who_got_it(house: House) -> None:
    bea, eve = house.person("bea"), house.person("eve")
    reply = bea.says("/test offer")
    assert "said " + "x" * 150 in words(bea.taps(reply, "Long"))
    assert "said y" in words(bea.taps(reply, "Short"))
    assert "too old" in words(eve.taps(reply, "Long"))


def test_a_forged_press_means_no_more_than_typing(house: House) -> None:
    bea = house.person("bea")
    for token in [
        "",
        "?",
        "~",
        "!~",
        "nothing at all",
        "test say~guess",
        "coalition role?who=x&role=coordinator",
        "\x00",
    ]:
        reply = bea.presses(Button("x", "x", token=token or "?"))
        assert isinstance(reply, Reply)
        assert reply.tone is Tone.PROBLEM


def test_a_bug_is_a_sentence_with_a_reference_and_no_answer_in_the_log(house: House) -> None:
    with capture_logs() as logs:
        reply = house.person("bea").says("/test break CANARY")
    assert "Something went wrong on my side" in words(reply)
    assert "CANARY" not in words(reply)
    assert logs[0]["reference"] in words(reply)
    assert "CANARY" not in str(logs)
    assert house.db.read(lambda s: s.scalar(select(func.count()).select_from(Draft))) == 0


def shown_to_all(outcome: Reply | Form) -> bool:
    assert isinstance(outcome, Reply)
    return outcome.public


def test_only_a_command_declared_public_speaks_to_all(house: House) -> None:
    bea = house.person("bea")
    assert shown_to_all(bea.says("/test shout"))
    assert not shown_to_all(bea.says("/test whisper"))


def test_who_is_deactivated_does_nothing_though_a_coordinator_had_allowed_it(house: House) -> None:
    anna, gus = house.person("anna"), house.person("gus", standing=Standing.DEACTIVATED)
    anna.says(f"/coalition allow {gus.mention}", names={gus.mention: "Gus"})
    refused = gus.says("/test say hello")
    assert isinstance(refused, Reply)
    assert refused.tone is Tone.PROBLEM
    assert "said" not in words(refused)


@pytest.mark.parametrize("standing", [Standing.GUEST, Standing.STRANGER])
def test_guests_and_strangers_do_nothing_until_a_coordinator_allows_it(house: House, standing: Standing) -> None:
    anna, gus = house.person("anna"), house.person("gus", standing=standing)
    refused = gus.says("/test say hello")
    assert isinstance(refused, Reply)
    assert refused.tone is Tone.PROBLEM
    assert "said" not in words(refused)
    anna.says(f"/coalition allow {gus.mention}", names={gus.mention: "Gus"})
    assert "said hello" in words(gus.says("/test say hello"))


def test_a_prefix_runs_through_names_and_help(db: Database) -> None:
    house = House(db, prefix="upr-")
    anna = house.person("anna", admin=True)
    assert "is founded" in words(anna.says('/upr-coalition setup Name "New York" here'))
    assert "/upr-coalition role" in words(anna.says("/upr-coalition help"))


def test_a_direct_message_belongs_to_the_coalition_of_the_account(house: House) -> None:
    bea = house.person("bea")
    bea.says("/test say hello")
    private = replace(bea, place=Place("wide", "", account="bea"))
    assert "said again" in words(private.says("/test say again"))
    stranger = replace(house.person("nobody"), place=Place("wide", "", account="nobody"))
    assert "don't know yet which coalition" in words(stranger.says("/test say hello"))


def test_before_setup_an_admin_is_led_to_it_and_others_to_an_admin(db: Database) -> None:
    house = House(db)
    assert "not set up yet" in words(house.person("bea").says("/coalition help"))
    assert "does not belong to a coalition yet" in words(house.person("bea").says("/my profile"))
    form = house.person("anna", admin=True).taps(
        house.person("anna", admin=True).says("/coalition help"), "Found a coalition"
    )
    assert isinstance(form, Form)


def test_while_the_database_is_locked_people_get_a_sentence_and_their_words_back(sqlite_db: Database) -> None:
    house = House(sqlite_db, extra_features=[TEST])
    anna = house.found()
    blocker = Database(str(sqlite_db.url))
    with blocker.writer.connect() as connection, connection.begin():
        reply = anna.gives("test say", what="precious words")
    blocker.close()
    assert "I can't reach my notebook" in words(reply)
    assert "precious words" in words(reply)
    assert "said precious words" in words(anna.gives("test say", what="precious words"))


HOSTILE = [
    "\x00",
    "a\x00b",
    "\u202egnirts",
    "\ud800",
    "x" * 10_001,
    "=HYPERLINK(1)" + "\x1b[2J",
]


@pytest.mark.parametrize("answer", HOSTILE, ids=["nul", "inner-nul", "rtl", "surrogate", "10kB", "escape"])
def test_hostile_text_is_refused_with_a_sentence(house: House, answer: str) -> None:
    bea = house.person("bea")
    outcome = bea.gives("test say", what=answer)
    assert "said" not in words(outcome)
    assert "too long" in words(outcome) or "cannot be shown" in words(outcome)
    outcome = bea.says(f"/test say {answer}")
    assert "said" not in words(outcome)


@pytest.mark.parametrize(
    "answer", ["@everyone", "<!channel>", "=HYPERLINK(1)", "<script>", "ﷺ", "نرگس\u200cها", "O'Brien"]
)
def test_odd_but_honest_text_is_kept_as_it_is(house: House, answer: str) -> None:
    assert f"said {answer}" in words(house.person("bea").gives("test say", what=answer))


def test_an_account_of_one_platform_is_not_the_same_account_of_another(house: House) -> None:
    house.person("nora", platform="narrow", community="T1", admin=True).says('/coalition setup Narrow "Geneva" here')
    impostor = house.person("anna", platform="narrow", community="T1")
    assert "coordinator" not in words(impostor.says("/my profile")).lower()


def test_a_visitor_without_a_readable_name_is_still_somebody(house: House) -> None:
    odd = replace(house.person("odd"), visitor=Visitor("odd", name="\x00\u202e"))
    assert "said hello" in words(odd.says("/test say hello"))


def test_odd_lines_never_raise(house: House) -> None:
    bea = house.person("bea")
    for line in [
        "",
        " ",
        "/",
        '"',
        "/test",
        "/test say",
        '/test say "',
        "/test say what=",
        "=",
        "a=b",
        "/test order ''",
    ]:
        assert isinstance(bea.says(line) if line else bea.gives(line), Reply | Form)


def test_looking_writes_nothing_and_waits_for_no_writer(sqlite_db: Database) -> None:
    house = House(sqlite_db, extra_features=[TEST])
    anna = house.found()
    blocker = Database(str(sqlite_db.url))
    with blocker.writer.connect() as connection, connection.begin():
        assert "Coordinator" in words(anna.says("/my profile"))
        assert "My profile" in words(anna.says("/coalition help"))
    blocker.close()


def test_while_the_database_is_gone_people_get_the_same_sentence() -> None:
    house = House(Database("postgresql://nobody@127.0.0.1:9/none"))
    reply = house.person("bea").gives("my details", called="precious words")
    assert "I can't reach my notebook" in words(reply)
    assert "precious words" in words(reply)
