"""Consent by purpose: the newest row of a member and purpose is in force."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey

ALL = "all"
"""Withdrawal from everything that is not service (回复“退订”)."""


class Consent(Base):
    """A member agreed to, or withdrew from, a purpose, under a wording."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_member", "member_id", "purpose", "id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(16))
    """weekly, live, greeting, care, account; or `all` for a general withdrawal"""
    granted: Mapped[bool]
    wording: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


def allows(session: Session, member_id: str, purpose: str) -> bool:
    """Whether a push for this purpose may go to the member: an explicit yes, not withdrawn since."""
    newest = select(Consent).where(Consent.member_id == member_id).order_by(Consent.id.desc())
    for row in session.scalars(newest):
        if row.purpose in (purpose, ALL):
            return row.granted
    return False


SOME = 500
"""Members a statement names at once."""


def agreed(session: Session, member_ids: Sequence[str], purpose: str) -> set[str]:
    """Who of these members allows a purpose: `allows` for many."""
    found: set[str] = set()
    for start in range(0, len(member_ids), SOME):
        newest = (
            select(func.max(Consent.id))
            .where(Consent.member_id.in_(member_ids[start : start + SOME]), Consent.purpose.in_((purpose, ALL)))
            .group_by(Consent.member_id)
        )
        found |= set(session.scalars(select(Consent.member_id).where(Consent.id.in_(newest), Consent.granted)))
    return found
