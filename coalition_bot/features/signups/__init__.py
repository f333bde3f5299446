"""Sign-ups as coordinators and leads ask about them: found, counted, drawn, exported."""

from coalition_bot.command import Feature
from coalition_bot.features.signups import asking

FEATURE = Feature(name="signups", commands=asking.COMMANDS)
