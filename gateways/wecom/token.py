"""The access token: fetched once by one thread of one process, shared by all, dropped when WeCom refuses it."""

import threading
from collections.abc import Callable

from gateways.store import Store

EARLY = 300
LOCK = 10.0
TRIES = 25


class TokenStore:
    """`fetch` asks WeCom and returns (token, seconds it lives). `name` identifies the app, never its secret."""

    def __init__(self, store: Store, fetch: Callable[[], tuple[str, int]], name: str) -> None:
        self._store = store
        self._fetch = fetch
        self._key = f"token:{name}"
        self._lock = threading.Lock()
        self.fetches = 0

    def get(self) -> str:
        """A token believed good. Errors of `fetch` pass through."""
        known = self._store.get(self._key)
        if known:
            return known
        with self._lock:
            for _ in range(TRIES):
                known = self._store.get(self._key)
                if known:
                    return known
                if self._store.acquire(self._key, LOCK):
                    break
                self._store.wait(f"{self._key}:fresh", 0.2)
            return self._refresh()

    def _refresh(self) -> str:
        try:
            self.fetches += 1
            token, seconds = self._fetch()
            self._store.set(self._key, token, max(30, seconds - EARLY))
        finally:
            self._store.release(self._key)
            self._store.publish(f"{self._key}:fresh")
        return token

    def invalidate(self, token: str) -> None:
        """Forget this token; a newer one that somebody fetched meanwhile stays."""
        self._store.delete_if(self._key, token)
