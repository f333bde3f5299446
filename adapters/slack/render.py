"""Draws a Reply as Slack's blocks, with the same as text for notifications and screen readers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from adapters.slack import markup
from adapters.slack.limits import (
    ACTIONS,
    BUTTON_TEXT,
    FIELD_TEXT,
    HEADER_TEXT,
    MESSAGE_BLOCKS,
    MESSAGE_TEXT,
    SECTION_FIELDS,
    SECTION_TEXT,
)
from adapters.slack.markup import Json, cut, escape, marked, plain, strong
from coalition_bot.command import Button, Fact, Link, Reply, Style, Table, Tone
from coalition_bot.moments import Moment
from coalition_bot.people import Place
from coalition_bot.words import _, n_

PRESS = "press"  # every button's action_id begins so
TABLE_BLOCKS = 10  # a longer table is for a file, not for a phone
LONG_VALUE = 120  # characters; beyond it a value gets the whole width
SIGNS = {Tone.PLAIN: "", Tone.DONE: "✅ ", Tone.PROBLEM: "⚠️ "}


def message(reply: Reply) -> Json:
    """Text and blocks of a message."""
    return {"text": text(reply), "blocks": blocks(reply, MESSAGE_BLOCKS)}


def text(reply: Reply) -> str:
    """All that the reply says, escaped, as one text of at most MESSAGE_TEXT characters."""
    sign = SIGNS[reply.tone]
    lines = [sign + escape(reply.title) if reply.title else "", escape(reply.text)]
    if not reply.title:
        lines[1] = sign + lines[1]
    lines += [f"{escape(fact.label)}: {value(fact)}" for fact in reply.facts]
    if reply.table:
        lines += [escape(row) for row in _rows(reply.table)]
    said = "\n".join(line for line in [markup.mention(reply.mention), *lines] if line.strip())
    return _whole_lines(said or escape(reply.file.name if reply.file else ""), MESSAGE_TEXT)


def blocks(reply: Reply, most: int) -> list[Json]:
    """The reply's parts in their order; what does not fit is left out, and a note says so."""
    buttons = list(_buttons(reply.buttons))
    body = [*_head(reply), *_facts(reply.facts), *(_table(reply.table) if reply.table else ())]
    if not body and reply.file:
        body = [_section(reply.file.name)]
    room = most - len(buttons)
    if len(body) > room:
        body = [*body[: room - 1], _note(_("There is more than fits here."))]
    return [*body, *buttons]


def value(fact: Fact) -> str:
    """A fact's value as escaped text, with marks of the bot's own only."""
    if isinstance(fact.value, Moment):
        return markup.moment(fact.value)
    if isinstance(fact.value, Place):
        return markup.place(fact.value)
    if isinstance(fact.value, Link):
        return markup.link(fact.value.url, fact.value.label)
    return escape(fact.value)


def problem(sentence: str) -> Json:
    """A line that says what was wrong."""
    return _section(SIGNS[Tone.PROBLEM] + sentence)


def paragraphs(said: str) -> Iterator[Json]:
    """A text in as many sections as it takes."""
    for part in _parts(said.splitlines(keepends=True), SECTION_TEXT):
        yield _section(part.strip("\n"))


def _head(reply: Reply) -> Iterator[Json]:
    sign = SIGNS[reply.tone]
    if named := markup.mention(reply.mention):
        yield {"type": "section", "text": marked(named)}
    if reply.title:
        yield {"type": "header", "text": plain(sign + " ".join(reply.title.split()), HEADER_TEXT)}
        sign = ""
    if reply.text or sign:
        yield from paragraphs((sign + reply.text).strip())


def _facts(facts: Sequence[Fact]) -> Iterator[Json]:
    """Pairs of label and value, side by side on a wide screen and below one another on a phone."""
    fields: list[Json] = []
    for fact in facts:
        if isinstance(fact.value, str) and (len(fact.value) > LONG_VALUE or "\n" in fact.value):
            yield from _pairs(fields)
            fields = []
            yield from paragraphs(f"{cut(fact.label, HEADER_TEXT)}\n{fact.value}")
        else:
            fields += [strong(fact.label, FIELD_TEXT), _shown(fact)]
    yield from _pairs(fields)


def _shown(fact: Fact) -> Json:
    return plain(fact.value, FIELD_TEXT) if isinstance(fact.value, str) else marked(value(fact))


def _pairs(fields: Sequence[Json]) -> Iterator[Json]:
    for start in range(0, len(fields), SECTION_FIELDS):
        yield {"type": "section", "fields": list(fields[start : start + SECTION_FIELDS])}


def _table(table: Table) -> Iterator[Json]:
    rows = list(_rows(table))
    if not rows:
        yield _note("")
    left = len(rows)
    for number, part in enumerate(_groups(rows, SECTION_TEXT)):
        if number == TABLE_BLOCKS:
            more = n_("… and {count} more row than fits here.", "… and {count} more rows than fit here.", left)
            yield _note(more.format(count=left))
            return
        left -= len(part)
        yield _section("\n".join(part))


def _rows(table: Table) -> Iterator[str]:
    """Each row as a few short lines: a phone shows no columns."""
    for first, others in table.entries():
        lines = [f"• {first or '–'}", *(f"   {column}: {cell}" for column, cell in others)]
        yield cut("\n".join(lines), SECTION_TEXT - 1)


def _groups(rows: Iterable[str], longest: int) -> Iterator[list[str]]:
    group: list[str] = []
    for row in rows:
        if group and sum(len(each) + 1 for each in group) + len(row) > longest:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _parts(lines: Iterable[str], longest: int) -> Iterator[str]:
    part = ""
    for line in lines:
        while len(part) + len(line) > longest:
            if not part:
                part, line = line[:longest], line[longest:]
            yield part
            part = ""
        part += line
    if part.strip():
        yield part


def _buttons(buttons: Sequence[Button]) -> Iterator[Json]:
    for start in range(0, len(buttons), ACTIONS):
        some = buttons[start : start + ACTIONS]
        yield {"type": "actions", "elements": [_button(each, start + at) for at, each in enumerate(some)]}


def _button(button: Button, number: int) -> Json:
    drawn = {
        "type": "button",
        "action_id": f"{PRESS}-{number}",
        "text": plain(button.label, BUTTON_TEXT),
        "value": button.token,
    }
    return drawn if button.style is Style.PLAIN else {**drawn, "style": button.style.value}


def _section(said: str) -> Json:
    return {"type": "section", "text": plain(said, SECTION_TEXT)}


def _note(said: str) -> Json:
    return {"type": "context", "elements": [plain(said, FIELD_TEXT)]}


def _whole_lines(said: str, longest: int) -> str:
    """A mark cut in two would be no mark: cut between lines, or before the line's first mark."""
    if len(said) <= longest:
        return said
    kept = said[: longest - 1]
    kept = kept[: kept.rfind("\n")] if "\n" in kept else kept
    if "<" in kept and kept.rfind("<") > kept.rfind(">"):
        kept = kept[: kept.rfind("<")]
    return kept[: kept.rfind("&")] + "…" if "&" in kept[-5:] else kept + "…"
