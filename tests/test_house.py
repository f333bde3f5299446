"""The rules of the house: which way imports run, what the core may not know, that files say what they are for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.__main__ import LIMITS
from coalition_bot.features import FEATURES

ROOT = Path(__file__).parent.parent
# From the ground up: each may import those before it.
KERNEL = (
    *("clock", "words", "bugs", "folding", "moments", "phrases", "vault", "sheets", "db", "settings", "keys"),
    *("people", "uploads", "context"),
    *("fields", "command", "written", "history", "platform", "outbox", "lease", "drafts", "buttons", "line"),
    *("forms", "handbook", "request", "arrival", "visit", "bot", "dispatcher", "features"),
)
FEATURE_ORDER = tuple(feature.name for feature in FEATURES)
PLATFORMS = ("slack", "discord", "web")
# Libraries that only one side may know.
WEB_AND_PLATFORMS = {"slack_bolt", "slack_sdk", "discord", "starlette", "uvicorn", "aiohttp", "jinja2", "click"}


def files(*folders: str) -> list[Path]:
    found = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(path for path in found if "node_modules" not in path.parts)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part(module: str, depth: int) -> str:
    """`coalition_bot.features.groups.tables` at depth 2 is `groups`."""
    names = module.split(".")
    return names[depth] if len(names) > depth else ""


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", files("coalition_bot"), ids=module_of)
def test_imports_of_the_core_run_down_only(path: Path) -> None:
    own = part(module_of(path), 1)
    if own == "__init__":
        return
    for name in imports(path):
        top, other = part(name, 0), part(name, 1)
        assert top not in WEB_AND_PLATFORMS | {"adapters", "migrations"}, f"{own} imports {name}"
        if top == "coalition_bot" and other and other != own:
            assert KERNEL.index(other) < KERNEL.index(own), f"{own} imports {other}, which stands above it"


@pytest.mark.parametrize("path", files("coalition_bot/features"), ids=module_of)
def test_features_import_each_other_downward_in_the_order_of_their_list(path: Path) -> None:
    own = part(module_of(path), 2)
    if own == "__init__":
        return
    for name in imports(path):
        other = part(name, 2)
        if name.startswith("coalition_bot.features.") and other in FEATURE_ORDER and other != own:
            assert FEATURE_ORDER.index(other) < FEATURE_ORDER.index(own), f"{own} imports {other}"


@pytest.mark.parametrize("path", files("adapters"), ids=module_of)
def test_adapters_import_neither_features_nor_each_other(path: Path) -> None:
    own = part(module_of(path), 1)
    if own == "__main__":
        return
    for name in imports(path):
        assert not name.startswith(("coalition_bot.features", "migrations")), f"{own} imports {name}"
        if part(name, 0) == "adapters":
            assert part(name, 1) in (own, ""), f"{own} imports {name}"


@pytest.mark.parametrize("path", files("coalition_bot"), ids=module_of)
def test_the_core_names_no_platform(path: Path) -> None:
    """In code; settings name tokens, and a comment may cite the vendor's page on which a limit rests."""
    if path.name == "settings.py":
        return
    tree = ast.parse(path.read_text())
    documented = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        text = ""
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            text = node.value
        elif isinstance(node, ast.Name | ast.Attribute):
            text = node.id if isinstance(node, ast.Name) else node.attr
        assert not re.search(r"\b(slack|discord)", text, re.IGNORECASE), f"line {node.lineno}: {text!r}"  # type: ignore[attr-defined]


def _has_docstring(node: ast.AST) -> bool:
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return ast.get_docstring(node) is not None


PURE = [
    ROOT / "adapters" / path
    for path in ("slack/render.py", "slack/manifest.py", "discord/render.py", "discord/tree.py", "web/render.py")
]


@pytest.mark.parametrize("path", [path for path in PURE if path.exists()], ids=module_of)
def test_translations_are_pure(path: Path) -> None:
    """They wait for nothing, and reach neither the network, the database nor the clock."""
    tree = ast.parse(path.read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.Await)]
    reached = {part(name, 0) for name in imports(path)} & {"asyncio", "aiohttp", "sqlalchemy", "time", "random", "os"}
    assert not reached
    assert not re.search(r"datetime\.now|\.utcnow|date\.today", path.read_text())


@pytest.mark.parametrize(
    "path", files("coalition_bot", "adapters", "migrations", "tests", "tools", "benchmarks"), ids=module_of
)
def test_every_file_says_what_it_is_for(path: Path) -> None:
    if path.stat().st_size:
        assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", files("coalition_bot"), ids=module_of)
def test_no_time_is_read_but_from_the_clock(path: Path) -> None:
    if path.name != "clock.py":
        assert not re.search(r"datetime\.now\(|utcnow|date\.today\(|time\.time\(", path.read_text())


@pytest.mark.parametrize("path", files("coalition_bot/features"), ids=module_of)
def test_features_reach_tables_only_through_the_bounded_session(path: Path) -> None:
    """No way around the wall between coalitions: no bare tables, no raw SQL, no connection, no switch."""
    text = path.read_text()
    for way in ("__table__", ".connection(", "get_bind", 'text("SELECT', "insert("):
        assert way not in text, f"{way} goes around the wall"
    if path.name != "codes.py":  # a community that belongs to no coalition yet has to find its code
        assert "every_coalition" not in text


def test_commands_avoid_names_that_platforms_have_taken() -> None:
    """https://slack.com/help/articles/201259356 and https://support.discord.com/hc/en-us/articles/1500000368501"""
    taken = {
        *("me", "join", "leave", "invite", "remind", "status", "who", "topic", "search", "msg", "dm", "nick"),
        *("thread", "shrug", "mute", "open", "archive", "collapse", "expand", "feed", "kick", "remove", "rename"),
        *("star", "away", "active", "apps", "call", "dnd", "feedback", "prefs", "shortcuts", "tableflip", "unflip"),
    }
    roots = {command.spec.root for feature in FEATURES for command in feature.commands}
    assert not roots & taken
    assert roots >= {"coalition", "my", "review", "group", "deadline", "geneva"}


def test_every_platform_has_limits() -> None:
    assert set(LIMITS) == set(PLATFORMS)


@pytest.mark.parametrize("path", files("coalition_bot", "adapters"), ids=module_of)
def test_buttons_name_commands_and_questions_that_exist(path: Path) -> None:
    commands = {command.spec.name: command.spec for feature in FEATURES for command in feature.commands}
    for node in ast.walk(ast.parse(path.read_text())):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Button"):
            continue
        named = node.args[1] if len(node.args) > 1 else None
        if isinstance(named, ast.Constant):
            assert named.value in commands, f"line {node.lineno}: no command {named.value!r}"
            given = node.args[2] if len(node.args) > 2 else None
            if isinstance(given, ast.Dict):
                keys = {key.value for key in given.keys if isinstance(key, ast.Constant)}
                asked = {field.name for field in commands[named.value].fields}
                assert keys <= asked, f"line {node.lineno}: {named.value} does not ask {keys - asked}"
