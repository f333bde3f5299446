"""Checks request bodies against Discord's own published API description."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]

from tests.counterparts.node import CounterpartMissing, ensure_packages, node

HERE = Path(__file__).parent
# discord.py sends these though the description has forgotten them; Discord documents both.
# https://docs.discord.com/developers/resources/message#create-message
UNDESCRIBED = {"tts", "nsfw", "dm_permission", "flags"}


class Spec:
    """Discord's description as JSON Schema; `problems` is empty for a valid request."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._description = description
        self._routes = [_Route(path) for path in description["paths"]]
        self._routes.sort(key=lambda route: route.variables)
        self._validators: dict[str, Draft202012Validator] = {}

    @classmethod
    def load(cls) -> Spec:
        """Have Node turn the npm package into JSON Schema."""
        ensure_packages(HERE)
        done = subprocess.run([str(node()), "spec.mjs"], cwd=HERE, capture_output=True, check=False)
        if done.returncode:
            raise CounterpartMissing(f"no schema from discord-api-spec: {done.stderr.decode()[-800:]}")
        return cls(json.loads(done.stdout))

    def route(self, method: str, path: str) -> tuple[str | None, dict[str, str]]:
        """Discord's name of a path, such as `POST /channels/{channel_id}/messages`, and the values in it."""
        wanted = f"{method} {path}"
        for route in self._routes:
            if found := route.pattern.fullmatch(wanted):
                return route.name, found.groupdict()
        return None, {}

    def problems(self, route: str, body: object) -> list[str]:
        if body is None:
            return []
        bodies = self._description["bodies"]
        schema = bodies.get(route)
        if schema is None and route in bodies:  # it stands there without a name; `rules` has it
            return []
        if schema is None:
            return [f"Discord describes no body for {route}"]
        return [_sentence(error) for error in _leaves(self._validator(route, schema).iter_errors(body))]

    def _validator(self, name: str, schema: dict[str, Any]) -> Draft202012Validator:
        if name not in self._validators:
            whole = {**schema, "$defs": self._description["$defs"]}
            self._validators[name] = Draft202012Validator(whole)
        return self._validators[name]


class _Route:
    def __init__(self, name: str) -> None:
        self.name = name
        self.variables = name.count("{")
        parts = re.split(r"\{(\w+)\}", name)
        texts = [f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts)]
        self.pattern = re.compile("".join(texts))


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """Of a union, only the branch that was meant: the one whose `type` fits."""
    for error in errors:
        if error.validator == "anyOf" and error.context:
            yield from _leaves(_meant_branch(error))
        elif not _forgotten_property(error):
            yield error


def _meant_branch(error: ValidationError) -> list[ValidationError]:
    branches: dict[object, list[ValidationError]] = {}
    for inner in error.context or []:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    return min(branches.values(), key=lambda branch: (_wrong_kinds(branch), -_depth(branch), len(branch)))


def _wrong_kinds(errors: list[ValidationError]) -> int:
    return sum(_wrong_kind(error) for error in errors)


def _wrong_kind(error: ValidationError) -> bool:
    discriminates = error.validator in ("const", "enum") and list(error.relative_path)[-1:] == ["type"]
    return discriminates or (error.validator == "type" and not error.relative_path)


def _depth(errors: list[ValidationError]) -> int:
    return max(len(error.relative_path) for error in errors)


def _forgotten_property(error: ValidationError) -> bool:
    if error.validator != "additionalProperties" or not isinstance(error.instance, dict):
        return False
    known = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
    return set(error.instance) - set(known) <= UNDESCRIBED


def _sentence(error: ValidationError) -> str:
    where = ".".join(str(step) for step in error.absolute_path) or "body"
    return f"{where}: {error.message[:300]}"
