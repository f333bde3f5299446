"""Moments as people mean them, a wall time in a named zone, and the many names that people give to zones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from coalition_bot.words import _, language, speaking

UN_ZONE = "Europe/Zurich"  # Geneva's: the UN's times in the UPR

_FIRST_YEAR, _LAST_YEAR = 2, 9998  # a day of room on both sides, so that UTC never overflows
_WRITTEN = re.compile(r"([0-9T:.-]{16,26})\[([A-Za-z0-9_+/-]{1,64})\](\[_fold=1\])?")


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """A wall time in a named zone, as a person meant it, and the UTC instant that follows from it.

    `wall` is naive; `zone` is an IANA name. Where clocks go back, `wall.fold=1` means the second of the two.
    A wall time that the zone skips is kept as meant, and its instant moves forward by the gap.
    Raises ValueError for an aware wall time, an unknown zone or a year outside 2 to 9998.
    """

    wall: datetime
    zone: str

    def __post_init__(self) -> None:
        if self.wall.tzinfo is not None:
            raise ValueError("a wall time has no offset of its own")
        if not _FIRST_YEAR <= self.wall.year <= _LAST_YEAR:
            raise ValueError("a year that calendars cannot hold")
        zone_info(self.zone)
        if self.wall.fold and not self.is_ambiguous:
            object.__setattr__(self, "wall", self.wall.replace(fold=0))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        """`2026-10-03T17:00[Europe/Zurich]` (RFC 9557 without an offset); `[_fold=1]` follows for a second one."""
        exact = "auto" if self.wall.second or self.wall.microsecond else "minutes"
        return f"{self.wall.isoformat(timespec=exact)}[{self.zone}]" + "[_fold=1]" * self.wall.fold

    @property
    def _key(self) -> tuple[datetime, int, str]:
        return self.wall, self.wall.fold, self.zone

    @property
    def instant(self) -> datetime:
        """The aware UTC datetime. In a gap it moves forward by the gap; of two it is the first unless fold=1."""
        return self.wall.replace(tzinfo=zone_info(self.zone)).astimezone(UTC)

    @property
    def exists(self) -> bool:
        """Whether clocks in the zone ever show this wall time: a round trip through UTC comes back to it."""
        return self.instant.astimezone(zone_info(self.zone)).replace(tzinfo=None) == self.wall

    @property
    def is_ambiguous(self) -> bool:
        """Whether clocks in the zone show this wall time twice."""
        first, second = (self.wall.replace(tzinfo=zone_info(self.zone), fold=fold).astimezone(UTC) for fold in (0, 1))
        return first < second

    def other(self) -> Moment:
        """The other one of the two that clocks show; itself where there is only one."""
        return Moment(self.wall.replace(fold=1 - self.wall.fold), self.zone)

    @classmethod
    def of(cls, instant: datetime, zone: str) -> Moment:
        """What clocks in `zone` show at an aware instant. Raises ValueError for a naive one or an unknown zone."""
        if instant.tzinfo is None:
            raise ValueError("an instant needs an offset")
        return cls(instant.astimezone(zone_info(zone)).replace(tzinfo=None), zone)

    @classmethod
    def parse(cls, text: str) -> Moment:
        """The inverse of `str`. Raises ValueError for anything else."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise ValueError("not a written moment")
        return cls(datetime.fromisoformat(written[1]).replace(fold=int(bool(written[3]))), written[2])


def at_local_hour(day: date, hour: int, zone: str) -> Moment:
    """That hour of that day in `zone`; where the hour does not exist that day, the same rule as for any gap."""
    return Moment(datetime.combine(day, time(hour)), zone)


def geneva_day(now: datetime) -> date:
    """Which day it is in Geneva at an aware instant."""
    return now.astimezone(zone_info(UN_ZONE)).date()


@lru_cache(maxsize=1024)
def zone_info(zone: str) -> ZoneInfo:
    """The rules of an IANA zone. Raises ValueError for a name that is none."""
    if zone not in iana_names():
        raise ValueError(f"no such zone: {zone[:64]!r}")
    return ZoneInfo(zone)


@lru_cache
def iana_names() -> frozenset[str]:
    """All IANA names, without the machine's own `localtime`."""
    return frozenset(available_timezones() - {"localtime", "Factory"})


def in_words(moment: Moment, locale: str | None = None) -> str:
    """`Saturday, 3 October 2026, 17:00 (Geneva time)`, in `locale` or in the language now spoken."""
    spoken = locale or language()
    place = zone_in_words(moment.zone, spoken)
    if moment.is_ambiguous:
        offset = moment.wall.replace(tzinfo=zone_info(moment.zone)).strftime("%z")
        place += f", UTC{offset[:3]}:{offset[3:]}"
    return f"{day_in_words(moment.wall.date(), spoken)}, {moment.wall:%H:%M} ({place})"


