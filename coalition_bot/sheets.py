"""Tables as files that a spreadsheet opens as they are meant: letters of all languages whole, formulas harmless."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Sequence
from tempfile import SpooledTemporaryFile
from typing import IO

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
XLSX_ROWS = 1_048_576  # with the headings
XLSX_CELL = 32_767  # UTF-16 units
WIDTHS = 8, 60  # of a column, in signs: at least, at most
MEASURED = 100  # rows from whose cells a column's width is taken
IN_MEMORY = 1024 * 1024  # bytes; beyond it a file lies on the disk, without a name, until it is closed

Cell = str | int | float | None

# What a spreadsheet would run rather than show: https://owasp.org/www-community/attacks/CSV_Injection
# The wide forms are the same signs from Chinese and Japanese keyboards. The second half looks behind line breaks, and
# behind the semicolons that Excel takes for the border of a cell in half of Europe.
_FORMULA = re.compile(r'^(?=[\t\r]|[\s"]*[=+\-@＝＋－＠])|([;\t\r\n][\s"]*)(?=[=+\-@＝＋－＠])')

# What XML 1.0 has no room for, https://www.w3.org/TR/xml/#charsets, and the other signs that cannot be seen.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as CSV, whole: see `csv_file`."""
    with csv_file(columns, rows) as file:
        return file.read()


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> IO[bytes]:
    """The table as CSV in UTF-8; the mark in front tells Excel that it is UTF-8. Texts come out harmless.

    Rows are written as they come, so that no more than some of them are in memory. Whoever has read the file closes it.
    """
    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - it is handed on
    page = io.TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
    writer = csv.writer(page)
    writer.writerow([harmless(column) for column in columns])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    page.flush()
    page.detach()
    file.seek(0)
    return file


def xlsx_file(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> IO[bytes]:
    """The table as an Excel workbook, written as `csv_file` writes; the headings stay in sight.

    Raises ValueError for more rows than Excel takes.
    """
    from xlsxwriter import Workbook  # type: ignore[import-untyped]  # imported only where somebody wants such a file

    file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - it is handed on
    settings = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(file, settings) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        waiting = iter(rows)
        first = list(itertools.islice(waiting, MEASURED))
        for column, width in enumerate(_widths(columns, first)):
            sheet.set_column(column, column, width)
        sheet.write_row(0, 0, [_fit(column) for column in columns], bold)
        number = 0
        for number, row in enumerate(itertools.chain(first, waiting), 1):
            if number >= XLSX_ROWS:
                raise ValueError("more rows than a sheet can hold")
            sheet.write_row(number, 0, [_fit(cell) for cell in row])
        sheet.autofilter(0, 0, number, len(columns) - 1)
    file.seek(0)
    return file


def _fit(cell: Cell) -> Cell:
    """A cell as it may stand in a workbook: harmless, without signs that XML forbids, not too long."""
    if not isinstance(cell, str):
        return cell
    return str(harmless(_FORBIDDEN.sub("", cell)))[:XLSX_CELL]


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    longest = [max(map(len, map(str, cells))) for cells in zip(columns, *rows, strict=True)]
    return [min(max(width + 2, WIDTHS[0]), WIDTHS[1]) for width in longest]


def harmless(cell: Cell) -> Cell:
    """A cell that is shown and never run: an apostrophe stands before what would start a formula."""
    return _FORMULA.sub(lambda found: f"{found[1] or ''}'", cell) if isinstance(cell, str) else cell
