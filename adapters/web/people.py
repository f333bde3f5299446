"""Who one can be on the page, and the conversations that one finds there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from coalition_bot.people import Place
from coalition_bot.words import N_, _

PLATFORM = "web"
COMMUNITY = "sample"  # the page's own community, whoever founds its coalition
DIRECT = "direct"  # the key of the conversation with the bot


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody made up, whom a visitor can be."""

    account: str
    name: str
    part: str  # in the coalition; a msgid
    admin: bool = False

    @property
    def place(self) -> Place:
        """Their direct messages."""
        return Place(PLATFORM, COMMUNITY, account=self.account)

    @property
    def label(self) -> str:
        """How the list of personas calls them."""
        return f"{_(self.part)}: {self.name}"


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation: a channel, or the direct messages with the bot."""

    key: str
    name: str
    place: Place
    title: str = ""  # above it, where that is another than its name
    private: bool = False


MEMBER = Persona("member", "Maya Torres", N_("Member"))
LEAD = Persona("lead", "Leo Martin", N_("Group lead"))
COORDINATOR = Persona("coordinator", "Carmen Diaz", N_("Coordinator"), admin=True)
NEWCOMER = Persona("newcomer", "Noor Haddad", N_("Newcomer"))
TRAVELLER = Persona("traveller", "Tomás Silva", N_("Traveller"))
PERSONAS = (MEMBER, LEAD, COORDINATOR, NEWCOMER, TRAVELLER)

CHANNELS = ("general", "announcements", "housing", "criminal-justice", "geneva")


def channel(name: str) -> Place:
    """The place of a channel."""
    return Place(PLATFORM, COMMUNITY, channel=name)


def rooms(persona: Persona) -> tuple[Room, ...]:
    """All conversations of a persona, the direct messages last."""
    public = tuple(Room(name, f"#{name}", channel(name)) for name in CHANNELS)
    return (*public, Room(DIRECT, _("Direct messages"), persona.place, _("Coalition Bot"), private=True))


def names(personas: Iterable[Persona]) -> Mapping[str, str]:
    """What each place and account is called."""
    called = {str(channel(name)): f"#{name}" for name in CHANNELS}
    return called | {str(persona.place): persona.name for persona in personas}
