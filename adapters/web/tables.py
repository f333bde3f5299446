"""What was posted to the web page: a row each, so that dispatcher and browser may be in different processes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from coalition_bot.db import Base, Key


class WebPost(Base):
    """A message in a channel or in somebody's direct messages. Its text is sealed; its place is not."""

    __tablename__ = "web_post"
    __table_args__ = (Index("ix_web_post_place_id", "place", "id"),)
    id: Mapped[int] = mapped_column(Key, primary_key=True)
    uid: Mapped[str] = mapped_column(String(40), unique=True)  # the parcel's: a repeat finds the first one
    place: Mapped[str] = mapped_column(String(250))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(index=True)
