"""The three tracks of a group: who sees and who changes them, and how a due date reminds those who have to meet it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from coalition_bot.command import Form, Link, Reply, Tone
from coalition_bot.features.deadlines.tables import Deadline
from coalition_bot.features.tracks.tables import Track
from coalition_bot.history import Happening
from coalition_bot.moments import Moment
from coalition_bot.platform import Parcel
from tests.story import Actor, House, words
from tests.test_groups import no, ok

THIRD = "3 October 5pm Geneva time"
TENTH = "10 October 5pm Geneva time"
LATER = datetime(2019, 10, 20, tzinfo=UTC)


def join(member: Actor, group: str, shown: str) -> None:
    """Come into a group."""
    answers = {"called": member.visitor.name, "issue": "", "organisation": "", "shown": shown}
    ok(member.gives("group join", group=group, **answers))


class Story:
    """Anna coordinates; Lena leads Housing; Maria is in it and lets others see her name; Omar is in it and does not."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.anna = house.found()
        self.lena, self.maria, self.omar = (house.person(name) for name in ("lena", "maria", "omar"))
        self.bea = house.person("bea")  # in another group
        for name in ("Housing", "Migration"):
            ok(self.anna.gives("group create", name=name, about="Homes for all"))
        join(self.maria, "Housing", shown="yes")
        join(self.omar, "Housing", shown="no")
        join(self.bea, "Migration", shown="no")
        ok(self.anna.gives("group lead", group="Housing", who=self.lena.mention))
        house.post()

    def due(self, when: str, kind: str = "1-pager", **more: str) -> Reply:
        """Lena sets a due date and confirms what was understood."""
        card = self.lena.gives("group track", group="Housing", kind=kind, due=when, **more)
        return ok(self.lena.taps(card, "Confirm"))

    def give(self, **answers: str) -> Reply:
        """Lena changes the 1-pager."""
        return ok(self.lena.gives("group track", group="Housing", kind="1-pager", **answers))

    def reminders(self, until: datetime = LATER) -> list[tuple[datetime, Parcel]]:
        """What goes out about the 1-pager until then."""
        sent = self.house.until(until)
        return [(when, parcel) for when, parcel in sent if "1-pager of" in parcel.reply.title]


@pytest.fixture
def story(house: House) -> Story:
    return Story(house)


@pytest.fixture
def small(small_house: House) -> Story:
    return Story(small_house)


def to(sent: list[tuple[datetime, Parcel]], who: Actor) -> list[str]:
    """The days of what went to somebody in private."""
    return [f"{when:%d %b}" for when, parcel in sent if str(parcel.place) == who.mention]


def count(house: House, table: type[Track] | type[Deadline] | type[Happening], **equal: object) -> int:
    rows = select(func.count()).select_from(table).filter_by(**equal)
    return house.db.read(lambda session: session.scalar(rows, execution_options={"every_coalition": True}) or 0)


def test_a_group_has_three_tracks_and_a_tap_moves_one_on(story: Story) -> None:
    three = story.lena.says("/group track housing")
    assert [line for line in words(three).splitlines() if "started" in line] == [
        "Research: ○ not started",
        "1-pager: ○ not started",
        "Side event: ○ not started",
    ]
    assert count(story.house, Track) == 0
    card = story.lena.taps(three, "1-pager")
    assert isinstance(card, Reply)
    assert [each.label for each in card.buttons] == ["In progress", "In review", "Done", "Change", "All three tracks"]
    moved = ok(story.lena.taps(card, "In review"))
    assert "1-pager of Housing: ◐ in review." in words(moved)
    assert [each.label for each in moved.buttons][:3] == ["In progress", "Done", "Change"]
    assert "1-pager: ◐ in review" in words(story.lena.taps(moved, "All three tracks"))
    assert count(story.house, Track) == 1
    assert count(story.house, Happening, what="group.track") == 1
    assert "like this already" in words(
        story.lena.gives("group track", group="Housing", kind="1-pager", state="In review")
    )
    assert count(story.house, Happening, what="group.track") == 1


def test_one_line_does_it_too(small: Story) -> None:
    assert "● done" in words(ok(small.lena.says("/group track housing 1-pager done")))
    assert "◔ in progress" in words(ok(small.anna.says('/group track housing "side event" state="in progress"')))
    assert "Which of the three" in no(small.lena.says("/group track housing state=done"))


