"""Excel workbooks become rows; what would blow up when it is opened is refused before."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from coalition_bot.features.importing.reading import Cell, Grid
from coalition_bot.fields import Problem
from coalition_bot.words import _

UNPACKED_MAX = 100_000_000  # bytes
CELLS_MAX = 2_000_000  # of the rectangle around all cells of a sheet: the library holds it whole, also the empty ones

_BOOK, _TEXTS = "xl/workbook.xml", "xl/sharedStrings.xml"
_NEEDED = re.compile(r"\[Content_Types\]\.xml|_rels/.*|xl/_rels/.*|xl/[^/]+\.xml|xl/worksheets/[^/]+\.xml")
_SHEET = re.compile(r"xl/worksheets/")
_PLACE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]*)(\d+)\s*["']""")  # of a cell or a row
_ONE_TEXT = re.compile(rb"<(?:\w+:)?si\b")
_TEXT_NUMBER = re.compile(rb"<(?:\w+:)?v\b[^>]*>\s*(\d{1,9})\s*<")


def read_workbook(content: bytes) -> list[Grid]:
    """The visible sheets of an .xlsx file. Raises Problem for one that is broken, protected, or no sheet at all."""
    parts = _unpacked(content)
    _small_enough(parts)
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_object(io.BytesIO(_packed(parts)))
        seen = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        return [_grid(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in seen]
    except (CalamineError, ValueError, OverflowError):
        raise _broken() from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the library's own, which is no Exception and has no module
            raise _broken() from None
        raise


def _unpacked(content: bytes) -> dict[str, bytes]:
    """The parts that cells are read from. What the directory says of their size is held against what they have."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > UNPACKED_MAX:
                raise _too_large()
            return {each.filename: archive.read(each) for each in entries if _NEEDED.fullmatch(each.filename)}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise _broken() from None


def _small_enough(parts: Mapping[str, bytes]) -> None:
    """Raises Problem for a sheet whose few bytes would become a great many cells, or very long ones."""
    if _BOOK not in parts:
        raise Problem(_("This is not a sheet that I can read. Please save it as .xlsx or CSV."))
    lengths = [len(text) for text in _ONE_TEXT.split(parts.get(_TEXTS, b""))[1:]]
    for name, xml in parts.items():
        if _SHEET.match(name):
            _in_bounds(xml, lengths)


def _in_bounds(xml: bytes, lengths: list[int]) -> None:
    rows = columns = 1
    for letters, figures in set(_PLACE.findall(xml)):
        rows = max(rows, int(figures[:9]))
        columns = max(columns, _column(letters[:4]))
    longest = 0
    for number, times in Counter(_TEXT_NUMBER.findall(xml)).items():
        longest += times * (lengths[int(number)] if int(number) < len(lengths) else 0)
    if rows * columns > CELLS_MAX or longest > UNPACKED_MAX:
        raise _too_large()


def _column(letters: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _packed(parts: Mapping[str, bytes]) -> bytes:
    """A workbook of these parts alone, with true sizes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return whole.getvalue()


def _grid(rows: list[list[Any]]) -> Grid:
    return [list(_cells(row)) for row in rows]


def _cells(row: list[Any]) -> Iterator[Cell]:
    for value in row:
        if isinstance(value, bool):
            yield "yes" if value else "no"
        elif isinstance(value, float) and value.is_integer():
            yield str(int(value))
        else:
            yield value if isinstance(value, str | date | datetime) else str(value)


def _broken() -> Problem:
    return Problem(_("This workbook is broken or has a password. Please save it anew as .xlsx, or as CSV."))


def _too_large() -> Problem:
    return Problem(_("This workbook is too large inside. Please copy the rows that matter into a new sheet."))
