"""A Reply as a Discord message: what it looks like, and that it keeps the limits whatever is in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord import render
from coalition_bot.command import Button, Fact, File, Form, Link, Question, Reply, Style, Table, Tone
from coalition_bot.fields import Kind
from coalition_bot.moments import Moment
from coalition_bot.people import Place
from tests.counterparts.discord.rules import CALLBACK, CHANNEL_MESSAGES, broken_rules

HOSTILE = "@everyone <@&1> **b**\n# big [x](https://evil.example) ||s|| \x00\u202e=HYPERLINK(1)"


def words(drawn: render.Drawn) -> str:
    return "\n".join(part.get("content", "") for part in drawn.body["components"])


def test_a_reply_with_one_of_each_part() -> None:
    reply = Reply(
        "Three *groups*.",
        title="Groups",
        facts=(
            Fact("Due", Moment.parse("2019-10-03T17:00[Europe/Zurich]")),
            Fact("Where", Place("discord", "1", channel="22")),
            Fact("Who", Place("discord", "1", account="33")),
            Fact("Elsewhere", Place("slack", "T1", channel="C9")),
            Fact("Page", Link("https://www.ohchr.org/en/hr-bodies/upr", "The UPR")),
            Fact("Lead", ""),
        ),
        table=Table(("Group", "Lead", "Members"), (("Housing", "Ana", "3"), ("Migration", "", "0"))),
        buttons=(Button("Join", "group join", style=Style.PRIMARY, token="group join?"),),
        tone=Tone.DONE,
    )
    assert render.reply(reply, mark=7).body == {
        "flags": 1 << 15,
        "allowed_mentions": {"parse": []},
        "components": [
            {
                "type": 10,
                "id": 7,
                "content": "### ✅ Groups\n"
                "Three \\*groups\\*.\n"
                "**Due**: Thursday, 3 October 2019, 17:00 (Geneva time). For you: <t:1570114800:F>, <t:1570114800:R>\n"
                "**Where**: <#22>\n"
                "**Who**: <@33>\n"
                "**Elsewhere**: C9 (slack)\n"
                "**Page**: [The UPR](<https://www.ohchr.org/en/hr-bodies/upr>)\n"
                "**Lead**: –\n"
                "- **Housing** · Lead: Ana · Members: 3\n"
                "- **Migration** · Members: 0",
            },
            {
                "type": 1,
                "components": [{"type": 2, "style": 1, "label": "Join", "custom_id": "group join?"}],
            },
        ],
    }


def test_a_file_comes_under_a_name_that_discord_keeps() -> None:
    drawn = render.reply(Reply(file=File("Mitglieder für Genf.csv", "text/csv", b"a")))
    assert drawn.upload and (drawn.upload.name, drawn.upload.file.content) == ("Mitglieder_f_r_Genf.csv", b"a")
    assert drawn.body["attachments"] == [{"id": 0, "filename": "Mitglieder_f_r_Genf.csv"}]
    assert drawn.body["components"] == [{"type": 13, "file": {"url": "attachment://Mitglieder_f_r_Genf.csv"}}]


def test_a_file_that_is_too_large_is_said_to_be() -> None:
    drawn = render.reply(Reply(file=File("all.csv", "text/csv", bytes(10 * 2**20 + 1))))
    assert drawn.upload is None
    assert words(drawn) == "The file is too large for Discord."


def test_only_the_one_mentioned_is_called() -> None:
    body = render.reply(Reply("Please answer, <@2>.", mention="11")).body
    assert body["allowed_mentions"] == {"parse": [], "users": ["11"]}
    assert body["components"][0]["content"] == "<@11>\nPlease answer, \\<\\@2\\>."
    assert render.reply(Reply("x", mention="<@&everyone>")).body["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize(
    ("link", "drawn"),
    [
        (
            Link("https://x.example/a b(c)>[d]", "A [link]"),
            "[A \\[link\\]](<https://x.example/a%20b%28c%29%3E%5Bd%5D>)",
        ),
        (Link("https://x.example", "https://bank.example"), "<https://x.example>"),
        (Link("javascript:alert(1)", "Click"), "Click javascript:alert(1)"),
        (Link("https://[broken", "Page"), "Page https\\://\\[broken"),
    ],
)
def test_a_link_leads_where_it_says(link: Link, drawn: str) -> None:
    assert render.link(link) == drawn


def test_what_does_not_fit_is_counted() -> None:
    reply = Reply("Groups", table=Table(("Group",), tuple((f"Group {n} " + "x" * 90,) for n in range(100))))
    text = words(render.reply(reply))
    shown = text.count("- **Group")
    assert 30 < shown < 40
    assert text.endswith(f"… and {100 - shown} more that do not fit here.")
    assert len(text) <= 4000


def test_the_long_rows_of_a_page_are_cut_rather_than_left_out() -> None:
    rows = tuple((f"Member {n}", "Organisation " * 9, "*_issue_* " * 40 if n % 2 else "short") for n in range(20))
    text = words(render.reply(Reply(title="412 sign-ups", table=Table(("Name", "Organisation", "Issue"), rows))))
    assert text.count("- **Member ") == 20
    assert "do not fit" not in text
    assert text.count("Issue: short") == 10
    assert len(text) <= 4000


def test_two_buttons_that_do_the_same_are_one_and_the_rest_is_left_out() -> None:
    buttons = [Button(f"B{n}", "group join", token=f"group join?n={n % 30}") for n in range(40)]
    rows = render.reply(Reply("x", buttons=tuple(buttons))).body["components"][1:]
    labels = [button["label"] for row in rows for button in row["components"]]
    assert labels == [f"B{n}" for n in range(25)]


hostile = st.text(max_size=400) | st.just(HOSTILE * 30) | st.sampled_from(["", "\x00", "*" * 3000, "😀" * 2500])
facts = st.lists(st.builds(Fact, hostile, hostile), max_size=30).map(tuple)
tables = st.builds(Table, st.just(("A", "B")), st.lists(st.tuples(hostile, hostile), max_size=40).map(tuple))
buttons = st.lists(st.builds(Button, hostile, st.just("a b"), token=st.text(min_size=1, max_size=60))).map(tuple)


@given(hostile, hostile, facts, st.none() | tables, buttons, st.sampled_from(Tone))
def test_every_reply_keeps_the_limits(
    text: str, title: str, facts: tuple[Fact, ...], table: Table | None, buttons: tuple[Button, ...], tone: Tone
) -> None:
    if not (text or title or facts or table):
        return
    drawn = render.reply(Reply(text, title, facts, table, None, buttons, tone), mark=1 << 30)
    assert broken_rules(CHANNEL_MESSAGES, drawn.body) == []
    for part in drawn.body["components"]:
        assert part["type"] == 1 or 1 <= len(part["content"]) <= 4000


def question(name: str, problem: str = "") -> Question:
    return Question(name, Kind.TEXT, name.title(), problem=problem)


def test_between_pages_and_after_problems_a_button_leads_to_the_form() -> None:
    form = Form("group join", "Join a *group*", (question("issue"),), "abc", page=2)
    further = render.between(form).body["components"]
    assert further[0]["content"] == "### Join a \\*group\\*\nYour answers so far are kept."
    assert further[1]["components"] == [{"type": 2, "style": 1, "label": "Next", "custom_id": "!group join~abc"}]

    wrong = Form("group join", "Join", (question("issue"), question("group", "There is no “Hausing”.")), "abc")
    again = render.between(wrong).body["components"]
    assert again[0]["content"].endswith("kept.\n**Group**: There is no “Hausing”.")
    assert again[1]["components"][0]["label"] == "Fix it"

    whole = Form("group join", "Join", (question("issue"),), "abc", problem="The group is closed.")
    assert "⚠️ The group is closed." in words(render.between(whole))

    first = Form("group join", "Join", (question("issue"),), "abc")
    assert render.between(first).body["components"][1]["components"][0]["label"] == "Open the form"


@given(st.lists(hostile, min_size=1, max_size=5), hostile)
def test_what_stands_between_keeps_the_limits(problems: list[str], title: str) -> None:
    questions = tuple(Question(f"q{n}", Kind.TEXT, title, problem=each) for n, each in enumerate(problems))
    drawn = render.private(render.between(Form("a b", title, questions, "abc", problem=title)))
    assert broken_rules(CALLBACK, {"type": 4, "data": drawn.body}) == []
