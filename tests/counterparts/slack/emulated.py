"""npm `emulate`, started once for all tests and begun anew for each, and how to ask it something."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from tests.counterparts.node import ensure_packages, start_node
from tests.counterparts.slack.background import Background
from tests.counterparts.slack.schema import FOLDER
from tests.counterparts.slack.wire import refusal

Json = dict[str, Any]


@dataclass
class Emulator:
    """The Node process."""

    url: str

    async def start_over(self, session: aiohttp.ClientSession, seed: Json, base_url: str) -> str:
        """An empty workspace, and its address."""
        async with session.post(self.url, json={"seed": seed, "baseUrl": base_url}) as answer:
            text = await answer.text()
            assert answer.status == 200, text
            return f"http://127.0.0.1:{json.loads(text)['port']}"


@contextmanager
def emulator() -> Iterator[Emulator]:
    ensure_packages(FOLDER)
    with start_node(FOLDER / "emulator.mjs") as running:
        yield Emulator(running.url)


@dataclass
class Emulated:
    """One workspace in it, reached without our checks."""

    session: aiohttp.ClientSession
    background: Background
    url: str
    bot_token: str

    async def send(self, method: str, body: Json, token: str | None = None) -> Json:
        """Whatever it answers."""
        return await self.background.there(self._post(method, body, self.bot_token if token is None else token))

    async def ask(self, method: str, body: Json, token: str | None = None) -> Json:
        """Anything but ok is a mistake in a test."""
        answer = await self.send(method, body, token)
        assert answer.get("ok"), f"{method}: {answer}"
        return answer

    async def _post(self, method: str, body: Json, token: str) -> Json:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        sent = {key: value for key, value in body.items() if key != "token" and value is not None}
        async with self.session.post(f"{self.url}/api/{method}", json=sent, headers=headers) as answer:
            if answer.status == 404:
                return refusal("unknown_method")
            told: Json = await answer.json(content_type=None)
            return told
