"""Importing an existing sheet of sign-ups: a dry run first, and nothing is written before somebody confirms it."""

from coalition_bot.command import Feature
from coalition_bot.features.importing import command, news

FEATURE = Feature(name="importing", commands=command.COMMANDS, writers=news.WRITERS)

__all__ = ["FEATURE"]
