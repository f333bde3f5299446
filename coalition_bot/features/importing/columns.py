"""Which column of a sheet holds what, in any order and in the spellings that people use for headings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from coalition_bot.features.importing.reading import Cell, Grid
from coalition_bot.folding import fold

HEADINGS_WITHIN = 10  # rows; what stands above the headings is a title


class Column(StrEnum):
    """What a column holds."""

    NAME = "name"
    FIRST = "first"
    LAST = "last"
    ORGANISATION = "organisation"
    GROUP = "group"
    ISSUE = "issue"
    EMAIL = "email"
    JOINED = "joined"
    ROLE = "role"


@dataclass(frozen=True, slots=True)
class Headings:
    """How a sheet is to be read: indexes of columns, from 0 on, and of the last row of the headings."""

    row: int
    columns: Mapping[Column, int]  # each once; groups are below
    groups: tuple[int, ...]  # each cell names groups
    ticked: Mapping[int, str]  # each cell says yes or no to the one group
    ignored: tuple[str, ...]  # headings that mean nothing here

    @property
    def named(self) -> bool:
        """Whether people's names are there."""
        return bool({Column.NAME, Column.FIRST, Column.LAST} & self.columns.keys())


def find(grid: Grid, group_names: frozenset[str]) -> Headings:
    """The headings among the first rows, those that say most; `group_names` are folded, of groups there are."""
    found = [_headings(grid, number, group_names) for number in range(min(HEADINGS_WITHIN, len(grid)))]
    return max(found, key=lambda pair: (pair[1].named, pair[0]))[1]  # of equal ones the first


# As they are written once accents, case and punctuation are gone; a number behind ("Group 2") is cut off.
_SPELLINGS = {
    Column.NAME: "name/full name/your name/your full name/name and surname/participant/member/person/contact/"
    "contact person/nombre/nombre completo/nombre y apellido/nombre y apellidos/nombres y apellidos/"
    "nom/nom complet/nom et prenom/nom et prenoms/nom prenom/prenom et nom/votre nom",
    Column.FIRST: "first name/firstname/given name/given names/forename/prenom/prenoms/nombres/primer nombre/"
    "nombre de pila",
    Column.LAST: "last name/lastname/surname/family name/apellido/apellidos/nom de famille",
    Column.ORGANISATION: "organisation/organization/your organisation/your organization/org/ngo/affiliation/"
    "institution/association/organizacion/su organizacion/ong/entidad/afiliacion/institucion/asociacion/organisme",
    Column.GROUP: "group/groups/working group/working groups/wg/topic/topics/task force/grupo/grupos/"
    "grupo de trabajo/grupos de trabajo/groupe/groupes/groupe de travail/groupes de travail",
    Column.ISSUE: "issue/issues/specific issue/your issue/interest/interests/tema/temas/tema especifico/interes/"
    "intereses/sujet/sujets/interet/question specifique",
    Column.EMAIL: "email/e mail/mail/email address/e mail address/your email/correo/correo electronico/"
    "direccion de correo electronico/courriel/adresse email/adresse e mail/adresse electronique/adresse courriel",
    Column.JOINED: "joined/joined on/date joined/date/timestamp/signed up/signed up on/sign up date/signup date/"
    "registration date/submitted at/fecha/fecha de inscripcion/fecha de registro/marca temporal/"
    "date d inscription/horodateur/inscrit le",
    Column.ROLE: "role/role in the group/lead/leads/leader/group lead/rol/rol en el grupo/funcion/fonction/"
    "role dans le groupe",
}
_EXACT = {heading: column for column, spellings in _SPELLINGS.items() for heading in spellings.split("/")}

# Where no column has such a heading, one that has such a word among others: "What is your e-mail?"
_WORDS = (
    (Column.EMAIL, {"email", "mail", "correo", "courriel"}),
    (Column.JOINED, {"timestamp", "joined", "date", "fecha", "horodateur"}),
    (Column.ORGANISATION, {"organisation", "organization", "organizacion", "ngo", "ong", "affiliation"}),
    (Column.GROUP, {"group", "groups", "grupo", "grupos", "groupe", "groupes"}),
    (Column.ISSUE, {"issue", "issues", "tema", "temas", "interest", "interes", "interet"}),
    (Column.LAST, {"surname", "apellido", "apellidos"}),
    (Column.NAME, {"name", "nombre", "nom"}),
)
_BIRTH = {"birth", "nacimiento", "naissance"}
_ONE_OF_SEVERAL = re.compile(r"(.*?)\s*(?:\[(.+)\]|:\s*(.+))")  # "Which groups? [Housing]", "Group: Housing"


