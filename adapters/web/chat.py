"""What the browser asks of the page: to see it, to say something, to press, to submit, to be told of news."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response, StreamingResponse

from adapters.web import files, guard, people, posts, render
from adapters.web.limits import EVENT_MAX, POSTS_SHOWN
from adapters.web.people import COMMUNITY, PLATFORM, Persona, Room
from adapters.web.suggesting import suggest
from coalition_bot.bot import HELP, Bot, Request
from coalition_bot.buttons import with_tokens
from coalition_bot.command import Button, Form, Reply, Spec, Tone
from coalition_bot.context import Visitor
from coalition_bot.db import Away
from coalition_bot.fields import Field, Kind, Option
from coalition_bot.people import Place
from coalition_bot.uploads import Attached
from coalition_bot.words import DOMAIN, LOCALES, SOURCE_LANGUAGE, _, speaking

POLL_SECONDS = 0.4  # between two looks for new posts
AWAY_SECONDS = 2.0
BEAT_SECONDS = 15.0  # a proxy closes a stream that says nothing for long
OVERLAP = 50  # PostgreSQL may commit a lower number after a higher one: look again at the last ones
ANSWER = "q."  # in front of the names of questions, so that none is taken for one of our own fields

_LOCALE = re.compile(r"[A-Za-z]{2,3}(_[A-Za-z0-9]{2,8})?")
_EVENT = re.compile(rf"[A-Za-z0-9_-]{{8,{EVENT_MAX}}}")


@dataclass(frozen=True, slots=True)
class Stand:
    """Who is at the page, in which conversation, and what they sent."""

    persona: Persona
    room: Room
    language: str
    event: str  # names what was done, so that it counts once however often it arrives
    sent: Sequence[tuple[str, str]] = ()
    files: Mapping[str, Attached] = field(default_factory=dict)

    def field(self, name: str) -> str:
        """The last answer under that name; empty where there is none."""
        return next((value for key, value in reversed(self.sent) if key == name), "")

    def answers(self, kinds: Mapping[str, Kind]) -> dict[str, str]:
        """The answers to a form's questions; several under one name become one."""
        found: dict[str, list[str]] = {}
        for key, value in self.sent:
            if key.startswith(ANSWER):
                found.setdefault(key.removeprefix(ANSWER), []).append(value)
        return {name: _joined(kinds.get(name), values) for name, values in found.items()}

    def attached(self) -> dict[str, Attached]:
        """The files that answer a form's questions."""
        return {key.removeprefix(ANSWER): file for key, file in self.files.items() if key.startswith(ANSWER)}


Handler = Callable[[Stand], Awaitable[Response]]


