"""A group's own channel: the bot adds whoever said yes, knows when to take them out, and says what it lacks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select, update

from coalition_bot.command import Form, Reply, Tone
from coalition_bot.features.groups import Group, Membership
from coalition_bot.history import Happening
from coalition_bot.outbox import Owed, State
from coalition_bot.people import Place
from coalition_bot.platform import Admission
from tests.story import Actor, House, words
from tests.test_groups import no, ok

HOUSING = Place("wide", "T1", channel="C-housing")


def housing(house: House) -> Actor:
    """A coordinator with a group that talks in #housing."""
    anna = house.found()
    ok(anna.gives("group create", name="Housing", about="Homes", channel=str(HOUSING)))
    return anna


def joined(member: Actor, group: str) -> Reply:
    """A member joins with the name that the platform shows."""
    name = member.visitor.name
    return ok(member.gives("group join", group=group, issue="homes", called=name, organisation="", shown="yes"))


def added(member: Actor) -> Reply:
    """A member joins, is asked, and says yes."""
    asked = member.taps(joined(member, "housing"), "Add me to the channel")
    return ok(member.taps(asked, "Yes, add me"))


def done(house: House, platform: str = "wide") -> Sequence[Admission]:
    """Who has been let in or taken out so far."""
    house.post()
    return house.postboxes[platform].admissions


def way(member: Actor, *, inside: bool, place: Place = HOUSING) -> Admission:
    return Admission(place, member.visitor.account, inside)


def rows(house: House, *condition: object) -> int:
    found = select(func.count()).select_from(Owed).where(*condition)  # type: ignore[arg-type]
    return house.db.read(lambda session: session.scalar(found) or 0)


def change(house: House, table: type[Group] | type[Membership], **values: object) -> None:
    """As other commands would."""
    house.db.write(
        lambda session: session.execute(update(table).values(values), execution_options={"every_coalition": True})
    )


def test_nobody_is_added_before_they_know_who_will_see_them(house: House) -> None:
    housing(house)
    maria = house.person("maria")
    card = joined(maria, "housing")
    assert done(house) == []
    asked = maria.taps(card, "Add me to the channel")
    assert "Everybody in the channel sees your account there" in words(asked)
    assert "also people who are not in the group" in words(asked)
    assert done(house) == []
    maria.taps(asked, "No")
    assert done(house) == []
    assert "When you leave the group, I take you out" in words(ok(maria.taps(asked, "Yes, add me")))
    assert done(house) == [way(maria, inside=True)]


def test_who_leaves_the_group_is_taken_out_of_the_channel(house: House) -> None:
    housing(house)
    maria = house.person("maria")
    added(maria)
    done(house)
    ok(maria.says("/group leave"))
    assert done(house) == [way(maria, inside=True), way(maria, inside=False)]


def test_who_was_not_added_by_the_bot_is_not_taken_out(house: House) -> None:
    housing(house)
    maria = house.person("maria")
    joined(maria, "housing")
    ok(maria.says("/group leave"))
    assert done(house) == []


def test_who_comes_back_before_it_happened_stays_inside_and_goes_the_next_time(house: House) -> None:
    housing(house)
    maria = house.person("maria")
    added(maria)
    done(house)
    ok(maria.says("/group leave"))
    joined(maria, "housing")
    assert done(house) == [way(maria, inside=True)]
    ok(maria.says("/group leave"))
    assert done(house)[-1] == way(maria, inside=False)


def test_who_leaves_before_it_happened_never_gets_in(house: House) -> None:
    housing(house)
    maria = house.person("maria")
    added(maria)
    ok(maria.says("/group leave"))
    assert way(maria, inside=True) not in done(house)


def test_who_is_there_for_another_group_too_stays(house: House) -> None:
    anna = housing(house)
    ok(anna.gives("group create", name="Rents", about="Rents", channel=str(HOUSING)))
    maria = house.person("maria")
    added(maria)
    asked = maria.taps(joined(maria, "rents"), "Add me to the channel")
    ok(maria.taps(asked, "Yes, add me"))
    ok(maria.says("/group leave housing"))
    assert way(maria, inside=False) not in done(house)
    ok(maria.says("/group leave rents"))
    assert done(house)[-1] == way(maria, inside=False)


