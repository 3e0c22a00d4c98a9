"""One method to the network: the seam where tests and the simulator plug in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

Files = Mapping[str, tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `timeout` in seconds bounds the wait for the answer."""

    method: str
    url: str
    params: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    files: Files | None = field(default=None, repr=False)
    timeout: float = 8.0


@dataclass(frozen=True, slots=True)
class Response:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


class NotSent(Exception):
    """The connection was never made: surely not executed."""


class Lost(Exception):
    """Sent, and no complete answer: may have been executed."""


class Transport(Protocol):
    """Carries a request. Raises NotSent or Lost."""

    def send(self, request: Request) -> Response:
        """The response."""


class HttpTransport:
    """urllib3 with keep-alive, no automatic retries, no redirects, always a time-out."""

    def __init__(self, timeout: float = 8.0, connect: float = 2.0) -> None:
        self._timeout = timeout
        self._connect = connect
        self._pool = urllib3.PoolManager(maxsize=32, block=False)

    def send(self, request: Request) -> Response:
        """Send once."""
        url = f"{request.url}?{urlencode(request.params)}" if request.params else request.url
        timeout = urllib3.Timeout(connect=self._connect, read=min(request.timeout, self._timeout))
        fields = dict(request.files) if request.files else None
        try:
            if fields:
                answer = self._pool.request(
                    request.method, url, fields=fields, timeout=timeout, retries=False, redirect=False
                )
            else:
                answer = self._pool.request(
                    request.method, url, body=request.body, headers={"Content-Type": "application/json"},
                    timeout=timeout, retries=False, redirect=False,
                )  # fmt: skip
        except (NewConnectionError, ConnectTimeoutError, NameResolutionError):
            raise NotSent from None
        except HTTPError:
            raise Lost from None
        return Response(answer.status, dict(answer.headers), answer.data)
