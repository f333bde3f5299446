"""Commands that only the contract suite has: every kind of question, and replies as large as they come."""

from __future__ import annotations

import hashlib
import struct
import tempfile
import zlib
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
from coalition_bot.fields import Option, attachment, carried, channels, choice, day, many, number, person, text, yes_no
from coalition_bot.history import note
from coalition_bot.moments import Moment
from coalition_bot.people import Place
from coalition_bot.uploads import Upload

HOSTILE = (
    "@everyone <!channel> <@U1> *b* _i_ `c` [a](http://evil.example) <http://evil.example|x> "
    "<script>alert(1)</script> &amp;"
)
STATES = tuple(Option(f"s{number}", f"State number {number}") for number in range(193))

SHEET_MAX = 100_000
BULK_BYTES = 3_000_000
BULK = b"".join(hashlib.sha256(str(number).encode()).digest() for number in range(BULK_BYTES // 32))
PNG_ALT = "Two <bars> & a “line”"


def _png(width: int, height: int) -> bytes:
    """A grey rectangle, the smallest that a browser can draw."""
    rows = zlib.compress(b"".join(b"\0" + b"\x88" * width for _row in range(height)))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b"")]
    told = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(told)


PNG = _png(40, 20)


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


class Sheet(Command, name="trial sheet"):
    """Say what was attached."""

    sheet: Upload = attachment("The sheet", help="As CSV", most=SHEET_MAX, endings=("csv", "txt"))
    said: str = text("Words", longest=200)
    sure: str = carried()

    def run(self, ctx: Context) -> Reply:
        if self.said == "refuse":
            raise Refusal("I will not say that.", field="said")
        confirm = button("Confirm", Sheet, sheet=self.sheet.token, said=self.said, sure="yes")
        seal = hashlib.sha256(self.sheet.content).hexdigest()[:12]
        told = f"{self.sheet.name} has {len(self.sheet.content)} bytes, {seal}: {self.said}"
        return done(f"confirmed: {told}") if self.sure else Reply(told, buttons=(confirm,))


class Picture(Command, name="trial picture", writes=False):
    """Show a picture."""

    def run(self, ctx: Context) -> Reply:
        return Reply("Look.", file=File("chart.png", "image/png", PNG, alt=PNG_ALT))


class Bulk(Command, name="trial bulk", writes=False):
    """Hand out a large file that is no bytes in memory."""

    def run(self, ctx: Context) -> Reply:
        stream = tempfile.SpooledTemporaryFile(max_size=BULK_BYTES // 3)  # noqa: SIM115 - whoever sends it closes it
        stream.write(BULK)
        return Reply("All of it.", file=File("bulk.bin", "application/octet-stream", stream))


class Shout(Command, name="trial shout", writes=False, public=True):
    """Tell everybody."""

    def run(self, ctx: Context) -> Reply:
        return Reply("For all to hear.", public=True)


TRIAL = Feature(
    name="trial",
    commands=[Every, Somewhere, Somebody, Large, Small, Echo, Always, Handout, Sheet, Picture, Bulk, Shout],
)
