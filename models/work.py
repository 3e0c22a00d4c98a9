"""One unit of work: a transaction plus the only clock, chance and ids a use case may use."""

import random
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from models.base import Keyring, give_keyring
from models.rulebook import Rulebook
from models.turnstile import Turnstile

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Work:
    """What a use case gets besides its event."""

    session: Session
    now: datetime
    rng: random.Random
    new_id: Callable[[], str]
    rules: Rulebook

    def unhurried(self) -> None:
        """It goes over everybody: the time-out of statements, which guards callbacks, does not end it (PostgreSQL)."""
        if self.session.get_bind().dialect.name == "postgresql":
            self.session.execute(text("SET LOCAL statement_timeout = 0"))


class Database:
    """Engines for one database: SQLite with exactly one writing connection, or PostgreSQL.

    SQLite up to 3.51.2 can corrupt a WAL file when two connections commit and checkpoint at once, so all writes of
    the deployment go through one connection here, and readers are `query_only` and never checkpoint.
    """

    def __init__(
        self,
        url: str,
        keyring: Keyring,
        clock: Clock,
        rules: Rulebook,
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self.clock = clock
        self.rules = rules
        self.rng = random.Random()  # noqa: S311 jitter and sampling, never a secret
        self.new_id = new_id
        self.keyring = keyring
        self.renewed: Callable[[Session, Rulebook], Rulebook] | None = None
        """Gives the rulebook of what was published meanwhile; set by the composition root."""
        self._turn = Turnstile()
        self.sqlite = url.startswith("sqlite")
        self.engine = _sqlite(url, writes=True) if self.sqlite else _postgres(url)
        in_memory = url in ("sqlite://", "sqlite:///:memory:")
        self.reader = _sqlite(url, writes=False) if self.sqlite and not in_memory else self.engine
        for engine in (self.engine, self.reader):
            give_keyring(engine.dialect, keyring)

    @contextmanager
    def work(self) -> Iterator[Work]:
        """A writing unit: commits on a clean exit, rolls back on any exception."""
        turn = self._turn.ordinary() if self.sqlite else nullcontext()
        with turn, Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield Work(session, self.clock(), self.rng, self.new_id, self.rules)

    @contextmanager
    def urgent(self) -> Iterator[Connection]:
        """A bare writing transaction that goes before all others on SQLite: WeCom waits five seconds for its answer."""
        turn = self._turn.urgent() if self.sqlite else nullcontext()
        with turn, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A reading session that never blocks the writer."""
        with Session(self.reader) as session:
            yield session

    def renew(self) -> None:
        """Go by what another process published since: cheap when nothing was, and outside any transaction."""
        if self.renewed is not None:
            with self.read() as session:
                self.rules = self.renewed(session, self.rules)

    def close(self) -> None:
        """Give all connections back."""
        self.reader.dispose()
        self.engine.dispose()


def utc_now() -> datetime:
    """The real clock, aware UTC; handed in by the composition root, replaced in tests."""
    return datetime.now(UTC)


def _postgres(url: str) -> Engine:
    # Timeouts keep a frozen server from holding a callback thread past WeCom's 5 seconds.
    options = "-c timezone=UTC -c lock_timeout=5000 -c statement_timeout=30000"
    return create_engine(
        url, pool_size=10, max_overflow=10, pool_pre_ping=True, connect_args={"connect_timeout": 2, "options": options}
    )


def _sqlite(url: str, *, writes: bool) -> Engine:
    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1 if writes else 4,
        max_overflow=0 if writes else 8,
        pool_timeout=30,
        connect_args={"check_same_thread": False, "timeout": 10},
    )
    pragmas = ["journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"]
    pragmas += ["wal_autocheckpoint=1000"] if writes else ["wal_autocheckpoint=0", "query_only=ON"]

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, so savepoints and locks are real
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
