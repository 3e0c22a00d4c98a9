"""Who signed up for a live stream, what they would like to hear answered, and who watched how long."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, String, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey, Encrypted
from models.member import Member

WATCHED = 60
"""Seconds; less is a look in passing."""


class LiveViewer(Base):
    """How long somebody watched, as WeCom counts it."""

    __tablename__ = "live_viewer"
    live_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seconds: Mapped[int]
    commented: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]


class LiveGuest(Base):
    """Somebody signed up on the stream's page."""

    __tablename__ = "live_guest"
    live_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]


class LiveQuestion(Base):
    """What somebody would like to hear answered; numbers of persons masked."""

    __tablename__ = "live_question"
    __table_args__ = (Index("ix_live_question_live", "live_id", "id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    live_id: Mapped[int] = mapped_column(BigKey)
    member_id: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Encrypted("live_question.text"))
    at: Mapped[datetime]


def saw(live_id: int) -> ColumnElement[bool]:
    """Members who watched a stream."""
    mine = LiveViewer.live_id == live_id, LiveViewer.member_id == Member.id
    return exists().where(*mine, LiveViewer.seconds >= WATCHED)


def missed(live_id: int) -> ColumnElement[bool]:
    """Members who signed up and did not come."""
    return exists().where(LiveGuest.live_id == live_id, LiveGuest.member_id == Member.id) & ~saw(live_id)


def figures(session: Session, live_id: int) -> dict[str, int]:
    """Signed up, watched, of those both, minutes on average, commented."""
    came = LiveViewer.live_id == live_id, LiveViewer.seconds >= WATCHED
    watched, seconds = session.execute(select(func.count(), func.sum(LiveViewer.seconds)).where(*came)).one()
    guests = session.scalar(select(func.count()).where(LiveGuest.live_id == live_id)) or 0
    both = select(func.count()).where(*came, LiveViewer.member_id.in_(
        select(LiveGuest.member_id).where(LiveGuest.live_id == live_id)
    ))  # fmt: skip
    spoke = select(func.count()).where(LiveViewer.live_id == live_id, LiveViewer.commented)
    return {
        "guests": guests, "watched": watched, "came": session.scalar(both) or 0,
        "minutes": round((seconds or 0) / 60 / watched) if watched else 0, "commented": session.scalar(spoke) or 0,
    }  # fmt: skip
