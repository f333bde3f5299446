"""The small sample coalition of the page for trying, made through the door as people would make it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from adapters.web.people import (
    COMMUNITY,
    COORDINATOR,
    LEAD,
    PERSONAS,
    PLATFORM,
    TRAVELLER,
    Persona,
    channel,
    names,
)
from coalition_bot.bot import Bot, Request
from coalition_bot.command import Form, Reply, Tone
from coalition_bot.context import Visitor
from coalition_bot.db import Away
from coalition_bot.people import find_community

NAME = "Coalition for Change (sample)"
ZONE = "America/New_York"
PAGES_MAX = 12  # of one form

# Others in the coalition, whom no visitor can be.
AMINA = Persona("amina", "Amina Yusuf", "Member")
JOSEPH = Persona("joseph", "Joseph Running Deer", "Member")
LING = Persona("ling", "Ling Chen", "Member")
ROSA = Persona("rosa", "Rosa Delgado", "Member")
PEOPLE = (*PERSONAS, AMINA, JOSEPH, LING, ROSA)

ORGANISATIONS = {
    COORDINATOR: "Human Rights Network",
    LEAD: "Homes for All",
    AMINA: "Justice Now",
    JOSEPH: "Indigenous Voices",
    LING: "Women's Law Centre",
    ROSA: "Welcome Across Borders",
    TRAVELLER: "Welcome Across Borders",
}
GROUPS = {
    "Housing": ("Evictions, rents, and people without a home", LEAD),
    "Criminal justice": ("Police, courts and prisons", AMINA),
    "Indigenous peoples": ("Land, water, treaties and languages", JOSEPH),
    "Migration": ("Borders, detention and asylum", ROSA),
    "Women's rights": ("Health, pay and violence at home", LING),
}
SIGN_UPS = (
    (LEAD, "Housing", "Rents in large cities"),
    (JOSEPH, "Housing", "Homes on reservations"),
    (LING, "Housing", "Shelters for women"),
    (AMINA, "Criminal justice", "Bail"),
    (JOSEPH, "Indigenous peoples", "Water"),
    (ROSA, "Migration", "Detention of families"),
    (TRAVELLER, "Migration", "Asylum"),
    (LING, "Women's rights", "Equal pay"),
)


def create(bot: Bot) -> bool:
    """Create the coalition unless it is there. False where the database was away: try again."""
    try:
        if bot.db.read(lambda session: find_community(session, PLATFORM, COMMUNITY) is not None):
            return True
    except Away:
        return False
    start = Beginning(bot, bot.clock.now().date())
    if not start.found():
        return False
    start.introduce()
    start.follow_review()
    start.form_groups()
    start.set_dates()
    return True


@dataclass
class Beginning:
    """The first days of the sample coalition. What a command does not know is left out, so old samples stay valid."""

    bot: Bot
    today: date

    def found(self) -> bool:
        """The coordinator founds it."""
        where = str(channel("announcements"))
        reply = self._does(COORDINATOR, "coalition setup", coalition=NAME, zone=ZONE, announcements=where)
        return isinstance(reply, Reply) and reply.tone is Tone.DONE

    def introduce(self) -> None:
        """People say which organisation they come from."""
        for persona, organisation in ORGANISATIONS.items():
            self._does(persona, "my details", called=persona.name, organisation=organisation)

    def follow_review(self) -> None:
        """A review in half a year, and a trip to it."""
        first = _monday(self.today + timedelta(days=170))
        review = {
            "state": "United States",
            "session": "36",
            "first_day": first.isoformat(),
            "first_day_is": "confirmed",
            "review_day": (first + timedelta(days=7)).isoformat(),
            "review_day_is": "tentative",
            "source": "made up, for trying",
        }
        self._does(COORDINATOR, "review add", **review)
        self._does(
            COORDINATOR,
            "geneva open",
            kind="review",
            first_day=(first + timedelta(days=5)).isoformat(),
            last_day=(first + timedelta(days=9)).isoformat(),
        )

    def form_groups(self) -> None:
        """Working groups with leads and some members; the newcomer and the member are in none yet."""
        for name, (about, lead) in GROUPS.items():
            place = {"Housing": "housing", "Criminal justice": "criminal-justice"}.get(name)
            where = str(channel(place)) if place else ""
            self._does(COORDINATOR, "group create", name=name, about=about, channel=where)
            self._join(name, [sign_up for sign_up in SIGN_UPS if sign_up[0] is lead])
            self._does(COORDINATOR, "group lead", group=name, who=str(lead.place), role="lead")
            self._join(name, [sign_up for sign_up in SIGN_UPS if sign_up[0] is not lead])

    def _join(self, name: str, sign_ups: Sequence[tuple[Persona, str, str]]) -> None:
        for persona, group, issue in sign_ups:
            if group == name:
                told = {"called": persona.name, "organisation": ORGANISATIONS[persona]}
                self._does(persona, "group join", group=group, issue=issue, **told)

    def set_dates(self) -> None:
        """Two deadlines: the coalition's own for drafts, and the UN's for reports."""
        drafts, reports = self.today + timedelta(days=20), self.today + timedelta(days=48)
        self._deadline(f"First draft of each report due {drafts.day} {drafts:%B %Y} 5pm New York time")
        self._deadline(f"Stakeholder report due {reports.day} {reports:%B %Y} 5pm Geneva time")

    def _deadline(self, what: str) -> None:
        card = self._does(COORDINATOR, "deadline add", what=what, channels=str(channel("announcements")))
        confirm = [button for button in card.buttons if button.style == "primary"] if isinstance(card, Reply) else []
        if confirm:
            self._run(COORDINATOR, press=confirm[0].token)

    def _does(self, persona: Persona, command: str, /, **answers: str) -> Reply | Form | None:
        """Give a command with all its answers, through as many pages as its form has."""
        known = self.bot.commands.get(command)
        if known is None:
            return None
        asked = {field.name for field in known.spec.fields}
        given = {key: answer for key, answer in answers.items() if key in asked and answer}
        outcome = self._run(persona, command=command, answers=given)
        for _page in range(PAGES_MAX):
            if not isinstance(outcome, Form):
                break
            page = {each.name: given.get(each.name, each.value) for each in outcome.questions}
            outcome = self._run(persona, command=command, draft=outcome.draft, answers=page)
        return outcome

    def _run(self, persona: Persona, **what: object) -> Reply | Form:
        request = Request(
            id="",
            place=channel("general"),
            visitor=Visitor(persona.account, persona.name, admin=persona.admin),
            names=names(PEOPLE),
            community_name=NAME,
            trying=True,
            **what,  # type: ignore[arg-type]
        )
        return self.bot.run(request)


def _monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
