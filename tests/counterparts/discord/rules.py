"""Discord's rules that its published API description does not state; each function lists what breaks them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

# https://docs.discord.com/developers/resources/message#create-message
CONTENT = 2000
EMBEDS_TOTAL = 6000
NONCE = 25
EPHEMERAL = 1 << 6
COMPONENTS_V2 = 1 << 15
# https://docs.discord.com/developers/components/reference
ROWS = 5
BUTTONS_IN_ROW = 5
V2_COMPONENTS = 40
V2_TEXT = 4000
MODAL_COMPONENTS = 5
OPTIONS = 25
ROW, BUTTON, STRING_SELECT, TEXT_INPUT, TEXT_DISPLAY, LABEL, FILE_UPLOAD = 1, 2, 3, 4, 10, 18, 19
SELECTS = (3, 5, 6, 7, 8)
LINK, PREMIUM = 5, 6
# https://docs.discord.com/developers/interactions/application-commands
COMMANDS = 100
COMMAND_TEXT = 8000
COMMAND_NAME = re.compile(r"[-_'\w]{1,32}")
SUBCOMMAND, SUBCOMMAND_GROUP = 1, 2
CHOICES = 25
CHOICE_TEXT = 100
PERMISSIONS = 1 << 53  # https://docs.discord.com/developers/topics/permissions: there are no higher bits yet
# https://docs.discord.com/developers/interactions/receiving-and-responding
PONG, MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, AUTOCOMPLETE_RESULT, MODAL = 1, 4, 5, 6, 7, 8, 9
ANSWERS = {
    2: {MESSAGE, DEFERRED_MESSAGE, MODAL},
    3: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, MODAL},
    4: {AUTOCOMPLETE_RESULT},
    5: {MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE},
}

CHANNEL_MESSAGES = "POST /channels/{channel_id}/messages"
CHANNEL_MESSAGE = "PATCH /channels/{channel_id}/messages/{message_id}"
FOLLOW_UPS = "POST /webhooks/{webhook_id}/{webhook_token}"
FOLLOW_UP = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
ORIGINAL = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
PERMISSION = "PUT /channels/{channel_id}/permissions/{overwrite_id}"
COMMANDS_OF_ALL = "PUT /applications/{application_id}/commands"
COMMANDS_OF_GUILD = "PUT /applications/{application_id}/guilds/{guild_id}/commands"


def broken_rules(route: str, body: Any, files: int = 0) -> list[str]:
    """What breaks Discord's unwritten rules in a request to a route, which is named as the description names it."""
    rule = _RULES.get(route)
    return list(rule(body, files)) if rule else []


