"""Customer groups and who is in them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class Group(Base):
    """A customer group, by chat_id. `version` chains the change callbacks."""

    __tablename__ = "chat_group"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    owner_id: Mapped[str] = mapped_column(String(64), default="")
    version: Mapped[str] = mapped_column(String(64), default="")
    seen_at: Mapped[datetime]
    dismissed_at: Mapped[datetime | None]
    welcomed_at: Mapped[datetime | None]
    """When the owner last got a welcome draft: joiners within ten minutes share one."""


class GroupMember(Base):
    """Somebody's stay in a group."""

    __tablename__ = "group_member"
    __table_args__ = (
        Index(
            "ix_group_member_member",
            "member_id",
            postgresql_where=text("left_at IS NULL"),
            sqlite_where=text("left_at IS NULL"),
        ),
    )
    chat_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(64), default="")


def known(session: Session, chat_id: str, at: datetime) -> Group:
    """The group, noted down on first sight."""
    group = session.get(Group, chat_id)
    if group is None:
        group = Group(id=chat_id, name="", owner_id="", version="", seen_at=at)
        session.add(group)
        session.flush()
    return group


def enter(session: Session, chat_id: str, member_id: str, at: datetime, state: str = "") -> bool:
    """Somebody is in the group; True when that is news."""
    stay = session.get(GroupMember, (chat_id, member_id))
    if stay is None:
        session.add(GroupMember(chat_id=chat_id, member_id=member_id, joined_at=at, state=state))
        return True
    if stay.left_at is not None and stay.left_at <= at:
        stay.joined_at, stay.left_at = at, None
        return True
    stay.state = stay.state or state
    return False


def leave(session: Session, chat_id: str, member_ids: Iterable[str], at: datetime) -> None:
    """These people left; a stay that began later than that is untouched."""
    for member_id in member_ids:
        stay = session.get(GroupMember, (chat_id, member_id))
        if stay is not None and stay.left_at is None and stay.joined_at <= at:
            stay.left_at = at


def present(session: Session, chat_id: str) -> set[str]:
    """Who is in the group now."""
    chosen = select(GroupMember.member_id).where(GroupMember.chat_id == chat_id, GroupMember.left_at.is_(None))
    return set(session.scalars(chosen))


def living(session: Session) -> Sequence[Group]:
    """Groups that exist and have an owner, in order."""
    chosen = select(Group).where(Group.dismissed_at.is_(None), Group.owner_id != "").order_by(Group.id)
    return session.scalars(chosen).all()
