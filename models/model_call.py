"""The language model's cost ledger: who asked it for what, and how many tokens that took; a month has a budget."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey


class ModelCall(Base):
    """One request. Neither what was asked nor what came back: only its size."""

    __tablename__ = "model_call"
    __table_args__ = (Index("ix_model_call_at", "at", "tokens"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(16))
    """reply, copy"""
    tokens: Mapped[int] = mapped_column(default=0)
    """0 where it gave no answer."""
    ms: Mapped[int] = mapped_column(default=0)


def spent(session: Session, now: datetime, zone: ZoneInfo) -> int:
    """Tokens since this month began (Beijing)."""
    begin = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return session.scalar(select(func.sum(ModelCall.tokens)).where(ModelCall.at >= begin.astimezone(UTC))) or 0