def wrong_answer(interaction_type: int, from_message: bool, body: Json) -> list[str]:
    """An answer of a kind that the interaction does not admit, such as a modal to a modal."""
    kind = body.get("type")
    allowed = ANSWERS.get(interaction_type, {PONG})
    if not from_message:
        allowed = allowed - {UPDATE, DEFERRED_UPDATE}
    if kind in allowed:
        return []
    return [f"type: an interaction of type {interaction_type} cannot be answered with {kind}"]


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, also those inside rows, labels, containers and sections."""
    for component in components:
        yield component
        inner = list(component.get("components") or [])
        inner += [component[key] for key in ("component", "accessory") if component.get(key)]
        yield from walk(inner)


def _new_message(body: Json, files: int) -> Iterator[str]:
    if not _has_something(body, files):
        yield "message: empty, which Discord refuses with 50006"
    if len(str(body.get("nonce") or "")) > NONCE:
        yield f"nonce: longer than {NONCE}"
    yield from _edit(body, files)
    if not (body.get("flags") or 0) & COMPONENTS_V2:
        yield from _rows_only(body.get("components") or [])


def _channel_message(body: Json, files: int) -> Iterator[str]:
    if (body.get("flags") or 0) & EPHEMERAL:
        yield "flags: only an answer to an interaction can be ephemeral"
    yield from _new_message(body, files)


def _has_something(body: Json, files: int) -> bool:
    content = (body.get("content") or "").strip()
    return bool(content or files or any(body.get(key) for key in ("embeds", "components", "sticker_ids", "poll")))


def _edit(body: Json, files: int) -> Iterator[str]:
    if len(body.get("content") or "") > CONTENT:
        yield f"content: {len(body['content'])} characters, more than {CONTENT}"
    yield from _embeds(body.get("embeds") or [])
    components = body.get("components") or []
    yield from _components(components)
    if (body.get("flags") or 0) & COMPONENTS_V2:
        yield from _v2(body, components)


def _embeds(embeds: list[Json]) -> Iterator[str]:
    total = sum(len(text) for embed in embeds for text in _embed_texts(embed))
    if total > EMBEDS_TOTAL:
        yield f"embeds: {total} characters in all, more than {EMBEDS_TOTAL}"
    for number, embed in enumerate(embeds):
        for field in embed.get("fields") or []:
            if not str(field.get("name") or "").strip() or not str(field.get("value") or "").strip():
                yield f"embeds.{number}: a field has an empty name or value"
        if not any(_embed_texts(embed)) and not (embed.get("image") or embed.get("thumbnail")):
            yield f"embeds.{number}: empty"


def _embed_texts(embed: Json) -> list[str]:
    texts = [embed.get("title"), embed.get("description")]
    texts += [(embed.get("footer") or {}).get("text"), (embed.get("author") or {}).get("name")]
    for field in embed.get("fields") or []:
        texts += [field.get("name"), field.get("value")]
    return [text for text in texts if text]


def _v2(body: Json, components: list[Json]) -> Iterator[str]:
    if body.get("content") or body.get("embeds"):
        yield "components v2: a message with them has neither content nor embeds"
    everything = list(walk(components))
    if len(everything) > V2_COMPONENTS:
        yield f"components v2: {len(everything)} components, more than {V2_COMPONENTS}"
    announced = {f"attachment://{one.get('filename')}" for one in body.get("attachments") or []}
    for part in everything:
        shown = [part["file"]] if part.get("file") else [item["media"] for item in part.get("items") or []]
        for media in shown:
            if media["url"].startswith("attachment://") and media["url"] not in announced:
                yield f"components v2: {media['url']} is not among the attachments"
    text = sum(len(part.get("content") or "") for part in everything if part.get("type") == TEXT_DISPLAY)
    if text > V2_TEXT:
        yield f"components v2: {text} characters of text, more than {V2_TEXT}"


def _rows_only(components: list[Json]) -> Iterator[str]:
    if len(components) > ROWS:
        yield f"components: {len(components)} rows, more than {ROWS}"
    if any(component.get("type") != ROW for component in components):
        yield "components: only rows without the flag of components v2"


def _components(components: list[Json]) -> Iterator[str]:
    everything = list(walk(components))
    yield from _repeated("custom_id", [part["custom_id"] for part in everything if part.get("custom_id")])
    yield from _repeated("component id", [part["id"] for part in everything if part.get("id")])
    for part in everything:
        kind = part.get("type")
        if kind == ROW:
            yield from _row(part)
        elif kind == BUTTON:
            yield from _button(part)
        elif kind in SELECTS:
            yield from _select(part)
        elif kind == TEXT_INPUT:
            yield from _text_input(part)


def _repeated(what: str, values: list[Any]) -> Iterator[str]:
    for value, times in Counter(values).items():
        if times > 1:
            yield f"{what}: {value!r} is used {times} times"


def _row(row: Json) -> Iterator[str]:
    inner = [part.get("type") for part in row.get("components") or []]
    if len(inner) > BUTTONS_IN_ROW:
        yield f"row: {len(inner)} buttons, more than {BUTTONS_IN_ROW}"
    if len(inner) > 1 and set(inner) != {BUTTON}:
        yield "row: a select or text input needs a row of its own"


def _button(button: Json) -> Iterator[str]:
    style = button.get("style")
    name = button.get("label") or button.get("custom_id")
    if style == LINK and (not button.get("url") or button.get("custom_id")):
        yield f"button {name!r}: a link has a url and no custom_id"
    if style not in (LINK, PREMIUM) and (not button.get("custom_id") or button.get("url")):
        yield f"button {name!r}: needs a custom_id and no url"
    if style != PREMIUM and not (button.get("label") or button.get("emoji")):
        yield f"button {name!r}: needs a label or an emoji"


def _select(select: Json) -> Iterator[str]:
    name = f"select {select.get('custom_id')!r}"
    low, high = or_one(select.get("min_values")), or_one(select.get("max_values"))
    if low > high:
        yield f"{name}: min_values over max_values"
    if select.get("type") != STRING_SELECT:
        return
    options = select.get("options") or []
    if not 1 <= len(options) <= OPTIONS:
        yield f"{name}: {len(options)} options, not 1 to {OPTIONS}"
    yield from _repeated(f"{name} value", [option.get("value") for option in options])
    if high > len(options):
        yield f"{name}: max_values over the number of options"
    if sum(bool(option.get("default")) for option in options) > high:
        yield f"{name}: more defaults than max_values"


def or_one(value: int | None) -> int:
    """How many may be picked where nothing is said."""
    return 1 if value is None else value


def _text_input(text: Json) -> Iterator[str]:
    name = f"text input {text.get('custom_id')!r}"
    longest = text.get("max_length") or V2_TEXT
    if (text.get("min_length") or 0) > longest:
        yield f"{name}: min_length over max_length"
    if len(text.get("value") or "") > longest:
        yield f"{name}: its value is longer than max_length"


def _callback(body: Json, files: int) -> Iterator[str]:
    kind, data = body.get("type"), body.get("data") or {}
    if kind == MESSAGE:
        yield from _new_message(data, files)
    elif kind == UPDATE:
        yield from _edit(data, files)
    elif kind == MODAL:
        yield from _modal(data)
    elif kind == AUTOCOMPLETE_RESULT:
        yield from _choices(data.get("choices") or [], "choices")


def _modal(modal: Json) -> Iterator[str]:
    components = modal.get("components") or []
    if len(components) > MODAL_COMPONENTS:
        yield f"modal: {len(components)} components, more than {MODAL_COMPONENTS}"
    if not (modal.get("title") or "").strip():
        yield "modal: needs a title"
    yield from _components(components)
    for component in components:
        yield from _modal_part(component)


def _modal_part(component: Json) -> Iterator[str]:
    if component.get("type") == LABEL:
        inner = component.get("component") or {}
        if inner.get("label"):
            yield "modal: the label of a component stands on its Label, not on itself"
        if inner.get("disabled"):
            yield "modal: a select in a modal cannot be disabled"
        if inner.get("type") == FILE_UPLOAD:
            yield from _file_upload(inner)
    elif component.get("type") == FILE_UPLOAD:
        yield "modal: a file upload stands in a Label"
    elif component.get("type") == ROW:
        for inner in component.get("components") or []:
            if not inner.get("label"):
                yield "modal: a text input in a row needs a label"


def _file_upload(upload: Json) -> Iterator[str]:
    """https://docs.discord.com/developers/components/reference#file-upload"""
    low, high = or_one(upload.get("min_values")), or_one(upload.get("max_values"))
    if low > high:
        yield "file upload: min_values over max_values"
    if upload.get("required") is False and low:
        yield "file upload: min_values over what is required"


