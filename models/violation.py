"""What members said in groups against the rules: kept as evidence for the group's owner and compliance."""

from datetime import datetime, timedelta

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey, Encrypted


class Violation(Base):
    """One message of one member. Nobody is ever removed by it: people decide."""

    __tablename__ = "violation"
    __table_args__ = (Index("ix_violation_state", "state", "at"), Index("ix_violation_member", "member_id", "at"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    source_key: Mapped[str] = mapped_column(String(80), unique=True)
    chat_id: Mapped[str] = mapped_column(String(64))
    member_id: Mapped[str] = mapped_column(String(64))
    category: Mapped[str] = mapped_column(String(16))
    rule: Mapped[str] = mapped_column(String(24))
    severity: Mapped[str] = mapped_column(String(8))
    basis: Mapped[str] = mapped_column(String(200))
    quote: Mapped[str] = mapped_column(Encrypted("violation.quote"))
    """Numbers of persons masked."""
    state: Mapped[str] = mapped_column(String(12), default="open")
    """open, handled, false_alarm"""
    task_id: Mapped[str] = mapped_column(String(64), default="")
    handled_by: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime]


def told_lately(session: Session, chat_id: str, member_id: str, since: datetime, span: timedelta) -> bool:
    """Whether the owner has had a card about this member within the span before a moment."""
    same = select(Violation.id).where(
        Violation.chat_id == chat_id, Violation.member_id == member_id, Violation.task_id != "",
        Violation.at > since - span,
    )  # fmt: skip
    return session.scalars(same.limit(1)).first() is not None
