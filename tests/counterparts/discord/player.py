"""People who use the pretended Discord: they type commands, press buttons, fill in forms and read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.counterparts.discord.commands import Choice, Command, find_command, typed_options
from tests.counterparts.discord.modal import Filled, Modal, picked_ids, uploaded_ids
from tests.counterparts.discord.rules import (
    AUTOCOMPLETE_RESULT,
    BUTTON,
    DEFERRED_MESSAGE,
    DEFERRED_UPDATE,
    EPHEMERAL,
    MESSAGE,
    MODAL,
    SELECTS,
    STRING_SELECT,
    UPDATE,
    or_one,
)
from tests.counterparts.discord.world import (
    Channel,
    Interaction,
    Json,
    Message,
    Upload,
    User,
    snowflake,
)

if TYPE_CHECKING:
    from tests.counterparts.discord.twin import Twin

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
ADMINISTRATOR = 1 << 3
# What Discord gives to everyone in a new server, without anything that moderates.
ORDINARY = 1071698660929
KINDS = {
    MESSAGE: "message",
    DEFERRED_MESSAGE: "deferred",
    DEFERRED_UPDATE: "deferred update",
    UPDATE: "update",
    AUTOCOMPLETE_RESULT: "choices",
    MODAL: "modal",
}


class Guild:
    """A Discord server with its channels and members."""

    def __init__(self, twin: Twin, guild_id: str, name: str) -> None:
        self.id = guild_id
        self.name = name
        self.channels: dict[str, Channel] = {}
        self.admin_role = snowflake()
        self._twin = twin

    async def found(self, channels: Iterable[str]) -> None:
        """Roles, channels and the bot, before anybody is told of the server."""
        everyone = {"id": self.id, "guildId": self.id, "name": "@everyone", "permissions": str(ORDINARY)}
        admin = {"id": self.admin_role, "guildId": self.id, "name": "Admin", "permissions": str(ADMINISTRATOR)}
        for role in (everyone, {**admin, "position": 1}):
            await self._twin.db("role", "create", data=role)
        await self._twin.db("guildMember", "create", data={"guildId": self.id, "userId": self._twin.bot.id})
        for name in channels:
            channel = self.channels[name] = Channel(snowflake(), name, self.id)
            row = {"id": channel.id, "guildId": self.id, "type": 0, "name": name}
            await self._twin.db("channel", "create", data=row)

    async def player(self, name: str, *, admin: bool = False, locale: str = "en-US") -> Player:
        """A new person in this server."""
        return await self.join(await self._twin.user(name), admin=admin, locale=locale)

    async def join(self, user: User, *, admin: bool = False, locale: str = "en-US") -> Player:
        """A person who exists already comes into this server too."""
        permissions = ORDINARY | (ADMINISTRATOR if admin else 0)
        roles = f'["{self.admin_role}"]' if admin else "[]"
        row = {"guildId": self.id, "userId": user.id, "roles": roles, "permissions": str(permissions)}
        member = await self._twin.db("guildMember", "create", data=row)
        shown = {"roles": [self.admin_role] if admin else [], "joined_at": member["joinedAt"]}
        event = {"guild_id": self.id, "user": user.to_api(), **shown, "deaf": False, "mute": False, "flags": 0}
        await self._twin.gateway.dispatch("GUILD_MEMBER_ADD", event)
        return Player(self._twin, self, user, permissions, locale)

    async def leave(self, player: Player) -> None:
        await self._twin.db("guildMember", "deleteMany", where={"guildId": self.id, "userId": player.user.id})
        event = {"guild_id": self.id, "user": player.user.to_api()}
        await self._twin.gateway.dispatch("GUILD_MEMBER_REMOVE", event)

    def channel(self, name: str) -> Channel:
        return self.channels[name]

    def messages(self, channel: str) -> list[Message]:
        """What everybody sees in a channel, oldest first."""
        return self._twin.world.in_channel(self.channels[channel].id)

    async def message(
        self, channel: str, fits: Callable[[Message], object] = lambda message: message.from_bot
    ) -> Message:
        """The newest public message that fits, as soon as there is one."""
        return await _newest(self._twin, lambda: self.messages(channel), fits, f"no such message in #{channel}")

    def lock(self, channel: str) -> None:
        """Take the bot's access to a channel away."""
        self._twin.world.forbidden_channels.add(self.channels[channel].id)


