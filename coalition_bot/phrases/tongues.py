"""The languages that have tables of their own; another one is one file more and one name here."""

from collections.abc import Mapping

from coalition_bot.phrases.english import ENGLISH
from coalition_bot.phrases.french import FRENCH
from coalition_bot.phrases.spanish import SPANISH
from coalition_bot.phrases.tongue import Tongue

TONGUES: Mapping[str, Tongue] = {tongue.code: tongue for tongue in (ENGLISH, SPANISH, FRENCH)}
