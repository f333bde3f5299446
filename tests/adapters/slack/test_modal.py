"""Each kind of question as Slack's control, and what a submission is answered with."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from adapters.slack import limits, modal
from adapters.slack.slip import Slip
from coalition_bot.command import Button, Fact, Form, Question, Reply, Tone
from coalition_bot.fields import Kind, Option
from tests.contract.commands import HOSTILE

SOUP = (Option("soup", "Soup"), Option("bread", "Bread"))


def element(**question: Any) -> dict[str, Any]:
    asked = Question(**{"name": "it", "label": "It", "longest": 100, **question})
    block = modal.form_view(Form("group join", "Join", (asked,), "draft"), "T1")["blocks"][-1]
    assert block["element"].pop("action_id") == "it"
    drawn: dict[str, Any] = block["element"]
    return drawn


def option(text: str, value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": text, "emoji": False}, "value": value}


def test_a_form_carries_its_draft_and_says_whether_it_ends_here() -> None:
    asked = Question("who", Kind.TEXT, "Your name", help="As others see it", longest=80)
    view = modal.form_view(Form("group join", "Join", (asked,), "draft-1", last=False), "T1", "C1")
    assert Slip.read(view["private_metadata"]) == Slip("group join", "draft-1", "C1")
    assert (view["submit"]["text"], view["close"]["text"]) == ("Next", "Cancel")
    assert view["blocks"] == [
        {
            "type": "input",
            "block_id": "who",
            "label": {"type": "plain_text", "text": "Your name", "emoji": False},
            "hint": {"type": "plain_text", "text": "As others see it", "emoji": False},
            "optional": False,
            "element": {"type": "plain_text_input", "action_id": "who", "multiline": False, "max_length": 80},
        }
    ]


def test_a_title_too_long_for_slack_stands_above_the_questions_as_a_whole() -> None:
    title = "Sign up for a working group and its issue"
    view = modal.form_view(Form("group join", title, (Question("it", Kind.TEXT, "It", longest=9),), "d"), "T1")
    assert view["title"]["text"] == "Sign up for a working g…"
    assert view["blocks"][0]["text"]["text"] == title


def test_each_kind_has_its_control() -> None:
    both = [option("Soup", "soup"), option("Bread", "bread")]
    assert element(kind=Kind.TEXT, multiline=True, value="x" * 200) == {
        "type": "plain_text_input",
        "multiline": True,
        "max_length": 100,
        "initial_value": "x" * 100,
    }
    assert element(kind=Kind.TEXT, free=True, value="ACLU") == {
        "type": "external_select",
        "min_query_length": 0,
        "initial_option": option("ACLU", "ACLU"),
    }
    assert element(kind=Kind.TEXT, free=True, longest=200)["type"] == "plain_text_input"
    assert element(kind=Kind.CHOICE, options=SOUP, value="bread") == {
        "type": "static_select",
        "options": both,
        "initial_option": both[1],
    }
    assert element(kind=Kind.CHOICE, options=SOUP, more=True, value="s9", value_label="Ninth") == {
        "type": "external_select",
        "min_query_length": 0,
        "initial_option": option("Ninth", "s9"),
    }
    assert element(kind=Kind.CHOICE)["type"] == "external_select"
    assert element(kind=Kind.MANY, options=SOUP, value="soup") == {
        "type": "checkboxes",
        "options": both,
        "initial_options": both[:1],
    }
    many = tuple(Option(f"v{n}", f"L{n}") for n in range(11))
    assert element(kind=Kind.MANY, options=many)["type"] == "multi_static_select"
    assert element(kind=Kind.MANY, options=many, more=True, value="v1,x")["initial_options"] == [
        option("L1", "v1"),
        option("x", "x"),
    ]
    assert element(kind=Kind.YES, options=SOUP) == {"type": "radio_buttons", "options": both}
    assert element(kind=Kind.DAY, value="2020-05-11") == {"type": "datepicker", "initial_date": "2020-05-11"}
    assert element(kind=Kind.DAY, value="11 May") == {"type": "datepicker"}
    assert element(kind=Kind.NUMBER, value="12", longest=9) == {
        "type": "number_input",
        "is_decimal_allowed": False,
        "min_value": "0",
        "max_value": "999999999",
        "initial_value": "12",
    }
    assert element(kind=Kind.PERSON, value="slack:T1:@U1") == {"type": "users_select", "initial_user": "U1"}
    assert element(kind=Kind.PERSON, value="uid", value_label="Ana")["initial_option"] == option("Ana", "uid")


def test_channels_of_other_communities_are_kept_though_slack_cannot_show_them() -> None:
    asked = Question("where", Kind.CHANNELS, "Where?", value="slack:T1:C1,discord:G1:77")
    view = modal.form_view(Form("deadline add", "Add", (asked,), "d"), "T1")
    assert view["blocks"][0]["element"]["initial_conversations"] == ["C1"]
    assert Slip.read(view["private_metadata"]).kept == {"where": "discord:G1:77"}


def test_a_problem_stands_above_its_question() -> None:
    asked = Question("it", Kind.TEXT, "It", longest=9, problem="Too long.")
    view = modal.form_view(Form("a b", "T", (asked,), "d", problem="All wrong."), "T1")
    assert [block.get("text", {}).get("text") for block in view["blocks"]] == ["⚠️ All wrong.", "⚠️ Too long.", None]


def test_the_largest_form_fits() -> None:
    options = tuple(Option(f"{n}" * 100, "l" * 300) for n in range(150))
    asked = tuple(
        Question(f"q{n}", Kind.CHOICE, "l" * 3000, help="h" * 3000, options=options, problem="p" * 5000)
        for n in range(limits.QUESTIONS)
    )
    view = modal.form_view(Form("a b", HOSTILE, asked, "d", text=HOSTILE, problem="p" * 4000), "T1")
    assert len(view["blocks"]) <= limits.VIEW_BLOCKS
    assert view["blocks"][-1]["block_id"] == f"q{limits.QUESTIONS - 1}"
    assert len(view["title"]["text"]) <= limits.TITLE_TEXT


FORM = Form("a b", "T", (Question("x", Kind.TEXT, "X", longest=9), Question("y", Kind.TEXT, "Y", longest=9)), "d")


def test_problems_of_the_same_page_stand_beside_their_fields() -> None:
    wrong = replace(FORM, questions=(FORM.questions[0], replace(FORM.questions[1], problem="No.")))
    answer = modal.submitted(wrong, ("x", "y"), "T1", "", 1)
    assert answer == {"response_action": "errors", "errors": {"y": "No."}}
    assert modal.submitted(wrong, ("x",), "T1", "", 1)["response_action"] == "update"
    assert modal.submitted(replace(FORM, problem="No."), ("x", "y"), "T1", "", 1)["response_action"] == "update"


def test_while_the_database_is_away_what_was_typed_stays_on_the_screen() -> None:
    away = Reply("Not saved.", facts=(Fact("x", "typed"),), tone=Tone.PROBLEM)
    assert modal.submitted(away, ("x", "y"), "T1", "", 1) == {
        "response_action": "errors",
        "errors": {"x": "Not saved."},
    }


@pytest.mark.parametrize(("depth", "action"), [(1, "push"), (2, "push"), (3, "update")])
def test_a_refusal_with_buttons_lies_on_top_of_what_was_typed(depth: int, action: str) -> None:
    refusal = Reply("You are in already.", buttons=(Button("Change", "a c", token="a c?"),), tone=Tone.PROBLEM)
    answer = modal.submitted(refusal, ("x",), "T1", "C1", depth)
    assert answer["response_action"] == action
    assert answer["view"]["clear_on_close"] is False
    assert answer["view"]["blocks"][-1]["elements"][0]["value"] == "a c?"


def test_a_reply_confirms_in_place() -> None:
    answer = modal.submitted(Reply("Saved.", tone=Tone.DONE), ("x",), "T1", "C1", 1)
    assert answer["response_action"] == "update"
    assert "submit" not in answer["view"]
    assert answer["view"]["clear_on_close"] is True
    assert Slip.read(answer["view"]["private_metadata"]).channel == "C1"


def test_options_that_slack_could_not_hand_back_whole_are_left_out() -> None:
    found = [Option("a", "A"), Option("a", "Again"), Option("x" * 151, "Long"), Option("b", "l" * 100)]
    drawn = modal.options(found)
    assert [each["value"] for each in drawn] == ["a", "b"]
    assert len(drawn[1]["text"]["text"]) == limits.OPTION_TEXT


def test_a_slip_never_outgrows_its_place() -> None:
    slip = Slip("a b", "d", "C1", {"where": "x" * 4000})
    assert Slip.read(slip.write()) == Slip("a b", "d", "C1")
    for text in ("", "[]", "no json", json.dumps({"kept": 3})):
        assert Slip.read(text) == Slip()
