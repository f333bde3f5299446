"""A person who uses a bot in Slack: types commands, clicks, fills in modals, writes; and sees what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.counterparts.slack import payloads, values
from tests.counterparts.slack.door import Answer, Door, HttpDoor, Kind, SocketDoor
from tests.counterparts.slack.people import Person
from tests.counterparts.slack.screen import Message, NotOnScreen, find_element, with_ids
from tests.counterparts.slack.web_api import Workspace

Json = dict[str, Any]

FIRST_ANSWER_SECONDS = 3.0  # https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
STACK = 3  # https://docs.slack.dev/surfaces/modals#updating_views_pushing
WAIT_SECONDS = 5.0
ENTER_WITHOUT_ASKING = 3  # an external_select asks from this many letters on


@dataclass
class Turn:
    """What came of one deed."""

    player: Player
    answer: Answer
    kind: Kind
    payload: Json
    since: int
    view: Json | None = None  # the modal that the deed was done in, as it was
    errors: Mapping[str, str] = field(default_factory=dict)  # by block_id, beside the fields of a modal

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def messages(self) -> list[Message]:
        """What this person saw since: new messages and edited ones."""
        return self.player.slack.screen.seen_by(self.player.id, self.since)

    async def message(self, seconds: float = WAIT_SECONDS) -> Message:
        """The newest message to this person, waiting for one if none is there yet."""
        found: list[Message] = await self._await(lambda: self.messages, "message", seconds)
        private = [message for message in found if message.how != "channel"]
        return (private or found)[-1]

    async def modal(self, seconds: float = WAIT_SECONDS) -> Json:
        """The modal on top, once it was opened, pushed or updated by this deed."""

        def changed() -> Json | None:
            view = self.player.modal
            return view if view and self.player.slack.screen.versions[view["id"]] > self.since else None

        found: Json = await self._await(changed, "modal", seconds)
        return found

    async def home(self, seconds: float = WAIT_SECONDS) -> Json:
        def changed() -> Json | None:
            view = self.player.home
            return view if view and self.player.slack.screen.versions[view["id"]] > self.since else None

        found: Json = await self._await(changed, "home tab", seconds)
        return found

    async def again(self, number: int = 1, reason: str = "http_timeout") -> Turn:
        """Slack delivers the very same thing once more."""
        return await self.player._done(self.kind, self.payload, retry=number, reason=reason)

    async def _await(self, true: Any, what: str, seconds: float) -> Any:
        try:
            return await self.player.slack.until(true, seconds)
        except TimeoutError:
            told = [str(violation) for violation in self.player.slack.violations]
            raise NotOnScreen(f"no {what} for {self.player.person.name} (first answer {self.answer}; {told})") from None


class Player:
    """One person at one door. `http` and `socket` below make the doors."""

    def __init__(self, slack: Workspace, person: Person, door: Door) -> None:
        self.slack, self.person, self.door = slack, person, door
        self._entered: dict[str, dict[tuple[str, str], Json]] = {}  # view or message -> what was picked in it

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def modal(self) -> Json | None:
        """The modal on top, as it stands."""
        return self.slack.screen.modal(self.id)

    @property
    def home(self) -> Json | None:
        return self.slack.screen.homes.get(self.id)

    @property
    def messages(self) -> list[Message]:
        return self.slack.screen.seen_by(self.id)

    def at(self, door: Door) -> Player:
        """The same person by another door."""
        return Player(self.slack, self.person, door)

    # Deeds.

    async def slash(self, command: str, text: str = "", channel: str = "announcements") -> Turn:
        """`slash("/group", "join housing")`; `channel="direct"` types it to the bot itself."""
        where = await self._place(channel)
        answer_at = self.slack.new_response_url(self.id, where[0])
        trigger = await self.slack.trigger(self.id)
        turn = await self._done("slash_commands", payloads.slash(self.person, command, text, where, answer_at, trigger))
        await self._show_answer(turn, where[0])
        return turn

    async def click(self, name: str, on: Message | Json | None = None, pick: Any = None) -> Turn:
        """Press a button, or `pick` in a select, on a message, a modal or a home tab; by default what is in front.

        A control is named by its action_id, its value, what stands on it, or the label above it.
        """
        surface = on or self._in_front(name)
        blocks = surface.blocks if isinstance(surface, Message) else surface["blocks"]
        block, element = find_element(blocks, name)
        action, payload = await self._action(surface, block, element, pick)
        payload["actions"] = [action]
        view = None if isinstance(surface, Message) else surface
        turn = await self._done("interactive", payload, view=view)
        self._judge_empty(turn, "block_actions")
        return turn

    async def enter(self, given: Mapping[str, Any]) -> None:
        """Fill in fields of the modal in front, without submitting yet."""
        view = self._front_modal()
        for name, value in given.items():
            block, element = find_element(view["blocks"], name)
            state = values.entered(element, await self._suggested(view, element, value))
            self._entered.setdefault(view["id"], {})[block["block_id"], element["action_id"]] = state

    async def submit(self, given: Mapping[str, Any] | None = None, force: bool = False) -> Turn:
        """Submit the modal in front. Slack's window refuses some values itself (`NotEntered`) unless forced."""
        view = self._front_modal()
        await self.enter(given or {})
        state = self._state(view)
        if not force:
            _window_check(view, state)
        payload = {
            **payloads.interaction("view_submission", self.person),
            "trigger_id": await self.slack.trigger(self.id, view["id"]),
            "view": {**view, "state": {"values": state}},
            "response_urls": [],
        }
        turn = await self._done("interactive", payload, view=view)
        await self._after_submit(turn, view)
        return turn

    async def close(self) -> Turn | None:
        """Press the modal's close button; the bot hears of it only where it asked to."""
        view = self._front_modal()
        self.slack.screen.close_modal(self.id, bool(view.get("clear_on_close")))
        if not view.get("notify_on_close"):
            return None
        payload = {
            **payloads.interaction("view_closed", self.person),
            "view": view,
            "is_cleared": bool(view.get("clear_on_close")),
        }
        turn = await self._done("interactive", payload, view=view)
        self._judge_empty(turn, "view_closed")
        return turn

    async def suggest(self, name: str, typed: str, on: Message | Json | None = None) -> list[Json]:
        """The options that an external select offers for what was typed so far."""
        surface = on or self._in_front(name)
        blocks = surface.blocks if isinstance(surface, Message) else surface["blocks"]
        block, element = find_element(blocks, name)
        if len(typed) < element.get("min_query_length", ENTER_WITHOUT_ASKING):
            raise values.NotEntered({name: "too few letters: Slack does not ask yet"})
        payload = {
            **payloads.interaction("block_suggestion", self.person),
            **await self._surface(surface),
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "value": typed,
        }
        turn = await self._done("interactive", payload)
        body = turn.answer.body
        good = self.slack.judge.options("block_suggestion", body)
        return values.options(body) if good else []

    async def say(self, text: str, channel: str = "direct", thread: str | None = None) -> Turn:
        """Write to the bot directly, or mention it in a channel (`@bot` stands for its name)."""
        where, _ = await self._place(channel)
        message = {"channel": where, "text": payloads.typed(text), **({"thread_ts": thread} if thread else {})}
        posted = await self.slack.ask("chat.postMessage", message, token=self.person.token)
        event = payloads.said(self.person, text, where, posted["ts"], channel == "direct", thread)
        return await self.event(**event)

    async def open_home(self, tab: str = "home") -> Turn:
        where = await self.slack.direct_channel(self.person)
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": where, "tab": tab}
        if self.home and tab == "home":
            event["view"] = self.home
        return await self.event(**event, event_ts=self._ts())

    async def shortcut(self, callback_id: str, on: Message | None = None) -> Turn:
        """A global shortcut, or one of a message."""
        payload = {
            **payloads.interaction("message_action" if on else "shortcut", self.person),
            "callback_id": callback_id,
            "action_ts": self._ts(),
            "trigger_id": await self.slack.trigger(self.id),
        }
        if on:
            payload |= await self._surface(on)
            payload |= {"message_ts": on.ts, "response_url": self.slack.new_response_url(self.id, on.channel, on)}
        turn = await self._done("interactive", payload)
        self._judge_empty(turn, payload["type"])
        return turn

    async def event(self, **event: Any) -> Turn:
        """Any event of the Events API: `event(type="member_joined_channel", ...)`."""
        return await self._done("events_api", payloads.event(event, self.slack.clock()))

    # Parts of deeds.

    async def _done(
        self, kind: Kind, payload: Json, view: Json | None = None, retry: int = 0, reason: str = ""
    ) -> Turn:
        since = self.slack.screen.now
        answer = await self.door.deliver(kind, payload, retry, reason)
        turn = Turn(self, answer, kind, payload, since, view)
        if self.door.honest:
            self._judge_answer(turn, str(payload.get("command") or payload.get("type")))
        return turn

    def _judge_answer(self, turn: Turn, what: str) -> None:
        if turn.status == 0:
            self.slack.judge.violated(what, "no answer")
        elif turn.status != 200:
            self.slack.judge.violated(what, f"answered with {turn.status}: {str(turn.answer.body)[:200]}")
        elif turn.answer.seconds > FIRST_ANSWER_SECONDS:
            self.slack.judge.violated(
                what, f"answered after {turn.answer.seconds:.1f} s, Slack waits {FIRST_ANSWER_SECONDS}"
            )

    def _judge_empty(self, turn: Turn, what: str) -> None:
        if turn.status == 200 and turn.answer.body:
            self.slack.judge.violated(what, f"takes an empty answer only, not {str(turn.answer.body)[:200]}")

    async def _show_answer(self, turn: Turn, channel: str) -> None:
        """What a command is answered with at once is a message as well."""
        body = turn.answer.body
        if turn.status != 200 or not body:
            return
        message = {"text": body} if isinstance(body, str) else body
        if self.slack.judge.message(str(turn.payload["command"]), message):
            await self.slack.responses.show(self.id, channel, message)
            await self.slack.tell_changed()

    async def _action(self, surface: Message | Json, block: Json, element: Json, pick: Any) -> tuple[Json, Json]:
        action: Json = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self._ts(),
        }
        if element["type"] == "button":
            action |= {key: element[key] for key in ("text", "value", "style", "url") if key in element}
        else:
            key = surface.ts if isinstance(surface, Message) else surface["id"]
            state = values.entered(element, await self._suggested(surface, element, pick))
            self._entered.setdefault(key, {})[block["block_id"], element["action_id"]] = state
            action |= state
        payload = {**payloads.interaction("block_actions", self.person), **await self._surface(surface)}
        view = None if isinstance(surface, Message) else surface["id"]
        modal = view if view and surface["type"] == "modal" else None  # type: ignore[index]
        payload["trigger_id"] = await self.slack.trigger(self.id, modal)
        return action, payload

    async def _surface(self, surface: Message | Json) -> Json:
        """The part of a payload that says where it happened."""
        if not isinstance(surface, Message):
            return payloads.in_view(surface, self._state(surface))
        name, state = self._channel_name(surface.channel), self._picked(surface.ts)
        answer_at = self.slack.new_response_url(self.id, surface.channel, surface)
        return payloads.on_message(surface, name, state, answer_at)

    async def _place(self, channel: str) -> tuple[str, str]:
        if channel == "direct":
            return await self.slack.direct_channel(self.person), "directmessage"
        return self.slack.channels[channel].id, channel

    async def _suggested(self, surface: Message | Json, element: Json, value: Any) -> Any:
        """For an external select: the offered option that was meant."""
        if element["type"] not in values.EXTERNAL or value is None:
            return value
        wanted = value if isinstance(value, list) else [value]
        found = []
        for item in wanted:
            offered = {"options": await self.suggest(element["action_id"], item, surface)}
            found.append(values.option({**element, **offered}, item) if isinstance(item, str) else item)
        return found if isinstance(value, list) else found[0]

    async def _after_submit(self, turn: Turn, view: Json) -> None:
        body = turn.answer.body
        if turn.status != 200:
            return
        action = body.get("response_action") if isinstance(body, dict) else None
        if not body:
            self._leave(view)
        elif action == "clear":
            self._leave(view, every=True)
        elif action == "errors":
            turn.errors = self._judge_errors(view, body.get("errors"))
        elif action in ("update", "push"):
            await self._replace(view, action, body.get("view"))
        else:
            self.slack.judge.violated("view_submission", f"no answer that Slack knows: {str(body)[:200]}")
        await self.slack.tell_changed()

    def _leave(self, view: Json, every: bool = False) -> None:
        """Unless the bot itself has meanwhile opened something else."""
        if self.modal and self.modal["id"] == view["id"]:
            self.slack.screen.close_modal(self.id, every)

    def _judge_errors(self, view: Json, errors: Any) -> Mapping[str, str]:
        known = {block["block_id"] for block in values.inputs(view)}
        if not isinstance(errors, dict) or not errors:
            self.slack.judge.violated("view_submission", "errors: empty")
            return {}
        for block, told in errors.items():
            if block not in known:
                self.slack.judge.violated("view_submission", f"errors: no input block {block!r} in {sorted(known)}")
            if not isinstance(told, str) or not told.strip():
                self.slack.judge.violated("view_submission", f"errors: nothing said at {block!r}")
        return errors

    async def _replace(self, view: Json, action: str, new: Any) -> None:
        if not self.slack.judge.view(f"view_submission {action}", new):
            return
        named = {**new, "blocks": with_ids(new["blocks"])}
        if action == "update":
            told = await self.slack.ask("views.update", {"view_id": view["id"], "view": named})
            self._entered.pop(view["id"], None)
            self.slack.screen.update_modal(told["view"])
            return
        if len(self.slack.screen.modals[self.id]) >= STACK:
            self.slack.judge.violated("view_submission", f"push: more than {STACK} modals on one another")
            return
        trigger = await self.slack.trigger(self.id, view["id"])
        told = await self.slack.ask("views.push", {"trigger_id": trigger, "view": named})
        self.slack.screen.open_modal(self.id, told["view"], on_top=True)

    def _state(self, view: Json) -> Json:
        """state.values of a view: what was entered, else what the fields began with."""
        picked = self._entered.get(view["id"], {})
        state: Json = {}
        for block in view["blocks"]:
            for element in _stateful(block):
                key = block["block_id"], element["action_id"]
                found = picked.get(key) or values.initial(element)
                state.setdefault(key[0], {})[key[1]] = found
        return state

    def _picked(self, ts: str) -> Json:
        state: Json = {}
        for (block, action), found in self._entered.get(ts, {}).items():
            state.setdefault(block, {})[action] = found
        return state

    def _in_front(self, name: str) -> Message | Json:
        """The modal, else the newest message that has the control, else the home tab."""
        if self.modal:
            return self.modal
        for message in reversed(self.messages):
            if _has(message.blocks, name):
                return message
        if self.home and _has(self.home["blocks"], name):
            return self.home
        raise NotOnScreen(f"{self.person.name} sees no control {name!r}")

    def _front_modal(self) -> Json:
        if self.modal is None:
            raise NotOnScreen(f"{self.person.name} has no modal open")
        return self.modal

    def _channel_name(self, channel: str) -> str:
        known = (found.name for found in self.slack.channels.values() if found.id == channel)
        return next(known, "directmessage")

    def _ts(self) -> str:
        return f"{self.slack.clock():.6f}"


def player(slack: Workspace, name: str, door: Door) -> Player:
    return Player(slack, slack.people[name], door)


def http(slack: Workspace, url: str) -> HttpDoor:
    """To the bot's endpoint, such as http://127.0.0.1:8000/slack/events."""
    return HttpDoor(url, slack.signing_secret, slack.background, lambda: slack.clock())


def socket(slack: Workspace) -> SocketDoor:
    return SocketDoor(slack.socket)


def _window_check(view: Json, state: Json) -> None:
    reasons: dict[str, str] = {}
    for block in values.inputs(view):
        told = values.refused(block, state[block["block_id"]][block["element"]["action_id"]])
        if told:
            reasons[block["label"]["text"]] = told
    if reasons:
        raise values.NotEntered(reasons)


def _stateful(block: Json) -> list[Json]:
    there = [block.get("element"), block.get("accessory"), *(block.get("elements") or [])]
    return [element for element in there if isinstance(element, dict) and element.get("type") in values.STATEFUL]


def _has(blocks: list[Json], name: str) -> bool:
    try:
        find_element(blocks, name)
    except NotOnScreen:
        return False
    return True
