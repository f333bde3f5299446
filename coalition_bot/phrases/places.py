"""Takes the zone out of a phrase: "Geneva time", "hora de Ginebra", "ET", "Europe/Zurich", "in Nairobi"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coalition_bot.moments import AMBIGUOUS, SUMMER, known_zone, nearest_zones, plain, zone_in_words
from coalition_bot.phrases.results import Refused, Stop
from coalition_bot.phrases.scraps import ZONE, vocabulary
from coalition_bot.phrases.tongue import Tongue
from coalition_bot.words import _

_LONGEST = 6  # words in "hora de la ciudad de mexico"
_LEADING = frozenset(("hora", "horario", "heure", "heures"))
_HOURS = frozenset(("h", "hs", "hora", "horas", "heure", "heures"))
_IANA = re.compile(r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)/\S*", re.I)
_NAMED_TIME = re.compile(
    r"(?:\d ?[ap]m|\d|noon|midnight|^)\s+([a-z][a-z' -]{1,30}?) time\b"
    r"|\b(?:hora|heure) (?:de |du |d'|del )([a-z][a-z' -]{2,30})$"
)

_SOMEBODYS = frozenset(("", "local", "your", "my", "our", "the"))


@dataclass(frozen=True, slots=True)
class Place:
    """The zones a phrase names. Several mentions, each with the zones it may mean; `summer` where letters say so."""

    mentions: tuple[tuple[str, ...], ...]
    summer: bool | None
    doubtful: str  # the abbreviation that means several zones


def take_zone(text: str, tongue: Tongue) -> tuple[str, Place]:
    """The phrase with its zones taken away, in plain text, and the zones. Raises Stop for an unknown one."""
    words = text.split()
    left: list[str] = []
    mentions: list[tuple[str, ...]] = []
    summer: bool | None = None
    doubtful = ""
    at = 0
    while at < len(words):
        count, zones = _zone_at(words, at, tongue)
        if not count:
            left.append(plain(words[at]))
            at += 1
            continue
        letters = plain(words[at + count - 1])
        summer = SUMMER.get(letters, summer)
        doubtful = letters.upper() if len(zones) > 1 else doubtful
        mentions.append(zones)
        left.append(ZONE)
        at += count
    return " ".join(left), Place(tuple(mentions), summer, doubtful)


def _zone_at(words: list[str], at: int, tongue: Tongue) -> tuple[int, tuple[str, ...]]:
    """How many words from `at` on name a zone, and which ones they may mean."""
    for count in range(min(_LONGEST, len(words) - at), 0, -1):
        zones = _zones(words[at : at + count], tongue, after_number=_is_hour(words[:at]))
        if zones:
            return count, zones
    if _IANA.fullmatch(words[at]):
        raise Stop(unknown_zone(words[at]))
    return 0, ()


def _is_hour(before: list[str]) -> bool:
    """Whether "heures" after these words belongs to a number; after "17 h 30" it begins a zone."""
    said = len(before) > 1 and plain(before[-2]) in _HOURS
    return bool(before) and before[-1].isdigit() and not said


def _zones(words: list[str], tongue: Tongue, *, after_number: bool) -> tuple[str, ...]:
    flat = [plain(word) for word in words]
    leads = flat[0] in _LEADING and not after_number and len(flat) > 1
    if flat[0] in vocabulary(tongue) | _LEADING and not leads:
        return ()
    if any(word in tongue.capital_zones and not raw.isupper() for word, raw in zip(flat, words, strict=True)):
        return ()
    if len(flat) == 1 and flat[0] in AMBIGUOUS:
        return AMBIGUOUS[flat[0]]
    zone = known_zone(" ".join(flat))
    if zone is None and len(flat) == 1 and "/" in flat[0]:  # "EST/EDT"
        both = {known_zone(half) for half in flat[0].split("/")}
        zone = both.pop() if len(both) == 1 else None
    return (zone,) if zone else ()


def unknown_zone(name: str) -> Refused:
    """Nobody knows this zone; the nearest are offered."""
    near = [zone_in_words(zone) for zone in nearest_zones(name)]
    reason = _("I don't know the time zone “{zone}”.").format(zone=name[:60])
    if near:
        return Refused(reason, _("Did you mean {zones}?").format(zones=", ".join(dict.fromkeys(near))))
    return Refused(reason, _("Name a large city in it, such as “Nairobi time”."))


def named_but_unknown(text: str) -> str | None:
    """The name in "5pm Atlantis time" that is no known zone, in what is left of a phrase."""
    found = _NAMED_TIME.search(plain(text))
    name = (found[1] or found[2]).strip() if found else ""
    return name if name not in _SOMEBODYS and not known_zone(name) else None
