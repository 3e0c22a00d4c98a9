"""What tiering remembers: a running row a member, trading summaries, versions of cut points, runs, monthly tasks."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, bindparam, delete, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import consent
from models.activity import ActivityDay
from models.base import Base, BigKey
from rules.rfm import UNPLACED, Cuts, Figures, Tables, value_index

ACCOUNT = "account"
"""The purpose whose separate consent lets asset and trading figures be used (compliance 4.1, PIPL 29)."""


class RfmState(Base):
    """A member's running figures and tier: narrow, so that a million of them are re-tiered in one statement."""

    __tablename__ = "rfm_state"
    __table_args__ = (
        Index(
            "ix_rfm_state_value", "member_id", postgresql_where=text("value IS NOT NULL"),
            sqlite_where=text("value IS NOT NULL"),
        ),
    )  # fmt: skip
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime | None]
    count_30d: Mapped[int] = mapped_column(default=0)
    days_30d: Mapped[int] = mapped_column(default=0)
    value: Mapped[float | None]
    """Value index 0-100; None unless the member's separate consent is in force."""
    rank: Mapped[int] = mapped_column(default=UNPLACED)
    was: Mapped[int] = mapped_column(default=UNPLACED)
    """The rank before the last change."""
    moved_at: Mapped[datetime | None]
    below_since: Mapped[datetime | None]
    """Since when the figures are below the tier without a break."""


class TradingSummary(Base):
    """The newest summary a broker system gave about a member, kept only while their consent is in force."""

    __tablename__ = "trading_summary"
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    as_of: Mapped[date]
    daily_assets: Mapped[float]
    fees_90d: Mapped[float | None]
    products: Mapped[int | None]
    trades_90d: Mapped[int | None]
    source: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime]


class RfmVersion(Base):
    """Frozen cut points. Proposed by one person, put in force by another."""

    __tablename__ = "rfm_version"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    method: Mapped[str] = mapped_column(String(10))
    """fixed or quantile"""
    cuts: Mapped[dict[str, Any]]
    report: Mapped[dict[str, Any]]
    """What these cuts would have done (what-if), as the approver saw it."""
    status: Mapped[str] = mapped_column(String(10))
    """proposed, active, retired, refused"""
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    checked_by: Mapped[str] = mapped_column(String(64), default="")
    checked_at: Mapped[datetime | None]


class TierRun(Base):
    """One full re-tiering: how many rows, how many moved, how tiers are spread afterwards."""

    __tablename__ = "tier_run"
    __table_args__ = (Index("ix_tier_run_at", "at"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime]
    version_id: Mapped[int]
    members: Mapped[int]
    moved: Mapped[int]
    spread: Mapped[dict[str, Any]]
    """Tier -> members."""
    psi: Mapped[float | None]
    """Population stability index against the run about a month before; below .1 is stable."""


class ServiceTask(Base):
    """What an advisor owes a client this month: one of a kind a month."""

    __tablename__ = "service_task"
    __table_args__ = (UniqueConstraint("month", "kind", "member_id"), Index("ix_service_task_advisor", "advisor_id"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    kind: Mapped[str] = mapped_column(String(10))
    """service (高价值) or convert (潜力)"""
    member_id: Mapped[str] = mapped_column(String(64))
    advisor_id: Mapped[str] = mapped_column(String(64))
    tier: Mapped[str] = mapped_column(String(4))
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(8), default="open")
    """open, done"""
    note: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


def state_of(session: Session, member_id: str, first_at: datetime) -> RfmState:
    """The running row of a member, begun on first sight."""
    state = session.get(RfmState, member_id)
    if state is None:
        state = RfmState(
            member_id=member_id, first_at=first_at, count_30d=0, days_30d=0, rank=UNPLACED, was=UNPLACED
        )  # fmt: skip
        session.add(state)
    return state


def in_force(session: Session) -> RfmVersion | None:
    """The version of cut points in force; None while the shipped ones are."""
    chosen = select(RfmVersion).where(RfmVersion.status == "active").order_by(RfmVersion.id.desc()).limit(1)
    return session.scalars(chosen).first()


def tables_now(session: Session, shipped: Tables) -> Tables:
    """The tables with the cut points in force."""
    version = in_force(session)
    return shipped if version is None else shipped.with_cuts(cuts_of(version.cuts))


_CUTS = select(RfmVersion.cuts).where(RfmVersion.status == "active").order_by(RfmVersion.id.desc()).limit(1)
_NOW = select(
    func.coalesce(func.sum(ActivityDay.count), 0), func.count(), _CUTS.scalar_subquery()
).where(ActivityDay.member_id == bindparam("who"), ActivityDay.day >= bindparam("since"))  # fmt: skip
"""Built once: a member is placed on each event, and building statements costs as much as running them."""


def window_of(session: Session, member_id: str, since: date, shipped: Tables) -> tuple[int, int, Tables]:
    """(interactions, days with any) of a member since a day, and the tables in force, in one look."""
    count, days, cuts = session.connection().execute(_NOW, {"who": member_id, "since": since}).one()
    return int(count), int(days), shipped if cuts is None else shipped.with_cuts(cuts_of(cuts))


def cuts_of(data: Mapping[str, Any]) -> Cuts:
    """Cut points as a row keeps them. ValueError for ones that break the order, or are not four each."""
    try:
        r, f, m = ([float(one) for one in data[name]] for name in ("R", "F", "M"))
        recency, frequency = [int(one) for one in r], [int(one) for one in f]
        return Cuts(
            recency=(recency[0], recency[1], recency[2], recency[3]), monetary=(m[0], m[1], m[2], m[3]),
            frequency=(frequency[0], frequency[1], frequency[2], frequency[3]),
        )  # fmt: skip
    except (KeyError, IndexError, TypeError):
        raise ValueError("R、F、M 各须给出四个切点") from None


def cuts_data(cuts: Cuts) -> dict[str, Any]:
    """Cut points for a row."""
    return {"R": list(cuts.recency), "F": list(cuts.frequency), "M": list(cuts.monetary)}


def figures_of(state: RfmState, newcomer: bool) -> Figures:
    """The figures a placing reads."""
    return Figures(
        last_active_at=state.last_at, count_30d=state.count_30d, days_30d=state.days_30d, monetary=state.value,
        newcomer=newcomer,
    )  # fmt: skip


def index_of(tables: Tables, summary: TradingSummary) -> float:
    """The value index of a summary."""
    products = None if summary.products is None else float(summary.products)
    return value_index(tables, summary.daily_assets, summary.fees_90d, products)


def forget_values(session: Session) -> int:
    """Asset figures of everybody whose consent is no longer in force, gone; how many members that were."""
    held = list(session.scalars(select(TradingSummary.member_id)))
    valued = list(session.scalars(select(RfmState.member_id).where(RfmState.value.is_not(None))))
    people = sorted({*held, *valued})
    gone = sorted(set(people) - consent.agreed(session, people, ACCOUNT))
    for start in range(0, len(gone), 500):
        forget_value(session, gone[start : start + 500])
    return len(gone)


def forget_value(session: Session, member_ids: list[str]) -> None:
    """These members' asset figures, gone."""
    session.execute(delete(TradingSummary).where(TradingSummary.member_id.in_(member_ids)))
    session.execute(update(RfmState).where(RfmState.member_id.in_(member_ids)).values(value=None))
