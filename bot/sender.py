"""Carries actions out: claims (the intent is committed first), calls without an open transaction, records, seals.

    due -> sending -> sent
                   -> due (uncertain) -> ... by the channel's own key -> sent | failed | unknown
                   -> failed | unknown | expired

In flight at most `window` rows, so a crash leaves at most that many uncertain.
"""

import queue
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Row, bindparam, update

from bot import evidence, inbox, lanes
from bot.carriers import CARRIERS
from bot.carriers.base import Desk, Done, Unresolved
from bot.outbox import OUTBOUND, record_of
from gateways.wecom.errors import Refused, Retry, Unknown, WeComError
from models import actions
from models.events.internal import SendFailed
from models.ledger import Outbound
from models.work import Database, Work

log = structlog.get_logger(__name__)

GIVE_UP = timedelta(hours=24)
"""A row older than this is not tried again; what has a deadline ends by that."""
URGENT, EXPRESS, BULK = (0, 1), (2, 3), (4, 9)
"""Each has a sender of its own: a welcome or an advisor's card never waits for a call slot behind answers."""
LOST_FOR_GOOD = frozenset({"failed", "expired"})
"""Features hear of these as SendFailed and degrade by it."""


NOTHING = Done()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one attempt."""

    row: Row[Any]
    state: str
    done: Done = NOTHING
    reason: str = ""
    errcode: int | None = None
    after: timedelta = timedelta(0)
    uncertain: bool = False


class Sender:
    """One lane class (urgent, express or bulk) of one process."""

    def __init__(
        self, db: Database, desk: Desk, lease: lanes.Lease, *, priorities: tuple[int, int], window: int, threads: int
    ) -> None:
        self._db = db
        self._desk = desk
        self._lease = lease
        self._priorities = priorities
        self._window = window
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"send-{priorities[0]}")
        self._finished: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._in_flight = 0
        self._stopping = threading.Event()
        self._bell = threading.Event()
        self.sent = self.failed = self.unknown = self.told = 0

    @property
    def in_flight(self) -> int:
        """Rows claimed and not yet recorded."""
        return self._in_flight

    def wait(self, timeout: float) -> bool:
        """Until an attempt has ended, or `timeout` seconds have passed."""
        return self._bell.wait(timeout)

    def step(self, *, claim: bool = True) -> int:
        """Record what ended and claim more, in one transaction; how many rows moved.

        A claim takes in a quarter window at least, so that a row costs a share of a transaction, not one of its own.
        """
        ended = self._ended()
        free = self._window - self._in_flight + len(ended) if claim else 0
        free = free if free >= self._window // 4 else 0
        if not ended and free <= 0:
            return 0
        with self._db.work() as work:
            if ended:
                self._record(work, ended)
            begin_by = time.monotonic() + self._lease.seconds - self._lease.margin
            rows = lanes.claim(work, Outbound, self._lease, free, self._priorities) if free > 0 else []
        self._in_flight -= len(ended)
        for row in rows:
            self._in_flight += 1
            self._pool.submit(self._attempt, row, begin_by)
        return len(ended) + len(rows)

    def stop(self) -> None:
        """Let what has begun end and be recorded; what has not is given back."""
        self._stopping.set()
        self._pool.shutdown(wait=True)
        while self._in_flight and self.step(claim=False):
            pass

    def _ended(self) -> list[Outcome]:
        self._bell.clear()
        ended: list[Outcome] = []
        while len(ended) < self._window:
            try:
                ended.append(self._finished.get_nowait())
            except queue.Empty:
                break
        return ended

    def _attempt(self, row: Row[Any], begin_by: float) -> None:
        """A call that could outlive the lease is not begun: by its end somebody else may have taken the row."""
        if self._stopping.is_set() or time.monotonic() > begin_by:
            outcome = Outcome(row=row, state="due", after=timedelta(0), uncertain=row.uncertain)
        else:
            outcome = self._outcome(row)
        self._finished.put(outcome)
        self._bell.set()

    def _outcome(self, row: Row[Any]) -> Outcome:  # noqa: PLR0911 one return for each way a call can end
        if lanes.overdue(row.deadline, self._db.clock()):
            return Outcome(row=row, state="unknown" if row.uncertain else "expired", reason="过了期限，未再发送")
        try:
            done = CARRIERS[row.kind](actions.load(row.kind, row.body), row, self._desk)
        except Retry as error:
            return self._again(row, error, timedelta(seconds=error.after), uncertain=row.uncertain)
        except Refused as error:
            return Outcome(row=row, state="failed", reason=str(error), errcode=error.errcode)
        except Unknown as error:
            return self._again(row, error, timedelta(0), uncertain=True)
        except Unresolved as error:
            return Outcome(row=row, state="unknown", reason=str(error))
        except Exception as error:
            log.exception("carrier_broke", kind=row.kind, id=row.id)
            # Our own fault, at a point we cannot name: it may or may not have gone out.
            return Outcome(row=row, state="unknown", reason=f"程序错误 {type(error).__name__}")
        return Outcome(row=row, state="sent", done=done)

    def _record(self, work: Work, ended: list[Outcome]) -> None:
        values = [self._values(work, one) for one in ended]
        work.session.connection().execute(_RECORD, values)
        evidence.append(work, [_record_of(one) for one in ended if one.row.purpose != "plumbing" and _tried(one)])
        inbox.put(work, [arrival for one in ended for arrival in one.done.arrivals])
        for one in ended:
            if one.state in LOST_FOR_GOOD and one.row.purpose != "plumbing":
                inbox.put(work, [_failed_event(work, one)])
            # Pulls store what they read themselves.
            self.told += bool(one.done.arrivals) or one.state in LOST_FOR_GOOD or one.row.purpose == "plumbing"
            self._count(one)

    def _values(self, work: Work, one: Outcome) -> dict[str, Any]:
        settled = one.state != "due"
        return {
            "b_id": one.row.id,
            "b_owner": self._lease.owner,
            "b_attempts": one.row.attempts + 1,
            "n_state": one.state,
            "n_reason": one.reason[:500],
            "n_errcode": one.errcode,
            "n_uncertain": one.uncertain,
            "n_provider_id": one.done.provider_id[:128],
            "n_not_before": None if settled else work.now + one.after,
            "n_first_try_at": one.row.first_try_at or work.now,
            "n_finished_at": work.now if settled else None,
        }

    def _again(self, row: Row[Any], error: WeComError, least: timedelta, *, uncertain: bool) -> Outcome:
        """Back into the queue, ever more slowly; after a day a person must look."""
        if self._db.clock() - row.created_at > GIVE_UP:
            return Outcome(
                row=row, state="unknown" if uncertain else "failed", reason=str(error), errcode=error.errcode
            )
        wait = max(least, lanes.backoff(row.attempts + 1, self._db.rng.random()))
        return Outcome(row=row, state="due", reason=str(error), errcode=error.errcode, after=wait, uncertain=uncertain)

    def _count(self, one: Outcome) -> None:
        self.sent += one.state == "sent"
        self.failed += one.state in ("failed", "expired")
        self.unknown += one.state == "unknown"
        if one.state != "sent" and one.reason:
            log.info("send_not_done", kind=one.row.kind, id=one.row.id, state=one.state, errcode=one.errcode)


def _record_of(one: Outcome) -> evidence.Record:
    return record_of(one.row, one.state, one.done.provider_id, one.reason, one.errcode)


def _tried(one: Outcome) -> bool:
    """Given back unbegun is no attempt."""
    return one.state != "due" or bool(one.reason)


def _failed_event(work: Work, one: Outcome) -> inbox.Arrival:
    row = one.row
    event = SendFailed(
        key=f"failed:{row.key}"[:80],
        at=work.now,
        outbound_id=row.id,
        kind=row.kind,
        errcode=one.errcode,
        recipient=row.recipient,
    )
    return inbox.of_event(event, source="outcome")


RECORDED = (
    "state", "reason", "errcode", "uncertain", "provider_id", "not_before", "first_try_at", "finished_at",
)  # fmt: skip
_RECORD = update(OUTBOUND).where(lanes.fenced(Outbound)).values({name: bindparam(f"n_{name}") for name in RECORDED})
