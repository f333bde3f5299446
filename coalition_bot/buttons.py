"""Buttons as they travel: a token of at most 100 characters that says which command, with which answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from coalition_bot.command import Button, Form, Reply, Style

# The narrowest place for a token: Discord's custom_id,
# https://docs.discord.com/developers/components/reference#anatomy-of-a-component
TOKEN_MAX = 100
_FORM = "!"


@dataclass(frozen=True, slots=True)
class Press:
    """A token read back: forged ones are possible, and mean no more than typing the command."""

    command: str
    answers: Mapping[str, str] = field(default_factory=dict)
    draft: str = ""  # where the answers are, if they were too long
    form: bool = False


def short_token(button: Button) -> str:
    """The token with the answers inside; empty where that is too long."""
    token = f"{_FORM if button.form else ''}{button.command}?{urlencode(button.answers)}"
    return token if len(token.encode()) <= TOKEN_MAX else ""


def draft_token(button: Button, draft: str) -> str:
    """The token that refers to answers kept as a draft."""
    return f"{_FORM if button.form else ''}{button.command}~{draft}"


def opener(form: Form, label: str, style: Style = Style.PLAIN) -> Button:
    """A button that opens a form where it stands, with what was typed so far."""
    button = Button(label, form.command, form=True, style=style)
    return replace(button, token=draft_token(button, form.draft))


def press(token: str) -> Press:
    """Read a token. Anything is readable; what it names may not exist."""
    form = token.startswith(_FORM)
    token = token.removeprefix(_FORM)
    if "~" in token and "?" not in token:
        command, _tilde, draft = token.partition("~")
        return Press(command, draft=draft, form=form)
    command, _mark, query = token.partition("?")
    return Press(command, dict(parse_qsl(query, keep_blank_values=True, errors="replace")), form=form)


def with_tokens(reply: Reply, keep: Callable[[Button], str] | None = None) -> Reply:
    """The reply with a token on each button; `keep` stores answers that are too long and names the draft.

    Without `keep`, a button with such answers stays without a token.
    """
    if not reply.buttons:
        return reply
    return replace(reply, buttons=tuple(_with_token(button, keep) for button in reply.buttons))


def _with_token(button: Button, keep: Callable[[Button], str] | None) -> Button:
    token = button.token or short_token(button)
    return replace(button, token=token or (draft_token(button, keep(button)) if keep else ""))
