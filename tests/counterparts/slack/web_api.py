"""Slack's Web API as a bot meets it: npm `emulate` behind a strict proxy that checks and records each request."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

from tests.counterparts.node import free_port
from tests.counterparts.slack import faults, people
from tests.counterparts.slack.background import Background
from tests.counterparts.slack.emulated import Emulated, Emulator
from tests.counterparts.slack.faults import Fault, Faults, Pause, When
from tests.counterparts.slack.judge import Judge, Violation
from tests.counterparts.slack.methods import Methods
from tests.counterparts.slack.responses import Responses
from tests.counterparts.slack.screen import Message, Screen
from tests.counterparts.slack.socket_mode import SocketMode
from tests.counterparts.slack.wire import body_of, client_of, refusal, token_of, uploaded

Json = dict[str, Any]

BIGGEST_REQUEST = 2**26
PASSED_ON = ("Content-Type", "Location", "Set-Cookie")


@dataclass
class Call:
    """One request of the bot: what it asked, and what it was told (None: nothing yet)."""

    method: str
    body: Json
    answer: Json | None = None
    status: int = 0


class Workspace:
    """One Slack workspace for one test. `url` is what SLACK_API_URL has to say."""

    def __init__(self, background: Background, scopes: Iterable[str] = people.BOT_SCOPES) -> None:
        self.background = background
        self.people = {person.name: person for person in people.everyone()}
        self.channels = {channel.name: channel for channel in people.places()}
        self.scopes = list(scopes)
        key = secrets.token_hex(6)
        self.bot_token, self.app_token = f"xoxb-{key}", f"xapp-1-{people.APP}-{key}"
        self.signing_secret = secrets.token_hex(16)
        self.clock: Callable[[], float] = time.time
        self.calls: list[Call] = []
        self.judge = Judge()
        self.screen = Screen()
        self.socket = SocketMode(background, self.judge.violated)
        self.attached: dict[str, bytes] = {}  # files of people's own, by id
        self.sign_in = ""  # where those are led who may not read one
        self._faults = Faults()
        self._changed = asyncio.Condition()
        self._tokens = {self.bot_token}

    # What tests ask for.

    @property
    def url(self) -> str:
        return f"{self._base}/api/"

    @property
    def environment(self) -> dict[str, str]:
        """For a bot over HTTP; add SLACK_APP_TOKEN for Socket Mode."""
        return {
            "SLACK_API_URL": self.url,
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
        }

    @property
    def violations(self) -> list[Violation]:
        return self.judge.violations

    def called(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    def forbid(self, *words: str) -> None:
        """From now on these may appear in nothing that the bot sends, such as a personal answer."""
        self.judge.secret_words.extend(words)

    def allow_mention(self, *mentions: str) -> None:
        self.judge.forbidden = tuple(word for word in self.judge.forbidden if word not in mentions)

    def forbid_mention(self, *mentions: str) -> None:
        """Such as `<@U0123`: may not stand where Slack would read it as a mention."""
        self.judge.forbidden = (*self.judge.forbidden, *mentions)

    def fail(self, method: str, **how: Any) -> Fault:
        """`fail("chat.postMessage", status=429, retry_after=2)`, `fail("*", status=500, times=3)`, `error=...`."""
        return self._faults.add(Fault(method, **how))

    def drop(self, method: str, when: When, times: int = 1) -> Fault:
        """Cut the connection before the deed, or after it, when the bot cannot know that it was done."""
        return self.fail(method, drop=when, times=times)

    def pause(self, method: str, when: When = "after", only: Callable[[Json], bool] = lambda body: True) -> Pause:
        pause = Pause(when, self.background)
        self.fail(method, pause=pause, only=only)
        return pause

    async def until(self, true: Callable[[], Any], seconds: float = 5) -> Any:
        """Waits until something is so after one of the bot's calls, and returns it."""
        return await self.background.there(self._until(true, seconds))

    def wait(self, true: Callable[[], Any], seconds: float = 5) -> Any:
        """The same for tests without a loop."""
        return self.background.run(self._until(true, seconds))

    def take_violations(self) -> list[str]:
        """What was wrong so far, for a test that expects it; the rest fails the test at its end."""
        found = [str(violation) for violation in self.judge.violations]
        self.judge.violations.clear()
        return found

    def fail_on_violations(self) -> None:
        assert not self.judge.violations, "Slack would refuse:\n" + "\n".join(map(str, self.judge.violations))

    # Start and end.

    async def open(self, running: Emulator) -> None:
        self._session = aiohttp.ClientSession()
        self._base = await self._listen()
        self.socket.address = f"ws{self._base.removeprefix('http')}/link/"
        everyone, everywhere = list(self.people.values()), list(self.channels.values())
        seed = people.seed(everyone, everywhere, self.bot_token, self.scopes, self.signing_secret)
        url = await running.start_over(self._session, seed, self._base)
        self._emulated = Emulated(self._session, self.background, url, self.bot_token)
        self.methods = Methods(self._emulated, self.screen, self.judge, self.people, self.channels, self.scopes)
        self.responses = Responses(self.methods, lambda: self.clock())
        await self._learn_ids(everyone[0].token)

    async def close(self) -> None:
        self._faults.release()
        await self.socket.close()
        await self._runner.cleanup()
        await self._session.close()

    async def _listen(self) -> str:
        app = web.Application(client_max_size=BIGGEST_REQUEST)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{key}", self._response_url)
        app.router.add_post("/upload/v1/{file}", self._upload)
        app.router.add_get("/files-pri/{file}/download/{name}", self._download)
        app.router.add_get("/link/", self.socket.accept)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        port = free_port()
        await web.TCPSite(self._runner, "127.0.0.1", port).start()
        return f"http://127.0.0.1:{port}"

    async def _learn_ids(self, token: str) -> None:
        for known in (await self.ask("users.list", {}, token))["members"]:
            if known["name"] in self.people:
                self.people[known["name"]].id = known["id"]
        types = {"types": "public_channel,private_channel"}
        for known in (await self.ask("conversations.list", types, token))["channels"]:
            if known["name"] in self.channels:
                self.channels[known["name"]].id = known["id"]
        for channel in self.channels.values():
            if channel.with_bot:
                await self.ask("conversations.invite", {"channel": channel.id, "users": people.BOT_USER}, token)

    # For the player: the same Slack without the checks.

    async def ask(self, method: str, body: Json, token: str | None = None) -> Json:
        """Ask the emulator itself, as the bot or as a person; anything but ok is a mistake in a test."""
        return await self._emulated.ask(method, body, token)

    async def trigger(self, person: str, view: str | None = None) -> str:
        """A fresh trigger_id, good once and for three seconds."""
        return await self.methods.trigger(person, view)

    async def direct_channel(self, person: people.Person) -> str:
        opened = await self.ask("conversations.open", {"users": person.id})
        channel = str(opened["channel"]["id"])
        self.screen.directs[channel] = person.id
        return channel

    def attach(self, person: people.Person, name: str, content: bytes) -> Json:
        """A file as a modal's control hands it on. https://docs.slack.dev/reference/objects/file-object"""
        file = f"F{secrets.token_hex(5).upper()}"
        self.attached[file] = content
        private = f"{self._base}/files-pri/{people.TEAM}-{file}"
        shown = {"name": name, "title": name, "size": len(content), "user": person.id, "mode": "hosted"}
        where = {"url_private": f"{private}/{quote(name)}", "url_private_download": f"{private}/download/{quote(name)}"}
        return {"id": file, "mimetype": "application/octet-stream", "is_external": False, **shown, **where}

    def new_response_url(self, person: str, channel: str, message: Message | None = None) -> str:
        return f"{self._base}/response/{self.responses.new(person, channel, message)}"

    async def tell_changed(self) -> None:
        """Wakes whoever waits in `until`."""
        await self.background.there(self._notify())

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _until(self, true: Callable[[], Any], seconds: float) -> Any:
        async with asyncio.timeout(seconds), self._changed:
            while not (found := true()):
                await self._changed.wait()
        return found

    # The proxy.

    async def _api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        body = await body_of(request) | client_of(request)
        token = token_of(request, body)
        return await self._recorded(request, Call(method, body), lambda: self._deed(method, body, token))

    async def _response_url(self, request: web.Request) -> web.Response:
        body, key = await body_of(request), request.match_info["key"]
        return await self._recorded(request, Call("response_url", body), lambda: self.responses.use(key, body))

    async def _recorded(self, request: web.Request, call: Call, deed: Callable[[], Any]) -> web.Response:
        self.calls.append(call)
        await self.tell_changed()
        fault = self._faults.next(call.method, call.body)
        answer = await faults.before(request, fault)
        if answer is None:
            call.answer = await deed()
            await self.tell_changed()
            answer = await faults.after(request, fault, self._told(call.method, call.answer or {}))
        call.status = answer.status
        await self.tell_changed()
        return answer

    def _told(self, method: str, answer: Json) -> web.Response:
        if method == "response_url":
            return web.Response(text="ok") if answer["ok"] else web.json_response(answer, status=404)
        if method == "files-pri":
            if not answer["ok"]:
                return web.Response(status=302, headers={"Location": self.sign_in or f"{self._base}/signin"})
            return web.Response(body=answer["content"], content_type="application/octet-stream")
        headers = {"X-OAuth-Scopes": ",".join(self.scopes)} if method == "auth.test" else {}
        return web.json_response(answer, headers=headers)

    async def _deed(self, method: str, body: Json, token: str) -> Json:
        if method == "apps.connections.open":
            return self._connections_open(token)
        if method == "oauth.v2.access":
            return await self._oauth(body)
        if token not in self._tokens:
            return refusal("invalid_auth" if token else "not_authed")
        if refused := self.judge.call(method, body):
            return refusal(refused)
        return await self.methods.call(method, body)

    def _connections_open(self, token: str) -> Json:
        if token != self.app_token:
            return refusal("invalid_auth" if token else "not_authed")
        return {"ok": True, "url": self.socket.ticket(people.APP)}

    async def _oauth(self, body: Json) -> Json:
        answer = await self._emulated.send("oauth.v2.access", body, token="")
        if answer.get("access_token"):
            self._tokens.add(answer["access_token"])
        return answer

    async def _upload(self, request: web.Request) -> web.Response:
        file, uploads = request.match_info["file"], self.methods.uploads
        raw = await request.read()
        if file in uploads:
            uploads[file] = (uploads[file][0], uploaded(request.headers.get("Content-Type", ""), raw))
        return await self._pass_on(request)

    async def _download(self, request: web.Request) -> web.Response:
        """Whoever may not read a file is led to the page for signing in."""
        body = {"file": request.match_info["file"]}
        return await self._recorded(request, Call("files-pri", body), lambda: self._handed_out(request))

    async def _handed_out(self, request: web.Request) -> Json:
        known = self.attached.get(request.match_info["file"].rpartition("-")[2])
        allowed = token_of(request, {}) == self.bot_token and "files:read" in self.scopes
        if known is None or not allowed:
            self.judge.violated("files-pri", "no such file, or without the bot's token, or without files:read")
            return refusal("not_allowed")
        return {"ok": True, "content": known}

    async def _pass_on(self, request: web.Request) -> web.Response:
        """Uploads, downloads, and the pages of OAuth."""
        keep = {name: request.headers[name] for name in ("Content-Type", "Authorization") if name in request.headers}
        address, raw = f"{self._emulated.url}{request.path_qs}", await request.read()
        asked = self._session.request(request.method, address, data=raw, headers=keep, allow_redirects=False)
        async with asked as answer:
            headers = {name: value for name, value in answer.headers.items() if name in PASSED_ON}
            return web.Response(body=await answer.read(), status=answer.status, headers=headers)
