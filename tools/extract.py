"""Collects the sentences to translate: those marked with `_`, and what every command shows without a mark."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

# What Babel asks for: line, gettext's name of the function or None, the sentence or its two forms, comments.
Found = tuple[int, str | None, str | tuple[str, ...], list[str]]

MARKS = {"_", "N_"}
PLURAL_MARK = "n_"
FIELDS_MODULE = "coalition_bot.fields"
FIELDS = {"text", "choice", "many", "day", "yes_no", "number", "channels", "person", "Field"}
SHOWN = {"label", "help"}


def extract(
    source: BinaryIO, keywords: Mapping[str, object], comment_tags: Sequence[str], options: Mapping[str, str]
) -> Iterator[Found]:
    """Give Babel all sentences of one Python file. Raises ValueError for a mark that cannot be translated."""
    try:
        yield from _sentences(ast.parse(source.read()))
    except ValueError as error:
        raise ValueError(f"{getattr(source, 'name', 'source')}, {error}") from None


def _sentences(tree: ast.Module) -> Iterator[Found]:
    fields = _imported_fields(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _is_command(node):
            yield from _help(node)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func).removeprefix("words.")
            if name == PLURAL_MARK:
                yield node.lineno, "ngettext", (_literal(node, 0), _literal(node, 1)), []
            elif name in MARKS and not _marked_elsewhere(node):
                yield node.lineno, None, _literal(node, 0), []
            elif name in fields:
                yield from _field(node)


def _imported_fields(tree: ast.Module) -> set[str]:
    """Names by which this file calls the functions of fields/; other libraries have a `text` too."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = [alias for node in imports if node.module == FIELDS_MODULE for alias in node.names]
    return {f"fields.{name}" for name in FIELDS} | {a.asname or a.name for a in names if a.name in FIELDS}


def _is_command(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).rpartition(".")[2].endswith("Command") for base in node.bases)


def _help(node: ast.ClassDef) -> Iterator[Found]:
    """The first line of a command's docstring is its help."""
    if doc := ast.get_docstring(node):
        yield node.body[0].lineno, None, doc.splitlines()[0], []


def _marked_elsewhere(call: ast.Call) -> bool:
    """Whether the argument is a variable: what it holds was marked where it was written."""
    argument = call.args[0] if call.args else call
    return isinstance(argument, ast.Name | ast.Attribute | ast.Subscript) or not any(
        isinstance(node, ast.Constant) and isinstance(node.value, str) for node in ast.walk(argument)
    )


def _literal(call: ast.Call, place: int) -> str:
    found = call.args[place] if place < len(call.args) else call
    if isinstance(found, ast.Constant) and isinstance(found.value, str):
        return found.value
    raise ValueError(
        f"line {call.lineno}: {ast.unparse(call)} cannot be translated. Mark one whole plain string "
        'and fill in values afterwards: _("Hello, {name}.").format(name=name)'
    )


def _field(call: ast.Call) -> Iterator[Found]:
    """The question, its help, and the second of each pair among its options."""
    shown = call.args[:1] + [word.value for word in call.keywords if word.arg in SHOWN]
    for listed in call.args[1:2] + [word.value for word in call.keywords if word.arg == "options"]:
        pairs = listed.elts if isinstance(listed, ast.Tuple | ast.List) else []
        shown += [pair.elts[1] for pair in pairs if isinstance(pair, ast.Tuple) and len(pair.elts) == 2]
    for node in shown:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
            yield node.lineno, None, node.value, []
