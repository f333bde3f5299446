"""The commands as slash commands: what is declared, what is refused at the start, and what counts as the same."""

from __future__ import annotations

import pytest

from adapters.discord import tree
from coalition_bot.command import Command, Reply, Spec
from coalition_bot.context import Context
from coalition_bot.features import FEATURES
from coalition_bot.fields import Option, carried, channels, choice, day, many, number, person, text, yes_no
from tests.counterparts.discord.rules import COMMANDS_OF_ALL, broken_rules

SPECS = [command.spec for feature in FEATURES for command in feature.commands]


def nothing(ctx: Context, typed: str) -> list[Option]:
    return []


class Ask(Command, name="try ask"):
    """Ask one of each kind. The second sentence is long enough to be cut off somewhere near here, after a word."""

    words: str = text("Words", help="Anything", longest=50)
    place: str = text("Place", suggest=nothing)
    dish: str = choice("Dish", [("soup", "Soup"), ("bread", "Bread")])
    state: str = choice("State", suggest=nothing)
    extras: tuple[str, ...] = many("Extras", [("salt", "Salt")])
    agreed: bool = yes_no("Agreed?")
    on: object = day("On which day?")
    count: int = number("How many?")
    where: object = channels("Where?")
    who: str = person("Who?", suggest=nothing)
    hidden: str = carried()

    def run(self, ctx: Context) -> Reply:
        return Reply("done")


def command(name: str, **fields: object) -> Spec:
    body = {"__doc__": "Help.", **fields}
    made: type[Command] = type("Made", (Command,), body, name=name)
    return made.spec


def test_a_command_with_one_of_each_kind() -> None:
    assert tree.declare([Ask.spec], "upr-") == [
        {
            "name": "upr-try",
            "description": "ask",
            "type": 1,
            "contexts": [0, 1],
            "integration_types": [0],
            "options": [
                {
                    "name": "ask",
                    "description": "Ask one of each kind. The second sentence is long enough to be cut off somewhere"
                    " near here, after…",
                    "type": 1,
                    "options": [
                        {"name": "words", "description": "Words: Anything", "type": 3, "max_length": 50},
                        {"name": "place", "description": "Place", "type": 3, "autocomplete": True},
                        {
                            "name": "dish",
                            "description": "Dish",
                            "type": 3,
                            "choices": [{"name": "Soup", "value": "soup"}, {"name": "Bread", "value": "bread"}],
                        },
                        {"name": "state", "description": "State", "type": 3, "autocomplete": True},
                        {"name": "extras", "description": "Extras", "type": 3},
                        {
                            "name": "agreed",
                            "description": "Agreed?",
                            "type": 3,
                            "choices": [{"name": "Yes", "value": "yes"}, {"name": "No", "value": "no"}],
                        },
                        {"name": "on", "description": "On which day?", "type": 3},
                        {"name": "count", "description": "How many?", "type": 4, "min_value": 0},
                        {"name": "where", "description": "Where?", "type": 7, "channel_types": [0, 5]},
                        {"name": "who", "description": "Who?", "type": 6},
                    ],
                }
            ],
        }
    ]


def test_all_commands_of_the_bot_can_be_declared() -> None:
    declared = tree.declare(SPECS, "upr-")
    assert broken_rules(COMMANDS_OF_ALL, declared) == []
    leaves = [f"{root['name']} {leaf['name']}" for root in declared for leaf in root["options"] if leaf["type"] == 1]
    alone = [root["name"] for root in declared if all(option["type"] != 1 for option in root["options"])]
    assert sorted([*leaves, *alone]) == sorted(f"upr-{spec.name}" for spec in SPECS)


@pytest.mark.parametrize(
    ("specs", "named"),
    [
        ([command(f"try c{n}") for n in range(26)], "/try"),
        ([command(f"root{n} leaf") for n in range(101)], "101"),
        ([command("Try it")], "Try"),
        ([command("try i.t")], "/try i.t"),
        ([command("try " + "x" * 33)], "/try"),
        ([command("try it", q=text("x" * 46))], "/try it"),
        ([command("try it", Q=text("Question"))], "/try it"),
        ([command("try it", q=choice("Dish", [("x" * 101, "Soup")]))], "/try it"),
        ([command(f"try c{n}", **{f"q{m}": text("x" * 45) for m in range(25)}) for n in range(10)], "/try"),
    ],
)
def test_what_discord_cannot_hold_stops_the_start_by_name(specs: list[Spec], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        tree.declare(specs)


def test_where_room_is_short_the_help_of_questions_gives_way() -> None:
    asked = {f"q{m}": text("Question", help="h" * 80) for m in range(20)}
    declared = tree.declare([command(f"try c{n}", **asked) for n in range(6)])
    assert broken_rules(COMMANDS_OF_ALL, declared) == []
    assert declared[0]["options"][0]["options"][0]["description"] == "Question"


def test_questions_over_the_limit_are_left_to_the_form() -> None:
    declared = tree.declare([command("try it", **{f"q{m}": text("Question") for m in range(30)})])
    assert len(declared[0]["options"][0]["options"]) == 25


def test_the_same_commands_are_recognised_whatever_discord_adds() -> None:
    ours = tree.declare(SPECS)
    fetched = [
        {**root, "id": "1", "version": "2", "nsfw": False, "default_member_permissions": None, "name_localizations": {}}
        for root in reversed(ours)
    ]
    assert tree.same(ours, fetched)
    assert not tree.same(ours, fetched[1:])
    assert not tree.same(ours, [{**fetched[0], "description": "Other"}, *fetched[1:]])
    leaf = {**fetched[0]["options"][0], "options": [{"name": "new", "description": "New", "type": 3}]}
    assert not tree.same(ours, [{**fetched[0], "options": [leaf]}, *fetched[1:]])


def test_suggestions_have_different_names_and_fit() -> None:
    options = [Option("1", "Ana"), Option("2", "Ana"), Option("1", "Again"), Option("x" * 101, "Long"), Option("3", "")]
    found = tree.choices([*options, Option("4", "B" * 150), *(Option(f"n{n}", f"N {n}") for n in range(40))])
    assert found[:3] == [
        {"name": "Ana", "value": "1"},
        {"name": "Ana (2)", "value": "2"},
        {"name": "B" * 99 + "…", "value": "4"},
    ]
    assert len(found) == 25
