"""What travellers type is nowhere in clear: not in the files of a process that ran, nor in anything that it said."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, text

from adapters.web.people import TRAVELLER
from adapters.web.tables import WebPost
from coalition_bot.people import Place
from coalition_bot.vault import Vault
from tests.counterparts.slack.background import Background
from tests.counterparts.slack.emulated import Emulator
from tests.counterparts.slack.player import Player, Turn, http, player
from tests.counterparts.slack.screen import Message, SharedFile
from tests.killed.process import Running, running
from tests.killed.stores import Embedded, embedded
from tests.killed.towns import OTHER, SlackTown, slack_town
from tests.killed.webpage import Shown, Visitor
from tests.story import KEY, Actor, GivenClock, House
from tests.test_reviews import follow
from tests.travel import ANSWERS, PARTS, open_trip

pytestmark = pytest.mark.xdist_group("slack")

# However it is quoted: "917 12 34", "917+12+34", "917%2012%2034".
CANARY = re.compile(rb"canary|917.{1,3}12.{1,3}34", re.IGNORECASE)
OPEN = b"Swift"  # the name for lists is not sealed: it shows that the search would find something
AWAY = "I can't reach my notebook"
ANEW = httpx.Limits(max_keepalive_connections=0)  # the server may hang up on an idle connection at any moment
BUG = "Something went wrong on my side"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Embedded]:
    """A database that is a file."""
    with embedded(tmp_path) as opened:
        yield opened


@pytest.fixture
async def town(slack_background: Background, slack_emulator: Emulator) -> AsyncIterator[SlackTown]:
    """Slack over HTTP."""
    async with slack_town(slack_background, slack_emulator) as town:
        yield town


@pytest.fixture
async def process(store: Embedded, town: SlackTown, tmp_path: Path) -> AsyncIterator[Running]:
    """A process that says all it can, at work for a coalition with a trip ahead and for the page for trying."""
    now = datetime.now(UTC)
    house = House(store.db, GivenClock(now), extra_limits={town.name: town.limits})
    anna = house.found(town.admin, platform=town.name, community=town.community, channel=town.place(OTHER).channel)
    plan_trip(anna, now)
    settings = {**store.settings, **town.slack.environment, "TRY_WEB": "1", "LOG_LEVEL": "debug"}
    async with running(tmp_path, "run", settings) as process:
        yield process


def plan_trip(anna: Actor, now: datetime) -> None:
    """A review in half a year, and a trip to it."""
    days = {name: (now + timedelta(days=180 + later)).date().isoformat() for name, later in DAYS.items()}
    follow(anna, first_day=days["session"], review_day=days["review"])
    open_trip(anna, first_day=days["departure"], last_day=days["return"])


DAYS = {"session": 0, "departure": 5, "review": 7, "return": 9}


def leaks(folder: Path) -> dict[str, bytes]:
    """Every file of the process in which a canary is in clear, with what is around it."""
    found = {path.name: CANARY.search(path.read_bytes()) for path in folder.iterdir() if path.is_file()}
    return {name: match.string[max(0, match.start() - 60) : match.end() + 40] for name, match in found.items() if match}


@contextmanager
def locked(store: Embedded) -> Iterator[None]:
    """Another program has the database's lock."""
    with store.db.writer.connect() as connection, connection.begin():
        yield


@contextmanager
def broken(store: Embedded) -> Iterator[None]:
    """All trips are of a kind that there is not: a bug comes to light wherever one is named."""

    def change(old: str, new: str) -> None:
        store.db.write(lambda s: s.execute(text(f"UPDATE trip SET kind = '{new}' WHERE kind = '{old}'")))

    change("review", "nonsense")
    yield
    change("nonsense", "review")


@contextmanager
def unreadable_post(store: Embedded, place: Place) -> Iterator[None]:
    """A message that another version of the bot wrote: the page fails on it, outside of the door."""
    uid = "from-another-version"
    sealed = Vault([KEY]).seal('{"reply": {"text": ["Canary Passport Name"]}}', "web_post", place, uid)
    store.db.write(lambda s: s.add(WebPost(uid=uid, place=str(place), sealed=sealed, at=datetime.now(UTC))))
    yield
    store.db.write(lambda s: s.execute(delete(WebPost).where(WebPost.uid == uid)))


# In Slack


async def begin(ben: Player, part: str) -> dict[str, Any]:
    """Open a part of the form from the checklist."""
    checklist = await (await ben.slash("/geneva", "form")).message()
    return await (await ben.click(PARTS[part], on=checklist)).modal()


async def submit(ben: Player, part: str) -> Turn:
    """Fill in what the modal in front asks, and submit it."""
    assert ben.modal
    asked = {block["block_id"] for block in ben.modal["blocks"] if block["type"] == "input"}
    return await ben.submit({name: answer for name, answer in ANSWERS[part].items() if name in asked})


async def fill(ben: Player, part: str) -> None:
    """Fill in a part, however many pages it has."""
    await begin(ben, part)
    while ben.modal and ben.modal.get("submit"):
        assert not (await submit(ben, part)).errors
    assert ben.modal
    assert "Saved" in str(ben.modal["blocks"]), ben.modal["blocks"]


