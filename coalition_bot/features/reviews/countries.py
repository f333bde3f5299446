"""States under review: the members of the United Nations, by name in the language of whoever reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from coalition_bot.context import Context
from coalition_bot.fields import Option
from coalition_bot.moments import plain
from coalition_bot.words import language

# All 193 (https://www.un.org/en/about-us/member-states), by ISO 3166-1 code; names are CLDR's.
_MEMBERS = (
    "AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN "
    "CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HN HR HT "
    "HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME "
    "MG MH MK ML MM MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PT PW PY QA RO RS RU "
    "RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TZ UA UG US UY UZ VC "
    "VE VN VU WS YE ZA ZM ZW"
)
MEMBERS = tuple(_MEMBERS.split())

# How the UN and ordinary people call some of them where CLDR does not; in `plain` spelling.
_ALSO: Mapping[str, str] = {
    "us": "US",
    "usa": "US",
    "u.s.": "US",
    "u.s.a.": "US",
    "united states of america": "US",
    "uk": "GB",
    "u.k.": "GB",
    "great britain": "GB",
    "united kingdom of great britain and northern ireland": "GB",
    "uae": "AE",
    "drc": "CD",
    "democratic republic of the congo": "CD",
    "congo": "CG",
    "republic of the congo": "CG",
    "ivory coast": "CI",
    "cote d'ivoire": "CI",
    "czech republic": "CZ",
    "swaziland": "SZ",
    "cabo verde": "CV",
    "viet nam": "VN",
    "burma": "MM",
    "myanmar": "MM",
    "turkey": "TR",
    "macedonia": "MK",
    "east timor": "TL",
    "brunei darussalam": "BN",
    "russian federation": "RU",
    "iran (islamic republic of)": "IR",
    "islamic republic of iran": "IR",
    "syrian arab republic": "SY",
    "republic of korea": "KR",
    "democratic people's republic of korea": "KP",
    "dprk": "KP",
    "lao people's democratic republic": "LA",
    "republic of moldova": "MD",
    "united republic of tanzania": "TZ",
    "bolivia (plurinational state of)": "BO",
    "venezuela (bolivarian republic of)": "VE",
    "micronesia (federated states of)": "FM",
    "kingdom of the netherlands": "NL",
    "holland": "NL",
}


def country_name(code: str) -> str:
    """What the country with this code is called in the language now spoken; the code where nobody knows."""
    return country_names(language()).get(code, code)


@lru_cache
def country_names(locale: str) -> Mapping[str, str]:
    """The names of all countries and territories by code, in a language; English where it is unknown."""
    from babel import Locale, UnknownLocaleError

    try:
        known = Locale.parse(locale).territories
    except (ValueError, UnknownLocaleError):
        known = Locale.parse("en").territories
    return {code: name for code, name in known.items() if len(code) == 2 and code not in _NO_COUNTRIES}


# CLDR lists these beside countries.
_LISTED_BESIDE = "AC AQ BV CP CQ DG EA EU EZ HM IC QO TA UM UN XA XB ZZ"
_NO_COUNTRIES = frozenset(_LISTED_BESIDE.split())


def suggest_states(ctx: Context, typed: str) -> Sequence[Option]:
    """Members of the UN whose name has what was typed in it, those that begin with it first."""
    wanted = plain(typed)
    if wanted in _ALSO:
        return [Option(_ALSO[wanted], typed.strip())]
    names = country_names(language())
    options = [Option(code, names.get(code, code)) for code in MEMBERS]
    found = [option for option in options if wanted in plain(option.label) or typed == option.value]
    return sorted(found, key=lambda option: (not plain(option.label).startswith(wanted), plain(option.label)))