def test_the_form_shows_what_is_and_what_is_emptied_is_gone(story: Story) -> None:
    story.due(
        THIRD, owner=story.maria.mention, link="https://example.org/draft?x=1&y=2", note="Ask Geneva", state="In review"
    )
    card = story.lena.says("/group track housing 1-pager")
    assert Link("https://example.org/draft?x=1&y=2") in [fact.value for fact in card.facts]  # type: ignore[union-attr]
    assert "Note: Ask Geneva" in words(card)
    assert "Owner: Maria" in words(card)
    form = story.lena.taps(card, "Change")
    assert isinstance(form, Form)
    shown = {q.name: q.value_label or q.value for q in form.questions}
    assert shown["owner"] == "Maria"
    assert shown["state"] == "In review"
    assert shown["note"] == "Ask Geneva"
    assert "3 October 2019, 17:00" in shown["due"]
    same = story.lena.fills(form)
    assert "like this already" in words(same)

    form = story.lena.taps(card, "Change")
    after = words(ok(story.lena.fills(form, owner="", note="", link="")))
    assert "Maria" not in after
    assert "Ask Geneva" not in after
    assert "example.org" not in after
    assert "2019-10-03T17:00" in after  # the due date stays
    form = story.lena.taps(story.lena.says("/group track housing 1-pager"), "Change")
    assert "2019-10-03" not in words(ok(story.lena.fills(form, due="")))
    assert story.reminders() == []


def test_the_form_of_one_track_does_not_fill_another(small: Story) -> None:
    small.give(note="Only for the 1-pager")
    form = small.lena.taps(small.lena.says("/group track housing 1-pager"), "Change")
    other = small.lena.fills(form, kind="research")
    assert "another track" in no(other)
    assert "Only for" not in words(small.lena.says("/group track housing research"))


def test_pages_of_five_questions_do_too(house: House) -> None:
    anna = house.found(platform="narrow")
    ok(anna.gives("group create", name="Housing", about="Homes"))
    card = ok(anna.gives("group track", group="Housing", kind="research", note="Start with Chile", state="in progress"))
    first = anna.taps(card, "Change")
    assert isinstance(first, Form)
    assert len(first.questions) == 5
    second = anna.fills(first, state="done")
    assert isinstance(second, Form)
    assert {q.name: q.value for q in second.questions}["note"] == "Start with Chile"
    after = words(ok(anna.fills(second, link="https://example.org/research")))
    assert "● done" in after
    assert "Start with Chile" in after


def test_a_member_sees_and_changes_nothing_and_others_do_not_see(story: Story) -> None:
    story.give(owner=story.maria.mention, state="in progress")
    seen = story.omar.says("/group track housing 1-pager")
    assert "◔ in progress" in words(seen)
    assert [each.label for each in seen.buttons] == ["All three tracks"]  # type: ignore[union-attr]
    for answers in ({"state": "done"}, {"note": "mine"}, {"due": THIRD}, {"whole": "yes"}):
        refused = no(story.omar.gives("group track", group="Housing", kind="1-pager", **answers))
        assert "Only leads of Housing and coordinators" in refused
    for outsider in (story.bea, story.house.person("eve")):
        refused = no(outsider.gives("group track", group="Housing", kind="1-pager"))
        assert "in progress" not in refused
        assert "in progress" not in words(outsider.gives("group list", group="Housing"))
    assert "◔ in progress" in words(story.lena.says("/group track housing 1-pager"))


def test_a_forged_form_shows_nothing_to_outsiders(story: Story) -> None:
    story.give(note="For our eyes", link="https://example.org/secret")
    uid = story.anna.options("group track", "group", "Housing")[0].value
    form = story.bea.house.bot.run(
        story.bea._request("", press=f"!group track?group={uid}&kind=one_pager&whole={uid}:one_pager")
    )
    assert "For our eyes" not in words(form)
    assert "secret" not in words(form)


def test_the_card_of_a_group_tells_those_inside(story: Story) -> None:
    story.due(THIRD, owner=story.maria.mention, state="in review")
    line = "1-pager: ◐ in review, {}, due Thursday, 3 October 2019"
    for reader in (story.anna, story.lena, story.maria):
        assert line.format("Maria") in words(reader.gives("group list", group="Housing"))
    assert "in review" not in words(story.bea.gives("group list", group="Housing"))


