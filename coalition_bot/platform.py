"""The port: what the core asks of a messaging platform, and how a platform says that it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from coalition_bot.command import Reply
from coalition_bot.people import Place


@dataclass(frozen=True, slots=True)
class Limits:
    """What one platform can draw; each adapter cites the vendor's page beside its numbers."""

    questions: int  # in one page of a form
    options: int  # in one list to choose from
    files_in_answers: bool  # whether a file can be handed to one person as an answer
    seconds_between: float  # messages to one channel


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message on its way, with the name under which the platform may find it again."""

    uid: str
    place: Place
    reply: Reply
    maybe_sent: bool  # an earlier try may have arrived: look for it before posting again


@dataclass(frozen=True, slots=True)
class Admission:
    """Something to do for a person in place of a message: let their account into a channel, or take it out."""

    place: Place  # the channel
    account: str  # of the channel's own community
    inside: bool  # where it is to be afterwards


class Platform(Protocol):
    """Where messages can be posted, and people let into channels."""

    @property
    def name(self) -> str:
        """The platform's short name, first part of every Place."""
        ...

    @property
    def limits(self) -> Limits:
        """What can be drawn."""
        ...

    async def send(self, parcel: Parcel) -> str:
        """Post, and return the platform's own name for the post. Raises TryLater or Gone."""
        ...

    async def admit(self, admission: Admission) -> None:
        """Let somebody into a channel or take them out; who is there, or is not, already needs nothing more.

        Raises TryLater, or Gone with what has to be granted. Where channels are open to all, nothing happens.
        """
        ...


class TryLater(Exception):
    """The platform asks to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


class Gone(Exception):
    """The destination does not exist any more, or the bot may not do that there; `hint` says what to do about it."""

    def __init__(self, hint: str) -> None:
        super().__init__(hint)
        self.hint = hint
