"""A person's hands and eyes on Discord, for the contract suite: behind them the real adapter and the counterpart."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from adapters.discord.app import Discord
from adapters.discord.limits import LIMITS
from coalition_bot.bot import Bot
from coalition_bot.command import Feature
from coalition_bot.db import Database
from coalition_bot.dispatcher import Dispatcher
from coalition_bot.settings import Settings
from tests.contract.commands import TRIAL
from tests.contract.face import Asked, Seen
from tests.counterparts.discord import commands, modal
from tests.counterparts.discord.modal import Filled, Modal
from tests.counterparts.discord.player import Answer, Guild, Player
from tests.counterparts.discord.twin import Twin
from tests.counterparts.discord.world import Json, Message
from tests.story import GivenClock, House

FORM_STEPS = ("Next", "Fix it", "Open the form")
CHANNEL_SELECT, USER_SELECT = 8, 5
PACE_ROUNDS = 20  # messages to one destination that wait for each other


@asynccontextmanager
async def running(twin: Twin, bot: Bot) -> AsyncIterator[Discord]:
    """The adapter, connected until the block ends."""
    discord, stop = Discord(settings(twin), bot), asyncio.Event()
    task = asyncio.create_task(discord.connect(stop))
    try:
        await twin.gateway.until_connected(task)
        yield discord
    finally:
        stop.set()
        await task
        await discord.close()
        await twin.gateway.until_gone()


def settings(twin: Twin) -> Settings:
    """How an operator would point the bot at the counterpart."""
    return Settings.model_validate({"discord_token": twin.token, "discord_api_url": twin.api_url})


def readable(text: str) -> str:
    """The words as Discord's client shows them: a backslash only takes the next sign's meaning away."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", text)


@asynccontextmanager
async def discord_face(
    twin: Twin, db: Database, features: tuple[Feature, ...] = (TRIAL,)
) -> AsyncIterator[DiscordFace]:
    """A server whose admin has founded the coalition."""
    url = db.url.render_as_string(hide_password=False)
    face = DiscordFace(twin, await twin.guild("Sample"), url, features)
    await face.start()
    try:
        founded = {"coalition": "Coalition for Change", "zone": "New York", "announcements": "general"}
        seen = await face.gives("admin", "coalition setup", **founded)
        assert "is founded" in seen.text, seen
        yield face
    finally:
        await face.stop()


