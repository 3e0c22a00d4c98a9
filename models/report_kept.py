"""Reports that take long are worked out once an hour and kept: they read whole tables; quick ones are always of now."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.report import REPORTS
from models.report_table import Table
from models.work import Database

FRESH = timedelta(hours=1)
LONG = 0.3
"""Seconds nobody should wait at every look."""


class ReportKept(Base):
    """A report as it stood at a moment."""

    __tablename__ = "report_kept"
    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    at: Mapped[datetime]
    table: Mapped[dict[str, Any]]


def fresh(db: Database, name: str) -> tuple[Table, datetime]:
    """A report of models.report and when it was worked out."""
    made, at = worked_out(db, name, lambda session: _said(REPORTS[name][1](session, db.clock())))
    return _of(made), at


def worked_out(db: Database, name: str, make: Callable[[Session], dict[str, Any]]) -> tuple[dict[str, Any], datetime]:
    """What `make` gives (JSON), or gave within the hour where it took long; and when that was."""
    now = db.clock()
    with db.read() as session:
        kept = session.get(ReportKept, name)
        if kept is not None and now - FRESH < kept.at <= now:
            return kept.table, kept.at
        began = time.perf_counter()
        made = make(session)
    if time.perf_counter() - began >= LONG:
        with db.work() as work:
            work.session.merge(ReportKept(name=name, at=now, table=made))
    return made, now


def _said(made: Table) -> dict[str, Any]:
    return {
        "meaning": made.meaning, "head": list(made.head), "rows": [list(row) for row in made.rows], "bars": made.bars,
        "shares": sorted(made.shares),
    }  # fmt: skip


def _of(kept: dict[str, Any]) -> Table:
    rows = [tuple(row) for row in kept["rows"]]
    return Table(kept["meaning"], tuple(kept["head"]), rows, kept["bars"], frozenset(kept["shares"]))
