"""The methods of Slack's Web API that need more than npm `emulate` gives."""

from __future__ import annotations

import itertools
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.counterparts.slack import people
from tests.counterparts.slack.emulated import Emulated
from tests.counterparts.slack.judge import Judge
from tests.counterparts.slack.people import Channel, Person
from tests.counterparts.slack.screen import Message, Screen, SharedFile, with_ids
from tests.counterparts.slack.wire import HISTORY_LIMIT, as_told, filled, page, refusal, true

Json = dict[str, Any]

ALT_TEXT = 1000  # https://docs.slack.dev/reference/methods/files.getUploadURLExternal#errors


class Methods:
    """`call` finds the method here by its name, else asks the emulator; what people see goes to the screen."""

    def __init__(
        self,
        emulated: Emulated,
        screen: Screen,
        judge: Judge,
        people: dict[str, Person],
        channels: dict[str, Channel],
        scopes: list[str],
    ) -> None:
        self.emulated, self.screen, self.judge = emulated, screen, judge
        self.people, self.channels, self.scopes = people, channels, scopes
        self.triggers: dict[str, str] = {}  # trigger id -> who did something
        self.uploads: dict[str, tuple[str, bytes]] = {}
        self._announced: dict[str, Json] = {}  # file id -> what was said of it before it came
        self._numbers = itertools.count(900_000)  # the emulator counts its own from one

    async def call(self, method: str, body: Json) -> Json:
        special: Callable[[Json], Awaitable[Json]] | None = getattr(self, method.replace(".", "_"), None)
        if special and "." in method:
            return await special(body)
        answer = await self.emulated.send(method, body)
        if answer.get("error") == "unknown_method":
            self.judge.violated(method, "a method that neither emulate nor this proxy knows")
        return answer

    async def trigger(self, person: str, view: str | None = None) -> str:
        """emulate gives trigger ids out, and lets each live for three seconds."""
        wanted = {"user_id": person, **({"view_id": view} if view else {})}
        given = str((await self.emulated.ask("views.generateTriggerId", wanted))["trigger_id"])
        self.triggers[given] = person
        return given

    async def show_posted(self, channel: str, message: Json) -> None:
        if channel.startswith("D") and channel not in self.screen.directs:
            await self._learn_direct(channel)
        self.screen.show(
            Message(
                "direct" if channel.startswith("D") else "channel",
                channel,
                message["ts"],
                text=message.get("text", ""),
                blocks=message.get("blocks", []),
                thread_ts=message.get("thread_ts"),
                metadata=message.get("metadata"),
                author=people.BOT_USER,
            )
        )

    def show_ephemeral(self, person: str, channel: str, body: Json) -> Message:
        return self.screen.show(
            Message(
                "ephemeral",
                channel,
                f"{int(time.time())}.{next(self._numbers):06d}",
                text=body.get("text") or "",
                blocks=with_ids(body.get("blocks") or []),
                to=person,
                thread_ts=body.get("thread_ts"),
                author=people.BOT_USER,
            )
        )

    async def _learn_direct(self, channel: str) -> None:
        members = (await self.emulated.ask("conversations.members", {"channel": channel}))["members"]
        self.screen.directs[channel] = next(user for user in members if user != people.BOT_USER)

    async def chat_postMessage(self, body: Json) -> Json:  # noqa: N802
        channel = next((c for c in self.channels.values() if c.id == body.get("channel")), None)
        if channel and not channel.with_bot and "chat:write.public" not in self.scopes:
            return refusal("channel_not_found" if channel.private else "not_in_channel")
        if any(p.id == body.get("channel") and p.deleted for p in self.people.values()):
            return refusal("channel_not_found")
        answer = await self.emulated.send("chat.postMessage", filled(body))
        if answer.get("ok"):
            answer["message"] |= {"bot_id": people.BOT, "app_id": people.APP, "team": people.TEAM}
            await self.show_posted(answer["channel"], answer["message"])
        return answer

    async def chat_update(self, body: Json) -> Json:
        answer = await self.emulated.send("chat.update", filled(body))
        shown = self.screen.message(str(body.get("channel")), str(body.get("ts")))
        if answer.get("ok") and shown:
            message = answer["message"]
            self.screen.edit(shown, message.get("text", ""), message.get("blocks", []), message.get("metadata"))
        return answer

    async def chat_delete(self, body: Json) -> Json:
        answer = await self.emulated.send("chat.delete", body)
        shown = self.screen.message(str(body.get("channel")), str(body.get("ts")))
        if answer.get("ok") and shown:
            self.screen.delete(shown)
        return answer

    async def chat_postEphemeral(self, body: Json) -> Json:  # noqa: N802
        answer = await self.emulated.send("chat.postEphemeral", filled(body))
        if answer.get("ok"):
            self.show_ephemeral(body["user"], body["channel"], body)
        return answer

    async def conversations_open(self, body: Json) -> Json:
        wanted = body.get("users") or []
        users = wanted.split(",") if isinstance(wanted, str) else wanted
        if any(person.deleted for person in self.people.values() if person.id in users):
            return refusal("user_disabled")
        answer = await self.emulated.send("conversations.open", body)
        if answer.get("ok") and len(users) == 1:
            self.screen.directs[answer["channel"]["id"]] = users[0]
        return answer

    async def conversations_history(self, body: Json) -> Json:
        """emulate knows no oldest, latest and include_all_metadata."""
        everything = {"channel": body.get("channel"), "limit": HISTORY_LIMIT}
        answer = await self.emulated.send("conversations.history", everything)
        return page(answer, body) if answer.get("ok") else answer

    async def conversations_replies(self, body: Json) -> Json:
        answer = await self.emulated.send("conversations.replies", body)
        for message in answer.get("messages", []):
            as_told(message, true(body.get("include_all_metadata")))
        return answer

    async def users_info(self, body: Json) -> Json:
        answer = await self.emulated.send("users.info", {"user": body.get("user")})
        if answer.get("ok"):
            answer["user"] = self._described(answer["user"], true(body.get("include_locale")))
        return answer

    async def users_list(self, body: Json) -> Json:
        answer = await self.emulated.send("users.list", body)
        locale = true(body.get("include_locale"))
        answer["members"] = [self._described(user, locale) for user in answer.get("members", [])]
        return answer

    def _described(self, user: Json, with_locale: bool) -> Json:
        person = next((person for person in self.people.values() if person.id == user["id"]), None)
        return person.profile(user, with_locale) if person else user

    async def views_open(self, body: Json) -> Json:
        return await self._stacked("views.open", body, on_top=False)

    async def views_push(self, body: Json) -> Json:
        return await self._stacked("views.push", body, on_top=True)

    async def _stacked(self, method: str, body: Json, on_top: bool) -> Json:
        person = self.triggers.get(str(body.get("trigger_id")))
        answer = await self.emulated.send(method, filled(body))
        if answer.get("ok") and person:
            self.screen.open_modal(person, answer["view"], on_top)
        return answer

    async def views_update(self, body: Json) -> Json:
        if body.get("view_id") in self.screen.closed:
            return refusal("not_found")
        answer = await self.emulated.send("views.update", filled(body))
        if answer.get("ok"):
            self.screen.update_modal(answer["view"])
        return answer

    async def views_publish(self, body: Json) -> Json:
        answer = await self.emulated.send("views.publish", filled(body))
        if answer.get("ok"):
            self.screen.publish(str(body.get("user_id")), answer["view"])
        return answer

    async def files_completeUploadExternal(self, body: Json) -> Json:  # noqa: N802
        answer = await self.emulated.send("files.completeUploadExternal", body)
        for file in answer.get("files", []) if answer.get("ok") else []:
            name, content = self.uploads.pop(file["id"])
            announced = self._announced.pop(file["id"])
            if int(announced["length"]) != len(content):
                self.judge.violated("files.getUploadURLExternal", f"length {announced['length']}, not {len(content)}")
            where = body.get("channel_id") or body.get("channels")
            comment, thread = body.get("initial_comment") or "", body.get("thread_ts")
            alt = announced.get("alt_txt") or ""
            self.screen.files.append(SharedFile(file["id"], name, content, where, comment, thread, alt))
        return answer

    async def files_getUploadURLExternal(self, body: Json) -> Json:  # noqa: N802
        if len(str(body.get("alt_txt") or "")) > ALT_TEXT:
            return refusal("alt_txt_too_large")
        answer = await self.emulated.send("files.getUploadURLExternal", body)
        if answer.get("ok"):
            self._announced[answer["file_id"]] = body
            self.uploads[answer["file_id"]] = (str(body.get("filename")), b"")
        return answer
