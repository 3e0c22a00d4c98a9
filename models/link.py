"""Tracked links `/r/<code>`: where a link leads, what it is for, and how often it was followed."""

import base64
from datetime import datetime

from sqlalchemy import Index, String, Table, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

CODE_BYTES = 10
"""80 bits of chance: a code cannot be guessed."""


class TrackedLink(Base):
    """One link. `kind` says which feature made it (invite, push …); `ref` is that feature's own key."""

    __tablename__ = "tracked_link"
    __table_args__ = (Index("ix_tracked_link_ref", "kind", "ref"),)
    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    ref: Mapped[str] = mapped_column(String(80))
    target: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    clicks: Mapped[int] = mapped_column(default=0)


LINK: Table = TrackedLink.__table__  # type: ignore[assignment]  # declarative calls it FromClause


def code_from(chance: bytes) -> str:
    """Sixteen letters a-z2-7 out of ten random bytes."""
    return base64.b32encode(chance[:CODE_BYTES]).decode().lower()


def follow(session: Session, code: str, now: datetime) -> TrackedLink | None:
    """The living link of exactly this code, counted; None for any other text."""
    if len(code) != CODE_BYTES * 8 // 5 or not code.isascii():
        return None
    found = session.scalars(select(TrackedLink).where(TrackedLink.code == code)).first()
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    session.execute(update(LINK).where(LINK.c.code == code).values(clicks=LINK.c.clicks + 1))
    return found
