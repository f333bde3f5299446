"""One-time codes: they join a community to the coalition, an account to a person, or a record to its person."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from coalition_bot.command import Refusal
from coalition_bot.context import Context
from coalition_bot.db import Base, Key, Owned
from coalition_bot.people import Person
from coalition_bot.words import _

MINUTES = 30
LENGTH = 10
DAYS = 30  # of a code that is handed over outside the chat
LONG = 15  # of such a code, which can be guessed at for longer
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that look alike; 10 of them are 49 bits, 15 are 74


class Code(Owned, Base):
    """A code that was given out and not used yet."""

    __tablename__ = "code"
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime]


def issue(ctx: Context, purpose: str) -> str:
    """A new code for the person in `ctx`, good for half an hour and one use; an older one of the kind ends."""
    return _issue(ctx, purpose, ctx.person, LENGTH, timedelta(minutes=MINUTES))


def issue_for(ctx: Context, purpose: str, person: Person) -> str:
    """A longer one that stands for somebody else, to be handed over to them within 30 days."""
    return _issue(ctx, purpose, person, LONG, timedelta(days=DAYS))


def in_words(code: str) -> str:
    """A code as it is easier to read and to type, in groups of five; `valid` takes it in this form too."""
    return "-".join(code[start : start + 5] for start in range(0, len(code), 5))


def valid(session: Session, code: str, purpose: str, now: datetime, *, anywhere: bool = False) -> Code:
    """The code, if it can be used now. `anywhere`: of whichever coalition. Raises Refusal for a wrong one."""
    wanted = select(Code).where(Code.code == _plain(code), Code.purpose == purpose, Code.expires_at > now)
    found = session.scalar(wanted, execution_options={"every_coalition": anywhere})
    if found is None:
        raise useless()
    return found


def redeem(session: Session, code: str, purpose: str, now: datetime, *, anywhere: bool = False) -> Code:
    """Use a code up: the row is gone afterwards. `anywhere`: of whichever coalition. Raises Refusal for a wrong one."""
    found = valid(session, code, purpose, now, anywhere=anywhere)
    used = delete(Code).where(Code.id == found.id).returning(Code.id)
    whole = {"every_coalition": anywhere, "synchronize_session": False}
    if session.scalar(used, execution_options=whole) is None:  # of two who use it at once, one finds the row gone
        raise useless()
    return found


def useless() -> Refusal:
    """What is said of a code that does not work, for whatever reason: which one it is helps only who guesses."""
    return Refusal(_("This code does not work: it is mistyped, used or too old. Ask for a new one."), field="code")


def _issue(ctx: Context, purpose: str, person: Person, length: int, lasting: timedelta) -> str:
    ctx.session.execute(delete(Code).where(Code.person_id == person.id, Code.purpose == purpose))
    code = "".join(secrets.choice(LETTERS) for _letter in range(length))
    ctx.session.add(Code(code=code, purpose=purpose, person_id=person.id, expires_at=ctx.now + lasting))
    return code


def _plain(typed: str) -> str:
    return "".join(sign for sign in typed.upper() if sign not in "- ")
