"""Founding, roles, profile, linking, exporting, forgetting."""

from __future__ import annotations

from coalition_bot.command import Form, Reply, Tone
from tests.story import House, words


def test_an_admin_founds_a_coalition_through_the_form(small_house: House) -> None:
    anna = small_house.person("anna", admin=True)
    form = anna.says("/coalition setup")
    assert isinstance(form, Form)
    assert [q.name for q in form.questions] == ["coalition", "zone", "announcements"]
    wrong = anna.fills(form, coalition="Coalition for Change", zone="Atlantis")
    assert "Atlantis" in words(wrong)
    reply = anna.fills(wrong, zone="New York")
    assert isinstance(reply, Reply)
    assert reply.tone is Tone.DONE, words(reply)
    print(words(anna.says("/my profile")))
    print(words(anna.says("/coalition help")))
    print(words(anna.says("/my zone Nairobi")))
    print(words(anna.says("/grup join")))
    assert 0
