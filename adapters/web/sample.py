"""The small sample coalition of the page for trying, made through the door as people would make it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta

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
from coalition_bot.command import Form, Reply, Style, Tone
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
DENISE = Persona("denise", "Denise Walker", "Member")
PEOPLE = (*PERSONAS, AMINA, JOSEPH, LING, ROSA, DENISE)

ORGANISATIONS = {
    COORDINATOR: "Human Rights Network",
    LEAD: "Homes for All",
    AMINA: "Justice Now",
    JOSEPH: "Indigenous Voices",
    LING: "Women's Law Centre",
    ROSA: "Welcome Across Borders",
    TRAVELLER: "Welcome Across Borders",
    DENISE: "Great Lakes Water Campaign",
}
GROUPS = {
    "Housing": ("Evictions, rents, and people without a home", LEAD),
    "Criminal justice": ("Police, courts and prisons", AMINA),
    "Indigenous peoples": ("Land, water, treaties and languages", JOSEPH),
    "Migration": ("Borders, detention and asylum", ROSA),
    "Women's rights": ("Health, pay and violence at home", LING),
}
SUMMARY, SAFETY, DETROIT, NEWS = "Executive summary", "Safety", "Detroit", "Advocacy news"
OF_OTHER_KINDS = {
    SUMMARY: {"about": "Makes one summary of all our reports", "kind": "task_force"},
    SAFETY: {"about": "Members who are watched or threatened at home", "private": "yes"},
    DETROIT: {"about": "What the review means for Detroit", "kind": "city"},
    NEWS: {"about": "One letter a month: what is new, what is due", "kind": "list"},
}
CAPACITY = {"Migration": "3"}
APPOINTED = (  # in the groups that one cannot simply join, and the backups
    (SUMMARY, LEAD, "lead"),
    (SAFETY, AMINA, "lead"),
    (SAFETY, JOSEPH, "backup"),
)
SIGN_UPS = (
    (LEAD, "Housing", "Rents in large cities"),
    (AMINA, "Criminal justice", "Bail"),
    (ROSA, "Migration", "Detention of families"),
    (JOSEPH, "Indigenous peoples", "Water"),
    (LING, "Women's rights", "Equal pay"),
    (JOSEPH, "Housing", "Homes on reservations"),
    (LING, "Housing", "Shelters for women"),
    (TRAVELLER, "Migration", "Asylum"),
    (DENISE, DETROIT, "Water that is shut off"),
    (ROSA, NEWS, ""),
    (DENISE, NEWS, ""),
    (LING, "Migration", "Women in detention"),
    (AMINA, "Migration", "Asylum"),
    (TRAVELLER, SUMMARY, "I can translate into Portuguese"),
)
BACKUP = ("Housing", JOSEPH)
WITHOUT_ACCOUNT = {
    "group": "Housing",
    "called": "Ruth Abernathy",
    "organisation": "Homes for All",
    "issue": "Evictions of older people",
}
CONTACTS = {"groups": LEAD, "mechanisms": AMINA, "travel": ROSA, "money": LING}
QUESTION = "I joined Migration some weeks ago and have heard nothing. When is the next call?"
TRACKS = (  # who says what; `due` is in how many days
    (AMINA, {"group": "Criminal justice", "kind": "research", "state": "done"}),
    (AMINA, {"group": "Criminal justice", "kind": "one_pager", "state": "done", "link": "https://example.org/bail"}),
    (ROSA, {"group": "Migration", "kind": "research", "state": "in_progress", "due": "25"}),
    (JOSEPH, {"group": "Indigenous peoples", "kind": "research", "state": "in_review"}),
    (LEAD, {"group": "Housing", "kind": "research", "state": "done", "note": "Nine States spoke of housing before"}),
    (LEAD, {"group": "Housing", "kind": "one_pager", "state": "in_review", "due": "16"}),
)
WEEKS = 6  # since the coalition began
BETWEEN = timedelta(days=2)  # two sign-ups


def create(bot: Bot) -> bool:
    """Create the coalition unless it is there. False where the database was away: try again."""
    try:
        if bot.db.read(lambda session: find_community(session, PLATFORM, COMMUNITY) is not None):
            return True
    except Away:
        return False
    then = Then(bot.clock.now() - timedelta(weeks=WEEKS))
    start = Beginning(at_another_time(bot, then), then, bot.clock.now())
    if not start.found():
        return False
    start.introduce()
    start.follow_review()
    start.form_groups()
    start.sign_up()
    then.at = start.now
    start.set_dates()
    start.work()
    start.ask()
    return True


@dataclass
class Then:
    """A clock that stands where it is set, so that the sample has a past."""

    at: datetime

    def now(self) -> datetime:
        """Where it was set."""
        return self.at


def at_another_time(bot: Bot, clock: Then) -> Bot:
    """The same bot, with its own idea of the present."""
    other = copy(bot)
    other.clock = clock
    return other


@dataclass
class Beginning:
    """The first weeks of the sample coalition. What a command does not know is left out, so old samples stay valid."""

    bot: Bot
    then: Then
    now: datetime

    @property
    def today(self) -> date:
        """From which dates ahead are counted."""
        return self.now.date()

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
        """Working groups, and one of every other kind, with those whom a coordinator puts there."""
        for name, (about, _lead) in GROUPS.items():
            place = {"Housing": "housing", "Criminal justice": "criminal-justice"}.get(name)
            where = str(channel(place)) if place else ""
            kind = {"kind": "working", "private": "no", "capacity": CAPACITY.get(name, "")}
            self._does(COORDINATOR, "group create", name=name, about=about, channel=where, **kind)
        for name, answers in OF_OTHER_KINDS.items():
            self._does(COORDINATOR, "group create", name=name, **{"kind": "working", "private": "no"} | answers)
        for group, persona, role in APPOINTED:
            self._appoint(group, persona, role)

    def sign_up(self) -> None:
        """People join, one after the other; the newcomer and the member are in no group yet."""
        for persona, group, issue in SIGN_UPS:
            told = {"called": persona.name, "organisation": ORGANISATIONS[persona], "shown": "yes"}
            self._does(persona, "group join", group=group, issue=issue, **told)
            if group in GROUPS and GROUPS[group][1] is persona:
                self._appoint(group, persona, "lead")
            self.then.at += BETWEEN
        self._appoint(*BACKUP, "backup")
        self._does(LEAD, "group add", **WITHOUT_ACCOUNT)

    def _appoint(self, group: str, persona: Persona, role: str) -> None:
        self._does(COORDINATOR, "group lead", group=group, who=str(persona.place), role=role)

    def set_dates(self) -> None:
        """Two deadlines: the coalition's own for drafts, and the UN's for reports."""
        drafts, reports = self.today + timedelta(days=20), self.today + timedelta(days=48)
        self._deadline(f"First draft of each report due {drafts.day} {drafts:%B %Y} 5pm New York time")
        self._deadline(f"Stakeholder report due {reports.day} {reports:%B %Y} 5pm Geneva time")

    def work(self) -> None:
        """Leads say how far their groups are."""
        for persona, answers in TRACKS:
            due = answers.get("due")
            day = self.today + timedelta(days=int(due)) if due else None
            self._confirmed(persona, "group track", **answers | {"due": f"{day:%d %B %Y} 5pm"} if day else answers)

    def ask(self) -> None:
        """People in charge of topics, and a question that waits for an answer."""
        for topic, persona in CONTACTS.items():
            self._does(COORDINATOR, "coalition contact", topic=topic, who=str(persona.place))
        self._does(TRAVELLER, "coalition ask", topic="groups", question=QUESTION)

    def _deadline(self, what: str) -> None:
        self._confirmed(COORDINATOR, "deadline add", what=what, channels=str(channel("announcements")))

    def _confirmed(self, persona: Persona, command: str, /, **answers: str) -> None:
        card = self._does(persona, command, **answers)
        confirm = (
            [button for button in card.buttons if button.style is Style.PRIMARY] if isinstance(card, Reply) else []
        )
        if confirm:
            self._run(persona, press=confirm[0].token)

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
