"""Which colleague stands behind an id the smart robot gave: WeCom encrypts it unless a super admin made the robot."""

from datetime import datetime, timedelta

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.member import Employee

AGAIN = timedelta(days=1)
"""Who could not be named is asked about once a day: they may have come into the app's range since."""


class OpenId(Base):
    """An id we saw with the smart robot, and whose it is."""

    __tablename__ = "open_id"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    employee_id: Mapped[str] = mapped_column(String(64), default="")
    """Empty while WeCom has not said."""
    asked_at: Mapped[datetime]


def employee_of(session: Session, given: str) -> str:
    """The userid behind an id, or the id itself where nothing better is known."""
    known = session.get(OpenId, given)
    return known.employee_id if known is not None and known.employee_id else given


def wanted(session: Session, given: str, now: datetime) -> bool:
    """Whether WeCom has to be asked whose id this is; noted down, so that many messages lead to one question."""
    if session.get(Employee, given) is not None:
        return False
    known = session.get(OpenId, given)
    if known is None:
        session.add(OpenId(id=given, employee_id="", asked_at=now))
        return True
    if known.employee_id or now - known.asked_at < AGAIN:
        return False
    known.asked_at = now
    return True
