"""Who may write next on SQLite: one at a time, callbacks first, and nobody is kept waiting for ever."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 0.05
"""Seconds an ordinary writer lets urgent ones go before it: under a flood it still gets a turn that often."""


class Turnstile:
    """Taken around every writing transaction of a database that has one writing connection."""

    def __init__(self) -> None:
        self._turn = threading.Condition()
        self._busy = False
        self._urgent = 0

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """Next, as soon as whoever writes now has finished."""
        with self._turn:
            self._urgent += 1
            while self._busy:
                self._turn.wait()
            self._urgent -= 1
            self._busy = True
        yield from self._through()

    @contextmanager
    def ordinary(self) -> Iterator[None]:
        """When no urgent writer waits, or after PATIENCE."""
        ends = time.monotonic() + PATIENCE
        with self._turn:
            while self._busy or (self._urgent and time.monotonic() < ends):
                self._turn.wait(PATIENCE)
            self._busy = True
        yield from self._through()

    def _through(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._turn:
                self._busy = False
                self._turn.notify_all()
