"""What the contract suite asks of a platform: a person's hands and eyes there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.story import House


@dataclass(frozen=True)
class Asked:
    """A question as a person sees it in an open form."""

    label: str
    value: str = ""  # filled in already
    problem: str = ""
    options: tuple[str, ...] = ()  # labels; empty where one types


@dataclass(frozen=True)
class Seen:
    """What a person has in front of them after they did something."""

    text: str = ""  # title, sentences, facts and table, in the order in which they are read
    private: bool = True  # nobody else sees it
    buttons: tuple[str, ...] = ()  # their labels
    form: Mapping[str, Asked] = field(default_factory=dict)  # an open form's questions by field name
    last: bool = True  # submitting the form ends it; otherwise another page follows
    file: bytes | None = None  # a file that came with it
    alt: str = ""  # what is said of a picture that came with it
    raw: Any = None  # the platform's own payload, for the face's own use


class Face(Protocol):
    """One platform, with the bot of a House running behind its real adapter and its real wire.

    `who` is the name of an account, made at first use; "admin" is an admin of the community.
    """

    platform: str

    @property
    def house(self) -> House:
        """The house of the process that runs now."""
        ...

    async def gives(self, who: str, command: str, /, **answers: str) -> Seen:
        """Give a slash command with answers by field name, as one types or picks them there."""
        ...

    async def taps(self, who: str, seen: Seen, label: str) -> Seen:
        """Press a button."""
        ...

    async def fills(self, who: str, seen: Seen, /, **answers: str) -> Seen:
        """Change these answers of the open form, by field name (values for choices), and submit the page.

        What stands between two pages on this platform (a button "Next", "Fix it") is pressed too.
        """
        ...

    async def attaches(self, who: str, seen: Seen, question: str, name: str, content: bytes, /, **answers: str) -> Seen:
        """Attach a file to a question of the open form, and fill in the rest as `fills` does."""
        ...

    async def suggested(self, who: str, command: str, question: str, typed: str) -> list[str]:
        """Labels offered while typing an answer."""
        ...

    async def writes(self, who: str, words: str) -> Seen:
        """Write to the bot in a direct message."""
        ...

    async def inbox(self, who: str) -> list[Seen]:
        """What the bot sent in direct messages, once the dispatcher has sent all that is due."""
        ...

    async def channel(self, name: str = "general") -> list[Seen]:
        """What stands in a channel, once the dispatcher has sent all that is due."""
        ...

    async def repeats(self) -> Seen:
        """Deliver the last event again, with the same id."""
        ...

    async def restart(self) -> None:
        """Stop the bot's process-like parts (adapter, door, database connections) and start new ones."""
        ...
