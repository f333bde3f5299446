"""A generated coalition: people, groups and sign-ups in the proportions of a real one, the same for each seed."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from coalition_bot.db import Base, Database
from coalition_bot.features.geneva.questions import Coming
from coalition_bot.features.geneva.tables import Answer, Trip, TripKind
from coalition_bot.features.groups.tables import Ending, Group, GroupKind, Lead, Membership, Stage
from coalition_bot.features.reviews.tables import Review
from coalition_bot.folding import fold
from coalition_bot.people import Coalition, Community, Identity, Person, Role

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
SEED = 1948  # the year of the Universal Declaration
CHUNK = 2_000  # rows per statement
GIVEN = "Amina Anna Aylin Bongani Carlos Chen Diego Elif Fatou Hana Ibrahim Ines Jamal Joseph Lucía Maria Mei Nadia "
GIVEN += "Olga Omar Priya Rosa Samuel Sipho Thandi Tomás Wei Yusuf Zeynep 明美"
FAMILY = "Abebe Alvarez Banda Begum Chukwu Demir Diallo Eriksen Fernández García Haddad Ito Jansen Kamau Khan Kowalski "
FAMILY += "López Mbeki Moyo Nguyen O'Connor Okafor Patel Petrov Rossi Sánchez Silva Tanaka Traoré Yılmaz 李"
TOPICS = "evictions rents homelessness detention asylum torture policing prisons wages water land treaties schooling "
TOPICS += "disability midwifery trafficking surveillance journalists elections pensions statelessness pollution hunger"
WHO = "of families,of children,of women,of migrants,of older people,of farmers,of students,of trade unions,of refugees"
PLACES = "Alabama,Bogotá,Cebu,Dakar,Essex,Fiji,Gaza,Harare,Izmir,Jaffna,Kano,Lima,Manila,Nairobi,Oaxaca,Puebla,Quito"
KINDS = [GroupKind.WORKING] * 14 + [GroupKind.TASK_FORCE] * 2 + [GroupKind.CITY] * 3 + [GroupKind.LIST]
PLATFORMS = ("chat", "web")
ORGANISATION_OF = 14  # people per organisation
ALIKE = 100  # groups, after which popularity begins anew
TRIP_UID, GROUP_UID = "trip", "group-7"
COORDINATOR, LEAD = "coordinator", "lead"  # accounts
ORGANISATION = "Organisation 7 for Rights"
_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Size:
    """How large it is."""

    people: int
    groups: int
    sign_ups: int

    def times(self, factor: int) -> Size:
        """So many times as large, in all."""
        return Size(self.people * factor, self.groups * factor, self.sign_ups * factor)


USUAL = Size(people=20_000, groups=200, sign_ups=60_000)


def generate(db: Database, size: Size, seed: int = SEED) -> None:
    """Make the tables and fill them. PostgreSQL then looks at what it holds, as in time it does by itself."""
    Base.metadata.create_all(db.writer)
    indexes = [index for table in Base.metadata.sorted_tables for index in table.indexes]
    for index in indexes:  # made at the end at once: kept up to date row by row they would take most of the time
        index.drop(db.writer)
    db.write(lambda session: _fill(session, size, random.Random(seed)))
    for index in indexes:
        index.create(db.writer)
    if not db.is_sqlite:
        db.write(lambda session: session.execute(text("ANALYZE")))


def _fill(session: Session, size: Size, dice: random.Random) -> None:
    _put(session, Coalition, [{"id": 1, "name": "Large", "zone": "Europe/Zurich", "sample": True, "created_at": NOW}])
    _put(session, Community, [_community(number, name) for number, name in enumerate(PLATFORMS, 1)])
    _put(session, Person, (_person(number, size, dice) for number in range(1, size.people + 1)))
    _put(session, Identity, (_identity(number, dice) for number in range(1, size.people + 1) if number % 20))
    _put(session, Group, (_group(number) for number in range(1, size.groups + 1)))
    _put(session, Lead, (_lead(number, size) for number in range(1, 2 * size.groups + 1)))
    _put(session, Membership, _stays(size, dice))
    _put(session, Review, [_REVIEW])
    _put(session, Trip, [_TRIP])
    _put(session, Answer, (_coming(number, dice) for number in range(1, size.people + 1, 40)))


def _put(session: Session, entity: type[Base], rows: Iterable[_Row]) -> None:
    """Straight into the table: the mapped classes would take an hour for what this does in a minute."""
    waiting = iter(rows)
    table = entity.__table__
    assert isinstance(table, Table)
    while chunk := list(itertools.islice(waiting, CHUNK)):
        session.connection().execute(insert(table), chunk)
    if session.get_bind().dialect.name == "postgresql":
        last = f"(SELECT max(id) FROM {table.name})"
        session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {last})"))


def _community(number: int, platform: str) -> _Row:
    return {"id": number, "coalition_id": 1, "platform": platform, "external": "L1", "name": "Large", "created_at": NOW}


def _person(number: int, size: Size, dice: random.Random) -> _Row:
    name = f"{dice.choice(GIVEN.split())} {dice.choice(FAMILY.split())} {number}"
    organisation = f"Organisation {dice.randrange(size.people // ORGANISATION_OF)} for Rights" if number % 10 else ""
    return {
        "id": number,
        "coalition_id": 1,
        "uid": f"person-{number}",
        "name": name,
        "folded": fold(name),
        "organisation": organisation,
        "organisation_folded": fold(organisation),
        "role": Role.COORDINATOR if number == 1 else Role.MEMBER,
        "created_at": _moment(dice),
    }


def _identity(number: int, dice: random.Random) -> _Row:
    """Nobody for each twentieth: somebody else signed them up."""
    which = 0 if number <= 2 else dice.choice((0, 0, 1))
    account = {1: COORDINATOR, 2: LEAD}.get(number, f"account-{number}")
    return {
        "id": number,
        "coalition_id": 1,
        "community_id": which + 1,
        "person_id": number,
        "platform": PLATFORMS[which],
        "account": account,
        "created_at": NOW,
    }


def _group(number: int) -> _Row:
    name = f"Group {number} on {TOPICS.split()[number % len(TOPICS.split())]}"
    return {
        "id": number,
        "coalition_id": 1,
        "uid": f"group-{number}",
        "name": name,
        "folded": fold(name),
        "kind": KINDS[number % len(KINDS)],
        "about": "What it works on",
        "private": number % 25 == 0,
        "created_at": NOW - timedelta(days=800),
        "closed_at": NOW if number % 40 == 0 else None,
    }


def _lead(number: int, size: Size) -> _Row:
    """Two for each group; the second person leads the first ones."""
    group = 1 + (number - 1) % size.groups
    person = 2 if number in (7, 11) else number + 10
    return {
        "id": number,
        "coalition_id": 1,
        "uid": f"lead-{number}",
        "group_id": group,
        "person_id": person,
        "since": NOW - timedelta(days=700),
    }


def _stays(size: Size, dice: random.Random) -> Iterator[_Row]:
    """One for each lead; else anybody anywhere, in some groups many more than in others, each pair once."""
    pairs = {(lead["group_id"], lead["person_id"]) for lead in (_lead(n, size) for n in range(1, 2 * size.groups + 1))}
    while len(pairs) < size.sign_ups:  # the last tenth of the people is in no group
        block = dice.randrange(size.groups // ALIKE)  # so that the first group of a large coalition is no larger
        group = 1 + ALIKE * block + int(ALIKE * dice.random() ** 1.5)
        pairs.add((group, dice.randrange(1, 9 * size.people // 10)))
    for number, (group_id, person_id) in enumerate(dice.sample(sorted(pairs), len(pairs)), 1):
        yield _stay(number, group_id, person_id, dice)


def _stay(number: int, group_id: int, person_id: int, dice: random.Random) -> _Row:
    issue = f"{dice.choice(TOPICS.split())} {dice.choice(WHO.split(','))} in {dice.choice(PLACES.split(','))}"
    issue = "" if number % 9 == 0 else issue.capitalize()
    stage = dice.choices(list(Stage), weights=(92, 5, 3))[0]
    joined, over = _moment(dice), dice.random() < 0.1
    return {
        "id": number,
        "coalition_id": 1,
        "uid": f"stay-{number}",
        "group_id": group_id,
        "person_id": person_id,
        "stage": stage,
        "issue": issue,
        "issue_folded": fold(issue),
        "joined_at": joined,
        "entered_at": joined if stage is Stage.IN else None,
        "left_at": NOW if over else None,
        "ending": Ending.LEFT if over else "",
    }


def _coming(number: int, dice: random.Random) -> _Row:
    return {
        "id": number,
        "coalition_id": 1,
        "person_id": number,
        "trip_id": 1,
        "field": "coming",
        "plain": dice.choice(list(Coming)),
        "updated_at": NOW,
    }


def _moment(dice: random.Random) -> datetime:
    return NOW - timedelta(minutes=dice.randrange(2 * 365 * 24 * 60))


_REVIEW = {
    "id": 1,
    "coalition_id": 1,
    "uid": "review",
    "state": "US",
    "session": 54,
    "session_first_day": date(2026, 11, 2),
    "review_day": date(2026, 11, 9),
    **{f"{day}_{part}": "confirmed" for day in ("session", "review") for part in ("certainty", "source")},
    **{f"{day}_checked_on": date(2026, 8, 1) for day in ("session", "review")},
    "created_at": NOW,
}
_TRIP = {
    "id": 1,
    "coalition_id": 1,
    "uid": TRIP_UID,
    "review_id": 1,
    "kind": TripKind.REVIEW,
    "first_day": date(2026, 11, 2),
    "last_day": date(2026, 11, 12),
    "opened_at": NOW,
}