def _choices(choices: list[Json], where: str) -> Iterator[str]:
    if len(choices) > CHOICES:
        yield f"{where}: {len(choices)} choices, more than {CHOICES}"
    yield from _repeated(f"{where} choice", [choice.get("name") for choice in choices])
    for choice in choices:
        texts = (choice.get("name") or "", str(choice.get("value", "")))
        if not all(1 <= len(text) <= CHOICE_TEXT for text in texts):
            yield f"{where}: a choice's name and value have 1 to {CHOICE_TEXT} characters"


def _commands(commands: list[Json], files: int) -> Iterator[str]:
    chat = [command for command in commands if command.get("type", 1) == 1]
    if len(chat) > COMMANDS:
        yield f"commands: {len(chat)}, more than {COMMANDS}"
    yield from _repeated("command", [command.get("name") for command in chat])
    for command in chat:
        where = f"/{command.get('name')}"
        if (size := _size(command)) > COMMAND_TEXT:
            yield f"{where}: {size} characters in all, more than {COMMAND_TEXT}"
        yield from _command_part(command, where, 0)


def _command_part(part: Json, where: str, level: int) -> Iterator[str]:
    yield from _names(part, where)
    options = part.get("options") or []
    yield from _repeated(f"{where} option", [option.get("name") for option in options])
    yield from _order(options, where, level)
    yield from _choices(part.get("choices") or [], where)
    if part.get("choices") and part.get("autocomplete"):
        yield f"{where}: choices and autocomplete exclude each other"
    for option in options:
        yield from _command_part(option, f"{where} {option.get('name')}", level + 1)