def plain(heading: str) -> str:
    """A heading in small letters without accents, punctuation, what stands in brackets, and a number behind."""
    found = words_of(re.sub(r"\(.*?\)", " ", heading))
    return " ".join(found[:-1] if len(found) > 1 and found[-1].isdecimal() else found)


def words_of(text: str) -> list[str]:
    """The words of a text in small letters, without accents and punctuation."""
    bare = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign if sign.isalnum() else " " for sign in bare if not unicodedata.combining(sign)).split()


def _headings(grid: Grid, number: int, group_names: frozenset[str]) -> tuple[int, Headings]:
    """The headings as they would be if they ended in this row, and how much they say."""
    bottom, top = _texts(grid[number]), _texts(grid[number - 1]) if number else []
    width = max(len(bottom), len(top))
    bottom, top = bottom + [""] * (width - len(bottom)), top + [""] * (width - len(top))
    over = list(_spread(top))
    meant = [_exact(*three) for three in zip(over, top, bottom, strict=True)]
    ticked = dict(_ticked(bottom, over, meant, group_names))
    columns, groups = _first_of_each(meant, ticked)
    score = 2 * (len(columns) + len(groups) + len(ticked))
    loose = _loose(bottom, {*columns, *([Column.GROUP] if groups or ticked else [])}, {*columns.values(), *ticked})
    columns |= {column: index for column, index in loose.items() if column is not Column.GROUP}
    groups += [index for column, index in loose.items() if column is Column.GROUP]
    columns, spare = _one_kind_of_name(columns)
    used = {*columns.values(), *groups, *ticked, *spare}
    seen = [below or above for below, above in zip(bottom, top, strict=True)]
    ignored = tuple(heading for index, heading in enumerate(seen) if heading and index not in used)
    return score + len(loose), Headings(number, columns, tuple(groups), ticked, ignored)


def _texts(row: list[Cell]) -> list[str]:
    return [" ".join(str(cell).split()) for cell in row]


def _spread(top: list[str]) -> Iterator[str]:
    """A heading over several columns stands in the first of them."""
    last = ""
    for heading in top:
        last = heading or last
        yield last


def _exact(over: str, top: str, bottom: str) -> Column | None:
    """What a column's heading means: on two lines, on one, or on one that reaches down over both rows."""
    if not bottom:
        return _EXACT.get(plain(top))
    return _EXACT.get(plain(f"{over} {bottom}")) or _EXACT.get(plain(bottom))


def _ticked(
    bottom: list[str], over: list[str], meant: list[Column | None], group_names: frozenset[str]
) -> Iterator[tuple[int, str]]:
    """Columns that stand for one group each, with the group's name."""
    titles = {heading for heading, column in zip(over, meant, strict=True) if column}  # over other columns too
    for index, heading in enumerate(bottom):
        if not heading or meant[index]:
            continue
        one = _ONE_OF_SEVERAL.fullmatch(heading)
        if one and _about_groups(one[1]):
            yield index, one[2] or one[3]
        elif fold(heading) in group_names or (
            over[index] not in titles and _EXACT.get(plain(over[index])) is Column.GROUP
        ):
            yield index, heading


def _about_groups(heading: str) -> bool:
    return any(column is Column.GROUP and words & set(plain(heading).split()) for column, words in _WORDS)


def _first_of_each(meant: list[Column | None], ticked: Mapping[int, str]) -> tuple[dict[Column, int], list[int]]:
    columns: dict[Column, int] = {}
    groups: list[int] = []
    for index, column in enumerate(meant):
        if column is Column.GROUP:
            groups.append(index)
        elif column and index not in ticked:
            columns.setdefault(column, index)
    return columns, groups


def _loose(bottom: list[str], known: set[Column], used: set[int]) -> dict[Column, int]:
    """Columns that are told by one word of their heading, of the kinds that no heading names exactly."""
    names = {Column.NAME, Column.FIRST, Column.LAST}
    known = known | (names if known & {Column.NAME, Column.FIRST} else set())
    found: dict[Column, int] = {}
    for index, heading in enumerate(bottom):
        words = set(plain(heading).split())
        column = next((each for each, some in _WORDS if some & words), None)
        if column and index not in used and column not in {*known, *found} and not words & _BIRTH:
            found[column] = index
    return found


def _one_kind_of_name(columns: dict[Column, int]) -> tuple[dict[Column, int], set[int]]:
    """A name beside a first or last name alone is the other half; beside both, it is the whole. Also what is spare."""
    halves = {Column.FIRST, Column.LAST} & columns.keys()
    if Column.NAME not in columns or not halves:
        return columns, set()
    if len(halves) == 2:
        kept = {column: index for column, index in columns.items() if column not in halves}
        return kept, {columns[half] for half in halves}
    other = Column.FIRST if halves == {Column.LAST} else Column.LAST
    return {other if column is Column.NAME else column: index for column, index in columns.items()}, set()