def day_in_words(day: date, locale: str | None = None) -> str:
    """`Saturday, 3 October 2026`, in `locale` or in the language now spoken."""
    from babel.dates import format_date

    return format_date(day, "full", locale=_babel_locale(locale or language()))


def month_in_words(day: date) -> str:
    """`October 2026`, in the language now spoken."""
    from babel.dates import format_skeleton

    return format_skeleton("yMMMM", day, locale=_babel_locale(language()))


def weekday_in_words(day: date, locale: str | None = None) -> str:
    """`Saturday`, in `locale` or in the language now spoken."""
    from babel.dates import format_date

    return format_date(day, "EEEE", locale=_babel_locale(locale or language()))


def zone_in_words(zone: str, locale: str | None = None) -> str:
    """`Geneva time`, `New York time` or `UTC`, in `locale` or in the language now spoken."""
    from babel.dates import get_timezone_location

    spoken = locale or language()
    if zone.startswith("Etc/"):
        return _utc_in_words(zone)
    with speaking(spoken):
        if zone == UN_ZONE:
            city = _("Geneva")
        else:
            city = get_timezone_location(zone, locale=_babel_locale(spoken), return_city=True)
        return _("{city} time").format(city=city.rpartition("/")[2])


def _utc_in_words(zone: str) -> str:
    hours = zone.removeprefix("Etc/GMT")
    if hours == zone or hours.strip("+-0") == "":
        return "UTC"
    return f"UTC{'-' if hours[0] == '+' else '+'}{hours[1:]}"  # the names of Etc have their signs turned round


@lru_cache
def _babel_locale(locale: str) -> str:
    from babel import Locale

    name = locale.replace("-", "_")
    try:
        Locale.parse(name)
    except (ValueError, LookupError):
        name = "en"
    return "en_GB" if name == "en" else name  # day before month, as in the UN's own papers


