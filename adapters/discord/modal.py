"""A form as a Discord modal, and a submitted modal as answers: the two have to agree on what names carry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zlib import crc32

from adapters.discord.limits import (
    CHECKBOXES,
    CUSTOM_ID,
    LABEL,
    LABEL_DESCRIPTION,
    MODAL_COMPONENTS,
    MODAL_TITLE,
    OPTION_TEXT,
    PLACEHOLDER,
    SELECT_OPTIONS,
    TEXT_INPUT,
)
from adapters.discord.places import account, accounts_in, channel, channels_in
from adapters.discord.text import cut, fit, one_line, size, visible
from coalition_bot.command import Form, Question
from coalition_bot.fields import Kind, Option
from coalition_bot.words import _

Json = dict[str, Any]

# https://docs.discord.com/developers/components/reference#component-object-component-types
SELECT, INPUT, USERS, CHANNELS, DISPLAY, LABELLED, UPLOAD, RADIO, CHECKS = 3, 4, 5, 8, 10, 18, 19, 21, 22
SHORT, PARAGRAPH = 1, 2
TEXT_CHANNELS = (0, 5, 10, 11, 12)  # https://docs.discord.com/developers/resources/channel#channel-object-channel-types
RADIO_FEW = 5  # so many fit on a phone's screen at once; radio buttons need two at least
_KEPT = re.compile(r"(\w+)\?([0-9a-f]{8})\?(.*)", re.DOTALL)


def modal(form: Form) -> Json:
    """The modal that asks one page of a form. Its name carries the command and the draft."""
    parts = [_labelled(question) for question in form.questions[:MODAL_COMPONENTS]]
    words = "\n".join(fit(each, TEXT_INPUT // 4) for each in (form.text, form.problem) if each)
    if words and len(parts) < MODAL_COMPONENTS:
        parts.insert(0, {"type": DISPLAY, "content": words})
    name = f"{form.command}~{form.draft}"
    return {"custom_id": name, "title": cut(one_line(form.title), MODAL_TITLE) or "…", "components": parts}


def source(custom_id: str) -> tuple[str, str]:
    """The command and the draft that a modal's name carries. Anything is readable; it may not exist."""
    command, _tilde, draft = custom_id.partition("~")
    return command, draft


def answers(components: Sequence[Json], guild: str) -> dict[str, str]:
    """What was submitted, by the questions' names; also what was left empty, so that it counts as seen."""
    return dict(_answer(part, guild) for part in _controls(components))


def uploads(components: Sequence[Json]) -> dict[str, str]:
    """The id of the attachment for each question to which one was given."""
    controls = [control for control in _controls(components) if control["type"] == UPLOAD]
    return {control["custom_id"]: control["values"][0] for control in controls if control.get("values")}


def _controls(components: Sequence[Json]) -> Iterator[Json]:
    for part in components:
        inner = part.get("component") or part
        if inner.get("custom_id"):
            yield inner


def _answer(control: Json, guild: str) -> tuple[str, str]:
    name, values = control["custom_id"], control.get("values") or []
    if control["type"] == CHANNELS:
        return name, ",".join(channel(guild, value) for value in values)
    if control["type"] == USERS:
        return name, ",".join(account(guild, value) for value in values)
    if control["type"] == UPLOAD:
        return name, ""  # the file itself comes on another way
    if control["type"] == INPUT:
        return _typed(name, control.get("value") or "")
    return name, ",".join(values) if "values" in control else control.get("value") or ""


def _labelled(question: Question) -> Json:
    label = cut(one_line(question.label), LABEL) or "…"
    about = f"⚠️ {question.problem}" if question.problem else _about(question)
    drawn: Json = {"type": LABELLED, "label": label, "component": _control(question)}
    if about := cut(one_line(about), LABEL_DESCRIPTION):
        drawn["description"] = about
    return drawn


def _about(question: Question) -> str:
    if question.kind is Kind.FILE and question.value:
        return _("Attached: {name}. You can attach another file in its place.").format(name=question.value_label)
    return question.help


