"""Turns a command with answers missing into the next page of its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coalition_bot import fields
from coalition_bot.command import Form, Question, Spec
from coalition_bot.context import Context
from coalition_bot.fields import Field, Kind, Option, Problem, pick
from coalition_bot.fields.cleaning import forbidden
from coalition_bot.platform import Limits
from coalition_bot.words import _

_CHOSEN = (Kind.CHOICE, Kind.PERSON, Kind.YES)


@dataclass(slots=True)
class Reading:
    """What the answers amount to: values by field, and problems by field."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def read(spec: Spec, ctx: Context, answers: Mapping[str, str]) -> Reading:
    """Read all answers; a question that does not apply has its empty value whatever was sent."""
    reading = Reading()
    for each in spec.fields:
        applies = each.carried or each.asked(answers)
        try:
            asked = each if applies else replace(each, required=False)
            reading.values[each.name] = fields.read(asked, ctx, answers.get(each.name, "") if applies else "")
        except Problem as problem:
            reading.problems[each.name] = problem.message
    return reading


def page(spec: Spec, answers: Mapping[str, str], seen: frozenset[str], limit: int) -> tuple[tuple[Field, ...], bool]:
    """The next questions, at most `limit`, and whether they are the last. One that hangs on another waits for it."""
    chosen: list[Field] = []
    names: set[str] = set()
    waiting = False
    for each in spec.fields:
        if each.carried or each.name in seen:
            continue
        hangs = each.when is not None and each.when[0] in names
        if hangs or (each.asked(answers) and len(chosen) >= limit):
            waiting = True
            break
        if each.asked(answers):
            chosen.append(each)
            names.add(each.name)
    return tuple(chosen), not waiting


def draw(
    spec: Spec,
    ctx: Context,
    asked: Sequence[Field],
    answers: Mapping[str, str],
    problems: Mapping[str, str],
    limits: Limits,
) -> Form:
    """The form with these questions, filled in as far as known. The caller adds draft and page."""
    questions = tuple(question(each, ctx, answers, problems.get(each.name, ""), limits) for each in asked)
    return Form(command=spec.name, title=_(spec.help).rstrip("."), questions=questions, draft="")


def question(asked: Field, ctx: Context, answers: Mapping[str, str], problem: str, limits: Limits) -> Question:
    """One field as it is asked now."""
    value = answers[asked.name] if asked.name in answers else _offered(asked, ctx)
    options, more = _options(asked, ctx, limits)
    shown, label = _prefill(asked, ctx, value, options)
    if shown and asked.kind is Kind.CHOICE and not more and all(each.value != shown for each in options):
        options, more = (Option(shown, label), *options[: limits.options - 1]), len(options) == limits.options
    return Question(
        name=asked.name,
        kind=asked.kind,
        label=_(asked.label),
        help=_(asked.help),
        required=asked.required,
        longest=asked.longest,
        multiline=asked.multiline,
        value=shown,
        value_label=label,
        options=options,
        more=more,
        free=asked.kind is Kind.TEXT and asked.suggest is not None,
        endings=asked.endings,
        problem=problem,
    )


def _offered(asked: Field, ctx: Context) -> str:
    for source in (asked.known, asked.offer):
        if source is not None and (value := source(ctx)):
            return value
    return ""


def _options(asked: Field, ctx: Context, limits: Limits) -> tuple[tuple[Option, ...], bool]:
    found = tuple(Option(each.value, _(each.label)) for each in asked.choices(ctx))
    return found[: limits.options], len(found) > limits.options or asked.kind is Kind.PERSON


def _prefill(asked: Field, ctx: Context, value: str, options: Sequence[Option]) -> tuple[str, str]:
    """What may stand in the control when the form opens, and what it is called: only what the control can hold."""
    if not value:
        return "", ""
    if asked.kind is Kind.TEXT:
        return "".join(sign for sign in value if not forbidden(sign))[: asked.longest], ""
    try:
        found = fields.read(asked, ctx, value)
    except Problem:
        return "", ""
    if asked.kind in _CHOSEN:
        chosen = pick(options, value) or pick(asked.choices(ctx, value), value)
        return (chosen.value, _(chosen.label)) if chosen else (value, ctx.names.get(value, value))
    if asked.kind is Kind.FILE:
        return value, found.name
    if asked.kind is Kind.DAY:
        return found.isoformat(), ""
    if asked.kind is Kind.MANY:
        return ",".join(found), ""
    return value, ""
