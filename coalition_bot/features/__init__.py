"""The only list of features; each may import those above it, and none below."""

from coalition_bot.features import (
    deadlines,
    geneva,
    groups,
    importing,
    members,
    panel,
    questions,
    reviews,
    signups,
    tracks,
)

FEATURES = (
    members.FEATURE,
    reviews.FEATURE,
    groups.FEATURE,
    importing.FEATURE,
    questions.FEATURE,
    deadlines.FEATURE,
    tracks.FEATURE,
    geneva.FEATURE,
    panel.FEATURE,
    signups.FEATURE,
)
