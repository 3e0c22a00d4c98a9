"""That a member passed a risk test or opened an account, told by the broker's core system: counted, never rewarded."""

from datetime import datetime

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

TOLD = ("TESTED", "OPENED")


class MemberMilestone(Base):
    """The first time only."""

    __tablename__ = "member_milestone"
    __table_args__ = (Index("ix_member_milestone_kind", "kind", "at"),)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    at: Mapped[datetime]


def note(session: Session, member_id: str, kind: str, at: datetime) -> None:
    """Keep it, once."""
    known = select(MemberMilestone.at).where(MemberMilestone.member_id == member_id, MemberMilestone.kind == kind)
    if kind in TOLD and session.scalar(known) is None:
        session.add(MemberMilestone(member_id=member_id, kind=kind, at=at))
        session.flush()
