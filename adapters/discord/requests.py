"""What somebody did on Discord, in the words of the door: an interaction or a message becomes a Request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import discord

from adapters.discord import modal
from adapters.discord.places import PLATFORM, account, channel
from adapters.discord.tree import ATTACHMENT, CHANNEL, SUBCOMMAND, USER
from coalition_bot.bot import Request
from coalition_bot.buttons import press
from coalition_bot.context import Visitor
from coalition_bot.people import Place, Standing

Json = dict[str, Any]


class Kind(Enum):
    """What sort of act it is."""

    COMMAND = "a slash command"
    TYPING = "a question is being answered"
    PRESS = "a button"
    FORM = "a form was submitted"


_KINDS = {
    discord.InteractionType.application_command: Kind.COMMAND,
    discord.InteractionType.autocomplete: Kind.TYPING,
    discord.InteractionType.component: Kind.PRESS,
    discord.InteractionType.modal_submit: Kind.FORM,
}


@dataclass(frozen=True, slots=True)
class Act:
    """An interaction, with all that the adapter uses of it."""

    id: str
    token: str = field(repr=False)  # with it anybody can answer
    application: str
    kind: Kind
    data: Json = field(repr=False)
    place: Place
    visitor: Visitor
    guild_name: str = ""
    from_step: bool = False  # it happened on a private message that only led to this form


def read(interaction: discord.Interaction) -> Act | None:
    """The act in an interaction; None for a sort that the bot has no use for."""
    kind = _KINDS.get(interaction.type)
    if kind is None:
        return None
    return Act(
        id=str(interaction.id),
        token=interaction.token,
        application=str(interaction.application_id),
        kind=kind,
        data=dict(interaction.data or {}),
        place=_place(interaction),
        visitor=_visitor(interaction),
        guild_name=(interaction.guild.name or "") if interaction.guild else "",
        from_step=_is_step(interaction.message),
    )


def request(act: Act, prefix: str = "") -> Request:
    """What the door is asked for an act."""
    guild = act.place.community
    blank = Request(id=act.id, place=act.place, visitor=act.visitor, community_name=act.guild_name)
    blank = replace(blank, names=modal.names_in(act.data.get("resolved") or {}, guild))
    if act.kind is Kind.PRESS:
        return replace(blank, press=str(act.data["custom_id"]))
    if act.kind is Kind.FORM:
        command, draft = modal.source(str(act.data["custom_id"]))
        answers = modal.answers(act.data.get("components") or [], guild)
        return replace(blank, command=command, draft=draft, answers=answers)
    return replace(blank, command=_name(act.data, prefix), answers=_given(_options(act.data), guild))


def attached(act: Act) -> dict[str, Json]:
    """The attachment for each question to which one was given, as Discord describes it."""
    if act.kind is Kind.FORM:
        given = modal.uploads(act.data.get("components") or [])
    else:
        options = [one for one in _options(act.data) if one["type"] == ATTACHMENT] if act.kind is Kind.COMMAND else []
        given = {one["name"]: str(one["value"]) for one in options}
    known = (act.data.get("resolved") or {}).get("attachments") or {}
    return {name: known[number] for name, number in given.items() if number in known}


def typing(act: Act, prefix: str = "") -> tuple[Request, str, str]:
    """Which command is being typed, in which of its questions, and what so far."""
    options = _options(act.data)
    focused: Mapping[str, Any] = next((one for one in options if one.get("focused")), {})
    others = [one for one in options if one is not focused]
    asked = Request(
        id="",
        place=act.place,
        visitor=act.visitor,
        command=_name(act.data, prefix),
        answers=_given(others, act.place.community),
    )
    return asked, str(focused.get("name", "")), str(focused.get("value", ""))


def asking(message: discord.Message, command: str) -> Request:
    """A command for somebody who wrote to the bot without any; Discord does not say in which language they read."""
    who = str(message.author.id)
    visitor = Visitor(who, name=message.author.display_name)
    return Request(id=str(message.id), place=Place(PLATFORM, "", account=who), visitor=visitor, command=command)


def newcomer(member: discord.Member) -> Request:
    """Somebody who has come into a server. Whoever has to pass its screening first counts as a guest, as bots do."""
    guild, who = str(member.guild.id), str(member.id)
    standing = Standing.GUEST if member.bot or member.pending else Standing.FULL
    visitor = Visitor(who, name=member.display_name, standing=standing)
    return Request(id="", place=Place(PLATFORM, guild, account=who), visitor=visitor)


def _is_step(message: discord.Message | None) -> bool:
    if message is None or not message.flags.ephemeral:
        return False
    rows = [part for part in message.components if isinstance(part, discord.ActionRow)]
    tokens = [part.custom_id or "" for row in rows for part in row.children if isinstance(part, discord.Button)]
    return len(tokens) == 1 and press(tokens[0]).form and bool(press(tokens[0]).draft)


def _place(interaction: discord.Interaction) -> Place:
    if interaction.guild_id is None:
        return Place(PLATFORM, "", account=str(interaction.user.id))
    return Place(PLATFORM, str(interaction.guild_id), channel=str(interaction.channel_id or ""))


def _visitor(interaction: discord.Interaction) -> Visitor:
    user, may = interaction.user, interaction.permissions
    waits = isinstance(user, discord.Member) and user.pending  # has not passed the server's screening yet
    return Visitor(
        account=str(user.id),
        name=user.display_name,
        standing=Standing.GUEST if waits else Standing.FULL,
        admin=interaction.guild_id is not None and (may.administrator or may.manage_guild),
        language=str(interaction.locale),
    )


def _name(data: Json, prefix: str) -> str:
    words = [str(data["name"]).removeprefix(prefix)]
    options = data.get("options") or []
    if options and options[0]["type"] == SUBCOMMAND:
        words.append(options[0]["name"])
    return " ".join(words)


def _options(data: Json) -> list[Json]:
    options = data.get("options") or []
    if options and options[0]["type"] == SUBCOMMAND:
        return options[0].get("options") or []
    return list(options)


def _given(options: list[Json], guild: str) -> dict[str, str]:
    return {one["name"]: _answer(one, guild) for one in options if "value" in one and one["type"] != ATTACHMENT}


def _answer(option: Json, guild: str) -> str:
    value = str(option["value"])
    if option["type"] == CHANNEL:
        return channel(guild, value)
    return account(guild, value) if option["type"] == USER else value
