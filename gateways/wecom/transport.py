"""One method to the network: the seam where tests and the simulator plug in."""

import logging
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
)

Files = Mapping[str, tuple[str, bytes]]
QUERY = re.compile(r"\?\S*")
TALKERS = ("urllib3.connectionpool", "urllib3.connection", "urllib3.poolmanager", "urllib3.util.retry")


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `timeout` in seconds bounds the wait for the answer."""

    method: str
    url: str = field(repr=False)  # a response_url is its own secret
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


class NoQueries(logging.Filter):
    """urllib3 logs whole addresses (all at DEBUG, some at WARNING), and secrets stand in their queries."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Cut the query of whatever it says."""
        record.msg, record.args = QUERY.sub("?…", record.getMessage()), ()
        return True


NO_QUERIES = NoQueries()


class HttpTransport:
    """urllib3 with keep-alive, no automatic retries, no redirects, always a time-out."""

    def __init__(self, timeout: float = 8.0, connect: float = 2.0) -> None:
        for name in TALKERS:
            logging.getLogger(name).addFilter(NO_QUERIES)
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
        except (NewConnectionError, ConnectTimeoutError, NameResolutionError, LocationValueError):
            raise NotSent from None
        except SSLError as error:
            refused = error.args and isinstance(error.args[0], ssl.SSLCertVerificationError)
            raise (NotSent if refused else Lost) from None
        except HTTPError:
            raise Lost from None
        return Response(answer.status, dict(answer.headers), answer.data)
