"""The face of Slack: people of the counterparts' workspace, and the real adapter at its HTTP endpoint or socket."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette

from adapters.slack.app import Slack
from adapters.slack.limits import LIMITS
from adapters.slack.manifest import SCOPES
from coalition_bot.db import Database
from coalition_bot.dispatcher import Dispatcher
from coalition_bot.fields import Kind
from coalition_bot.settings import Settings
from tests.contract.commands import TRIAL
from tests.contract.face import Asked, Seen
from tests.counterparts.node import free_port
from tests.counterparts.slack.background import Background
from tests.counterparts.slack.emulated import Emulator
from tests.counterparts.slack.people import BOT_USER, Channel, Person
from tests.counterparts.slack.player import Player, Turn, http, player, socket
from tests.counterparts.slack.screen import Message, readable
from tests.counterparts.slack.web_api import Workspace
from tests.story import GivenClock, House

Json = dict[str, Any]
Over = Literal["http", "socket mode"]

NAMES = ("anna", "bea", "ben", "carla", "dan", "eva", "fatou", "gil")
QUIET_TURNS = 3  # so often with nothing to do, and the dispatcher has done all that is due


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class SlackFace:
    """Implements Face; `over` says by which way Slack reaches the bot."""

    platform = "slack"

    def __init__(self, workspace: Workspace, url: str, clock: GivenClock, over: Over, prefix: str = "") -> None:
        self.slack, self.over = workspace, over
        self._url, self._clock, self._prefix = url, clock, prefix
        self._port = free_port()
        self._last: Turn | None = None
        self._players: dict[str, Player] = {}
        workspace.clock = lambda: clock.now().timestamp()

    # The bot's side

    async def start(self) -> None:
        """A new process, as it were."""
        self.house = House(Database(self._url), self._clock, self._prefix, {"slack": LIMITS}, extra_features=(TRIAL,))
        given: dict[str, Any] = {name.lower(): value for name, value in self.slack.environment.items()}
        if self.over == "socket mode":
            given |= {"slack_app_token": self.slack.app_token, "slack_signing_secret": ""}
        self.adapter = Slack(Settings(**given), self.house.bot)
        self.dispatcher = Dispatcher(self.house.bot, {"slack": self.adapter})
        self._stop = asyncio.Event()
        config = uvicorn.Config(
            Starlette(routes=self.adapter.routes), port=self._port, log_config=None, timeout_graceful_shutdown=3
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve())
        self._connecting = asyncio.create_task(self.adapter.connect(self._stop))
        if self.over == "socket mode":
            await self.slack.socket.connected(2)
        await self._server.ready.wait()

    async def end(self) -> None:
        """The process ends."""
        self._stop.set()
        self._server.should_exit = True
        await asyncio.gather(self._serving, self._connecting)
        await self.adapter.close()
        self.house.bot.close()
        self.house.db.close()

    async def restart(self) -> None:
        """Nothing of the old process is left."""
        await self.end()
        await self.start()

    # People

    def player(self, who: str) -> Player:
        """Somebody at the door that this face tries."""
        if who not in self._players:
            door = http(self.slack, f"http://127.0.0.1:{self._port}/slack/events")
            self._players[who] = player(self.slack, who, socket(self.slack) if self.over == "socket mode" else door)
        return self._players[who]

    async def gives(self, who: str, command: str, /, **answers: str) -> Seen:
        """Type it as one line."""
        root, _space, leaf = command.partition(" ")
        typed = [f'{name}="{self._mention(command, name, value)}"' for name, value in answers.items()]
        here = self.player(who)
        self._last = await here.slash(f"/{self._prefix}{root}", " ".join([leaf, *typed]), channel="general")
        return await self._seen(self._last)

    async def taps(self, who: str, seen: Seen, label: str) -> Seen:
        """Press a button on a message, a modal or the App Home."""
        self._last = await self.player(who).click(label, on=seen.raw)
        return await self._seen(self._last)

    async def fills(self, who: str, seen: Seen, /, **answers: str) -> Seen:
        """Fill in the modal in front, and submit it."""
        here = self.player(who)
        assert here.modal, f"{who} has no form open"
        elements = {block["block_id"]: block["element"] for block in here.modal["blocks"] if block["type"] == "input"}
        given = {name: self._entered(elements[name], value) for name, value in answers.items()}
        self._last = await here.submit(given)
        if self._last.errors:
            assert here.modal
            return self._form(here, here.modal, self._last.errors)
        return await self._seen(self._last)

    async def attaches(self, who: str, seen: Seen, question: str, name: str, content: bytes, /, **answers: str) -> Seen:
        """Upload it in the modal, which then submits it with the rest."""
        here = self.player(who)
        await here.enter({question: [self.slack.attach(here.person, name, content)]})
        return await self.fills(who, seen, **answers)

    async def suggested(self, who: str, command: str, question: str, typed: str) -> list[str]:
        """Open the form, and type into its select."""
        seen = await self.gives(who, command)
        assert question in seen.form, seen
        offered = [option["text"]["text"] for option in await self.player(who).suggest(question, typed)]
        await self.player(who).close()
        return offered

    async def writes(self, who: str, words: str) -> Seen:
        """A direct message."""
        self._last = await self.player(who).say(words)
        return self._message(await self._last.message())

    async def inbox(self, who: str) -> list[Seen]:
        """Direct messages of the bot, and files."""
        await self.post()
        here, screen = self.player(who), self.slack.screen
        told = [self._message(message) for message in here.messages if message.how == "direct"]
        files = [file for file in screen.files if file.channel and screen.directs.get(file.channel) == here.id]
        return [*told, *(Seen(text=file.name, file=file.content, alt=file.alt) for file in files)]

    async def channel(self, name: str = "general") -> list[Seen]:
        """What all in a channel see."""
        await self.post()
        where = self.slack.channels[name].id
        told = [m for m in self.slack.screen.messages if m.how == "channel" and m.channel == where and not m.deleted]
        files = [Seen(text=file.name, file=file.content) for file in self.slack.screen.files if file.channel == where]
        return [*(self._message(message) for message in told), *files]

    async def repeats(self) -> Seen:
        """Slack delivers the last event again."""
        assert self._last
        again = await self._last.again()
        body = again.answer.body
        if again.kind == "slash_commands" and isinstance(body, dict):
            return self._message(Message("ephemeral", "", "", body.get("text", ""), body.get("blocks", [])))
        return await self._seen(again)

    async def post(self) -> None:
        """Let the dispatcher send all that is due; a second passes for each message to one place."""
        quiet = 0
        while quiet < QUIET_TURNS:
            quiet = 0 if await self.dispatcher.turn() else quiet + 1
            self._clock.forward(seconds=LIMITS.seconds_between)

    # What is seen

    async def _seen(self, turn: Turn) -> Seen:
        """The newest of what came of a deed: a message, or a modal."""
        here, screen = turn.player, self.slack.screen

        def changed() -> bool:
            view = here.modal
            told = [message for message in turn.messages if not message.text.startswith("One moment")]
            shown = (
                view and screen.versions[view["id"]] > turn.since and not view["title"]["text"].startswith("One moment")
            )
            return bool(told or shown)

        await self.slack.until(changed)
        view = here.modal
        if view and screen.versions[view["id"]] > turn.since:
            return self._form(here, view, {}) if view.get("submit") else self._view(view)
        return self._message(await turn.message())

    def _message(self, message: Message) -> Seen:
        shown = "\n".join(readable(message.blocks)) if message.blocks else message.text
        return Seen(
            text=self._plain(shown), private=message.how != "channel", buttons=tuple(message.buttons), raw=message
        )

    def _view(self, view: Json) -> Seen:
        shown = Message("ephemeral", "", "", blocks=view["blocks"])
        return Seen(text=self._plain("\n".join(readable(view["blocks"]))), buttons=tuple(shown.buttons), raw=view)

    def _form(self, here: Player, view: Json, errors: Mapping[str, str]) -> Seen:
        state, asked, said = here._state(view), {}, ""
        notes: list[str] = []
        for block in view["blocks"]:
            if block["type"] != "input":
                said = "\n".join(readable([block]))
                notes.append(said)
                continue
            name, element = block["block_id"], block["element"]
            problem = errors.get(name) or (said.removeprefix("⚠️ ") if said.startswith("⚠️") else "")
            labels = tuple(option["text"]["text"] for option in element.get("options", []))
            value = _value(state[name][name]) or _attached(block)
            asked[name] = Asked(block["label"]["text"], value, problem, labels)
            said = ""
        text = self._plain("\n".join([view["title"]["text"], *notes]))
        return Seen(text=text, form=asked, last=view["submit"]["text"] == "Submit", raw=view)

    def _plain(self, shown: str) -> str:
        """What a reader sees of Slack's marks."""
        for channel in self.slack.channels.values():
            shown = shown.replace(f"<#{channel.id}>", f"#{channel.name}")
        for person in self.slack.people.values():
            shown = shown.replace(f"<@{person.id}>", f"@{person.name}")
        return html.unescape(re.sub(r"<!date\^\d+\^[^|]*\|([^>]*)>", r"\1", shown))

    def _mention(self, command: str, name: str, value: str) -> str:
        """How Slack hands on a typed #channel or @person."""
        field = self.house.bot.commands[command].spec.field(name)
        if field and field.kind is Kind.CHANNELS and value in self.slack.channels:
            return f"<#{self.slack.channels[value].id}|{value}>"
        if field and field.kind is Kind.PERSON and value in self.slack.people:
            return f"<@{self.slack.people[value].id}|{value}>"
        return html.escape(value, quote=False)

    def _entered(self, element: Json, value: str) -> Any:
        kind = element["type"]
        if kind == "multi_conversations_select":
            return [self.slack.channels[name].id for name in value.split(",")]
        if kind == "users_select":
            return self.slack.people[value].id
        if kind in ("checkboxes", "multi_static_select", "multi_external_select"):
            return value.split(",") if value else []
        return value


