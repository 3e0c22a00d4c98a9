"""The one way in: an event is stored, under a key that makes retries harmless, before it is acknowledged."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, Row, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot import lanes
from models.events.base import Event, dump
from models.ledger import Inbound, in_state
from models.work import Work

MAX_ATTEMPTS = 5
INBOUND: Table = Inbound.__table__  # type: ignore[assignment]  # declarative calls it FromClause


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A happening at a door, not yet stored. `body` is JSON; `lane` keeps its order with others of the same name."""

    key: str
    source: str
    kind: str
    lane: str
    priority: int
    body: str
    received_at: datetime
    not_before: datetime | None = None


def of_event(
    event: Event, *, source: str, priority: int = 5, lane: str = "", not_before: datetime | None = None
) -> Arrival:
    """One of our own events on its way in, alone in its lane unless told otherwise."""
    return Arrival(
        key=event.key, source=source, kind=type(event).__name__, lane=lane or event.key, priority=priority,
        body=json.dumps(dump(event), ensure_ascii=False), received_at=event.at, not_before=not_before,
    )  # fmt: skip


def put(work: Work, arrivals: Iterable[Arrival]) -> int:
    """Store what is new in the caller's transaction; the number of new rows."""
    rows = [columns(one) for one in arrivals]
    if not rows:
        return 0
    put_in = insert_new(work.session.get_bind().dialect.name).execution_options(preserve_rowcount=True)
    done = work.session.execute(put_in, rows)
    return max(0, int(getattr(done, "rowcount", 0)))


def insert_new(dialect: str) -> Insert:
    """INSERT that ignores a key already there."""
    if dialect == "sqlite":
        return sqlite.insert(INBOUND).on_conflict_do_nothing(index_elements=["key"])
    return postgresql.insert(INBOUND).on_conflict_do_nothing(index_elements=["key"])


def columns(one: Arrival) -> dict[str, Any]:
    """The row of an arrival."""
    return {
        "key": whole(one.key), "source": one.source, "kind": whole(one.kind), "lane": whole(one.lane),
        "priority": one.priority, "body": whole(one.body), "received_at": one.received_at,
        "not_before": one.not_before, "state": "due", "owner": "", "attempts": 0, "error": "",
    }  # fmt: skip


def whole(text: str) -> str:
    """The text without halves of emoji: WeCom lets them through, and no database or cipher takes them."""
    return text.encode("utf-8", "replace").decode()


def finish(work: Work, row: Row[Any], lease: lanes.Lease) -> bool:
    """Mark the row done in the caller's transaction; False when the lease was lost and somebody else has it."""
    done = work.session.execute(
        update(Inbound)
        .where(lanes.held(Inbound, row, lease))
        .values(state="done", done_at=work.now)
        .execution_options(synchronize_session=False)
    )
    return bool(getattr(done, "rowcount", 0))


def fail(work: Work, row: Row[Any], lease: lanes.Lease, error: str) -> bool:
    """Try again later, or, after five attempts, put it aside as a dead letter. True when it is dead."""
    attempts = row.attempts + 1
    dead: bool = attempts >= MAX_ATTEMPTS
    work.session.execute(
        update(Inbound)
        .where(lanes.held(Inbound, row, lease))
        .values(
            state="dead" if dead else "due",
            error=error[:500],
            not_before=work.now + lanes.backoff(attempts, work.rng.random()),
        )
        .execution_options(synchronize_session=False)
    )
    return dead


def dead_letters(session: Session, limit: int = 100) -> list[dict[str, Any]]:
    """What was put aside, oldest first: id, kind, attempts, error, received_at (never the body)."""
    shown = (Inbound.id, Inbound.source, Inbound.kind, Inbound.attempts, Inbound.error, Inbound.received_at)
    chosen = select(*shown).where(in_state(Inbound, "dead")).order_by(Inbound.id).limit(limit)
    return [dict(row) for row in session.execute(chosen).mappings()]


def redrive(work: Work, ids: Sequence[int] = ()) -> int:
    """Give dead letters (all, or these) a fresh set of attempts; the number revived."""
    chosen = update(Inbound).where(Inbound.state == "dead")
    if ids:
        chosen = chosen.where(Inbound.id.in_(ids))
    values = {"state": "due", "attempts": 0, "not_before": None}
    done = work.session.execute(chosen.values(values).execution_options(synchronize_session=False))
    return int(getattr(done, "rowcount", 0))
