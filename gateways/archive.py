"""会话内容存档: the port to whoever reads the native archive SDK.

The SDK is a C library that can abort its process on a bad record (wecom-inbound 6.4), so it runs as a process of its
own and serves decrypted records over local HTTP; the simulator serves the same. Without it the group channel is deaf.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Protocol

from gateways.wecom.errors import Retry, Unknown
from gateways.wecom.transport import Lost, NotSent, Request, Transport

PATH = "/archive/chatdata"


@dataclass(frozen=True, slots=True)
class ArchiveRecord:
    """One decrypted record with its place in the archive."""

    seq: int
    message: dict[str, Any]


class Archive(Protocol):
    """Records after `seq`, oldest first, at most `limit` (≤ 1000)."""

    def read(self, seq: int, limit: int) -> list[ArchiveRecord]:
        """Raises Retry or Unknown when the reader process does not answer."""


class NoArchive:
    """No archive configured: nothing is heard in customer groups."""

    def read(self, seq: int, limit: int) -> list[ArchiveRecord]:
        """Nothing, ever."""
        del seq, limit
        return []


class HttpArchive:
    """The reader process at `base` (BOT_ARCHIVE_URL)."""

    def __init__(self, base: str, transport: Transport, timeout: float = 8.0) -> None:
        self._url = base.rstrip("/") + PATH
        self._transport = transport
        self._timeout = timeout

    def read(self, seq: int, limit: int) -> list[ArchiveRecord]:
        """The next page of records."""
        params = {"seq": str(seq), "limit": str(limit)}
        request = Request(method="GET", url=self._url, params=params, body=None, files=None, timeout=self._timeout)
        try:
            response = self._transport.send(request)
        except (NotSent, Lost):
            raise Retry(PATH, None, "存档读取进程没有应答", after=2.0) from None
        if response.status != HTTPStatus.OK:
            raise Unknown(PATH, None, f"HTTP {response.status}")
        try:
            rows = json.loads(response.content)["chatdata"]
            return [ArchiveRecord(int(row["seq"]), dict(row["message"])) for row in rows]
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
            raise Unknown(PATH, None, "存档读取进程的应答无法识别") from None
