"""Importing a sheet of sign-ups: the dry run, Confirm, who is recognised, and that a second time changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from coalition_bot.command import Reply, Tone
from coalition_bot.features.groups import Group, Lead, Membership
from coalition_bot.features.groups.tables import Stage
from coalition_bot.features.importing.operator import import_sheet
from coalition_bot.features.members.addresses import Address
from coalition_bot.fields import Problem
from coalition_bot.history import Happening
from coalition_bot.people import Person
from coalition_bot.vault import Vault
from tests.story import KEY, Actor, House, words
from tests.test_groups import joined, no, ok, open_all, table
from tests.test_process import call

TABLES = (Person, Group, Membership, Lead, Address, Happening)
HEAD = "Name,Organisation,E-mail,Group,Issue,Date,Role\n"
SHEET = HEAD + (
    "María López,Tenants United,maria@tenants.example,Housing,evictions,2019-03-04,\n"
    "Omar,Border Watch,,Migration,detention,,\n"
    "Lena,,,,,,\n"
)


def dry(anna: Actor, sheet: str, **answers: str) -> Reply:
    """The dry run of a sheet that is attached."""
    reply = anna.attaches("coalition import", "sheet", "members.csv", sheet.encode(), **answers)
    assert isinstance(reply, Reply), words(reply)
    return reply


def imported(anna: Actor, sheet: str, **answers: str) -> Reply:
    """What is said after Confirm."""
    return ok(anna.taps(dry(anna, sheet, **answers), "Confirm"))


def results(reply: Reply) -> dict[str, str]:
    """The finding of each row by its number."""
    return {row[0]: row[2] for row in table(reply)}


def why(reply: Reply, number: int) -> str:
    return {row[0]: row[3] for row in table(reply)}[str(number)]


def rows(house: House) -> list[int]:
    """How many rows there are in each table that an import touches."""
    whole = {"every_coalition": True}
    counts = [select(func.count()).select_from(each) for each in TABLES]
    return house.db.read(lambda session: [session.scalar(each, execution_options=whole) or 0 for each in counts])


def members(anna: Actor, group: str) -> list[str]:
    reply = anna.gives("group members", group=group)
    return [row[0] for row in reply.table.rows] if isinstance(reply, Reply) and reply.table else []


def person(house: House, name: str) -> Person:
    found = select(Person).where(Person.name == name)
    return house.db.read(lambda session: session.scalars(found, execution_options={"every_coalition": True}).one())


def test_nothing_is_written_before_confirm_and_a_second_time_changes_nothing(house: House) -> None:
    anna = house.found()
    open_all(anna)
    before = rows(house)
    first = dry(anna, SHEET)
    assert "nothing is written yet" in words(first)
    assert results(first) == {"2": "New", "3": "New", "4": "New"}
    assert why(first, 2) == "A new person. Joins Housing."
    assert why(first, 4) == "A new person."
    assert rows(house) == before

    said = words(ok(anna.taps(first, "Confirm")))
    assert "New people: 3" in said
    assert "New sign-ups: 2" in said
    assert members(anna, "housing") == ["María López"]
    after = rows(house)
    assert after[0] == before[0] + 3

    assert "nothing to import" in words(anna.taps(first, "Confirm"))
    again = dry(anna, SHEET)
    assert set(results(again).values()) == {"Known"}
    assert [button.label for button in again.buttons] == []
    assert rows(house) == after


def test_what_was_signed_up_elsewhere_keeps_its_day_and_who_brought_it(house: House) -> None:
    anna = house.found()
    open_all(anna)
    imported(anna, SHEET)
    stay = house.db.read(lambda s: s.scalars(select(Membership), execution_options={"every_coalition": True}).first())
    assert stay
    assert stay.joined_at == stay.entered_at == datetime(2019, 3, 4, 17, tzinfo=UTC)  # noon in New York
    assert (stay.issue, stay.issue_folded, stay.shown) == ("evictions", "evictions", False)
    assert stay.added_by == person(house, "Anna").id
    history = words(anna.says("/group history housing"))
    assert "imported a sheet" in history
    assert "María López" in history
    what = select(Happening.what, Happening.about).where(Happening.what.in_(["import", "person.import"]))
    noted = house.db.read(lambda s: s.execute(what, execution_options={"every_coalition": True}).all())
    assert ("import", "wrong:0 new:3 changed:0 known:0") in noted
    assert f"person:{person(house, 'Lena').id}" in [about for _what, about in noted]


def test_only_coordinators_import(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing")
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    before = rows(house)
    assert "/coalition import is for coordinators" in no(
        maria.attaches("coalition import", "sheet", "x.csv", SHEET.encode())
    )
    confirm = next(button for button in dry(anna, SHEET).buttons if button.label == "Confirm")
    assert "is for coordinators" in words(maria.presses(confirm))
    assert rows(house) == before


def test_a_record_with_an_account_is_never_taken_for_its_name(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "migration", "borders", "Tenants United")
    sheet = HEAD + "maria,Tenants United,,Housing,rents,,\n"
    first = dry(anna, sheet)
    assert results(first) == {"2": "New"}
    assert "Looks like Maria (Tenants United)" in why(first, 2)
    ok(anna.taps(first, "Confirm"))
    assert members(anna, "housing") == ["maria"]

    # Once a coordinator has said that they are one, the same sheet knows her, whatever she is called now.
    kept, gone = person(house, "Maria"), person(house, "maria")
    ok(anna.gives("coalition merge", gone=gone.uid, kept=kept.uid, sure="yes"))
    ok(maria.fills(maria.says("/my details"), called="Sparrow", organisation=""))
    assert results(dry(anna, sheet)) == {"2": "Known"}
    assert results(dry(anna, sheet.replace("rents", "evictions"))) == {"2": "Known"}  # she speaks for herself now
    assert results(dry(anna, sheet.replace("Tenants", "Others"))) == {"2": "New"}


def test_an_address_names_somebody_whatever_the_name_says(house: House) -> None:
    anna = house.found()
    open_all(anna)
    imported(anna, SHEET)
    changed = HEAD + "Maria Lopez Garcia,Homes for All,MARIA@tenants.example,Housing,rents,,\n"
    shown = dry(anna, changed)
    assert results(shown) == {"2": "Changed"}
    for part in ("Was called María López.", "another organisation: Tenants United", "something else in Housing"):
        assert part in why(shown, 2)
    ok(anna.taps(shown, "Confirm"))
    assert person(house, "Maria Lopez Garcia").organisation == "Homes for All"
    assert results(dry(anna, changed)) == {"2": "Known"}
    somebody_else = dry(anna, HEAD + "Luis,,maria@tenants.example,Housing,,,\n")
    assert results(somebody_else) == {"2": "Wrong"}
    assert "that of Maria Lopez Garcia (Homes for All)" in why(somebody_else, 2)


def test_name_and_organisation_name_somebody_who_has_no_account(house: House) -> None:
    anna = house.found()
    open_all(anna)
    imported(anna, SHEET)
    known = dry(anna, HEAD + "OMAR,border watch.,,Housing,,,\nOmar,,,Housing,,,\nomar,Border Watch,o@x.example,,,,\n")
    assert results(known) == {"2": "New", "3": "New", "4": "Changed"}
    assert why(known, 2) == "Joins Housing."
    assert "Looks like Omar (Border Watch)" in why(known, 3)
    assert why(known, 4) == "Their e-mail address is new."
    ok(anna.taps(known, "Confirm"))
    two = HEAD + "Omar,Border Watch,other@x.example,,,,\n"
    assert "Looks like Omar" in why(dry(anna, two), 2)  # another address: another person, until somebody says otherwise
    imported(anna, two)
    unclear = dry(anna, HEAD + "omar,Border Watch.,third@x.example,,,,\n")
    assert results(unclear) == {"2": "New"}


def test_addresses_are_sealed_handed_out_and_forgotten(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    imported(anna, SHEET)
    sealed = house.db.read(
        lambda s: s.scalars(select(Address.sealed), execution_options={"every_coalition": True}).all()
    )
    assert all(b"maria" not in each for each in sealed if each)
    code = (
        words(ok(anna.gives("coalition invite", who=person(house, "María López").uid)))
        .split("/my claim ")[1]
        .split()[0]
    )
    ok(maria.taps(maria.says(f"/my claim {code}"), "Yes, that is me"))
    export = maria.says("/my export")
    assert isinstance(export, Reply)
    assert export.file
    assert b"maria@tenants.example" in export.file.open().read()
    assert results(dry(anna, SHEET))["2"] == "Known"
    ok(maria.gives("my forget", sure="yes"))
    kept = house.db.read(lambda s: s.scalars(select(Address.sealed), execution_options={"every_coalition": True}).all())
    assert not any(kept)


def test_marks_need_the_key_and_outlive_its_rotation() -> None:
    old, new = Vault([KEY]), Vault([b"n" * 32, KEY])
    assert old.marks("a@b.example", "e-mail", 1) == old.marks("a@b.example", "e-mail", 1)
    assert old.marks("a@b.example", "e-mail", 1)[0] in new.marks("a@b.example", "e-mail", 1)
    different = {old.marks("a@b.example", "e-mail", 2), old.marks("c@b.example", "e-mail", 1), new.marks("a@b.example")}
    assert len(different | {old.marks("a@b.example", "e-mail", 1)}) == 4


def test_places_are_counted_and_who_comes_too_late_waits(house: House) -> None:
    anna, early = house.found(), house.person("early")
    ok(anna.gives("group create", name="Housing", about="Rents", capacity="2"))
    shown = dry(anna, "Name,Group\nA,Housing\nB,Housing\nC,Housing\n")
    assert why(shown, 3) == "A new person. Joins Housing."
    assert why(shown, 4) == "A new person. Would wait for a place in Housing."
    joined(early, "housing")  # between the dry run and Confirm
    said = words(ok(anna.taps(shown, "Confirm")))
    assert "Of these waiting for a place: 2" in said
    stages = select(Person.name, Membership.stage).join(Membership, Membership.person_id == Person.id)
    found = house.db.read(
        lambda s: s.execute(stages.order_by(Membership.id), execution_options={"every_coalition": True}).all()
    )
    assert found == [("Early", Stage.IN), ("A", Stage.IN), ("B", Stage.WAITING), ("C", Stage.WAITING)]
    ok(early.says("/group leave housing"))
    assert members(anna, "housing") == ["A", "B"]


def test_leads_hear_once_how_many_were_added(house: House) -> None:
    anna, lead = house.found(), house.person("lead")
    open_all(anna)
    joined(lead, "housing")
    ok(anna.gives("group lead", group="housing", who=lead.mention))
    house.post()
    before = len(lead.inbox)
    imported(anna, "Name,Group\nA,Housing\nB,Housing; Migration\nC,Housing\n")
    house.post()
    told = [words(parcel.reply) for parcel in lead.inbox[before:]]
    assert len(told) == 1
    assert "3 people were added to Housing by Anna from a sheet." in told[0]
    assert not anna.inbox or "from a sheet" not in words(anna.inbox[-1].reply)


def test_groups_that_are_missing_are_named_or_opened(house: House) -> None:
    anna = house.found()
    open_all(anna)
    ok(anna.gives("group close", group="migration", sure="yes"))
    sheet = "Name,Group\nA,Huosing\nB,Land rights\nC,Migration\nD,housing\n"
    shown = dry(anna, sheet)
    assert results(shown) == {"2": "Wrong", "3": "Wrong", "4": "Wrong", "5": "New"}
    assert "Did you mean Housing?" in why(shown, 2)
    assert why(shown, 4) == "Migration is closed."
    opening = anna.taps(shown, "Open the missing groups")
    assert isinstance(opening, Reply)
    assert "Groups that are opened: Huosing, Land rights" in words(opening)
    assert why(opening, 3) == "A new person. Joins Land rights, which is opened."
    ok(anna.taps(opening, "Confirm"))
    assert members(anna, "land rights") == ["B"]
    assert results(dry(anna, sheet)) == {"2": "Known", "3": "Known", "4": "Wrong", "5": "Known"}


def test_a_group_that_became_part_of_another_is_still_meant(house: House) -> None:
    anna = house.found()
    open_all(anna)
    imported(anna, SHEET)
    ok(anna.gives("group merge", group="housing", into="migration", sure="yes"))
    again = dry(anna, SHEET)
    assert results(again)["2"] == "Known"


def test_who_has_left_is_not_brought_back_by_an_old_sheet(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    imported(anna, SHEET)
    code = (
        words(ok(anna.gives("coalition invite", who=person(house, "María López").uid)))
        .split("/my claim ")[1]
        .split()[0]
    )
    ok(maria.taps(maria.says(f"/my claim {code}"), "Yes, that is me"))
    ok(maria.says("/group leave housing"))
    again = dry(anna, SHEET)
    assert results(again)["2"] == "Known"
    assert "is not any more: stays out" in why(again, 2)
    house.clock.forward(days=40)
    later = dry(anna, SHEET.replace("2019-03-04", "2019-10-03"))
    assert why(later, 2) == "Joins Housing."


def test_leads_come_with_the_sheet_once(house: House) -> None:
    anna = house.found()
    open_all(anna)
    sheet = HEAD + "A,,,Housing,,,Lead\nB,,,Housing,,,backup\nC,,,Housing,,,Director\n"
    shown = dry(anna, sheet)
    assert why(shown, 2) == "A new person. Joins Housing. Leads Housing."
    ok(anna.taps(shown, "Confirm"))
    assert members(anna, "housing")[0] == "A (lead)"
    assert set(results(dry(anna, sheet)).values()) == {"Known"}
    ok(anna.gives("group lead", group="housing", who=person(house, "A").uid, role="member"))
    assert set(results(dry(anna, sheet)).values()) == {"Known"}


def test_the_whole_report_is_a_file_and_the_table_has_pages(house: House) -> None:
    anna = house.found()
    open_all(anna)
    shown = dry(anna, "Name,Group\n" + "".join(f"Person {number},Housing\n" for number in range(45)) + "+1,Nowhere\n")
    assert [row[0] for row in table(shown)] == ["47", *(str(number) for number in range(2, 21))]
    assert shown.file
    report = shown.file.open().read().decode("utf-8-sig").splitlines()
    assert len(report) == 47
    assert report[0] == "Row,Name,Result,Why"
    assert report[-1].startswith("47,'+1,Wrong,")
    more = anna.taps(anna.taps(shown, "More"), "More")
    assert isinstance(more, Reply)
    assert len(table(more)) == 6
    assert more.file is None
    assert "More" not in [button.label for button in more.buttons]
    assert "New people: 45" in words(ok(anna.taps(more, "Confirm")))


def test_where_answers_carry_no_files_the_report_comes_by_itself(house: House) -> None:
    anna = house.found(platform="narrow", community="G1")
    open_all(anna)
    shown = dry(anna, SHEET)
    assert shown.file is None
    done = ok(anna.taps(shown, "Confirm"))
    assert "direct messages" not in words(done)
    after = rows(house)
    house.post()
    sent = [parcel.reply.file for parcel in anna.inbox if parcel.reply.file]
    assert [each.name for each in sent] == ["import-dry-run.csv"]
    assert rows(house) == after


def test_the_form_asks_for_the_sheet_and_keeps_it(house: House) -> None:
    anna = house.found()
    open_all(anna)
    form = anna.says("/coalition import")
    wrong = anna.attaches(form, "sheet", "x.csv", b"Foo,Bar\n1,2\n")
    assert "I see: Foo, Bar" in words(wrong)
    right = anna.attaches(wrong, "sheet", "members.csv", SHEET.encode())
    assert isinstance(right, Reply), words(right)
    assert results(right) == {"2": "New", "3": "New", "4": "New"}


def test_another_coalition_is_not_seen(house: House) -> None:
    anna, boris = house.found(), house.found("boris", "Other Coalition", community="T2")
    open_all(anna)
    open_all(boris)
    imported(anna, SHEET)
    shown = dry(boris, SHEET)
    assert why(shown, 2) == "A new person. Joins Housing."
    imported(boris, SHEET)
    assert members(anna, "housing") == members(boris, "housing") == ["María López"]


def test_two_who_confirm_at_once_bring_everybody_once(house: House) -> None:
    anna, boris = house.found(), house.person("boris")
    open_all(anna)
    ok(anna.gives("coalition role", who=boris.mention, role="coordinator"))
    sheet = HEAD + "".join(f"P{n},O,{'' if n % 2 else f'p{n}@x.example'},Housing,,,\n" for n in range(60))
    both = [(each, dry(each, sheet)) for each in (anna, boris)]
    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda pair: pair[0].taps(pair[1], "Confirm"), both))
    tones = sorted(reply.tone for reply in said if isinstance(reply, Reply))
    assert Tone.DONE in tones
    assert Tone.PROBLEM not in tones
    count = select(func.count()).select_from(Membership)
    assert house.db.read(lambda s: s.scalar(count, execution_options={"every_coalition": True})) == 60


def test_the_operator_imports_at_a_terminal(house: House) -> None:
    anna = house.found()
    open_all(anna)

    def at_terminal(sheet: str = SHEET, *, confirm: bool = False, coalition: str = "", create: bool = False) -> str:
        now = house.clock.now()
        lines = import_sheet(
            house.db, house.vault, now, sheet.encode(), coalition=coalition, confirm=confirm, create=create
        )
        return "\n".join(lines)

    before = rows(house)
    shown = at_terminal()
    assert "María López  New     A new person. Joins Housing." in shown
    assert "--confirm" in shown
    assert rows(house) == before
    assert "The sheet is imported." in at_terminal(confirm=True)
    assert "nothing to import" in at_terminal(confirm=True)
    assert members(anna, "housing") == ["María López"]
    assert "the operator signed María López up" in words(anna.says("/group history housing"))
    assert "joins" in at_terminal("Name,Group\nA,Land\n", create=True).casefold()
    actors = select(Happening.actor_id).where(Happening.what == "import")
    assert house.db.read(lambda s: s.scalars(actors, execution_options={"every_coalition": True}).all()) == [None]

    house.found("boris", "Other Coalition", community="T2")
    with pytest.raises(Problem, match="Other Coalition"):
        at_terminal()
    assert "Known" in at_terminal(coalition="coalition FOR change")


def test_the_console_says_in_a_sentence_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(SHEET)
    place = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}",
        "DATA_KEYS": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
    }
    assert "migrate" in call(tmp_path, "import", "x.csv", **place).stderr
    assert call(tmp_path, "migrate", **place).returncode == 0
    early = call(tmp_path, "import", "x.csv", **place)
    assert (early.returncode, early.stdout) == (2, "")
    assert "/coalition setup" in early.stderr
    assert call(tmp_path, "import", "nowhere.csv", **place).returncode == 2
