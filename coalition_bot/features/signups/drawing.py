"""The picture: sign-ups over time and the largest groups, legible on a phone, with the same in words."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from coalition_bot.command import File
from coalition_bot.moments import day_in_words
from coalition_bot.words import _

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GROUPS_SHOWN = 15
WEEKS_TOLD = 8  # of the alternative in words; more would be read by nobody
# 720 x 900 dots: on a phone 360 points wide the smallest letters are 11 points high, and it need not be turned.
WIDE, HIGH, DOTS = 3.6, 4.5, 200
LARGE, SMALL = 9.5, 8  # points
NAME_SHOWN = 36  # signs beside a bar; the whole name stands in the list below the picture
FEW = 5  # bars; fewer are not drawn thicker
MARGINS = {"left": 0.012, "right": 0.988, "top": 0.95, "bottom": 0.01, "hspace": 0.22}  # parts of the whole
INK, BAR = "#1a1a1a", "#2c6fbb"


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: how many there were by the end of each week, and the largest groups with theirs."""

    title: str
    weeks: Sequence[tuple[date, int]]
    groups: Sequence[tuple[str, int]]

    @property
    def alt(self) -> str:
        """The same in words."""
        step = max(1, (len(self.weeks) - 1) // WEEKS_TOLD)
        told = [*self.weeks[:-1:step], *self.weeks[-1:]]
        weeks = "; ".join(f"{day_in_words(monday)}: {number}" for monday, number in told)
        groups = "; ".join(f"{number} {name}: {count}" for number, (name, count) in enumerate(self.groups, 1))
        over_time = _("Sign-ups in all by week, from Monday on: {weeks}.").format(weeks=weeks)
        by_group = _("By group: {groups}.").format(groups=groups)
        return f"{self.title}. {over_time} {by_group}"


def drawn(picture: Picture) -> File:
    """The picture as a file that is drawn where it is handed out: the first one takes seconds on a small machine."""
    return File("sign-ups.png", "image/png", alt=picture.alt, make=lambda: draw(picture))


def draw(picture: Picture) -> bytes:
    """A PNG. Bars are numbered, since no font has the letters of all names; the list tells which is which."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDE, HIGH), dpi=DOTS, facecolor="white")
    FigureCanvasAgg(figure)
    over_time, by_group = figure.subplots(2, 1, height_ratios=(2, 5), gridspec_kw=MARGINS)
    _line(over_time, picture.weeks)
    _bars(by_group, picture.groups)
    page = io.BytesIO()
    figure.savefig(page, format="png", metadata={"Software": None}, pil_kwargs={"compress_level": 3})
    return page.getvalue()


def drawable(text: str) -> bool:
    """Whether the font has all letters of it, and they stand side by side from left to right."""
    letters = _letters()
    plain = all(unicodedata.bidirectional(sign) not in ("R", "AL", "AN") for sign in text)
    return plain and all(ord(sign) in letters and not unicodedata.combining(sign) for sign in text)


@lru_cache
def _letters() -> frozenset[int]:
    """Those of the font, by number."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties())).get_charmap())


def _line(axes: Axes, weeks: Sequence[tuple[date, int]]) -> None:
    """From nothing at the first Monday to all at the end of the last week, with the number there."""
    numbers = [0, *(number for _monday, number in weeks)]
    axes.plot(range(len(numbers)), numbers, color=BAR, linewidth=2)
    axes.fill_between(range(len(numbers)), numbers, color=BAR, alpha=0.15)
    axes.set_ylim(0, numbers[-1] * 1.3)
    axes.set_xlim(0, len(weeks) * 1.01)
    _say(axes, len(weeks), numbers[-1] * 1.03, str(numbers[-1]), ha="right", va="bottom", size=LARGE)
    axes.plot([0, len(weeks)], [0, 0], color=INK, linewidth=1)
    below = numbers[-1] * -0.06
    _say(axes, 0, below, weeks[0][0].isoformat(), ha="left", va="top", size=SMALL)
    last = weeks[-1][0] + timedelta(days=6)
    _say(axes, len(weeks), below, last.isoformat(), ha="right", va="top", size=SMALL)
    _bare(axes, _("Sign-ups over time"))


def _bars(axes: Axes, groups: Sequence[tuple[str, int]]) -> None:
    """One bar under each number and name, with how many there are at the right end."""
    most = max(number for _name, number in groups)
    axes.barh(range(len(groups)), [number for _name, number in groups], color=BAR, height=0.22, align="edge")
    for place, (name, number) in enumerate(groups):
        shown = name if len(name) <= NAME_SHOWN else name[: NAME_SHOWN - 1].rstrip() + "…"
        label = f"{place + 1}  {shown}" if drawable(shown) else str(place + 1)
        _say(axes, 0, place - 0.06, label, ha="left", va="bottom", size=SMALL)
        _say(axes, most, place - 0.06, str(number), ha="right", va="bottom", size=SMALL, weight="bold")
    axes.set_xlim(0, most)
    axes.set_ylim(max(len(groups), FEW) - 0.7, -0.7)
    _bare(axes, _("By group"))


def _say(axes: Axes, x: float, y: float, text: str, **looks: Any) -> None:
    """Words as they are: a dollar sign in a name begins no formula."""
    axes.text(x, y, text, color=INK, parse_math=False, **looks)


def _bare(axes: Axes, title: str) -> None:
    axes.set_title(title, loc="left", fontsize=LARGE, fontweight="bold", color=INK, parse_math=False)
    axes.set_axis_off()  # its marks say nothing that the numbers do not, and take half of the time