# Abbreviations that people use all year round, so the zone decides what the clock shows on the day.
# CET and CEST stand for Geneva's clock, which central Europe shares. Source of the letters: IANA tzdata.
ABBREVIATIONS: Mapping[str, str] = {
    **dict.fromkeys(("utc", "z", "ut", "gmt", "zulu", "uct"), "Etc/UTC"),
    **dict.fromkeys(("et", "est", "edt"), "America/New_York"),
    **dict.fromkeys(("ct", "cdt"), "America/Chicago"),
    **dict.fromkeys(("mt", "mst", "mdt"), "America/Denver"),
    **dict.fromkeys(("pt", "pst", "pdt"), "America/Los_Angeles"),
    **dict.fromkeys(("akst", "akdt"), "America/Anchorage"),
    **dict.fromkeys(("nst", "ndt"), "America/St_Johns"),
    **dict.fromkeys(("hne", "hae"), "America/Toronto"),
    **dict.fromkeys(("brt", "brst"), "America/Sao_Paulo"),
    **dict.fromkeys(("clt", "clst"), "America/Santiago"),
    **dict.fromkeys(("cet", "cest", "mez", "mesz", "hec", "haec"), UN_ZONE),
    **dict.fromkeys(("wet", "west"), "Europe/Lisbon"),
    **dict.fromkeys(("eet", "eest"), "Europe/Athens"),
    **dict.fromkeys(("aest", "aedt"), "Australia/Sydney"),
    **dict.fromkeys(("acst", "acdt"), "Australia/Adelaide"),
    **dict.fromkeys(("nzt", "nzst", "nzdt"), "Pacific/Auckland"),
    "hst": "Pacific/Honolulu",
    "adt": "America/Halifax",
    "art": "America/Argentina/Buenos_Aires",
    "cot": "America/Bogota",
    "pet": "America/Lima",
    "uyt": "America/Montevideo",
    "msk": "Europe/Moscow",
    "trt": "Europe/Istanbul",
    "wat": "Africa/Lagos",
    "cat": "Africa/Maputo",
    "eat": "Africa/Nairobi",
    "sast": "Africa/Johannesburg",
    "pkt": "Asia/Karachi",
    "npt": "Asia/Kathmandu",
    "wib": "Asia/Jakarta",
    "sgt": "Asia/Singapore",
    "hkt": "Asia/Hong_Kong",
    "pht": "Asia/Manila",
    "jst": "Asia/Tokyo",
    "kst": "Asia/Seoul",
    "awst": "Australia/Perth",
    "aoe": "Etc/GMT+12",  # anywhere on Earth
}
# Letters that mean summer (True) or winter (False): they say which of two equal wall times is meant.
SUMMER: Mapping[str, bool] = {
    **dict.fromkeys(("edt", "cdt", "mdt", "pdt", "akdt", "ndt", "adt", "hae", "cest", "mesz", "haec"), True),
    **dict.fromkeys(("west", "eest", "aedt", "acdt", "nzdt", "clst"), True),
    **dict.fromkeys(("est", "mst", "pst", "akst", "nst", "hne", "cet", "mez", "hec", "wet", "eet"), False),
    **dict.fromkeys(("aest", "acst", "nzst", "clt"), False),
}
AMBIGUOUS: Mapping[str, tuple[str, ...]] = {
    "ist": ("Asia/Kolkata", "Asia/Jerusalem", "Europe/Dublin"),
    "cst": ("America/Chicago", "Asia/Shanghai", "America/Havana"),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "ast": ("America/Halifax", "Asia/Riyadh"),
    "gst": ("Asia/Dubai", "Atlantic/South_Georgia"),
    "sst": ("Pacific/Pago_Pago", "Asia/Singapore"),
    "amt": ("America/Manaus", "Asia/Yerevan"),
    "ect": ("America/Guayaquil", UN_ZONE),
}
# What IANA and CLDR do not list, or list under a name that nobody types. A place has its country's clock.
_PLACES: Mapping[str, str] = {
    UN_ZONE: "geneva ginebra geneve genf ginevra genebra genf bern berne basel bale lausanne switzerland cern "
    "central_european central_europe centraleuropean europe_centrale europa_central europea_central "
    "centroeuropea zuerich swiss central_europea",
    "America/New_York": "washington washington_dc washington_d.c. dc nyc new_york_city nueva_york boston eastern "
    "us_eastern us_east philadelphia miami atlanta hora_del_este hora_este",
    "America/Toronto": "ottawa montreal quebec_city l'est",
    "America/Chicago": "houston dallas us_central austin minneapolis new_orleans central_time central_standard_time "
    "central_daylight_time",
    "America/Denver": "mountain us_mountain",
    "America/Los_Angeles": "san_francisco seattle pacific us_pacific portland san_diego hora_del_pacifico "
    "heure_du_pacifique",
    "America/Mexico_City": "ciudad_de_mexico cdmx mexico_df mexico centro_de_mexico mexique",
    "America/Sao_Paulo": "brasilia rio rio_de_janeiro sao_paulo",
    "America/Argentina/Buenos_Aires": "buenos_aires argentina argentine",
    "America/Bogota": "medellin cali",
    "America/Santiago": "santiago_de_chile",
    "America/Guayaquil": "quito",
    "Europe/London": "edinburgh glasgow uk cardiff british",
    "Europe/Madrid": "barcelona peninsular",
    "Europe/Athens": "eastern_european",
    "Europe/Lisbon": "western_european",
    "Europe/Paris": "lyon marseille strasbourg french francaise",
    "Europe/Berlin": "munich hamburg frankfurt cologne bonn german",
    "Europe/Amsterdam": "the_hague den_haag la_haye la_haya rotterdam",
    "Europe/Rome": "milan florence",
    "Europe/Moscow": "st_petersburg saint_petersburg",
    "Europe/Kyiv": "kiev kyiv lviv",
    "Asia/Kolkata": "delhi new_delhi mumbai bombay bangalore bengaluru chennai india hyderabad",
    "Asia/Shanghai": "beijing pekin pequin guangzhou",
    "Asia/Dubai": "abu_dhabi uae",
    "Asia/Karachi": "islamabad lahore",
    "Asia/Jerusalem": "tel_aviv",
    "Asia/Riyadh": "jeddah mecca",
    "Asia/Ho_Chi_Minh": "hanoi saigon",
    "Asia/Tokyo": "osaka kyoto",
    "Asia/Yangon": "rangoon",
    "Africa/Johannesburg": "cape_town pretoria durban le_cap ciudad_del_cabo",
    "Africa/Lagos": "abuja",
    "Africa/Nairobi": "mombasa east_africa",
    "Africa/Dar_es_Salaam": "dodoma",
    "Africa/Casablanca": "rabat",
    "Africa/Abidjan": "yamoussoukro",
    "Africa/Douala": "yaounde",
    "Australia/Sydney": "canberra",
    "Pacific/Auckland": "wellington",
}
# Countries with several zones whose name alone still means one. Source: CLDR, supplemental primaryZones.
_PRIMARY: Mapping[str, str] = {
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
# Cities of IANA that are words first: "la reunion del lunes", "Easter", "general".
_WORDS = "act, center, east, easter, general, la reunion, midway, north, reunion, south, troll, universal, wake"
_LOCALES = ("en", "es", "fr")  # whose names of cities and countries are known
_OFFSET = re.compile(r"(?:utc|gmt)?\s?([+-])(\d{1,2})(?::?([0-5]\d))?", re.ASCII)
# Offsets that are no whole hours: a zone without summer time that has them. Source: IANA tzdata.
_HALF_HOURS: Mapping[str, str] = {
    "+0330": "Asia/Tehran",
    "+0430": "Asia/Kabul",
    "+0530": "Asia/Kolkata",
    "+0545": "Asia/Kathmandu",
    "+0630": "Asia/Yangon",
    "+0930": "Australia/Darwin",
}
# "Geneva time", "hora de Ginebra", "heure de Geneve" and the like, on plain text.
_WRAPPED = re.compile(
    r"(?:hora|horario|heures?|time in|in|en|a) (?:local )?(?:(?:de la|de l'|del|des|du|de|d')\s?)?(.+)"
    r"|(.+?)(?:'s)?\s+(?:(?:standard|daylight|summer|winter|local)\s+)?time"
)
_NEAR = 72  # of 100: below it a suggestion puzzles more than it helps


def plain(text: str) -> str:
    """Text in lower case without accents, with single spaces: how names are compared."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(mark for mark in flat if not unicodedata.combining(mark)).split())


def known_zone(text: str) -> str | None:
    """The IANA name of what a person calls a zone, in any case; None where it is unknown or means several.

    Takes IANA names, cities, countries with one zone (English, Spanish, French), abbreviations such as ET or
    CEST (the zone that uses them, all year round), `UTC+2`, and all of these as in `Geneva time`.
    """
    name = plain(text[:64]).strip(" ()[].,")
    found = _names().get(name) or offset_zone(name)
    if found or name in AMBIGUOUS:
        return found
    wrapped = _WRAPPED.fullmatch(name)
    return _names().get(wrapped[1] or wrapped[2]) if wrapped else None


def offset_zone(name: str) -> str | None:
    """The zone of a fixed offset such as `UTC+2`, `-05:00` or `+5:30`; None where no zone has it."""
    written = _OFFSET.fullmatch(name)
    if written is None:
        return None
    sign, hours, minutes = written[1], int(written[2]), int(written[3] or 0)
    if minutes:
        return _HALF_HOURS.get(f"{sign}{hours:02}{minutes:02}")
    if not -12 <= int(f"{sign}{hours}") <= 14:
        return None
    return f"Etc/GMT{'-' if sign == '+' else '+'}{hours}" if hours else "Etc/UTC"


def nearest_zones(text: str) -> list[str]:
    """Up to five IANA names that a person may have meant, the nearest first."""
    from rapidfuzz import fuzz, process

    name = plain(text[:64])
    if name in AMBIGUOUS:
        return list(AMBIGUOUS[name])
    wrapped = _WRAPPED.fullmatch(name)
    name = (wrapped[1] or wrapped[2]) if wrapped else name
    several = _zones_of_countries().get(name, ())
    near = process.extract(name, _names().keys(), scorer=fuzz.ratio, score_cutoff=_NEAR, limit=20)
    return list(dict.fromkeys([*several, *(_names()[match] for match, _score, _at in near)]))[:5]


@lru_cache
def _names() -> Mapping[str, str]:
    """All plain names that mean one zone."""
    names: dict[str, str] = {country: zones[0] for country, zones in _zones_of_countries().items() if len(zones) == 1}
    for zone in sorted(iana_names()):
        names[plain(zone)] = names[plain(zone).replace("_", " ")] = zone
    names |= _cities()
    names |= {place.replace("_", " "): zone for zone, places in _PLACES.items() for place in places.split()}
    names |= ABBREVIATIONS
    return {name: zone for name, zone in names.items() if name not in {*AMBIGUOUS, *_WORDS.split(", ")}}


def _cities() -> dict[str, str]:
    from babel import Locale

    located = [zone for zone in sorted(iana_names()) if "/" in zone and not zone.startswith(("Etc/", "US/", "Canada/"))]
    cities = {re.sub(r"[_-]", " ", plain(zone.rpartition("/")[2])): zone for zone in located}
    for locale in _LOCALES:
        for zone, names in Locale.parse(locale).time_zones.items():
            if zone in iana_names() and "city" in names:
                cities[plain(names["city"])] = zone
    return cities


@lru_cache
def _zones_of_countries() -> Mapping[str, tuple[str, ...]]:
    """Each country's plain name in the known languages, with its zones or its primary one."""
    from babel import Locale
    from babel.core import get_global

    zones: dict[str, list[str]] = {}
    for zone, territory in get_global("zone_territories").items():
        if zone in iana_names():
            zones.setdefault(territory, []).append(zone)
    countries: dict[str, tuple[str, ...]] = {}
    for locale in _LOCALES:
        for territory, name in Locale.parse(locale).territories.items():
            if territory in zones:
                primary = _PRIMARY.get(territory)
                countries[plain(name)] = (primary,) if primary else tuple(sorted(zones[territory]))
    return countries
