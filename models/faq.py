"""The published FAQ base, and every decision taken on a question."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey, Encrypted


class FaqEntry(Base):
    """One entry: its question, the ways people ask it, and the approved answer."""

    __tablename__ = "faq_entry"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    category: Mapped[str] = mapped_column(String(32))
    question: Mapped[str] = mapped_column(String(200))
    phrasings: Mapped[list[str]]
    answer: Mapped[str] = mapped_column(String(2000))
    risk_tip: Mapped[str] = mapped_column(String(16), default="none")
    needs_human: Mapped[bool] = mapped_column(default=False)
    suitability: Mapped[bool] = mapped_column(default=False)
    verify: Mapped[bool] = mapped_column(default=False)
    """A fact that changes: the answer carries "以官方公告为准" until somebody has checked it."""
    flags: Mapped[list[str]]
    status: Mapped[str] = mapped_column(String(12), default="published")
    updated_at: Mapped[datetime]


class FaqDecision(Base):
    """What the matcher decided about one question; the learning queue and the reports read it."""

    __tablename__ = "faq_decision"
    __table_args__ = (Index("ix_faq_decision_at", "at"), Index("ix_faq_decision_decision", "decision"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    source_key: Mapped[str] = mapped_column(String(80), unique=True)
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(8))
    decision: Mapped[str] = mapped_column(String(8))
    entry_id: Mapped[str] = mapped_column(String(32), default="")
    score: Mapped[float] = mapped_column(default=0.0)
    text: Mapped[str] = mapped_column(Encrypted("faq_decision.text"))


def published(session: Session) -> Sequence[FaqEntry]:
    """What the matcher may answer with."""
    return session.scalars(select(FaqEntry).where(FaqEntry.status == "published").order_by(FaqEntry.id)).all()