def test_an_owner_who_is_only_counted_is_not_named_to_members(story: Story) -> None:
    story.give(owner=story.omar.mention)
    assert "Owner: a member" in words(story.maria.says("/group track housing 1-pager"))
    assert "Owner: Omar" in words(story.omar.says("/group track housing 1-pager"))
    assert "Owner: Omar" in words(story.lena.says("/group track housing 1-pager"))


def test_an_owner_is_of_the_group_picked_by_name_or_mention(story: Story) -> None:
    assert "Owner: Maria" in words(story.give(owner="Maria"))
    assert "are not in Housing" in no(
        story.lena.gives("group track", group="Housing", kind="1-pager", owner=story.bea.mention)
    )
    assert "Bea" not in [option.label for option in story.lena.options("group track", "owner")]
    no(story.lena.gives("group track", group="Housing", kind="1-pager", owner="Bea"))
    ok(story.maria.gives("group leave", group="Housing"))
    assert "Maria" not in words(story.lena.says("/group track housing 1-pager"))


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "ftp://example.org/x",
        "example.org/draft",
        "https://",
        "https://un.org@evil.example",
        "http://[::1",
        "https://example.org:99999/",
        "https://example.org/<b>|x",
        "https://example.org/\u202ex",
        "https://" + "a" * 600 + ".org",
        "data:text/html,x",
    ],
)
def test_only_addresses_of_the_web_are_links(small: Story, link: str) -> None:
    no(small.lena.gives("group track", group="Housing", kind="1-pager", link=link))
    assert count(small.house, Track) == 0


@pytest.mark.parametrize("note", ["x" * 201, "y" * 10_000, "nul\0", "over\u202eride"])
def test_hostile_notes_are_refused_with_a_sentence(small: Story, note: str) -> None:
    no(small.lena.gives("group track", group="Housing", kind="1-pager", note=note))
    assert count(small.house, Track) == 0


# Due dates


def test_what_was_understood_is_said_back_and_stored_when_confirmed(story: Story) -> None:
    card = story.lena.gives("group track", group="Housing", kind="1-pager", due=THIRD, state="in review")
    assert isinstance(card, Reply)
    assert Moment(datetime(2019, 10, 3, 17), "Europe/Zurich") in [fact.value for fact in card.facts]
    assert "in 31 days" in words(card)
    assert count(story.house, Deadline) == count(story.house, Track) == 0
    stored = ok(story.lena.taps(card, "Confirm"))
    assert "◐ in review" in words(stored)
    assert "like this already" in words(story.lena.taps(card, "Confirm"))
    assert count(story.house, Deadline) == count(story.house, Track) == 1


def test_a_doubt_is_asked_about_and_nonsense_refused(small: Story) -> None:
    asked = small.lena.gives("group track", group="Housing", kind="1-pager", due="10/4")
    assert isinstance(asked, Reply)
    assert len(asked.buttons) == 3
    card = small.lena.presses(asked.buttons[0])
    assert count(small.house, Track) == 0
    ok(small.lena.taps(card, "Confirm"))
    for bad in ("soonish", "31 February", "3 October 2018", "October"):
        assert no(small.lena.gives("group track", group="Housing", kind="research", due=bad))
    for forged in ("2018-01-01T00:00[UTC]", "nonsense", "9000-01-01T00:00[UTC]"):
        answers = {"due": THIRD, "meant": forged, "sure": "yes"}
        no(small.lena.gives("group track", group="Housing", kind="research", **answers))
    assert count(small.house, Deadline) == 1


def test_a_due_date_reminds_the_owner_in_private_and_the_group_in_its_own_channel(story: Story) -> None:
    ok(story.anna.gives("group edit", group="Housing", channel="wide:T1:C-housing"))
    story.due(THIRD, owner=story.maria.mention)
    sent = story.reminders()
    days = ["19 Sep", "26 Sep", "02 Oct", "03 Oct"]
    assert to(sent, story.maria) == days
    assert [f"{when:%d %b}" for when, parcel in sent if parcel.place.channel == "C-housing"] == days
    assert len(sent) == 8
    assert sent[0][1].reply.text == "1-pager of Housing is due in 14 days."
    assert f"{sent[-1][0]:%H:%M}" == "14:00"  # one hour before 17:00 in Geneva


