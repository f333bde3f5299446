"""What the proxy remembers of the pretended Discord: people, servers, messages, interactions and requests."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.counterparts.discord.rules import DEFERRED_MESSAGE, EPHEMERAL, TEXT_DISPLAY, walk

Json = dict[str, Any]

DISCORD_EPOCH_MS = 1420070400000
LOADING = 1 << 7
NONCE_SECONDS = 180
PATIENCE = 8.0
_OUR_WORKER = 1 << 17
_MENTIONED = re.compile(r"<@!?(\d+)>")
_counter = itertools.count()


def snowflake() -> str:
    """An id like Discord's; the worker's bits keep it apart from the twin's own."""
    since = int(time.time() * 1000) - DISCORD_EPOCH_MS
    return str((since << 22) | _OUR_WORKER | (next(_counter) & 0xFFF))


@dataclass(frozen=True)
class User:
    id: str
    name: str
    bot: bool = False

    def to_api(self) -> Json:
        shown = {"username": self.name.lower(), "global_name": self.name, "discriminator": "0"}
        return {"id": self.id, "avatar": None, "bot": self.bot, "public_flags": 0, **shown}


@dataclass(frozen=True)
class Channel:
    id: str
    name: str
    guild_id: str | None


@dataclass(frozen=True)
class Upload:
    """A file that the bot or a person sent."""

    name: str
    content_type: str
    data: bytes
    description: str = ""

    @property
    def text(self) -> str:
        return self.data.decode()


@dataclass(frozen=True)
class Request:
    """A REST request of the bot, without its credentials."""

    method: str
    path: str
    route: str | None
    body: Any
    files: tuple[Upload, ...] = ()


@dataclass
class Message:
    """A message as its readers see it now: edits change it in place."""

    raw: Json
    files: list[Upload] = field(default_factory=list)
    only_for: str | None = None
    pings: frozenset[str] = frozenset()
    edits: int = 0
    deleted: bool = False

    @property
    def id(self) -> str:
        return str(self.raw["id"])

    @property
    def channel_id(self) -> str:
        return str(self.raw["channel_id"])

    @property
    def author_id(self) -> str:
        return str(self.raw["author"]["id"])

    @property
    def from_bot(self) -> bool:
        return bool(self.raw["author"].get("bot"))

    @property
    def content(self) -> str:
        return str(self.raw.get("content") or "")

    @property
    def embeds(self) -> list[Json]:
        return self.raw.get("embeds") or []

    @property
    def components(self) -> list[Json]:
        return self.raw.get("components") or []

    @property
    def ephemeral(self) -> bool:
        return bool(self.raw.get("flags", 0) & EPHEMERAL)

    @property
    def loading(self) -> bool:
        return bool(self.raw.get("flags", 0) & LOADING)

    @property
    def controls(self) -> list[Json]:
        """Buttons and selects, wherever they are nested."""
        return [part for part in walk(self.components) if part.get("custom_id") or part.get("url")]

    @property
    def buttons(self) -> list[str]:
        return [part.get("label") or "" for part in self.controls if part["type"] == 2]

    @property
    def displays(self) -> list[str]:
        return [part.get("content") or "" for part in walk(self.components) if part["type"] == TEXT_DISPLAY]

    @property
    def text(self) -> str:
        """All words that a reader sees: the content, the embeds, the displayed texts."""
        words = [self.content, *(word for embed in self.embeds for word in _embed_words(embed)), *self.displays]
        return "\n".join(word for word in words if word)


@dataclass
class Interaction:
    """One act of a person, and all that the bot answered to it."""

    key: str
    type: int
    user: User
    guild_id: str | None
    channel_id: str
    locale: str
    permissions: int
    message: Message | None = None
    id: str = ""
    token: str = ""
    sent_at: float = 0.0
    event: Json | None = None
    callback: Json | None = None
    seen: bool = False
    original: Message | None = None
    follow_ups: list[Message] = field(default_factory=list)
    expired: bool = False

    @property
    def deferred(self) -> bool:
        return bool(self.callback and self.callback["type"] == DEFERRED_MESSAGE)

    @property
    def deferred_flags(self) -> int:
        data = (self.callback or {}).get("data") or {}
        return (data.get("flags") or 0) & EPHEMERAL if self.deferred else 0


class Signal:
    """Lets a test wait for something to become true, without sleeping for luck."""

    def __init__(self) -> None:
        self.patience = PATIENCE
        self._waiters: set[asyncio.Event] = set()

    def fire(self) -> None:
        for waiter in self._waiters:
            waiter.set()

    async def until(self, true: Callable[[], object], what: str | Callable[[], str]) -> None:
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(self.patience):
                while not true():
                    waiter.clear()
                    await waiter.wait()
        except TimeoutError:
            reason = what if isinstance(what, str) else what()
            raise AssertionError(f"after {self.patience:g} s: {reason}") from None
        finally:
            self._waiters.discard(waiter)


