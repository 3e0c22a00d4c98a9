"""The state of the pretend corp. One lock; time and chance come from outside."""

import hashlib
import random
import threading
import zlib
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from simulator.archive import Archive
from simulator.books import Books
from simulator.faults import Faults
from simulator.state import (
    ApiError,
    Card,
    Corp,
    Customer,
    Group,
    Json,
    KfCode,
    KfSession,
    MassMessage,
    Stream,
    Switches,
)

__all__ = [
    "ApiError",
    "Card",
    "Company",
    "Corp",
    "Customer",
    "Group",
    "KfCode",
    "KfSession",
    "MassMessage",
    "Switches",
]

CARD_LIFE = 72 * 3600


class Company:
    """Everything the pretend WeCom knows. Use `with company.lock` for more than one look.

    `clock` gives unix seconds; `offset` moves this company's time against it.
    """

    def __init__(self, corp: Corp, clock: Callable[[], float], rng: random.Random) -> None:
        self.corp = corp
        self.rng = rng
        self.offset = 0.0
        self._clock = clock
        self._count = 0
        self.lock = threading.RLock()
        self.switches = Switches()
        self.books = Books()
        self.faults = Faults(rng)
        self.archive = Archive(self.clock)
        self.employees: dict[str, str] = {}
        self.customers: dict[str, Customer] = {}
        self.groups: dict[str, Group] = {}
        self.calls: dict[str, int] = defaultdict(int)
        self._open_access()
        self._open_contact()
        self._open_kf()
        self._open_messages()

    def _open_access(self) -> None:
        self.token = ""
        self.token_until = 0.0
        self.tokens_issued = 0
        self.wrong_secrets: deque[float] = deque()
        self.windows: dict[str, tuple[float, int]] = {}
        self.in_flight: dict[str, int] = defaultdict(int)
        self.gate = threading.Lock()

    def _open_contact(self) -> None:
        self.welcome_codes: dict[str, tuple[str, str, float]] = {}
        """code -> customer, employee, until"""
        self.welcome_used: set[str] = set()
        self.ways: dict[str, Json] = {}
        self.join_ways: dict[str, Json] = {}
        self.tags: dict[str, Json] = {}
        self.mass: dict[str, MassMessage] = {}
        self.mass_received: dict[str, list[float]] = defaultdict(list)
        self.group_templates: dict[str, Json] = {}
        self.intercept_rules: dict[str, Json] = {}
        self.lives: dict[str, Json] = {}
        self.moments: dict[str, Json] = {}

    def _open_kf(self) -> None:
        self.kf_account = "wkAAAAkf000001"
        self.kf_log: list[Json] = []
        self.kf_of: dict[str, list[tuple[float, Json]]] = defaultdict(list)
        """customer -> its items of the log, with the exact time"""
        self.kf_sessions: dict[str, KfSession] = defaultdict(KfSession)
        self.kf_msgids: set[str] = set()
        self.kf_codes: dict[str, KfCode] = {}
        self.kf_tokens: dict[str, float] = {}
        self.kf_servicers: dict[str, bool] = {}
        self.kf_rejecting: set[str] = set()

    def _open_messages(self) -> None:
        self.cards: dict[str, Card] = {}
        self.response_codes: dict[str, tuple[str, float]] = {}
        self.response_urls: dict[str, tuple[str, float]] = {}
        self.sent_hashes: dict[str, float] = {}
        self.sent_to: dict[str, deque[float]] = defaultdict(deque)
        self.sent_ids: dict[str, float] = {}
        self.media: dict[str, tuple[str, str, bytes, float]] = {}
        self.webhook_keys: dict[str, str] = {}
        self.said_by: dict[str, list[Json]] = defaultdict(list)
        self.streams: dict[str, Stream] = {}
        self.oauth_codes: dict[str, tuple[str, float]] = {}
        """code -> person, until"""

    def clock(self) -> float:
        """Now, in unix seconds."""
        return self._clock() + self.offset

    def new_id(self, prefix: str) -> str:
        """A fresh id; the same sequence every run."""
        with self.lock:
            self._count += 1
            return f"{prefix}{self._count:08d}"

    def name_of(self, person: str) -> str:
        """What people call somebody."""
        customer = self.customers.get(person)
        return customer.name if customer else self.employees.get(person, person)

    def open_id(self, employee: str) -> str:
        """The encrypted form of a userid, as it looks in the wild: 32 letters that begin with wo."""
        return f"wo{hashlib.sha256(f'{self.corp.corp_id}:{employee}'.encode()).hexdigest()[:30]}"

    def userid(self, given: str) -> str:
        """The userid behind an encrypted id; any other id as it is."""
        return next((one for one in self.employees if self.open_id(one) == given), given)

    def invalidate_token(self) -> None:
        """WeCom may end a token early: the next call with it meets 40014."""
        with self.lock:
            self.token = ""
            self.token_until = 0.0

    def new_response_code(self, task_id: str) -> str:
        """A response code: one use, 72 hours (doc 94945)."""
        code = self.new_id("RC")
        self.response_codes[code] = (task_id, self.clock() + CARD_LIFE)
        return code

    def version_of(self, group: Group, back: int = 0) -> str:
        """The opaque member version of a group, or the one `back` changes ago."""
        words = f"{group.id}:{group.version - back}".encode()
        return hashlib.sha256(words).hexdigest()[:32]

    def cursor(self, shape: str, position: int) -> str:
        """An opaque cursor that only serves the query that got it."""
        return f"CUR-{position}-{zlib.crc32(f'{shape}:{position}'.encode()):08x}"

    def position(self, shape: str, cursor: str) -> int:
        """Where a cursor points; 0 for none. ApiError 50100 for a foreign one."""
        if not cursor:
            return 0
        _, _, rest = cursor.partition("-")
        number, _, _ = rest.partition("-")
        if not number.isdigit() or self.cursor(shape, int(number)) != cursor:
            raise ApiError(50100, "invalid cursor")
        return int(number)

    def page(self, shape: str, rows: list[Any], body: Json, *, most: int, default: int) -> tuple[list[Any], str]:
        """A page of rows and the next cursor (empty = end). A limit above the maximum becomes the default."""
        limit = int(body.get("limit") or default)
        limit = limit if 0 < limit <= most else default
        start = self.position(shape, str(body.get("cursor") or ""))
        end = start + limit
        return rows[start:end], self.cursor(shape, end) if end < len(rows) else ""
