"""Members: founding a coalition, joining communities to it, roles, and what the bot knows of each person."""

from coalition_bot.command import Feature
from coalition_bot.features.members import coalition, mine

FEATURE = Feature(
    name="members",
    commands=[*coalition.COMMANDS, *mine.COMMANDS],
    writers=coalition.WRITERS,
    export=mine.export,
    forget=mine.forget,
    merge=mine.merge,
)
