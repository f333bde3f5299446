"""Makes the sheets in this folder, as the programs that people use would: `python -m tests.sheets.make`."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MADE = datetime(2019, 9, 20, 9, 0)

Rows = Sequence[Sequence[str]]


def windows_excel() -> bytes:
    """Excel on Windows in half of Europe and Latin America: cp1252, semicolons, days first."""
    rows = [
        ["Nombre", "Apellidos", "Organización", "Grupo de trabajo", "Tema", "Correo electrónico", "Fecha", "Teléfono"],
        [
            "María José",
            "Núñez",
            "Niñez y Familia",
            "Housing",
            "desalojos; alquileres",
            "mj@nf.example",
            "03/09/2018",
            "1",
        ],
        ["Íñigo", "Peña", "Asociación Ñandú", "Migration", "detención", "", "25/09/2018", "2"],
        ["Zoë", "d’Ávila", "", "Housing", "", "ZOE@Casa.example", "12/11/2018", ""],
        ["", "", "", "Housing", "", "nobody@casa.example", "", ""],
    ]
    return _csv(rows, ";").encode("cp1252")


def utf8_with_mark() -> bytes:
    """A web form's export, opened and saved by Excel: UTF-8 with a mark, several groups in one cell."""
    rows = [
        ["Timestamp", "What is your full name?", "Your organisation", "Which working groups do you want to join?"],
        ["2019/08/30 3:14:05 PM GMT+2", "فاطمة الزهراء", "منظمة الأمل", "Housing, Migration"],
        ["2019/08/30 9:00:00 AM GMT+2", "王小明", "人权中国", "Land, water and treaties, Housing"],
        ["2019/08/31 9:00:00 AM GMT+2", "Seán O'Brien", "L'Atelier", "Housing; Helth"],
        ["2019/08/31 9:05:00 AM GMT+2", "Sean\u202enairB", "", "Housing"],
    ]
    return b"\xef\xbb\xbf" + _csv(rows, ",").encode()


def merged_headings() -> bytes:
    """A coordinator's own table: a title over all, headings on two merged rows, a column with crosses per group."""
    return _xlsx(_fill_merged)


def dates_as_text() -> bytes:
    """Tabs in UTF-16, as "Unicode text" is saved, with days written by many hands."""
    rows = [
        ["Name", "NGO", "Group", "Joined on", "Role in the group"],
        ["Ada", "Home", "Housing", "03/04/2019", "Lead"],
        ["Ben", "Home", "Housing", "04/25/2019", "Member"],
        ["Cleo", "Home", "Housing", "3 octobre 2018", "co-lead"],
        ["Dov", "Home", "Housing", "43500", ""],
        ["Eve", "Home", "Housing", "31/31/2019", ""],
        ["Fay", "Home", "Housing", "2031-01-01", ""],
    ]
    return _csv(rows, "\t").encode("utf-16")


def duplicates_and_formulas() -> bytes:
    """A sheet that has been pasted together: people twice, an address shared, formulas, rows left empty."""
    return _xlsx(_fill_duplicates)


SHEETS: dict[str, Callable[[], bytes]] = {
    "windows-excel.csv": windows_excel,
    "utf8-with-mark.csv": utf8_with_mark,
    "merged-headings.xlsx": merged_headings,
    "dates-as-text.txt": dates_as_text,
    "duplicates-and-formulas.xlsx": duplicates_and_formulas,
}


def many(count: int) -> bytes:
    """A long sheet: people with and without an address, in 40 groups."""
    rows = [["Name", "Organisation", "E-mail", "Group", "Issue", "Date"]]
    for number in range(count):
        email = f"person{number}@example.org" if number % 3 else ""
        day = f"2018-{1 + number % 12:02d}-{1 + number % 28:02d}"
        name, organisation = f"María Person {number}", f"Organisation {number % 300}"
        rows.append([name, organisation, email, f"Group {number % 40}", f"issue {number}", day])
    return _csv(rows, ",").encode()


def _csv(rows: Rows, delimiter: str) -> str:
    page = io.StringIO(newline="")
    csv.writer(page, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return page.getvalue()


def _xlsx(fill: Callable[[Any, Any], None]) -> bytes:
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    whole = io.BytesIO()
    book = Workbook(whole, {"in_memory": True})
    book.set_properties({"created": MADE})
    fill(book, book.add_worksheet("Notes"))
    book.close()
    return whole.getvalue()


def _fill_merged(book: Any, notes: Any) -> None:
    notes.write("A1", "Please do not sort this sheet")
    page = book.add_worksheet("Sign-ups")
    page.merge_range("A1:H1", "Coalition for Change: working groups 2019")
    page.merge_range("A3:A4", "Name")
    page.merge_range("B3:C3", "Contact")
    page.merge_range("D3:F3", "Working groups")
    page.merge_range("G3:G4", "Signed up on")
    page.write_row("B4", ["NGO", "E-mail", "Housing", "Migration", "Health"])
    page.write("H4", "Shoe size")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    page.write_row("A5", ["Maria López", "Tenants United", "maria@tenants.example", "x", "", "x"])
    page.write_datetime("G5", datetime(2019, 3, 4), day)
    page.write_row("A7", ["Omar", "Border Watch", "Omar <omar@border.example>", "", "yes"])
    page.write_datetime("G7", datetime(2019, 4, 3, 15, 30), day)
    page.write_row("A8", ["Nia", "", "not an address", "X"])
    page.write_row("A9", ["Lena", "", "", "no", "maybe"])


def _fill_duplicates(book: Any, page: Any) -> None:
    page.write_row("A1", ["Name", "Affiliation", "E-mail", "Topic", "Issue"])
    page.write_row("A2", ["Ana", "Casa", "office@casa.example", "Housing", "rents"])
    page.write_row("A3", ["ANA", "casa", "Office@Casa.example", "Housing", "evictions"])
    page.write_row("A4", ["Ana", "Casa", "office@casa.example", "Migration", ""])
    page.write_row("A5", ["Luis", "Casa", "office@casa.example", "Housing", ""])
    page.write_row("A6", ["Luis", "Casa", "", "Housing", ""])
    page.write_row("A7", ["luis", "Casa.", "", "Housing", ""])
    page.write_string("A9", '=HYPERLINK("http://evil.example","Click")')
    page.write_row("B9", ["", "", "Housing"])
    page.write_formula("E9", "=1+1", None, "2")
    page.write_string("A10", "@SUM(1)")
    page.write_string("D10", "=Housing")


if __name__ == "__main__":
    for name, made in SHEETS.items():
        (HERE / name).write_bytes(made())
