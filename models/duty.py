"""Who is on duty, and who stands in for whom."""

from datetime import datetime

from sqlalchemy import String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.member import Employee, advisors


class Absence(Base):
    """An employee on leave; `until` is empty while nobody knows when they return."""

    __tablename__ = "absence"
    employee_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    stand_in: Mapped[str] = mapped_column(String(64), default="")
    """Who takes their clients; their backup when empty."""
    noted_by: Mapped[str] = mapped_column(String(64), default="")


def absence_of(session: Session, employee_id: str, now: datetime) -> Absence | None:
    """The leave an employee is on at this moment."""
    found = session.get(Absence, employee_id)
    away = found is not None and found.since <= now and (found.until is None or now < found.until)
    return found if away else None


def on_duty(session: Session, employee_id: str, now: datetime) -> bool:
    """Whether a card may wait for this person: neither gone nor on leave. Nobody we do not know is taken for gone."""
    person = session.get(Employee, employee_id)
    return (person is None or person.active) and absence_of(session, employee_id, now) is None


def ladder(session: Session, owner_id: str, now: datetime) -> list[str]:
    """Who answers for a client of this owner, in order: owner, stand-in, backup, manager, the manager's backup.

    People off duty are left out; when nobody is left, any active advisor, then any active employee: never nobody
    while the company has people.
    """
    owner = session.get(Employee, owner_id) if owner_id else None
    leave = absence_of(session, owner_id, now) if owner_id else None
    manager = session.get(Employee, owner.manager_id) if owner and owner.manager_id else None
    named = [owner_id, leave.stand_in if leave else ""]
    named += [owner.backup_id, owner.manager_id] if owner else []
    named += [manager.backup_id] if manager else []
    present = [one for one in dict.fromkeys(named) if one and on_duty(session, one, now)]
    return present or [one for one in anybody(session) if on_duty(session, one, now)] or [one for one in named if one]


def anybody(session: Session) -> list[str]:
    """Active advisors, then every other active employee."""
    others = select(Employee.id).where(Employee.active, Employee.role != "advisor").order_by(Employee.id)
    return [*advisors(session), *session.scalars(others)]


def covered_by(session: Session, employee_id: str, now: datetime) -> list[str]:
    """Whose clients this employee looks after: their own, and those of whoever they stand in for now."""
    away = select(Absence).where(Absence.since <= now, or_(Absence.until.is_(None), Absence.until > now))
    absent = {one.employee_id: one.stand_in for one in session.scalars(away)}
    gone = select(Employee).where(or_(Employee.active.is_(False), Employee.id.in_(absent)))
    stood_in = [one.id for one in session.scalars(gone) if (absent.get(one.id) or one.backup_id) == employee_id]
    return [employee_id, *stood_in]


def holders(session: Session, role: str) -> list[str]:
    """Active employees in a role, in order."""
    return list(
        session.scalars(select(Employee.id).where(Employee.role == role, Employee.active).order_by(Employee.id))
    )
