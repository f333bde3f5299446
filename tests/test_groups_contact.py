"""Last contact: members see when they last heard of their group, coordinators who was not reached for a month."""

from __future__ import annotations

from tests.story import Actor, House, words
from tests.test_groups import joined, no, ok, table


def groups(anna: Actor) -> None:
    """One group with a channel of its own, and one without."""
    ok(anna.gives("group create", name="Housing", about="Rents", channel="wide:T1:C-housing"))
    ok(anna.gives("group create", name="Water", about="Pipes"))


def unreached(who: Actor, group: str = "") -> list[tuple[str, str]]:
    """Names and groups of those who were not reached."""
    shown = who.gives("coalition unreached", group=group)
    return [(row[0], row[2]) for row in table(shown)] if "not reached" in words(shown).lower() else []


def test_after_a_month_of_silence_coordinators_see_who_was_not_reached(house: House) -> None:
    anna, maria, ben = house.found(), house.person("maria"), house.person("ben")
    groups(anna)
    joined(maria, "Housing")
    joined(ben, "Water")
    house.clock.forward(days=29)
    assert "Everybody was reached" in words(anna.says("/coalition unreached"))
    house.clock.forward(days=2)
    assert unreached(anna) == [("Maria", "Housing"), ("Ben", "Water")]
    assert unreached(anna, "Water") == [("Ben", "Water")]
    no(maria.says("/coalition unreached"))


def test_a_private_message_and_a_post_in_the_groups_channel_both_reach(house: House) -> None:
    anna, maria, ben = house.found(), house.person("maria"), house.person("ben")
    groups(anna)
    joined(maria, "Housing")
    joined(ben, "Water")
    house.clock.forward(days=20)
    draft = anna.gives("deadline add", what="Rents survey is due in 15 days", channels="wide:T1:C-housing")
    ok(anna.taps(draft, "Confirm"))
    house.clock.forward(days=9)
    house.post()  # the reminder a week before stands in the group's channel
    ok(ben.gives("coalition ask", topic="other", question="Is anybody there?"))
    house.post()
    ok(anna.fills(anna.taps(anna.inbox[-1].reply, "Answer"), answer="We are."))
    house.post()
    house.clock.forward(days=10)
    assert "Everybody was reached" in words(anna.says("/coalition unreached"))
    house.clock.forward(days=31)
    assert unreached(anna) == [("Maria", "Housing"), ("Ben", "Water")]


def test_a_lead_sees_those_of_the_own_group_only(house: House) -> None:
    anna, maria, ben, amina = house.found(), house.person("maria"), house.person("ben"), house.person("amina")
    groups(anna)
    joined(maria, "Housing")
    joined(ben, "Water")
    joined(amina, "Water")
    ok(anna.gives("group lead", group="Water", who=amina.mention))
    house.clock.forward(days=40)
    assert {group for _name, group in unreached(amina)} == {"Water"}
    assert "Maria" not in words(amina.gives("coalition unreached", group="Housing"))


def test_a_member_sees_when_they_last_heard_of_a_group_and_asks_where_it_was_nothing(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    groups(anna)
    joined(maria, "Housing")
    joined(maria, "Water")
    mine = maria.says("/group mine")
    assert [row[-1] for row in table(mine)] == ["nothing yet", "nothing yet"]
    draft = anna.gives("deadline add", what="Rents survey is due in 8 days", channels="wide:T1:C-housing")
    ok(anna.taps(draft, "Confirm"))
    house.clock.forward(days=2)
    house.post()
    assert [row[-1] for row in table(maria.says("/group mine"))] == ["Wednesday, 4 September 2019", "nothing yet"]
    form = maria.taps(mine, "I heard nothing")
    ok(maria.fills(form, question="Does Water still meet?"))
    house.post()
    assert "Does Water still meet?" in words(anna.inbox[-1].reply)
