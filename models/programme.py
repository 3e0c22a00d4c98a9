"""Referral programmes as data: versions with maker and checker, and the switch for what only two people may open."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, Table, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey
from models.points import dialect


class Programme(Base):
    """One version of a campaign's rules. Approved ones never change; a newer version takes over when it is approved."""

    __tablename__ = "referral_programme"
    __table_args__ = (UniqueConstraint("campaign", "version"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    campaign: Mapped[int]
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    data: Mapped[dict[str, Any]]
    """As referral.yaml; checked by rules.programme.faults before it is kept."""
    status: Mapped[str] = mapped_column(String(10), default="draft")
    """draft, approved, replaced, ended"""
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    approved_by: Mapped[str] = mapped_column(String(64), default="")
    approved_at: Mapped[datetime | None]


class ProgrammeBudget(Base):
    """Points a campaign has issued, so that a budget holds however many credit at once."""

    __tablename__ = "referral_budget"
    __table_args__ = (CheckConstraint("issued >= 0", name="issued"),)
    campaign: Mapped[int] = mapped_column(primary_key=True)
    issued: Mapped[int] = mapped_column(default=0)


class OpeningSwitch(Base):
    """The account-opening reward: off unless approver and admin opened it together, in writing, for ≤ 90 days."""

    __tablename__ = "opening_switch"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    basis: Mapped[str] = mapped_column(String(2000))
    """The written basis: number and words of the compliance director's sign-off and of the legal opinion."""
    basis_digest: Mapped[str] = mapped_column(String(64))
    points: Mapped[int]
    days: Mapped[int]
    approver: Mapped[str] = mapped_column(String(64), default="")
    admin: Mapped[str] = mapped_column(String(64), default="")
    asked_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(64), default="")


BUDGET: Table = ProgrammeBudget.__table__  # type: ignore[assignment]  # declarative calls it FromClause


def in_force(session: Session, campaign: int) -> Programme | None:
    """The approved version of a campaign; None where the shipped pack holds."""
    chosen = select(Programme).where(Programme.campaign == campaign, Programme.status == "approved")
    return session.scalars(chosen.order_by(Programme.version.desc()).limit(1)).first()


def open_switch(session: Session, now: datetime) -> OpeningSwitch | None:
    """The switch that is on at this moment, if any."""
    chosen = select(OpeningSwitch).where(
        OpeningSwitch.opened_at <= now, OpeningSwitch.ends_at > now, OpeningSwitch.closed_at.is_(None)
    )
    return session.scalars(chosen.order_by(OpeningSwitch.id.desc()).limit(1)).first()


def draw(session: Session, campaign: int, points: int, budget: int | None) -> bool:
    """Take points out of a campaign's budget; False when that would exceed it."""
    if session.get(ProgrammeBudget, campaign) is None:
        session.execute(
            dialect(session).insert(ProgrammeBudget).values(campaign=campaign, issued=0).on_conflict_do_nothing()
        )
    room = BUDGET.c.campaign == campaign
    if budget is not None:
        room &= BUDGET.c.issued + points <= budget
    done = session.execute(update(BUDGET).where(room).values(issued=BUDGET.c.issued + points))
    return getattr(done, "rowcount", 0) == 1
