"""The commands that the bot has declared, as Discord's client would let a person fill them in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.counterparts.discord.world import Json

SUBCOMMAND, GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 8, 9, 10, 11
BY_ID = (USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT)
ADMINISTRATOR = 1 << 3
GUILD_CONTEXT, DM_CONTEXT = 0, 1


@dataclass(frozen=True)
class Choice:
    name: str
    value: str | int | float


@dataclass
class Command:
    """A leaf of the tree: `/group join` with the way that leads to it."""

    root: Json
    way: list[Json]
    resolve: Callable[[Iterable[str]], Json] = lambda ids: {}

    @property
    def line(self) -> str:
        return " ".join(part["name"] for part in [self.root, *self.way])

    @property
    def options(self) -> list[Json]:
        leaf = self.way[-1] if self.way else self.root
        return leaf.get("options") or []

    def option(self, name: str) -> Json:
        for option in self.options:
            if option["name"] == name:
                return option
        raise AssertionError(f"/{self.line} asks for {[one['name'] for one in self.options]}, not {name!r}")

    def check_open_to(self, permissions: int, in_dm: bool) -> None:
        """Discord hides a command from people without its permissions, and where its contexts do not admit it."""
        needed = self.root.get("default_member_permissions")
        if needed is not None and not in_dm and not permissions & ADMINISTRATOR:
            missing = int(needed) & ~permissions
            assert int(needed) and not missing, f"/{self.line} is hidden from members without permissions"
        contexts = self.root.get("contexts") or [GUILD_CONTEXT, DM_CONTEXT]
        here = DM_CONTEXT if in_dm else GUILD_CONTEXT
        shown = here in contexts and (not in_dm or self.root.get("dm_permission") is not False)
        assert shown, f"/{self.line} is not offered {'in direct messages' if in_dm else 'in servers'}"

    def data(self, options: list[Json]) -> Json:
        """The interaction's data: the options, wrapped in the subcommands that lead to them."""
        ids = [str(option["value"]) for option in options if option["type"] in BY_ID]
        for part in reversed(self.way):
            options = [{"name": part["name"], "type": part["type"], "options": options}]
        resolved = {"resolved": self.resolve(ids)} if ids else {}
        return {"id": self.root["id"], "name": self.root["name"], "type": 1, "options": options, **resolved}


def find_command(declared: list[Json], line: str) -> Command:
    first, *rest = line.removeprefix("/").split()
    root = _named(declared, first, line)
    way: list[Json] = []
    for name in rest:
        way.append(_named((way[-1] if way else root).get("options") or [], name, line))
    command = Command(root, way)
    nested = [option["name"] for option in command.options if option["type"] in (SUBCOMMAND, GROUP)]
    assert not nested, f"/{line} needs one of {nested} after it"
    return command


def typed_options(command: Command, values: Mapping[str, Any], complete: bool = True) -> list[Json]:
    """The options as Discord's client sends them, after its own checks."""
    options = [_typed(command, command.option(name), value) for name, value in values.items()]
    missing = [one["name"] for one in command.options if one.get("required") and one["name"] not in values]
    assert not (complete and missing), f"/{command.line} requires {missing}"
    return options


def _named(parts: list[Json], name: str, line: str) -> Json:
    for part in parts:
        if part["name"] == name:
            return part
    raise AssertionError(f"/{line} is not declared; here are {[part['name'] for part in parts]}")


def _typed(command: Command, option: Json, value: Any) -> Json:
    kind, name = option["type"], option["name"]
    if kind in BY_ID:
        value = str(getattr(value, "id", value))
    wanted: dict[int, tuple[type, ...]] = {INTEGER: (int,), BOOLEAN: (bool,), NUMBER: (int, float)}
    fits = isinstance(value, wanted.get(kind, (str,))) and (kind == BOOLEAN or not isinstance(value, bool))
    assert fits, f"/{command.line} {name}: {value!r} is not of type {kind}"
    choices = option.get("choices") or []
    if choices:
        value = _chosen(choices, value, f"/{command.line} {name}")
    _check_size(option, value, f"/{command.line} {name}")
    return {"name": name, "type": kind, "value": value}


def _chosen(choices: list[Json], value: Any, where: str) -> Any:
    for choice in choices:
        if value in (choice["value"], choice["name"]):
            return choice["value"]
    raise AssertionError(f"{where}: {value!r} is not among {[choice['name'] for choice in choices]}")


def _check_size(option: Json, value: Any, where: str) -> None:
    length = len(value) if isinstance(value, str) else 0
    assert length <= (option.get("max_length") or 6000), f"{where}: too long for Discord's client"
    assert length >= (option.get("min_length") or 0), f"{where}: too short for Discord's client"
    if isinstance(value, int | float):
        low, high = option.get("min_value"), option.get("max_value")
        assert high is None or value <= high, f"{where}: over max_value"
        assert low is None or value >= low, f"{where}: under min_value"