def _control(question: Question) -> Json:
    """The control that suits the kind of question and the number of its options; a text input suits any."""
    options = _drawable(question.options)
    complete = bool(options) and not question.more and len(options) == len(question.options)
    if question.kind is Kind.MANY and complete:
        return _several(question, options)
    if question.kind in (Kind.CHOICE, Kind.YES) and complete:
        return _one(question, options)
    if question.kind is Kind.CHANNELS and (ids := channels_in(question.value)) is not None:
        return _picked(question, CHANNELS, "channel", ids, channel_types=list(TEXT_CHANNELS))
    if question.kind is Kind.PERSON and (ids := accounts_in(question.value)) is not None:
        return _picked(question, USERS, "user", ids[:1])
    if question.kind is Kind.FILE:
        needed = question.required and not question.value  # the control itself always begins empty
        many = {"min_values": int(needed), "max_values": 1, "required": needed}
        return {"type": UPLOAD, "custom_id": question.name, **many}
    return _input(question)


def _drawable(options: Sequence[Option]) -> list[Json]:
    fitting = [each for each in options if 0 < size(each.value) <= OPTION_TEXT and one_line(each.label)]
    return [{"value": each.value, "label": cut(one_line(each.label), OPTION_TEXT)} for each in fitting]


def _several(question: Question, options: list[Json]) -> Json:
    chosen = question.value.split(",")
    marked = [{**each, "default": True} if each["value"] in chosen else each for each in options]
    many = {"min_values": int(question.required), "max_values": len(options), "required": question.required}
    kind = CHECKS if len(options) <= CHECKBOXES else SELECT
    return {"type": kind, "custom_id": question.name, "options": marked[:SELECT_OPTIONS], **many}


def _one(question: Question, options: list[Json]) -> Json:
    marked = [{**each, "default": True} if each["value"] == question.value else each for each in options]
    control: Json = {"custom_id": question.name, "options": marked, "required": question.required}
    # Only a list can be emptied again, so what may be left out is one.
    if question.required and 2 <= len(options) <= RADIO_FEW:
        return {"type": RADIO, **control}
    return {"type": SELECT, **control, "min_values": int(question.required), "max_values": 1}


def _picked(question: Question, kind: int, of: str, ids: Sequence[str], **more: object) -> Json:
    most = 1 if kind == USERS else SELECT_OPTIONS
    many = {"min_values": int(question.required), "max_values": most, "required": question.required}
    chosen: Json = {"default_values": [{"id": each, "type": of} for each in ids[:most]]} if ids else {}
    return {"type": kind, "custom_id": question.name, **many, **chosen, **more}


def _input(question: Question) -> Json:
    shown = cut(visible(question.value_label or question.value), TEXT_INPUT)
    # The door counts more kindly than Discord, and what was taken once has to fit in again.
    longest = min(max(question.longest or TEXT_INPUT, size(shown)), TEXT_INPUT)
    style = PARAGRAPH if question.multiline else SHORT
    control: Json = {"type": INPUT, "style": style, "custom_id": _name(question, shown), "required": question.required}
    control["max_length"] = longest
    if shown:
        control["value"] = shown
    if hint := _hint(question):
        control["placeholder"] = cut(one_line(hint), PLACEHOLDER)
    return control


def _hint(question: Question) -> str:
    if question.kind is Kind.DAY:
        return _("Year-month-day, such as {example}").format(example="2027-03-14")
    some = ", ".join(option.label for option in question.options[:3])
    return _("Type a name, such as {examples}").format(examples=some) if some else ""


def _name(question: Question, shown: str) -> str:
    """Where a label stands for a value, the name keeps the value: two people may be called the same."""
    kept = f"{question.name}?{crc32(shown.encode()):08x}?{question.value}"
    return kept if shown != question.value and size(kept) <= CUSTOM_ID else question.name


def _typed(name: str, text: str) -> tuple[str, str]:
    kept = _KEPT.fullmatch(name)
    if kept is None:
        return name, text
    unchanged = f"{crc32(text.encode('utf-8', 'surrogatepass')):08x}" == kept[2]
    return kept[1], kept[3] if unchanged else text


def names_in(resolved: Mapping[str, Any], guild: str) -> dict[str, str]:
    """What the channels and accounts are called that somebody picked, by their Place."""
    members = resolved.get("members") or {}
    channels = {channel(guild, key): each.get("name") for key, each in (resolved.get("channels") or {}).items()}
    users = {
        account(guild, key): _called(each, members.get(key)) for key, each in (resolved.get("users") or {}).items()
    }
    return {place: str(name) for place, name in {**channels, **users}.items() if name}


def _called(user: Mapping[str, Any], member: Mapping[str, Any] | None) -> object:
    return (member or {}).get("nick") or user.get("global_name") or user.get("username")
