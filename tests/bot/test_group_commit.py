"""Many callbacks, one fsync; a spool while the database is away; nothing acknowledged that is not durable."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import pytest
from sqlalchemy import select

from bot import group_commit
from bot.group_commit import GroupCommit, NotStored
from bot.inbox import Arrival
from bot.spool import Spool
from models.base import Keyring
from models.ledger import Inbound
from models.work import Database
from tests.world import World

AT = datetime(2026, 11, 25, 2, tzinfo=UTC)
KEYS = Keyring((b"k" * 32,))


def arrival(number: int) -> Arrival:
    return Arrival(
        key=f"k{number}", source="wecom", kind="text", lane=f"l{number % 3}", priority=4, body=f'{{"n": {number}}}',
        received_at=AT,
    )  # fmt: skip


@pytest.fixture
def db(sqlite_world: World) -> Database:
    return sqlite_world.product.db


@pytest.fixture
def store(db: Database, tmp_path: Path) -> Iterator[GroupCommit]:
    made = GroupCommit(db, Spool(tmp_path / "own", KEYS), lambda: None)
    yield made
    made.stop()


def keys(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(Inbound.key).where(Inbound.key.like("k%")).order_by(Inbound.id)))


def test_callbacks_that_come_together_share_commits(store: GroupCommit, db: Database) -> None:
    threads = [threading.Thread(target=store.put, args=(arrival(number),)) for number in range(200)]
    with db.work():  # somebody else writes: they all queue up meanwhile
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    assert sorted(keys(db)) == sorted(f"k{number}" for number in range(200))
    assert store.commits < 100


def away(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(db, "urgent", gone)


def test_while_the_database_is_away_arrivals_wait_in_the_spool_and_come_in_order(
    store: GroupCommit, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        away(db, patched)
        for number in range(20):
            store.put(arrival(number))
        assert keys(db) == []
        assert store.spooled == 20
        assert not store.healthy
    store.put(arrival(20))
    while not store.healthy:
        store.put(arrival(20))
    assert keys(db) == [f"k{number}" for number in range(21)]


def test_a_database_that_is_back_gets_the_spool_when_the_process_ends(
    tmp_path: Path, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "RETRY_AFTER", 60.0)
    store = GroupCommit(db, Spool(tmp_path / "own", KEYS), lambda: None)
    with monkeypatch.context() as patched:
        away(db, patched)
        store.put(arrival(0))
    store.stop()
    assert keys(db) == ["k0"]


def test_what_a_dead_process_left_in_its_spool_is_adopted(tmp_path: Path, db: Database) -> None:
    dead = Spool(tmp_path / "shared", KEYS)
    dead.append([arrival(1), arrival(2)])
    dead._file.write(b"1.torn line that was never acknowledg")
    dead._file.close()  # its lock is gone with it
    store = GroupCommit(db, Spool(tmp_path / "shared", KEYS), lambda: None)
    store.put(arrival(3))
    while not store.healthy:  # on a slow machine it went by the spool itself
        store.put(arrival(3))
    store.stop()
    assert keys(db) == ["k1", "k2", "k3"]
    assert list((tmp_path / "shared").iterdir()) == []


def test_the_spool_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    living = Spool(tmp_path / "shared", KEYS)
    living.append([arrival(1)])
    other = Spool(tmp_path / "shared", KEYS)
    assert not other.pending
    assert living.pending
    other.close()
    living.close()


def test_nothing_readable_lies_in_the_spool(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "shared", KEYS)
    spool.append([arrival(7)])
    written = next((tmp_path / "shared").iterdir()).read_bytes()
    assert b'"n"' not in written
    assert b"text" not in written
    spool.close()


class FullDisk:
    """A file on a disk with room for a few bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        return self._file.write(data[:10])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def test_a_full_disk_is_not_acknowledged_and_leaves_nothing_half_written(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path / "full", KEYS)
    file = spool._file
    spool._file = FullDisk(file)  # type: ignore[assignment]
    store = GroupCommit(db, spool, lambda: None)
    with monkeypatch.context() as patched:
        away(db, patched)
        with pytest.raises(NotStored):
            store.put(arrival(1))
    assert not spool.pending
    spool._file = file
    store.stop()


def test_a_database_that_freezes_does_not_hold_a_callback(store: GroupCommit, db: Database) -> None:
    thawed = threading.Event()

    def freeze() -> None:
        with db.work():
            thawed.wait(20)

    frozen = threading.Thread(target=freeze)
    frozen.start()
    store.put(arrival(1))  # returns: it is in the spool, though the writer hangs
    assert store.spooled == 1
    thawed.set()
    frozen.join()
    while not store.healthy:
        store.put(arrival(2))
    assert set(keys(db)) >= {"k1"}
    assert len(keys(db)) == len(set(keys(db)))
