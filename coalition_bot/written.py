"""A reply as text, for keeping it sealed until somebody asks for it again."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from coalition_bot.command import Reply


class _Written(BaseModel):
    model_config = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")  # a file is not always text

    reply: Reply


def to_text(reply: Reply) -> str:
    """The whole reply, files included."""
    return _Written(reply=reply).model_dump_json()


def from_text(text: str) -> Reply:
    """The inverse. Raises ValueError where a version with other replies wrote it; its message may quote them."""
    return _Written.model_validate_json(text).reply
