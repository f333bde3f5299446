"""A form as Discord's client shows it, and what it sends when a person submits it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.counterparts.discord.rules import FILE_UPLOAD, LABEL, ROW, STRING_SELECT, TEXT_DISPLAY, TEXT_INPUT, or_one
from tests.counterparts.discord.world import Json

Filled = str | bool | list[str]

ENTITY_SELECTS = (5, 6, 7, 8)
RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 21, 22, 23
ONE_VALUE = (TEXT_INPUT, RADIO_GROUP, CHECKBOX)
LONGEST_TEXT = 4000


@dataclass(frozen=True)
class Field:
    """One question: a component with the label over it."""

    label: str
    description: str
    component: Json

    @property
    def custom_id(self) -> str:
        return str(self.component["custom_id"])

    @property
    def kind(self) -> int:
        return int(self.component["type"])

    @property
    def required(self) -> bool:
        stated = self.component.get("required")
        return self.kind != CHECKBOX if stated is None else bool(stated)

    @property
    def options(self) -> list[str]:
        return [option["label"] for option in self.component.get("options") or []]

    @property
    def prefilled(self) -> Filled:
        """What stands there before the person touches it."""
        if self.kind == CHECKBOX:
            return bool(self.component.get("default"))
        defaults = [one["value"] for one in self.component.get("options") or [] if one.get("default")]
        if self.kind == RADIO_GROUP:
            return str(defaults[0]) if defaults else ""
        if self.kind == TEXT_INPUT:
            return str(self.component.get("value") or "")
        ids = [str(one["id"]) for one in self.component.get("default_values") or []]
        return defaults + ids


class Modal:
    """An opened form."""

    def __init__(self, data: Json) -> None:
        self.title = str(data["title"])
        self.custom_id = str(data["custom_id"])
        self.components: list[Json] = data["components"]

    @property
    def fields(self) -> list[Field]:
        return list(self._fields())

    @property
    def labels(self) -> list[str]:
        return [field.label for field in self.fields]

    @property
    def texts(self) -> list[str]:
        """Words between the questions."""
        return [part["content"] for part in self.components if part["type"] == TEXT_DISPLAY]

    def field(self, name: str) -> Field:
        for field in self.fields:
            if name in (field.custom_id, field.label):
                return field
        raise AssertionError(f"the form {self.title!r} asks for {self.labels}, not {name!r}")

    def submitted(self, values: Mapping[str, Filled]) -> Json:
        """The interaction's data, after the checks that Discord's client makes."""
        filled = {self.field(name).custom_id: value for name, value in values.items()}
        parts = [_submitted(part, number, filled) for number, part in enumerate(self.components, 1)]
        return {"custom_id": self.custom_id, "components": parts}

    def _fields(self) -> Iterator[Field]:
        for part in self.components:
            if part["type"] == LABEL:
                yield Field(part["label"], part.get("description") or "", part["component"])
            elif part["type"] == ROW:
                yield from (Field(inner.get("label") or "", "", inner) for inner in part["components"])


def picked_ids(data: Json) -> list[str]:
    """People, roles and channels among the values of a submitted form."""
    components = [part.get("component") or {} for part in data["components"]]
    return [one for part in components if part.get("type") in ENTITY_SELECTS for one in part["values"]]


def uploaded_ids(data: Json) -> list[str]:
    """Attachments among the values of a submitted form."""
    components = [part.get("component") or {} for part in data["components"]]
    return [one for part in components if part.get("type") == FILE_UPLOAD for one in part["values"]]


def _submitted(part: Json, number: int, filled: Mapping[str, Filled]) -> Json:
    own = part.get("id") or number
    if part["type"] == LABEL:
        field = Field(part["label"], "", part["component"])
        return {"type": LABEL, "id": own, "component": _value(field, number, filled)}
    if part["type"] == ROW:
        fields = [Field(inner.get("label") or "", "", inner) for inner in part["components"]]
        return {"type": ROW, "id": own, "components": [_value(field, number, filled) for field in fields]}
    return {"type": part["type"], "id": own}


def _value(field: Field, number: int, filled: Mapping[str, Filled]) -> Json:
    value = filled.get(field.custom_id, field.prefilled)
    answer: Json = {"type": field.kind, "id": field.component.get("id") or 100 + number}
    answer["custom_id"] = field.custom_id
    if field.kind in ONE_VALUE:
        return {**answer, "value": _one(field, value)}
    return {**answer, "values": _many(field, value)}


def _one(field: Field, value: Filled) -> Any:
    if field.kind == CHECKBOX:
        assert isinstance(value, bool), f"{field.label!r} is yes or no"
        return value
    assert isinstance(value, str), f"{field.label!r} takes a text"
    assert value or not field.required, f"{field.label!r} is required"
    if field.kind == RADIO_GROUP:
        return _option(field, value) if value else None
    longest = field.component.get("max_length") or LONGEST_TEXT
    assert len(value) <= longest, f"{field.label!r} takes at most {longest} characters"
    shortest = field.component.get("min_length") or 0
    assert not value or len(value) >= shortest, f"{field.label!r} takes at least {shortest} characters"
    return value


def _many(field: Field, value: Filled) -> list[str]:
    assert not isinstance(value, bool), f"{field.label!r} takes picks"
    picked = [value] if isinstance(value, str) else list(value)
    if field.kind in (STRING_SELECT, CHECKBOX_GROUP):
        picked = [_option(field, one) for one in picked]
    high = field.component.get("max_values") or (1 if field.kind != CHECKBOX_GROUP else len(field.options))
    low = or_one(field.component.get("min_values"))
    assert picked or not field.required, f"{field.label!r} is required"
    assert not picked or low <= len(picked) <= high, f"{field.label!r} takes {low} to {high} picks"
    return picked


def _option(field: Field, picked: str) -> str:
    for option in field.component["options"]:
        if picked in (option["value"], option["label"]):
            return str(option["value"])
    raise AssertionError(f"{picked!r} is not among {field.options}")
