"""Members (customers), employees, and who is whose contact."""

from datetime import datetime

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Encrypted

SHORTEST_EXTERNAL = 24
"""Every external_userid seen has 32 letters (UNVERIFIED: none is shorter); a colleague called wonglihua has nine."""


class Member(Base):
    """A customer we have met, by external_userid. Personal fields are encrypted."""

    __tablename__ = "member"
    __table_args__ = (
        Index("ix_member_tier", "tier", "id"), Index("ix_member_advisor", "advisor_id", "id"),
        Index("ix_member_active", "last_active_at", "id"), Index("ix_member_first", "first_seen_at", "id"),
    )  # fmt: skip
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(Encrypted("member.name"), default="")
    unionid: Mapped[str] = mapped_column(String(64), default="")
    advisor_id: Mapped[str] = mapped_column(String(64), default="")
    """The employee responsible; empty until a contact relation exists."""
    vip: Mapped[bool] = mapped_column(default=False)
    """Marked by an advisor; tier S and A count as high-value by themselves."""
    tier: Mapped[str] = mapped_column(String(4), default="")
    tier_since: Mapped[datetime | None]
    tier_why: Mapped[str] = mapped_column(String(300), default="")
    first_seen_at: Mapped[datetime]
    last_active_at: Mapped[datetime | None]
    standing: Mapped[str] = mapped_column(String(10), default="active", server_default="active")
    """active, or archived: kept only because a law says so (models.rights)."""


class Employee(Base):
    """One of our people, by userid."""

    __tablename__ = "employee"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), default="")
    role: Mapped[str] = mapped_column(String(16), default="advisor")
    """advisor, operator, manager, compliance"""
    backup_id: Mapped[str] = mapped_column(String(64), default="")
    manager_id: Mapped[str] = mapped_column(String(64), default="")
    active: Mapped[bool] = mapped_column(default=True)


class Friendship(Base):
    """A contact relation; kept after it ends."""

    __tablename__ = "friendship"
    __table_args__ = (Index("ix_friendship_employee", "employee_id"),)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    employee_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(64), default="")
    since: Mapped[datetime]
    changed_at: Mapped[datetime]
    """The newest callback seen: an older one that arrives late changes nothing."""
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(16), default="")


def is_customer(person_id: str) -> bool:
    """Customers' ids are long and begin with wm (WeChat) or wo (WeCom of another corp); userids are our own choice."""
    return len(person_id) >= SHORTEST_EXTERNAL and person_id.startswith(("wm", "wo"))


def meet(session: Session, member_id: str, at: datetime) -> Member:
    """The member, noted down on first sight."""
    member = session.get(Member, member_id)
    if member is None:
        member = Member(
            id=member_id, name="", unionid="", advisor_id="", vip=False, tier="", tier_why="", first_seen_at=at
        )
        session.add(member)
        session.flush()
    return member


def befriend(session: Session, member_id: str, employee_id: str, state: str, at: datetime) -> bool:
    """Record that a contact relation began; False when this or a newer happening is already known."""
    member = meet(session, member_id, at)
    known = session.get(Friendship, (member_id, employee_id))
    if known is not None and known.changed_at >= at:
        known.since = min(known.since, at)
        return False
    if known is None:
        session.add(
            Friendship(member_id=member_id, employee_id=employee_id, state=state, since=at, changed_at=at, ended_by="")
        )
    else:
        # `since` stays the first time ever: adding again does not make a newcomer.
        known.state, known.changed_at, known.ended_at, known.ended_by = state, at, None, ""
    current = session.get(Friendship, (member_id, member.advisor_id))
    if not member.advisor_id or (current is not None and current.ended_at is not None):
        member.advisor_id = employee_id
    return True


def part(session: Session, member_id: str, employee_id: str, by: str, at: datetime) -> bool:
    """Record that a contact relation ended, unless something newer is known (late `del` after a re-add)."""
    known = session.get(Friendship, (member_id, employee_id))
    if known is None:
        meet(session, member_id, at)
        session.add(
            Friendship(
                member_id=member_id,
                employee_id=employee_id,
                state="",
                since=at,
                changed_at=at,
                ended_at=at,
                ended_by=by,
            )
        )
        return True
    if known.changed_at > at:
        return False
    known.changed_at, known.ended_at, known.ended_by = at, at, by
    member, left = session.get(Member, member_id), contacts_with(session, member_id)
    if member is not None and member.advisor_id == employee_id and left:
        member.advisor_id = left[0]
    return True


def advisors(session: Session) -> list[str]:
    """Active advisors' userids, in order."""
    chosen = select(Employee.id).where(Employee.role == "advisor", Employee.active).order_by(Employee.id)
    return list(session.scalars(chosen))


def contacts_with(session: Session, member_id: str) -> list[str]:
    """Employees who are this member's contacts now, the oldest relation first."""
    living = select(Friendship.employee_id).where(Friendship.member_id == member_id, Friendship.ended_at.is_(None))
    return list(session.scalars(living.order_by(Friendship.since, Friendship.employee_id)))


def contacts_of(session: Session, employee_id: str) -> list[str]:
    """Member ids who are this employee's contacts now."""
    chosen = select(Friendship.member_id).where(Friendship.employee_id == employee_id, Friendship.ended_at.is_(None))
    return list(session.scalars(chosen))
