"""Collects what Slack would refuse in all that a bot sends, and what a test has forbidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tests.counterparts.slack import limits

Json = dict[str, Any]

POSTING = {"chat.postMessage", "chat.postEphemeral", "chat.update", "chat.scheduleMessage", "chat.meMessage"}
VIEWS = {"views.open", "views.push", "views.update", "views.publish"}


@dataclass(frozen=True)
class Violation:
    """Something that Slack refuses, or that a reader would suffer from."""

    where: str
    told: str

    def __str__(self) -> str:
        return f"{self.where}: {self.told}"


class Judge:
    """Each question answers whether Slack would take it; what is wrong is kept for the test's end."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.forbidden: tuple[str, ...] = limits.BROADCASTS
        self.secret_words: list[str] = []

    def message(self, where: str, body: Json) -> bool:
        good = self._note(where, limits.message_problems(body))
        self._note(where, limits.style_problems(body))
        self.words(where, body)
        return good

    def view(self, where: str, view: Any) -> bool:
        good = self._note(where, limits.view_problems(view))
        self.words(where, view)
        return good

    def options(self, where: str, body: Any) -> bool:
        good = self._note(where, limits.options_problems(body))
        self.words(where, body)
        return good

    def call(self, method: str, body: Json) -> str | None:
        """The error that Slack would answer this call with, or None."""
        if method in POSTING:
            nothing = not body.get("text") and not body.get("blocks")
            return None if self.message(method, body) else "no_text" if nothing else "invalid_blocks"
        if method in VIEWS:
            return None if self._view_call(method, body.get("view")) else "invalid_arguments"
        self.words(method, body)
        return None

    def words(self, where: str, body: Any) -> None:
        self._note(where, limits.mention_problems(body, self.forbidden))
        for text in limits.strings(body):
            for word in self.secret_words:
                if word in text:
                    self.violated(where, f"carries the forbidden {word!r}")

    def violated(self, where: str, told: str) -> None:
        self.violations.append(Violation(where, told))

    def _view_call(self, method: str, view: Any) -> bool:
        home = isinstance(view, dict) and view.get("type") == "home"
        if home is (method != "views.publish") and method != "views.update":
            self.violated(method, "view.type: a modal is opened, a home is published")
        return self.view(method, view)

    def _note(self, where: str, told: Iterable[str]) -> bool:
        found = list(told)
        for sentence in found:
            self.violated(where, sentence)
        return not found