@dataclass
class Chat:
    """The page's endpoints. `ready` is awaited before anything is served; `open` says whether it may be."""

    bot: Bot
    personas: Mapping[str, Persona]
    open: Callable[[HttpRequest], bool]
    ready: Callable[[], Awaitable[None]]
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    async def page(self, request: HttpRequest) -> Response:
        """The page itself; a plain one where it may not be tried."""
        if not await self._served(request):
            return _html(render.plain())
        stand = self._stand(request, list(request.query_params.multi_items()))
        try:
            await self.ready()
            found, last = await asyncio.to_thread(self.bot.db.read, lambda session: self._posted(session, stand))
        except Away:
            return PlainTextResponse(_("I can't reach my notebook just now. Please try again in a minute."), 503)
        with speaking(stand.language):
            rooms = [self._conversation(stand, room, found) for room in people.rooms(stand.persona)]
            personas = list(self.personas.values())
            return _html(render.page(self._scene(stand), personas, rooms, last, _new_event()))

    def posting(self, handler: Handler) -> Callable[[HttpRequest], Awaitable[Response]]:
        """An endpoint for what the page sends: from this page only, and of bounded size."""

        async def endpoint(request: HttpRequest) -> Response:
            if not await self._served(request):
                return PlainTextResponse("not here\n", 404)
            if not guard.is_own(request):
                return PlainTextResponse("not from this page\n", 403)
            try:
                sent = await files.read(request, self._largest)
            except guard.TooLarge:
                return self._too_large(request)
            except guard.Malformed:
                return PlainTextResponse("not a form of this page\n", 400)
            except ClientDisconnect:
                return Response(status_code=204)  # nobody reads it: the page was left before all of it was sent
            await self.ready()
            stand = replace(self._stand(request, sent.fields), files=sent.files)
            with speaking(stand.language):
                return await handler(stand)

        return endpoint

    async def say(self, stand: Stand) -> Response:
        """Somebody typed a line. Only what begins with a slash is a command; the rest is answered with help."""
        typed = stand.field("text")
        if not typed.strip():
            return Response(status_code=204)
        slashed = typed.strip().startswith("/")
        wanted: dict[str, Any] = {"line": typed} if slashed else {"command": HELP}
        outcome = await self.bot.answer(self._request(stand, **wanted))
        said = render.Message(f"said-{_new_event()}", self.bot.clock.now(), said=typed, private=True)
        if isinstance(outcome, Reply) and not slashed:
            outcome = replace(outcome, text=_("I understand commands: they begin with a slash.") + "\n" + outcome.text)
        return await self._respond(stand, outcome, said)

    async def press(self, stand: Stand) -> Response:
        """Somebody pressed a button."""
        return await self._respond(stand, await self.bot.answer(self._request(stand, press=stand.field("token"))))

    async def submit(self, stand: Stand) -> Response:
        """Somebody submitted a page of a form."""
        name = stand.field("command")
        command = self.bot.commands.get(name)
        kinds = {each.name: each.kind for each in command.spec.fields} if command else {}
        wanted = {"command": name, "draft": stand.field("draft"), "answers": stand.answers(kinds)}
        wanted |= {"files": stand.attached()}
        outcome = await self.bot.answer(self._request(stand, **wanted))
        if isinstance(outcome, Reply) and outcome.tone is Tone.PROBLEM and not outcome.buttons:
            # Nothing was done: the form stays open with all that was typed.
            return _html(render.words(outcome), **_BESIDE_FORM)
        response = await self._respond(stand, outcome)
        if isinstance(outcome, Reply):
            response.headers["HX-Trigger-After-Swap"] = "form-done"
        return response

    async def suggest(self, stand: Stand) -> Response:
        """Suggestions for the line being typed."""

        async def ask(spec: Spec, asked: Field, typed: str) -> Sequence[Option]:
            return await self._options(stand, spec, asked, typed)

        specs = await asyncio.to_thread(self.bot.usable, self._request(stand, command=HELP))
        found = await suggest(specs, stand.field("text"), self.bot.prefix, ask)
        options = [{"text": each.text, "label": each.label, "note": each.note} for each in found.options]
        return JSONResponse({"options": options, "hint": found.hint}, headers=_NO_STORE)

    async def options(self, stand: Stand) -> Response:
        """Options for a question of an open form."""
        command = self.bot.commands.get(stand.field("command"))
        asked = command.spec.field(stand.field("question")) if command else None
        if command is None or asked is None:
            return JSONResponse({"options": []}, headers=_NO_STORE)
        found = await self._options(stand, command.spec, asked, stand.field("typed"))
        options = [{"text": each.value, "label": _(each.label), "note": ""} for each in found]
        return JSONResponse({"options": options}, headers=_NO_STORE)

    async def events(self, request: HttpRequest) -> Response:
        """A stream of what is posted from now on, or since the last number that the browser has seen."""
        if not await self._served(request):
            return PlainTextResponse("not here\n", 404)
        stand = self._stand(request, list(request.query_params.multi_items()))
        seen = request.headers.get("last-event-id", "") or stand.field("after")
        after = int(seen) if seen.isdecimal() and len(seen) < 19 else 0
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._news(stand, after), media_type="text/event-stream", headers=headers)

    # Reading and drawing

    @property
    def _largest(self) -> int:
        """The most bytes that any question takes as a file."""
        return max((most for each in self.bot.commands.values() for most in each.spec.files.values()), default=0)

    def _too_large(self, request: HttpRequest) -> Response:
        if not files.brings_files(request):
            return PlainTextResponse("too large\n", 413)
        with speaking(_language(request.headers.get("accept-language", ""))):
            said = Reply(_("This is too large to be sent. Please attach a smaller file."))
        return _html(render.words(said), **_BESIDE_FORM)

    async def _served(self, request: HttpRequest) -> bool:
        """Whether the page may be tried: from this browser, and in a coalition that is on no other platform."""
        if not self.open(request):
            return False
        try:
            return not await asyncio.to_thread(
                self.bot.db.read, lambda session: posts.outsiders(session, PLATFORM, COMMUNITY)
            )
        except Away:
            return True  # whatever is asked next says so itself

    def _stand(self, request: HttpRequest, sent: Sequence[tuple[str, str]]) -> Stand:
        given = Stand(next(iter(self.personas.values())), people.rooms(people.MEMBER)[0], SOURCE_LANGUAGE, "", sent)
        persona = self.personas.get(given.field("you"), given.persona)
        rooms = people.rooms(persona)
        room = next((room for room in rooms if room.key == given.field("in")), rooms[0])
        event = given.field("event")
        language = _language(request.headers.get("accept-language", ""))
        return Stand(persona, room, language, event if _EVENT.fullmatch(event) else _new_event(), sent)

    def _request(self, stand: Stand, **what: Any) -> Request:
        persona = stand.persona
        return Request(
            id=f"{persona.account}:{stand.event}",  # nobody gets another's answer by naming their event
            place=stand.room.place,
            visitor=Visitor(persona.account, persona.name, admin=persona.admin, language=stand.language),
            names=people.names(self.personas.values()),
            community_name=_("Coalition for trying"),
            trying=True,
            **what,
        )

    def _scene(self, stand: Stand) -> render.Scene:
        commands = frozenset(f"/{self.bot.prefix}{name}" for name in self.bot.commands)
        return render.Scene(stand.persona, stand.room, stand.language, people.names(self.personas.values()), commands)

    def _posted(self, session: Any, stand: Stand) -> tuple[list[posts.Post], int]:
        places = [room.place for room in people.rooms(stand.persona)]
        last = posts.last_number(session)
        return posts.read(session, self.bot.vault, places, self.bot.clock.now(), newest=POSTS_SHOWN), last

    def _conversation(self, stand: Stand, room: Room, found: Sequence[posts.Post]) -> render.Conversation:
        own = [_message(post) for post in found if post.place == str(room.place)]
        return render.Conversation(room, [self._welcome(room), *own])

    def _welcome(self, room: Room) -> render.Message:
        text = (
            _("Whatever you type or press here stays between you and me. Type / to see what I can do.")
            if room.private
            else _("Type / to see what I can do. My answers to you are seen by you only.")
        )
        reply = with_tokens(Reply(text, buttons=(Button(_("What can I do?"), HELP),)))
        return render.Message(f"welcome-{room.key}", self.bot.clock.now(), reply)

    async def _options(self, stand: Stand, spec: Spec, asked: Field, typed: str) -> Sequence[Option]:
        if asked.kind is Kind.CHANNELS:
            return [Option(str(people.channel(name)), f"#{name}") for name in people.CHANNELS if typed in f"#{name}"]
        request = self._request(stand, command=spec.name)
        found = await self.bot.suggestions(request, asked.name, typed)
        if asked.kind is not Kind.PERSON:
            return found
        known = tuple(option.label for option in found)
        others = [persona for persona in self.personas.values() if typed.casefold() in persona.name.casefold()]
        strangers = [each for each in others if not any(label.startswith(each.name) for label in known)]
        return [*found, *(Option(str(each.place), each.name) for each in strangers)]

    async def _respond(self, stand: Stand, outcome: Reply | Form, *before: render.Message) -> Response:
        scene = self._scene(stand)
        await self._forget_strangers(stand)
        log = {"HX-Retarget": f"#log-{stand.room.key}", "HX-Reswap": "beforeend"}
        if isinstance(outcome, Form):
            opened = render.dialog(scene, outcome, _new_event())
            return _html(opened, **{"HX-Retarget": "#dialogs", "HX-Reswap": "innerHTML"})
        now = self.bot.clock.now()
        if outcome.public:
            number = await self._publish(stand, outcome)
            answer = render.Message(f"post-{number}", now, outcome)
        else:
            answer = render.Message(f"answer-{_new_event()}", now, outcome, private=True)
        drawn = render.messages(scene, *before, answer)
        if outcome.file and render.STREAM in drawn:
            return files.streamed(drawn, outcome.file, _NO_STORE | log)
        return _html(drawn, **log)

    async def _publish(self, stand: Stand, reply: Reply) -> int:
        """An answer for the whole channel is a post like any other; the same event posts it once."""
        uid = hashlib.sha256(f"{stand.persona.account}:{stand.event}".encode()).hexdigest()[:40]
        now, place = self.bot.clock.now(), stand.room.place
        return await asyncio.to_thread(
            self.bot.db.write, lambda session: posts.write(session, self.bot.vault, uid, place, reply, now)
        )

    async def _forget_strangers(self, stand: Stand) -> None:
        place = stand.persona.place
        try:
            if await asyncio.to_thread(self.bot.db.read, lambda session: posts.has_posts(session, place)):
                await asyncio.to_thread(self.bot.db.write, lambda session: posts.forget_stranger(session, place))
        except Away:
            return  # the next answer tries again

    async def _news(self, stand: Stand, after: int) -> AsyncIterator[str]:
        loop = asyncio.get_running_loop()
        places = [room.place for room in people.rooms(stand.persona)]
        told: set[int] = set()
        yield "retry: 2000\n\n"
        spoken = loop.time()
        while not self.ending.is_set():
            try:
                found = await asyncio.to_thread(self._new_posts, places, max(0, after - OVERLAP))
            except Away:
                found, pause = [], AWAY_SECONDS
            else:
                pause = POLL_SECONDS
            for post in found:
                if post.id not in told:
                    told.add(post.id)
                    after = max(after, post.id)
                    spoken = loop.time()
                    yield self._event(stand, post)
            told = {number for number in told if number > after - OVERLAP}
            if loop.time() - spoken > BEAT_SECONDS:
                spoken = loop.time()
                yield ": still here\n\n"
            await _rest(self.ending, pause)

    def _new_posts(self, places: Sequence[Place], after: int) -> list[posts.Post]:
        now = self.bot.clock.now()
        return self.bot.db.read(lambda session: posts.read(session, self.bot.vault, places, now, after=after))

    def _event(self, stand: Stand, post: posts.Post) -> str:
        room = next(room for room in people.rooms(stand.persona) if str(room.place) == post.place)
        with speaking(stand.language):
            drawn = render.messages(self._scene(stand), _message(post))
        data = json.dumps({"room": room.key, "key": f"post-{post.id}", "html": drawn})
        return f"id: {post.id}\nevent: post\ndata: {data}\n\n"