def test_without_an_owner_the_leads_are_reminded_whoever_leads_by_then(story: Story) -> None:
    story.due(THIRD)
    sent = story.reminders(datetime(2019, 9, 20, tzinfo=UTC))
    assert to(sent, story.lena) == ["19 Sep"]
    ok(story.anna.gives("group lead", group="Housing", who=story.omar.mention))
    ok(story.anna.gives("group lead", group="Housing", who=story.lena.mention, role="Member"))
    sent = story.reminders(datetime(2019, 9, 27, tzinfo=UTC))
    assert (to(sent, story.omar), to(sent, story.lena)) == (["26 Sep"], [])


def test_a_new_owner_is_reminded_instead_of_the_old_one(story: Story) -> None:
    story.due(THIRD, owner=story.maria.mention)
    assert to(story.reminders(datetime(2019, 9, 20, tzinfo=UTC)), story.maria) == ["19 Sep"]
    story.give(owner=story.omar.mention)
    sent = story.reminders()
    assert to(sent, story.omar) == ["26 Sep", "02 Oct", "03 Oct"]
    assert len(sent) == 3


def test_an_owner_who_left_the_group_hears_no_more_and_the_lead_does(story: Story) -> None:
    story.due(THIRD, owner=story.maria.mention)
    ok(story.maria.gives("group leave", group="Housing"))
    sent = story.reminders()
    assert to(sent, story.maria) == []
    assert to(sent, story.lena) == ["19 Sep", "26 Sep", "02 Oct", "03 Oct"]


def test_a_moved_date_reminds_anew_and_moved_back_repeats_nothing(story: Story) -> None:
    story.due(THIRD)
    assert to(story.reminders(datetime(2019, 9, 20, tzinfo=UTC)), story.lena) == ["19 Sep"]
    story.due(TENTH)
    assert to(story.reminders(datetime(2019, 9, 25, tzinfo=UTC)), story.lena) == []
    story.due(THIRD)
    story.due(TENTH)
    assert to(story.reminders(datetime(2019, 9, 27, tzinfo=UTC)), story.lena) == ["26 Sep"]  # 14 days before the 10th
    story.due(THIRD)
    sent = story.reminders()
    assert to(sent, story.lena) == ["02 Oct", "03 Oct"]
    assert count(story.house, Deadline) == 1


def test_a_reminder_in_hand_while_the_date_moves_is_not_sent_for_the_old_one(story: Story) -> None:
    story.due(THIRD)
    story.house.clock.set(datetime(2019, 9, 19, 13, tzinfo=UTC))
    for _turn in ("the job", "its message"):
        assert story.house.db.write(story.house.dispatcher._claim)  # and then this process dies
    story.due(TENTH)
    assert to(story.reminders(), story.lena) == ["26 Sep", "03 Oct", "09 Oct", "10 Oct"]


def test_moved_and_moved_back_before_anything_went_out_all_go_out_once(story: Story) -> None:
    story.due(THIRD)
    story.due(TENTH)
    story.due(THIRD)
    assert to(story.reminders(), story.lena) == ["19 Sep", "26 Sep", "02 Oct", "03 Oct"]


def test_what_is_done_is_silent_and_taken_up_again_it_reminds(story: Story) -> None:
    story.due(THIRD)
    story.give(state="done")
    assert "1-pager of Housing" not in words(story.anna.says("/deadline list"))
    assert story.reminders(datetime(2019, 9, 27, tzinfo=UTC)) == []
    story.give(state="in review")
    assert to(story.reminders(), story.lena) == ["02 Oct", "03 Oct"]


def test_after_the_moment_it_is_overdue_until_done(story: Story) -> None:
    story.due(THIRD)
    story.house.until(LATER)
    assert "1-pager: ! overdue" in words(story.lena.says("/group track housing"))
    assert "● done" in words(story.give(state="done"))


def test_a_closed_group_is_silent(story: Story) -> None:
    ok(story.anna.gives("group edit", group="Housing", channel="wide:T1:C-housing"))
    story.due(THIRD)
    ok(story.anna.taps(story.anna.gives("group close", group="Housing"), "Close it"))
    assert story.reminders() == []


def test_a_new_channel_of_the_group_is_reminded_from_the_next_day_on(story: Story) -> None:
    story.house.db.write(story.house.dispatcher._begin)
    ok(story.anna.gives("group edit", group="Housing", channel="wide:T1:C-old"))
    story.due(THIRD)
    ok(story.anna.gives("group edit", group="Housing", channel="wide:T1:C-new"))
    sent = story.reminders()
    assert {parcel.place.channel for _when, parcel in sent if parcel.place.channel} == {"C-new"}


