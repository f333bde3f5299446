"""Holds the Socket Mode connections: two, since over one the bot is deaf for seconds after each drop."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp

from adapters.slack.api import Api, quiet_logger
from adapters.slack.limits import NAME
from coalition_bot.clock import rest

CONNECTIONS = 2  # https://docs.slack.dev/apis/events-api/using-socket-mode#connections allows 10
PING_SECONDS = 3.0  # a dropped connection is noticed after as long
WATCH_SECONDS = 1.0
STRIKES = 3  # while the library reconnects, a loop of its may be between two lives
CLOSE_SECONDS = 3.0

log = structlog.get_logger(__name__)


async def hold(app: AsyncApp, api: Api, token: str, stop: asyncio.Event) -> None:
    """Keep the connections until told to stop; each is made anew when it cannot help itself any more."""
    await asyncio.gather(*(_keep(app, api, token, stop) for _number in range(CONNECTIONS)))


async def _keep(app: AsyncApp, api: Api, token: str, stop: asyncio.Event) -> None:
    while not stop.is_set():
        handler = AsyncSocketModeHandler(
            app, token, logger=quiet_logger(), web_client=api.client, ping_interval=PING_SECONDS
        )
        connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]
        strikes = 0
        try:
            while not stop.is_set() and strikes < STRIKES:
                await rest(stop, WATCH_SECONDS)
                strikes = strikes + 1 if _broken(handler, connecting) else 0
        finally:
            connecting.cancel()
            with suppress(TimeoutError, aiohttp.ClientError, ConnectionError):
                await asyncio.wait_for(handler.close_async(), CLOSE_SECONDS)  # type: ignore[no-untyped-call]
        if not stop.is_set():
            log.warning("connecting anew", platform=NAME)
            await rest(stop, WATCH_SECONDS)


def _broken(handler: AsyncSocketModeHandler, connecting: asyncio.Task[None]) -> bool:
    """Whether one of the library's own loops has ended, after which it would never hear anything again."""
    if not connecting.done():
        return False
    if connecting.cancelled() or connecting.exception() is not None:
        return True
    receiver = handler.client.message_receiver
    return handler.client.message_processor.done() or (receiver is not None and receiver.done())
