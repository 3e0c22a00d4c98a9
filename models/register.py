"""Registers compliance keeps: who answers for each group, who may give advice, and what was assessed before use."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Index, String, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey
from models.group import Group


class GroupRecord(Base):
    """A customer group's entry: without one, or past its review, no push goes to the group."""

    __tablename__ = "group_record"
    chat_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner_id: Mapped[str] = mapped_column(String(64))
    officer: Mapped[str] = mapped_column(String(64))
    """The compliance officer who answers for it, by userid."""
    purpose: Mapped[str] = mapped_column(String(200))
    review_on: Mapped[date]
    """From this Beijing day on the entry has to be looked at again."""
    invites: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether personal invitations may lead into it."""
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class Licence(Base):
    """A qualification by which somebody may give advice or present live (证券法 160 条)."""

    __tablename__ = "licence"
    __table_args__ = (Index("ix_licence_employee", "employee_id"),)
    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    employee_id: Mapped[str] = mapped_column(String(64), default="")
    """Empty for a presenter from outside."""
    expires_on: Mapped[date]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class ImpactAssessment(Base):
    """个人信息保护影响评估 (个人信息保护法 55, 56 条): kept at least three years."""

    __tablename__ = "impact_assessment"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    scope: Mapped[str] = mapped_column(String(400))
    """Which data for which purpose."""
    risk: Mapped[str] = mapped_column(String(400))
    measures: Mapped[str] = mapped_column(String(400))
    decision: Mapped[str] = mapped_column(String(12))
    """go, conditional, stop"""
    assessed_on: Mapped[date]
    review_on: Mapped[date]
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


def unready(session: Session, chat_ids: Sequence[str], on: date) -> dict[str, str]:
    """Group -> why nothing may be pushed to it on a Beijing day. A register that is empty binds nobody yet."""
    known = {one.chat_id: one for one in session.scalars(select(GroupRecord).where(GroupRecord.chat_id.in_(chat_ids)))}
    if not known and session.scalars(select(GroupRecord.chat_id).limit(1)).first() is None:
        return {}
    found = {}
    for chat_id in chat_ids:
        entry = known.get(chat_id)
        if entry is None:
            found[chat_id] = "群未登记合规专员与用途"
        elif entry.review_on <= on:
            found[chat_id] = f"群登记已到复核日 {entry.review_on}"
    return found


def open_to_invited(session: Session, on: date) -> list[str]:
    """Groups an invitation may lead into: living ones, entered as such, not yet due for review on a Beijing day."""
    chosen = select(GroupRecord.chat_id).join(Group, Group.id == GroupRecord.chat_id)
    fit = chosen.where(GroupRecord.invites, GroupRecord.review_on > on, Group.dismissed_at.is_(None))
    return list(session.scalars(fit.order_by(GroupRecord.chat_id)))


def officer_of(session: Session, chat_id: str) -> str:
    """The compliance officer of a group, or empty."""
    entry = session.get(GroupRecord, chat_id)
    return entry.officer if entry is not None else ""


def valid(session: Session, number: str, on: date) -> bool:
    """Whether a licence number is registered and in force on a Beijing day."""
    licence = session.get(Licence, number.strip()) if number.strip() else None
    return licence is not None and licence.expires_on > on


def may_advise(session: Session, employee_id: str, on: date) -> bool:
    """Whether an employee holds a registered licence in force on a Beijing day."""
    held = select(Licence.number).where(Licence.employee_id == employee_id, Licence.expires_on > on)
    return session.scalars(held.limit(1)).first() is not None