def _names(part: Json, where: str) -> Iterator[str]:
    for name in [part.get("name") or "", *(part.get("name_localizations") or {}).values()]:
        if not COMMAND_NAME.fullmatch(unicodedata.normalize("NFC", name)):
            yield f"{where}: {name!r} is no name for a command"
        if name != name.lower():
            yield f"{where}: {name!r} has upper-case letters"
    if not (part.get("description") or "").strip():
        yield f"{where}: the description is missing"


def _order(options: list[Json], where: str, level: int) -> Iterator[str]:
    nested = [option for option in options if option.get("type") in (SUBCOMMAND, SUBCOMMAND_GROUP)]
    if nested and len(nested) != len(options):
        yield f"{where}: subcommands and plain options exclude each other"
    if any(option["type"] == SUBCOMMAND_GROUP for option in nested) and level > 0:
        yield f"{where}: a subcommand group stands directly under its command"
    if any(option["type"] == SUBCOMMAND for option in nested) and level > 1:
        yield f"{where}: subcommands are nested too deep"
    flags = [bool(option.get("required")) for option in options if option not in nested]
    if flags != sorted(flags, reverse=True):
        yield f"{where}: a required option stands after an optional one"


def _size(part: Json) -> int:
    """Discord counts names, descriptions and values, each in its longest translation."""
    names = [part.get("name") or "", *(part.get("name_localizations") or {}).values()]
    texts = [part.get("description") or "", *(part.get("description_localizations") or {}).values()]
    inner = [*(part.get("options") or []), *(part.get("choices") or [])]
    own = max(map(len, names)) + max(map(len, texts)) + len(str(part.get("value", "")))
    return own + sum(_size(child) for child in inner)


def _permission(body: Any, files: int) -> Iterator[str]:
    """https://docs.discord.com/developers/resources/channel#edit-channel-permissions"""
    if body.get("type") not in (0, 1):
        yield "type: a role's (0) or a member's (1)"
    for name in body.keys() - {"type"}:
        if name not in ("allow", "deny") or not str(body[name]).isdecimal() or int(body[name]) >= PERMISSIONS:
            yield f"{name}: no set of permissions"


_RULES: dict[str, Callable[[Any, int], Iterator[str]]] = {
    CHANNEL_MESSAGES: _channel_message,
    CHANNEL_MESSAGE: _edit,
    FOLLOW_UPS: _new_message,
    FOLLOW_UP: _edit,
    ORIGINAL: _edit,
    CALLBACK: _callback,
    PERMISSION: _permission,
    COMMANDS_OF_ALL: _commands,
    COMMANDS_OF_GUILD: _commands,
}
