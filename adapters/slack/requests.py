"""Reads what Slack sends: who did what where, and typed lines and modals as the core understands them. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.slack.limits import NAME, STACK
from adapters.slack.slip import Slip
from coalition_bot.people import Place

Json = dict[str, Any]
M = TypeVar("M", bound="Payload")


class Malformed(Exception):
    """Slack does not send such a thing."""


class Payload(BaseModel):
    """Part of what Slack sends; what the bot has no use for is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    @classmethod
    def read(cls: type[M], body: Any) -> M:
        """From JSON. Raises Malformed, which repeats nothing of it."""
        try:
            return cls.model_validate(body)
        except ValidationError:
            raise Malformed(cls.__name__) from None


class Attachment(Payload):
    """A file in a form's control. https://docs.slack.dev/reference/objects/file-object"""

    name: str = Field("", repr=False)
    size: int = 0
    url_private_download: str = Field("", repr=False)


class Team(Payload):
    """A workspace."""

    id: str


class Somebody(Payload):
    """Who did it."""

    id: str = Field(min_length=1)
    name: str = ""


class Channel(Payload):
    """Where it was done."""

    id: str
    name: str = ""


class Slash(Payload):
    """A slash command. https://docs.slack.dev/interactivity/implementing-slash-commands"""

    command: str = Field(min_length=1)
    text: str = ""
    team_id: str = ""
    user_id: str = Field(min_length=1)
    channel_id: str
    channel_name: str = ""
    trigger_id: str = ""
    response_url: str = ""


class Action(Payload):
    """A control that was used."""

    action_id: str = ""
    type: str = ""
    value: str = ""


class Container(Payload):
    """What the control stands in."""

    thread_ts: str = ""


class State(Payload):
    """What was entered into a modal: by block, by action."""

    values: Mapping[str, Mapping[str, Mapping[str, Any]]] = Field(default_factory=dict)


class Block(Payload):
    """A block of a modal, as far as it names a question."""

    type: str = ""
    block_id: str = ""


class View(Payload):
    """A modal or home tab. https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload"""

    id: str
    type: str = ""
    hash: str = ""
    private_metadata: str = ""
    blocks: tuple[Block, ...] = ()
    state: State = Field(default_factory=State)
    root_view_id: str | None = None
    previous_view_id: str | None = None

    @property
    def slip(self) -> Slip:
        """What it carries along."""
        return Slip.read(self.private_metadata)

    @property
    def asked(self) -> tuple[str, ...]:
        """The names of its questions."""
        return tuple(block.block_id for block in self.blocks if block.type == "input")

    @property
    def depth(self) -> int:
        """How many modals lie on one another, this one the topmost."""
        if not self.previous_view_id:
            return 1
        return 2 if self.previous_view_id == self.root_view_id else STACK


class Deed(Payload):
    """A press, a submission, or a question for options.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """

    type: str
    user: Somebody
    team: Team | None = None
    channel: Channel | None = None
    container: Container | None = None
    actions: tuple[Action, ...] = ()
    view: View | None = None
    trigger_id: str = ""
    response_url: str = ""
    action_id: str = ""  # of a select that asks for options
    value: str = ""  # what was typed into it

    @property
    def id(self) -> str:
        """The same for the same deed delivered again."""
        if self.trigger_id or self.view is None:
            return self.trigger_id
        return f"{self.view.id}:{self.view.hash}"

    @property
    def pressed(self) -> str:
        """The value of the button; empty where it was no button."""
        return self.actions[0].value if self.actions and self.actions[0].type == "button" else ""


class Happened(Payload):
    """What an event tells. https://docs.slack.dev/reference/events"""

    type: str
    user: str = ""
    text: str = ""
    channel: str = ""
    channel_type: str = ""
    subtype: str = ""
    bot_id: str = ""
    tab: str = "home"
    thread_ts: str = ""


class Event(Payload):
    """An event with the name under which it may be delivered again."""

    event_id: str = Field(min_length=1)
    team_id: str = ""
    event: Happened


class Newcomer(Payload):
    """Somebody has come into the workspace. https://docs.slack.dev/reference/events/team_join"""

    type: str
    user: Somebody


class Arrival(Payload):
    """That as an event."""

    event_id: str = Field(min_length=1)
    team_id: str = ""
    event: Newcomer