class World:
    """State of one test; `signal` fires whenever it changes."""

    def __init__(self) -> None:
        self.signal = Signal()
        self.users: dict[str, User] = {}
        self.dms: dict[str, User] = {}
        self.closed_dms: set[str] = set()
        self.forbidden_channels: set[str] = set()
        self.unmanaged_channels: set[str] = set()  # where the bot may not change permissions
        self.overwrites: dict[tuple[str, str], Json] = {}  # by channel and person
        self.commands: dict[str | None, list[Json]] = {}
        self.messages: dict[str, Message] = {}
        self.nonces: dict[tuple[str, str], tuple[float, str]] = {}
        self.interactions: list[Interaction] = []
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.uploads: dict[str, Upload] = {}
        self.attached: dict[str, Json] = {}  # by people, as Discord describes it

    def clear(self, keep_commands: bool) -> None:
        """Forget everything but the bot itself, and perhaps the commands that it has declared."""
        bots = {user.id: user for user in self.users.values() if user.bot}
        for kept in (self.users, self.dms, self.messages, self.nonces, self.uploads, self.attached, self.overwrites):
            kept.clear()
        for kept_list in (self.interactions, self.requests, self.violations):
            kept_list.clear()
        for kept_set in (self.closed_dms, self.forbidden_channels, self.unmanaged_channels):
            kept_set.clear()
        if not keep_commands:
            self.commands.clear()
        self.users.update(bots)
        self.signal.patience = PATIENCE

    def interaction(self, token: str) -> Interaction | None:
        return next((one for one in self.interactions if one.token == token), None)

    def by_key(self, key: str) -> Interaction | None:
        return next((one for one in self.interactions if one.key == key), None)

    def keep(self, raw: Json, files: list[Upload] | None = None, sent: Json | None = None) -> Message:
        """Store a new message with whom it calls, or what an edit made of one (an edit calls nobody)."""
        message = self.messages.get(str(raw["id"]))
        if message is None:
            message = self.messages[str(raw["id"])] = Message(raw, files or [])
            seen = "\n".join([message.content, *message.displays])
            message.pings = pings(seen, (sent or {}).get("allowed_mentions"))
        else:
            message.raw, message.edits = raw, message.edits + 1
            message.files = message.files if files is None else files
        self.signal.fire()
        return message

    def in_channel(self, channel_id: str, reader: str | None = None) -> list[Message]:
        """Oldest first; of ephemeral messages only the reader's own."""
        seen = [one for one in self.messages.values() if one.channel_id == channel_id and not one.deleted]
        seen = [one for one in seen if not one.ephemeral or one.only_for == reader]
        return sorted(seen, key=lambda message: int(message.id))

    def recent(self, channel_id: str, nonce: str) -> str | None:
        """The message that was sent with this nonce within the last minutes."""
        sent_at, message_id = self.nonces.get((channel_id, nonce), (0.0, ""))
        return message_id if message_id and time.monotonic() - sent_at < NONCE_SECONDS else None

    def mentions(self, content: str) -> list[User]:
        ids = dict.fromkeys(_MENTIONED.findall(content))
        return [self.users[user_id] for user_id in ids if user_id in self.users]

    def requests_to(self, method: str, ending: str) -> list[Request]:
        """What was sent to a path, or to Discord's name of one: `/channels/{channel_id}/messages`."""
        named = f"{method} {ending}"
        return [one for one in self.requests if one.route == named or (one.method == method and one.path == ending)]

    @contextmanager
    def expecting_violations(self) -> Iterator[list[str]]:
        """For a test that breaks a rule on purpose: what was broken, which then fails nothing."""
        before = len(self.violations)
        caught: list[str] = []
        try:
            yield caught
        finally:
            caught += self.violations[before:]
            del self.violations[before:]


def pings(content: str, allowed: Json | None) -> frozenset[str]:
    """Whom a message calls: user ids, role ids with `&`, and `everyone`."""
    parse = ["everyone", "users", "roles"] if allowed is None else allowed.get("parse") or []
    named = {str(user) for user in (allowed or {}).get("users") or []}
    called = {user for user in _MENTIONED.findall(content) if "users" in parse or user in named}
    if "roles" in parse:
        called |= set(re.findall(r"<@(&\d+)>", content))
    if "everyone" in parse and re.search(r"@(everyone|here)\b", content):
        called.add("everyone")
    return frozenset(called)


def _embed_words(embed: Json) -> list[str]:
    words = [embed.get("title"), embed.get("description")]
    for line in embed.get("fields") or []:
        words += [line.get("name"), line.get("value")]
    words.append((embed.get("footer") or {}).get("text"))
    return [word for word in words if word]
