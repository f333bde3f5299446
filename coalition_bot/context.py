"""What a command is given: who asks, where, when, for which coalition, in which transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from coalition_bot.people import Coalition, Community, Person, Place, Standing
from coalition_bot.vault import Vault

T = TypeVar("T")


class Keeper(Protocol):
    """A feature as keeper of personal data: it can hand out and forget what it knows of a person."""

    @property
    def name(self) -> str:
        """What the feature is called."""
        ...

    @property
    def export(self) -> Callable[[Context, Person], Mapping[str, object]]:
        """All that the feature knows of the person, ready for JSON."""
        ...

    @property
    def forget(self) -> Callable[[Context, Person], object]:
        """Delete or make nameless all that the feature knows of the person."""
        ...

    @property
    def tells(self) -> Callable[[Context, str], Sequence[Any]]:
        """Facts to show about something, which is named as in the history: "group:12"."""
        ...

    @property
    def merge(self) -> Callable[[Context, Person, Person], object]:
        """Two records turn out to be one person: what was the first one's becomes the second's."""
        ...


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever stands at the door, as the platform describes them."""

    account: str
    name: str = ""
    standing: Standing = Standing.FULL
    admin: bool = False  # of the platform's community
    language: str = ""  # a locale such as "fr" or "pt-BR"; empty for the coalition's


@dataclass(slots=True)
class Context:
    """One command's surroundings. `coalition`, `community` and `person` are unset before `/coalition setup`."""

    session: Session
    now: datetime  # aware UTC
    visitor: Visitor
    place: Place  # where the command was given; answers go there, seen by the visitor only
    vault: Vault
    prefix: str = ""  # stands before each root command, see COMMAND_PREFIX
    commands: Sequence[type[Any]] = ()  # of Command, which stands above this file
    keepers: Sequence[Keeper] = ()
    names: Mapping[str, str] = field(default_factory=dict)  # what mentioned accounts and channels are called
    community_name: str = ""  # what the platform calls the community
    trying: bool = False  # a place for trying: whatever is founded there is a sample
    answers: Mapping[str, str] = field(default_factory=dict)  # to the command at hand, as far as they are given
    _coalition: Coalition | None = None
    _community: Community | None = None
    _person: Person | None = None

    @property
    def founded(self) -> bool:
        """Whether this community belongs to a coalition."""
        return self._coalition is not None

    @property
    def coalition(self) -> Coalition:
        """The coalition being served."""
        return _known(self._coalition)

    @property
    def community(self) -> Community:
        """The community in which the command was given."""
        return _known(self._community)

    @property
    def person(self) -> Person:
        """Who gives the command; not yet stored while they only looked."""
        return _known(self._person)

    @property
    def zone(self) -> str:
        """The zone in which this person reads times: their own, or the coalition's."""
        return self.person.zone or self.coalition.zone

    def slash(self, command: str) -> str:
        """How a command is typed here, with the operator's prefix."""
        return f"/{self.prefix}{command}"

    def told(self, about: str) -> list[Any]:
        """What all features have to say about something, named as in the history: "group:12"."""
        return [fact for keeper in self.keepers for fact in keeper.tells(self, about)]

    @property
    def owner(self) -> str:
        """The visitor's account, as drafts know it."""
        return str(Place(self.place.platform, self.place.community, account=self.visitor.account))

    def enter(self, coalition: Coalition, community: Community, person: Person) -> None:
        """Say whom this is about: the door does, and the command that founds a coalition."""
        self._coalition, self._community, self._person = coalition, community, person


def _known(value: T | None) -> T:
    if value is None:
        raise RuntimeError("no coalition here: the command has to declare `before_setup`")
    return value