_NO_STORE = {"Cache-Control": "no-store"}
_BESIDE_FORM = {"HX-Retarget": "#form-problem", "HX-Reswap": "innerHTML"}


def _message(post: posts.Post) -> render.Message:
    return render.Message(f"post-{post.id}", post.at, post.reply)


def _html(text: str, **headers: str) -> HTMLResponse:
    return HTMLResponse(text, headers=_NO_STORE | headers)


def _joined(kind: Kind | None, values: Sequence[str]) -> str:
    """Several ticks as the one answer that the core reads."""
    if kind is Kind.CHANNELS:
        return " ".join(value for value in values if value)
    if kind is Kind.MANY:
        return ",".join(value for value in values if value)
    return values[-1]


def _new_event() -> str:
    return secrets.token_urlsafe(12)


def _language(accepted: str) -> str:
    """The first language of the browser's list into which the bot is translated; else English."""
    names = [part.partition(";")[0].strip().replace("-", "_") for part in accepted[:200].split(",")]
    each = (name for full in names if _LOCALE.fullmatch(full) for name in (full, full.partition("_")[0]))
    return next((name for name in each if name == SOURCE_LANGUAGE or _translated(name)), SOURCE_LANGUAGE)


def _translated(name: str) -> bool:
    return (LOCALES / name / "LC_MESSAGES" / f"{DOMAIN}.mo").exists()


async def _rest(ending: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(ending.wait(), seconds)
    except TimeoutError:
        return
