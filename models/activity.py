"""What members did: raw rows, the daily roll-up, and one running figure per member for tiering."""

from datetime import date, datetime, timedelta

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey

SESSION_GAP = timedelta(minutes=5)
"""Interactions closer than this are one (alerts.yaml, rfm.definitions.F)."""

PASSIVE = ("join", "leave", "friend")
"""Kept for the timeline; being somewhere is not an interaction (alerts.yaml, rfm.definitions.R)."""


class Activity(Base):
    """One counted interaction. `source_key` is the event's key: the same event counts once."""

    __tablename__ = "activity"
    __table_args__ = (Index("ix_activity_member", "member_id", "at"), Index("ix_activity_at", "at"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    source_key: Mapped[str] = mapped_column(String(80), unique=True)
    member_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    """message, question, media, kf_session, click, live, moment, quiz, engage, referral; PASSIVE ones besides"""
    chat_id: Mapped[str] = mapped_column(String(64), default="")
    """Where, or what about: group, live stream, quiz."""
    amount: Mapped[int] = mapped_column(default=0, server_default="0")
    """Minutes watched, points reached."""
    at: Mapped[datetime]


class ActivityDay(Base):
    """Interactions of a member on a day (Beijing), sessions merged."""

    __tablename__ = "activity_day"
    __table_args__ = (Index("ix_activity_day_day", "day"),)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    last_at: Mapped[datetime]


class TierChange(Base):
    """Every change of a member's tier with its reason."""

    __tablename__ = "tier_change"
    __table_args__ = (Index("ix_tier_change_member", "member_id"), Index("ix_tier_change_at", "at"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64))
    old: Mapped[str] = mapped_column(String(4), default="")
    new: Mapped[str] = mapped_column(String(4))
    why: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime]
    last_at: Mapped[datetime | None]
    """The figures it was decided by; `why` is said from them where it is empty (full re-tierings)."""
    count_30d: Mapped[int | None]
    days_30d: Mapped[int | None]
    value: Mapped[float | None]


def note(session: Session, done: Activity, day: date) -> None:
    """Count one interaction on its (Beijing) day; within five minutes of another it belongs to the same session."""
    roll = session.get(ActivityDay, (done.member_id, day))
    if roll is not None and done.at >= roll.last_at:
        apart = done.at - roll.last_at > SESSION_GAP
    else:  # the first of its day, whose session may have begun before midnight, or one that comes late
        around = Activity.at.between(done.at - SESSION_GAP, done.at + SESSION_GAP)
        near = select(Activity.id).where(Activity.member_id == done.member_id, around, Activity.kind.not_in(PASSIVE))
        apart = session.scalar(near.limit(1)) is None
    session.add(done)
    if roll is None:
        session.add(ActivityDay(member_id=done.member_id, day=day, count=int(apart), last_at=done.at))
    else:
        roll.count, roll.last_at = roll.count + int(apart), max(roll.last_at, done.at)


def known(session: Session, source_key: str) -> bool:
    """Whether this happening has been counted."""
    return session.scalar(select(Activity.id).where(Activity.source_key == source_key)) is not None
