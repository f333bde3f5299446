"""Members: founding a coalition, joining communities to it, roles, and what the bot knows of each person."""

from coalition_bot.command import Feature
from coalition_bot.features.members import claiming, coalition, duplicates, mine

FEATURE = Feature(
    name="members",
    commands=[*coalition.COMMANDS, *mine.COMMANDS, *claiming.COMMANDS, *duplicates.COMMANDS],
    writers={**coalition.WRITERS, **duplicates.WRITERS},
    export=mine.export,
    forget=mine.forget,
    merge=mine.merge,
)
