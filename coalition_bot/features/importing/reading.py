"""The bytes of a sheet become rows: CSV as the world's spreadsheets write it, or a workbook."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from datetime import date

from coalition_bot.fields import Problem
from coalition_bot.words import _, n_

SIZE_MAX = 5_000_000  # bytes
ROWS_MAX = 20_000
COLUMNS_MAX = 60

Cell = str | date  # a datetime is a date too
Grid = list[list[Cell]]  # a cell's place in it is its place in the sheet

_DELIMITERS = ",;\t"
_SAMPLE = 30  # rows by which the delimiter is recognised
_BINARY = 0.01  # a text has a smaller share of control characters
_OLD = bytes.fromhex("d0cf11e0a1b11ae1")  # the container of .xls, and of a workbook with a password
_HARMLESS = re.compile(r"^'(?=[\s\"]*[=+\-@＝＋－＠])")  # see sheets.harmless: our own exports come back


def read(content: bytes) -> list[Grid]:
    """The sheets of a CSV file or an Excel workbook, those that have cells. Raises Problem for what cannot be read."""
    if len(content) > SIZE_MAX:
        say = _("This file is too large; I read sheets of up to {size} MB. Please split it.")
        raise Problem(say.format(size=SIZE_MAX // 1_000_000))
    if content.startswith(_OLD):
        say = _("This is an old .xls file, or one with a password. Please save it as .xlsx without one, or as CSV.")
        raise Problem(say)
    grids = _workbook(content) if content.startswith(b"PK") else [_table(_text(content))]
    found = [_bounded(grid) for grid in grids]
    if not any(found):
        raise Problem(_("This sheet is empty."))
    return [grid for grid in found if grid]


def _workbook(content: bytes) -> list[Grid]:
    from coalition_bot.features.importing.workbooks import read_workbook

    return read_workbook(content)


def _text(content: bytes) -> str:
    """The text in the encoding that it seems to have: Excel on Windows writes cp1252 unless told otherwise."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif content[:200].count(0) > len(content[:200]) // 4:
        encodings = ["utf-16-le" if content[1:2] == b"\0" else "utf-16-be"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if _legible(text[:10_000]):
            return text
    raise Problem(_("I can't read this file. Please send a sheet saved as CSV (UTF-8) or as .xlsx."))


def _legible(text: str) -> bool:
    control = sum(unicodedata.category(sign) in ("Cc", "Cn") and sign not in "\t\r\n" for sign in text)
    return control <= max(3, _BINARY * len(text))


def _table(text: str) -> Grid:
    told = re.match(r"sep=([,;\t|])\r?\n", text)  # Excel's own way to tell, which it counts as no row
    text = text[told.end() :] if told else text
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=told[1] if told else _delimiter(text))
    try:
        return [[_HARMLESS.sub("", cell) for cell in row] for row in lines]
    except csv.Error:
        say = _("I can't read this file from row {row} on: maybe a quotation mark is missing there.")
        raise Problem(say.format(row=lines.line_num)) from None


def _delimiter(text: str) -> str:
    """What cuts the first rows into as many cells each as possible."""
    sample = "\n".join(text[:50_000].splitlines()[:_SAMPLE])

    def evenness(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(io.StringIO(sample), delimiter=delimiter) if len(row) > 1)
        (width, rows), *_others = widths.most_common(1) or [(1, 0)]
        return rows, width

    return max(_DELIMITERS, key=evenness)


def _bounded(grid: Grid) -> Grid:
    """Without the empty rows and cells behind the last ones that say something. Raises Problem for too many."""
    rows = [_trimmed(row) for row in grid]
    while rows and not rows[-1]:
        rows.pop()
    if len(rows) > ROWS_MAX:
        say = n_(
            "This sheet has {count} row; I read up to {most}. Please split it.",
            "This sheet has {count} rows; I read up to {most}. Please split it.",
            len(rows),
        )
        raise Problem(say.format(count=len(rows), most=ROWS_MAX))
    if any(len(row) > COLUMNS_MAX for row in rows):
        raise Problem(_("This sheet has more than {most} columns. Please keep those I need.").format(most=COLUMNS_MAX))
    return rows


def _trimmed(row: list[Cell]) -> list[Cell]:
    end = len(row)
    while end and (isinstance(row[end - 1], str) and not str(row[end - 1]).strip()):
        end -= 1
    return row[:end]