class DiscordFace:
    """See `tests.contract.face.Face`."""

    platform = "discord"

    def __init__(self, twin: Twin, guild: Guild, url: str, features: tuple[Feature, ...]) -> None:
        self.clock = GivenClock()
        self.twin, self.guild, self._url, self._features = twin, guild, url, features
        self._players: dict[str, Player] = {}

    async def start(self) -> None:
        db = Database(self._url)
        self.house = House(db, self.clock, extra_limits={"discord": LIMITS}, extra_features=self._features)
        self._running = running(self.twin, self.house.bot)
        self.discord = await self._running.__aenter__()
        self.dispatcher = Dispatcher(self.house.bot, {"discord": self.discord})

    async def stop(self) -> None:
        await self._running.__aexit__(None, None, None)
        self.house.bot.close()
        self.house.db.close()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def gives(self, who: str, command: str, /, **answers: str) -> Seen:
        player = await self.player(who)
        declared = await player._command(command, False)
        options = {name: await self._typed(declared.option(name), value) for name, value in answers.items()}
        return await self._seen(await player.slash(command, options))

    async def taps(self, who: str, seen: Seen, label: str) -> Seen:
        player = await self.player(who)
        return await self._seen(await player.click(seen.raw, label))

    async def fills(self, who: str, seen: Seen, /, **answers: str) -> Seen:
        player, opened = await self.player(who), seen.raw
        assert isinstance(opened, Answer), seen
        fields = {_field_name(field): field for field in opened.modal.fields}
        values = {fields[name].custom_id: await self._filled(fields[name], text) for name, text in answers.items()}
        after = await self._seen(await player.submit_modal(opened, values))
        if len(after.buttons) == 1 and after.buttons[0] in FORM_STEPS:
            form = await self.taps(who, after, after.buttons[0])
            return Seen(text=after.text, private=after.private, form=form.form, raw=form.raw)
        return after

    async def attaches(self, who: str, seen: Seen, question: str, name: str, content: bytes, /, **answers: str) -> Seen:
        number = (await self.player(who)).attach(name, content)
        return await self.fills(who, seen, **{question: number, **answers})

    async def suggested(self, who: str, command: str, question: str, typed: str) -> list[str]:
        player = await self.player(who)
        return [choice.name for choice in await player.autocomplete(command, question, typed)]

    async def writes(self, who: str, words: str) -> Seen:
        player = await self.player(who)
        return self._read(await player.reply_to(await player.dm(words)))

    async def inbox(self, who: str) -> list[Seen]:
        await self._post()
        player = await self.player(who)
        return [self._read(message) for message in await player.dms() if message.from_bot]

    async def channel(self, name: str = "general") -> list[Seen]:
        await self._post()
        return [self._read(message) for message in self.guild.messages(name) if message.from_bot]

    async def repeats(self) -> Seen:
        last, world = self.twin.world.interactions[-1], self.twin.world
        path = f"/interactions/{last.id}/{last.token}/callback"
        before = len(world.requests_to("POST", path))
        await self.twin.gateway.deliver_again(last)
        await world.signal.until(lambda: len(world.requests_to("POST", path)) > before, "not answered again")
        again = world.requests_to("POST", path)[-1].body["data"]
        return self._read(Message({"id": "0", "author": {"bot": True}, **again}))

    async def player(self, who: str) -> Player:
        """Somebody of that name, made at first use."""
        if who not in self._players:
            self._players[who] = await self.guild.player(who, admin=who == "admin")
        return self._players[who]

    async def _post(self) -> None:
        """Send all that is due; what waits for an earlier message to the same place gets its second."""
        for _round in range(PACE_ROUNDS):
            while await self.dispatcher.turn():
                pass
            self.house.clock.forward(seconds=1)
            if not await self.dispatcher.turn():
                return

    async def _typed(self, option: Json, value: str) -> Any:
        if option["type"] == commands.INTEGER:
            return int(value)
        if option["type"] == commands.CHANNEL:
            return self._channel_id(value)
        return await self._user_id(value) if option["type"] == commands.USER else value

    async def _filled(self, field: modal.Field, text: str) -> Filled:
        if field.kind in modal.ONE_VALUE:
            return text
        parts = [part for part in text.split(",") if part]
        if field.kind == CHANNEL_SELECT:
            return [self._channel_id(part) for part in parts]
        return [await self._user_id(part) for part in parts] if field.kind == USER_SELECT else parts

    def _channel_id(self, name: str) -> str:
        return self.guild.channel(name).id if name in self.guild.channels else name.rpartition(":")[2]

    async def _user_id(self, who: str) -> str:
        return who.rpartition("@")[2] if "@" in who else (await self.player(who)).user.id

    async def _seen(self, answer: Answer) -> Seen:
        if answer.kind == "modal":
            return Seen(text=self._named(answer.modal.title), form=self._form(answer.modal), raw=answer)
        if answer.kind == "deferred":
            await answer.finished()
        seen = self._read(answer.message)
        return replace(seen, private=answer.ephemeral, raw=answer)

    def _read(self, message: Message) -> Seen:
        file = message.files[0] if message.files else None
        return Seen(
            text=self._named(message.text),
            private=message.ephemeral,
            buttons=tuple(message.buttons),
            file=file.data if file else None,
            alt=file.description if file else "",
            raw=message,
        )

    def _form(self, opened: Modal) -> Mapping[str, Asked]:
        return {_field_name(field): _asked(field) for field in opened.fields}

    def _named(self, text: str) -> str:
        for channel in self.guild.channels.values():
            text = text.replace(f"<#{channel.id}>", f"#{channel.name}")
        return readable(text)


def _field_name(field: modal.Field) -> str:
    return field.custom_id.partition("?")[0]


def _asked(field: modal.Field) -> Asked:
    value = field.prefilled
    problem = field.description.removeprefix("⚠️ ") if field.description.startswith("⚠️ ") else ""
    attached = re.match(r"Attached: (.*?)\. You can", field.description)
    shown = ",".join(value) if isinstance(value, list) else str(value)
    shown = attached[1] if attached else shown
    return Asked(label=field.label, value=shown, problem=problem, options=tuple(field.options))
