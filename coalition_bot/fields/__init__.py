"""The questions of a command: how each is worded, and how an answer becomes a value or a helpful problem."""

from coalition_bot.fields.asking import (
    attachment,
    carried,
    channels,
    choice,
    day,
    many,
    number,
    person,
    text,
    yes_no,
)
from coalition_bot.fields.attaching import in_words, take
from coalition_bot.fields.basics import Kind, Option, Problem
from coalition_bot.fields.cleaning import ANSWER_MAX, clean
from coalition_bot.fields.field import Field
from coalition_bot.fields.reading import CHANNELS_MAX, nearest, pick, read

__all__ = [
    "ANSWER_MAX",
    "CHANNELS_MAX",
    "Field",
    "Kind",
    "Option",
    "Problem",
    "attachment",
    "carried",
    "channels",
    "choice",
    "clean",
    "day",
    "in_words",
    "many",
    "nearest",
    "number",
    "person",
    "pick",
    "read",
    "take",
    "text",
    "yes_no",
]
