"""Advisor alerts: who must act, by when, and who said "I have it"."""

from datetime import datetime

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey, Encrypted


class Alert(Base):
    """One signal of one client."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_open", "state", "due_at"),
        Index("ix_alert_client", "member_id", "signal", "raised_at"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    task_id: Mapped[str] = mapped_column(String(64), unique=True)
    member_id: Mapped[str] = mapped_column(String(64))
    signal: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(8))
    quote: Mapped[str] = mapped_column(Encrypted("alert.quote"))
    advisor_id: Mapped[str] = mapped_column(String(64))
    told: Mapped[list[str]]
    """Everybody who has had the card, in order."""
    state: Mapped[str] = mapped_column(String(12), default="open")
    """open, acked, passed_on, false_alarm"""
    step: Mapped[int] = mapped_column(default=0)
    sla_minutes: Mapped[int]
    raised_at: Mapped[datetime]
    due_at: Mapped[datetime]
    acked_at: Mapped[datetime | None]
    acked_by: Mapped[str] = mapped_column(String(64), default="")


class AlertCard(Base):
    """A card of an alert and the code that can change it once without a click (doc 94945)."""

    __tablename__ = "alert_card"
    task_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    response_code: Mapped[str] = mapped_column(String(256))
    at: Mapped[datetime]


def overdue(session: Session, now: datetime, limit: int = 200) -> list[Alert]:
    """Open alerts past their time, oldest first."""
    chosen = select(Alert).where(Alert.state == "open", Alert.due_at <= now).order_by(Alert.due_at).limit(limit)
    return list(session.scalars(chosen))
