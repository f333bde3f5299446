"""Answers what people do on Discord: within three seconds, in private, and where they stand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import aiohttp
import structlog

from adapters.discord import files, render, requests
from adapters.discord.modal import modal
from adapters.discord.render import EPHEMERAL, Drawn
from adapters.discord.requests import Act, Kind
from adapters.discord.rest import Refused, Rest
from adapters.discord.tree import choices
from coalition_bot import bugs
from coalition_bot.bot import HELP, Bot, Request
from coalition_bot.buttons import with_tokens
from coalition_bot.command import Button, Form, Reply, Style, Tone
from coalition_bot.platform import TryLater
from coalition_bot.words import _, speaking

Json = dict[str, Any]

# Discord waits 3 s for the first answer:
# https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction
DIRECT_SECONDS = 2.0
DIRECT_BYTES = 250_000  # a larger file may be longer on its way than Discord waits
# https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-interaction-callback-type
MESSAGE, DEFERRED, UPDATE, SUGGESTIONS, MODAL = 4, 5, 7, 8, 9
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
TOO_LATE, ANSWERED_ALREADY = 10062, 40060
UNREADABLE = 50035

log = structlog.get_logger(__name__)

Settle = Callable[[Request], Awaitable[Request]]


class Answering:
    """Brings acts to the door, and its outcomes back."""

    def __init__(self, bot: Bot, rest: Rest, settle: Settle) -> None:
        """Take the door, the way to Discord, and who says where a direct message belongs."""
        self._bot, self._rest, self._settle = bot, rest, settle

    async def act(self, act: Act) -> None:
        """Answer an interaction. What Discord does not take any more is only noted."""
        with speaking(act.visitor.language):
            try:
                await (self._suggest(act) if act.kind is Kind.TYPING else self._answer(act))
            except Refused as refused:
                if refused.code == UNREADABLE:
                    await self._apologise(act, refused)
                else:
                    log.info("answer not taken", status=refused.status, code=refused.code)
            except (aiohttp.ClientError, TimeoutError, TryLater) as error:
                log.warning("cannot answer", error=type(error).__name__)
            except Exception as bug:
                # The door has done its part; nobody should be left without a word because the drawing failed.
                await self._apologise(act, bug)

    async def written(self, request: Request, channel: str) -> None:
        """Answer somebody who wrote to the bot in private."""
        outcome = await self._bot.answer(await self._settle(request))
        drawn = render.reply(outcome) if isinstance(outcome, Reply) else render.between(outcome)
        await self._post(channel, drawn)

    async def called(self, channel: str) -> None:
        """Answer a mention, which all can read: with a button, whose press is answered in private."""
        say = _("You can talk to me with commands that begin with a slash. Only you see what I answer.")
        pointer = Reply(say, buttons=(Button(_("What can I do?"), HELP, style=Style.PRIMARY),))
        await self._post(channel, render.reply(with_tokens(pointer)))

    async def _post(self, channel: str, drawn: Drawn) -> None:
        try:
            await self._rest.send("POST", f"/channels/{channel}/messages", drawn)
        except Refused as refused:
            log.info("cannot write back", status=refused.status, code=refused.code)
        except (aiohttp.ClientError, TimeoutError, TryLater) as error:
            log.warning("cannot write back", error=type(error).__name__)

    # Suggestions

    async def _suggest(self, act: Act) -> None:
        asked, question, typed = requests.typing(act, self._bot.prefix)
        work = asyncio.ensure_future(self._suggestions(asked, question, typed))
        done, _waiting = await asyncio.wait({work}, timeout=DIRECT_SECONDS)
        found = choices(work.result()) if done and work.exception() is None else []
        await self._first(act, {"type": SUGGESTIONS, "data": {"choices": found}})

    async def _suggestions(self, asked: Request, question: str, typed: str) -> list[Any]:
        return await self._bot.suggestions(await self._settle(asked), question, typed)

    # Answers

    async def _answer(self, act: Act) -> None:
        work = asyncio.ensure_future(self._outcome(act))
        done, _waiting = await asyncio.wait({work}, timeout=DIRECT_SECONDS)
        try:
            if done and not _is_heavy(work.result()):
                await self._at_once(act, work.result())
                return
            await self._first(act, {"type": DEFERRED, "data": {"flags": EPHEMERAL}})
            await self._later(act, await work)
        finally:
            work.add_done_callback(_let_go)

    async def _outcome(self, act: Act) -> Reply | Form:
        asked = requests.request(act, self._bot.prefix)
        attached = await files.fetch(self._rest, act, self._bot.takes_files(asked.command))
        return await self._bot.answer(await self._settle(replace(asked, files=attached)))

    async def _at_once(self, act: Act, outcome: Reply | Form) -> None:
        if isinstance(outcome, Form) and act.kind is not Kind.FORM:
            await self._first(act, {"type": MODAL, "data": modal(outcome)})
            return
        drawn = render.between(outcome) if isinstance(outcome, Form) else render.reply(outcome)
        if isinstance(outcome, Reply) and outcome.public:
            await self._say(act, MESSAGE, drawn)
        elif act.from_step and (isinstance(outcome, Form) or outcome.tone is not Tone.PROBLEM):
            # It takes the place of the button that led here, unless that is still needed to try again.
            await self._say(act, UPDATE, render.private(drawn))
        else:
            await self._say(act, MESSAGE, render.private(drawn))

    async def _say(self, act: Act, kind: int, drawn: Drawn) -> None:
        await self._twice(lambda: self._rest.send("POST", _callback(act), drawn, kind=kind, by_token=True))

    async def _first(self, act: Act, body: Json) -> None:
        await self._twice(lambda: self._rest.answer(_callback(act), body))

    async def _twice(self, call: Callable[[], Awaitable[object]]) -> None:
        """A connection may have been closed while it was idle; if the first try arrived, the second is refused."""
        try:
            await call()
        except aiohttp.ClientConnectionError:
            await call()

    async def _later(self, act: Act, outcome: Reply | Form) -> None:
        """The answer after "thinking", which only this person sees."""
        hook = f"/webhooks/{act.application}/{act.token}"
        drawn = render.between(outcome) if isinstance(outcome, Form) else render.reply(outcome)
        public = isinstance(outcome, Reply) and outcome.public
        mine = render.sentence(_("Posted for everybody here.")) if public else drawn
        await self._rest.send("PATCH", f"{hook}/messages/@original", mine, by_token=True)
        if public:
            await self._rest.send("POST", hook, drawn, by_token=True)

    async def _apologise(self, act: Act, error: Exception) -> None:
        """Say that it was done though it cannot be shown, and under which reference the log has the bug."""
        say = _("I could not show you the answer, but what you asked for was done. Please tell whoever runs me: {ref}.")
        sorry = render.private(render.sentence(say.format(ref=bugs.report(error, during="drawing"))))
        with suppress(Refused, TryLater, aiohttp.ClientError, TimeoutError):
            await self._rest.send("POST", _callback(act), sorry, kind=MESSAGE, by_token=True)


def _is_heavy(outcome: Reply | Form) -> bool:
    return isinstance(outcome, Reply) and bool(outcome.file and outcome.file.size > DIRECT_BYTES)


def _let_go(work: asyncio.Future[Reply | Form]) -> None:
    if not work.cancelled() and work.exception() is None and isinstance(reply := work.result(), Reply):
        reply.close()


def _callback(act: Act) -> str:
    return f"/interactions/{act.id}/{act.token}/callback"
