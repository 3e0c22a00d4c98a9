"""The loops of one process: engine, three senders, sealer. Woken at once, polling as a safety net."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import evidence, lanes
from bot.carriers.base import Desk
from bot.engine import Engine
from bot.sender import BULK, EXPRESS, URGENT, Sender
from gateways.store import Store
from models.ledger import Heartbeat, Inbound
from models.work import Database

log = structlog.get_logger(__name__)

POLL, IN_HAND = 0.25, 0.05
"""Seconds between looks when nothing rings; while calls are in hand, so that new rows are not kept waiting for them."""
BEAT = timedelta(seconds=5)
INBOX = "inbox"
OUTBOX = ("urgent", "express", "bulk")
"""Channels of the store: one waiting thread each."""


class Worker:
    """Start and stop the loops. On SQLite one per deployment, on PostgreSQL as many as wanted."""

    def __init__(self, db: Database, desk: Desk, store: Store, lease: lanes.Lease) -> None:
        self._db = db
        self._store = store
        self._lease = lease
        self._stopping = threading.Event()
        self.engine = Engine(db, lease)
        self.urgent = Sender(db, desk, lease, priorities=URGENT, window=16, threads=4)
        self.express = Sender(db, desk, lease, priorities=EXPRESS, window=32, threads=8)
        self.bulk = Sender(db, desk, lease, priorities=BULK, window=64, threads=8)
        self.senders = (self.urgent, self.express, self.bulk)
        self._threads = [
            threading.Thread(target=self._loop, args=(name, step, rest), name=name, daemon=True)
            for name, step, rest in (
                ("engine", self._engine_step, lambda: store.wait(INBOX, POLL)),
                *(
                    (name, self._sender_step(one), self._sender_rest(one, name))
                    for name, one in zip(OUTBOX, self.senders, strict=True)
                ),
                ("sealer", lambda: evidence.seal(db), lambda: self._stopping.wait(POLL)),
            )
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 10.0) -> None:
        """Finish what is in hand, give back what is not begun, seal what is written."""
        self._stopping.set()
        for channel in (INBOX, *OUTBOX):
            self._store.publish(channel)
        ends = time.monotonic() + patience
        for thread in self._threads:
            thread.join(timeout=max(0.1, ends - time.monotonic()))
        for sender in self.senders:
            sender.stop()
        with self._db.work() as work:
            lanes.release_own(work, Inbound, self._lease.owner)
        evidence.seal(self._db)

    def drain(self) -> int:
        """Run everything waiting to its end in this thread (tests, demo); how many rounds moved something."""
        moved = 0
        while True:
            busy = self.engine.step()
            for sender in self.senders:
                busy += sender.step()
                while sender.in_flight:
                    busy += sender.step() or _pause()
            busy += evidence.seal(self._db)
            if not busy:
                return moved
            moved += 1

    def _engine_step(self) -> int:
        queued, handled = self.engine.queued, self.engine.step()
        if self.engine.queued > queued:
            for channel in OUTBOX:
                self._store.publish(channel)
        return handled

    def _sender_step(self, sender: Sender) -> Callable[[], int]:
        def step() -> int:
            told, moved = sender.told, sender.step()
            if sender.told > told:
                self._store.publish(INBOX)  # outcomes come back as events
            return moved

        return step

    def _sender_rest(self, sender: Sender, channel: str) -> Callable[[], object]:
        """Calls in hand end within this process: nobody else is rung for them, and nobody else's wake us."""
        return lambda: sender.wait(IN_HAND) if sender.in_flight else self._store.wait(channel, POLL)

    def _loop(self, name: str, step: Callable[[], int], rest: Callable[[], object]) -> None:
        beaten = 0.0
        while not self._stopping.is_set():
            try:
                if time.monotonic() - beaten > BEAT.total_seconds():
                    self._beat(name)
                    beaten = time.monotonic()
                if step() == 0:
                    rest()
            except (SQLAlchemyError, OSError) as error:
                log.warning("loop_database_away", loop=name, error=type(error).__name__)
                self._stopping.wait(0.5)

    def _beat(self, name: str) -> None:
        with self._db.work() as work:
            work.session.merge(Heartbeat(name=f"{name}@{self._lease.owner}", at=work.now))


def _pause() -> int:
    """Let pool threads run; waiting for them is not a step."""
    time.sleep(0.001)
    return 0
