"""What an advisor has promised a client to do by a day: noted beside the chat, reminded on the morning it is due."""

from datetime import date, datetime

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey, Encrypted

OPEN, DONE = "open", "done"
LONGEST = 200


class FollowUp(Base):
    """One promise; `note` may name the client's affairs and is encrypted."""

    __tablename__ = "follow_up"
    __table_args__ = (Index("ix_follow_up_due", "state", "due_on"), Index("ix_follow_up_member", "member_id"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64))
    advisor_id: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Encrypted("follow_up.note"))
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(4), default=OPEN)
    """open, done"""
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


def open_of(session: Session, member_id: str) -> list[FollowUp]:
    """What is still promised to a client, soonest first."""
    chosen = select(FollowUp).where(FollowUp.member_id == member_id, FollowUp.state == OPEN)
    return list(session.scalars(chosen.order_by(FollowUp.due_on, FollowUp.id)))
