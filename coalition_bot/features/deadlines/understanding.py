"""What somebody wrote becomes a moment, a question, or a sentence that helps them write it again."""

from __future__ import annotations

from datetime import timedelta

from coalition_bot.command import Button, Refusal
from coalition_bot.context import Context
from coalition_bot.moments import Moment
from coalition_bot.phrases import Question, Refused, Span, Understood, read
from coalition_bot.phrases.days import YEARS_AHEAD
from coalition_bot.words import _, language

FARTHEST = timedelta(days=366 * (YEARS_AHEAD + 1))


def understand(ctx: Context, phrase: str, zone: str, field: str) -> Understood | Question:
    """A phrase as `zone` reads it, where it names none. Raises Refusal for the question `field`."""
    result = read(phrase, now=ctx.now, zone=zone, languages=(language(),))
    if isinstance(result, Refused):
        raise Refusal(f"{result.reason} {result.hint}", field=field)
    if isinstance(result, Span):
        raise Refusal(result.text, field=field)
    return result


def assumed(result: Understood) -> str:
    """What has to be said beside a moment that was understood; empty for nothing."""
    return _("You gave no time of day, so I took the end of the day.") if result.assumed_time else ""


def chosen(ctx: Context, meant: str, again: Button) -> Moment:
    """The moment that a button carried; somebody may have forged it. Raises Refusal with the button `again`."""
    try:
        moment = Moment.parse(meant)
        if moment.instant > ctx.now + FARTHEST:
            raise ValueError
    except ValueError:
        raise Refusal(_("I did not understand that. Please write it again."), again) from None
    if moment.instant <= ctx.now:
        raise Refusal(_("That moment has passed meanwhile. Please choose another."), again)
    return moment
