"""Going to Geneva: trips, the travel form over many sittings, and what becomes of the answers."""

from coalition_bot.command import Feature
from coalition_bot.features.geneva import delegation, keeping, mine, parts, trips

FEATURE = Feature(
    name="geneva",
    commands=[*mine.COMMANDS, *parts.COMMANDS, *trips.COMMANDS, *delegation.COMMANDS],
    export=keeping.export,
    forget=keeping.forget,
    merge=keeping.merge,
    nightly=keeping.nightly,
)
