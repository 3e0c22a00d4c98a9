"""Moments on their way: asked of WeCom, published by advisors, answered by customers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey
from models.content import Occurrence

LOOKS = tuple(timedelta(seconds=one) for one in (30, 60, 300, 1800, 7200, 7200, 43200))
"""From one look to the next; the last repeats until `OVER`."""
OVER = timedelta(days=7)
"""Likes and answers later than this are not read."""
NUDGE = timedelta(hours=4)
"""When advisors who have not published are asked once; WeCom has no reminder for moments."""


class Moment(Base):
    """One moment of one occurrence, for all its advisors."""

    __tablename__ = "moment"
    __table_args__ = (
        Index("ix_moment_open", "open", "check_at"), Index("ix_moment_moment", "moment_id"),
        Index("ix_moment_job", "job_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(BigKey, unique=True)
    job_id: Mapped[str] = mapped_column(String(128), default="")
    moment_id: Mapped[str] = mapped_column(String(128), default="")
    created_at: Mapped[datetime]
    check_at: Mapped[datetime]
    checks: Mapped[int] = mapped_column(default=0)
    nudged: Mapped[bool] = mapped_column(default=False)
    open: Mapped[bool] = mapped_column(default=True)
    """False once it is over, or was called back."""


def due(session: Session, now: datetime) -> Sequence[Moment]:
    """Moments whose next look is due."""
    return session.scalars(select(Moment).where(Moment.open, Moment.check_at <= now).limit(500)).all()


def of_job(session: Session, job_id: str) -> Moment | None:
    """The moment WeCom works on under this job."""
    return session.scalars(select(Moment).where(Moment.job_id == job_id)).first() if job_id else None


def of_wecom(session: Session, moment_id: str) -> Moment | None:
    """The moment WeCom knows by this id."""
    return session.scalars(select(Moment).where(Moment.moment_id == moment_id)).first() if moment_id else None


def open_of(session: Session, plan_id: int) -> Sequence[Moment]:
    """Moments of a plan that advisors may still publish."""
    mine = select(Occurrence.id).where(Occurrence.plan_id == plan_id)
    return session.scalars(select(Moment).where(Moment.occurrence_id.in_(mine), Moment.open)).all()
