"""Answers waiting for a group's owner to copy them: no API posts into a customer group (wecom-outbound 7.1)."""

from datetime import datetime, timedelta

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey, Encrypted

KEPT = timedelta(days=90)
USED, UNFIT = "used", "unfit"


class GroupDraft(Base):
    """One suggestion. `question` with numbers of persons masked; empty for a welcome."""

    __tablename__ = "group_draft"
    __table_args__ = (Index("ix_group_draft_owner", "owner_id", "id"), Index("ix_group_draft_at", "at"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    source_key: Mapped[str] = mapped_column(String(80), unique=True)
    chat_id: Mapped[str] = mapped_column(String(64))
    owner_id: Mapped[str] = mapped_column(String(64))
    member_id: Mapped[str] = mapped_column(String(64), default="")
    question: Mapped[str] = mapped_column(Encrypted("group_draft.question"))
    answer: Mapped[str] = mapped_column(String(4000))
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(String(8), default="")
    """used, unfit; empty while nobody has said"""
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]


def keep(session: Session, draft: GroupDraft) -> int:
    """Its number; the same event again is the same draft."""
    known = session.scalar(select(GroupDraft.id).where(GroupDraft.source_key == draft.source_key))
    if known is not None:
        return known
    session.add(draft)
    session.flush()
    return draft.id
