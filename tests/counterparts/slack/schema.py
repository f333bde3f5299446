"""Slack's own TypeScript types as JSON Schema, with the limits that their comments state."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]

from tests.counterparts.node import CounterpartMissing, ensure_packages, node

FOLDER = Path(__file__).parent
GENERATE_SECONDS = 120

Json = dict[str, Any]

# What the types' comments get wrong, or say in words that no rule reads.
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
CORRECTIONS: Mapping[tuple[str, str], Json] = {
    ("PlainTextOption", "value"): {"maxLength": 150},
    ("MrkdwnOption", "value"): {"maxLength": 150},
    ("ModalView", "external_id"): {"maxLength": 255},
    ("HomeView", "external_id"): {"maxLength": 255},
    ("ActionsBlock", "elements"): {"minItems": 1},
    ("ContextBlock", "elements"): {"minItems": 1},
    ("Checkboxes", "options"): {"minItems": 1},
    ("RadioButtons", "options"): {"minItems": 1},
    ("Overflow", "options"): {"minItems": 1},
    ("StaticSelect", "options"): {"minItems": 1},
    ("MultiStaticSelect", "options"): {"minItems": 1},
}

_LINK = re.compile(r"\{@link[^}]*\}")
_MOST = re.compile(r"\b(?:max(?:imum)?|limit|up to|less than|between 1 and)\b[^\d]{0,60}?([\d,]*\d)", re.IGNORECASE)
_LEAST = re.compile(r"\bmin(?:imum)?\b[^\d.]{0,60}?(\d+)", re.IGNORECASE)
_EACH = re.compile(r"text in each item is (\d+)")
_CELLS = re.compile(r"max of (\d+) table cells")


@cache
def validator(name: str) -> Draft202012Validator:
    """Checks one of Slack's types, such as ModalView, HomeView, KnownBlock or MessageMetadata."""
    definitions = _definitions()
    return Draft202012Validator({"$ref": f"#/definitions/{name}", "definitions": definitions})


def problems(name: str, value: object) -> Iterable[str]:
    """What Slack's types find wrong, as a path and a sentence."""
    for error in validator(name).iter_errors(value):
        yield from _told(error)


def _told(error: ValidationError) -> Iterable[str]:
    if error.validator in ("anyOf", "oneOf") and error.context:
        yield from _told(min(error.context, key=lambda inner: (inner.validator == "type", -len(inner.path))))
        return
    path = re.sub(r"\.(\d+)", r"[\1]", ".".join(map(str, error.absolute_path)))
    yield f"{path or 'payload'}: {_sentence(error)}"


def _sentence(error: ValidationError) -> str:
    limit = error.validator_value
    if error.validator == "maxLength":
        return f"{len(error.instance)} characters, Slack takes {limit}"
    if error.validator == "maxItems":
        return f"{len(error.instance)} items, Slack takes {limit}"
    return str(error.message)[:300]


@cache
def _definitions() -> Json:
    definitions: Json = json.loads(_generated().read_text())["definitions"]
    for view in ("ModalView", "HomeView"):
        # The types also admit blocks of kinds unknown to them.
        definitions[view]["properties"]["blocks"]["items"] = {"$ref": "#/definitions/KnownBlock"}
    for name, definition in definitions.items():
        _state_limits(name, definition)
    return {name: _discriminated(definition, definitions) for name, definition in definitions.items()}


def _generated() -> Path:
    """The schema, generated once per installation: it lies in node_modules and goes away with it."""
    modules = ensure_packages(FOLDER)
    path = modules / ".slack-types.schema.json"
    if not path.exists():
        half = path.with_suffix(f".{os.getpid()}")
        tool = modules / "ts-json-schema-generator" / "bin" / "ts-json-schema-generator.js"
        types = modules / "@slack" / "types" / "dist" / "index.d.ts"
        options = ["--path", str(types), "--type", "*", "--no-type-check", "--out", str(half)]
        _run([str(node()), str(tool), *options])
        half.replace(path)
    return path


def _run(command: list[str]) -> None:
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=GENERATE_SECONDS)
    if done.returncode:
        raise CounterpartMissing(f"no schema from @slack/types: {done.stderr[-800:]}")


def _state_limits(name: str, definition: Any) -> None:
    """Adds to each property what its comment states; comments repeat in inline objects, hence the walk."""
    if isinstance(definition, list):
        for item in definition:
            _state_limits(name, item)
    if not isinstance(definition, dict):
        return
    for key, schema in definition.get("properties", {}).items():
        schema.update(_limits(schema))
        schema.update(CORRECTIONS.get((name, key), {}))
    for value in definition.values():
        if isinstance(value, dict | list):
            _state_limits(name, value)


def _limits(schema: Json) -> Json:
    comment = " ".join(_LINK.sub("", schema.get("description", "")).split())
    most, least = _MOST.search(comment), _LEAST.search(comment)
    kind = schema.get("type")
    found: Json = {}
    if most:
        found |= _at_most(kind, schema, int(most[1].replace(",", "")))
    if least and kind in ("string", "array", "number"):
        found[{"string": "minLength", "array": "minItems", "number": "minimum"}[kind]] = int(least[1])
    if kind == "array" and (each := _EACH.search(comment)):
        found["items"] = {**schema["items"], "properties": {"text": {"maxLength": int(each[1])}}}
    if kind == "array" and (cells := _CELLS.search(comment)):
        found["items"] = {**schema["items"], "maxItems": int(cells[1])}
    return found


def _at_most(kind: str | None, schema: Json, limit: int) -> Json:
    if kind == "string":
        return {"maxLength": limit}
    if kind == "array":
        return {"maxItems": limit}
    if kind == "number":
        return {"maximum": limit}
    if "$ref" in schema or "anyOf" in schema:  # a text object: the limit is on what it says
        return {"properties": {"text": {"maxLength": limit}}}
    return {}


def _discriminated(schema: Any, definitions: Json) -> Any:
    """Turns "one of twenty kinds" into "if it is of this type, then", so that errors name the fault itself."""
    if isinstance(schema, list):
        return [_discriminated(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {key: _discriminated(value, definitions) for key, value in schema.items()}
    kinds = _kinds(schema.get("anyOf", []), definitions)
    if kinds is None or len(kinds) < 2:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    branches = [
        {"if": _is(kind), "then": found[0] if len(found) == 1 else {"anyOf": found}} for kind, found in kinds.items()
    ]
    return {"allOf": [{"required": ["type"], "properties": {"type": {"enum": list(kinds)}}}, rest, *branches]}


def _is(kind: str) -> Json:
    return {"required": ["type"], "properties": {"type": {"const": kind}}}


def _kinds(branches: list[Json], definitions: Json) -> dict[str, list[Json]] | None:
    """The branches of a union by their constant `type`, or None where one has none."""
    kinds: dict[str, list[Json]] = {}
    for branch in branches:
        target = branch
        while "$ref" in target:
            target = definitions[target["$ref"].removeprefix("#/definitions/").replace("%3C", "<").replace("%3E", ">")]
        if nested := _nested(target, definitions):
            for kind, found in nested.items():
                kinds.setdefault(kind, []).extend(found)
            continue
        kind = target.get("properties", {}).get("type", {}).get("const")
        if kind is None:
            return None
        kinds.setdefault(kind, []).append(branch)
    return kinds


def _nested(target: Json, definitions: Json) -> dict[str, list[Json]] | None:
    return _kinds(target["anyOf"], definitions) if "anyOf" in target else None
