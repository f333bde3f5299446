"""Each part of a reply as blocks and text, within Slack's limits, and user text as nothing but text."""

from __future__ import annotations

import re

import pytest

from adapters.slack import limits, render
from adapters.slack.markup import mention
from coalition_bot.command import Button, Fact, File, Link, Reply, Style, Table, Tone
from coalition_bot.moments import Moment
from coalition_bot.people import Place
from tests.contract.commands import HOSTILE

WEBINAR = Moment.parse("2020-03-04T14:00[America/New_York]")


def plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}


def marked(text: str) -> dict[str, object]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def test_a_sentence() -> None:
    assert render.message(Reply("Saved.")) == {
        "text": "Saved.",
        "blocks": [{"type": "section", "text": plain("Saved.")}],
    }


def test_title_and_tone_by_a_sign() -> None:
    drawn = render.message(Reply("Now.", title="You are in", tone=Tone.DONE))
    assert drawn["text"] == "✅ You are in\nNow."
    assert drawn["blocks"][0] == {"type": "header", "text": plain("✅ You are in")}
    assert render.blocks(Reply("No such group.", tone=Tone.PROBLEM), 50)[0]["text"] == plain("⚠️ No such group.")


def test_facts_are_pairs_of_label_and_value() -> None:
    reply = Reply(
        facts=(
            Fact("Zone", "America/New_York"),
            Fact("Webinar", WEBINAR),
            Fact("Channel", Place("slack", "T1", channel="C1")),
            Fact("Lead", Place("slack", "T1", account="U1")),
            Fact("Page", Link("https://www.ohchr.org/upr?a=1&b=2", "The UPR")),
            Fact("There", Place("discord", "G1", channel="77")),
        )
    )
    first, second = render.blocks(reply, 50)
    local = "<!date^1583348400^{date_short_pretty} at {time}|2020-03-04 19:00 UTC>"
    assert first["fields"] == [
        marked("*Zone*"),
        plain("America/New_York"),
        marked("*Webinar*"),
        marked(f"Wednesday, 4 March 2020, 14:00 (New York time); your time: {local}"),
        marked("*Channel*"),
        marked("<#C1>"),
        marked("*Lead*"),
        marked("<@U1>"),
        marked("*Page*"),
        marked("<https://www.ohchr.org/upr?a=1&amp;b=2|The UPR>"),
    ]
    assert second["fields"] == [marked("*There*"), marked("77 (discord)")]
    assert f"Webinar: Wednesday, 4 March 2020, 14:00 (New York time); your time: {local}" in render.text(reply)


def test_a_row_of_a_table_is_a_small_list() -> None:
    table = Table(("Group", "Lead", "Members"), (("Housing", "Ana", "12"), ("Migration", "", "3")))
    assert render.blocks(Reply(table=table), 50) == [
        {"type": "section", "text": plain("• Housing\n   Lead: Ana\n   Members: 12\n• Migration\n   Members: 3")}
    ]


def test_a_long_table_is_cut_between_rows_and_says_how_many_are_left() -> None:
    rows = tuple((f"Row {number}", "x" * 100) for number in range(2000))
    blocks = render.blocks(Reply(table=Table(("Name", "Words"), rows)), 50)
    shown = sum(block["text"]["text"].count("• Row") for block in blocks[:-1])
    assert blocks[-1]["elements"] == [plain(f"… and {2000 - shown} more rows than fit here.")]
    assert 0 < shown < 2000


def test_buttons_carry_their_token() -> None:
    reply = Reply(
        "?", buttons=(Button("Yes", "a b", style=Style.PRIMARY, token="a b?"), Button("No", "a c", token="x"))
    )
    assert render.blocks(reply, 50)[-1] == {
        "type": "actions",
        "elements": [
            {"type": "button", "action_id": "press-0", "text": plain("Yes"), "value": "a b?", "style": "primary"},
            {"type": "button", "action_id": "press-1", "text": plain("No"), "value": "x"},
        ],
    }


def test_what_does_not_fit_is_left_out_with_a_note_and_the_buttons_stay() -> None:
    reply = Reply(
        "word " * 3000,
        title="t" * 500,
        facts=tuple(Fact(f"Fact {n}", "v" * 500) for n in range(200)),
        table=Table(("A", "B"), (("a" * 5000, "b"),) * 30),
        buttons=tuple(Button("b" * 200, "a b", token=f"t{n}") for n in range(60)),
    )
    for most in (limits.MESSAGE_BLOCKS, limits.VIEW_BLOCKS):
        blocks = render.blocks(reply, most)
        assert len(blocks) <= most
        assert sum(len(block.get("elements", [])) for block in blocks if block["type"] == "actions") == 60
        texts = [block["text"]["text"] for block in blocks if block["type"] == "section" and "text" in block]
        assert all(0 < len(text) <= limits.SECTION_TEXT for text in texts)
    assert "There is more than fits here." in str(render.blocks(reply, limits.MESSAGE_BLOCKS))
    assert len(render.text(reply)) <= limits.MESSAGE_TEXT


def test_the_text_is_never_cut_inside_a_mark() -> None:
    for length in range(3900, 4001):
        text = render.text(Reply("a" * length, facts=(Fact("When", WEBINAR), Fact("&" * 30, "<" * 30))))
        assert text.count("<!date") == len(re.findall(r"<!date[^<>]*>", text))
        assert re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt);)*", text, re.DOTALL)


HOSTILES = [
    HOSTILE,
    "<!here|x>",
    "<@U012AB3CD>",
    "<https://evil.example|UN>",
    "*a* _b_ ~c~ `d` :e:\n> f",
    "&lt;!channel&gt;",
]


@pytest.mark.parametrize("text", HOSTILES)
def test_what_people_wrote_is_shown_letter_by_letter(text: str) -> None:
    reply = Reply(
        text,
        title=text,
        facts=(Fact(text, text), Fact("Page", Link("https://ohchr.org", text)), Fact("Bad", Link(text, text))),
        table=Table((text, text), ((text, text),)),
        buttons=(Button(text, "a b", token="t"),),
    )
    for drawn in _marked(render.blocks(reply, 50)):
        assert not re.search(r"<(?!https://ohchr\.org\|)", drawn), drawn
    assert not re.search(r"<(?!https://ohchr\.org\|)", render.text(reply))
    assert not any("*" + "a* _b" in drawn for drawn in _marked(render.blocks(Reply(facts=(Fact(text, "x"),)), 50)))


def test_somebody_is_mentioned_only_by_account() -> None:
    assert render.text(Reply("Hi", mention="slack:T1:@U1")) == "<@U1>\nHi"
    assert mention("U2") == "<@U2>"
    assert mention("!channel") == mention("slack:T1:@!here") == ""


def test_an_empty_value_and_a_file_alone_can_be_drawn() -> None:
    assert render.blocks(Reply(facts=(Fact("Zone", ""),)), 50)[0]["fields"][1] == plain("–")
    assert render.message(Reply(file=File("roster.csv", "text/csv", b""))) == {
        "text": "roster.csv",
        "blocks": [{"type": "section", "text": plain("roster.csv")}],
    }


def _marked(value: object) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in _marked(item)]
    if not isinstance(value, dict):
        return []
    own = [str(value["text"])] if value.get("type") == "mrkdwn" else []
    return own + [text for item in value.values() for text in _marked(item)]