def test_one_may_be_taken_out_and_stay_in_the_group(house: House) -> None:
    housing(house)
    maria = house.person("maria")
    added(maria)
    done(house)
    card = maria.says("/group list housing")
    assert isinstance(card, Reply)
    assert "Channel" in [button.label for button in card.buttons]
    asked = maria.taps(card, "Channel")
    out = ok(maria.taps(asked, "Take me out"))
    assert done(house)[-1] == way(maria, inside=False)
    assert "Housing" in words(maria.says("/group mine"))
    ok(maria.taps(maria.taps(out, "Add me to the channel"), "Yes, add me"))
    assert done(house)[-1] == way(maria, inside=True)


def test_one_may_be_added_again_who_is_missing(house: House) -> None:
    housing(house)
    maria = house.person("maria")
    added(maria)
    done(house)
    asked = maria.says("/group channel")
    assert "Are you missing there" in words(asked)
    ok(maria.taps(asked, "Add me again"))
    assert done(house) == [way(maria, inside=True)] * 2


def test_the_same_press_twice_adds_once(house: House) -> None:
    housing(house)
    maria = house.person("maria")
    asked = maria.taps(joined(maria, "housing"), "Add me to the channel")
    for _delivery in range(2):
        ok(maria.taps(asked, "Yes, add me", event="again"))
    assert done(house) == [way(maria, inside=True)]


def test_a_private_group_shows_nobody_in_a_channel(house: House) -> None:
    housing(house)
    maria = house.person("maria")
    asked = maria.taps(joined(maria, "housing"), "Add me to the channel")
    change(house, Group, private=True)
    assert "is private" in no(maria.taps(asked, "Yes, add me"))
    card = maria.says("/group list housing")
    assert isinstance(card, Reply)
    assert "Add me to the channel" not in [button.label for button in card.buttons]
    assert done(house) == []


def test_a_group_that_became_private_meanwhile_lets_nobody_in_and_still_takes_out(house: House) -> None:
    housing(house)
    maria, omar = house.person("maria"), house.person("omar")
    added(omar)
    done(house)
    added(maria)
    change(house, Group, private=True)
    assert done(house) == [way(omar, inside=True)]
    ok(omar.taps(omar.says("/group leave"), "Leave"))
    assert done(house)[-1] == way(omar, inside=False)


def test_a_group_without_a_channel_says_so(house: House) -> None:
    anna = house.found()
    ok(anna.gives("group create", name="Housing", about="Homes"))
    maria = house.person("maria")
    card = joined(maria, "housing")
    assert "Add me to the channel" not in [button.label for button in card.buttons]
    assert "has no channel of its own" in no(maria.says("/group channel housing"))


def test_who_is_not_in_the_group_is_not_added(house: House) -> None:
    housing(house)
    maria, omar = house.person("maria"), house.person("omar")
    asked = maria.taps(joined(maria, "housing"), "Add me to the channel")
    assert "not in Housing" in no(omar.taps(asked, "Yes, add me"))
    for stage in ("waiting", "applied"):
        change(house, Membership, stage=stage)
        assert "not in Housing yet" in no(maria.taps(asked, "Yes, add me"))
    assert done(house) == []


def test_without_an_account_where_the_channel_is_one_is_told_how_to_link(house: House) -> None:
    anna = housing(house)
    code = words(anna.says("/coalition connect")).split()[-1]
    ben = house.person("ben", platform="narrow", community="G1", admin=True)
    ok(ben.says(f"/coalition connect {code}"))
    card = joined(ben, "housing")
    assert "Add me to the channel" not in [button.label for button in card.buttons]
    assert "/my link" in no(ben.says("/group channel"))
    maria = house.person("maria")
    token = words(maria.says("/my link")).split()[-1]
    ok(ben.taps(ben.says(f"/my link {token}"), "Yes, that is me"))
    ok(ben.taps(ben.says("/group channel"), "Yes, add me"))
    assert done(house) == [way(maria, inside=True)]


