"""Makes an answer fit to be kept and shown; refuses what misleads the eye or cannot be shown at all."""

from __future__ import annotations

import unicodedata

from coalition_bot.fields.basics import Problem
from coalition_bot.words import _

ANSWER_MAX = 10_000  # nothing longer is looked at

# Zero-width space, byte-order mark, direction marks: dropped. Joiners (200C, 200D) stay: Persian needs them.
_INVISIBLE = frozenset("\u200b\ufeff\u200e\u200f\u2060\u00ad")
# Overrides and isolates make a line read other than it is (Unicode TR 36, "Bidirectional Text Spoofing").
_MISLEADING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(answer: str, *, multiline: bool = False) -> str:
    """An answer in composed form, trimmed; empty where nothing of it can be seen.

    Raises Problem for characters that mislead or cannot be shown.
    """
    if len(answer) > ANSWER_MAX:
        raise Problem(_("That is far too long. Please shorten it."))
    if answer.isprintable():  # then there is nothing to drop or to refuse; sheets have very many cells
        return unicodedata.normalize("NFC", answer).strip()
    text = unicodedata.normalize("NFC", answer.replace("\r\n", "\n"))
    text = "".join(sign for sign in text if sign not in _INVISIBLE)
    text = text.strip() if multiline else " ".join(text.split(" ")).replace("\t", " ").strip()
    if not multiline:
        text = text.replace("\n", " ")
    if any(forbidden(sign) for sign in text):
        raise Problem(_("This contains characters that cannot be shown. Please type it again by hand."))
    return text if any(map(_seen, text)) else ""


def _seen(sign: str) -> bool:
    """Whether a sign by itself can be seen; an answer without any is none."""
    return not sign.isspace() and unicodedata.category(sign) != "Cf"


def forbidden(sign: str) -> bool:
    """Whether a sign may stand in no answer."""
    if sign == "\n":
        return False
    return sign in _MISLEADING or unicodedata.category(sign) in {"Cc", "Cs", "Co"}
