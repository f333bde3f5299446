"""Who the people in a sheet are: those the coalition knows, and those that are new to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy import func, select

from coalition_bot.context import Context
from coalition_bot.features.importing.columns import words_of
from coalition_bot.features.importing.entries import Entry
from coalition_bot.features.members.addresses import chunks, email_marks, marked, name_marks, with_email
from coalition_bot.fields import Problem
from coalition_bot.folding import fold
from coalition_bot.people import FOLDED_MAX, Identity, Person
from coalition_bot.words import _

SAME_NAME = 75  # of 100: from here on two spellings may be one person's, where the e-mail address is the same


Folded = tuple[str, str]  # name and organisation, as they are compared


@dataclass(eq=False, slots=True)
class Somebody:
    """A person, as far as the coalition and the sheet know them."""

    name: str
    organisation: str
    folded: Folded
    id: int | None = None  # None: new
    account: bool = False  # they are here themselves: what they say of themselves stands
    email: bool = False
    row: int = 0  # the first row of the sheet that is about them

    @property
    def called(self) -> str:
        """With the organisation, if there is one."""
        return f"{self.name} ({self.organisation})" if self.organisation else self.name


@dataclass(frozen=True, slots=True)
class _Signs:
    """By what an entry is recognised."""

    folded: Folded
    email: tuple[str, ...]
    name: tuple[str, ...]


class Roster:
    """All whom the entries may mean, looked up at once; new ones are added as the sheet is read."""

    def __init__(self, ctx: Context, entries: Sequence[Entry]) -> None:
        """Look them up by their marks, and by their names."""
        self._signs = {entry.number: _signs(ctx, entry) for entry in entries}
        signs = self._signs.values()
        by_mark = marked(ctx.session, (mark for each in signs for mark in (*each.email, *each.name)))
        namesakes = _ids_by_name(ctx, (each.folded[0] for each in signs))
        known = {each.id: each for each in _people(ctx, [*by_mark.values(), *namesakes])}
        self._by_mark = {mark: known[number] for mark, number in by_mark.items() if number in known}
        self._by_name: dict[str, list[Somebody]] = defaultdict(list)
        for each in known.values():
            self._by_name[each.folded[0]].append(each)
        self._organisations = _organisations(ctx, (each.folded[1] for each in signs))
        self.namings: list[tuple[Somebody, str, str]] = []  # marks to be kept, with the address

    def find(self, entry: Entry) -> Somebody | None:
        """Who is meant, never by the name alone; None for somebody new. Raises Problem where that cannot be told."""
        signs = self._signs[entry.number]
        known = self._marked(signs.email)
        if known:
            if not known.account and not _may_be_one(known.name, entry.name):
                raise _taken(known)
            return known
        meant = self._marked(signs.name)
        same = [meant] if meant else [each for each in self._alike(signs.folded) if not each.account]
        twins = [each for each in same if not (entry.email and each.email)]
        if len(twins) > 1:
            say = _("There are {count} people of this name and organisation. An e-mail address would tell them apart.")
            raise Problem(say.format(count=len(twins)))
        return twins[0] if twins else None

    def add(self, entry: Entry) -> Somebody:
        """Somebody new."""
        folded = self._signs[entry.number].folded
        somebody = Somebody(entry.name, self.organisation(entry), folded, row=entry.number)
        self._by_name[somebody.folded[0]].append(somebody)
        return somebody

    def name_by(self, entry: Entry, somebody: Somebody) -> bool:
        """From now on recognise somebody by what the entry says; True where an e-mail address is new."""
        signs = self._signs[entry.number].email or self._signs[entry.number].name
        if self._marked(signs):
            return False
        self._by_mark[signs[0]] = somebody
        self.namings.append((somebody, signs[0], entry.email))
        somebody.email = somebody.email or bool(entry.email)
        return bool(entry.email)

    def namesakes(self, somebody: Somebody) -> list[Somebody]:
        """Others whom the coalition knows by the same name."""
        return [each for each in self._by_name[somebody.folded[0]] if each is not somebody and each.id]

    def folded(self, entry: Entry) -> Folded:
        """Name and organisation of an entry, as they are compared."""
        return self._signs[entry.number].folded

    def organisation(self, entry: Entry) -> str:
        """As others have written it, where only case, spaces or punctuation differ."""
        return self._organisations.setdefault(self._signs[entry.number].folded[1], entry.organisation)

    def _alike(self, folded: Folded) -> list[Somebody]:
        return [each for each in self._by_name[folded[0]] if each.folded == folded]

    def _marked(self, signs: Iterable[str]) -> Somebody | None:
        return next((self._by_mark[sign] for sign in signs if sign in self._by_mark), None)


def _signs(ctx: Context, entry: Entry) -> _Signs:
    folded = fold(entry.name, FOLDED_MAX), fold(entry.organisation, FOLDED_MAX)
    return _Signs(folded, email_marks(ctx, entry.email) if entry.email else (), name_marks(ctx, *folded))


def _may_be_one(name: str, other: str) -> bool:
    """María López and Maria Lopez Garcia may; Ana and Luis share an office's address."""
    bare = " ".join(words_of(name)), " ".join(words_of(other))
    return fold(name) == fold(other) or fuzz.token_set_ratio(*bare) >= SAME_NAME


def _taken(known: Somebody) -> Problem:
    if known.row:
        say = _("Row {row} has this e-mail address too, for {name}. Give each their own, or none.")
        return Problem(say.format(row=known.row, name=known.name))
    say = _("This e-mail address is that of {name}. Give each their own, or none.")
    return Problem(say.format(name=known.called))


def _ids_by_name(ctx: Context, names: Iterable[str]) -> Iterator[int]:
    for some in chunks(names):
        yield from ctx.session.scalars(select(Person.id).where(Person.folded.in_(some), Person.former.is_(False)))


def _people(ctx: Context, ids: Iterable[int]) -> Iterator[Somebody]:
    for some in chunks(ids):
        present = set(ctx.session.scalars(select(Identity.person_id).where(Identity.person_id.in_(some))))
        emails = with_email(ctx.session, some)
        columns = select(Person.id, Person.name, Person.organisation, Person.folded, Person.organisation_folded)
        rows = columns.where(Person.id.in_(some), Person.former.is_(False)).order_by(Person.id)
        for number, name, organisation, *folded in ctx.session.execute(rows):
            yield Somebody(name, organisation, (folded[0], folded[1]), number, number in present, number in emails)


def _organisations(ctx: Context, folded: Iterable[str]) -> dict[str, str]:
    """How each organisation was written first."""
    found: dict[str, str] = {}
    for some in chunks(folded):
        first = select(func.min(Person.id)).where(
            Person.organisation_folded.in_(some), Person.organisation_folded != ""
        )
        firsts = first.group_by(Person.organisation_folded)
        written = select(Person.organisation_folded, Person.organisation).where(Person.id.in_(firsts))
        found |= dict(ctx.session.execute(written).all())
    return found
