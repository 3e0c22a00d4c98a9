"""Break glass: somebody opens, with a reason, a client who is not theirs, for an hour; others are told at once."""

from datetime import datetime, timedelta

from sqlalchemy import Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigKey
from models.evidence import record
from models.member import Member
from models.work import Work

HOUR = timedelta(hours=1)
SHORTEST = 10
"""Letters a reason has at least."""


class BreakGlass(Base):
    """One opening."""

    __tablename__ = "break_glass"
    __table_args__ = (Index("ix_break_glass_operator", "operator", "member_id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    operator: Mapped[str] = mapped_column(String(64))
    member_id: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    until: Mapped[datetime]


def open_glass(work: Work, operator: str, member_id: str, reason: str) -> int:
    """Let `operator` see the member for an hour; the opening's number. ValueError for nobody, or an empty reason."""
    if work.session.get(Member, member_id) is None:
        raise ValueError("没有这位成员")
    if len(reason.strip()) < SHORTEST:
        raise ValueError(f"请写明理由（至少 {SHORTEST} 个字）：将通知管理员并永久留痕")
    made = BreakGlass(
        operator=operator, member_id=member_id, reason=reason.strip()[:500], at=work.now, until=work.now + HOUR
    )
    work.session.add(made)
    work.session.flush()
    body = {"by": operator, "reason": made.reason, "until": made.until.isoformat()}
    record(work, "break_glass", member_id, body, ref=f"break_glass:{made.id}")
    return made.id


def opened_by(operator: str, now: datetime) -> Select[str]:
    """Select of the member ids an operator has open now."""
    return select(BreakGlass.member_id).where(BreakGlass.operator == operator, BreakGlass.until > now)
