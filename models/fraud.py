"""What the fraud screen knows and decided: salted marks of devices and numbers, cases with evidence, and appeals."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey


class FraudMark(Base):
    """A salted hash seen with a member: never the device, number or address itself (referral.yaml privacy)."""

    __tablename__ = "fraud_mark"
    __table_args__ = (UniqueConstraint("member_id", "kind", "digest"), Index("ix_fraud_mark_digest", "digest"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(8))
    """device, phone, block (the number's first seven digits), ip, net, text (a forbidden promise was made)"""
    digest: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]


class FraudCase(Base):
    """One referral the screen held or rejected, with what it saw; people have the last word."""

    __tablename__ = "fraud_case"
    __table_args__ = (UniqueConstraint("referral_id"), Index("ix_fraud_case_state", "state"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    referral_id: Mapped[int] = mapped_column(BigKey)
    inviter_id: Mapped[str] = mapped_column(String(64))
    score: Mapped[int]
    signals: Mapped[dict[str, Any]]
    """signal -> what was seen, in words and figures"""
    state: Mapped[str] = mapped_column(String(10), default="held")
    """held, rejected (by the screen), confirmed, cleared (by a person), appealed"""
    opened_at: Mapped[datetime]
    decided_by: Mapped[str] = mapped_column(String(64), default="")
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(200), default="")
    appeal: Mapped[str] = mapped_column(String(200), default="")
    """When the member asked for a second look, and how."""


def digest(pepper: bytes, kind: str, value: str) -> str:
    """The salted hash under which a device, number or address is compared."""
    return hmac.new(pepper, f"{kind}:{value}".encode(), hashlib.sha256).hexdigest()[:32]


def mark(session: Session, member_id: str, marks: Iterable[tuple[str, str]], at: datetime) -> None:
    """Note (kind, digest) pairs with a member, each once."""
    for kind, value in marks:
        seen = select(FraudMark.id).where(
            FraudMark.member_id == member_id, FraudMark.kind == kind, FraudMark.digest == value
        )
        if session.scalar(seen) is None:
            session.add(FraudMark(member_id=member_id, kind=kind, digest=value, at=at))
            session.flush()


def precision(session: Session) -> dict[str, tuple[int, int]]:
    """Signal -> (confirmed, decided) over all cases people have decided."""
    counted: dict[str, tuple[int, int]] = {}
    for case in session.scalars(select(FraudCase).where(FraudCase.state.in_(("confirmed", "cleared")))):
        for signal in case.signals:
            confirmed, decided = counted.get(signal, (0, 0))
            counted[signal] = (confirmed + (case.state == "confirmed"), decided + 1)
    return counted


def open_cases(session: Session) -> int:
    """How many wait for a person."""
    waiting = select(func.count()).where(FraudCase.state.in_(("held", "rejected", "appealed")))
    return session.scalar(waiting) or 0
