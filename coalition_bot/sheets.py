"""Tables as files that a spreadsheet opens as they are meant: letters of all languages whole, formulas harmless."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

CSV = "text/csv; charset=utf-8"

Cell = str | int | float | None

# What a spreadsheet would run rather than show: https://owasp.org/www-community/attacks/CSV_Injection
# The wide forms are the same signs from Chinese and Japanese keyboards. The second half looks behind line breaks, and
# behind the semicolons that Excel takes for the border of a cell in half of Europe.
_FORMULA = re.compile(r'^(?=[\t\r]|[\s"]*[=+\-@＝＋－＠])|([;\t\r\n][\s"]*)(?=[=+\-@＝＋－＠])')


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as CSV in UTF-8; the mark in front tells Excel that it is UTF-8. Texts come out harmless."""
    page = io.StringIO(newline="")
    writer = csv.writer(page)
    writer.writerow([harmless(column) for column in columns])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return page.getvalue().encode("utf-8-sig")


def harmless(cell: Cell) -> Cell:
    """A cell that is shown and never run: an apostrophe stands before what would start a formula."""
    return _FORMULA.sub(lambda found: f"{found[1] or ''}'", cell) if isinstance(cell, str) else cell