class Answer:
    """What the bot answered to one act; it changes as the bot edits and follows up."""

    def __init__(self, player: Player, interaction: Interaction) -> None:
        self.player = player
        self.interaction = interaction

    @property
    def kind(self) -> str:
        """message, deferred, update, deferred update, modal or choices."""
        return KINDS[self._callback["type"]]

    @property
    def ephemeral(self) -> bool:
        """Only the person who acted sees it. A deferred answer says so from the start."""
        if self.interaction.original:
            return self.interaction.original.ephemeral
        return bool((self._data.get("flags") or 0) & EPHEMERAL)

    @property
    def message(self) -> Message:
        assert self.interaction.original, f"the answer is no message, but {self.kind}"
        return self.interaction.original

    @property
    def content(self) -> str:
        return self.message.content

    @property
    def text(self) -> str:
        return self.message.text

    @property
    def embeds(self) -> list[Json]:
        return self.message.embeds

    @property
    def components(self) -> list[Json]:
        return self.message.components

    @property
    def buttons(self) -> list[str]:
        return self.message.buttons

    @property
    def files(self) -> list[Upload]:
        return self.message.files

    @property
    def modal(self) -> Modal:
        assert self.kind == "modal", f"the answer is no modal, but {self.kind}"
        return Modal(self._data)

    @property
    def choices(self) -> list[Choice]:
        return [Choice(one["name"], one["value"]) for one in self._data.get("choices") or []]

    @property
    def follow_ups(self) -> list[Message]:
        return self.interaction.follow_ups

    async def finished(self) -> Answer:
        """Wait until "thinking" has become words."""
        await self._until(lambda: self.interaction.original and not self.message.loading, "still thinking")
        return self

    async def follow_up(self, number: int = 1) -> Message:
        """Wait for a further message; the one that ends a defer is the answer itself and not counted."""
        await self._until(lambda: len(self.follow_ups) >= number, f"no follow-up number {number}")
        return self.follow_ups[number - 1]

    async def edited(self, times: int = 1) -> Message:
        await self._until(lambda: self.message.edits >= times, f"not edited {times} times")
        return self.message

    async def deleted(self) -> None:
        await self._until(lambda: self.message.deleted, "not deleted")

    def expire(self) -> None:
        """Fifteen minutes have gone by: the bot can no longer follow up."""
        self.interaction.expired = True

    @property
    def _callback(self) -> Json:
        assert self.interaction.callback
        return self.interaction.callback

    @property
    def _data(self) -> Json:
        return self._callback.get("data") or {}

    async def _until(self, true: Callable[[], object], what: str) -> None:
        await self.player.twin.world.signal.until(true, what)


Clickable = Message | Answer


