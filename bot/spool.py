"""Where arrivals wait while the database is away: one append-only, fsynced, encrypted line each."""

import fcntl
import json
import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from bot.inbox import Arrival
from models.base import Keyring

CHUNK = 500


class Spool:
    """A file of this process, locked while it lives. What dead processes left behind is adopted at start."""

    def __init__(self, folder: Path, keyring: Keyring) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._keyring = keyring
        self._lock = threading.Lock()
        self._file = (folder / f"{secrets.token_hex(6)}.spool").open("a+b", buffering=0)
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._path = Path(self._file.name)
        for left in sorted(folder.glob("*.spool")):
            if left != self._path:
                self._adopt(left)

    @property
    def pending(self) -> bool:
        """Whether anything waits here."""
        return os.fstat(self._file.fileno()).st_size > 0

    def append(self, arrivals: list[Arrival]) -> None:
        """Durable when it returns. OSError when the disk refuses; nothing half-written stays behind."""
        lines = b"".join(self._line(one) for one in arrivals)
        with self._lock:
            start = os.fstat(self._file.fileno()).st_size
            try:
                written = self._file.write(lines)
                os.fsync(self._file.fileno())
            except OSError:
                self._file.truncate(start)
                raise
            if written != len(lines):
                self._file.truncate(start)
                raise OSError("spool: short write, the disk is full")

    def drain(self, store: Callable[[list[Arrival]], bool]) -> bool:
        """Hand over in order; True when all of it was taken, False when `store` refused (kept for later).

        Storing runs outside the lock: a database that freezes meanwhile must not block `append`.
        """
        with self._lock:
            self._file.seek(0)
            taken = self._file.read()
        arrivals = [self._arrival(line) for line in taken.splitlines()]
        for start in range(0, len(arrivals), CHUNK):
            if not store(arrivals[start : start + CHUNK]):
                return False
        with self._lock:
            self._file.seek(len(taken))
            rest = self._file.read()
            self._file.truncate(0)
            self._file.write(rest)
            os.fsync(self._file.fileno())
        return True

    def close(self) -> None:
        """Let the file go; an empty one is removed."""
        empty = not self.pending
        self._file.close()
        if empty:
            self._path.unlink(missing_ok=True)

    def _adopt(self, left: Path) -> None:
        with left.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return  # its process lives
            lines = file.read()
            self._file.write(lines[: lines.rfind(b"\n") + 1])  # a torn last line was never acknowledged
            os.fsync(self._file.fileno())
        left.unlink(missing_ok=True)

    def _line(self, arrival: Arrival) -> bytes:
        text = json.dumps({**asdict(arrival), "received_at": arrival.received_at.isoformat()}, ensure_ascii=False)
        return self._keyring.seal(text, "spool").encode() + b"\n"

    def _arrival(self, line: bytes) -> Arrival:
        data = json.loads(self._keyring.open(line.decode(), "spool"))
        return Arrival(**{**data, "received_at": datetime.fromisoformat(data["received_at"])})
