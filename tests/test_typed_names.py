"""Names as people type them: a whole name is enough, and a namesake is asked about before a second record is made."""

from __future__ import annotations

from coalition_bot.command import Reply
from tests.story import House, words


def _sign_up(house: House, name: str, organisation: str) -> None:
    somebody = house.person(name.split()[0].lower())
    somebody.says(f'/group join Housing called="{name}" organisation="{organisation}" shown=yes')


def test_a_whole_name_is_enough_where_only_one_person_has_it(house: House) -> None:
    anna = house.found()
    anna.says('/group create Housing about="Rents" kind=working private=no')
    _sign_up(house, "Ling Chen", "Women's Law Centre")
    assert "Ling Chen leads Housing now" in words(anna.says('/group lead Housing "ling chen" lead'))
    part_of_it = words(anna.says("/group lead Housing Ling backup"))
    assert "Did you mean Ling Chen" in part_of_it


def test_two_of_one_name_are_told_apart_by_their_organisation(house: House) -> None:
    anna = house.found()
    anna.says('/group create Housing about="Rents" kind=working private=no')
    _sign_up(house, "Ling Chen", "Women's Law Centre")
    anna.says('/group add Housing called="Ling Chen" organisation="Homes for All"')
    asked = words(anna.says('/group lead Housing "Ling Chen" lead'))
    assert "is not among the choices" in asked
    assert "leads Housing now" in words(anna.says('/group lead Housing "Ling Chen (Homes for All)" lead'))


def test_a_name_without_an_organisation_is_asked_about_if_somebody_has_it(house: House) -> None:
    anna = house.found()
    anna.says('/group create Housing about="Rents" kind=working private=no')
    anna.says('/group create Water about="Wells" kind=working private=no')
    _sign_up(house, "Ling Chen", "Women's Law Centre")
    asked = anna.says('/group add Water called="Ling Chen"')
    assert isinstance(asked, Reply)
    assert "Is it the same person?" in words(asked)
    assert "Ling Chen is in Water now" in words(anna.taps(asked, "Ling Chen (Women's Law Centre)"))


def test_nearest_names_are_those_that_are_near(house: House) -> None:
    anna = house.found()
    for name in ("Side event", "Detroit"):
        anna.says(f'/group create "{name}" about="Work" kind=working private=no')
    asked = words(anna.says("/group join side"))
    assert "Did you mean Side event?" in asked
    assert "Detroit?" not in asked
