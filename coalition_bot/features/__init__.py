"""The only list of features; each may import those above it, and none below."""

from coalition_bot.features import deadlines, geneva, groups, members, questions, reviews

FEATURES = (members.FEATURE, reviews.FEATURE, groups.FEATURE, questions.FEATURE, deadlines.FEATURE, geneva.FEATURE)
