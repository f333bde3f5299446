"""What Slack would refuse is caught, and what it takes is let through."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.counterparts.node import counterpart_needed
from tests.counterparts.slack import limits, schema
from tests.counterparts.slack.bare_bot import actions, button, form, plain, section

Json = dict[str, Any]


@pytest.fixture(autouse=True, scope="module")
def _needs_types() -> Iterator[None]:
    with counterpart_needed():
        schema.validator("ModalView")
    yield


def option(text: str = "Housing", value: str = "housing") -> Json:
    return {"text": plain(text), "value": value}


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "s", **more}


def field(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("Question"), "element": element, **more}


def text_input(**more: Any) -> Json:
    return field({"type": "plain_text_input", "action_id": "t", **more})


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Submit"), "blocks": list(blocks), **more}


def message(*blocks: Json, **more: Any) -> Json:
    return {"text": "What it says", "blocks": list(blocks), **more}


def many(count: int) -> list[Json]:
    return [option(str(number), str(number)) for number in range(count)]


BAD_BLOCKS: dict[str, Json] = {
    "unknown block": {"type": "paragraph"},
    "no type": {"text": plain("x")},
    "unknown key": {"type": "divider", "colour": "red"},
    "long block_id": {"type": "divider", "block_id": "x" * 256},
    "empty section": {"type": "section"},
    "empty text": section(""),
    "long section": section("x" * 3001),
    "eleven fields": {"type": "section", "fields": [plain("x")] * 11},
    "long field": {"type": "section", "fields": [plain("x" * 2001)]},
    "mrkdwn header": {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
    "long header": {"type": "header", "text": plain("x" * 151)},
    "empty actions": actions(),
    "26 buttons": actions(*(button("x", f"a{n}") for n in range(26))),
    "input among actions": actions({"type": "plain_text_input", "action_id": "a"}),
    "same action_id": actions(button("a", "same"), button("b", "same")),
    "long action_id": actions(button("x", "a" * 256)),
    "long button": actions(button("x" * 76, "a")),
    "long value": actions(button("x", "a", "v" * 2001)),
    "mrkdwn button": actions({**button("x", "a"), "text": {"type": "mrkdwn", "text": "x"}}),
    "unknown style": actions({**button("x", "a"), "style": "green"}),
    "long url": actions({**button("x", "a"), "url": "https://example.org/" + "x" * 3000}),
    "image without alt text": {"type": "image", "image_url": "https://example.org/x.png"},
    "eleven in context": {"type": "context", "elements": [plain("x")] * 11},
    "empty context": {"type": "context", "elements": []},
    "select without options": actions(select()),
    "select with no option": actions(select(options=[])),
    "101 options": actions(select(options=many(101))),
    "options and groups": actions(select(options=many(1), option_groups=[{"label": plain("x"), "options": many(1)}])),
    "empty group": actions(select(option_groups=[{"label": plain("x"), "options": []}])),
    "long option": actions(select(options=[option("x" * 76)])),
    "empty option": actions(select(options=[option("")])),
    "long option value": actions(select(options=[option("x", "v" * 151)])),
    "same option twice": actions(select(options=[option(), option()])),
    "unknown initial option": actions(select(options=many(2), initial_option=option())),
    "eleven radio buttons": actions({"type": "radio_buttons", "action_id": "r", "options": many(11)}),
    "no checkboxes": actions({"type": "checkboxes", "action_id": "r", "options": []}),
    "eleven checkboxes": actions({"type": "checkboxes", "action_id": "r", "options": many(11)}),
    "six in an overflow": actions({"type": "overflow", "action_id": "r", "options": many(6)}),
    "malformed date": actions({"type": "datepicker", "action_id": "d", "initial_date": "11 May 2020"}),
    "no such day": actions({"type": "datepicker", "action_id": "d", "initial_date": "2020-02-30"}),
    "malformed time": actions({"type": "timepicker", "action_id": "d", "initial_time": "9:00"}),
    "malformed instant": actions({"type": "datetimepicker", "action_id": "d", "initial_date_time": 1_589_000_000_000}),
    "long placeholder": actions(select(options=many(1), placeholder=plain("x" * 151))),
    "long confirmation": actions(
        {**button("x", "a"), "confirm": {"text": plain("x" * 301), "confirm": plain("Yes"), "deny": plain("No")}}
    ),
}

BAD_VIEWS: dict[str, Any] = {
    "not an object": "modal",
    "unknown type": {**modal(), "type": "dialog"},
    "no title": {key: value for key, value in modal().items() if key != "title"},
    "long title": modal(title=plain("x" * 25)),
    "long submit": modal(submit=plain("x" * 25)),
    "long close": modal(close=plain("x" * 25)),
    "mrkdwn title": modal(title={"type": "mrkdwn", "text": "x"}),
    "101 blocks": modal(*[{"type": "divider"}] * 101),
    "long metadata": modal(private_metadata="x" * 3001),
    "long callback_id": modal(callback_id="x" * 256),
    "input without submit": {key: value for key, value in modal(text_input()).items() if key != "submit"},
    "same block_id": modal({"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}),
    "no label": modal({"type": "input", "element": {"type": "plain_text_input", "action_id": "t"}}),
    "long label": modal({**text_input(), "label": plain("x" * 2001)}),
    "button as input": modal(field(button("x", "a"))),
    "least above most": modal(text_input(min_length=10, max_length=5)),
    "far too long an answer": modal(text_input(max_length=3001)),
    "too long a beginning": modal(text_input(max_length=5, initial_value="123456")),
    "two in focus": modal(text_input(focus_on_load=True), text_input(focus_on_load=True)),
    "number without decimals said": modal(field({"type": "number_input", "action_id": "n"})),
    "a home with a title": {"type": "home", "blocks": [], "title": plain("x")},
}

BAD_MESSAGES: dict[str, Json] = {
    "51 blocks": message(*[{"type": "divider"}] * 51),
    "nothing": {"blocks": []},
    "text is no text": {"text": 5},
    "too long": {"text": "x" * 40_001},
    "blocks are no list": {"text": "x", "blocks": {"type": "divider"}},
    "metadata without payload": {"text": "x", "metadata": {"event_type": "reminder"}},
    "metadata with a bad name": {"text": "x", "metadata": {"event_type": "a reminder", "event_payload": {}}},
    "metadata too deep": {"text": "x", "metadata": {"event_type": "r", "event_payload": {"a": {"b": {"c": 1}}}}},
}

BAD_OPTIONS: dict[str, Any] = {
    "nothing": None,
    "neither": {},
    "101": {"options": many(101)},
    "long": {"options": [option("x" * 76)]},
    "mrkdwn": {"options": [{"text": {"type": "mrkdwn", "text": "x"}, "value": "x"}]},
    "twice": {"options": [option(), option()]},
}

GOOD_BLOCKS: dict[str, Json] = {
    "section": section("x" * 3000),
    "fields": {"type": "section", "fields": [plain("x" * 2000)] * 10},
    "header": {"type": "header", "text": plain("x" * 150)},
    "divider": {"type": "divider"},
    "context": {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}]},
    "image": {"type": "image", "image_url": "https://example.org/x.png", "alt_text": "x"},
    "buttons": actions(*(button("x" * 75, f"a{n}", "v" * 2000) for n in range(25))),
    "select": actions(select(options=many(100), initial_option=many(1)[0])),
    "groups": actions(select(option_groups=[{"label": plain("x"), "options": many(2)}])),
    "option": actions(select(options=[option("x" * 75, "v" * 150)])),
    "radio": actions({"type": "radio_buttons", "action_id": "r", "options": many(10)}),
    "markdown": {"type": "markdown", "text": "# x"},
    "table": {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]},
}


@pytest.mark.parametrize("name", BAD_BLOCKS)
def test_a_bad_block_is_caught_in_a_message_and_in_a_modal(name: str) -> None:
    assert list(limits.message_problems(message(BAD_BLOCKS[name])))
    assert list(limits.view_problems(modal(BAD_BLOCKS[name])))


@pytest.mark.parametrize("name", BAD_VIEWS)
def test_a_bad_view_is_caught(name: str) -> None:
    assert list(limits.view_problems(BAD_VIEWS[name]))


@pytest.mark.parametrize("name", BAD_MESSAGES)
def test_a_bad_message_is_caught(name: str) -> None:
    assert list(limits.message_problems(BAD_MESSAGES[name]))


@pytest.mark.parametrize("name", BAD_OPTIONS)
def test_bad_suggestions_are_caught(name: str) -> None:
    assert list(limits.options_problems(BAD_OPTIONS[name]))


@pytest.mark.parametrize("name", GOOD_BLOCKS)
def test_a_good_block_passes(name: str) -> None:
    assert list(limits.message_problems(message(GOOD_BLOCKS[name]))) == []
    assert list(limits.view_problems({"type": "home", "blocks": [GOOD_BLOCKS[name]]})) == []


def test_whole_good_payloads_pass() -> None:
    assert list(limits.view_problems(form())) == []
    assert list(limits.view_problems(modal(*[{"type": "divider"}] * 100))) == []
    assert list(limits.message_problems(message(*[{"type": "divider"}] * 50))) == []
    metadata = {"event_type": "reminder", "event_payload": {"id": "7", "rung": 1}}
    assert list(limits.message_problems(message(metadata=metadata))) == []
    assert list(limits.options_problems({"options": many(100)})) == []
    assert list(limits.options_problems({"options": []})) == []


def test_a_fault_is_named_with_its_place() -> None:
    told = list(limits.message_problems(message(section("x"), BAD_BLOCKS["long button"])))
    assert told == ["blocks[1].elements[0].text.text: 76 characters, Slack takes 75"]


def test_blocks_want_a_text_beside_them() -> None:
    assert list(limits.style_problems({"blocks": [section("x")]}))
    assert not list(limits.style_problems({"blocks": [section("x")], "text": "x"}))


@pytest.mark.parametrize("word", limits.BROADCASTS)
def test_mentions_count_where_slack_reads_them(word: str) -> None:
    carried = f"Hello {word}>"
    read = [message(section(carried)), {"text": carried}, message({"type": "markdown", "text": carried})]
    shown = [message({"type": "header", "text": plain(carried)}), message(actions(button(carried, "a")))]
    assert all(list(limits.mention_problems(payload, limits.BROADCASTS)) for payload in read)
    assert not any(list(limits.mention_problems(payload, limits.BROADCASTS)) for payload in shown)
