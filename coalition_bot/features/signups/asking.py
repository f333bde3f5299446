"""`/signups`: any question about who signed up for what, asked in one line, in a form or by buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Any

from coalition_bot.command import Button, Command, Refusal, Reply, Table, Who, button, coordinators
from coalition_bot.context import Context
from coalition_bot.features.groups.cards import page_number
from coalition_bot.features.groups.finding import group_by_uid, led_groups, seen_groups
from coalition_bot.features.groups.kinds import KINDS
from coalition_bot.features.groups.standing import leads
from coalition_bot.features.members.finding import organisations
from coalition_bot.features.signups import counting, drawing
from coalition_bot.features.signups.days import past_day
from coalition_bot.features.signups.exporting import Format, file_of
from coalition_bot.features.signups.filters import (
    NO_GROUP,
    PART_WORDS,
    STATE_WORDS,
    Asked,
    narrow,
    platforms,
    sign_ups,
    without_options,
)
from coalition_bot.features.signups.listing import Listing, Sort, sign_up_list, unattached_list, unrepresented_list
from coalition_bot.features.signups.telling import apart, counted, headline, nothing, told
from coalition_bot.fields import Option, Problem, carried, choice, text
from coalition_bot.folding import fold
from coalition_bot.people import ORGANISATION_MAX
from coalition_bot.words import N_, _

SHOWN = 20  # rows on a page
FILTERS = ("group", "state", "kind", "organisation", "words", "since", "before", "role", "platform", "without")


class View(StrEnum):
    """How the answer is drawn up."""

    ROWS = "rows"
    GROUP = "group"
    ORGANISATION = "organisation"
    ISSUE = "issue"
    PICTURE = "picture"


VIEW_WORDS = {
    View.ROWS: N_("Rows"),
    View.GROUP: N_("By group"),
    View.ORGANISATION: N_("By organisation"),
    View.ISSUE: N_("By issue"),
    View.PICTURE: N_("Picture"),
}
SORT_WORDS = {
    Sort.NEWEST: N_("Newest first"),
    Sort.NAME: N_("Name"),
    Sort.ORGANISATION: N_("Organisation"),
    Sort.GROUP: N_("Group"),
}


def asked_groups(ctx: Context, typed: str = "") -> Sequence[Option]:
    """The groups that may be asked about: for coordinators also private and closed ones, for leads their own."""
    return seen_groups(ctx, typed) if coordinators.may_open(ctx) else led_groups(ctx, typed)


class SignUps(
    Command,
    name="signups",
    who=Who(leads.name, leads.may_open, lambda ctx, _command: leads.may_open(ctx)),
    writes=False,
    access="sign-ups",
    tap=N_("Sign-ups"),
):
    """Who signed up for what: found, counted, drawn, or as a file."""

    group: str = choice("Group", suggest=asked_groups, required=False, help="Empty for all that you may see")
    state: str = choice("State", STATE_WORDS.items(), required=False, help="Empty for all that are not over")
    kind: str = choice("Kind of group", KINDS, required=False)
    organisation: str = text(
        "Organisation",
        required=False,
        longest=ORGANISATION_MAX,
        suggest=organisations,
        help="Its name, or how it begins",
    )
    words: str = text("Words in the issue", required=False, help="For example evictions; all of them have to be there")
    since: str = text("Signed up since", required=False, help="A day, for example yesterday or 1 September")
    before: str = text("Signed up before", required=False, help="A day that is not counted any more")
    role: str = choice("Role", PART_WORDS.items(), required=False)
    platform: str = choice("Platform", suggest=platforms, required=False, help="Where they have an account")
    without: str = choice(
        "Who is missing", suggest=without_options, required=False, help="Mailing lists count only if you name them"
    )
    sort: str = choice("Order", SORT_WORDS.items(), required=False)
    view: str = choice("Shown as", VIEW_WORDS.items(), required=False)
    file: str = choice("As a file", [(each, each.upper()) for each in Format], required=False)
    page: str = carried()

    def reading(self) -> str:
        """An export is told apart in the log of readings."""
        return f"sign-ups: export as {self.file}" if self.file else self.spec.access

    def run(self, ctx: Context) -> Reply:
        self._read(ctx)
        listing = self._listing(ctx)
        count = listing.count(ctx)
        if not count:
            return self._nothing(ctx)
        if self.file:
            return self._file(ctx, listing, count)
        title = headline(ctx, self.asked, self.without, count)
        if self._view is View.PICTURE:
            return self._picture(ctx, title)
        if self._view is not View.ROWS:
            return self._counts(ctx, title)
        number = min(page_number(self.page), 1 + (count - 1) // SHOWN)
        pages = self._turn(number, more=number * SHOWN < count)
        return Reply(
            text=_("Page {number} of {all}").format(number=number, all=1 + (count - 1) // SHOWN) if pages else "",
            title=title,
            table=Table(listing.columns, listing.page(ctx, number, SHOWN)),
            buttons=(*pages, *self._others()),
        )

    def _read(self, ctx: Context) -> None:
        """What was asked for; from here on the answers are as buttons carry them, days for instance as days."""
        for name in ("organisation", "words"):
            if getattr(self, name) and not fold(getattr(self, name)):
                raise Problem(_("Please give a word in ordinary letters."), name)
        since, before = past_day(ctx, self.since, "since"), past_day(ctx, self.before, "before")
        self.asked = Asked(
            group=group_by_uid(ctx, self.group),
            kind=self.kind,
            organisation=self.organisation,
            words=self.words,
            since=since,
            before=before,
            role=self.role,
            platform=self.platform,
            state=self.state,
        )
        self.since, self.before = (day.isoformat() if day else "" for day in (since, before))
        astray = apart(self.asked, self.without)
        if astray:
            say = _("“{filter}” cannot be asked of what is listed here. Leave it out?")
            words = ", ".join(told(ctx, self.asked)[name] for name in astray)
            without_them = self._button(_("Leave it out"), dict.fromkeys(astray, ""))
            raise Refusal(say.format(filter=words), without_them, self._form(_("Change my answers")))

    def _listing(self, ctx: Context) -> Listing:
        if not self.without:
            return sign_up_list(ctx, self.asked, self.sort)
        if self.without == NO_GROUP:
            return unattached_list(ctx, self.asked)
        return unrepresented_list(ctx, self.asked, self.without)

    @property
    def _view(self) -> View:
        """Only sign-ups can be counted and drawn."""
        return View(self.view) if self.view and not self.without else View.ROWS

    @cached_property
    def _given(self) -> dict[str, str]:
        """The answers, as buttons carry them on."""
        names = (*FILTERS, "sort", "view")
        return {name: answer for name in names if (answer := getattr(self, name))}

    def _button(self, label: str, changed: Mapping[str, str]) -> Button:
        return button(label, SignUps, {name: answer for name, answer in {**self._given, **changed}.items() if answer})

    def _form(self, label: str) -> Button:
        return button(label, SignUps, self._given, form=True)

    def _turn(self, number: int, *, more: bool) -> list[Button]:
        """To the pages before and after this one."""
        back = [self._button(_("Back"), {"page": str(number - 1)})] if number > 1 else []
        return [*back, *([self._button(_("More"), {"page": str(number + 1)})] if more else [])]

    def _others(self) -> list[Button]:
        """The same question asked otherwise."""
        shown = [] if self.without else [view for view in View if view is not self._view]
        views = [self._button(_(VIEW_WORDS[view]), {"view": "" if view is View.ROWS else view}) for view in shown]
        files = [self._button(_("As {format}").format(format=each.upper()), {"file": each}) for each in Format]
        return [*views, *files, self._form(_("Filter"))]

    def _nothing(self, ctx: Context) -> Reply:
        """That there is none; each filter may be at fault, so each can be left out."""
        leave = _("Leave out “{filter}”")
        given = told(ctx, self.asked, self.without)
        drops = [self._button(leave.format(filter=words), {name: ""}) for name, words in given.items()]
        change = [self._form(_("Change my answers"))] if drops else []
        return Reply(nothing(ctx, self.asked, self.without), buttons=(*drops, *change))

    def _file(self, ctx: Context, listing: Listing, count: int) -> Reply:
        say = _("The file has {sign_ups}. Keep it where only those see it who need it.")
        text = say.format(sign_ups=counted(self.without, count))
        title = headline(ctx, self.asked, self.without, count)
        return Reply(text, title=title, file=file_of(ctx, listing, count, self.file))

    def _counts(self, ctx: Context, title: str) -> Reply:
        number = page_number(self.page)
        found = self._counted(ctx, number)
        heading, unnamed = {
            View.GROUP: (_("Group"), ""),
            View.ORGANISATION: (_("Organisation"), _("on their own")),
            View.ISSUE: (_("Issue"), _("not sure yet")),
        }[self._view]
        rows = tuple((name or unnamed, str(count)) for name, count in found[:SHOWN])
        return Reply(
            title=title,
            text="" if rows else _("There is no such page."),
            table=Table((heading, _("Sign-ups")), rows) if rows else None,
            buttons=(*self._turn(number, more=len(found) > SHOWN), *self._others()),
        )

    def _counted(self, ctx: Context, number: int) -> list[Any]:
        conditions = sign_ups(ctx, self.asked)

        def page(found: counting.Found) -> counting.Found:
            return found.offset((number - 1) * SHOWN).limit(SHOWN + 1)

        if self._view is View.GROUP:
            found = page(counting.by_group(conditions))
        elif self._view is View.ORGANISATION:
            found = counting.organisation_in_full(page(counting.by_organisation(conditions)))
        else:
            found = counting.issue_in_full(page(counting.by_issue(conditions, few=narrow(ctx, self.asked))), conditions)
        return list(ctx.session.execute(found))

    def _picture(self, ctx: Context, title: str) -> Reply:
        conditions = sign_ups(ctx, self.asked)
        largest = ctx.session.execute(counting.by_group(conditions).limit(drawing.GROUPS_SHOWN))
        groups = [(str(name), int(number)) for name, number in largest]
        picture = drawing.Picture(title, counting.by_week(ctx, conditions), groups)
        rows = tuple((str(place), name, str(count)) for place, (name, count) in enumerate(groups, 1))
        return Reply(
            title=title,
            table=Table((_("Bar"), _("Group"), _("Sign-ups")), rows),
            file=drawing.drawn(picture),
            buttons=tuple(self._others()),
        )


COMMANDS = (SignUps,)
