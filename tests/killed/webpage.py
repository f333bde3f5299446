"""The page for trying as a browser without its scripts sees it: what can be pressed, and what a form asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx


@dataclass
class Shown(HTMLParser):
    """A page or a part of one."""

    text: str
    status: int
    hidden: dict[str, str] = field(default_factory=dict)  # what a form carries along
    asked: dict[str, str] = field(default_factory=dict)  # a form's questions, with what stands in them
    tokens: dict[str, str] = field(default_factory=dict)  # buttons, by what stands on them

    def __post_init__(self) -> None:
        super().__init__()
        self._token = self._select = ""
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note controls."""
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "button":
            self._token = value
        elif tag == "select":
            self._select = name
            self._ask(name, "")
        elif tag == "option" and "selected" in given:
            self._ask(self._select, value)
        elif tag == "input" and name.startswith("q."):
            self._ask(name, value)
        elif tag == "input" and name:
            self.hidden[name] = value

    def handle_data(self, data: str) -> None:
        """Note what stands on a button."""
        if self._token:
            self.tokens[data.strip()] = self._token
        self._token = ""

    def _ask(self, name: str, value: str) -> None:
        if name.startswith("q."):
            self.asked[name.removeprefix("q.")] = value


class Visitor:
    """Somebody at the page; `you` is the persona whom they chose."""

    def __init__(self, client: httpx.AsyncClient, you: str) -> None:
        self._client, self._who = client, {"you": you, "in": "direct"}

    async def says(self, line: str) -> Shown:
        """Type a line."""
        return await self._posts("say", {"text": line})

    async def presses(self, shown: Shown, label: str) -> Shown:
        """Press a button."""
        return await self._posts("press", {"token": shown.tokens[label]})

    async def submits(self, form: Shown, answers: Mapping[str, str]) -> Shown:
        """Submit a page of a form, with these answers to whatever of them it asks."""
        given = form.asked | {name: answers[name] for name in form.asked.keys() & answers.keys()}
        return await self._posts("submit", form.hidden | {f"q.{name}": value for name, value in given.items()})

    async def reads(self) -> Shown:
        """Open the page anew."""
        return _shown(await self._client.get("/", params=self._who))

    async def _posts(self, what: str, fields: Mapping[str, str]) -> Shown:
        own = {"Sec-Fetch-Site": "same-origin"}
        return _shown(await self._client.post(f"/chat/{what}", data={**fields, **self._who}, headers=own))


def _shown(answer: httpx.Response) -> Shown:
    return Shown(answer.text, answer.status_code)
