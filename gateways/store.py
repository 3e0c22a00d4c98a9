"""Shared small state: token cache, locks, rate windows, wake-ups. In memory, or in Redis for many processes.

Nothing here is truth: all of it can be lost at any moment. Redis away means slower or less shared, never an error:
gets find what this process set, locks are granted locally, limits are counted locally at the same limit, waits poll.
"""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from typing import Protocol

Clock = Callable[[], float]


class Store(Protocol):
    """`failures` counts calls that fell back to local behaviour."""

    failures: int

    def get(self, key: str) -> str | None:
        """The value, or None when absent or expired."""

    def set(self, key: str, value: str, ttl: float) -> None:
        """Keep for `ttl` seconds."""

    def delete_if(self, key: str, value: str) -> bool:
        """Drop the key if it still holds this value (compare and drop)."""

    def acquire(self, name: str, ttl: float) -> bool:
        """Take a lock that frees itself after `ttl` seconds."""

    def release(self, name: str) -> None:
        """Give the lock back."""

    def take(self, name: str, limit: int, window: float) -> float:
        """Count one use in a sliding window; 0.0 when granted, else seconds until it may be."""

    def publish(self, channel: str) -> None:
        """Wake all who wait on the channel."""

    def wait(self, channel: str, timeout: float) -> bool:
        """Until woken (True) or `timeout` seconds have passed. Every thread hears of a call, each once."""


class MemoryStore:
    """For one process. `clock` in unix seconds, so tests move time."""

    def __init__(self, clock: Clock) -> None:
        self.failures = 0
        self._clock = clock
        self._lock = threading.Lock()
        self._values: dict[str, tuple[str, float]] = {}
        self._uses: dict[str, deque[float]] = defaultdict(deque)
        self._bell = threading.Condition()
        self._rings: Counter[str] = Counter()
        self._heard = threading.local()

    def get(self, key: str) -> str | None:
        """See Store."""
        with self._lock:
            value, until = self._values.get(key, ("", 0.0))
            return value if until > self._clock() else None

    def set(self, key: str, value: str, ttl: float) -> None:
        """See Store."""
        with self._lock:
            self._values[key] = (value, self._clock() + ttl)

    def delete_if(self, key: str, value: str) -> bool:
        """See Store."""
        with self._lock:
            if self._values.get(key, ("", 0.0))[0] != value:
                return False
            del self._values[key]
            return True

    def acquire(self, name: str, ttl: float) -> bool:
        """See Store."""
        with self._lock:
            key = f"lock:{name}"
            if self._values.get(key, ("", 0.0))[1] > self._clock():
                return False
            self._values[key] = ("1", self._clock() + ttl)
            return True

    def release(self, name: str) -> None:
        """See Store."""
        with self._lock:
            self._values.pop(f"lock:{name}", None)

    def take(self, name: str, limit: int, window: float) -> float:
        """See Store."""
        with self._lock:
            now, uses = self._clock(), self._uses[name]
            while uses and uses[0] <= now - window:
                uses.popleft()
            if len(uses) >= limit:
                return uses[0] + window - now
            uses.append(now)
            return 0.0

    def publish(self, channel: str) -> None:
        """See Store."""
        with self._bell:
            self._rings[channel] += 1
            self._bell.notify_all()

    def wait(self, channel: str, timeout: float) -> bool:
        """See Store."""
        heard: dict[str, int] = self._heard.__dict__
        with self._bell:
            rung = self._bell.wait_for(lambda: self._rings[channel] > heard.get(channel, 0), timeout)
            heard[channel] = self._rings[channel]
        return rung
