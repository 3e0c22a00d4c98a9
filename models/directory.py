"""Comparisons with WeCom's directory: runs with counts and differences, and gaps in which we heard nothing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey
from models.work import Work

LISTED = 100
"""Differences a report names; the counts are whole."""


class SyncRun(Base):
    """One full comparison, in steps. `counts` and `diff` say what WeCom lists, what we had, what was put right."""

    __tablename__ = "sync_run"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(String(8))
    """running, done, empty (WeCom listed nothing: never a success), suspect (so much is gone that nothing was ended)"""
    parts: Mapped[int]
    """Steps still to come."""
    counts: Mapped[dict[str, Any]]
    diff: Mapped[list[str]]
    note: Mapped[str] = mapped_column(String(300), default="")


class SyncSeen(Base):
    """A relation WeCom listed in a run; let go when the run's part is closed."""

    __tablename__ = "sync_seen"
    __table_args__ = (Index("ix_sync_seen_employee", "run_id", "employee_id"),)
    run_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    employee_id: Mapped[str] = mapped_column(String(64), primary_key=True)


class Gap(Base):
    """A time in which our clock did not run: callbacks of it may be lost, so everything was read again."""

    __tablename__ = "gap"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    from_at: Mapped[datetime]
    to_at: Mapped[datetime]
    run_id: Mapped[int | None]
    """The comparison that closed it."""
    closed_at: Mapped[datetime | None]


def begin(work: Work, parts: int, employees: int) -> SyncRun:
    """A run that has `parts` steps to come."""
    run = SyncRun(
        started_at=work.now, state="running", parts=parts, counts={"employees": employees}, diff=[], note=""
    )  # fmt: skip
    work.session.add(run)
    work.session.flush()
    return run


def seen(session: Session, run_id: int, pairs: Iterable[tuple[str, str]]) -> None:
    """These (member, employee) relations were listed."""
    rows = [{"run_id": run_id, "member_id": member, "employee_id": employee} for member, employee in pairs]
    maker = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    if rows:
        session.execute(maker(SyncSeen).on_conflict_do_nothing(), rows)


def listed(session: Session, run_id: int, employees: Sequence[str]) -> bool:
    """Whether WeCom listed anybody for these employees."""
    chosen = select(SyncSeen.member_id).where(SyncSeen.run_id == run_id, SyncSeen.employee_id.in_(employees))
    return session.scalar(chosen.limit(1)) is not None


def count(run: SyncRun, diff: Iterable[str] = (), **more: int) -> None:
    """Add to a run's counts and name differences."""
    counts = dict(run.counts)
    for name, number in more.items():
        counts[name] = counts.get(name, 0) + number
    run.counts = counts
    run.diff = [*run.diff, *diff][:LISTED]


def part_done(work: Work, run: SyncRun) -> None:
    """One step less; the last one ends the run, and never as a success when WeCom listed nothing at all."""
    run.parts -= 1
    if run.parts > 0 or run.finished_at is not None:
        return
    run.finished_at = work.now
    rows = run.counts.get("relations", 0) + run.counts.get("groups", 0)
    if run.state == "running":
        run.state = "done" if rows else "empty"
        run.note = run.note if rows else "企业微信没有返回任何客户或客户群：检查客户联系权限与应用可见范围"
    for gap in work.session.scalars(select(Gap).where(Gap.closed_at.is_(None), Gap.to_at <= run.started_at)):
        gap.run_id, gap.closed_at = run.id, work.now
    work.session.execute(delete(SyncSeen).where(SyncSeen.run_id <= run.id))
