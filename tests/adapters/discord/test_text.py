"""Whatever people type stays text, and is cut where Discord has no more room."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.text import cut, escape, fit, size, visible
from tests.contract.discord import readable


@given(st.text())
def test_escaped_text_reads_as_it_was_typed(text: str) -> None:
    assert readable(escape(text)) == visible(text)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@everyone", "\\@everyone"),
        ("<@123> <#9> <t:0:R> <:a:1>", "\\<\\@123\\> \\<#9\\> \\<t:0:R\\> \\<:a:1\\>"),
        ("*b* _i_ ~s~ ||p|| `c`", "\\*b\\* \\_i\\_ \\~s\\~ \\|\\|p\\|\\| \\`c\\`"),
        ("[a](http://x.example)", "\\[a\\](http\\://x.example)"),
        ("see HTTPS://x.example", "see HTTPS\\://x.example"),
        ("# head\n-# small\n- list\n3. October\n> quote", "\\# head\n\\-# small\n\\- list\n3\\. October\n\\> quote"),
        ("back\\slash", "back\\\\slash"),
        ("a\x00b\u202ec\ud800d", "abcd"),
        ("Women-led, 3 October 2019 (Geneva)", "Women-led, 3 October 2019 (Geneva)"),
    ],
)
def test_nothing_in_it_acts(typed: str, sent: str) -> None:
    assert escape(typed) == sent


@given(st.text(), st.integers(min_value=1, max_value=60))
def test_cut_and_fitted_text_keeps_the_limit(text: str, limit: int) -> None:
    assert size(cut(text, limit)) <= limit
    assert size(fit(text, limit)) <= limit
    assert cut(text, 10_000) == text


def test_a_cut_is_after_a_word_and_shows() -> None:
    assert cut("Found a coalition in this community", 20) == "Found a coalition…"
    assert cut("x" * 50, 10) == "x" * 9 + "…"
    assert cut("😀" * 10, 10) == "😀" * 4 + "…"


def test_a_backslash_is_never_left_alone_at_the_end() -> None:
    for limit in range(2, 12):
        kept = fit("*" * 20, limit).removesuffix("…")
        assert kept == "\\*" * (len(kept) // 2)
