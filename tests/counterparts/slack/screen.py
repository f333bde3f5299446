"""What people see in Slack: messages for all or for one person, open modals, home tabs, files."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.counterparts.slack.limits import elements, strings

Json = dict[str, Any]
How = Literal["channel", "direct", "ephemeral"]


class NotOnScreen(AssertionError):
    """A test looked for something that this person does not see."""


@dataclass
class Message:
    """One message as somebody sees it now; an edit changes it in place."""

    how: How
    channel: str
    ts: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    to: str | None = None  # the one person who sees it, or all of the channel
    thread_ts: str | None = None
    metadata: Json | None = None
    author: str = ""
    changed: int = 0  # a count over the whole screen: later is larger
    edits: int = 0
    deleted: bool = False

    @property
    def words(self) -> str:
        """All that can be read on it."""
        return "\n".join([self.text, *readable(self.blocks)])

    def element(self, name: str) -> tuple[Json, Json]:
        return find_element(self.blocks, name)

    @property
    def buttons(self) -> list[str]:
        return [e["text"]["text"] for e in _elements(self.blocks) if e.get("type") == "button"]


@dataclass(frozen=True)
class SharedFile:
    id: str
    name: str
    content: bytes
    channel: str | None
    comment: str
    thread_ts: str | None
    alt: str = ""


class Screen:
    """Changed only on Slack's own loop; read from anywhere."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.modals: dict[str, list[Json]] = {}  # per person, the top one last
        self.closed: set[str] = set()
        self.homes: dict[str, Json] = {}
        self.files: list[SharedFile] = []
        self.directs: dict[str, str] = {}  # direct channel -> the person in it
        self.versions: dict[str, int] = {}  # view id -> when it last changed
        self._count = itertools.count(1)
        self.now = 0

    def tick(self) -> int:
        self.now = next(self._count)
        return self.now

    def show(self, message: Message) -> Message:
        message.changed = self.tick()
        self.messages.append(message)
        return message

    def edit(self, message: Message, text: str, blocks: list[Json], metadata: Json | None = None) -> None:
        message.text, message.blocks = text, blocks
        message.metadata = metadata or message.metadata
        message.edits += 1
        message.changed = self.tick()

    def delete(self, message: Message) -> None:
        message.deleted = True
        message.changed = self.tick()

    def message(self, channel: str, ts: str) -> Message | None:
        return next((m for m in self.messages if m.channel == channel and m.ts == ts and not m.deleted), None)

    def seen_by(self, person: str, since: int = 0) -> list[Message]:
        """Oldest first; what was edited counts as new."""
        found = [m for m in self.messages if m.changed > since and not m.deleted and self._sees(person, m)]
        return sorted(found, key=lambda m: m.changed)

    def _sees(self, person: str, message: Message) -> bool:
        if message.how == "ephemeral":
            return message.to == person
        return self.directs.get(message.channel, person) == person

    def open_modal(self, person: str, view: Json, on_top: bool) -> None:
        stack = self.modals.setdefault(person, [])
        if not on_top:
            self.closed.update(old["id"] for old in stack)
            stack.clear()
        stack.append(view)
        self.versions[view["id"]] = self.tick()

    def update_modal(self, view: Json) -> None:
        for stack in self.modals.values():
            stack[:] = [view if old["id"] == view["id"] else old for old in stack]
        self.versions[view["id"]] = self.tick()

    def close_modal(self, person: str, all_of_them: bool = False) -> None:
        stack = self.modals.get(person, [])
        for view in reversed(stack if all_of_them else stack[-1:]):
            self.closed.add(view["id"])
            stack.remove(view)
        self.tick()

    def modal(self, person: str) -> Json | None:
        stack = self.modals.get(person)
        return stack[-1] if stack else None

    def publish(self, person: str, view: Json) -> None:
        self.homes[person] = view
        self.versions[view["id"]] = self.tick()


def with_ids(blocks: list[Json]) -> list[Json]:
    """As Slack does: names what came without a block_id or action_id, and states the defaults of text objects."""
    return [_named_block(block) if isinstance(block, dict) else block for block in blocks]


def _named_block(block: Json) -> Json:
    block = _defaults(block)
    block.setdefault("block_id", secrets.token_urlsafe(4))
    for _, element in elements(block):
        if element.get("type") not in ("image", "plain_text", "mrkdwn") and "action_id" not in element:
            element["action_id"] = secrets.token_urlsafe(4)
    return block


def _defaults(value: Any) -> Any:
    if isinstance(value, list):
        return [_defaults(item) for item in value]
    if not isinstance(value, dict):
        return value
    filled = {key: _defaults(item) for key, item in value.items()}
    if filled.get("type") == "plain_text":
        filled.setdefault("emoji", True)
    if filled.get("type") == "mrkdwn":
        filled.setdefault("verbatim", False)
    return filled


def find_element(blocks: list[Json], name: str) -> tuple[Json, Json]:
    """A control and its block: by action_id, value, what stands on it, the label above it, or block_id."""
    tests = (
        lambda block, element: element.get("action_id") == name,
        lambda block, element: element.get("value") == name,
        lambda block, element: _said(element.get("text")) == name,
        lambda block, element: _said(block.get("label")) == name,
        lambda block, element: block.get("block_id") == name,
        lambda block, element: _said(element.get("placeholder")) == name,
    )
    for fits in tests:
        for block in blocks:
            for _, element in elements(block):
                if fits(block, element):
                    return block, element
    there = [element.get("action_id") for element in _elements(blocks)]
    raise NotOnScreen(f"no control {name!r}; there are {there}, with {list(readable(blocks))}")


def readable(value: Any) -> Iterator[str]:
    """What a person reads, leaving out ids and values."""
    hidden = ("type", "block_id", "action_id", "value", "private_metadata", "callback_id", "style", "url")
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in hidden:
                yield from readable(item)
    elif isinstance(value, list):
        for item in value:
            yield from readable(item)
    else:
        yield from strings(value)


def _elements(blocks: list[Json]) -> list[Json]:
    return [element for block in blocks for _, element in elements(block)]


def _said(text: Any) -> str | None:
    return text.get("text") if isinstance(text, dict) else None
