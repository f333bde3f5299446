"""What a person enters into a modal, in the shapes in which Slack hands it on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

TEXTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
ONE_OPTION = {"static_select", "external_select", "radio_buttons", "overflow"}
SOME_OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}
FILE_BYTES = 10_000_000
EXTERNAL = {"external_select", "multi_external_select"}
PICKED = {
    "datepicker": "date",
    "timepicker": "time",
    "datetimepicker": "date_time",
    "users_select": "user",
    "channels_select": "channel",
    "conversations_select": "conversation",
}
PICKED_SOME = {
    "multi_users_select": "users",
    "multi_channels_select": "channels",
    "multi_conversations_select": "conversations",
}
STATEFUL = {*TEXTS, *ONE_OPTION, *SOME_OPTIONS, *PICKED, *PICKED_SOME, "file_input", "rich_text_input"} - {"overflow"}


class NotEntered(Exception):
    """Slack's own window would not send this: the bot never hears of it."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__(str(reasons))
        self.reasons = reasons


def initial(element: Json) -> Json:
    """The state of an element that nobody has touched."""
    kind = element["type"]
    if kind in TEXTS:
        return {"type": kind, "value": element.get("initial_value")}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in SOME_OPTIONS:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind in PICKED:
        return _picked(element, element.get(f"initial_{PICKED[kind]}"))
    if kind in PICKED_SOME:
        return {"type": kind, f"selected_{PICKED_SOME[kind]}": element.get(f"initial_{PICKED_SOME[kind]}", [])}
    if kind == "file_input":
        return {"type": kind, "files": []}
    return {"type": kind, "rich_text_value": element.get("initial_value")}


def entered(element: Json, value: Any) -> Json:
    """The state after a person entered a value; options by their value or by what stands on them."""
    kind = element["type"]
    if kind in TEXTS:
        return {"type": kind, "value": None if value in (None, "") else str(value)}
    if kind in ONE_OPTION:
        return {"type": kind, "selected_option": None if value is None else option(element, value)}
    if kind in SOME_OPTIONS:
        return {"type": kind, "selected_options": [option(element, item) for item in value]}
    if kind in PICKED:
        return _picked(element, value)
    if kind in PICKED_SOME:
        return {"type": kind, f"selected_{PICKED_SOME[kind]}": list(value)}
    if kind == "file_input":
        return {"type": kind, "files": list(value)}
    return {"type": kind, "rich_text_value": value}


def option(element: Json, wanted: Any) -> Json:
    if isinstance(wanted, dict):
        return wanted
    there = options(element)
    for found in there:
        if wanted in (found.get("value"), found["text"]["text"]):
            return found
    raise NotEntered(
        {element.get("action_id", "?"): f"no option {wanted!r} among {[o['text']['text'] for o in there]}"}
    )


def options(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*element.get("options", []), *(found for group in groups for found in group["options"])]


def refused(block: Json, state: Json) -> str | None:
    """Why Slack's window would not let this through, if so."""
    element = block["element"]
    given = {key: value for key, value in state.items() if key not in ("type", "timezone")}
    if not any(given.values()):
        return None if block.get("optional") else "Please complete this required field."
    if element["type"] == "file_input":
        return _files_refused(element, given["files"])
    return _text_refused(element, state.get("value") or "") if element["type"] in TEXTS else _most(element, given)


def inputs(view: Json) -> Iterator[Json]:
    yield from (block for block in view["blocks"] if block.get("type") == "input")


def _picked(element: Json, value: Any) -> Json:
    kind = element["type"]
    state = {"type": kind, f"selected_{PICKED[kind]}": value}
    return {**state, "timezone": element["timezone"]} if kind == "timepicker" and "timezone" in element else state


def _text_refused(element: Json, text: str) -> str | None:
    kind = element["type"]
    if len(text) < element.get("min_length", 0):
        return f"Must be at least {element['min_length']} characters."
    if len(text) > element.get("max_length", 3000):
        return f"Must be at most {element.get('max_length', 3000)} characters."
    if kind == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        return "Not an email address."
    if kind == "url_text_input" and not re.match(r"https?://", text):
        return "Not a link."
    return _number_refused(element, text) if kind == "number_input" else None


def _number_refused(element: Json, text: str) -> str | None:
    try:
        number = float(text)
    except ValueError:
        return "Not a number."
    if not element["is_decimal_allowed"] and "." in text:
        return "Not a whole number."
    low, high = float(element.get("min_value", "-inf")), float(element.get("max_value", "inf"))
    return None if low <= number <= high else "Out of range."


def _files_refused(element: Json, files: list[Json]) -> str | None:
    """https://docs.slack.dev/reference/block-kit/block-elements/file-input-element"""
    kinds = element.get("filetypes") or []
    if kinds and any(file["name"].rpartition(".")[2].lower() not in kinds for file in files):
        return f"Only {', '.join(kinds)}."
    if any(file["size"] > FILE_BYTES for file in files):
        return "Too large."
    return "Too many files." if len(files) > element.get("max_files", 10) else None


def _most(element: Json, given: Json) -> str | None:
    most = element.get("max_selected_items")
    return f"At most {most}." if most and any(len(v) > most for v in given.values() if isinstance(v, list)) else None
