"""Nudges: previewed, confirmed, one message for each lead, and not again within a week without being asked."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from coalition_bot.command import Reply
from coalition_bot.features.tracks.tables import Nudge
from coalition_bot.history import Happening
from coalition_bot.platform import Parcel
from tests.story import Actor, House, words
from tests.test_board import many_groups
from tests.test_groups import no, ok
from tests.test_tracks import THIRD

NUDGE = "Nudge the leads of those with something missing"
KINDS = ("research", "1-pager", "side event")


class Story:
    """Anna coordinates; Lena leads Housing and Migration, Omar Migration too; nobody leads Zoning."""

    def __init__(self, house: House) -> None:
        self.house, self.anna = house, house.found()
        self.lena, self.omar = house.person("lena"), house.person("omar")
        for name in ("Housing", "Migration", "Zoning"):
            ok(self.anna.gives("group create", name=name, about="Homes for all"))
        for group, who in (("Housing", self.lena), ("Migration", self.lena), ("Migration", self.omar)):
            ok(self.anna.gives("group lead", group=group, who=who.mention))
        for who in (self.lena, self.omar):
            ok(who.fills(who.says("/my details"), called=who.visitor.name))
        house.post()

    def nudged(self) -> list[Parcel]:
        """What goes out now."""
        return [parcel for parcel in self.house.post() if parcel.reply.title == "Still missing"]

    def finish(self, group: str, *kinds: str) -> None:
        """Tracks are done."""
        for kind in kinds:
            ok(self.anna.gives("group track", group=group, kind=kind, state="done"))


@pytest.fixture
def story(house: House) -> Story:
    return Story(house)


def count(house: House, table: type[Nudge] | type[Happening], **equal: object) -> int:
    rows = select(func.count()).select_from(table).filter_by(**equal)
    return house.db.read(lambda session: session.scalar(rows, execution_options={"every_coalition": True}) or 0)


def to(parcels: list[Parcel], who: Actor) -> Reply:
    """The one message that somebody got."""
    (mine,) = [parcel.reply for parcel in parcels if str(parcel.place) == who.mention]
    return mine


def test_first_a_preview_then_one_message_for_each_lead(story: Story) -> None:
    story.finish("Housing", "research", "side event")
    preview = story.anna.taps(story.anna.says("/group board"), NUDGE)
    said = words(preview)
    assert "2 groups have something missing. 2 leads are told." in said
    assert "Nobody leads Zoning." in said
    assert "Lena | Housing, 1-pager: ○ not started; Migration, Research: ○ not started" in said
    assert story.nudged() == []
    assert count(story.house, Nudge) == 0

    sent = ok(story.anna.taps(preview, "Confirm"))
    assert "2 leads are told." in words(sent)
    assert "Nobody leads Zoning." in words(sent)
    parcels = story.nudged()
    assert len(parcels) == 2
    mine = to(parcels, story.lena)
    assert [fact.label for fact in mine.facts] == [
        "Housing, 1-pager",
        "Migration, Research",
        "Migration, 1-pager",
        "Migration, Side event",
    ]
    assert [fact.label for fact in to(parcels, story.omar).facts] == [fact.label for fact in mine.facts[1:]]
    assert "● done" in words(story.lena.taps(story.lena.taps(mine, "1-pager: Housing"), "Done"))
    assert count(story.house, Happening, what="group.nudge") == 2


def test_within_a_week_it_asks_whether_to_send_again(story: Story) -> None:
    ok(story.anna.taps(story.anna.says("/group nudge"), "Confirm"))
    assert len(story.nudged()) == 2
    story.house.clock.forward(days=6, hours=23)
    asked = story.anna.says("/group nudge")
    assert "Send again? The first went on Monday, 2 September 2019." in words(asked)
    assert "Confirm" not in words(asked)
    ok(story.anna.taps(asked, "Send again"))
    assert len(story.nudged()) == 2
    story.house.clock.forward(days=6)
    assert "The first went on Monday, 9 September 2019" in words(story.anna.says("/group nudge"))
    story.house.clock.forward(days=8)
    assert "Send again" not in words(story.anna.says("/group nudge"))


def test_a_double_tap_and_a_second_coordinator_send_once(story: Story) -> None:
    bob = story.house.person("bob")
    ok(story.anna.gives("coalition role", who=bob.mention, role="coordinator"))
    mine, other = story.anna.says("/group nudge"), bob.says("/group nudge")
    ok(story.anna.taps(mine, "Confirm"))
    assert "nudged already" in words(story.anna.taps(mine, "Confirm"))
    assert "Send again?" in words(bob.taps(other, "Confirm"))
    assert len(story.nudged()) == 2


def test_one_group_by_the_same_way(story: Story) -> None:
    preview = story.anna.gives("group nudge", group="Housing")
    assert "Migration" not in words(preview)
    ok(story.anna.taps(preview, "Confirm"))
    parcels = story.nudged()
    assert len(parcels) == 1
    assert "Migration" not in words(to(parcels, story.lena))
    assert "Send again?" in words(story.anna.gives("group nudge", group="Housing"))
    assert "Send again?" not in words(story.anna.gives("group nudge", group="Migration"))


def test_what_was_done_meanwhile_is_not_asked_for(story: Story) -> None:
    preview = story.anna.says("/group nudge")
    ok(story.anna.taps(preview, "Confirm"))
    story.finish("Migration", *KINDS)
    story.finish("Housing", "research")
    parcels = story.nudged()
    assert [fact.label for fact in to(parcels, story.lena).facts] == ["Housing, 1-pager", "Housing, Side event"]
    assert len(parcels) == 1  # nothing is left for Omar


def test_who_leads_no_more_is_told_nothing(story: Story) -> None:
    ok(story.anna.taps(story.anna.says("/group nudge"), "Confirm"))
    ok(story.anna.gives("group lead", group="Migration", who=story.omar.mention, role="Member"))
    parcels = story.nudged()
    assert [str(parcel.place) for parcel in parcels] == [story.lena.mention]


def test_a_forgotten_lead_is_told_nothing(story: Story) -> None:
    ok(story.anna.taps(story.anna.says("/group nudge"), "Confirm"))
    ok(story.omar.taps(story.omar.says("/my forget"), "Delete everything"))
    assert [str(parcel.place) for parcel in story.nudged()] == [story.lena.mention]


def test_the_message_says_who_has_it_and_when_it_is_due(story: Story) -> None:
    card = story.lena.gives("group track", group="Housing", kind="1-pager", due=THIRD, owner=story.lena.mention)
    ok(story.lena.taps(card, "Confirm"))
    ok(story.anna.taps(story.anna.gives("group nudge", group="Housing"), "Confirm"))
    assert "Housing, 1-pager: ○ not started, Lena, due Thursday, 3 October 2019" in words(
        to(story.nudged(), story.lena)
    )


def test_where_nobody_leads_it_says_so_and_how_to_go_on(story: Story) -> None:
    refused = story.anna.gives("group nudge", group="Zoning")
    assert "Nobody leads Zoning." in no(refused)
    assert "Appoint a lead" in words(refused)
    assert count(story.house, Nudge) == 0


def test_where_nothing_is_missing_there_is_nobody_to_nudge(story: Story) -> None:
    for group in ("Housing", "Migration", "Zoning"):
        story.finish(group, *KINDS)
    assert "Nothing is missing" in words(story.anna.says("/group nudge"))
    assert NUDGE not in words(story.anna.says("/group board"))


def test_a_backup_is_asked_where_there_is_no_lead(story: Story) -> None:
    for group in ("Migration", "Zoning"):
        ok(story.anna.gives("group lead", group=group, who=story.house.person("bea").mention, role="Backup lead"))
    ok(story.anna.taps(story.anna.says("/group nudge"), "Confirm"))
    mine = to(story.nudged(), story.house.person("bea"))
    assert [fact.label for fact in mine.facts] == ["Zoning, Research", "Zoning, 1-pager", "Zoning, Side event"]


def test_leads_without_an_account_are_named(story: Story) -> None:
    many_groups(story.house, 30)
    preview = story.anna.says("/group nudge")
    assert "I cannot write to Lead 000, Lead 001" in words(preview)
    assert "Lead 009 and 20 more: they have no account here" in words(preview)
    ok(story.anna.taps(preview, "Confirm"))
    assert count(story.house, Nudge) == 2


def test_a_forged_confirmation_sends_no_more_than_a_tap(story: Story) -> None:
    refused = no(story.lena.gives("group nudge", key="forged"))
    assert "is for coordinators" in refused
    assert "Confirm" in words(story.anna.gives("group nudge", key="k" * 500))
    assert count(story.house, Nudge) == 0