def test_cancelled_as_a_deadline_the_track_has_no_due_date_and_may_get_another(story: Story) -> None:
    story.due(THIRD)
    uid = story.lena.options("deadline cancel", "deadline", "1-pager")[0].value
    ok(story.lena.taps(story.lena.gives("deadline cancel", deadline=uid), "Cancel it"))
    assert "Due" not in words(story.lena.says("/group track housing 1-pager"))
    story.due(TENTH)
    assert to(story.reminders(), story.lena) == ["26 Sep", "03 Oct", "09 Oct", "10 Oct"]


def test_deadlines_of_tracks_are_listed_for_the_group_only(story: Story) -> None:
    story.due(THIRD)
    for reader in (story.anna, story.lena, story.omar):
        assert "1-pager of Housing is due" in words(reader.says("/deadline list"))
    for outsider in (story.bea, story.house.person("newcomer")):
        assert "no deadlines" in words(outsider.says("/deadline list"))
    ok(story.anna.gives("group lead", group="Migration", who=story.bea.mention))
    assert story.bea.options("deadline cancel", "deadline") == []


def test_a_deadline_of_a_private_group_is_hidden_from_those_outside(story: Story) -> None:
    ok(story.anna.gives("group create", name="Asylum", about="Quietly", private="yes", channel="wide:T1:C-quiet"))
    card = story.anna.gives("deadline add", what=f"Quiet report due {THIRD}", group="Asylum")
    ok(story.anna.taps(card, "Confirm"))
    assert "Quiet report" not in words(story.lena.says("/deadline list"))
    assert "Quiet report" in words(story.anna.says("/deadline list"))
    assert story.lena.options("deadline cancel", "deadline") == []


# People who go


def test_a_forgotten_owner_leaves_no_trace_and_the_lead_is_reminded(story: Story) -> None:
    story.due(THIRD, owner=story.maria.mention)
    ok(story.maria.taps(story.maria.says("/my forget"), "Delete everything"))
    assert "Maria" not in words(story.lena.says("/group track housing 1-pager"))
    sent = story.reminders()
    assert to(sent, story.maria) == []
    assert len(to(sent, story.lena)) == 4
    assert count(story.house, Track, owner_id=None) == 1


def test_of_two_accounts_that_are_one_person_one_is_reminded(story: Story) -> None:
    story.due(THIRD, owner=story.maria.mention)
    code = words(story.omar.says("/my link")).split("my link ")[1].split()[0]
    ok(story.maria.taps(story.maria.says(f"/my link {code}"), "Yes, that is me"))
    sent = story.reminders()
    assert (len(to(sent, story.maria)), len(to(sent, story.omar))) in {(4, 0), (0, 4)}
    assert "Owner: Omar" in words(story.lena.says("/group track housing 1-pager"))


def test_the_owner_gets_the_tracks_in_the_own_data(small: Story) -> None:
    small.give(owner=small.maria.mention)
    exported = small.maria.says("/my export")
    assert isinstance(exported, Reply)
    assert exported.file
    assert b'"track": "one_pager"' in exported.file.content


def test_a_mailing_list_has_no_tracks(small: Story) -> None:
    ok(small.anna.gives("group create", name="News", about="Monthly letter", kind="Mailing list"))
    assert "has no tracks" in no(small.anna.says("/group track news"))
    assert "1-pager" not in words(small.anna.gives("group list", group="News"))


def test_another_coalition_sees_nothing(small: Story) -> None:
    small.due(THIRD)
    uid = small.anna.options("group track", "group", "Housing")[0].value
    eve = small.house.found("eve", "Other coalition", community="T2")
    outcome = eve.gives("group track", group=uid, kind="1-pager", state="done")
    assert getattr(outcome, "tone", Tone.PROBLEM) is Tone.PROBLEM
    assert "1-pager of" not in words(eve.says("/deadline list"))


def test_a_late_reminder_says_so_and_only_the_newest_speaks(story: Story) -> None:
    story.due(THIRD)
    story.house.clock.set(datetime(2019, 10, 2, 20, tzinfo=UTC))  # nothing ran for a month
    sent = [parcel for parcel in story.house.post() if "1-pager" in parcel.reply.title]
    assert len(sent) == 1
    assert "is late" in sent[0].reply.text
