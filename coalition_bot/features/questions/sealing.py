"""The words of a question and of its answer: sealed for this question of this coalition alone."""

from __future__ import annotations

from coalition_bot.features.questions.tables import Asked
from coalition_bot.vault import Unreadable, Vault
from coalition_bot.words import _


def sealed_question(vault: Vault, asked: Asked, words: str) -> bytes:
    """The words of a question, to be kept."""
    return vault.seal(words, *_binding(asked, "question"))


def sealed_answer(vault: Vault, asked: Asked, words: str) -> bytes:
    """The words of an answer, to be kept."""
    return vault.seal(words, *_binding(asked, "answer"))


def words_of(vault: Vault, asked: Asked) -> str:
    """What was asked."""
    return _opened(vault, asked.sealed, asked, "question")


def answer_of(vault: Vault, asked: Asked) -> str:
    """What was answered; empty while it is open."""
    return _opened(vault, asked.answer, asked, "answer") if asked.answer else ""


def _opened(vault: Vault, sealed: bytes, asked: Asked, part: str) -> str:
    try:
        return vault.open(sealed, *_binding(asked, part))
    except Unreadable:
        return _("(unreadable)")


def _binding(asked: Asked, part: str) -> tuple[object, ...]:
    return ("question", asked.coalition_id, asked.uid, asked.asked_by, part)
