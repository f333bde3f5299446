"""What Slack refuses though its own types let it pass, and what a reader would miss: checked by hand."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.counterparts.slack import schema

Json = dict[str, Any]

MESSAGE_BLOCKS = 50  # https://docs.slack.dev/reference/block-kit/blocks
MESSAGE_TEXT = 40_000  # https://docs.slack.dev/reference/methods/chat.postMessage#truncating
VIEW_BYTES = 250_000  # https://docs.slack.dev/reference/views
SUGGESTIONS = 100  # https://docs.slack.dev/reference/interaction-payloads/block_suggestion-payload
METADATA_EVENT = re.compile(r"[A-Za-z0-9_]{1,255}$")

# A message with one of these wakes everyone; user text must never carry them.
# https://docs.slack.dev/messaging/formatting-message-text#special-mentions
BROADCASTS = ("<!channel", "<!here", "<!everyone", "<!subteam^")

SELECTS = {"static_select", "multi_static_select"}
CHOICES = {*SELECTS, "radio_buttons", "checkboxes", "overflow"}


def message_problems(body: Json) -> Iterator[str]:
    """A message for chat.postMessage and its like, or the JSON of an answer or response_url."""
    blocks = body.get("blocks") or []
    yield from _blocks_problems(blocks)
    if len(blocks) > MESSAGE_BLOCKS:
        yield f"blocks: {len(blocks)} items, Slack takes {MESSAGE_BLOCKS}"
    if sum(block.get("type") == "table" for block in blocks if isinstance(block, dict)) > 1:
        yield "blocks: only one table per message"
    text = body.get("text")
    if text is not None and not isinstance(text, str):
        yield f"text: {type(text).__name__}, not a string"
    if isinstance(text, str) and len(text) > MESSAGE_TEXT:
        yield f"text: {len(text)} characters, Slack takes {MESSAGE_TEXT}"
    if not text and not blocks and not body.get("attachments"):
        yield "no_text: neither text nor blocks"
    if (metadata := body.get("metadata")) is not None:
        yield from _metadata_problems(metadata)


def metadata_problems(metadata: Any) -> Iterator[str]:
    yield from _metadata_problems(metadata)


def view_problems(view: Any) -> Iterator[str]:
    """A modal or a home tab."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        yield "view.type: neither modal nor home"
        return
    yield from schema.problems("ModalView" if view["type"] == "modal" else "HomeView", view)
    blocks = [block for block in view.get("blocks") or [] if isinstance(block, dict)]
    yield from _by_hand(blocks)
    if view["type"] == "modal" and "submit" not in view and any(b.get("type") == "input" for b in blocks):
        yield "submit: missing, though the modal has input blocks"
    if (size := len(json.dumps(view).encode())) > VIEW_BYTES:
        yield f"view: {size} bytes, Slack takes {VIEW_BYTES}"


def options_problems(body: Any) -> Iterator[str]:
    """The answer to a block_suggestion."""
    if not isinstance(body, dict) or not ("options" in body) ^ ("option_groups" in body):
        yield "options: wanted one of options and option_groups"
        return
    groups = body.get("option_groups", [body])
    kind = "OptionGroup" if "option_groups" in body else None
    for index, group in enumerate(groups):
        if kind:
            yield from (f"option_groups[{index}].{told}" for told in schema.problems(kind, group))
        options = group.get("options", [])
        if len(options) > SUGGESTIONS:
            yield f"options: {len(options)} items, Slack takes {SUGGESTIONS}"
        for number, option in enumerate(options):
            yield from (f"options[{number}].{told}" for told in schema.problems("PlainTextOption", option))
        yield from _repeated_values(f"option_groups[{index}]" if kind else "options", options)


def style_problems(body: Json) -> Iterator[str]:
    """Nothing that Slack refuses: what is missing for notifications and screen readers."""
    if body.get("blocks") and not (body.get("text") or "").strip():
        yield "text: missing beside blocks; notifications and screen readers read it"


def mention_problems(value: Any, forbidden: tuple[str, ...]) -> Iterator[str]:
    """Forbidden strings wherever Slack would read them as markup."""
    for path, text in _markup(value, ""):
        for word in forbidden:
            if word in text:
                yield f"{path}: carries {word}"


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def elements(block: Json) -> Iterator[tuple[str, Json]]:
    """The interactive elements of a block, each with its path inside it."""
    for key in ("element", "accessory"):
        if isinstance(block.get(key), dict):
            yield key, block[key]
    for key in ("elements", "actions"):
        for index, element in enumerate(block.get(key) or []):
            if isinstance(element, dict):
                yield f"{key}[{index}]", element


