"""What the docs say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from coalition_bot.features import FEATURES
from tools import messages
from tools.docs import ROOT, derived


@pytest.mark.parametrize("path", derived(), ids=lambda path: path.name)
def test_derived_files_are_up_to_date(path: Path) -> None:
    assert path.read_text() == derived()[path], "run `make docs`"


def test_the_sentences_to_translate_are_collected() -> None:
    assert messages.TEMPLATE.read_text() == messages.template(), "run `make messages`"


PAGES = [path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if path.name != "CHANGELOG.md"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_between_files_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)", path.read_text()):
        if not link.startswith(("http://", "https://", "mailto:")):
            assert (path.parent / link).exists(), f"{path.name} links to {link}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_named_in_the_docs_exist(path: Path) -> None:
    names = {command.spec.name for feature in FEATURES for command in feature.commands}
    roots = {name.split()[0] for name in names}
    for root, leaf in re.findall(r"`/(?:upr-)?([a-z]+) ([a-z]+)", path.read_text()):
        if root in roots:
            assert f"{root} {leaf}" in names, f"{path.name} names /{root} {leaf}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_lines_to_be_typed_begin_with_a_command(path: Path) -> None:
    names = {command.spec.name for feature in FEATURES for command in feature.commands}
    for root, leaf in re.findall(r"^/([a-z]+)(?: ([a-z]+))?", path.read_text(), re.MULTILINE):
        assert names & {root, f"{root} {leaf}"}, f"{path.name} names /{root} {leaf}"


def test_the_pictures_are_those_that_are_taken_anew() -> None:
    taken = re.findall(r'keep(?:_last)?\(\w+, "([\w-]+)"\)', (ROOT / "tools" / "screenshots.py").read_text())
    assert sorted(taken) == sorted(path.stem for path in ROOT.glob("docs/images/*.png"))
