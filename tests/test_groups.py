"""Working groups as members, leads and coordinators of a real coalition used them in the autumn of 2019."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select

from coalition_bot.command import Form, Reply, Tone
from coalition_bot.features.groups import Group, Membership
from coalition_bot.history import Happening, Reading
from tests.story import Actor, GivenClock, House, words

GROUPS = {
    "Housing": "Evictions, rents and homelessness",
    "Criminal justice": "Prisons, policing and the death penalty",
    "Indigenous peoples": "Land, water and treaties",
    "Migration": "Detention and families at the border",
    "Women's rights": "Equal pay, health and violence",
}


def open_all(anna: Actor) -> None:
    """The coordinator opens the groups of autumn 2019."""
    for name, about in GROUPS.items():
        ok(anna.gives("group create", name=name, about=about))


def ok(outcome: Reply | Form) -> Reply:
    """The reply of something that was done."""
    assert isinstance(outcome, Reply), words(outcome)
    assert outcome.tone is Tone.DONE, words(outcome)
    return outcome


def no(outcome: Reply | Form) -> str:
    """The words of a refusal."""
    if isinstance(outcome, Form):
        assert outcome.problem or any(question.problem for question in outcome.questions), words(outcome)
    else:
        assert outcome.tone is Tone.PROBLEM, words(outcome)
    return words(outcome)


def joined(member: Actor, group: str, issue: str = "", organisation: str = "") -> Reply:
    """A member joins with the name that the platform shows."""
    name = member.visitor.name
    return ok(member.gives("group join", group=group, issue=issue, called=name, organisation=organisation, shown="yes"))


def count(
    house: House, table: type[Group] | type[Membership] | type[Happening] | type[Reading], **equal: object
) -> int:
    """How many rows of a table there are, of whichever coalition."""
    rows = select(func.count()).select_from(table).filter_by(**equal)
    return house.db.read(lambda session: session.scalar(rows, execution_options={"every_coalition": True}) or 0)


def table(outcome: Reply | Form) -> tuple[tuple[str, ...], ...]:
    """The rows that are shown."""
    assert isinstance(outcome, Reply), words(outcome)
    assert outcome.table, words(outcome)
    return outcome.table.rows


def test_a_member_joins_through_the_form_and_then_with_one_line(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)

    form = maria.says("/group join housing")
    assert isinstance(form, Form)
    assert [q.name for q in form.questions] == ["group", "issue", "called", "organisation", "shown"]
    assert {q.name: q.value_label or q.value for q in form.questions}["group"] == "Housing"
    assert {q.name: q.value for q in form.questions}["called"] == "Maria"
    assert {q.name: q.required for q in form.questions}["called"]

    reply = ok(
        maria.fills(
            form, called="María López", organisation="Tenants United", issue="evictions of families", shown="yes"
        )
    )
    said = words(reply)
    for part in ("Housing", GROUPS["Housing"], "nobody yet", "coordinators are told", "Tenants United", "evictions of"):
        assert part in said
    assert [button.label for button in reply.buttons] == ["Members", "My groups", "Change"]

    second = ok(maria.says("/group join criminal justice death penalty for minors"))
    assert "death penalty for minors" in words(second)
    assert "Tenants United" in words(second)
    mine = words(maria.says("/group mine"))
    assert "Housing | evictions of families" in mine
    assert "Criminal justice | death penalty for minors" in mine
    assert "María López" in words(maria.taps(reply, "Members"))


def test_an_empty_organisation_and_issue_have_words(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    said = words(joined(maria, "migration"))
    assert "on my own" in said
    assert "not sure yet" in said
    joined(house.person("omar"), "migration", issue="Not sure yet", organisation="on my own")
    assert "Omar | on their own | not sure yet" in words(anna.says("/group members migration"))


def test_organisations_are_suggested_and_kept_in_one_spelling(house: House) -> None:
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    joined(maria, "housing", organisation="Tenants United")
    assert omar.options("group join", "organisation", "tenants")[0].value == "Tenants United"
    assert "Tenants United" in words(joined(omar, "migration", organisation="tenants  united"))


def test_a_button_of_the_list_carries_the_group(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    form = maria.taps(maria.says("/group list"), "Join Women's rights")
    assert isinstance(form, Form)
    assert form.questions[0].value_label == "Women's rights"
    ok(maria.fills(form, shown="no"))
    again = maria.says("/group list")
    assert isinstance(again, Reply)
    assert "Join Women's rights" not in [button.label for button in again.buttons]
    assert "Women's rights | Equal pay, health and violence | nobody yet | 1" in words(again)


def test_phones_write_another_apostrophe(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    assert "Women's rights" in words(joined(maria, "women’s rights"))


def test_the_list_of_many_groups_has_pages(house: House) -> None:
    anna = house.found()
    for number in range(23):
        ok(anna.gives("group create", name=f"City {number:02}", about="x" * 300))
    seen: list[str] = []
    reply = anna.says("/group list")
    while True:
        assert isinstance(reply, Reply)
        assert reply.table
        seen += [row[0] for row in reply.table.rows]
        assert len(reply.buttons) <= 25
        if "More" not in [button.label for button in reply.buttons]:
            break
        reply = anna.taps(reply, "More")
    assert seen == [f"City {number:02}" for number in range(23)]


def test_one_changes_the_issue_and_the_organisation(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    reply = joined(maria, "housing", "evictions", "Tenants United")
    form = maria.taps(reply, "Change")
    assert isinstance(form, Form)
    now = {question.name: question.value for question in form.questions}
    assert (now["issue"], now["organisation"]) == ("evictions", "Tenants United")
    assert "not sure yet" in words(ok(maria.fills(form, issue="")))
    assert "rents in Detroit" in words(ok(maria.says("/group change housing rents in Detroit")))
    assert "Tenants United" in words(maria.says("/group change housing"))
    joined(maria, "migration")
    which = no(maria.says("/group change"))
    assert "Which group" in which
    assert "Migration" in which


def test_one_leaves_and_comes_back(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing", "evictions")
    left = ok(maria.says("/group leave"))
    assert "You have left Housing" in words(left)
    assert "no working group" in words(maria.says("/group mine"))
    assert "You are in no working group" in no(maria.says("/group leave"))
    assert "You are not in Housing" in no(maria.says("/group leave housing"))
    form = maria.taps(left, "Come back")
    ok(maria.fills(form, issue="rents"))
    assert count(house, Membership) == 2
    assert [row[1] for row in table(maria.says("/group mine"))] == ["rents"]
    assert count(house, Happening, what="group.join") == 2
    assert count(house, Happening, what="group.leave") == 1


def test_everything_about_groups_can_be_taken_along(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing", "evictions")
    ok(maria.says("/group leave housing"))
    joined(maria, "housing", "rents")
    ok(anna.gives("group lead", group="housing", who=maria.mention))
    reply = maria.says("/my export")
    assert isinstance(reply, Reply)
    assert reply.file
    assert isinstance(reply.file.content, bytes)
    text = reply.file.content.decode()
    assert text.count('"group": "Housing"') == 3
    assert '"evictions"' in text
    assert '"rents"' in text


def test_two_accounts_become_one_member(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    other = house.person("maria2")
    open_all(anna)
    joined(maria, "housing")
    joined(other, "housing", "evictions", "Tenants United")
    joined(other, "migration", "detention")
    for account in (maria, other):
        ok(anna.gives("group lead", group="housing", who=account.mention))
    code = words(maria.says("/my link")).split()
    token = next(word for word in reversed(code) if len(word) == 10 and word.isupper())
    ok(other.taps(other.says(f"/my link {token}"), "Yes, that is me"))
    assert [row[1] for row in table(maria.says("/group mine"))] == ["evictions", "detention"]
    assert len(table(anna.says("/group members housing"))) == 1
    assert count(house, Membership) == 3
    ok(maria.says("/group leave housing"))
    assert "nobody yet" in words(anna.says("/group list housing"))


def test_the_roster_as_a_file_runs_no_formula(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    evil = '=HYPERLINK("http://evil.example","click")'
    ok(maria.gives("group join", group="housing", called=evil, organisation="+41 22", issue="a;=1+1", shown="no"))
    joined(house.person("zoë"), "housing", "@everyone", "Tenants, United")
    reply = anna.says("/group export housing")
    assert isinstance(reply, Reply)
    assert reply.file
    assert reply.file.name == "housing-members.csv"
    assert isinstance(reply.file.content, bytes)
    assert reply.file.content.startswith(b"\xef\xbb\xbf")
    lines = reply.file.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "Group,Name,Organisation,Issue,Role in the group,Joined on"
    assert lines[1].startswith("Housing,\"'=HYPERLINK(")
    assert "'+41 22,a;'=1+1,Member,2019-09-02" in lines[1]
    assert 'Zoë,"Tenants, United",\'@everyone,Member' in lines[2]
    assert count(house, Reading, what="group export") == 1


def test_where_answers_carry_no_files_it_comes_as_a_direct_message(house: House) -> None:
    anna = house.found(platform="narrow")
    open_all(anna)
    reply = anna.says("/group export")
    assert isinstance(reply, Reply)
    assert reply.file is None
    assert "direct messages" in words(reply)
    house.post()
    parcel = anna.inbox[-1]
    assert parcel.reply.file
    assert parcel.reply.file.name == "groups-members.csv"


def test_the_whole_form_fits_one_page_of_the_narrow_platform(house: House) -> None:
    anna, maria = house.found(platform="narrow"), house.person("maria", platform="narrow")
    open_all(anna)
    for who, line in ((maria, "/group join"), (anna, "/group lead")):
        form = who.says(line)
        assert isinstance(form, Form)
        assert form.last, line
    for number in range(30):
        ok(anna.gives("group create", name=f"City {number}", about="x"))
    form = maria.says("/group join")
    assert isinstance(form, Form)
    assert len(form.questions[0].options) == 25
    assert form.questions[0].more
    assert [option.label for option in maria.options("group join", "group", "indig")] == ["Indigenous peoples"]


def test_a_large_roster_has_pages(house: House) -> None:
    anna = house.found()
    open_all(anna)
    for number in range(45):
        joined(house.person(f"member{number:02}"), "housing")
    reply = anna.says("/group members housing")
    names = [row[0] for row in table(reply)]
    for _page in range(2):
        reply = anna.taps(reply, "More")
        names += [row[0] for row in table(reply)]
    assert names == [f"Member{number:02}" for number in range(45)]
    assert "Housing: 45 members" in words(reply)
    assert count(house, Reading, what="group members") == 3


def test_history_names_things_by_number(house: House) -> None:
    anna, maria = house.found(), house.person("maria")
    open_all(anna)
    joined(maria, "housing", "my secret issue")
    ok(maria.says("/group change housing another secret"))
    ok(maria.says("/group leave housing"))
    rows = house.db.read(
        lambda session: session.execute(
            select(Happening.what, Happening.about, Happening.at).order_by(Happening.id),
            execution_options={"every_coalition": True},
        ).all()
    )
    assert [row.what for row in rows if row.what.startswith("group.")][-3:] == [
        "group.join",
        "group.change",
        "group.leave",
    ]
    assert all(row.about.startswith(("group:", "coalition:")) for row in rows)
    assert {row.at for row in rows} == {datetime(2019, 9, 2, 8, tzinfo=UTC)}


def test_memberships_survive_in_order_over_the_autumn(house: House) -> None:
    """From the first sign-ups in September to the deadline for stakeholder reports on 3 October 2019."""
    assert isinstance(house.clock, GivenClock)
    anna, maria, omar = house.found(), house.person("maria"), house.person("omar")
    open_all(anna)
    joined(maria, "housing")
    house.clock.set(datetime(2019, 10, 4, 3, 30, tzinfo=UTC))  # still 3 October in New York
    joined(omar, "housing")
    assert [row[3] for row in table(omar.says("/group mine"))] == ["Thursday, 3 October 2019"]
    assert [row[0] for row in table(anna.says("/group members housing"))] == ["Maria", "Omar"]
