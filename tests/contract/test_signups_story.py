"""Who signed up for what, told alike on every platform: filters in one line, pages, counts, files and a picture."""

from __future__ import annotations

import csv
import io

from python_calamine import CalamineWorkbook

from tests.contract.deeds import dry_run, handed, opened
from tests.contract.face import Face

ASKED = 23  # more than a page
WORST = '=HYPERLINK("http://evil.example","evictions")'
ROWS = [
    *(("Housing", f"Member {number:02}", "Tenants <United>", "Evictions of families") for number in range(ASKED - 1)),
    ("Housing", "@everyone", "Tenants <United>", WORST),
    ("Housing", "Rosa", "Street Watch", "Rents"),
    ("Migration", "Omar", "Street Watch", "Evictions at the border"),
]
PNG = b"\x89PNG\r\n\x1a\n"


async def signed_up(face: Face) -> str:
    """Two groups with everybody in them; how commands name the first."""
    group = await opened(face)
    await opened(face, "Migration")
    whole = io.StringIO()
    csv.writer(whole).writerows([("Group", "Name", "Organisation", "Issue"), *ROWS])
    shown = await dry_run(face, "admin", whole.getvalue())
    assert "The sheet is imported." in (await face.taps("admin", shown, "Confirm")).text
    return group


async def test_sign_ups_are_found_counted_paged_and_taken_along(face: Face) -> None:
    group = await signed_up(face)
    asked = {"group": group, "words": "evictions", "since": "yesterday", "sort": "name"}
    first = await face.gives("admin", "signups", **asked)
    assert first.private
    assert f"{ASKED} sign-ups in Housing with “evictions” in the issue since" in first.text
    assert "Page 1 of 2" in first.text
    assert "Member 00" in first.text
    assert "Rosa" not in first.text
    assert "Omar" not in first.text
    assert "Back" not in first.buttons
    second = await face.taps("admin", first, "More")
    assert "Page 2 of 2" in second.text
    assert "Member 21" in second.text
    names = [f"Member {number:02}" for number in range(ASKED - 1)]
    assert all((name in first.text) is not (name in second.text) for name in names), "each on one page, and none lost"
    assert "Page 1 of 2" in (await face.taps("admin", second, "Back")).text

    counted = await face.taps("admin", await face.gives("admin", "signups"), "By group")
    assert "25 sign-ups" in counted.text
    assert counted.text.index("Housing") < counted.text.index("Migration")
    assert "24" in counted.text

    sheet = await handed(face, "admin", await face.taps("admin", first, "As CSV"))
    lines = list(csv.reader(io.StringIO((sheet.file or b"").decode("utf-8-sig"))))
    assert len(lines) == 1 + ASKED
    assert f"'{WORST}" in [line[4] for line in lines]
    book = await handed(face, "admin", await face.taps("admin", first, "As XLSX"))
    cells = CalamineWorkbook.from_filelike(io.BytesIO(book.file or b"")).get_sheet_by_index(0).to_python()
    assert [[str(cell) for cell in row] for row in cells] == lines
    picture = await handed(face, "admin", await face.taps("admin", counted, "Picture"))
    assert (picture.file or b"").startswith(PNG)
    assert "1 Housing: 24; 2 Migration: 1" in picture.alt

    assert not [seen for seen in await face.channel() if seen.file or "Member" in seen.text]
    assert "is for" in (await face.gives("bea", "signups", group=group)).text
