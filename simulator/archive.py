"""会话内容存档 as a port: what was said in customer groups, by sequence number.

The real archive is a native library whose ciphertext cannot be forged (wecom-inbound 6.4), so the simulator
gives the decrypted records over a path of its own, `GET /archive/chatdata?seq=&limit=`, for GetChatData.
"""

from collections.abc import Callable, Iterator
from typing import Any

KEPT = 5 * 24 * 3600
"""Seconds a record stays; from comments in SDKs, UNVERIFIED."""
MOST = 1000
RING_PAUSE = 15.0


class Archive:
    """Append-only; sequence numbers begin at 1."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._records: list[dict[str, Any]] = []
        self._rooms: dict[str, list[dict[str, Any]]] = {}
        self._rung_at = float("-inf")

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(list(self._records))

    def append(self, message: dict[str, Any]) -> int:
        """A decrypted record as in wecom-inbound 6.5; its sequence number."""
        self._records.append(message)
        self._rooms.setdefault(str(message.get("roomid", "")), []).append(message)
        return len(self._records)

    def of_room(self, chat_id: str, last: int) -> list[dict[str, Any]]:
        """The last records of one group, oldest first."""
        return self._rooms.get(chat_id, [])[-last:]

    def rings(self) -> bool:
        """Whether a msgaudit_notify is due: at most one in 15 seconds."""
        now = self._clock()
        if now - self._rung_at < RING_PAUSE:
            return False
        self._rung_at = now
        return True

    def get_chat_data(self, seq: int, limit: int = MOST) -> list[dict[str, Any]]:
        """Records after `seq`, oldest first, at most 1,000, none over five days old: {"seq", "message"}."""
        oldest = (self._clock() - KEPT) * 1000
        first = max(0, seq)
        last = first + max(1, min(MOST, limit))
        rows = enumerate(self._records[first:last], first + 1)
        return [{"seq": at, "message": one} for at, one in rows if one.get("msgtime", oldest) >= oldest]
