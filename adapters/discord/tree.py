"""The commands as Discord's slash commands: plain JSON from the Specs, and the checks that it can be declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapters.discord.limits import (
    CHOICE_TEXT,
    CHOICES,
    COMMAND_DESCRIPTION,
    COMMAND_NAME,
    COMMAND_TEXT,
    LABEL,
    OPTION_LENGTH,
    OPTIONS,
    ROOTS,
    SUBCOMMANDS,
)
from adapters.discord.text import cut, one_line, size
from coalition_bot.command import Spec, by_root
from coalition_bot.fields import Field, Kind, Option
from coalition_bot.words import _

Json = dict[str, Any]

# https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-type
SUBCOMMAND, STRING, INTEGER, USER, CHANNEL, ATTACHMENT = 1, 3, 4, 6, 7, 11
CHAT_INPUT = 1
TEXT, ANNOUNCEMENT = 0, 5  # channels in which a message can be posted at once
IN_SERVERS, IN_DIRECT_MESSAGES = 0, 1
FOR_SERVERS = 0

_TYPES = {Kind.NUMBER: INTEGER, Kind.CHANNELS: CHANNEL, Kind.PERSON: USER, Kind.FILE: ATTACHMENT}
# What Discord gives back of a declaration; numbers, versions and translations of its own come on top.
_COMPARED = (
    "name",
    "description",
    "type",
    "options",
    "choices",
    "value",
    "autocomplete",
    "channel_types",
    "min_value",
    "max_length",
    "contexts",
    "integration_types",
)


def declare(specs: Iterable[Spec], prefix: str = "") -> list[Json]:
    """All commands: a root with a subcommand for each leaf. Raises ValueError that names what cannot be."""
    roots = by_root(specs)
    if len(roots) > ROOTS:
        raise ValueError(f"Discord takes {ROOTS} commands, not {len(roots)}")
    return [_root(f"{prefix}{name}", leaves) for name, leaves in roots.items()]


def same(ours: Sequence[Json], fetched: Sequence[Json]) -> bool:
    """Whether Discord has these commands already, in whatever order."""
    return _by_name(ours) == _by_name(fetched)


def choices(options: Iterable[Option]) -> list[Json]:
    """Suggestions while somebody types. What is too long to be a choice can still be typed."""
    found: dict[str, str] = {}
    for option in options:
        name = cut(one_line(option.label), CHOICE_TEXT)
        if not name or not 0 < size(option.value) <= CHOICE_TEXT or option.value in found.values():
            continue
        # Discord refuses two choices of one name.
        same_name = sum(each == name or each.startswith(f"{name} (") for each in found)
        found[f"{cut(name, CHOICE_TEXT - 6)} ({same_name + 1})" if name in found else name] = option.value
    return [{"name": name, "value": value} for name, value in list(found.items())[:CHOICES]]


def _root(name: str, specs: Sequence[Spec]) -> Json:
    if len(specs) > SUBCOMMANDS:
        raise ValueError(f"/{name}: {len(specs)} subcommands, and Discord takes {SUBCOMMANDS}")
    for brief in (False, True):  # where there is no room for the help of each option, its label has to do
        root: Json = {
            **_under(name, specs, brief=brief),
            "name": _name(name, f"/{name}"),
            "type": CHAT_INPUT,
            "contexts": [IN_SERVERS, IN_DIRECT_MESSAGES],
            "integration_types": [FOR_SERVERS],
        }
        if _weight(root) <= COMMAND_TEXT:
            return root
    raise ValueError(f"/{name}: its names and descriptions are over {COMMAND_TEXT} characters")


def _under(root: str, specs: Sequence[Spec], *, brief: bool) -> Json:
    """What a root says of itself and asks: its subcommands; its own questions, where it stands alone."""
    if not specs[0].leaf:
        return _leaf(root, specs[0], brief=brief)
    return {
        "description": cut(", ".join(spec.leaf for spec in specs), COMMAND_DESCRIPTION),
        "options": [_leaf(root, spec, brief=brief) for spec in specs],
    }


def _leaf(root: str, spec: Spec, *, brief: bool) -> Json:
    where = f"/{root} {spec.leaf}".rstrip()
    asked = [field for field in spec.fields if not field.carried]
    for field in asked:
        if size(field.label) > LABEL:
            raise ValueError(f"{where}: the question {field.label!r} is longer than {LABEL} characters")
    return {
        "name": _name(spec.leaf or root, where),
        "description": _description(_(spec.help), where),
        "type": SUBCOMMAND,
        # What is left out is asked in the form; so nothing is required, and what is over the limit does not matter.
        "options": [_option(field, where, brief=brief) for field in asked[:OPTIONS]],
    }


def _option(field: Field, where: str, *, brief: bool) -> Json:
    here = f"{where} {field.name}"
    words = _(field.label) if brief or not field.help else f"{_(field.label)}: {_(field.help)}"
    option: Json = {
        "name": _name(field.name, here),
        "description": _description(words, here),
        "type": _TYPES.get(field.kind, STRING),
    }
    return {**option, **_details(field, here)}


def _details(field: Field, where: str) -> Json:
    if field.kind is Kind.NUMBER:
        return {"min_value": 0}
    if field.kind is Kind.CHANNELS:
        return {"channel_types": [TEXT, ANNOUNCEMENT]}
    if field.kind in (Kind.CHOICE, Kind.YES) and field.suggest is None and len(field.options) <= CHOICES:
        return {"choices": [_choice(option.value, _(option.label), where) for option in field.options]}
    if field.kind is Kind.CHOICE or (field.kind is Kind.TEXT and field.suggest is not None):
        return {"autocomplete": True}
    if field.kind is Kind.TEXT:
        return {"max_length": min(field.longest, OPTION_LENGTH)}
    return {}


def _choice(value: str, label: str, where: str) -> Json:
    if not 0 < size(value) <= CHOICE_TEXT:
        raise ValueError(f"{where}: the option {value!r} is not of 1 to {CHOICE_TEXT} characters")
    return {"name": cut(one_line(label), CHOICE_TEXT), "value": value}


def _name(name: str, where: str) -> str:
    if not re.fullmatch(COMMAND_NAME, name) or name != name.lower():
        raise ValueError(f"{where}: {name!r} is no name for a slash command on Discord")
    return name


def _description(text: str, where: str) -> str:
    if not one_line(text):
        raise ValueError(f"{where}: a description is missing")
    return cut(one_line(text), COMMAND_DESCRIPTION)


def _weight(part: Json) -> int:
    """What Discord counts: the names, descriptions and values of a command and of all that is under it."""
    own = sum(size(str(part.get(key, ""))) for key in ("name", "description", "value"))
    return own + sum(_weight(inner) for key in ("options", "choices") for inner in part.get(key) or [])


def _by_name(commands: Sequence[Json]) -> Mapping[str, Json]:
    return {command["name"]: _essence(command) for command in commands}


def _essence(part: Any) -> Any:
    if isinstance(part, list):
        return [_essence(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {key: _essence(part[key]) for key in _COMPARED if part.get(key) not in (None, False, [], 0)}
