"""Many callbacks, one fsync: a single writer thread commits whatever has queued up, then lets the door answer.

While the database is away arrivals go to a spool file (fsynced before the door answers) and are stored, in order, when
it is back. A writer stuck in a frozen database is bypassed after `PATIENCE` seconds: WeCom waits five.
"""

import queue
import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.inbox import Arrival, columns, insert_new
from bot.spool import Spool
from models.work import Database

log = structlog.get_logger(__name__)

PATIENCE = 1.5
RETRY_AFTER = 0.5
BATCH = 500


class NotStored(Exception):
    """Neither database nor spool took the arrival: the door must not acknowledge it."""


class _Ticket:
    __slots__ = ("arrival", "done", "stored")

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.stored = False
        self.done = threading.Lock()
        self.done.acquire()


class GroupCommit:
    """`put` returns when the arrival is durable. One instance a process; `stop` drains it."""

    def __init__(self, db: Database, spool: Spool, wake: Callable[[], None]) -> None:
        self._db = db
        self._spool = spool
        self._wake = wake
        self._queue: queue.SimpleQueue[_Ticket | None] = queue.SimpleQueue()
        self._insert = insert_new(db.engine.dialect.name)
        self._busy_since = 0.0
        self._down_until = 0.0
        self.stored = self.spooled = self.commits = 0
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    @property
    def healthy(self) -> bool:
        """False while arrivals go to the spool."""
        return not self._spool.pending and not self._stuck()

    def put(self, arrival: Arrival) -> None:
        """Store it. NotStored when it could not be made durable anywhere."""
        if self._stuck():
            self._to_spool([arrival])
            return
        ticket = _Ticket(arrival)
        self._queue.put(ticket)
        if not ticket.done.acquire(timeout=PATIENCE):
            self._to_spool([arrival])  # the writer may still store it too: the key makes that harmless
        elif not ticket.stored:
            raise NotStored

    def stop(self) -> None:
        """Finish what is queued; what could not be stored stays in the spool for the next process."""
        self._queue.put(None)
        self._thread.join(timeout=10)
        self._spool.close()

    def _stuck(self) -> bool:
        since = self._busy_since
        return bool(since) and time.monotonic() - since > PATIENCE

    def _run(self) -> None:
        while True:
            try:
                first = self._queue.get(timeout=RETRY_AFTER)
            except queue.Empty:
                self._guarded([])
                continue
            if first is None:
                self._down_until = 0.0  # one last try: whoever starts next may be long in coming
                self._guarded([])
                return
            if not self._guarded(self._batch(first)):
                return

    def _batch(self, first: _Ticket) -> list[_Ticket | None]:
        tickets: list[_Ticket | None] = [first]
        while len(tickets) < BATCH and tickets[-1] is not None:
            try:
                tickets.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return tickets

    def _guarded(self, found: list[_Ticket | None]) -> bool:
        """Make a batch durable; False when the stop sign was in it."""
        tickets = [one for one in found if one is not None]
        self._busy_since = time.monotonic()
        stored = self._store([one.arrival for one in tickets])
        self._busy_since = 0.0
        for ticket in tickets:
            ticket.stored = stored
            ticket.done.release()
        return len(tickets) == len(found)

    def _store(self, arrivals: list[Arrival]) -> bool:
        if not self._spool_drained():
            return not arrivals or self._spooled(arrivals)
        if not arrivals or self._inserted(arrivals):
            return True
        return self._spooled(arrivals)

    def _spool_drained(self) -> bool:
        if not self._spool.pending:
            return True
        if time.monotonic() < self._down_until:
            return False
        return self._spool.drain(self._inserted)

    def _inserted(self, arrivals: list[Arrival]) -> bool:
        try:
            with self._db.urgent() as connection:
                connection.execute(self._insert, [columns(one) for one in arrivals])
        except (SQLAlchemyError, OSError) as error:
            self._down_until = time.monotonic() + RETRY_AFTER
            log.warning("inbox_database_away", error=type(error).__name__, arrivals=len(arrivals))
            return False
        self.stored += len(arrivals)
        self.commits += 1
        self._wake()
        return True

    def _spooled(self, arrivals: list[Arrival]) -> bool:
        try:
            self._to_spool(arrivals)
        except NotStored:
            return False
        return True

    def _to_spool(self, arrivals: list[Arrival]) -> None:
        try:
            self._spool.append(arrivals)
        except OSError as error:
            log.error("inbox_not_stored", error=type(error).__name__, arrivals=len(arrivals))  # noqa: TRY400 no bodies in logs
            raise NotStored from None
        self.spooled += len(arrivals)
