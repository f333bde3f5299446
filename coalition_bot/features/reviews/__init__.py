"""Reviews: which States' reviews the coalition follows, when they are, and how sure that is."""

from coalition_bot.command import Feature
from coalition_bot.features.reviews import commands
from coalition_bot.features.reviews.tables import Review, called, only_review, review_by_uid, reviews, suggest_reviews

FEATURE = Feature(name="reviews", commands=commands.COMMANDS, writers=commands.WRITERS)

__all__ = ["FEATURE", "Review", "called", "only_review", "review_by_uid", "reviews", "suggest_reviews"]