@dataclass
class Player:
    """One person in one server. What Discord's own client would not let them do raises an AssertionError."""

    twin: Twin
    guild: Guild
    user: User
    permissions: int
    locale: str
    default_channel: str = field(default="general")

    @property
    def mention_text(self) -> str:
        return f"<@{self.user.id}>"

    async def slash(
        self,
        line: str,
        options: Mapping[str, Any] | None = None,
        *,
        channel: str | None = None,
        in_dm: bool = False,
    ) -> Answer:
        """Run `group join` with options; returns when the bot has given its first answer."""
        command = await self._command(line, in_dm)
        data = command.data(typed_options(command, options or {}))
        return await self._act(COMMAND, data, await self._channel(channel, in_dm), f"/{line}")

    async def autocomplete(
        self, line: str, option: str, typed: str, options: Mapping[str, Any] | None = None, *, in_dm: bool = False
    ) -> list[Choice]:
        """What is offered while the person types into an option."""
        command = await self._command(line, in_dm)
        assert command.option(option).get("autocomplete"), f"/{line} does not complete {option}"
        filled = typed_options(command, options or {}, complete=False)
        kind = command.option(option)["type"]
        filled.append({"name": option, "type": kind, "value": typed, "focused": True})
        act = await self._act(AUTOCOMPLETE, command.data(filled), await self._channel(None, in_dm), f"/{line}")
        return act.choices

    async def click(self, on: Clickable, button: str) -> Answer:
        """Press a button, named by its label or its custom_id."""
        message = self._readable(on)
        part = _control(message, button, {BUTTON})
        assert not part.get("url"), f"{button!r} is a link and tells the bot nothing"
        return await self._touch(message, part, {})

    async def select(self, on: Clickable, menu: str, *picked: str) -> Answer:
        """Choose in a menu, named by its placeholder or custom_id; picks are labels, values or ids."""
        message = self._readable(on)
        part = _control(message, menu, set(SELECTS))
        values = [option_value(part, one) for one in picked] if part["type"] == STRING_SELECT else list(picked)
        low, high = or_one(part.get("min_values")), or_one(part.get("max_values"))
        assert low <= len(values) <= high, f"{menu!r} takes {low} to {high} picks"
        resolved = {} if part["type"] == STRING_SELECT else {"resolved": self.resolve(values)}
        return await self._touch(message, part, {"values": values, **resolved})

    async def submit_modal(self, opened: Answer, values: Mapping[str, Filled] | None = None) -> Answer:
        """Fill in the form that was opened, by labels or custom_ids; the rest keeps what it was prefilled with."""
        data = opened.modal.submitted(values or {})
        data |= {"resolved": self.resolve([*picked_ids(data), *uploaded_ids(data)])}
        about = opened.interaction.message
        channel = opened.interaction.channel_id, opened.interaction.guild_id
        return await self._act(MODAL_SUBMIT, data, channel, f"form {opened.modal.title!r}", about)

    async def say(self, text: str, channel: str | None = None) -> Message:
        """Write in a channel of the server."""
        return await self._say(text, (await self._channel(channel, False))[0])

    async def mention(self, text: str = "", channel: str | None = None) -> Message:
        """Write in a channel and call the bot."""
        return await self.say(f"<@{self.twin.bot.id}> {text}".strip(), channel)

    async def dm(self, text: str) -> Message:
        """Write to the bot directly."""
        return await self._say(text, await self.twin.proxy.dm_channel(self.user.id))

    async def dms(self) -> list[Message]:
        """The whole direct conversation with the bot, oldest first."""
        return self.twin.world.in_channel(await self.twin.proxy.dm_channel(self.user.id), self.user.id)

    def messages(self, channel: str) -> list[Message]:
        """What this person sees in a channel, their own ephemeral answers included."""
        return self.twin.world.in_channel(self.guild.channel(channel).id, self.user.id)

    async def reply_to(self, sent: Message) -> Message:
        """The bot's next message in the same channel."""

        def later() -> list[Message]:
            seen = self.twin.world.in_channel(sent.channel_id, self.user.id)
            return [one for one in seen if int(one.id) > int(sent.id)]

        return await _newest(self.twin, later, lambda one: one.from_bot, f"no reply to {sent.content!r}", first=True)

    async def dm_received(self, fits: Callable[[Message], object] = lambda message: message.from_bot) -> Message:
        """The newest direct message that fits, as soon as there is one."""
        channel_id = await self.twin.proxy.dm_channel(self.user.id)
        seen = self.twin.world.in_channel
        return await _newest(self.twin, lambda: seen(channel_id), fits, f"{self.user.name} got no such message")

    def attach(self, name: str, content: bytes) -> str:
        """Choose a file for an option or a form; returns the id that Discord's client then sends."""
        described = self.twin.proxy.uploaded(Upload(name, "application/octet-stream", content))
        self.twin.world.attached[described["id"]] = {**described, "ephemeral": True}
        return str(described["id"])

    def close_dms(self) -> None:
        """Accept no direct messages from the bot."""
        self.twin.world.closed_dms.add(self.user.id)

    def resolve(self, ids: Iterable[str]) -> Json:
        """What Discord adds to ids that a person picked."""
        resolved: Json = {"users": {}, "members": {}, "roles": {}, "channels": {}, "attachments": {}}
        for one in ids:
            if attached := self.twin.world.attached.get(one):
                resolved["attachments"][one] = attached
            if user := self.twin.world.users.get(one):
                resolved["users"][one] = user.to_api()
                resolved["members"][one] = _member(user)
            for channel in self.guild.channels.values():
                if channel.id == one:
                    resolved["channels"][one] = _channel(channel)
        return {kind: found for kind, found in resolved.items() if found}

    async def _command(self, line: str, in_dm: bool) -> Command:
        world = self.twin.world
        await self.twin.gateway.until_connected()
        await world.signal.until(lambda: world.commands, "the bot has declared no commands")
        declared = [*world.commands.get(None, []), *([] if in_dm else world.commands.get(self.guild.id, []))]
        command = find_command(declared, line)
        command.check_open_to(self.permissions, in_dm)
        command.resolve = self.resolve
        return command

    async def _channel(self, name: str | None, in_dm: bool) -> tuple[str, str | None]:
        if in_dm:
            return await self.twin.proxy.dm_channel(self.user.id), None
        known = self.guild.channels
        name = name or (self.default_channel if self.default_channel in known else next(iter(known)))
        return known[name].id, self.guild.id

    async def _say(self, text: str, channel_id: str) -> Message:
        await self.twin.gateway.until_connected()
        said = {"channelId": channel_id, "userId": self.user.id, "content": text}
        raw = await self.twin.control("discord", "simulateUserMessage", said)
        return self.twin.world.keep(raw)

    def _readable(self, on: Clickable) -> Message:
        message = on.message if isinstance(on, Answer) else on
        assert not message.deleted, "the message is gone"
        assert not message.ephemeral or message.only_for == self.user.id, "this person does not see the message"
        return message

    async def _touch(self, message: Message, part: Json, more: Json) -> Answer:
        assert not part.get("disabled"), f"{part.get('label') or part['custom_id']!r} is disabled"
        data = {"custom_id": part["custom_id"], "component_type": part["type"], **more}
        guild_id = None if message.channel_id in self.twin.world.dms else self.guild.id
        what = part.get("label") or part["custom_id"]
        return await self._act(COMPONENT, data, (message.channel_id, guild_id), f"{what!r}", message)

    async def _act(
        self, kind: int, data: Json, where: tuple[str, str | None], what: str, about: Message | None = None
    ) -> Answer:
        await self.twin.gateway.until_connected()
        permissions = self.permissions if where[1] else ORDINARY
        act = Interaction(snowflake(), kind, self.user, where[1], where[0], self.locale, permissions, about)
        self.twin.world.interactions.append(act)
        sent = {"type": kind, "channelId": where[0], "userId": self.user.id, "data": {**data, "_key": act.key}}
        sent |= {"guildId": self.guild.id} | ({"messageId": about.id} if about else {})
        await self.twin.control("discord", "simulateInteraction", sent)
        unanswered = f"the application did not respond to {what} of {self.user.name}"
        broken = self.twin.violations
        await self.twin.world.signal.until(lambda: act.seen, lambda: "; ".join([unanswered, *broken]))
        return Answer(self, act)