async def refused(ben: Player, turn: Turn, said: str) -> None:
    """Until a page is refused: beside its fields, or where that took long, in place of it."""
    await ben.slack.until(lambda: said in str(turn.errors) or said in str(ben.modal))


def shown_to_others(town: SlackTown, ben: Player) -> list[Message]:
    """All that was ever said in Slack, but to the traveller alone."""
    mine = {channel for channel, person in town.slack.screen.directs.items() if person == ben.id}
    return [each for each in town.slack.screen.messages if each.to != ben.id and each.channel not in mine]


def answers_in_files(town: SlackTown) -> list[SharedFile]:
    """The files in Slack that hold something of the traveller's."""
    return [file for file in town.slack.screen.files if CANARY.search(file.content)]


async def test_in_slack_no_answer_gets_out(store: Embedded, town: SlackTown, process: Running, tmp_path: Path) -> None:
    ben = player(town.slack, "ben", http(town.slack, f"{process.url}/slack/events"))
    ana = player(town.slack, "ana", ben.door)
    for part in PARTS:
        await fill(ben, part)

    for trouble, said in ((locked, AWAY), (broken, BUG)):
        await begin(ben, "intent")
        await submit(ben, "intent")
        with trouble(store):
            await refused(ben, await submit(ben, "intent"), said)
        await ben.close()
    await fill(ben, "intent")

    town.slack.fail("views.open", status=500)
    checklist = await (await ben.slash("/geneva", "form")).message()
    assert "Open the form" in (await (await ben.click(PARTS["entry"], on=checklist)).message()).buttons
    await ben.slash("/geneva", 'intent coming=online languages="Canary Language" email=canary.mail')
    await ben.close()
    await ben.slash("/geneva", "canary")
    assert await wrongly_sent(town, ben) == [400, 400]

    for line in ("list", "export"):
        await ana.slash("/geneva", line)
    await ben.slash("/my", "export")
    await process.until(lambda: answers_in_files(town), "the file has not come")
    read_by = [file.channel and town.slack.screen.directs.get(file.channel) for file in answers_in_files(town)]
    assert read_by == [ben.id], "to take along one's own answers is one's right"

    others = shown_to_others(town, ben)
    assert any(OPEN.decode() in each.words for each in others), "the coordinator has seen the list"
    assert not [each for each in others if CANARY.search(each.words.encode())]
    check_files(process, tmp_path)


async def wrongly_sent(town: SlackTown, ben: Player) -> list[int]:
    """What Slack would never send, rightly signed: no command, and a modal without a person."""
    odd: list[tuple[Any, dict[str, Any]]] = [
        ("slash_commands", {"text": "Canary Passport Name", "user_id": ben.id}),
        ("interactive", {"type": "view_submission", "view": {"id": "V1", "state": {"values": "Canary"}}}),
    ]
    return [(await ben.door.deliver(kind, payload)).status for kind, payload in odd]


def check_files(process: Running, folder: Path) -> None:
    """Nothing in any file: while it runs, and once it was killed."""
    stored = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert stored["coalition.db-wal"], "the newest pages are in the log of SQLite only"
    assert OPEN in b"".join(content for name, content in stored.items() if name.startswith("coalition.db"))
    assert '"event": "bug"' in process.log()
    assert '"event": "database away"' in process.log()
    assert leaks(folder) == {}
    process.kill()
    assert leaks(folder) == {}


# On the page for trying


async def fill_on_page(tomas: Visitor, part: str) -> Shown:
    """Fill in a part, however many pages it has."""
    form = await tomas.presses(await tomas.says("/geneva form"), PARTS[part])
    while form.asked:
        form = await tomas.submits(form, ANSWERS[part])
    return form


async def test_on_the_page_no_answer_gets_out(store: Embedded, process: Running, tmp_path: Path) -> None:
    async with httpx.AsyncClient(base_url=process.url, trust_env=False, limits=ANEW) as client:
        tomas, carmen = Visitor(client, "traveller"), Visitor(client, "coordinator")
        for part in PARTS:
            assert "Saved" in (await fill_on_page(tomas, part)).text

        first = await tomas.presses(await tomas.says("/geneva form"), PARTS["intent"])
        form = await tomas.submits(first, ANSWERS["intent"])
        with locked(store):
            assert AWAY in (await tomas.submits(form, ANSWERS["intent"])).text.replace("&#39;", "'")
        with broken(store):
            assert BUG in (await tomas.submits(form, ANSWERS["intent"])).text
        assert "Saved" in (await tomas.submits(form, ANSWERS["intent"])).text
        await tomas.says('/geneva intent coming=online languages="Canary Language" email=canary.mail')
        await tomas.says("/geneva canary")
        assert (await client.post("/chat/submit", content=b"q.email=canary.mail")).status_code == 403

        with unreadable_post(store, TRAVELLER.place):
            assert (await tomas.reads()).status == 200

        listed = await carmen.says("/geneva list")
        assert OPEN.decode() in listed.text
        seen = [listed, await carmen.says("/geneva export"), await carmen.reads(), await tomas.reads()]
        assert not [each for each in seen if CANARY.search(each.text.encode())]
    check_files(process, tmp_path)
