"""WeCom's own limits, kept on our side so that they are never hit (docs 90454, 90236, 91770)."""

import hashlib
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from gateways.store import Store
from gateways.wecom.errors import Retry

CONCURRENT = 5
"""Parallel calls WeCom stands on customer-contact APIs before 45033 (staff answer; wecom-outbound 1.2)."""
PER_PERSON = ((30, 60.0), (1000, 3600.0))
"""Messages to one employee a minute and an hour: more are dropped silently."""
ROBOT_MINUTE = 20


class Limits:
    """Call `before` each request; `closed` after a 45009."""

    def __init__(self, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._gate = threading.BoundedSemaphore(CONCURRENT)

    def before(self, path: str, recipients: Sequence[str] = ()) -> None:
        """Raises Retry when the call must wait."""
        until = self._store.get(f"closed:{path}")
        if until is not None and float(until) > self._clock():
            raise Retry(path, 45009, "接口在频率限制窗口内，稍后再试", after=float(until) - self._clock())
        if path.startswith("webhook/"):
            for key in recipients:  # a robot's key is all it takes to speak as it: only its hash is stored
                self._take(path, f"robot:{hashlib.sha256(key.encode()).hexdigest()[:16]}", ROBOT_MINUTE, 60.0)
        if path == "message/send":
            for person in recipients:
                for limit, window in PER_PERSON:
                    self._take(path, f"person:{person}:{int(window)}", limit, window)

    def _take(self, path: str, name: str, limit: int, window: float) -> None:
        wait = self._store.take(name, limit, window)
        if wait > 0:
            raise Retry(path, None, "达到接收方频率上限，排队等待", after=wait)

    def closed(self, path: str, seconds: float) -> None:
        """WeCom said 45009: leave this API alone for its window."""
        self._store.set(f"closed:{path}", str(self._clock() + seconds), seconds)

    @contextmanager
    def parallel(self, path: str) -> Iterator[None]:
        """At most five customer-contact calls of this process at once."""
        if not path.startswith("externalcontact/"):
            yield
            return
        with self._gate:
            yield
