"""The only list of features; each may import those above it, and none below."""

from coalition_bot.features import members

FEATURES = (members.FEATURE,)
