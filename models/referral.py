"""老带新: personal invitations, who came by whom, and points with a reason for every one."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey


class Invitation(Base):
    """A member's own contact way. `number` is what the signed state carries."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("inviter_id", "campaign"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    inviter_id: Mapped[str] = mapped_column(String(64))
    campaign: Mapped[int]
    state: Mapped[str] = mapped_column(String(64), default="")
    config_id: Mapped[str] = mapped_column(String(128), default="")
    qr_code: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]


class Referral(Base):
    """One invitee, one inviter, for ever: first touch by event time."""

    __tablename__ = "referral"
    __table_args__ = (Index("ix_referral_inviter", "inviter_id"), Index("ix_referral_status", "status"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    invitee_id: Mapped[str] = mapped_column(String(64), unique=True)
    inviter_id: Mapped[str] = mapped_column(String(64))
    campaign: Mapped[int]
    status: Mapped[str] = mapped_column(String(12), default="JOINED")
    reason: Mapped[str] = mapped_column(String(200), default="")
    joined_at: Mapped[datetime]
    interacted_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class PointsEntry(Base):
    """One movement of learning points. `key` makes each reason count once."""

    __tablename__ = "points_entry"
    __table_args__ = (Index("ix_points_entry_member", "member_id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    member_id: Mapped[str] = mapped_column(String(64))
    points: Mapped[int]
    rule: Mapped[str] = mapped_column(String(16))
    available_at: Mapped[datetime]
    """Held until then (hold period)."""
    expires_at: Mapped[datetime]
    at: Mapped[datetime]


def balance(session: Session, member_id: str, now: datetime) -> int:
    """Points a member may spend now."""
    total = select(func.sum(PointsEntry.points)).where(
        PointsEntry.member_id == member_id, PointsEntry.available_at <= now, PointsEntry.expires_at > now
    )
    return session.scalar(total) or 0
