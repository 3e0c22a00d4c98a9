"""A pretend corp and our gateways to it, in this process or over HTTP: the same orders, the same books."""

import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import urllib3

from gateways.store import MemoryStore
from gateways.wecom.api import Credentials, WeCom, connect
from gateways.wecom.transport import HttpTransport, Transport
from simulator.company import Company, Corp
from simulator.control import control
from simulator.courier import Courier
from simulator.people import People
from tests.inprocess import Clock, InProcess

ROOT = Path(__file__).resolve().parents[2]
SERVE = """
import sys
from granian import Granian
from granian.constants import Interfaces
if __name__ == "__main__":
    Granian("simulator.serve:factory", factory=True, address="127.0.0.1", port=int(sys.argv[1]),
            interface=Interfaces.WSGI, workers=1, blocking_threads=8, log_enabled=False).serve()
"""


class Office(Protocol):
    """What a test can do to the corp, and our way in."""

    wecom: WeCom

    def order(self, verb: str, body: Mapping[str, object]) -> Any:
        """A lever of the simulator, or a deed as `{"args": [...], "kwargs": {...}}`."""

    def books(self) -> list[dict[str, Any]]:
        """Everything anybody received."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def do(office: Office, deed: str, *args: object, **kwargs: object) -> Any:
    """Somebody does something."""
    return office.order(deed, {"args": args, "kwargs": kwargs})


def received(office: Office, person: str) -> list[str]:
    """The words that reached one person or group."""
    return [str(row["text"]) for row in office.books() if row["to"] == person]


class Near:
    """In this process, on a clock moved by hand."""

    def __init__(self, clock: Clock, transport: Transport | None = None, **corp: Any) -> None:
        self.clock = clock
        self.company = Company(Corp(**corp), clock, random.Random(7))
        self._courier = Courier(self.company, lambda _path, _query, _body: 200)
        self._people = People(self.company, self._courier)
        self.transport = InProcess(self.company)
        self.wecom = opened(self.company.corp, transport or self.transport, clock)

    def order(self, verb: str, body: Mapping[str, object]) -> Any:
        """See Office."""
        return _result(control(self.company, self._people, self._courier, verb, dict(body)))

    def books(self) -> list[dict[str, Any]]:
        """See Office."""
        return self.company.books.rows()


class Far:
    """Another process, by HTTP. It lives through many tests: names in them must be their own."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.pool = urllib3.PoolManager(retries=False)
        self.wecom = opened(Corp(base=base), HttpTransport(), time.time)

    def order(self, verb: str, body: Mapping[str, object]) -> Any:
        """See Office."""
        answer = self.pool.request("POST", f"{self.base}/control/{verb}", body=json.dumps(body), timeout=20)
        return _result(json.loads(answer.data))

    def books(self) -> list[dict[str, Any]]:
        """See Office."""
        rows: list[dict[str, Any]] = json.loads(self.pool.request("GET", f"{self.base}/books", timeout=20).data)
        return rows


def _result(answer: dict[str, Any]) -> Any:
    assert answer["ok"], answer
    return answer.get("result")


def opened(corp: Corp, transport: Transport, clock: Clock | Any, timeout: float = 8.0) -> WeCom:
    """Our side of the corp."""
    credentials = Credentials(corp_id=corp.corp_id, agent_id=corp.agent_id, secret=corp.secret, api_base=corp.base)
    return connect(credentials, transport, MemoryStore(clock), clock, timeout)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The simulator as a process of its own; its address."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    script = folder / "serve_simulator.py"
    script.write_text(SERVE)
    config = json.dumps({"base": base, "callback": "http://127.0.0.1:9", "threads": 1, "pause": 0})
    env = {"SIMULATOR_CONFIG": config, "PYTHONPATH": str(ROOT), "PATH": ""}
    with subprocess.Popen([sys.executable, str(script), str(port)], cwd=folder, env=env) as process:
        try:
            waits = urllib3.Retry(total=200, backoff_factor=0.05, backoff_max=0.1)
            with urllib3.PoolManager() as pool:
                pool.request("GET", f"{base}/books", retries=waits)
            yield base
        finally:
            process.terminate()
