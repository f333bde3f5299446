"""Collects the sentences to translate into one catalogue, from which translators start a language."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import write_po

from coalition_bot.words import DOMAIN, LOCALES

ROOT = Path(__file__).parent.parent
TEMPLATE = LOCALES / f"{DOMAIN}.pot"
FOLDERS = ("coalition_bot", "adapters")  # where people are spoken to
PASSING = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By')  # lines that would change by themselves
WIDTH = 110


def template() -> str:
    """The catalogue's text; it changes only when a sentence does."""
    catalogue = Catalog(project="Coalition Bot", version="(unversioned)", charset="utf-8")
    catalogue.header_comment = "# Sentences of Coalition Bot, collected by `make messages`."
    with (ROOT / "babel.cfg").open() as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]
    found = extract_from_dir(ROOT, methods, options, directory_filter=_speaks)
    for path, line, sentence, comments, context in found:
        catalogue.add(sentence, None, [(path, line)], auto_comments=comments, context=context)
    page = io.BytesIO()
    write_po(page, catalogue, width=WIDTH, sort_by_file=True, include_lineno=False)
    lines = page.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(PASSING))


def main() -> None:
    """Write it."""
    LOCALES.mkdir(exist_ok=True)
    TEMPLATE.write_text(template())


def _speaks(folder: str | Path) -> bool:
    inside = Path(folder).resolve().relative_to(ROOT).parts
    return not inside or (inside[0] in FOLDERS and inside[-1] != "__pycache__")


if __name__ == "__main__":
    main()
