"""Figures for Prometheus: cheap on millions of rows, so only what is still open is counted; deploy/ reads them.

Finished rows are the reports' business: counting them at every scrape would read the whole table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.group_commit import GroupCommit
from models.alert import Alert
from models.content import MassTask
from models.ledger import Evidence, Heartbeat, Inbound, Outbound, in_state
from models.opinion import Incident
from models.work import Database

WAITING: dict[type[Inbound] | type[Outbound], tuple[str, ...]] = {
    Inbound: ("due", "leased", "dead"),
    Outbound: ("due", "sending", "failed", "unknown"),
}
GAUGES = {
    "bot_callbacks_total": ("Callbacks by outcome in this process", ("outcome",)),
    "bot_inbox_writes": ("Rows stored, rows spooled, commits of this process", ("what",)),
    "bot_rows_waiting": ("Rows not done, by table and state", ("table", "state")),
    "bot_oldest_waiting_seconds": ("Age of the oldest row that could be taken now", ("table",)),
    "bot_loop_silent_seconds": ("Since a loop last turned, newest process of each kind", ("loop",)),
    "bot_alerts_open": ("Advisor alerts nobody has taken, by level", ("level",)),
    "bot_alerts_overdue": ("Open alerts past their clock", ()),
    "bot_incidents_open": ("Opinion incidents not answered, by level", ("level",)),
    "bot_mass_tasks_open": ("Mass messages employees have still to confirm", ()),
    "bot_evidence_unsealed": ("Evidence records not sealed yet", ()),
}
"""Name -> what it says, and its labels."""
Figure = tuple[str, tuple[str, ...], float]


def page(db: Database, store: GroupCommit, counts: dict[str, int]) -> bytes:
    """The exposition text."""
    registry = CollectorRegistry()
    gauges = {name: Gauge(name, said, labels, registry=registry) for name, (said, labels) in GAUGES.items()}
    with db.read() as session:
        figures = [*_process(store, counts), *_queues(session, db.clock()), *_people(session, db.clock())]
    for name, labels, value in figures:
        (gauges[name].labels(*labels) if labels else gauges[name]).set(value)
    return generate_latest(registry)


def _process(store: GroupCommit, counts: dict[str, int]) -> Iterator[Figure]:
    for outcome, count in counts.items():
        yield "bot_callbacks_total", (outcome,), count
    for what, count in (("stored", store.stored), ("spooled", store.spooled), ("commits", store.commits)):
        yield "bot_inbox_writes", (what,), count


def _queues(session: Session, now: datetime) -> Iterator[Figure]:
    since = {Inbound: Inbound.received_at, Outbound: Outbound.created_at}
    for table, states in WAITING.items():
        for state in states:  # one at a time: each has its own partial index
            found = session.scalar(select(func.count()).select_from(table).where(in_state(table, state))) or 0
            yield "bot_rows_waiting", (table.__tablename__, state), found
        ripe = (in_state(table, "due"), (table.not_before.is_(None)) | (table.not_before <= now))
        oldest = session.scalar(select(func.min(since[table])).where(*ripe))
        yield "bot_oldest_waiting_seconds", (table.__tablename__,), (now - oldest).total_seconds() if oldest else 0
    turned: dict[str, datetime] = {}
    for name, at in session.execute(select(Heartbeat.name, Heartbeat.at)):
        loop = name.partition("@")[0]
        turned[loop] = max(at, turned.get(loop, at))
    for loop, at in turned.items():
        yield "bot_loop_silent_seconds", (loop,), (now - at).total_seconds()
    unsealed = session.scalar(select(func.count()).select_from(Evidence).where(Evidence.seq.is_(None)))
    yield "bot_evidence_unsealed", (), unsealed or 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A queue's state for people. `oldest`: seconds its first ripe row has waited."""

    title: str
    count: int
    oldest: float


def waiting(session: Session, now: datetime) -> list[Waiting]:
    """What waits to be handled and to be sent, and the evidence that is not sealed yet."""
    told = {(name, labels): value for name, labels, value in _queues(session, now)}
    counts = [
        Waiting(title, int(told["bot_rows_waiting", (table, state)]), told["bot_oldest_waiting_seconds", (table,)])
        for title, table, state in (("收到待处理", "inbound", "due"), ("待发送", "outbound", "due"))
    ]
    return [*counts, Waiting("存证待封存", int(told["bot_evidence_unsealed", ()]), 0.0)]


def _people(session: Session, now: datetime) -> Iterator[Figure]:
    for name, table in (("bot_alerts_open", Alert), ("bot_incidents_open", Incident)):
        of_level = select(table.level, func.count()).where(table.state == "open").group_by(table.level)
        for level, count in session.execute(of_level):
            yield name, (level,), count
    late = select(func.count()).select_from(Alert).where(Alert.state == "open", Alert.due_at <= now)
    yield "bot_alerts_overdue", (), session.scalar(late) or 0
    unconfirmed = select(func.count()).select_from(MassTask).where(MassTask.open)
    yield "bot_mass_tasks_open", (), session.scalar(unconfirmed) or 0
