"""Sentences for people, in the language of whoever reads them (gettext catalogues under `locales/`)."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

DOMAIN = "coalition_bot"
LOCALES = Path(__file__).parent / "locales"
SOURCE_LANGUAGE = "en"

_language: ContextVar[str] = ContextVar("language", default=SOURCE_LANGUAGE)


def N_(msgid: str) -> str:  # noqa: N802 - gettext's customary name for "translate later"
    """Mark a sentence for translation without translating it yet."""
    return msgid


def _(msgid: str) -> str:
    """The sentence in the current language; the English one where there is no translation."""
    return _catalogue(_language.get()).gettext(msgid) if msgid else ""


def n_(singular: str, plural: str, count: int) -> str:
    """The sentence in the current language, in the form that goes with `count`."""
    return _catalogue(_language.get()).ngettext(singular, plural, count)


def language() -> str:
    """The language now spoken, as a locale name such as `en` or `pt_BR`."""
    return _language.get()


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Speak the language `name` (a locale such as `fr` or `pt-BR`) inside the block."""
    token = _language.set(name.replace("-", "_") or SOURCE_LANGUAGE)
    try:
        yield
    finally:
        _language.reset(token)


@lru_cache
def _catalogue(name: str) -> gettext.NullTranslations:
    names = [name, name.partition("_")[0]]
    return gettext.translation(DOMAIN, LOCALES, languages=names, fallback=True)