def _markup(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _markup(item, f"{path}[{index}]")
    if not isinstance(value, dict):
        return
    kind = value.get("type")
    for key, item in value.items():
        here = f"{path}.{key}".strip(".")
        if isinstance(item, str):
            # plain_text is shown as it is; a `text` outside any object is the message's own
            if key in ("text", "fallback", "pretext", "initial_comment") and kind in (None, "mrkdwn", "markdown"):
                yield here, item
        else:
            yield from _markup(item, here)


def _metadata_problems(metadata: Any) -> Iterator[str]:
    yield from (f"metadata.{told}" for told in schema.problems("MessageMetadata", metadata))
    if isinstance(metadata, dict) and not METADATA_EVENT.match(str(metadata.get("event_type", ""))):
        yield "metadata.event_type: letters, digits and underscores only"


def _blocks_problems(blocks: Any) -> Iterator[str]:
    if not isinstance(blocks, list):
        yield "blocks: not a list"
        return
    for index, block in enumerate(blocks):
        for told in schema.problems("KnownBlock", block):
            yield f"blocks[{index}].{told}"
    yield from _by_hand([block for block in blocks if isinstance(block, dict)])


def _by_hand(blocks: list[Json]) -> Iterator[str]:
    yield from _repeated_blocks(blocks)
    focused = 0
    for index, block in enumerate(blocks):
        path = f"blocks[{index}]"
        if block.get("type") == "section" and not block.get("text") and not block.get("fields"):
            yield f"{path}: a section needs text or fields"
        yield from _repeated_actions(path, block)
        for place, element in elements(block):
            focused += element.get("focus_on_load") is True
            yield from _element_problems(f"{path}.{place}", element)
    if focused > 1:
        yield f"blocks: {focused} elements want focus_on_load, Slack takes 1"


def _repeated_blocks(blocks: list[Json]) -> Iterator[str]:
    counted = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    for name, times in counted.items():
        if times > 1:
            yield f"blocks: block_id {name!r} used {times} times"


def _repeated_actions(path: str, block: Json) -> Iterator[str]:
    counted = Counter(element["action_id"] for _, element in elements(block) if element.get("action_id"))
    for name, times in counted.items():
        if times > 1:
            yield f"{path}: action_id {name!r} used {times} times"


def _element_problems(path: str, element: Json) -> Iterator[str]:
    kind = element.get("type")
    if kind in CHOICES:
        yield from _choice_problems(path, element)
    if kind == "datepicker" and not _is_date(element.get("initial_date")):
        yield f"{path}.initial_date: not a date like 2020-05-11"
    if kind == "timepicker" and not _is_time(element.get("initial_time")):
        yield f"{path}.initial_time: not a time like 09:00"
    if kind == "datetimepicker" and len(str(element.get("initial_date_time", 1_000_000_000))) != 10:
        yield f"{path}.initial_date_time: not ten digits"
    if kind == "plain_text_input":
        yield from _text_input_problems(path, element)


def _choice_problems(path: str, element: Json) -> Iterator[str]:
    groups = element.get("option_groups")
    if element["type"] in SELECTS and (groups is None) == (element.get("options") is None):
        yield f"{path}: wanted one of options and option_groups"
    if groups is not None and (not groups or not all(group.get("options") for group in groups)):
        yield f"{path}.option_groups: an empty group"
    options = [*(element.get("options") or []), *(o for g in groups or [] for o in g.get("options") or [])]
    yield from _repeated_values(f"{path}.options", options)
    first = element.get("initial_option")
    for chosen in [first] if first else element.get("initial_options") or []:
        if chosen not in options:
            yield f"{path}: the initial option is not among the options"
    if element.get("initial_options") == []:
        yield f"{path}.initial_options: empty; leave it out"


def _repeated_values(path: str, options: list[Json]) -> Iterator[str]:
    for value, times in Counter(option.get("value") for option in options if "value" in option).items():
        if times > 1:
            yield f"{path}: value {value!r} used {times} times"


def _text_input_problems(path: str, element: Json) -> Iterator[str]:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if least > most:
        yield f"{path}: min_length {least} above max_length {most}"
    if len(element.get("initial_value") or "") > most:
        yield f"{path}.initial_value: longer than max_length {most}"
    if not 1 <= most <= 3000:
        yield f"{path}.max_length: {most}, Slack takes 1 to 3000"


def _is_date(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(date.fromisoformat(value).isoformat() == value)
    except (TypeError, ValueError):
        return False


def _is_time(value: Any) -> bool:
    return value is None or re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", str(value)) is not None
