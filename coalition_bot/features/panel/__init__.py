"""The panel: a card with the first steps, to be pinned in a channel, and sent to newcomers."""

from coalition_bot.command import Feature
from coalition_bot.features.panel import commands, writing

FEATURE = Feature(name="panel", commands=commands.COMMANDS, writers=writing.WRITERS, welcome=writing.welcome)
