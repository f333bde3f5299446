"""What people do in Slack, and how each is answered within the three seconds that Slack waits."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from slack_sdk.errors import SlackApiError

from adapters.slack import files, modal, render, requests
from adapters.slack.api import TROUBLE, Api, Home, code
from adapters.slack.limits import NAME
from adapters.slack.markup import Json
from adapters.slack.posts import Posts
from adapters.slack.requests import Arrival, Deed, Event, Slash, View
from adapters.slack.visitors import Unknown, Visitors
from coalition_bot.bot import HELP, Bot, Request
from coalition_bot.command import Form, Reply, Tone
from coalition_bot.context import Visitor
from coalition_bot.people import Place
from coalition_bot.request import is_command
from coalition_bot.words import _, speaking

# https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response: three seconds, and a
# trigger_id lives as long
ANSWER_SECONDS = 2.0
OPEN_SECONDS = 2.4
GRACE_SECONDS = 5.0
SEEN = timedelta(minutes=15)  # Slack delivers an event again after five minutes at the latest

T = TypeVar("T")
log = structlog.get_logger(__name__)


class Conversation:
    """Turns deeds into requests for the door, and its outcomes into what Slack shows."""

    def __init__(self, bot: Bot, api: Api, visitors: Visitors, posts: Posts) -> None:
        """Take the door, and the ways to Slack."""
        self._bot, self._api, self._visitors, self._posts = bot, api, visitors, posts
        self._tasks: set[asyncio.Task[Any]] = set()
        self._seen: dict[str, datetime] = {}

    # A slash command

    async def slash(self, body: Json) -> Json | None:
        """The message with which a slash command is answered; None where a modal has opened."""
        typed = Slash.read(body)
        task = self._start(self._slashed(typed))
        if await _within(task, ANSWER_SECONDS):
            return task.result()
        self._start(self._slash_later(task, typed))
        with speaking(self._visitors.language(typed.user_id)):
            return {"response_type": "ephemeral", "text": _("One moment…")}

    async def _slashed(self, typed: Slash) -> Json | None:
        began = _seconds()
        home = await self._home(typed.team_id)
        outcome, visitor = await self._typed(
            typed.trigger_id,
            requests.place(home.team, typed.channel_id, typed.user_id, typed.channel_name),
            typed.user_id,
            f"{typed.command} {typed.text}",
            home,
        )
        with speaking(visitor.language):
            if isinstance(outcome, Form):
                if await self._open(outcome, typed.trigger_id, began, home.team, typed.channel_id):
                    return None
                outcome = modal.invitation(outcome)
            return {"response_type": _audience(outcome), **render.message(outcome)}

    async def _slash_later(self, task: asyncio.Task[Json | None], typed: Slash) -> None:
        message = await task
        if message is not None:
            await self._respond(typed.response_url, typed.user_id, message)

    # A button

    async def press(self, body: Json) -> None:
        """Somebody pressed a button, in a message, a modal or the App Home."""
        deed = Deed.read(body)
        if deed.pressed:
            await self._at_most(self._pressed(deed))

    async def _pressed(self, deed: Deed) -> None:
        began = _seconds()
        home = await self._home(deed.team.id if deed.team else "")
        channel = deed.channel.id if deed.channel else deed.view.slip.channel if deed.view else ""
        place = requests.place(home.team, channel, deed.user.id, deed.channel.name if deed.channel else "")
        outcome, visitor = await self._ask(deed.id, place, deed.user.id, home, press=deed.pressed)
        with speaking(visitor.language):
            if deed.view is None:
                await self._answer_message(outcome, deed, began, home.team, channel)
            elif deed.view.type == "modal":
                await self._update(deed.view, _view(outcome, home.team, channel), outcome, deed.user.id)
                await self._publish(outcome, channel)
            else:
                await self._answer_home(outcome, deed, began, home.team)

    async def _answer_message(self, outcome: Reply | Form, deed: Deed, began: float, team: str, channel: str) -> None:
        if isinstance(outcome, Form):
            if await self._open(outcome, deed.trigger_id, began, team, channel):
                return
            outcome = modal.invitation(outcome)
        thread = deed.container.thread_ts if deed.container else ""
        message = {"response_type": _audience(outcome), "replace_original": False, **render.message(outcome)}
        await self._respond(deed.response_url, deed.user.id, {**message, **({"thread_ts": thread} if thread else {})})

    async def _answer_home(self, outcome: Reply | Form, deed: Deed, began: float, team: str) -> None:
        if not await self._open(outcome, deed.trigger_id, began, team, ""):
            await self._write(deed.user.id, modal.invitation(outcome) if isinstance(outcome, Form) else outcome)

    # A modal

    async def submit(self, body: Json) -> Json:
        """What Slack is told after a page of a form was submitted."""
        deed = Deed.read(body)
        view = deed.view
        if view is None or not view.slip.command:
            return {"response_action": "clear"}
        home = await self._home(deed.team.id if deed.team else "")
        task = self._start(self._submitted(deed, view, home))
        if await _within(task, ANSWER_SECONDS):
            outcome, visitor = task.result()
            with speaking(visitor.language):
                self._start(self._publish(outcome, view.slip.channel))
                return modal.submitted(outcome, view.asked, home.team, view.slip.channel, view.depth)
        self._start(self._submit_later(task, view, home))
        with speaking(self._visitors.language(deed.user.id)):
            return {"response_action": "update", "view": modal.waiting_view(view.slip)}

    async def _submitted(self, deed: Deed, view: View, home: Home) -> tuple[Reply | Form, Visitor]:
        given = requests.answers(view, home.team)
        slip = view.slip
        return await self._ask(
            deed.id,
            requests.place(home.team, slip.channel, deed.user.id),
            deed.user.id,
            home,
            command=slip.command,
            draft=slip.draft,
            answers=given,
            files=await files.fetch(self._api, view, self._bot.takes_files(slip.command)),
            names=await self._names(given, {}, home.team),
        )

    async def _submit_later(self, task: asyncio.Task[tuple[Reply | Form, Visitor]], view: View, home: Home) -> None:
        outcome, visitor = await task
        with speaking(visitor.language):
            await self._update(view, _view(outcome, home.team, view.slip.channel), outcome, visitor.account)
            await self._publish(outcome, view.slip.channel)

    async def suggest(self, body: Json) -> Json:
        """Options for a select, after what was typed into it."""
        deed = Deed.read(body)
        task = self._start(self._suggested(deed))
        if not await _within(task, ANSWER_SECONDS):
            return {"options": []}
        return {"options": task.result()}

    async def _suggested(self, deed: Deed) -> list[Json]:
        if deed.view is None:
            return []
        home = await self._home(deed.team.id if deed.team else "")
        try:
            visitor = await self._visitors.find(deed.user.id, home.team)
        except Unknown:
            return []
        slip = deed.view.slip
        place = requests.place(home.team, slip.channel, deed.user.id)
        request = Request(id="", place=place, visitor=visitor, command=slip.command)
        return modal.options(await self._bot.suggestions(request, deed.action_id, deed.value))

    # Words to the bot, and its home

    async def direct(self, body: Json) -> None:
        """Somebody wrote to the bot: a command, or anything else, which is answered with help."""
        event = Event.read(body)
        said = event.event
        if said.channel_type == "im" and said.user and not said.subtype and not said.bot_id:
            await self._once(event, self._spoken(event))

    async def mentioned(self, body: Json) -> None:
        """Somebody mentioned the bot in a channel."""
        event = Event.read(body)
        if event.event.user and not event.event.subtype and not event.event.bot_id:
            await self._once(event, self._spoken(event))

    async def _spoken(self, event: Event) -> None:
        said = event.event
        home = await self._home(event.team_id)
        line = said.text.replace(f"<@{home.bot_user}>", " ").strip()
        place = requests.place(home.team, said.channel, said.user)
        outcome, visitor = await self._typed(event.event_id, place, said.user, line, home, only_commands=True)
        with speaking(visitor.language):
            reply = modal.invitation(outcome) if isinstance(outcome, Form) else outcome
            message = render.message(reply)
        thread = said.thread_ts or None
        if place.private or reply.public:
            await self._posts.say(said.channel, message, thread)
            return
        try:
            await self._api.client.chat_postEphemeral(channel=said.channel, user=said.user, thread_ts=thread, **message)
        except SlackApiError:
            await self._write(said.user, reply)

    async def opened_home(self, body: Json) -> None:
        """Somebody opened the App Home."""
        event = Event.read(body)
        if event.event.tab == "home" and event.event.user:
            await self._once(event, self._shown_home(event))

    async def _shown_home(self, event: Event) -> None:
        home = await self._home(event.team_id)
        place = requests.place(home.team, "", event.event.user)
        outcome, visitor = await self._ask(event.event_id, place, event.event.user, home, command=HELP)
        with speaking(visitor.language):
            reply = modal.invitation(outcome) if isinstance(outcome, Form) else outcome
            view = modal.home_view(reply)
        await self._api.client.views_publish(user_id=event.event.user, view=view)

    async def joined(self, body: Json) -> None:
        """Somebody has come into the workspace."""
        event = Arrival.read(body)
        await self._once(event, self._welcome(event))

    async def _welcome(self, event: Arrival) -> None:
        """Raises Unknown or Away, so that the event comes again."""
        home = await self._home(event.team_id)
        account = event.event.user.id
        visitor = await self._visitors.find(account, home.team)
        place = requests.place(home.team, "", account)
        await self._bot.greet(Request(id=event.event_id, place=place, visitor=visitor, community_name=home.name))

    async def close(self) -> None:
        """Finish what is in hand."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE_SECONDS)

    # Asking the door

    async def _typed(
        self, event: str, place: Place, account: str, line: str, home: Home, *, only_commands: bool = False
    ) -> tuple[Reply | Form, Visitor]:
        typed = requests.typed(line, home.team)
        names = await self._names({name: name for name in typed.names}, typed.names, home.team)
        if only_commands and not is_command(typed.line, self._bot.commands, self._bot.prefix):
            return await self._ask(event, place, account, home, command=HELP)
        return await self._ask(event, place, account, home, line=typed.line, names=names)

    async def _ask(
        self, event: str, place: Place, account: str, home: Home, **what: Any
    ) -> tuple[Reply | Form, Visitor]:
        try:
            visitor = await self._visitors.find(account, home.team)
        except Unknown:
            sorry = _("I could not ask Slack who you are, so I did nothing. Please try again in a minute.")
            return Reply(sorry, tone=Tone.PROBLEM), Visitor(account)
        request = Request(id=event, place=place, visitor=visitor, community_name=home.name, **what)
        return await self._bot.answer(request), visitor

    async def _home(self, team: str) -> Home:
        """The workspace; while Slack cannot be asked about it, as far as the event tells."""
        try:
            return await self._api.home()
        except TROUBLE as error:
            log.warning("cannot ask about myself", platform=NAME, error=type(error).__name__)
            return Home(team, "", "", "")

    async def _names(self, given: Mapping[str, str], known: Mapping[str, str], team: str) -> Mapping[str, str]:
        """What the accounts among some answers are called."""
        names = dict(known)
        for account in set(requests.accounts(given, team)):
            try:
                found = await self._visitors.find(account, team)
            except Unknown:
                continue
            if found.name:
                names[str(Place(NAME, team, account=account))] = found.name
        return names

    # Answering

    async def _open(self, outcome: Reply | Form, trigger: str, began: float, team: str, channel: str) -> bool:
        """Open a modal, unless the trigger has run out; whether it stands there now."""
        if not trigger or _seconds() - began > OPEN_SECONDS:
            return False
        try:
            await self._api.client.views_open(trigger_id=trigger, view=_view(outcome, team, channel))
        except TROUBLE as error:
            log.warning("cannot open a modal", platform=NAME, error=_kind(error))
            return False
        return True

    async def _update(self, view: View, new: Json, outcome: Reply | Form, account: str) -> None:
        try:
            await self._api.client.views_update(view_id=view.id, view=new)
        except TROUBLE as error:
            log.warning("cannot update a modal", platform=NAME, error=_kind(error))
            await self._write(account, modal.invitation(outcome) if isinstance(outcome, Form) else outcome)

    async def _respond(self, url: str, account: str, message: Json) -> None:
        try:
            await self._api.respond(url, message)
        except (*TROUBLE, ValueError) as error:
            log.warning("cannot respond", platform=NAME, error=_kind(error))
            await self._posts.say(await self._posts.direct(account), _bare(message))

    async def _write(self, account: str, reply: Reply) -> None:
        """A direct message, where there is no nearer place."""
        await self._posts.say(await self._posts.direct(account), render.message(reply))

    async def _publish(self, outcome: Reply | Form, channel: str) -> None:
        """What is for all to see, after a modal, which only one person sees."""
        if isinstance(outcome, Reply) and outcome.public and channel:
            await self._posts.say(channel, render.message(outcome))

    # Time

    async def _once(self, event: Event | Arrival, work: Coroutine[Any, Any, None]) -> None:
        """Do it, unless the same event has been delivered before; if it fails, it may come again."""
        now = self._bot.clock.now()
        if self._seen.get(event.event_id, now) > now:
            work.close()
            return
        self._seen = {name: until for name, until in self._seen.items() if until > now}
        self._seen[event.event_id] = now + SEEN
        try:
            await self._at_most(work)
        except BaseException:
            self._seen.pop(event.event_id, None)
            raise

    async def _at_most(self, work: Coroutine[Any, Any, None]) -> None:
        """Wait for it as long as Slack waits; then it goes on by itself."""
        task = self._start(work)
        if await _within(task, ANSWER_SECONDS):
            task.result()

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.warning("an answer was lost", platform=NAME, error=_kind(error))


async def _within(task: asyncio.Task[Any], seconds: float) -> bool:
    done, _late = await asyncio.wait({task}, timeout=seconds)
    return bool(done)


def _seconds() -> float:
    return asyncio.get_running_loop().time()


def _view(outcome: Reply | Form, team: str, channel: str) -> Json:
    return modal.form_view(outcome, team, channel) if isinstance(outcome, Form) else modal.reply_view(outcome, channel)


def _audience(reply: Reply) -> str:
    return "in_channel" if reply.public else "ephemeral"


def _bare(message: Json) -> Json:
    return {key: value for key, value in message.items() if key in ("text", "blocks")}


def _kind(error: BaseException) -> str:
    return (code(error) if isinstance(error, SlackApiError) else "") or type(error).__name__
