"""What is suggested for a line being typed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from adapters.web.suggesting import suggest
from coalition_bot.command import Spec
from coalition_bot.features.groups.joining import Join
from coalition_bot.features.members.mine import Details, Profile
from coalition_bot.fields import Field, Option

SPECS = [Profile.spec, Details.spec, Join.spec]
GROUPS = [Option("g1", "Housing"), Option("g2", "Criminal justice"), Option("g3", "Women's rights")]


async def ask(spec: Spec, field: Field, typed: str) -> Sequence[Option]:
    """Only groups are known; of everything else the typed text comes back, so that one sees what was asked."""
    if field.name == "group":
        return [option for option in GROUPS if option.label.casefold().startswith(typed.casefold())]
    return [Option(f"{field.name}<{typed}>", f"{field.name}<{typed}>")]


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("hello", []),
        ("/", ["/my profile ", "/my details ", "/group join "]),
        ("/MY d", ["/my details "]),
        ("/join", ["/group join "]),
        ("/organisation", ["/my details "]),
        ("/zzz", []),
        ("/group join ", ["/group join Housing ", '/group join "Criminal justice" ', '/group join "Women\'s rights" ']),
        ("/group join hou", ["/group join Housing "]),
        ("/group join criminal jus", ['/group join "Criminal justice" ']),
        ("/group join Housing ", ["/group join Housing issue<> "]),
        ('/group join "Criminal justice" ba', ['/group join "Criminal justice" issue<ba> ']),
        ("/group join issue=rents hou", ["/group join issue=rents Housing "]),
        ("/group join issue=ren", ["/group join issue=issue<ren> "]),
        ("/my profile ", []),
    ],
)
async def test_commands_come_first_then_answers_to_the_question_being_typed(typed: str, texts: list[str]) -> None:
    found = await suggest(SPECS, typed, "", ask)
    assert [option.text for option in found.options] == texts


async def test_the_prefix_stands_in_front() -> None:
    found = await suggest(SPECS, "/upr-my", "upr-", ask)
    assert [option.text for option in found.options] == ["/upr-my profile ", "/upr-my details "]
    assert (await suggest(SPECS, "/upr-group join ", "upr-", ask)).hint.startswith("Working group")