def option_value(select: Json, picked: str) -> str:
    """The value of an option, named by its label or value."""
    for option in select["options"]:
        if picked in (option["value"], option["label"]):
            return str(option["value"])
    raise AssertionError(f"{picked!r} is not among {[option['label'] for option in select['options']]}")


def _control(message: Message, name: str, kinds: set[int]) -> Json:
    parts = [part for part in message.controls if part["type"] in kinds]
    for part in parts:
        if name in (part.get("custom_id"), part.get("label"), part.get("placeholder")):
            return part
    names = [part.get("label") or part.get("placeholder") or part.get("custom_id") for part in parts]
    raise AssertionError(f"{name!r} is not among {names}")


def _member(user: User) -> Json:
    never = "2020-01-01T00:00:00+00:00"
    return {"roles": [], "joined_at": never, "permissions": str(ORDINARY), "flags": 0, "nick": None}


def _channel(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel.name, "type": 0, "permissions": str(ORDINARY)}


async def _newest(
    twin: Twin,
    seen: Callable[[], list[Message]],
    fits: Callable[[Message], object],
    what: str,
    first: bool = False,
) -> Message:
    await twin.world.signal.until(lambda: any(fits(one) for one in seen()), what)
    fitting = [one for one in seen() if fits(one)]
    return fitting[0 if first else -1]
