"""A Form as a modal and back: each kind of question, what is filled in, and the limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.modal import answers, modal, source
from coalition_bot.command import Form, Question
from coalition_bot.fields import Kind, Option
from tests.counterparts.discord.modal import Modal
from tests.counterparts.discord.rules import CALLBACK, broken_rules

FEW = (Option("soup", "Soup"), Option("bread", "Bread"))


def drawn(question: Question) -> dict[str, Any]:
    """The one label with its control."""
    opened = modal(Form("group join", "Join", (question,), "abc"))
    assert broken_rules(CALLBACK, {"type": 9, "data": opened}) == []
    part: dict[str, Any] = opened["components"][0]
    return part


def many(number: int) -> tuple[Option, ...]:
    return tuple(Option(f"v{n}", f"Option {n}") for n in range(number))


def submitted(question: Question, new: Any = None) -> dict[str, str]:
    """What the door gets when a person fills the modal in, or leaves it as it is."""
    opened = Modal(modal(Form("group join", "Join", (question,), "abc")))
    values = {} if new is None else {opened.fields[0].custom_id: new}
    return answers(opened.submitted(values)["components"], "7")


def test_the_name_carries_command_and_draft() -> None:
    opened = modal(Form("group join", "Sign up for a working group, or for as many as you want", (question(),), "abc"))
    assert source(opened["custom_id"]) == ("group join", "abc")
    assert opened["title"] == "Sign up for a working group, or for as many…"


def question(**parts: Any) -> Question:
    return Question(**{"name": "q", "kind": Kind.TEXT, "label": "Question", **parts})


def test_a_text_question() -> None:
    asked = question(label="Words", help="Anything", value="so far", longest=200, multiline=True)
    assert drawn(asked) == {
        "type": 18,
        "label": "Words",
        "description": "Anything",
        "component": {
            "type": 4,
            "style": 2,
            "custom_id": "q",
            "required": True,
            "max_length": 200,
            "value": "so far",
        },
    }
    assert submitted(asked) == {"q": "so far"}
    assert submitted(asked, new="more") == {"q": "more"}


def test_a_problem_stands_where_the_help_was() -> None:
    assert drawn(question(help="Anything", problem="That is *too* long."))["description"] == "⚠️ That is *too* long."


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (question(kind=Kind.YES, options=FEW), 21),
        (question(kind=Kind.CHOICE, options=FEW), 21),
        (question(kind=Kind.CHOICE, options=FEW, required=False), 3),
        (question(kind=Kind.CHOICE, options=FEW[:1]), 3),
        (question(kind=Kind.CHOICE, options=many(25)), 3),
        (question(kind=Kind.CHOICE, options=many(25), more=True), 4),
        (question(kind=Kind.CHOICE, options=(Option("x" * 101, "Long"), *FEW)), 4),
        (question(kind=Kind.CHOICE), 4),
        (question(kind=Kind.MANY, options=many(10)), 22),
        (question(kind=Kind.MANY, options=many(11)), 3),
        (question(kind=Kind.CHANNELS), 8),
        (question(kind=Kind.CHANNELS, value="discord:7:5,discord:7:6"), 8),
        (question(kind=Kind.CHANNELS, value="discord:7:5,slack:T1:C1"), 4),
        (question(kind=Kind.PERSON, more=True), 5),
        (question(kind=Kind.PERSON, value="discord:7:@5"), 5),
        (question(kind=Kind.PERSON, value="u-id", value_label="Ana"), 4),
        (question(kind=Kind.DAY), 4),
        (question(kind=Kind.NUMBER, longest=9), 4),
    ],
)
def test_each_kind_has_the_control_that_suits_it(asked: Question, kind: int) -> None:
    assert drawn(asked)["component"]["type"] == kind


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (question(kind=Kind.YES, options=FEW, value="bread"), "bread"),
        (question(kind=Kind.CHOICE, options=many(20), value="v7"), "v7"),
        (question(kind=Kind.MANY, options=many(10), value="v1,v3"), "v1,v3"),
        (question(kind=Kind.MANY, options=many(20), value="v1,v13"), "v1,v13"),
        (question(kind=Kind.MANY, options=many(20), required=False), ""),
        (question(kind=Kind.CHANNELS, value="discord:7:5,discord:7:6"), "discord:7:5,discord:7:6"),
        (question(kind=Kind.CHANNELS, value="discord:7:5,slack:T1:C1"), "discord:7:5,slack:T1:C1"),
        (question(kind=Kind.PERSON, value="discord:7:@5"), "discord:7:@5"),
        (question(kind=Kind.PERSON, value="u-id", value_label="Ana (Org)"), "u-id"),
        (question(kind=Kind.CHOICE, options=many(25), more=True, value="v99", value_label="Option 99"), "v99"),
        (question(kind=Kind.DAY, value="2020-05-11"), "2020-05-11"),
        (question(value="😀" * 150, longest=200), "😀" * 150),
    ],
)
def test_what_is_filled_in_comes_back_as_it_was(asked: Question, value: str) -> None:
    assert submitted(asked) == {"q": value}


def test_what_is_changed_comes_back_as_typed_or_picked() -> None:
    other = question(kind=Kind.PERSON, value="u-id", value_label="Ana")
    assert submitted(other, new="Berta") == {"q": "Berta"}
    assert submitted(question(kind=Kind.CHANNELS), new=["55"]) == {"q": "discord:7:55"}
    assert submitted(question(kind=Kind.PERSON), new=["66"]) == {"q": "discord:7:@66"}
    assert submitted(question(kind=Kind.MANY, options=many(3)), new=["v0", "v2"]) == {"q": "v0,v2"}


def test_what_is_left_out_counts_as_seen() -> None:
    parts = (question(name="a", required=False), question(name="b", kind=Kind.CHOICE, options=FEW, required=False))
    opened = Modal(modal(Form("group join", "Join", parts, "abc")))
    assert answers(opened.submitted({})["components"], "7") == {"a": "", "b": ""}


texts = st.text(max_size=200) | st.sampled_from(["", "\x00", "😀" * 200, "@everyone " * 40])
options = st.lists(st.builds(Option, texts, texts), max_size=25, unique_by=lambda each: each.value).map(tuple)
questions = st.builds(
    Question,
    name=st.just("q"),
    kind=st.sampled_from(Kind),
    label=texts,
    help=texts,
    required=st.booleans(),
    longest=st.integers(0, 5000),
    multiline=st.booleans(),
    value=texts,
    value_label=texts,
    options=options,
    more=st.booleans(),
    problem=texts,
)


@given(st.lists(questions, min_size=1, max_size=5), texts, texts)
def test_every_form_keeps_the_limits(asked: list[Question], title: str, text: str) -> None:
    named = tuple(Question(**{**{f: getattr(q, f) for f in q.__slots__}, "name": f"q{n}"}) for n, q in enumerate(asked))
    opened = modal(Form("group join", title, named, "abc", text=text, problem=text))
    assert broken_rules(CALLBACK, {"type": 9, "data": opened}) == []
    assert 1 <= len(opened["title"]) <= 45
    for part in opened["components"]:
        if part["type"] != 18:
            continue
        assert 1 <= len(part["label"]) <= 45
        assert 1 <= len(part.get("description", "x")) <= 100
        assert 1 <= len(part["component"]["custom_id"]) <= 100
