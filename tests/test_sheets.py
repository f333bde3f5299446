"""Tables as files: letters whole, formulas harmless, and no more in memory for many rows than for few."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Sequence
from typing import IO

import pytest
from python_calamine import CalamineWorkbook

from coalition_bot import sheets
from coalition_bot.sheets import Cell, csv_bytes, csv_file, xlsx_file

Writing = Callable[[Sequence[str], Iterator[Sequence[Cell]]], IO[bytes]]

NAMES = ['O\'Connor, "Bob"', "李明美", "مجموعة السكن", "Yılmaz; Ltd", "two\nlines", "👩‍👩‍👧"]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "a;=1", "a\n=1", '"=1', '=HYPERLINK("http://x")']


def cells(file: IO[bytes]) -> list[list[str]]:
    """What a spreadsheet reads from a workbook."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(file.read()))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]


def test_csv_begins_with_the_mark_that_excel_wants_and_keeps_all_letters() -> None:
    whole = csv_bytes(("Näme",), [(name,) for name in NAMES])
    assert whole.startswith(b"\xef\xbb\xbf")
    assert whole.count(b"\xef\xbb\xbf") == 1
    assert [row[0] for row in csv.reader(io.StringIO(whole.decode("utf-8-sig"), newline=""))] == ["Näme", *NAMES]


def test_a_workbook_keeps_all_letters_and_rows() -> None:
    many = [(f"row {number}",) for number in range(sheets.MEASURED + 5)]  # more than those that widths are taken from
    assert cells(xlsx_file(("Näme",), iter([*((name,) for name in NAMES), *many]))) == [
        ["Näme"],
        *([name] for name in NAMES),
        *([text] for (text,) in many),
    ]


def test_formulas_come_out_harmless_in_both() -> None:
    rows = [(formula, 1) for formula in FORMULAS]
    for written in ([row[0] for row in cells(xlsx_file(("=head", "n"), iter(rows)))], _first_column(rows)):
        assert len(written) == len(FORMULAS) + 1
        for cell in written:
            assert "'" in cell, cell
            assert not cell.lstrip(' "').startswith(("=", "+", "-", "@", "＝")), cell
    sheet = zipfile.ZipFile(xlsx_file(("a", "n"), iter(rows))).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet.replace("HYPERLINK", "")


def _first_column(rows: Sequence[Sequence[Cell]]) -> list[str]:
    text = csv_file(("=head", "n"), iter(rows)).read().decode("utf-8-sig")
    return [row[0] for row in csv.reader(io.StringIO(text, newline=""))]


def test_signs_that_a_workbook_cannot_hold_are_left_out() -> None:
    assert cells(xlsx_file(("a",), iter([("a\x00b\x0bc\x1b\ufffe\ud800d",), ("_x0041_",)]))) == [
        ["a"],
        ["abcd"],
        ["_x0041_"],
    ]
    assert len(cells(xlsx_file(("a",), iter([("x" * 40_000,)])))[1][0]) == sheets.XLSX_CELL


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert cells(xlsx_file(("a", "b"), iter([(12, None), (1.5, "7")]))) == [["a", "b"], ["12.0", ""], ["1.5", "7"]]
    assert csv_bytes(("a", "b"), [(12, None)]).endswith(b"12,\r\n")
    assert cells(xlsx_file(("a",), iter(()))) == [["a"]]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "XLSX_ROWS", 5)
    assert len(cells(xlsx_file(("a",), iter([("x",)] * 4)))) == 5
    with pytest.raises(ValueError, match="more rows"):
        xlsx_file(("a",), iter([("x",)] * 5))


@pytest.mark.parametrize("write", [csv_file, xlsx_file])
def test_many_rows_take_no_more_memory_than_few(write: Writing) -> None:
    write(("a",), iter([("x",)])).close()  # imports what it needs

    def peak(rows: int) -> int:
        tracemalloc.start()
        write(("a", "b"), (("some words to write down", f"row {number}") for number in range(rows))).close()
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few, many = peak(2_000), peak(40_000)
    assert many < few + sheets.IN_MEMORY + 500_000
    assert many < 40_000 * 50  # the rows alone would be more
