"""The access token: fetched once by one thread of one process, shared by all, dropped when WeCom refuses it."""

import threading
from collections.abc import Callable

from gateways.store import Store
from gateways.wecom.errors import Retry, WeComError

EARLY = 300
LOCK = 10.0
TRIES = 25
PAUSE = 15.0
"""Seconds without asking again after a refusal: about 2,000 wrong secrets an hour ban the address (outbound 1.1)."""


class TokenStore:
    """`fetch` asks WeCom and returns (token, seconds it lives). `name` identifies the app, never its secret."""

    def __init__(
        self, store: Store, fetch: Callable[[], tuple[str, int]], name: str, clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._fetch = fetch
        self._key = f"token:{name}"
        self._clock = clock
        self._lock = threading.Lock()
        self._trouble: tuple[WeComError, float] | None = None
        self.fetches = 0

    def get(self) -> str:
        """A token believed good. Errors of `fetch` pass through, and again unasked until asking makes sense."""
        known = self._store.get(self._key)
        if known:
            return known
        with self._lock:
            known = self._store.get(self._key)
            if known:
                return known
            self._raise_known_trouble()
            held = self._turn()
            try:
                return self._store.get(self._key) or self._refresh()
            finally:
                if held:
                    self._store.release(self._key)
                    self._store.publish(f"{self._key}:fresh")

    def _turn(self) -> bool:
        """Whether the shared lock is ours. Else another process has fetched a token, or kept us waiting too long."""
        for _ in range(TRIES):
            if self._store.acquire(self._key, LOCK):
                return True
            self._store.wait(f"{self._key}:fresh", 0.2)
            if self._store.get(self._key):
                return False
        return False

    def _raise_known_trouble(self) -> None:
        error, since = self._trouble or (None, 0.0)
        pause = error.after if isinstance(error, Retry) else PAUSE
        if error is not None and 0 <= self._clock() - since < pause:
            raise error.with_traceback(None)

    def _refresh(self) -> str:
        self.fetches += 1
        try:
            token, seconds = self._fetch()
        except WeComError as error:
            self._trouble = (error, self._clock())
            raise
        self._trouble = None
        self._store.set(self._key, token, max(30, seconds - EARLY))
        return token

    def invalidate(self, token: str) -> None:
        """Forget this token; a newer one that somebody fetched meanwhile stays."""
        self._store.delete_if(self._key, token)
