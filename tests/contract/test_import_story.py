"""A sheet is imported, told alike on every platform: attached, looked at, confirmed, and known the second time."""

from __future__ import annotations

from tests.contract.deeds import appointed, dry_run, handed, news, opened, told
from tests.contract.face import Face

SHEET = (
    "Nombre;Organisation;E-mail;Group;Issue\r\n"
    "María O’Brien;Tenants <United>;maria@tenants.example;Housing;*evictions*\r\n"
    "李小龍;;;Housing;rents\r\n"
    "Nadia;;;Housng;\r\n"
    ";Nobody;;Housing;\r\n"
)


async def test_a_sheet_is_shown_first_written_after_confirm_and_known_the_second_time(face: Face) -> None:
    group = await opened(face)
    await appointed(face, "bea", group)
    face.house.clock.forward(minutes=1)
    shown = await dry_run(face, "admin", SHEET)
    assert "Dry run: nothing is written yet" in shown.text
    for line in ("The sheet has 4 rows.", "María O’Brien", "李小龍", "Nadia"):
        assert line in shown.text
    report = await handed(face, "admin", shown)
    assert (report.file or b"").decode("utf-8-sig").count("\r\n") == 5
    assert "María" not in (await face.gives("admin", "group members", group=group)).text
    assert not await news(face, "bea", "sheet")

    done = await face.taps("admin", shown, "Confirm")
    assert "The sheet is imported." in done.text
    members = (await face.gives("admin", "group members", group=group)).text
    for words in ("María O’Brien", "Tenants <United>", "*evictions*", "李小龍"):
        assert words in members
    await told(face, "bea", "2 people were added to Housing by")
    assert "nothing to import" in (await face.taps("admin", shown, "Confirm")).text

    again = await dry_run(face, "admin", SHEET)
    assert "nothing to import" in again.text
    assert "Confirm" not in again.buttons
    members = (await face.gives("admin", "group members", group=group)).text
    assert members.count("María") == 1


async def test_what_is_no_sheet_is_refused_beside_the_question(face: Face) -> None:
    form = await face.gives("admin", "coalition import")
    wrong = await face.attaches("admin", form, "sheet", "members.csv", b"\x00\x01 no sheet")
    assert wrong.form["sheet"].problem or "⚠️" in wrong.text
