"""Draws replies, forms and the page as HTML: pure functions around the templates, which escape everything."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape

from adapters.web.people import CHANNELS, DIRECT, Persona, Room, channel
from coalition_bot.command import File, Form, Link, Question, Reply
from coalition_bot.fields import Kind
from coalition_bot.fields import in_words as size_in_words
from coalition_bot.moments import Moment, in_words
from coalition_bot.people import Place
from coalition_bot.words import _, n_

STREAM = f"stream-{secrets.token_hex(16)}"  # nobody can write it into an answer
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
SAFE_LINKS = ("https://", "http://", "mailto:")


@dataclass(frozen=True, slots=True)
class Scene:
    """What surrounds whatever is drawn."""

    persona: Persona
    room: Room
    language: str = "en"
    names: Mapping[str, str] = field(default_factory=dict)  # of places and accounts
    commands: frozenset[str] = frozenset()  # as typed, with slash and prefix


@dataclass(frozen=True, slots=True)
class Message:
    """A message as the log holds it: the bot's, or (with `said`) what the visitor typed."""

    key: str  # unique in the page
    at: datetime  # aware UTC
    reply: Reply | None = None
    said: str = ""
    private: bool = False  # an answer that only this visitor sees


@dataclass(frozen=True, slots=True)
class Conversation:
    """A room with what stands in it."""

    room: Room
    messages: Sequence[Message] = ()


def page(
    scene: Scene, personas: Sequence[Persona], conversations: Sequence[Conversation], last: int, event: str
) -> str:
    """The whole page; `last` is the number of the newest post, `event` a name for what the visitor does first."""
    parts = {"personas": personas, "conversations": conversations, "last": last, "event": event}
    return _draw("page.html", scene, **parts)


def plain() -> str:
    """What stands at the same address where the page for trying is closed."""
    return _environment.get_template("plain.html").render()


def messages(scene: Scene, *drawn: Message) -> str:
    """Messages to be added to a log."""
    return _draw("messages.html", scene, messages=drawn)


def words(reply: Reply) -> str:
    """A reply's sentences alone, for a place beside what was asked."""
    return str(escape("\n".join(part for part in (reply.title, reply.text) if part)))


def dialog(scene: Scene, form: Form, event: str) -> str:
    """A page of a form. `event` names its submission, so that a double click counts once."""
    channels = tuple((str(channel(name)), f"#{name}") for name in CHANNELS)
    return _draw("dialog.html", scene, form=form, event=event, channels=channels)


def place_name(place: Place, scene: Scene) -> str:
    """What a place is called here; one of another platform by its own name."""
    known = scene.names.get(str(place))
    if place.private and known:
        return _("direct messages of {name}").format(name=known)
    return known or place.channel or place.account


def mentioned(account: str, scene: Scene) -> str:
    """The name of whom a message is for; `account` may be written as a place."""
    own = Place(scene.persona.place.platform, scene.persona.place.community, account=account)
    return scene.names.get(account) or scene.names.get(str(own)) or account


def download(file: File) -> str:
    """The file inside an address, so that nothing of it stays on the server; for a stream, a mark in its place."""
    media = file.media if file.media in PICTURES else "application/octet-stream"
    content = base64.b64encode(file.content).decode() if isinstance(file.content, bytes) else STREAM
    return f"data:{media};base64,{content}"


def _draw(template: str, scene: Scene, **parts: object) -> str:
    return _environment.get_template(template).render(scene=scene, **parts)


def _instant(value: datetime | Moment) -> str:
    at = value.instant if isinstance(value, Moment) else value
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _size(file: File) -> str:
    return size_in_words(file.size)


def _answers(question: Question) -> list[str]:
    """The values inside the answer to a question that takes several."""
    if question.kind is Kind.CHANNELS:
        return question.value.replace(",", " ").split()
    return [value for value in question.value.split(",") if value]


def _widget(kind: Kind, more: bool) -> str:
    if kind in (Kind.CHANNELS, Kind.MANY):
        return "several"
    if kind in (Kind.CHOICE, Kind.YES) and not more:
        return "one"
    if kind is Kind.FILE:
        return "file"
    return "text"


def _make() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        _=_,
        n_=n_,
        DIRECT=DIRECT,
        place_name=place_name,
        mentioned=mentioned,
        download=download,
        size=_size,
        widget=_widget,
        PICTURES=PICTURES,
        answers=_answers,
    )
    made.filters.update(official=in_words, instant=_instant, option_pair=lambda option: (option.value, option.label))
    made.tests.update(
        moment=lambda value: isinstance(value, Moment),
        place=lambda value: isinstance(value, Place),
        safe_link=lambda value: isinstance(value, Link) and value.url.lower().startswith(SAFE_LINKS),
        link=lambda value: isinstance(value, Link),
        channels_kind=lambda kind: kind is Kind.CHANNELS,
    )
    return made


_environment = _make()
