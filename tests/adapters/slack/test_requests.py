"""Typed lines, places and modals as the core understands them; shapes that Slack does not send are refused."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.slack import requests
from adapters.slack.requests import Deed, Malformed, View
from adapters.slack.slip import Slip


def test_mentions_become_places_with_names() -> None:
    typed = requests.typed("/coalition role <@U012|Ana &amp; co> in <#C034|housing>", "T1")
    assert typed.line == "/coalition role slack:T1:@U012 in slack:T1:C034"
    assert typed.names == {"slack:T1:@U012": "Ana & co", "slack:T1:C034": "housing"}


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<!channel> <!subteam^S1|@leads>", "@channel @leads"),
        ("see <https://a.org/?b=1&amp;c=2|a.org>", "see https://a.org/?b=1&c=2"),
        ("<mailto:a@b.org|a@b.org>", "a@b.org"),
        ("join payload=1 {}", "join payload=1 {}"),
    ],
)
def test_other_marks_become_what_one_sees(sent: str, seen: str) -> None:
    assert requests.typed(sent, "T1").line == seen


def test_direct_messages_are_private_places() -> None:
    assert str(requests.place("T1", "D1", "U1")) == "slack:T1:@U1"
    assert str(requests.place("T1", "C1", "U1", "directmessage")) == "slack:T1:@U1"
    assert str(requests.place("T1", "", "U1")) == "slack:T1:@U1"
    assert str(requests.place("T1", "C1", "U1", "general")) == "slack:T1:C1"


def test_every_question_of_the_page_has_an_answer() -> None:
    entered: dict[str, dict[str, Any]] = {
        "words": {"type": "plain_text_input", "value": "a < b"},
        "nothing": {"type": "plain_text_input", "value": None},
        "dish": {"type": "static_select", "selected_option": {"value": "soup"}},
        "none": {"type": "external_select", "selected_option": None},
        "extras": {"type": "checkboxes", "selected_options": [{"value": "salt"}, {"value": "oil"}]},
        "on": {"type": "datepicker", "selected_date": "2020-05-11"},
        "count": {"type": "number_input", "value": "3"},
        "where": {"type": "multi_conversations_select", "selected_conversations": ["C1", "C2"]},
        "who": {"type": "users_select", "selected_user": "U1"},
    }
    blocks = [{"type": "input", "block_id": name} for name in (*entered, "missing")]
    view = View.read(
        {
            "id": "V1",
            "blocks": [{"type": "section", "block_id": "s"}, *blocks],
            "state": {"values": {name: {name: state} for name, state in entered.items()}},
            "private_metadata": Slip("a b", "d", "C9", {"where": "discord:G1:7", "gone": "x"}).write(),
        }
    )
    assert requests.answers(view, "T1") == {
        "words": "a < b",
        "nothing": "",
        "dish": "soup",
        "none": "",
        "extras": "salt,oil",
        "on": "2020-05-11",
        "count": "3",
        "where": "slack:T1:C1,slack:T1:C2,discord:G1:7",
        "who": "slack:T1:@U1",
        "missing": "",
    }


def test_the_same_deed_has_the_same_name() -> None:
    deed = {"type": "view_submission", "user": {"id": "U1"}, "view": {"id": "V1", "hash": "h1"}}
    assert Deed.read(deed).id == "V1:h1"
    assert Deed.read({**deed, "trigger_id": "1.2"}).id == "1.2"


def test_how_deep_a_modal_lies() -> None:
    def depth(root: str | None, previous: str | None) -> int:
        return View.read({"id": "V", "root_view_id": root, "previous_view_id": previous}).depth

    assert [depth("V", None), depth("V1", "V1"), depth("V1", "V2")] == [1, 2, 3]


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        {"text": "no command"},
        {"type": "event_callback", "event": []},
        {"type": "event_callback", "event": {"type": "message"}},
        {"type": "event_callback", "event_id": "E1", "event": {"type": "message", "user": {"id": 1}}},
        {"type": "block_actions", "user": {"id": "U1"}},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": {"a": 1}},
        {"type": "view_submission", "user": {"id": "U1"}},
        {"type": "view_submission", "user": {"id": "U1"}, "view": {"id": "V", "state": {"values": []}}},
        {"type": 7},
    ],
)
def test_what_slack_does_not_send_is_malformed(body: Any) -> None:
    with pytest.raises(Malformed):
        requests.check(body)
