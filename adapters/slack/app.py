"""The Slack adapter: one slack-bolt app behind the HTTP endpoint and behind Socket Mode, and the way out."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.slack import limits, sockets
from adapters.slack.api import TROUBLE, Api, quiet_logger
from adapters.slack.channels import Channels
from adapters.slack.conversation import Conversation
from adapters.slack.gate import Gate
from adapters.slack.manifest import PATH
from adapters.slack.markup import Json
from adapters.slack.posts import Posts
from adapters.slack.requests import Goodbye, Malformed
from adapters.slack.visitors import Unknown, Visitors
from coalition_bot import bugs
from coalition_bot.bot import Bot
from coalition_bot.db import Away
from coalition_bot.platform import Admission, Limits, Parcel
from coalition_bot.settings import Settings

EVERY = re.compile(r".*", re.DOTALL)

log = structlog.get_logger(__name__)


class Slack:
    """Slack as a platform of the bot."""

    name = limits.NAME
    limits: Limits = limits.LIMITS
    single = False

    def __init__(self, settings: Settings, bot: Bot) -> None:
        """Take settings and bot; nothing is connected yet. Raises ValueError for a command that Slack cannot offer."""
        limits.check((command.spec for command in bot.commands.values()), bot.prefix)
        self._settings = settings
        self._api = Api(settings.slack_bot_token, settings.slack_api_url)
        self._posts, self._channels = Posts(self._api), Channels(self._api)
        self._conversation = Conversation(bot, self._api, Visitors(self._api, bot.clock), self._posts)
        self._app = self._listening(settings)
        self._gate = (
            Gate(settings.slack_signing_secret, bot.clock, self._dispatch) if settings.slack_signing_secret else None
        )

    @property
    def routes(self) -> list[Route]:
        """The endpoint for Slack's events, where a signing secret is set."""
        return [Route(PATH, self._gate.__call__, methods=["POST"])] if self._gate else []

    async def connect(self, stop: asyncio.Event) -> None:
        """Hold the Socket Mode connections until `stop`; returns at once where there is no app token."""
        if self._settings.slack_app_token:
            await sockets.hold(self._app, self._api, self._settings.slack_app_token, stop)

    async def send(self, parcel: Parcel) -> str:
        """Post a message. Raises TryLater or Gone."""
        return await self._posts.send(parcel)

    async def admit(self, admission: Admission) -> None:
        """Let somebody into a channel or take them out. Raises TryLater or Gone."""
        await self._channels.admit(admission)

    async def close(self) -> None:
        """Finish what is in hand, and close the connections to Slack."""
        await self._conversation.close()
        await self._api.close()

    def _listening(self, settings: Settings) -> AsyncApp:
        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            return await self._authorize(enterprise_id, team_id)  # bolt would hand a method its `self` twice

        app = AsyncApp(
            name="slack_sdk.coalition_bot",
            logger=quiet_logger(),
            client=AsyncWebClient(base_url=settings.slack_api_url, logger=quiet_logger()),
            authorize=authorize,
            request_verification_enabled=False,  # the gate has done it; Socket Mode needs none
            # The answer goes out in the HTTP response itself; otherwise bolt looks every 10 ms whether there is one.
            process_before_response=True,
        )
        app.command(EVERY)(self._slash)
        app.action(EVERY)(self._press)
        app.view(EVERY)(self._submit)
        app.view_closed(EVERY)(_ignored)
        app.shortcut(EVERY)(_ignored)
        app.options(EVERY)(self._suggest)
        app.event("message")(self._direct)
        app.event("app_mention")(self._mentioned)
        app.event("app_home_opened")(self._opened_home)
        app.event("team_join")(self._joined)
        app.event("app_uninstalled")(self._uninstalled)
        app.event("tokens_revoked")(self._revoked)
        app.event(EVERY)(_ignored)
        app.error(_failed)
        return app

    async def _authorize(self, enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """Whose event it is, asked of Slack once: bolt itself would ask at every event."""
        try:
            home = await self._api.home()
        except TROUBLE as error:
            log.warning("cannot ask about myself", platform=self.name, error=type(error).__name__)
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=home.team,
            team=home.name,
            bot_id=home.bot,
            bot_user_id=home.bot_user,
            bot_token=self._settings.slack_bot_token,
        )

    async def _dispatch(self, body: Json, headers: dict[str, str]) -> Response:
        """What the gate has let in goes the same way as what comes over a socket."""
        try:
            request = AsyncBoltRequest(mode="socket_mode", body=body, headers=dict(headers))
        except (TypeError, KeyError, IndexError, AttributeError):
            return PlainTextResponse("not a request of Slack's\n", 400)
        answer = await self._app.async_dispatch(request)
        return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())

    async def _slash(self, ack: AsyncAck, body: Json) -> None:
        message = await self._conversation.slash(body)
        await (ack(message) if message else ack())

    async def _press(self, ack: AsyncAck, body: Json) -> None:
        await self._conversation.press(body)
        await ack()

    async def _submit(self, ack: AsyncAck, body: Json) -> None:
        await ack(await self._conversation.submit(body))

    async def _suggest(self, ack: AsyncAck, body: Json) -> None:
        await ack(await self._conversation.suggest(body))

    async def _direct(self, body: Json) -> None:
        await self._conversation.direct(body)

    async def _mentioned(self, body: Json) -> None:
        await self._conversation.mentioned(body)

    async def _opened_home(self, body: Json) -> None:
        await self._conversation.opened_home(body)

    async def _joined(self, body: Json) -> None:
        await self._conversation.joined(body)

    async def _uninstalled(self) -> None:
        log.warning("uninstalled", platform=self.name)
        self._posts.removed = True

    async def _revoked(self, event: Json) -> None:
        if Goodbye.read(event).tokens.bot:
            log.warning("token revoked", platform=self.name)
            self._posts.removed = True


async def _ignored(ack: AsyncAck) -> None:
    await ack()


async def _failed(error: Exception, body: dict[str, Any]) -> BoltResponse:
    """What bolt does with an error of a listener: nothing of the payload gets into the log."""
    if isinstance(error, Malformed):
        return BoltResponse(status=400, body="")
    if isinstance(error, (*TROUBLE, Unknown, Away)):  # not acknowledged, an event comes again
        log.warning("Slack did not take an answer", platform=limits.NAME, error=type(error).__name__)
        return BoltResponse(status=500, body="")
    reference = bugs.report(error, platform=limits.NAME)
    if body.get("command"):
        return BoltResponse(status=200, body=bugs.sorry(reference))
    return BoltResponse(status=500, body="")