def _attached(block: Json) -> str:
    """The name of the file that was attached before."""
    found = re.match(r"Attached: (.*?)\. You can", (block.get("hint") or {}).get("text", ""))
    return found[1] if found else ""


def _value(state: Json) -> str:
    for key, found in state.items():
        if key == "type" or not found:
            continue
        if key == "selected_option":
            return str(found["value"])
        if key == "files":
            return str(found[0]["name"])
        if isinstance(found, list):
            return ",".join(each["value"] if isinstance(each, dict) else each for each in found)
        return str(found)
    return ""


async def _invite(workspace: Workspace, general: Channel) -> None:
    """The emulator has a #general of its own, in which nobody of the seed is."""
    member = workspace.people["ana"].token
    await workspace.ask("conversations.join", {"channel": general.id}, member)
    await workspace.ask("conversations.invite", {"channel": general.id, "users": BOT_USER}, member)
    general.with_bot = True


@asynccontextmanager
async def slack_face(
    db: Database, background: Background, emulator: Emulator, over: Over = "http", prefix: str = ""
) -> AsyncIterator[SlackFace]:
    """A workspace of its own with a coalition founded in #general; fails with all that Slack would have refused."""
    workspace = Workspace(background, SCOPES)  # whatever goes beyond the manifest is refused
    people = [Person("admin", "Admin", is_admin=True), *(Person(name, name.title()) for name in NAMES)]
    workspace.people.update({person.name: person for person in people})
    workspace.channels["general"] = general = Channel("general", with_bot=False)
    await background.there(workspace.open(emulator))
    await background.there(_invite(workspace, general))
    face = SlackFace(workspace, db.url.render_as_string(hide_password=False), GivenClock(), over, prefix)
    await face.start()
    try:
        answers = {"coalition": "Coalition for Change", "zone": "New York", "announcements": "general"}
        founded = await face.gives("admin", "coalition setup", **answers)
        assert "is founded" in founded.text, founded
        yield face
        workspace.fail_on_violations()
    finally:
        await face.end()
        await background.there(workspace.close())
