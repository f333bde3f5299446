"""The panel: a card to pin, which works for everybody who presses, and greets newcomers once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from coalition_bot.bot import Request
from coalition_bot.command import Button, Form, Reply
from coalition_bot.db import Away
from coalition_bot.outbox import Owed
from coalition_bot.people import Person, Place, Standing
from coalition_bot.platform import Parcel
from tests.story import Actor, House, words
from tests.test_groups import no, ok

LABELS = ["Join a group", "My deadlines", "Going to Geneva?", "Ask a person"]


def labels(reply: Reply) -> list[str]:
    return [button.label for button in reply.buttons]


def arrives(member: Actor, event: str = "") -> None:
    """The platform tells that somebody has come into the community."""
    place = replace(member.place, channel="", account=member.visitor.account)
    member.house.bot.welcome(Request(id=event, place=place, visitor=member.visitor))


def cards(parcels: list[Parcel]) -> list[Parcel]:
    return [parcel for parcel in parcels if labels(parcel.reply) == LABELS]


def people(house: House) -> int:
    found = select(func.count()).select_from(Person)
    return house.db.read(lambda session: session.scalar(found, execution_options={"every_coalition": True}) or 0)


def test_a_coordinator_puts_the_card_into_this_channel(house: House) -> None:
    anna = house.found()
    assert "Pin it" in words(ok(anna.says("/group panel")))
    [card] = cards(house.post())
    assert card.place == Place("wide", "T1", channel="C-general")
    assert card.reply.title == "Coalition for Change"
    assert "only you see what comes" in card.reply.text


def test_or_into_others(house: House) -> None:
    anna = house.found()
    ok(anna.gives("group panel", where="wide:T1:C-one wide:T1:C-two"))
    assert sorted(card.place.channel for card in cards(house.post())) == ["C-one", "C-two"]


def test_in_private_it_asks_where(house: House) -> None:
    anna = house.found()
    alone = replace(anna, place=Place("wide", "T1", account="anna"))
    assert "Please choose a channel" in no(alone.says("/group panel"))
    assert cards(house.post()) == []


def test_another_coalitions_channel_is_out_of_reach(house: House) -> None:
    anna = house.found()
    house.found("eva", name="Others", community="T2")
    form = anna.gives("group panel", where="wide:T2:C-general")
    assert isinstance(form, Form)
    assert "not one of this coalition's" in words(form)
    assert cards(house.post()) == []


@pytest.mark.parametrize("command", ["/group panel", "/coalition welcome off"])
def test_only_coordinators(house: House, command: str) -> None:
    house.found()
    assert "is for coordinators" in no(house.person("maria").says(command))
    assert cards(house.post()) == []


def test_its_buttons_work_for_everybody_who_presses(house: House) -> None:
    anna = house.found()
    ok(anna.gives("group create", name="Housing", about="Homes"))
    ok(anna.says("/group panel"))
    [card] = cards(house.post())
    for name in ("maria", "omar"):
        member = house.person(name)
        form = member.taps(card.reply, "Join a group")
        assert isinstance(form, Form)
        assert form.questions[0].name == "group"
        asked = member.taps(card.reply, "Ask a person")
        assert isinstance(asked, Form)
        for label in ("My deadlines", "Going to Geneva?"):
            outcome = member.taps(card.reply, label)
            assert isinstance(outcome, Reply)
            assert not outcome.public
            assert outcome.text or outcome.title


def test_a_newcomer_gets_it_once_however_often_it_is_told(house: House) -> None:
    house.found()
    maria = house.person("maria")
    before = people(house)
    arrives(maria, "Ev1")
    arrives(maria, "Ev1")
    [card] = cards(house.post())
    assert str(card.place) == maria.mention
    assert "Welcome! I am the bot of Coalition for Change" in card.reply.text
    house.clock.forward(days=2)
    arrives(maria, "Ev2")
    assert cards(house.post()) == []
    assert people(house) == before, "whoever only came in is nobody's member yet"
    form = maria.taps(card.reply, "Join a group")
    assert isinstance(form, Form) or "nothing yet to choose" in words(form)


@pytest.mark.parametrize("standing", [Standing.GUEST, Standing.STRANGER, Standing.DEACTIVATED])
def test_guests_strangers_and_closed_accounts_get_nothing(house: House, standing: Standing) -> None:
    house.found()
    arrives(house.person("maria", standing=standing))
    assert house.post() == []


def test_without_a_coalition_nobody_is_greeted(house: House) -> None:
    house.found()
    arrives(house.person("maria", community="T9"))
    assert house.post() == []


def test_each_community_greets_for_its_own_coalition(house: House) -> None:
    house.found()
    house.found("eva", name="Others", community="T2")
    arrives(house.person("maria", community="T2"))
    [card] = cards(house.post())
    assert card.reply.title == "Others"
    assert card.place.community == "T2"


def test_coordinators_switch_it_off_and_on(house: House) -> None:
    anna = house.found()
    told = anna.says("/coalition welcome")
    assert "gets the card once" in words(told)
    off = ok(anna.taps(told, "Switch it off"))
    assert "no message any more" in words(anna.says("/coalition welcome"))
    arrives(house.person("maria"))
    assert house.post() == []
    ok(anna.taps(off, "Switch it on"))
    arrives(house.person("maria"))
    assert len(cards(house.post())) == 1


def test_switched_off_at_the_last_moment_nothing_goes_out(house: House) -> None:
    anna = house.found()
    arrives(house.person("maria"))
    ok(anna.says("/coalition welcome off"))
    assert cards(house.post()) == []


def test_whoever_is_forgotten_leaves_no_greeting_behind(house: House) -> None:
    anna = house.found()
    maria = house.person("maria")
    arrives(maria)
    house.post()
    ok(anna.gives("group create", name="Housing", about="Homes"))
    ok(maria.gives("group join", group="housing", issue="", called="Maria", organisation="", shown="no"))
    ok(maria.taps(maria.says("/my forget"), "Delete everything"))
    rows = select(func.count()).select_from(Owed).where(Owed.place == maria.mention)
    assert house.db.read(lambda session: session.scalar(rows)) == 0


def test_while_the_database_is_away_the_platform_hears_of_it(
    small_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(work: object) -> None:
        raise Away("no")

    monkeypatch.setattr(small_house.db, "write", away)
    with pytest.raises(Away):
        arrives(small_house.person("maria"))


@pytest.mark.parametrize("name", ["@everyone", "\u202eevil", "<!channel>", "x" * 10_000, "\x00"])
def test_a_newcomers_name_is_nowhere_repeated(house: House, name: str) -> None:
    house.found()
    maria = house.person("maria")
    arrives(replace(maria, visitor=replace(maria.visitor, name=name)))
    [card] = cards(house.post())
    assert name not in words(card.reply)


def test_a_forged_press_posts_nothing_for_a_member(house: House) -> None:
    house.found()
    press = Button("x", "group panel", token="group panel?where=wide:T1:C-general")
    assert "is for coordinators" in no(house.person("maria").presses(press))
    assert cards(house.post()) == []
