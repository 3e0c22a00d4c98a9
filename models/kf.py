"""Where each 微信客服 conversation stands, as far as we have been told."""

from datetime import datetime, timedelta

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

BOT, POOL, PERSON = 1, 2, 3
"""States of doc 94669 that matter to us: the bot may speak, the client waits for a person, a person serves."""
LONGEST = timedelta(hours=48)
"""A session ends by itself after this long (doc 94669)."""


class KfSession(Base):
    """One client's conversation with one KF account."""

    __tablename__ = "kf_session"
    open_kfid: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[int]
    servicer: Mapped[str] = mapped_column(String(64), default="")
    changed_at: Mapped[datetime]


def moved(session: Session, open_kfid: str, member_id: str, state: int, at: datetime, servicer: str = "") -> None:
    """The conversation is now in `state`; a report older than the newest known changes nothing."""
    known = session.get(KfSession, (open_kfid, member_id))
    if known is None:
        session.add(KfSession(open_kfid=open_kfid, member_id=member_id, state=state, servicer=servicer, changed_at=at))
    elif at >= known.changed_at:
        known.state, known.servicer, known.changed_at = state, servicer, at


def with_people(session: Session, open_kfid: str, member_id: str, at: datetime) -> bool:
    """Whether a person has, or is about to take, the conversation: then the bot stays out of it."""
    known = session.get(KfSession, (open_kfid, member_id))
    return known is not None and known.state in (POOL, PERSON) and at - known.changed_at < LONGEST
