"""Sheets as people have them, each with what the dry run has to say; and files that are no sheets, or traps."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from coalition_bot.command import Reply, Tone
from coalition_bot.features.importing import columns, days
from coalition_bot.features.importing.reading import COLUMNS_MAX, ROWS_MAX, SIZE_MAX, Cell, read
from coalition_bot.fields import Problem
from tests.sheets.make import HERE, SHEETS, many
from tests.story import Actor, House, words
from tests.test_groups import no, ok, table

NEW = "A new person."
WAS_TAKEN = "Give each their own, or none."


def groups(anna: Actor) -> None:
    for name in ("Housing", "Migration", "Health", "Land, water and treaties"):
        ok(anna.gives("group create", name=name, about="Rights"))


def dry_run(anna: Actor, name: str, content: bytes, **answers: str) -> Reply:
    """What is shown after attaching a sheet."""
    reply = anna.attaches("coalition import", "sheet", name, content, **answers)
    assert isinstance(reply, Reply), words(reply)
    return reply


EXPECTED = {
    "windows-excel.csv": [
        ("5", "", "Wrong", "There is no name in this row."),
        ("2", "María José Núñez", "New", f"{NEW} Joins Housing."),
        ("3", "Íñigo Peña", "New", f"{NEW} Joins Migration."),
        ("4", "Zoë d’Ávila", "New", f"{NEW} Joins Housing."),
    ],
    "utf8-with-mark.csv": [
        ("4", "Seán O'Brien", "Wrong", "There is no group “Helth”. Did you mean Health?"),
        ("5", "", "Wrong", "This contains characters that cannot be shown. Please type it again by hand."),
        ("2", "فاطمة الزهراء", "New", f"{NEW} Joins Housing. Joins Migration."),
        ("3", "王小明", "New", f"{NEW} Joins Land, water and treaties. Joins Housing."),
    ],
    "merged-headings.xlsx": [
        ("8", "Nia", "Wrong", "“not an address” is no e-mail address."),
        ("9", "Lena", "Wrong", "Under Migration I can read “x” or nothing, but not “maybe”."),
        ("5", "Maria López", "New", f"{NEW} Joins Housing. Joins Health."),
        ("7", "Omar", "New", f"{NEW} Joins Migration."),
    ],
    "dates-as-text.txt": [
        ("6", "Eve", "Wrong", "I can't read “31/31/2019” as a date. Try 2019-10-31."),
        ("7", "Fay", "Wrong", "2031-01-01 is still to come."),
        ("2", "Ada", "New", f"{NEW} Joins Housing. Leads Housing."),
        ("3", "Ben", "New", f"{NEW} Joins Housing."),
        ("4", "Cleo", "New", f"{NEW} Joins Housing. Is a backup lead of Housing."),
        ("5", "Dov", "New", f"{NEW} Joins Housing."),
    ],
    "duplicates-and-formulas.xlsx": [
        ("5", "Luis", "Wrong", f"Row 2 has this e-mail address too, for Ana. {WAS_TAKEN}"),
        ("9", "", "Wrong", '“=HYPERLINK("http://evil.exampl” is a formula and no name.'),
        ("10", "@SUM(1)", "Wrong", "There is no group “=Housing”. Did you mean Housing?"),
        ("2", "Ana", "New", f"{NEW} Joins Housing."),
        ("3", "ANA", "Known", "Row 2 signs the same person up for Housing: that one counts."),
        ("4", "Ana", "New", "Joins Migration."),
        ("6", "Luis", "New", f"{NEW} Joins Housing."),
        ("7", "luis", "Known", "Row 6 signs the same person up for Housing: that one counts."),
    ],
}
JOINED = {
    "windows-excel.csv": {"María José Núñez": date(2018, 9, 3), "Zoë d’Ávila": date(2018, 11, 12)},
    "utf8-with-mark.csv": {"فاطمة الزهراء": date(2019, 8, 30)},
    "merged-headings.xlsx": {"Maria López": date(2019, 3, 4), "Omar": date(2019, 4, 3)},
    "dates-as-text.txt": {"Ada": date(2019, 3, 4), "Cleo": date(2018, 10, 3), "Dov": date(2019, 2, 4)},
    "duplicates-and-formulas.xlsx": {"Ana": date(2019, 9, 2)},
}


@pytest.mark.parametrize("name", SHEETS)
def test_sheets_as_people_have_them(small_house: House, name: str) -> None:
    anna = small_house.found()
    groups(anna)
    content = (HERE / name).read_bytes()
    dry = dry_run(anna, name, content)
    assert list(table(dry)) == EXPECTED[name]
    counts = {fact.label: str(fact.value) for fact in dry.facts}
    for finding in ("Wrong", "New", "Changed", "Known"):
        assert counts[finding] == str(sum(row[2] == finding for row in EXPECTED[name]))
    ok(anna.taps(dry, "Confirm"))
    again = dry_run(anna, name, content)
    assert {row[2] for row in table(again)} <= {"Known", "Wrong"}
    assert "Confirm" not in [button.label for button in again.buttons]
    export = anna.says("/group export")
    assert isinstance(export, Reply)
    assert export.file
    text = export.file.open().read().decode("utf-8-sig")
    for person, day in JOINED[name].items():
        assert any(person in line and day.isoformat() in line for line in text.splitlines()), (person, text)


@pytest.mark.parametrize("name", SHEETS)
def test_the_sheets_are_those_that_the_script_makes(name: str) -> None:
    assert (HERE / name).read_bytes() == SHEETS[name]()


def test_a_sheet_of_ten_thousand_rows(small_house: House) -> None:
    anna = small_house.found()
    for number in range(40):
        ok(anna.gives("group create", name=f"Group {number}", about="Rights"))
    content = many(10_000)
    began = time.process_time()
    dry = dry_run(anna, "many.csv", content)
    assert {fact.label: fact.value for fact in dry.facts}["New"] == "10000"
    assert len(table(dry)) == 20
    half = time.process_time()
    assert "10000" in words(ok(anna.taps(dry, "Confirm")))
    done = time.process_time()
    assert half - began < 10  # a few seconds on a machine that does nothing else
    assert done - half < 20
    known = dry_run(anna, "many.csv", content)
    assert {fact.label: fact.value for fact in known.facts}["Known"] == "10000"


def xlsx(fill: Callable[[Workbook], object]) -> bytes:
    whole = io.BytesIO()
    book = Workbook(whole, {"in_memory": True})
    fill(book)
    book.close()
    return whole.getvalue()


def cells(**values: object) -> Callable[[Workbook], object]:
    def fill(book: Workbook) -> None:
        page = book.add_worksheet()
        for place, value in values.items():
            page.write(place, value)

    return fill


def altered(content: bytes, name: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """A workbook with one part changed, or without it."""
    whole = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as after:
        for part in before.namelist():
            kept = change(before.read(part)) if part == name else before.read(part)
            if kept is not None:
                after.writestr(part, kept)
    return whole.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(Problem) as caught:
        read(content)
    return caught.value.message


SHEET = "xl/worksheets/sheet1.xml"
PLAIN = xlsx(cells(A1="Name", A2="Maria", B1="Group", B2="Housing"))


def test_what_is_no_sheet_is_refused_with_what_to_do() -> None:
    assert "empty" in refusal(b"")
    assert "empty" in refusal(b"\xef\xbb\xbf\r\n,,\r\n")
    assert "too large" in refusal(b"a" * (SIZE_MAX + 1))
    assert "please split it" in refusal(b"Name\n" + b"x\n" * ROWS_MAX).lower()
    assert "columns" in refusal(b"x," * COLUMNS_MAX + b"x")
    assert "quotation mark" in refusal(b'Name,Group\nMaria,"' + b"x" * 200_000)
    assert "UTF-8" in refusal(b"%PDF-1.4\x00\x01\x02\x03" * 50)
    assert "UTF-8" in refusal(bytes(range(256)) * 20)
    assert "password" in refusal(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 1000)
    assert "broken" in refusal(PLAIN[:-30])
    assert "broken" in refusal(PLAIN[:300])
    assert "broken" in refusal(altered(PLAIN, SHEET, lambda part: part[: len(part) // 2]))
    assert "broken" in refusal(altered(PLAIN, SHEET, lambda part: None))
    assert "not a sheet" in refusal(altered(PLAIN, "xl/workbook.xml", lambda part: None))


def test_workbooks_that_would_blow_up_are_refused() -> None:
    """The library would take memory for every cell between the first and the last, and end the whole process."""
    assert "too large inside" in refusal(xlsx(cells(A1="Name", XFD1048576="x")))
    far = altered(PLAIN, SHEET, lambda part: part.replace(b'r="A2"', b"r = 'ZZZZZZ99999999999'"))
    assert "too large inside" in refusal(far)
    bomb = altered(PLAIN, "xl/sharedStrings.xml", lambda part: part + b" " * 120_000_000)
    assert len(bomb) < SIZE_MAX
    assert "too large inside" in refusal(bomb)
    long = b"<si><t>" + b"y" * 1_000_000 + b"</t></si>"
    often = b"<c r='A3' t='s'><v>9</v></c>" * 500
    many_long = altered(PLAIN, SHEET, lambda part: part.replace(b"<v>0</v></c>", b"<v>0</v></c>" + often))
    texts = b"<sst>" + b"<si><t>n</t></si>" * 9 + long + b"</sst>"
    assert "too large inside" in refusal(altered(many_long, "xl/sharedStrings.xml", lambda part: texts))


def test_a_size_that_the_directory_hides_is_found_out() -> None:
    bomb = bytearray(altered(PLAIN, "xl/sharedStrings.xml", lambda part: part + b" " * 120_000_000))
    for start in (b"PK\x01\x02", b"PK\x03\x04"):
        at = bomb.index(b"xl/sharedStrings.xml") if start == b"PK\x03\x04" else bomb.rindex(b"xl/sharedStrings.xml")
        size = at - 46 + 24 if start == b"PK\x01\x02" else at - 30 + 22
        bomb[size : size + 4] = (1000).to_bytes(4, "little")
    assert "broken" in refusal(bytes(bomb))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(PLAIN) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_is_read_or_refused(place: int, damage: bytes) -> None:
    try:
        read(PLAIN[:place] + damage + PLAIN[place + len(damage) :])
    except Problem as problem:
        assert problem.message


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        assert read(content)
    except Problem as problem:
        assert problem.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    text = f'Name{delimiter}Issue\r\n"Zoë{delimiter} d’Ávila"{delimiter}"two\r\nlines"\r\n'
    assert read(text.encode(encoding)) == [[["Name", "Issue"], [f"Zoë{delimiter} d’Ávila", "two\r\nlines"]]]
    assert read(f"sep=|\r\nName|Issue\r\nZoë|a{delimiter}b\r\n".encode(encoding))[0][1] == ["Zoë", f"a{delimiter}b"]


def test_our_own_exports_come_back_as_they_were() -> None:
    assert read(b"Name,Issue\n'=cmd,'Abd al-Aziz\n")[0][1] == ["=cmd", "'Abd al-Aziz"]


def test_headings_in_three_languages_and_any_order() -> None:
    def found(*heads: str) -> dict[str, int]:
        rows: list[list[Cell]] = [list(heads), ["x"] * len(heads)]
        read_as = columns.find(rows, frozenset())
        return {column.value: index for column, index in read_as.columns.items()} | {"group": sum(read_as.groups)}

    english = found("E-mail", "Group", "NGO", "Full name", "Interest", "Timestamp", "Role")
    assert english == {"email": 0, "group": 1, "organisation": 2, "name": 3, "issue": 4, "joined": 5, "role": 6}
    spanish = found("Grupo", "Nombre", "Apellidos", "Organización", "Tema", "Correo electrónico", "Fecha")
    assert spanish == {"group": 0, "first": 1, "last": 2, "organisation": 3, "issue": 4, "email": 5, "joined": 6}
    french = found("Prénom", "Nom", "Groupe de travail", "ONG", "Courriel", "Date d’inscription")
    assert french == {"first": 0, "last": 1, "group": 2, "organisation": 3, "email": 4, "joined": 5}


def test_the_two_orders_of_a_date() -> None:
    def day(text: str, first: bool | None) -> date:
        return days.read_day(text, "America/New_York", first).date()

    assert days.day_first(["1/2/2019", "25/2/2019"]) is True
    assert days.day_first(["1/2/2019", "2/25/2019"]) is False
    assert days.day_first(["30/2/2019", "2/25/2019"]) is None
    assert (day("1/2/2019", True), day("1/2/2019", False)) == (date(2019, 2, 1), date(2019, 1, 2))
    assert day("5/5/2019", None) == date(2019, 5, 5)
    assert day("1.2.2019", None) == date(2019, 2, 1)
    with pytest.raises(Problem, match="2019-02-01 or 2019-01-02"):
        day("1/2/2019", None)
    for text in ("3 October 2019", "Oct. 3rd, 2019", "3 de octubre de 2019", "jeudi 3 octobre 2019", "43741"):
        assert day(text, None) == date(2019, 10, 3)
    hour = days.read_day("2019-10-03 18:30", "Europe/Zurich", None)
    assert hour == datetime(2019, 10, 3, 16, 30, tzinfo=UTC)
    for text in ("x", "32/1/2019", "2019-02-30", "1/1/1900", "9" * 4000, "١/٢/٢٠١٩ "):
        with pytest.raises(Problem):
            day(text, None)


def test_a_sheet_without_names_is_refused_with_what_was_seen(small_house: House) -> None:
    anna = small_house.found()
    said = no(anna.attaches("coalition import", "sheet", "x.csv", b"Foo,Group\nx,Housing\n"))
    assert "Foo, Group" in said
    assert "“Name”" in said


def test_hostile_cells_are_wrong_or_harmless(small_house: House) -> None:
    anna = small_house.found()
    groups(anna)
    names = ["M\0aria", "@everyone", "<!channel> **x**", "x" * 81, "''", "a\u202eb", "y" * 11_000, "[x](http://e)"]
    rows = "\n".join(f'"{name}",Housing' for name in names)
    dry = dry_run(anna, "x.csv", f"Name,Group\n{rows}\n".encode())
    assert dry.tone is not Tone.PROBLEM
    assert {row[0]: row[2] for row in table(dry)} == {
        **dict.fromkeys(("2", "5", "6", "7", "8"), "Wrong"),
        **dict.fromkeys(("3", "4", "9"), "New"),
    }
    assert dry.file
    assert "'@everyone" in dry.file.open().read().decode()
    ok(anna.taps(dry, "Confirm"))
