"""Addresses by which sheets name people: sealed, and recognised by marks that only the holder of the key can make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from sqlalchemy import ForeignKey, LargeBinary, Select, String, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coalition_bot.context import Context
from coalition_bot.db import Base, Key, Owned, add_many
from coalition_bot.fields import Problem
from coalition_bot.people import Person
from coalition_bot.vault import Unreadable
from coalition_bot.words import _

ADDRESS_MAX = 254  # https://www.rfc-editor.org/errata/eid1690
CHUNK = 1000  # values in one statement; databases take some ten thousand

_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+")
_IN_BRACKETS = re.compile(r".*<(?:mailto:)?([^<>]+)>")
T = TypeVar("T")


class Address(Owned, Base):
    """How sheets name somebody: by an e-mail address, or without one by name and organisation.

    Where two records become one, it has what both had: so an old sheet still finds its people.
    """

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("coalition_id", "mark"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    mark: Mapped[str] = mapped_column(String(64))  # see Vault.marks
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)  # the e-mail address; None for name and organisation
    added_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Naming:
    """How a sheet names somebody, as it will be kept."""

    person_id: int
    mark: str
    email: str  # empty for name and organisation


def readable_address(typed: str) -> str:
    """The e-mail address in a cell, also in one such as "Maria <maria@example.org>". Raises Problem."""
    found = _IN_BRACKETS.fullmatch(typed)
    address = (found[1] if found else typed).removeprefix("mailto:").strip()
    if not _EMAIL.fullmatch(address) or len(address) > ADDRESS_MAX:
        raise Problem(_("“{typed}” is no e-mail address.").format(typed=typed[:60]))
    return address


def email_marks(ctx: Context, address: str) -> tuple[str, ...]:
    """By which an address is recognised, whoever wrote it in which case; the first is the one to keep."""
    return ctx.vault.marks(address.casefold(), "e-mail", ctx.coalition.id)


def name_marks(ctx: Context, folded: str, organisation_folded: str) -> tuple[str, ...]:
    """By which a name with its organisation is recognised; the first is the one to keep."""
    return ctx.vault.marks(f"{folded}\n{organisation_folded}", "name", ctx.coalition.id)


def marked(session: Session, marks: Iterable[str]) -> dict[str, int]:
    """Whose these marks are: numbers of people by mark."""
    found: dict[str, int] = {}
    for some in chunks(marks):
        rows = session.execute(select(Address.mark, Address.person_id).where(Address.mark.in_(some)))
        found |= dict(rows.all())
    return found


def with_email(session: Session, person_ids: Iterable[int]) -> set[int]:
    """Those of these people of whom an e-mail address is kept."""
    known: set[int] = set()
    for some in chunks(person_ids):
        theirs = select(Address.person_id).where(Address.person_id.in_(some), Address.sealed.is_not(None))
        known |= set(session.scalars(theirs))
    return known


def keep(ctx: Context, namings: Iterable[Naming]) -> None:
    """Store new ones, all at once. A mark that somebody has already raises IntegrityError."""
    rows = [
        Address(
            person_id=each.person_id,
            mark=each.mark,
            sealed=ctx.vault.seal(each.email, *_binding(ctx, each.person_id)) if each.email else None,
            added_at=ctx.now,
        )
        for each in namings
    ]
    add_many(ctx.session, rows)


def addresses(ctx: Context, person: Person) -> list[str]:
    """The e-mail addresses that are kept of somebody, the first one in front."""
    rows = ctx.session.scalars(_of(person).where(Address.sealed.is_not(None)).order_by(Address.id))
    return [address for address in (_opened(ctx, row) for row in rows) if address]


def forget(ctx: Context, person: Person) -> None:
    """Delete all by which sheets name somebody."""
    ctx.session.execute(delete(Address).where(Address.person_id == person.id))


def merge(ctx: Context, gone: Person, kept: Person) -> None:
    """What names the first one names the second; what is sealed is bound to the person, and is sealed anew."""
    for row in ctx.session.scalars(_of(gone)).all():
        address = _opened(ctx, row)
        row.person_id = kept.id
        row.sealed = ctx.vault.seal(address, *_binding(ctx, kept.id)) if address else None
    ctx.session.flush()


def chunks(values: Iterable[T]) -> Iterator[Sequence[T]]:
    """Different values, as many at a time as one statement takes."""
    rest = iter(dict.fromkeys(values))
    while some := list(islice(rest, CHUNK)):
        yield some


def _of(person: Person) -> Select[Address]:
    return select(Address).where(Address.person_id == person.id)


def _binding(ctx: Context, person_id: int) -> tuple[object, ...]:
    return ("e-mail", ctx.coalition.id, person_id)


def _opened(ctx: Context, row: Address) -> str:
    if row.sealed is None:
        return ""
    try:
        return ctx.vault.open(row.sealed, *_binding(ctx, row.person_id))
    except Unreadable:
        return ""
