"""The web page as a platform: its routes, and how a message reaches it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from adapters.web import people, posts, sample
from adapters.web.chat import Chat
from adapters.web.guard import WithHeaders, is_loopback
from adapters.web.limits import LIMITS
from adapters.web.people import COMMUNITY, PERSONAS, PLATFORM, Persona
from coalition_bot.bot import Bot
from coalition_bot.platform import Admission, Gone, Parcel
from coalition_bot.settings import Settings
from coalition_bot.words import N_

STATIC = Path(__file__).parent / "static"


class Web:
    """The page for trying. Where it is closed, its address only says that the bot runs."""

    name = PLATFORM
    limits = LIMITS
    single = False

    def __init__(self, settings: Settings, bot: Bot, personas: Iterable[Persona] = PERSONAS) -> None:
        """Take the bot that answers, and the people whom a visitor can be."""
        self._settings, self._bot = settings, bot
        self.personas = {persona.account: persona for persona in personas}
        self._prepared, self._preparing = False, asyncio.Lock()
        self._chat = Chat(bot, self.personas, self._is_open, self._prepare)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """The page and what it needs; where it may not be tried, a plain page and nothing of the chat."""
        chat, guarded = self._chat, [Middleware(WithHeaders)]
        routes: list[BaseRoute] = [
            Route("/", chat.page, middleware=guarded),
            Mount("/static", StaticFiles(directory=STATIC), middleware=guarded),
        ]
        if not self._settings.tries_web:
            return routes
        posted = {
            "say": chat.say,
            "press": chat.press,
            "submit": chat.submit,
            "suggest": chat.suggest,
            "options": chat.options,
        }
        routes += [
            Route(f"/chat/{name}", chat.posting(handler), methods=["POST"], middleware=guarded)
            for name, handler in posted.items()
        ]
        return [*routes, Route("/chat/events", chat.events, middleware=guarded)]

    async def connect(self, stop: asyncio.Event) -> None:
        """Prepare the sample coalition; at `stop` let go of the browsers that wait for news."""
        if self._settings.tries_web:
            await self._prepare()
        await stop.wait()
        self._chat.ending.set()

    async def send(self, parcel: Parcel) -> str:
        """Store a message for the browsers that read there; a repeat finds the first one. Raises Gone."""
        place = parcel.place
        if place.community != COMMUNITY or not (place.private or place.channel in people.CHANNELS):
            raise Gone(N_("The page for trying has no such conversation."))
        bot, now = self._bot, self._bot.clock.now()
        number = await asyncio.to_thread(
            bot.db.write, lambda session: posts.write(session, bot.vault, parcel.uid, place, parcel.reply, now)
        )
        return str(number)

    async def admit(self, admission: Admission) -> None:
        """Nothing: everybody on the page is in all its channels."""

    async def close(self) -> None:
        """Let go of the browsers that wait for news."""
        self._chat.ending.set()

    def _is_open(self, request: Request) -> bool:
        return self._settings.tries_web and (self._settings.try_web or is_loopback(request))

    async def _prepare(self) -> None:
        """Create the sample coalition, once. Where the database is away, the next visitor tries again."""
        async with self._preparing:
            if not self._prepared:
                wanted = self._settings.sample
                self._prepared = not wanted or await asyncio.to_thread(sample.create, self._bot)
