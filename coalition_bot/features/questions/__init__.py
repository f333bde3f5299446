"""Questions: a member asks, whoever is in charge of the topic answers, and none stays open unseen."""

from coalition_bot.command import Feature
from coalition_bot.features.questions import asking, keeping, news, topics

FEATURE = Feature(
    name="questions",
    commands=[*asking.COMMANDS, *topics.COMMANDS],
    writers=news.WRITERS,
    export=keeping.export,
    forget=keeping.forget,
    merge=keeping.merge,
    nightly=keeping.nightly,
)
