"""Discord's ids as Places, the core's names for where something is posted and who somebody is."""

from __future__ import annotations

from coalition_bot.people import Place

PLATFORM = "discord"


def channel(guild: str, number: str) -> str:
    """A channel of a server, as an answer."""
    return str(Place(PLATFORM, guild, channel=number))


def account(guild: str, number: str) -> str:
    """An account in a server, as an answer."""
    return str(Place(PLATFORM, guild, account=number))


def channels_in(answer: str) -> list[str] | None:
    """The ids of the channels in an answer; None where one is not Discord's, so that no picker can show it."""
    found = _places(answer)
    if found is None or any(place.private for place in found):
        return None
    return [place.channel for place in found]


def accounts_in(answer: str) -> list[str] | None:
    """The ids of the accounts in an answer; None where one is not Discord's."""
    found = _places(answer)
    if found is None or not all(place.private for place in found):
        return None
    return [place.account for place in found]


def _places(answer: str) -> list[Place] | None:
    try:
        found = [Place.parse(part) for part in answer.replace(",", " ").split()]
    except ValueError:
        return None
    ours = all(place.platform == PLATFORM and (place.account or place.channel).isdecimal() for place in found)
    return found if ours else None
