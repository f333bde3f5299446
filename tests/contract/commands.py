"""Commands that only the contract suite has: every kind of question, and replies as large as they come."""

from __future__ import annotations

from datetime import date

from coalition_bot.command import (
    Command,
    Fact,
    Feature,
    File,
    Link,
    Opening,
    Refusal,
    Reply,
    Style,
    Table,
    Tone,
    button,
    done,
)
from coalition_bot.context import Context
from coalition_bot.fields import Option, channels, choice, day, many, number, person, text, yes_no
from coalition_bot.history import note
from coalition_bot.moments import Moment
from coalition_bot.people import Place

HOSTILE = (
    "@everyone <!channel> <@U1> *b* _i_ `c` [a](http://evil.example) <http://evil.example|x> "
    "<script>alert(1)</script> &amp;"
)
STATES = tuple(Option(f"s{number}", f"State number {number}") for number in range(193))


def states(ctx: Context, typed: str) -> list[Option]:
    return [state for state in STATES if typed.casefold() in state.label.casefold() or typed == state.value]


def nobody(ctx: Context, typed: str) -> list[Option]:
    return []


class Every(Command, name="trial every"):
    """Ask every kind of question."""

    words: str = text("Words", help="Anything at all", longest=100)
    story: str = text("Story", required=False, multiline=True, longest=2000)
    dish: str = choice("Dish", [("soup", "Soup"), ("bread", "Bread")])
    state: str = choice("State", suggest=states)
    extras: tuple[str, ...] = many("Extras", [("salt", "Salt"), ("oil", "Oil"), ("rice", "Rice")], required=False)
    agreed: bool = yes_no("Agreed?")
    on: date = day("On which day?")
    count: int = number("How many?")
    sauce: str = choice("Sauce", [("red", "Red"), ("green", "Green")], when=("dish", {"soup"}))

    def run(self, ctx: Context) -> Reply:
        said = [self.words, self.story, self.dish, self.state, "+".join(self.extras), self.agreed, self.on, self.count]
        return done("|".join(str(each) for each in [*said, self.sauce]))


class Somewhere(Command, name="trial where"):
    """Ask for a channel."""

    where: tuple[Place, ...] = channels("Where?")

    def run(self, ctx: Context) -> Reply:
        return done(f"{len(self.where)} place", facts=tuple(Fact("Place", place) for place in self.where))


class Somebody(Command, name="trial who"):
    """Ask for a person."""

    who: str = person("Who?", suggest=nobody)

    def run(self, ctx: Context) -> Reply:
        return done(f"somebody: {Place.parse(self.who).account}")


class Large(Command, name="trial large", writes=False):
    """Reply with as much as there can be."""

    def run(self, ctx: Context) -> Reply:
        return Reply(
            text="A long text. " * 400,
            title="A long title " * 30,
            facts=tuple(Fact(f"Fact {number}", "value " * 60) for number in range(60)),
            table=Table(("One", "Two", "Three"), tuple((f"row {n}", "x" * 90, HOSTILE) for n in range(300))),
            buttons=tuple(button(f"Button number {number} " * 6, Echo, said=f"b{number}") for number in range(12)),
            tone=Tone.PROBLEM,
        )


class Small(Command, name="trial small", writes=False):
    """Reply with one of each part."""

    def run(self, ctx: Context) -> Reply:
        return Reply(
            HOSTILE,
            title=HOSTILE,
            facts=(
                Fact(HOSTILE, HOSTILE),
                Fact("When", Moment.parse("2020-03-04T14:00[America/New_York]")),
                Fact("Here", ctx.place),
                Fact("Page", Link("https://www.ohchr.org/en/hr-bodies/upr", "The UPR")),
            ),
            table=Table((HOSTILE,), ((HOSTILE,),)),
            buttons=(
                button("Echo", Echo, style=Style.PRIMARY, said="from a button"),
                button("Long echo", Echo, style=Style.DANGER, said="x" * 150),
                button("Ask", Echo, form=True),
            ),
        )


class Echo(Command, name="trial echo"):
    """Say it again."""

    said: str = text("Words", longest=200)

    def run(self, ctx: Context) -> Reply:
        if self.said == "refuse":
            raise Refusal("I will not say that.", field="said")
        if self.said == "crash":
            raise ZeroDivisionError
        note(ctx.session, ctx.now, ctx.person.id, "trial.echo", "")
        return done(f"echo: {self.said}")


class Always(Command, name="trial always", opening=Opening.ALWAYS):
    """Always open the form."""

    said: str = text("Words", offer=lambda ctx: "offered")

    def run(self, ctx: Context) -> Reply:
        return done(f"always: {self.said}")


class Handout(Command, name="trial handout", writes=False):
    """Hand out a file."""

    def run(self, ctx: Context) -> Reply:
        return Reply("Here it is.", file=File("handout.csv", "text/csv", "name\r\nRené\r\n".encode("utf-8-sig")))


class Shout(Command, name="trial shout", writes=False, public=True):
    """Tell everybody."""

    def run(self, ctx: Context) -> Reply:
        return Reply("For all to hear.", public=True)


TRIAL = Feature(
    name="trial",
    commands=[Every, Somewhere, Somebody, Large, Small, Echo, Always, Handout, Shout],
)
