"""Learning points: accounts, movements and their two sides, and the proof that they agree. See models.movements.

A member's account row is changed by conditional update only, and whoever changes it holds its row lock until the end
of the transaction: sums a caller reads after `lock` are current.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, Table, case, func, literal, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey

FLOOR = -500
"""How far a claw-back may take what was already spent (referral.yaml clawback); never cash."""
MEMBERS = ("held", "available")
"""Accounts a member has; all others belong to the house."""


class PointsAccount(Base):
    """What a member has: `held` until the hold period is over, `available` to spend."""

    __tablename__ = "points_account"
    __table_args__ = (
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("available >= -500", name="floor"),
    )
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    held: Mapped[int] = mapped_column(default=0)
    available: Mapped[int] = mapped_column(default=0)


class PointsEntry(Base):
    """One movement of learning points. `key` makes each reason count once. An issue is also the lot spent later."""

    __tablename__ = "points_entry"
    __table_args__ = (
        Index("ix_points_entry_member", "member_id"),
        Index("ix_points_entry_about", "about"),
        Index(
            "ix_points_entry_lot",
            "member_id",
            "expires_at",
            postgresql_where=text("remaining > 0"),
            sqlite_where=text("remaining > 0"),
        ),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    member_id: Mapped[str] = mapped_column(String(64))
    points: Mapped[int]
    """What the member gained or lost; a release is 0."""
    rule: Mapped[str] = mapped_column(String(16))
    available_at: Mapped[datetime]
    """Held until then (hold period)."""
    expires_at: Mapped[datetime]
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(8), server_default="issue")
    """issue, release, spend, return, expire, claw"""
    about: Mapped[str] = mapped_column(String(40), server_default="")
    """What it is for: `referral:<id>`, `redemption:<id>`, `entry:<id>`."""
    why: Mapped[str] = mapped_column(String(200), server_default="")
    remaining: Mapped[int] = mapped_column(server_default="0")
    """Points of this lot nobody has spent, lost or taken back."""
    released: Mapped[bool] = mapped_column(server_default=text("false"))
    frozen: Mapped[bool] = mapped_column(server_default=text("false"))
    """Under review: the hold does not end by itself (timing.freeze_on_investigation)."""


class PointsPosting(Base):
    """One side of a movement."""

    __tablename__ = "points_posting"
    __table_args__ = (
        Index("ix_points_posting_account", "member_id", "account"),
        Index("ix_points_posting_entry", "entry_id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigKey)
    account: Mapped[str] = mapped_column(String(12))
    """held, available (of `member_id`); issuer, spent, expired, clawed (of the house)"""
    member_id: Mapped[str] = mapped_column(String(64), default="")
    amount: Mapped[int]


ENTRY: Table = PointsEntry.__table__  # type: ignore[assignment]  # declarative calls it FromClause
ACCOUNT: Table = PointsAccount.__table__  # type: ignore[assignment]  # the same
POSTING: Table = PointsPosting.__table__  # type: ignore[assignment]  # the same


@dataclass(frozen=True, slots=True)
class Balance:
    """Points to spend now, and points still in their hold period."""

    available: int
    held: int


def lock(session: Session, member_ids: Iterable[str]) -> None:
    """Make these accounts ours until the transaction ends, in one order for everybody, so that nobody deadlocks."""
    for member_id in sorted(set(member_ids)):
        row = {"member_id": member_id, "held": 0, "available": 0}
        session.execute(dialect(session).insert(PointsAccount).values(row).on_conflict_do_nothing())
        session.execute(update(ACCOUNT).where(ACCOUNT.c.member_id == member_id).values(held=ACCOUNT.c.held))


def balance(session: Session, member_id: str) -> Balance:
    """What a member has; `settle` first where that can be written."""
    row = session.execute(
        select(ACCOUNT.c.available, ACCOUNT.c.held).where(ACCOUNT.c.member_id == member_id)
    ).first()  # fmt: skip
    return Balance(row.available, row.held) if row is not None else Balance(0, 0)


def recent(session: Session, member_id: str, count: int) -> list[PointsEntry]:
    """A member's newest movements that changed what they have."""
    chosen = select(PointsEntry).where(PointsEntry.member_id == member_id, PointsEntry.points != 0)
    return list(session.scalars(chosen.order_by(PointsEntry.id.desc()).limit(count)))


def issued_since(session: Session, member_id: str, since: datetime) -> int:
    """Points issued to a member since a moment, less what was taken back of them; the caller holds the lock."""
    total = select(func.sum(ENTRY.c.points)).where(
        ENTRY.c.member_id == member_id, ENTRY.c.kind.in_(("issue", "claw")), ENTRY.c.at >= since
    )
    return int(session.scalar(total) or 0)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What `referral reconcile` prints; `faults` name what disagrees (member ids are not printed, entry ids are)."""

    accounts: int
    entries: int
    issued: int
    outstanding: int
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every sum agrees."""
        return not self.faults


def reconcile(session: Session) -> Reconciliation:
    """Prove that each movement sums to zero, that postings equal balances, and that lots equal what may be spent."""
    faults = [
        f"流水 {one.entry_id}：借贷不平（{one.total}）"
        for one in session.execute(
            select(POSTING.c.entry_id, func.sum(POSTING.c.amount).label("total"))
            .group_by(POSTING.c.entry_id)
            .having(func.sum(POSTING.c.amount) != 0)
            .limit(100)
        )
    ]
    unbooked = select(ENTRY.c.id).where(~select(literal(1)).where(POSTING.c.entry_id == ENTRY.c.id).exists())
    faults += [f"流水 {one}：没有分录" for one in session.scalars(unbooked.limit(100))]
    for account in MEMBERS:
        faults += _unequal(session, account, _posted(account), "分录合计")
    faults += _unequal(session, "held", _lots_of(released=False), "待释放批次合计")
    faults += _unequal(session, "available", _lots_of(released=True), "可用批次合计")
    total = func.coalesce(func.sum(ENTRY.c.points), 0)
    return Reconciliation(
        accounts=session.scalar(select(func.count()).select_from(ACCOUNT)) or 0,
        entries=session.scalar(select(func.count()).select_from(ENTRY)) or 0,
        issued=session.scalar(select(total).where(ENTRY.c.kind == "issue")) or 0,
        outstanding=session.scalar(select(func.coalesce(func.sum(ACCOUNT.c.held + ACCOUNT.c.available), 0))) or 0,
        faults=tuple(faults),
    )


def _posted(account: str) -> Any:
    summed = func.coalesce(func.sum(POSTING.c.amount), 0)
    mine = (POSTING.c.member_id == ACCOUNT.c.member_id) & (POSTING.c.account == account)
    return select(summed).where(mine).correlate(ACCOUNT).scalar_subquery()


def _lots_of(*, released: bool) -> Any:
    """What lots still hold; a debt has none."""
    mine = (ENTRY.c.member_id == ACCOUNT.c.member_id) & (ENTRY.c.released.is_(released)) & (ENTRY.c.remaining > 0)
    return select(func.coalesce(func.sum(ENTRY.c.remaining), 0)).where(mine).correlate(ACCOUNT).scalar_subquery()


def _unequal(session: Session, column: str, proof: Any, name: str) -> list[str]:
    have = ACCOUNT.c[column]
    shown = case((have > 0, have), else_=0) if "批次" in name else have
    found = session.execute(select(shown.label("have"), proof.label("proof")).where(shown != proof).limit(100)).all()
    return [f"账户 {column}：余额 {one.have}，{name} {one.proof}" for one in found]


def dialect(session: Session) -> Any:
    """The dialect module of this database, for `insert … on conflict`."""
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
