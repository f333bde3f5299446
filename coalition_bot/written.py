"""A reply as text, for keeping it sealed until somebody asks for it again."""

from __future__ import annotations

from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from coalition_bot.command import Reply
from coalition_bot.words import _


class _Written(BaseModel):
    # A file is not always text, and may be a stream.
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", arbitrary_types_allowed=True)

    reply: Reply


def to_text(reply: Reply) -> str:
    """The whole reply, with all that is in its file."""
    file = reply.file
    if file and not isinstance(file.content, bytes):
        reply = replace(reply, file=replace(file, content=file.open().read()))
    return _Written(reply=reply).model_dump_json()


def without_file(reply: Reply) -> Reply:
    """The reply as it is remembered: a file is handed out once, and no second copy of it is kept."""
    if reply.file is None:
        return reply
    given = _("The file came with my first answer.")
    return replace(reply, file=None, text=f"{reply.text}\n{given}".strip())


def from_text(text: str) -> Reply:
    """The inverse. Raises ValueError where a version with other replies wrote it; its message may quote them."""
    return _Written.model_validate_json(text).reply
