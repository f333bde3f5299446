"""The words in which questions are spoken of: kinds of answers, options, and problems with an answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an answer looks like; each platform has its own control for each."""

    TEXT = "text"
    CHOICE = "choice"
    MANY = "many"  # several of the options
    DAY = "day"
    NUMBER = "number"
    YES = "yes"  # yes or no
    CHANNELS = "channels"  # one or more places to post in
    PERSON = "person"
    FILE = "file"  # attached; the answer is the token of an upload


@dataclass(frozen=True, slots=True)
class Option:
    """One of the answers to choose from: what is stored, and how it is called."""

    value: str
    label: str


class Problem(Exception):
    """A sentence for the person whose answer cannot be taken, with what to try; `field` says where."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
