"""Commands that only the tests of the Discord adapter have: slow ones, broken ones, and one of many questions."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from coalition_bot.command import Command, Fact, Feature, Opening, Refusal, Reply, anyone, coordinators, done
from coalition_bot.context import Context
from coalition_bot.fields import Option, choice, text

HELD_SECONDS = 8
gate = threading.Event()  # what is slow waits for it


def wait_at_gate(ctx: Context) -> str:
    assert gate.wait(HELD_SECONDS)
    return "offered late"


def broken(ctx: Context, typed: str) -> Sequence[Option]:
    if typed:
        raise ZeroDivisionError
    return []


def alike(ctx: Context, typed: str) -> Sequence[Option]:
    return [Option("1", "Ana"), Option("2", "Ana"), Option("x" * 101, "Long"), Option("3", "B" * 150), Option("4", "")]


class Slow(Command, name="slow words"):
    """Think for long."""

    def run(self, ctx: Context) -> Reply:
        wait_at_gate(ctx)
        return done("thought through")


class SlowForm(Command, name="slow form", opening=Opening.ALWAYS):
    """Open a form after long."""

    said: str = text("Words", offer=wait_at_gate)

    def run(self, ctx: Context) -> Reply:
        return done(f"said: {self.said}")


class SlowShout(Command, name="slow shout", public=True, writes=False):
    """Tell all after long."""

    def run(self, ctx: Context) -> Reply:
        wait_at_gate(ctx)
        return Reply("for all, at last", public=True)


class Undrawable(Command, name="slow undrawable", writes=False):
    """Reply with something that cannot be drawn."""

    def run(self, ctx: Context) -> Reply:
        return Reply(facts=(Fact("Nothing", None),))  # type: ignore[arg-type]


class Suggesting(Command, name="slow suggesting", who=anyone):
    """Suggest badly."""

    broken: str = text("Broken", suggest=broken)
    alike: str = choice("Alike", suggest=alike)

    def run(self, ctx: Context) -> Reply:
        return done("never")


class Seven(Command, name="slow seven"):
    """Ask seven questions, most of which may be left out."""

    one: str = text("One", required=False)
    two: str = text("Two", required=False)
    three: str = text("Three", required=False)
    four: str = text("Four", required=False)
    five: str = text("Five", required=False)
    six: str = text("Six", required=False)
    seven: str = text("Seven")

    def run(self, ctx: Context) -> Reply:
        if self.seven == "thirteen":
            raise Refusal("Thirteen is not seven.", field="seven")
        return done(f"{self.one}|{self.six}|{self.seven}")


class Secret(Command, name="slow secret", who=coordinators, writes=False):
    """Tell what only coordinators may know."""

    def run(self, ctx: Context) -> Reply:
        return Reply("the roster")


SLOW = Feature(name="slow", commands=[Slow, SlowForm, SlowShout, Undrawable, Suggesting, Seven, Secret])
