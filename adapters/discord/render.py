"""Draws a Reply, and what stands between two pages of a form, as a Discord message of components."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote, urlsplit

from adapters.discord.limits import (
    ALT_TEXT,
    BUTTON_LABEL,
    BUTTONS_IN_ROW,
    CUSTOM_ID,
    FILE_BYTES,
    LABEL,
    MESSAGE_TEXT,
    ROWS,
)
from adapters.discord.places import PLATFORM
from adapters.discord.text import cut, escape, fit, one_line, size
from coalition_bot.buttons import opener
from coalition_bot.command import Button, Fact, File, Form, Link, Reply, Style, Table, Tone
from coalition_bot.moments import Moment, in_words
from coalition_bot.people import Place
from coalition_bot.words import _, n_

Json = dict[str, Any]

# https://docs.discord.com/developers/resources/message#message-object-message-flags
EPHEMERAL = 1 << 6
COMPONENTS_V2 = 1 << 15
# https://docs.discord.com/developers/components/reference#component-object-component-types
ROW, BUTTON, TEXT_DISPLAY, GALLERY, FILE = 1, 2, 10, 12, 13
NOTE_ROOM = 100  # kept free for the line that says how much is missing
VALUE_MAX = 1000  # of one fact or one row
ROW_MIN = 120  # rows of a table are cut to make room for all, but no shorter than this
TITLE_MAX = 200
PROBLEM_MAX = 400

_STYLES = {Style.PRIMARY: 1, Style.PLAIN: 2, Style.DANGER: 4}
_SIGNS = {Tone.PLAIN: "", Tone.DONE: "✅ ", Tone.PROBLEM: "⚠️ "}


@dataclass(frozen=True, slots=True)
class Upload:
    """A file under a name that Discord keeps as it is."""

    name: str
    file: File


@dataclass(frozen=True, slots=True)
class Drawn:
    """A message ready to be posted: the JSON, and the file that goes with it."""

    body: Json
    upload: Upload | None = None


def reply(given: Reply, mark: int = 0) -> Drawn:
    """The message for a reply, to be seen by all; `mark` is the first component's own number, to find it again."""
    upload = _upload(given.file)
    too_large = given.file is not None and upload is None
    words = _words(given, too_large) or ("" if upload else "…")
    components: list[Json] = [{"type": TEXT_DISPLAY, "content": words}] if words else []
    if upload:
        components.append(_shown(upload))
    if mark:
        components[0]["id"] = mark
    called = [given.mention] if given.mention.isdecimal() else []
    body = _message([*components, *_rows(given.buttons)], called)
    if upload:
        body["attachments"] = [{"id": 0, "filename": upload.name, **_described(upload)}]
    return Drawn(body, upload)


def between(form: Form) -> Drawn:
    """What stands where Discord cannot open the form itself: why, and a button that opens it."""
    wrong = [question for question in form.questions if question.problem]
    if wrong or form.problem:
        lines = [f"⚠️ {fit(form.problem or _('Not quite yet. What you typed is kept.'), VALUE_MAX)}"]
        lines += [f"**{fit(one_line(each.label), LABEL * 2)}**: {fit(each.problem, PROBLEM_MAX)}" for each in wrong]
        label = _("Fix it")
    elif form.page > 1:
        lines, label = [escape(_("Your answers so far are kept."))], _("Next")
    else:
        lines, label = [escape(_("Here is the form."))], _("Open the form")
    heading = f"### {fit(one_line(form.title), TITLE_MAX)}"
    again = opener(form, label, Style.PRIMARY)
    text = "\n".join([heading, *lines])
    return Drawn(_message([{"type": TEXT_DISPLAY, "content": text}, *_rows([again])], []))


def private(drawn: Drawn) -> Drawn:
    """The same, seen by one person only."""
    return Drawn({**drawn.body, "flags": drawn.body["flags"] | EPHEMERAL}, drawn.upload)


def sentence(text: str) -> Drawn:
    """A message that only says a sentence of our own."""
    return Drawn(_message([{"type": TEXT_DISPLAY, "content": fit(text, MESSAGE_TEXT)}], []))


def moment(value: Moment) -> str:
    """The official time in words, then the reader's own time and how far away it is, written by their client."""
    unix = int(value.instant.timestamp())
    say = _("{official}. For you: {local}, {distance}")
    return say.format(official=escape(in_words(value)), local=f"<t:{unix}:F>", distance=f"<t:{unix}:R>")


def place(value: Place) -> str:
    """A channel or account as Discord shows it by name; one of another platform in words."""
    number = value.account or value.channel
    if value.platform != PLATFORM or not number.isdecimal():
        return escape(f"{number} ({value.platform})")
    return f"<@{number}>" if value.account else f"<#{number}>"


def link(value: Link) -> str:
    """A link with its words; an address that is not of the web stays text."""
    if not _is_web(value.url):
        return fit(f"{value.label} {value.url}".strip(), VALUE_MAX)
    address = quote(one_line(value.url), safe="/:?&=%#+,;@!$'*~-._")
    # Discord draws no link over words that look like an address themselves.
    label = fit(one_line(value.label), TITLE_MAX) if "://" not in value.label else ""
    return f"[{label}](<{address}>)" if label else f"<{address}>"


