"""The judge: what each person really received, kept apart from what the product believes."""

import hashlib
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

BY_WORDS = frozenset({"group_message", "mass_single"})
"""Kinds whose key WeCom makes up: a push created twice has two keys and the same words."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that reached one person or group. `at` is unix seconds of the company's clock."""

    at: float
    kind: str
    to: str
    text: str
    key: str
    """The product's own key where the API has one (KF msgid, task id), else WeCom's msgid."""
    by: str = ""
    path: str = ""
    """API path or human deed it came by."""
    body: Mapping[str, object] = field(default_factory=dict, hash=False, compare=False)
    """The message object, for whoever draws it."""

    @property
    def digest(self) -> str:
        """Short hash of the words."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


class Books:
    """Append-only."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.entries: list[Entry] = []
        self._of: dict[str, list[Entry]] = {}

    def write(self, entry: Entry) -> None:
        """Something arrived."""
        with self._lock:
            self.entries.append(entry)
            self._of.setdefault(entry.to, []).append(entry)

    def of(self, person: str) -> list[Entry]:
        """What one person or group received, oldest first."""
        with self._lock:
            return list(self._of.get(person, ()))

    def all(self) -> list[Entry]:
        """Everything, oldest first."""
        with self._lock:
            return list(self.entries)

    def counts(self) -> dict[str, int]:
        """Entries by kind."""
        return dict(Counter(entry.kind for entry in self.all()))

    def doubled(self) -> list[tuple[str, str, int]]:
        """(kind, person, times) where the same words came more than once under the same product key.

        Mass messages are judged by their words alone: WeCom gives every creation a key of its own.
        """
        seen = Counter((one.kind, one.to, "" if one.kind in BY_WORDS else one.key, one.digest) for one in self.all())
        return [(kind, to, times) for (kind, to, _key, _text), times in seen.items() if times > 1]

    def repeated(self) -> list[tuple[str, str, int]]:
        """(kind, person, times) for the same words whatever the key: for texts with a unique id."""
        seen = Counter((one.kind, one.to, one.digest) for one in self.all())
        return [(kind, to, times) for (kind, to, _text), times in seen.items() if times > 1]

    def rows(self) -> list[dict[str, object]]:
        """For JSON."""
        return [
            {
                "at": one.at, "kind": one.kind, "to": one.to, "text": one.text, "key": one.key, "by": one.by,
                "path": one.path, "digest": one.digest, "body": one.body,
            }
            for one in self.all()
        ]  # fmt: skip
