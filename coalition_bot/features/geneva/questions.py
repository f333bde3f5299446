"""The one list of travel answers: what is asked, why, who sees it, until when it is kept. All the rest follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coalition_bot.context import Context
from coalition_bot.features.geneva.documents import email_address, no_documents, phone_number
from coalition_bot.features.members.finding import organisations
from coalition_bot.features.reviews.countries import country_names
from coalition_bot.fields import Kind, Option
from coalition_bot.moments import plain
from coalition_bot.people import NAME_MAX, ORGANISATION_MAX
from coalition_bot.words import N_, language

# Each is raised when its text changes: a consent says to which wording it was given.
NOTICE_VERSION = "1"
CONDUCT_VERSION = "1"
COUNTRY_MAX = 120
EMAIL_MAX = 254  # RFC 5321, 4.5.3.1.3
COUNTRIES_OFFERED = 100


class Part(StrEnum):
    """A short page of the form."""

    INTENT = "intent"
    ENTRY = "entry"
    CONSENTS = "consents"


PART_WORDS: Mapping[Part, str] = {
    Part.INTENT: N_("Coming, and contact"),
    Part.ENTRY: N_("Entry and visa"),
    Part.CONSENTS: N_("Consents"),
}


class Desk(StrEnum):
    """Who works with an answer, besides the person whose it is."""

    COORDINATORS = "coordinators"
    TRAVEL = "travel desk"


DESK_WORDS: Mapping[Desk, str] = {
    Desk.COORDINATORS: N_("“Coordinators” are those of this coalition, as announced to each other."),
    Desk.TRAVEL: N_(
        "“Travel desk” means people whom a coordinator put in charge of visas and hotels: nobody by default."
    ),
}


class Coming(StrEnum):
    """Whether somebody takes part in a trip."""

    IN_PERSON = "in person"
    UNSURE = "not sure"
    ONLINE = "online"
    NO = "no"
    WITHDRAWN = "withdrawn"  # never asked: what is left after `/geneva withdraw`


COMING_WORDS: Mapping[str, str] = {
    Coming.IN_PERSON: N_("Yes, in person"),
    Coming.UNSURE: N_("Not sure yet"),
    Coming.ONLINE: N_("Online"),
    Coming.NO: N_("No"),
    Coming.WITHDRAWN: N_("Withdrawn"),
    "": N_("not said yet"),
}
TRAVELLING = frozenset({Coming.IN_PERSON, Coming.UNSURE})
ATTENDING = TRAVELLING | {Coming.ONLINE}


@dataclass(frozen=True, slots=True, kw_only=True)
class TravelField:
    """One answer of a traveller. `help` says why it is asked, who sees it and until when it is kept."""

    name: str
    part: Part
    label: str
    help: str  # "<purpose> Seen by: <desk>. Kept: <days> days after the trip."
    desk: Desk
    kept_days: int  # after the last day of the trip; of the latest trip where `shared`
    sensitive: bool = True  # sealed, and never in a list or an export for others
    shared: bool = False  # the same for all trips of a person
    essential: bool = False  # cannot be left empty
    kind: Kind = Kind.TEXT
    options: tuple[tuple[str, str], ...] = ()
    longest: int = NAME_MAX
    check: Callable[[str], str] | None = None
    suggest: Callable[[Context, str], Sequence[Option]] | None = None
    offer: Callable[[Context], str] | None = None  # what the bot knows from elsewhere
    asked_of: frozenset[Coming] = ATTENDING
    open_values: frozenset[str] = frozenset()  # answers after which something has still to be settled
    version: str = ""  # of the wording that is agreed to

    @property
    def purpose(self) -> str:
        """Why it is asked."""
        return self.help.partition(" Seen by: ")[0]


def countries(ctx: Context, typed: str) -> Sequence[Option]:
    """Countries and territories by name, those that begin with what was typed first."""
    folded = plain(typed)
    found = [name for name in country_names(language()).values() if folded in plain(name)]
    found.sort(key=lambda name: (not plain(name).startswith(folded), plain(name)))
    return [Option(name, name) for name in found[:COUNTRIES_OFFERED]]


YES_NO = (("yes", N_("Yes")), ("no", N_("No")))

FIELDS = (
    TravelField(
        name="coming",
        part=Part.INTENT,
        label=N_("Are you coming?"),
        help=N_("To know how many we are. Seen by: coordinators. Kept: 30 days after the trip."),
        desk=Desk.COORDINATORS,
        kept_days=30,
        sensitive=False,
        essential=True,
        kind=Kind.CHOICE,
        options=tuple((value, COMING_WORDS[value]) for value in Coming if value is not Coming.WITHDRAWN),
        asked_of=frozenset(Coming),
    ),
    TravelField(
        name="unsure_because",
        part=Part.INTENT,
        label=N_("What does it depend on?"),
        help=N_("So that somebody can help. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        kind=Kind.MANY,
        options=(("visa", N_("The visa")), ("money", N_("Money")), ("other", N_("Something else"))),
        asked_of=frozenset({Coming.UNSURE}),
    ),
    TravelField(
        name="shown_name",
        part=Part.INTENT,
        label=N_("Your name as others shall see it"),
        help=N_("For lists; may be an alias. Seen by: coordinators. Kept: 30 days after the trip."),
        desk=Desk.COORDINATORS,
        kept_days=30,
        sensitive=False,
        shared=True,
        essential=True,
        check=no_documents,
        offer=lambda ctx: ctx.person.name,
    ),
    TravelField(
        name="organisation",
        part=Part.INTENT,
        label=N_("Your organisation"),
        help=N_("To know for whom you come. Seen by: coordinators. Kept: 30 days after the trip."),
        desk=Desk.COORDINATORS,
        kept_days=30,
        sensitive=False,
        shared=True,
        longest=ORGANISATION_MAX,
        check=no_documents,
        suggest=organisations,
        offer=lambda ctx: ctx.person.organisation,
    ),
    TravelField(
        name="passport_name",
        part=Part.INTENT,
        label=N_("Your name as in the passport"),
        help=N_("For badge and invitation. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        shared=True,
        longest=120,
        check=no_documents,
        asked_of=TRAVELLING,
    ),
    TravelField(
        name="email",
        part=Part.INTENT,
        label=N_("E-mail"),
        help=N_("For invitation and changes. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        shared=True,
        longest=EMAIL_MAX,
        check=email_address,
    ),
    TravelField(
        name="phone",
        part=Part.INTENT,
        label=N_("Phone, with the country's code"),
        help=N_("If plans change on the way. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        shared=True,
        longest=40,
        check=phone_number,
    ),
    TravelField(
        name="languages",
        part=Part.INTENT,
        label=N_("Languages that you speak"),
        help=N_("To plan meetings and interpreters. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        shared=True,
        longest=120,
        check=no_documents,
    ),
    TravelField(
        name="residence",
        part=Part.ENTRY,
        label=N_("Country where you live"),
        help=N_("It decides where to apply for a visa. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        shared=True,
        longest=COUNTRY_MAX,
        check=no_documents,
        suggest=countries,
        asked_of=TRAVELLING,
    ),
    TravelField(
        name="nationality",
        part=Part.ENTRY,
        label=N_("Nationality"),
        help=N_("The visa depends on it. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        shared=True,
        longest=COUNTRY_MAX,
        check=no_documents,
        suggest=countries,
        asked_of=TRAVELLING,
    ),
    TravelField(
        name="visa",
        part=Part.ENTRY,
        label=N_("Do you need a visa for Switzerland?"),
        help=N_("Visas take months. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        essential=True,
        kind=Kind.CHOICE,
        options=(*YES_NO, ("unknown", N_("I don't know")), ("unsaid", N_("I prefer not to say"))),
        asked_of=TRAVELLING,
        open_values=frozenset({"unknown"}),
    ),
    TravelField(
        name="passport_valid",
        part=Part.ENTRY,
        label=N_("Passport valid 3 months beyond the stay?"),
        help=N_("Border and visa ask for it. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        kind=Kind.CHOICE,
        options=(*YES_NO, ("renewing", N_("I am renewing it"))),
        asked_of=TRAVELLING,
        open_values=frozenset({"no", "renewing"}),
    ),
    TravelField(
        name="invitation",
        part=Part.ENTRY,
        label=N_("Do you need an invitation letter?"),
        help=N_("So that it is written in time. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        kind=Kind.CHOICE,
        options=YES_NO,
        asked_of=TRAVELLING,
    ),
    TravelField(
        name="insurance",
        part=Part.ENTRY,
        label=N_("Do you have travel insurance?"),
        help=N_("The visa asks for it. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        kind=Kind.CHOICE,
        options=(("yes", N_("Yes")), ("arranging", N_("I am arranging it"))),
        asked_of=TRAVELLING,
        open_values=frozenset({"arranging"}),
    ),
    TravelField(
        name="photo",
        part=Part.CONSENTS,
        label=N_("May photos and media show you?"),
        help=N_("So that no picture harms you. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        kind=Kind.CHOICE,
        options=(("named", N_("Yes, with my name")), ("face", N_("My face, not my name")), ("none", N_("No"))),
        version=NOTICE_VERSION,
    ),
    TravelField(
        name="conduct",
        part=Part.CONSENTS,
        label=N_("Will you keep to the code of conduct?"),
        help=N_("So that all are safe; see “What and why”. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        essential=True,
        kind=Kind.CHOICE,
        options=YES_NO,
        open_values=frozenset({"no"}),
        version=CONDUCT_VERSION,
    ),
    TravelField(
        name="privacy",
        part=Part.CONSENTS,
        label=N_("Do you agree to the privacy notice?"),
        help=N_("It is under “What and why”. Seen by: travel desk. Kept: 30 days after the trip."),
        desk=Desk.TRAVEL,
        kept_days=30,
        essential=True,
        kind=Kind.CHOICE,
        options=YES_NO,
        open_values=frozenset({"no"}),
        version=NOTICE_VERSION,
    ),
)
BY_NAME: Mapping[str, TravelField] = {declared.name: declared for declared in FIELDS}


def applies(declared: TravelField, coming: str) -> bool:
    """Whether a question makes sense for somebody who comes like that; before they said so, as if they came."""
    return (coming or Coming.IN_PERSON) in declared.asked_of


def wanted(coming: str, part: Part | None = None) -> list[TravelField]:
    """The questions that somebody who comes like that is asked, in order; those of one part only."""
    return [each for each in FIELDS if applies(each, coming) and part in (None, each.part)]