def _is_web(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https") and len(url) <= VALUE_MAX
    except ValueError:
        return False


def _message(components: Sequence[Json], called: Sequence[str]) -> Json:
    allowed: Json = {"parse": [], "users": list(called)} if called else {"parse": []}
    return {"flags": COMPONENTS_V2, "components": list(components), "allowed_mentions": allowed}


def _words(given: Reply, too_large: bool) -> str:
    head = _head(given, too_large)
    room = MESSAGE_TEXT - size(head)
    kept: list[str] = []
    facts = [_fact(fact) for fact in given.facts]
    for item in chain(facts, _table(given.table, room - sum(size(fact) + 1 for fact in facts))):
        if size(item) + 1 > room:
            break
        kept.append(item)
        room -= size(item) + 1
    missing = len(given.facts) + len(given.table.rows if given.table else ()) - len(kept)
    while missing and room < NOTE_ROOM and kept:
        room += size(kept.pop()) + 1
        missing += 1
    if missing:
        note = n_("… and {count} more that does not fit here.", "… and {count} more that do not fit here.", missing)
        kept.append(escape(note.format(count=missing)))
    return "\n".join([head, *kept] if head else kept)


def _head(given: Reply, too_large: bool) -> str:
    """Title and text; they leave at least a quarter of the room to facts and table."""
    room = MESSAGE_TEXT * 3 // 4 if given.facts or given.table else MESSAGE_TEXT - NOTE_ROOM
    sign = _SIGNS[given.tone]
    lines = []
    if given.mention.isdecimal():
        lines.append(f"<@{given.mention}>")
    if given.title:
        lines.append(f"### {sign}{fit(one_line(given.title), TITLE_MAX)}")
        sign = ""
    if given.text:
        lines.append(sign + fit(given.text, room - TITLE_MAX * 2))
    if too_large:
        lines.append(escape(_("The file is too large for Discord.")))
    return "\n".join(lines)


def _fact(fact: Fact) -> str:
    label = fit(one_line(fact.label), TITLE_MAX)
    return f"**{label}**: {_value(fact.value)}" if label else _value(fact.value)


def _value(value: str | Moment | Link | Place) -> str:
    if isinstance(value, Moment):
        return moment(value)
    if isinstance(value, Place):
        return place(value)
    if isinstance(value, Link):
        return link(value)
    return fit(value, VALUE_MAX) or "–"


def _table(table: Table | None, room: int) -> list[str]:
    """Each row as one entry of a list, with the names of its columns: wide tables break on a phone.

    Where they take up more than the room, the long ones are cut: who turns a page must not miss rows of it.
    """
    entries = list(table.entries()) if table else []
    rows = [_row(first, others, VALUE_MAX) for first, others in entries]
    share = room // len(rows) - 1 if rows else 0
    if share < ROW_MIN or sum(size(row) + 1 for row in rows) <= room:
        return rows
    return [_row(first, others, share) for first, others in entries]


def _row(first: str, others: Sequence[tuple[str, str]], longest: int) -> str:
    head = f"- **{fit(one_line(first), min(TITLE_MAX, longest // 2)) or '–'}**"
    parts = [one_line(f"{name}: {cell}" if name else cell) for name, cell in others]
    tail = fit(" · ".join(parts), longest - size(head) - len(" · "))
    return f"{head} · {tail}" if tail else head


def _rows(buttons: Sequence[Button]) -> list[Json]:
    """Rows of buttons; of two that would do the same, Discord takes only one."""
    different: dict[str, Button] = {}
    for button in buttons:
        different.setdefault(button.token, button)
    drawn = [_button(button) for button in different.values() if 0 < size(button.token) <= CUSTOM_ID]
    starts = range(0, min(len(drawn), ROWS * BUTTONS_IN_ROW), BUTTONS_IN_ROW)
    return [{"type": ROW, "components": drawn[start : start + BUTTONS_IN_ROW]} for start in starts]


def _button(button: Button) -> Json:
    label = cut(one_line(button.label), BUTTON_LABEL) or "…"
    return {"type": BUTTON, "style": _STYLES[button.style], "label": label, "custom_id": button.token}


def _upload(file: File | None) -> Upload | None:
    if file is None or file.size > FILE_BYTES:
        return None
    # Discord renames other signs by itself, and then the message no longer finds its file.
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", file.name).strip("._") or "file"
    return Upload(name[-80:], file)


def _shown(upload: Upload) -> Json:
    """A picture is seen where it stands, anything else as something to download."""
    media = {"url": f"attachment://{upload.name}"}
    if upload.file.picture:
        return {"type": GALLERY, "items": [{"media": media, **_described(upload)}]}
    return {"type": FILE, "file": media}


def _described(upload: Upload) -> Json:
    return {"description": cut(upload.file.alt, ALT_TEXT)} if upload.file.alt else {}
