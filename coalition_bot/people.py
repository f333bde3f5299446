"""Who is who: coalitions, their communities, people, and the identities people have on each platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, validates

from coalition_bot.db import Base, Key, Owned, new_uid
from coalition_bot.folding import fold

NAME_MAX = 80
ORGANISATION_MAX = 120
FOLDED_MAX = 2 * ORGANISATION_MAX
ACCOUNT_MAX = 80  # of a platform's own name for a community, a channel or an account


class Role(StrEnum):
    """What a person may do in the whole coalition; leading a group is a matter of that group."""

    MEMBER = "member"
    COORDINATOR = "coordinator"


class Standing(StrEnum):
    """How a person stands in the platform's community, as the platform says."""

    FULL = "full"
    GUEST = "guest"
    STRANGER = "stranger"  # here through a channel shared with another community
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the bot can post: a channel of a community, or one person's direct messages."""

    platform: str
    community: str
    channel: str = ""
    account: str = ""

    def __str__(self) -> str:
        return f"{self.platform}:{self.community}:{'@' + self.account if self.account else self.channel}"

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read what `str` wrote. Raises ValueError."""
        platform, community, last = text.split(":", 2)
        if not (platform and community and last.strip("@")):
            raise ValueError(f"not a place: {text!r}")
        if last.startswith("@"):
            return cls(platform, community, account=last[1:])
        return cls(platform, community, channel=last)

    @property
    def private(self) -> bool:
        """Whether only one person reads here."""
        return bool(self.account)


class Coalition(Base):
    """The tenant: some organisations with one roster, one set of deadlines, one travel list."""

    __tablename__ = "coalition"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    zone: Mapped[str] = mapped_column(String(64))
    sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Community(Owned, Base):
    """A Slack workspace, a Discord server or a web site that belongs to a coalition."""

    __tablename__ = "community"
    __table_args__ = (UniqueConstraint("platform", "external"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    external: Mapped[str] = mapped_column(String(ACCOUNT_MAX))
    name: Mapped[str] = mapped_column(String(120))
    announcements: Mapped[str] = mapped_column(String(200), default="")  # a Place
    welcomes: Mapped[bool] = mapped_column(default=True)  # whether newcomers get a message, where the bot hears of them
    created_at: Mapped[datetime]


class Person(Owned, Base):
    """A human being in one coalition, on however many platforms."""

    __tablename__ = "person"
    __table_args__ = (
        Index("ix_person_coalition_role", "coalition_id", "role"),
        Index("ix_person_coalition_folded", "coalition_id", "folded"),
        Index("ix_person_coalition_organisation", "coalition_id", "organisation_folded", "folded"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(20), unique=True, default=new_uid)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    organisation: Mapped[str] = mapped_column(String(ORGANISATION_MAX), default="")
    # Kept beside what was typed, to find and to sort by; see `fold`.
    folded: Mapped[str] = mapped_column(String(FOLDED_MAX), default="")
    organisation_folded: Mapped[str] = mapped_column(String(FOLDED_MAX), default="")
    zone: Mapped[str] = mapped_column(String(64), default="")
    role: Mapped[str] = mapped_column(String(20), default=Role.MEMBER)
    allowed: Mapped[bool] = mapped_column(default=False)  # may act although a guest or a stranger
    former: Mapped[bool] = mapped_column(default=False)  # forgotten: only "a former member" is left
    created_at: Mapped[datetime]

    @property
    def coordinates(self) -> bool:
        """Whether this is a coordinator."""
        return self.role == Role.COORDINATOR

    @validates("name", "organisation")
    def _fold(self, key: str, value: str) -> str:
        setattr(self, "folded" if key == "name" else "organisation_folded", fold(value, FOLDED_MAX))
        return value


class Identity(Owned, Base):
    """An account on a platform that is a certain person."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("community_id", "account"),
        Index("ix_identity_platform_account", "platform", "account"),
    )
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    platform: Mapped[str] = mapped_column(String(20))
    account: Mapped[str] = mapped_column(String(ACCOUNT_MAX))
    created_at: Mapped[datetime]


def find_community(session: Session, platform: str, external: str) -> Community | None:
    """The community with the platform's own id, of whichever coalition: the door asks before it serves one."""
    found = select(Community).where(Community.platform == platform, Community.external == external)
    return session.scalar(found, execution_options={"every_coalition": True})


def homes(session: Session, platform: str, account: str) -> list[Community]:
    """The communities in which an account is known: for a direct message, which comes from none."""
    known = select(Community).join(Identity, Identity.community_id == Community.id)
    mine = known.where(Identity.platform == platform, Identity.account == account).order_by(Community.id)
    return list(session.scalars(mine, execution_options={"every_coalition": True}))


def find_person(session: Session, community: Community, account: str) -> Person | None:
    """The person behind an account of a community."""
    return session.scalar(
        select(Person)
        .join(Identity, Identity.person_id == Person.id)
        .where(Identity.community_id == community.id, Identity.account == account)
    )


def private_places(session: Session, person_id: int) -> list[Place]:
    """Where a person can be written to in private, the account they used first in front."""
    found = session.execute(
        select(Identity.platform, Community.external, Identity.account)
        .join(Community, Identity.community_id == Community.id)
        .where(Identity.person_id == person_id)
        .order_by(Identity.id)
    )
    return [Place(platform, community, account=account) for platform, community, account in found]


def private_place(session: Session, person_id: int) -> Place | None:
    """Where to write to a person in private: the account they used first. None for somebody without one."""
    return next(iter(private_places(session, person_id)), None)


def coordinators(session: Session) -> list[Person]:
    """All coordinators of the coalition being served, the longest-serving first."""
    return list(session.scalars(select(Person).where(Person.role == Role.COORDINATOR).order_by(Person.id)))


def is_last_coordinator(session: Session, person: Person) -> bool:
    """Whether nobody else coordinates; until the transaction ends, nobody else can step down meanwhile."""
    found = select(Person.id).where(Person.role == Role.COORDINATOR).order_by(Person.id).with_for_update()
    return list(session.scalars(found)) == [person.id]
