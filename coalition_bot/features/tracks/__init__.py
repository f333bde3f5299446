"""The three things that every group works on, the board on which coordinators see them, and nudges to the leads."""

from coalition_bot.command import Feature
from coalition_bot.features.tracks import board, keeping, nudging, tracking
from coalition_bot.features.tracks.looks import tells

FEATURE = Feature(
    name="tracks",
    commands=[*tracking.COMMANDS, *board.COMMANDS, *nudging.COMMANDS],
    writers=nudging.WRITERS,
    export=keeping.export,
    forget=keeping.forget,
    merge=keeping.merge,
    tells=tells,
    nightly=keeping.follow_channels,
)

__all__ = ["FEATURE"]
