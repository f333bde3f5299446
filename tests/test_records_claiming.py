"""Somebody whom others signed up takes their record over, with a code and with nothing else."""

from __future__ import annotations

import re

import pytest

from coalition_bot.command import Reply
from coalition_bot.features.members.codes import LETTERS
from tests.story import Actor, House, words
from tests.test_groups import no, ok, open_all
from tests.test_records_adding import happened, joined, newcomer_added, people, stays


def invited(coordinator: Actor, name: str = "Rosa Díaz") -> str:
    """The code that a coordinator gets for somebody."""
    reply = ok(coordinator.says(f"/coalition invite {name}"))
    assert not reply.public
    found = re.search(r"/my claim (\S+)", words(reply))
    assert found, words(reply)
    return found[1]


def ready(house: House) -> Actor:
    """A coordinator who has signed up Rosa for two groups."""
    anna = house.found()
    open_all(anna)
    uid = newcomer_added(anna, "housing", "Rosa Díaz", "Tenants United", "rents")
    assert uid
    rosa = people(house, name="Rosa Díaz")[0].uid
    ok(anna.gives("group add", group="migration", who=rosa))
    return anna


def test_a_record_is_claimed_with_a_code_after_a_look_at_it(house: House) -> None:
    anna, rosa = ready(house), house.person("rosa")
    joined(rosa, "housing", shown="yes", name="Rosa D.")
    code = invited(anna, "Rosa Díaz (Tenants United)")
    asked = rosa.says(f"/my claim {code}")
    assert "This record is of Rosa Díaz" in words(asked)
    assert "Groups: Housing, Migration" in words(asked)
    assert "rents" not in words(asked)
    assert len(people(house)) == 3
    reply = ok(rosa.taps(asked, "Yes, that is me"))
    assert "Groups: Housing, Migration" in words(reply)
    mine = words(rosa.says("/group mine"))
    assert "Housing | rents" in mine
    assert "Migration" in mine
    anna_, kept = people(house)
    assert (kept.name, kept.organisation) == ("Rosa D.", "Tenants United")
    [claimed] = happened(house, "person.claim")
    assert (claimed.actor_id, claimed.whom_id) == (kept.id, kept.id)
    assert {own.person_id for own in stays(house)} == {kept.id}
    assert [own.added_by for own in stays(house) if not own.left_at and own.issue == ""] == [anna_.id]
    now = [(own.issue, own.shown) for own in stays(house) if not own.left_at]
    assert now == [("rents", True), ("", False)], "only what Rosa said of her own name holds"
    assert "does not work" in no(rosa.says(f"/my claim {code}"))
    assert anna_.name == "Anna"


def test_a_newcomer_claims_a_record_before_doing_anything_else(house: House) -> None:
    anna, rosa = ready(house), house.person("rosa")
    code = invited(anna, "Rosa Díaz (Tenants United)")
    ok(rosa.taps(rosa.gives("my claim", code=code.lower().replace("-", " ")), "Yes, that is me"))
    assert "Housing" in words(rosa.says("/group mine"))
    assert "Tenants United" in words(rosa.says("/my profile"))
    assert len(people(house)) == 2


def test_a_code_is_got_with_one_tap_after_signing_somebody_up(house: House) -> None:
    anna = house.found()
    open_all(anna)
    reply = ok(anna.taps(newcomer_added(anna, "housing", "Rosa Díaz"), "Get a code for them"))
    assert "/my claim " in words(reply)
    assert "within 30 days" in words(reply)
    assert "best in person" in words(reply)
    assert len(happened(house, "person.invite")) == 1


def test_codes_run_out_are_replaced_and_are_used_once(house: House) -> None:
    anna, rosa, eve = ready(house), house.person("rosa"), house.person("eve")
    first = invited(anna, "Rosa Díaz (Tenants United)")
    second = invited(anna, "Rosa Díaz (Tenants United)")
    assert "does not work" in no(rosa.says(f"/my claim {first}"))
    house.clock.forward(days=29)
    asked = rosa.says(f"/my claim {second}")
    assert "Rosa Díaz" in words(asked)
    also = eve.says(f"/my claim {second}")
    ok(rosa.taps(asked, "Yes, that is me"))
    assert "does not work" in no(eve.taps(also, "Yes, that is me"))
    assert "no working group" in words(eve.says("/group mine"))
    newcomer_added(anna, "housing", "Omar")
    third = invited(anna, "Omar")
    house.clock.forward(days=30)
    assert "does not work" in no(eve.says(f"/my claim {third}"))


@pytest.mark.parametrize("code", ["AAAAA-AAAAA-AAAAA", "x" * 31, "%", "\x00", "\u202eABC", "' OR 1=1", "-"])
def test_a_wrong_code_says_nothing(small_house: House, code: str) -> None:
    anna, eve = ready(small_house), small_house.person("eve")
    invited(anna, "Rosa Díaz (Tenants United)")
    said = no(eve.gives("my claim", code=code))
    assert "Rosa" not in said
    assert "Housing" not in said


def test_a_code_cannot_be_guessed_and_is_of_one_sort_only(house: House) -> None:
    anna, eve = ready(house), house.person("eve")
    code = invited(anna, "Rosa Díaz (Tenants United)").replace("-", "")
    assert len(LETTERS) ** len(code) > 2**70
    assert "does not work" in no(eve.says(f"/my link {code}"))
    link = words(anna.says("/my link")).split()[-1]
    assert "does not work" in no(eve.says(f"/my claim {link}"))


def test_a_code_of_another_coalition_is_useless(house: House) -> None:
    anna = ready(house)
    eve = house.found("eve", "Another coalition", community="T2")
    code = invited(anna, "Rosa Díaz (Tenants United)")
    said = no(eve.says(f"/my claim {code}"))
    assert "does not work" in said
    assert "Rosa" not in said
    assert "among the choices" in no(eve.says("/coalition invite Rosa Díaz (Tenants United)"))


def test_nobody_gets_a_code_for_somebody_with_an_account_nor_without_being_a_coordinator(house: House) -> None:
    anna, maria = ready(house), house.person("maria")
    joined(maria, "housing")
    assert "has an account here already" in no(anna.gives("coalition invite", who=maria.mention))
    assert "is for coordinators" in no(maria.says("/coalition invite Rosa"))
    assert maria.options("coalition invite", "who") == []
    assert happened(house, "person.invite") == []


def test_a_record_that_found_its_person_otherwise_is_not_claimed(house: House) -> None:
    anna, maria, eve = ready(house), house.person("maria"), house.person("eve")
    joined(maria, "women's rights")
    code = invited(anna, "Rosa Díaz (Tenants United)")
    kept = people(house, name="Rosa Díaz")[0].uid
    gone = people(house, name="Maria")[0].uid
    ok(anna.taps(anna.gives("coalition merge", gone=gone, kept=kept), "Yes, make them one"))
    assert "does not work" in no(eve.says(f"/my claim {code}"))
    assert "Housing" in words(maria.says("/group mine"))


def test_records_are_never_joined_by_name_alone(house: House) -> None:
    ready(house)
    rosa = house.person("rosa")
    joined(rosa, "criminal justice", name="Rosa Díaz", organisation="Tenants United")
    assert len(people(house, name="Rosa Díaz")) == 2
    reply = rosa.says("/group mine")
    assert isinstance(reply, Reply)
    assert "Housing" not in words(reply)
