"""One event in, its actions out, in one transaction; what cannot be handled is retried, then put aside."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from sqlalchemy import Row

from bot import evidence, inbox, lanes, outbox, parse
from handlers import ROUTES
from handlers.route import Route
from models.actions import Action
from models.events.base import Event
from models.events.messages import Unrecognised
from models.ledger import Inbound
from models.work import Database, Work

log = structlog.get_logger(__name__)

BATCH, ORDINARY = 32, 8
"""Events of one claim: an ordinary batch is short, so that what cannot wait waits for few others."""
PRESSING, REST = (0, 2), (3, 9)
"""Priorities: greetings, clicks, doorbells and what customers say to us; all others."""
SHARE = 0.01
"""Seconds a transaction may run before it is committed."""


class Engine:
    """Takes events off the inbox. Any number may run on PostgreSQL, one thread on SQLite."""

    def __init__(self, db: Database, lease: lanes.Lease, routes: Sequence[Route[Any]] = ROUTES) -> None:
        self._db = db
        self._lease = lease
        self._routes = routes
        self.handled = self.failed = self.queued = 0

    def step(self) -> int:
        """Handle up to a batch of waiting events, each for itself; how many there were."""
        with self._db.work() as work:
            rows = lanes.claim(work, Inbound, self._lease, BATCH, PRESSING)
            rows = rows or lanes.claim(work, Inbound, self._lease, ORDINARY, REST)
        if not rows:
            return 0
        self._db.renew()
        waiting = deque(rows)
        while waiting:
            self._share(waiting)
        return len(rows)

    def _share(self, waiting: deque[Row[Any]]) -> None:
        """One transaction's worth, kept short: on SQLite callbacks wait for the same writer."""
        with self._db.work() as work:
            ends = time.monotonic() + SHARE  # from when the turn has come: waiting for it must not use it up
            while waiting and time.monotonic() < ends:
                self._one(waiting.popleft(), work)

    def _one(self, row: Row[Any], work: Work) -> None:
        """One event under its own savepoint: a broken one takes nobody with it."""
        try:
            with work.session.begin_nested():
                if inbox.finish(work, row, self._lease):
                    self._handle(row, work)
                    work.session.flush()
            self.handled += 1
        except Exception as error:
            self.failed += 1
            where = f"{type(error).__name__}: {_where(error)}"
            dead = inbox.fail(work, row, self._lease, where)
            log.warning(
                "event_failed",
                id=row.id,
                kind=row.kind,
                attempt=row.attempts + 1,
                dead=dead,
                error=where,
                exc_info=_trace(error),
            )
            if dead:
                facts: dict[str, object] = {"kind": row.kind, "error": type(error).__name__}
                evidence.append(work, [evidence.Record(kind="dead_letter", ref=row.key, facts=facts)])

    def _handle(self, row: Row[Any], work: Work) -> None:
        event = parse.event_of(row.source, row.kind, row.body, row.key, row.received_at)
        if isinstance(event, Unrecognised):
            log.warning("event_unrecognised", source=event.source, name=event.name)
            facts: dict[str, object] = {"source": event.source, "name": event.name}
            evidence.append(work, [evidence.Record(kind="unrecognised", ref=event.key, facts=facts)])
        queued = outbox.put(work, event, actions_for(event, work, self._routes))
        self.queued += queued.due
        if queued.withheld:
            log.info("actions_withheld", kind=row.kind, count=queued.withheld)


def actions_for(event: Event, work: Work, routes: Sequence[Route[Any]] = ROUTES) -> list[Action]:
    """What all routes want: observers always run, and the first replier that has something to say speaks alone."""
    wanted: list[Action] = []
    answered = False
    for route in routes:
        if not isinstance(event, route.takes) or (route.replies and answered):
            continue
        said = list(route.handle(event, work))
        wanted += said
        answered = answered or (route.replies and bool(said))
    return wanted


def _where(error: BaseException) -> str:
    """File and line where it broke, without the message, which may quote a person."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}" if trace else "?"


def _trace(error: BaseException) -> bool | BaseException:
    """Programming errors come with their trace; data errors without, since it could show what somebody wrote."""
    return error if isinstance(error, (AttributeError, NameError, ImportError)) else False


Step = Callable[[], int]
