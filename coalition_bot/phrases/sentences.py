"""Splits a deadline's sentence: "Stakeholder report due 3 October 5pm" has a title, a verb and a phrase."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from coalition_bot.phrases.places import take_zone
from coalition_bot.phrases.reading import understand
from coalition_bot.phrases.results import Stop
from coalition_bot.phrases.scraps import PHRASE_MAX, ZONE, tidy
from coalition_bot.phrases.tongues import TONGUES

SENTENCE_MAX = 600
_PHRASE_WORDS = 16  # the longest trailing phrase tried where no verb tells where it begins
_VERBS_TRIED = 12
_ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # splitting asks whether words can be read, not when they are said


class Verb(StrEnum):
    """What happens at the moment."""

    DUE = "due"
    STARTS = "starts"
    OPENS = "opens"
    CLOSES = "closes"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A deadline's parts. `phrase` is empty where nothing in the sentence names a day or a time."""

    title: str
    verb: Verb
    phrase: str


_VERBS: dict[Verb, tuple[str, ...]] = {
    Verb.DUE: (
        r"(?:is |are |be )?due(?: date)?(?: is)?|deadline(?: is)?|must be in|to be submitted|to submit",
        r"vencen?|se entregan?|hay que entregar|entregar|(?:la )?fecha l[ií]mite(?: es)?|(?:el )?plazo(?: es)?",
        r"(?:est |sont )?[àa] rendre|(?:est |sont )?dus?|(?:est |sont )?dû(?:e|es|s)?|(?:la )?date limite(?: est)?"
        r"|(?:l')?[ée]ch[ée]ance(?: est)?|(?:est |sont )?attendue?s?",
    ),
    Verb.STARTS: (
        r"starts?|starting|begins?|takes? place|kicks? off",
        r"empiezan?|comienzan?|inician?|es|tiene lugar",
        r"commence(?:nt)?|d[ée]bute(?:nt)?|a lieu|ont lieu",
    ),
    Verb.OPENS: (r"opens?|opening", r"abren?|se abren?", r"(?:s')?ouvre(?:nt)?"),
    Verb.CLOSES: (
        r"closes?|closing|ends?|finishes",
        r"cierran?|se cierran?|terminan?",
        r"ferme(?:nt)?|finit|finissent|se termine(?:nt)?",
    ),
}
_ANY_VERB = re.compile(
    "|".join(rf"(?P<{verb}>\b(?:{'|'.join(words)})\b)" for verb, words in _VERBS.items()), re.IGNORECASE
)
# Words before a phrase that tell a happening from a last day.
_HAPPENS = re.compile(r"^(?:(?:on|at|from|el|la|a las?|le|à|au)\s+)", re.IGNORECASE)
_UNTIL = re.compile(
    r"^(?:(?:by|until|till|before|no later than|para el|para|hasta el|hasta|antes del?|avant le|avant|pour le"
    r"|jusqu'au)\s+)",
    re.IGNORECASE,
)
# Titles that end on one of these, or on its number, name something that takes place.
_EVENT = re.compile(
    r"\b(?:webinars?|meeting|call|training|workshop|briefing|seminario(?: web)?|reuni[oó]n|taller|webinaire|r[ée]union"
    r"|atelier|formation|s[ée]minaire)(?: *#?\d+)?$",
    re.IGNORECASE,
)
_EDGES = " \t\n,;:-–—."


def split(sentence: str, languages: Sequence[str] = ("en",)) -> Sentence:
    """The title, the verb and the phrase of a sentence.

    The verb is the first one after which everything can be read as a moment. Without one, the longest end that
    can be read is the phrase; then "on" or a title such as "Webinar #10" makes it an event that starts, anything
    else a day on which it is due. A sentence without a title has an empty one.
    Raises nothing: an unreadable phrase is handed on as it is, for `read` to refuse.
    """
    text = " ".join(sentence[:SENTENCE_MAX].split())
    first: Sentence | None = None
    if _readable(text, languages):
        return Sentence("", Verb.DUE, text)
    for verb, start, end in list(_verbs(text))[:_VERBS_TRIED]:
        found = Sentence(text[:start].strip(_EDGES), verb, text[end:].strip(_EDGES))
        if not found.phrase:
            continue
        if _readable(found.phrase, languages):
            return found
        first = first or found
    return _without_verb(text, languages) or first or Sentence(text, Verb.DUE, "")


def _verbs(text: str) -> Iterator[tuple[Verb, int, int]]:
    for match in _ANY_VERB.finditer(text):
        yield Verb(match.lastgroup or Verb.DUE), match.start(), match.end()


def _without_verb(text: str, languages: Sequence[str]) -> Sentence | None:
    starts = [match.start() for match in re.finditer(r"(?<=\s)\S", text)]
    for start in starts[-_PHRASE_WORDS:]:
        phrase = text[start:]
        if _readable(phrase, languages) and not _begins_with_zone(phrase, languages):
            happens, until = _HAPPENS.match(phrase), _UNTIL.match(phrase)
            title = text[:start].strip(_EDGES)
            verb = Verb.STARTS if (happens or _EVENT.search(title)) and not until else Verb.DUE
            said = happens if happens and phrase[: happens.end()].strip().casefold() in ("on", "from") else None
            return Sentence(title, verb, phrase[said.end() if said else 0 :].strip(_EDGES))
    return None


def _readable(phrase: str, languages: Sequence[str]) -> bool:
    if len(phrase) > PHRASE_MAX:
        return False
    try:
        found = understand(phrase, tidy(phrase), now=_ANY_DAY, zone="Etc/UTC", languages=languages)
    except Stop:
        return True
    return found is not None


def _begins_with_zone(phrase: str, languages: Sequence[str]) -> bool:
    """ "Housing in Kenya, 3 October": a place at the front belongs to the title."""
    for code in dict.fromkeys([*languages, *TONGUES]):
        tongue = TONGUES.get(code)
        if tongue is None:
            continue
        try:
            left, _place = take_zone(tidy(phrase), tongue)
        except Stop:
            return False
        words = [word for word in left.split() if word not in tongue.fillers]
        if words and words[0] == ZONE:
            return True
    return False
