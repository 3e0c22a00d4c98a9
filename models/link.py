"""Tracked links `/r/<code>`: where a link leads, what it is for, and how often it was followed."""

import base64
from datetime import datetime, timedelta

from sqlalchemy import Index, String, Table, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.work import Work

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


class LinkClick(Base):
    """Somebody we know opened a link: once, at the first time."""

    __tablename__ = "link_click"
    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


LINK: Table = TrackedLink.__table__  # type: ignore[assignment]  # declarative calls it FromClause


def code_from(chance: bytes) -> str:
    """Sixteen letters a-z2-7 out of ten random bytes."""
    return base64.b32encode(chance[:CODE_BYTES]).decode().lower()


def tracked(work: Work, kind: str, ref: str, target: str, lives: timedelta) -> str:
    """A new link of a feature; its code."""
    code = code_from(bytes.fromhex(work.new_id() + work.new_id()))
    made = TrackedLink(
        code=code, kind=kind, ref=ref, target=target, created_at=work.now, expires_at=work.now + lives, clicks=0
    )
    work.session.add(made)
    return code


def living(session: Session, code: str, kind: str, now: datetime) -> TrackedLink | None:
    """The link of a feature by its code, while it lives."""
    found = session.get(TrackedLink, code)
    alive = found is not None and found.kind == kind and (found.expires_at is None or found.expires_at > now)
    return found if alive else None


def click(work: Work, found: TrackedLink, member_id: str) -> bool:
    """Note who opened it; True the first time."""
    if work.session.get(LinkClick, (found.code, member_id)) is not None:
        return False
    work.session.add(LinkClick(code=found.code, member_id=member_id, at=work.now))
    return True


def follow(session: Session, code: str, now: datetime) -> TrackedLink | None:
    """The living link of exactly this code, counted; None for any other text."""
    if len(code) != CODE_BYTES * 8 // 5 or not code.isascii():
        return None
    found = session.scalars(select(TrackedLink).where(TrackedLink.code == code)).first()
    if found is None or (found.expires_at is not None and found.expires_at <= now):
        return None
    session.execute(update(LINK).where(LINK.c.code == code).values(clicks=LINK.c.clicks + 1))
    return found
