"""Names as they are compared: those that look or read alike fold to the same."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def fold(name: str, longest: int | None = None) -> str:
    """The name without case, accents of width, punctuation that people leave out, and invisible signs.

    Cut at `longest` characters, for a column: a single sign may unfold to several letters.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(_bare(sign) for sign in plain).split())[:longest]


@lru_cache(maxsize=4096)  # names have few different signs, and a long sheet has very many names
def _bare(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Cf" or sign in "'’ʼ`´.":
        return ""
    return " " if category[0] in "ZP" else sign
