"""The gateways' transport into a pretend company of this process, and what else tests of network code share."""

import time
from collections.abc import Callable

from gateways.wecom.transport import Lost, Request, Response
from simulator import inprocess
from simulator.company import Company

START = 1_767_225_600.0
PATIENCE = 10.0


class Clock:
    """Unix seconds, moved by hand."""

    def __init__(self, now: float = START) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class InProcess:
    """Every request goes to `company` without a socket; `sent` keeps them."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.sent: list[Request] = []

    def send(self, request: Request) -> Response:
        """See Transport."""
        self.sent.append(request)
        try:
            status, headers, content = inprocess.handle(
                self.company, request.method, request.url, request.params, request.body, request.files
            )
        except inprocess.ConnectionLost:
            raise Lost from None
        return Response(status, headers, content)

    def count(self, path: str) -> int:
        """How many requests went to `/cgi-bin/<path>`."""
        return sum(one.url.endswith(f"/cgi-bin/{path}") for one in self.sent)


def eventually(happened: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Look again and again until it happened; AssertionError after `patience` seconds."""
    ends = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.002)