class Revoked(Payload):
    """Whose tokens were withdrawn, as far as they were the bot's own."""

    bot: tuple[str, ...] = ()


class Goodbye(Payload):
    """https://docs.slack.dev/reference/events/tokens_revoked"""

    tokens: Revoked = Field(default_factory=Revoked)


_INTERACTIVE = {"block_actions", "block_suggestion", "view_submission", "view_closed"}
# https://docs.slack.dev/reference/events: of these the bot reads the whole event
_READ = {"message", "app_mention", "app_home_opened"}


def check(body: Any) -> None:
    """Raise Malformed for what has not the shape of anything that Slack sends."""
    if not isinstance(body, dict):
        raise Malformed("no object")
    kind = body.get("type")
    if kind is None and "ssl_check" not in body:
        Slash.read(body)
    elif kind == "event_callback":
        event = body.get("event")
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            raise Malformed("event")
        if event["type"] in _READ and not event.get("subtype"):
            Event.read(body)
        if event["type"] == "team_join":
            Arrival.read(body)
    elif kind in _INTERACTIVE:
        deed = Deed.read(body)
        if (kind == "block_actions" and not deed.actions) or (kind.startswith("view_") and deed.view is None):
            raise Malformed(kind)
    elif kind is not None and not isinstance(kind, str):
        raise Malformed("type")


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed line without Slack's marks, and what the mentioned ones are called."""

    line: str
    names: Mapping[str, str] = field(default_factory=dict)


_MARK = re.compile(r"<([^<>\n]+)>")


def typed(text: str, team: str) -> Typed:
    """A line as it was typed: mentions become Places, other marks what one sees of them."""
    names: dict[str, str] = {}

    def seen(mark: re.Match[str]) -> str:
        inside, _bar, label = mark[1].partition("|")
        if inside.startswith(("@", "#")) and len(inside) > 1:
            where = _mentioned(inside, team)
            if label:
                names[where] = html.unescape(label)
            return where
        if inside.startswith("!"):
            return label or f"@{inside[1:].partition('^')[0]}"
        return label if inside.startswith(("mailto:", "tel:")) and label else inside

    line = _MARK.sub(seen, text)
    return Typed(html.unescape(line).strip(), names)


def place(team: str, channel: str, user: str, channel_name: str = "") -> Place:
    """Where something was done: a channel, or in private with the bot."""
    if not channel or channel.startswith("D") or channel_name == "directmessage":
        return Place(NAME, team, account=user)
    return Place(NAME, team, channel=channel)


def answers(view: View, team: str) -> dict[str, str]:
    """An answer for every question of the page, as the core reads it; empty where nothing was given."""
    given = dict.fromkeys(view.asked, "")
    for name in given:
        states = view.state.values.get(name, {}).values()
        given[name] = next((_answer(state, team) for state in states), "")
    for name, others in view.slip.kept.items():
        if name in given:
            given[name] = ",".join(part for part in (given[name], others) if part)
    return given


def attached(view: View) -> dict[str, Attachment]:
    """The file of each question to which one was attached."""
    found: dict[str, Attachment] = {}
    for name in view.asked:
        for state in view.state.values.get(name, {}).values():
            if files := _list(state.get("files")):
                found[name] = Attachment.read(files[0])
    return found


def accounts(given: Mapping[str, str], team: str) -> Iterator[str]:
    """The accounts of this workspace that stand among answers or names."""
    start = f"{NAME}:{team}:@"
    return (text.removeprefix(start) for text in given.values() if text.startswith(start))


def _mentioned(mark: str, team: str) -> str:
    if mark[0] == "@":
        return str(Place(NAME, team, account=mark[1:]))
    return str(Place(NAME, team, channel=mark[1:]))


def _answer(state: Mapping[str, Any], team: str) -> str:
    """One control's state. https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload"""
    if chosen := state.get("selected_option"):
        return _text(chosen.get("value")) if isinstance(chosen, dict) else ""
    if (several := state.get("selected_options")) is not None:
        return ",".join(_text(each.get("value")) for each in _list(several) if isinstance(each, dict))
    if (channels := state.get("selected_conversations") or state.get("selected_channels")) is not None:
        return ",".join(str(Place(NAME, team, channel=_text(each))) for each in _list(channels))
    if user := state.get("selected_user"):
        return str(Place(NAME, team, account=_text(user)))
    return _text(state.get("selected_date")) or _text(state.get("value"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