def test_another_channel_is_offered_anew_and_nobody_is_thrown_out_of_the_old_one(house: House) -> None:
    anna, maria = housing(house), house.person("maria")
    added(maria)
    done(house)
    elsewhere = Place("wide", "T1", channel="C-homes")
    ok(anna.gives("group edit", group="housing", channel=str(elsewhere)))
    ok(maria.taps(maria.says("/group channel"), "Yes, add me"))
    assert done(house) == [way(maria, inside=True), way(maria, inside=True, place=elsewhere)]
    ok(maria.says("/group leave"))
    assert done(house)[2:] == [way(maria, inside=False, place=elsewhere)]


def test_what_is_to_be_granted_is_told_to_the_coordinators_and_in_short_to_the_member(house: House) -> None:
    anna, maria = housing(house), house.person("maria")
    house.postboxes["wide"].gone.add(str(HOUSING))
    added(maria)
    assert done(house) == []
    house.post()
    told = words(anna.inbox[-1].reply)
    assert "could not add somebody to a channel. Please let me into the channel." in told
    assert str(HOUSING) in told
    assert maria.mention in told
    said = words(maria.inbox[-1].reply)
    assert "could not add you" in said
    assert "Please let me" not in said
    house.postboxes["wide"].gone.clear()
    ok(maria.taps(maria.says("/group channel"), "Add me again"))
    assert done(house) == [way(maria, inside=True)]


def test_who_cannot_be_taken_out_is_told_to_the_coordinators_alone(house: House) -> None:
    anna, maria = housing(house), house.person("maria")
    added(maria)
    done(house)
    house.postboxes["wide"].gone.add(str(HOUSING))
    ok(maria.says("/group leave"))
    before = len(maria.inbox)
    house.post()
    house.post()
    assert "could not take somebody out of a channel who is in its group no more" in words(anna.inbox[-1].reply)
    assert len(maria.inbox) == before


def test_who_is_forgotten_is_taken_out_and_leaves_no_account_behind(house: House) -> None:
    housing(house)
    maria = house.person("maria")
    added(maria)
    done(house)
    ok(maria.taps(maria.says("/my forget"), "Delete everything"))
    assert done(house)[-1] == way(maria, inside=False)
    for column in (Owed.ref, Owed.key, Owed.place, Owed.posted):
        assert rows(house, column.contains("maria")) == 0
    assert rows(house, Owed.state == State.CLAIMED) == 0


def test_two_records_of_one_person_are_in_the_channel_once(house: House) -> None:
    housing(house)
    maria, other = house.person("maria"), house.person("maria2")
    added(maria)
    joined(other, "housing")
    done(house)
    token = words(other.says("/my link")).split()[-1]
    ok(maria.taps(maria.says(f"/my link {token}"), "Yes, that is me"))
    assert len(done(house)) == 1
    ok(other.says("/group leave housing"))
    assert way(maria, inside=False) in done(house)


def test_what_happened_is_in_the_history(house: House) -> None:
    housing(house)
    maria = house.person("maria")
    added(maria)
    ok(maria.says("/group leave"))
    acts = select(Happening.what).where(Happening.what.startswith("group.channel"))
    told = house.db.read(lambda s: list(s.scalars(acts, execution_options={"every_coalition": True})))
    assert told == ["group.channel_in", "group.channel_out"]


@pytest.mark.parametrize("step", ["IN", "yes", "out", "in in", "\u202ein", "x" * 10_000])
def test_a_forged_step_only_asks(house: House, step: str) -> None:
    housing(house)
    maria = house.person("maria")
    joined(maria, "housing")
    outcome = maria.gives("group channel", group="housing", step=step)
    assert isinstance(outcome, Form) or outcome.tone is not Tone.DONE
    assert done(house) == []
