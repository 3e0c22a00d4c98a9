"""Claiming: each row to one worker at a time, lanes in order, dead owners' rows given back, late wakers fenced off."""

import json
import random
import sqlite3
import threading
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event as engine_event

from bot import inbox, lanes
from bot.inbox import Arrival
from models.ledger import Inbound, Outbound
from models.work import Database
from tests.world import World


def fill(db: Database, lanes_of: list[str], priority: int = 4) -> None:
    with db.work() as work:
        inbox.put(
            work,
            [
                Arrival(
                    key=f"t{number}", source="test", kind="text", lane=lane, priority=priority,
                    body=json.dumps({"n": number}), received_at=work.now,
                )
                for number, lane in enumerate(lanes_of)
            ],
        )  # fmt: skip


def claim(db: Database, lease: lanes.Lease, limit: int = 10) -> list[str]:
    with db.work() as work:
        return [row.key for row in lanes.claim(work, Inbound, lease, limit)]


def test_only_the_head_of_each_lane_is_handed_out(world: World) -> None:
    fill(world.product.db, ["a", "a", "b", "a", "c"])
    lease = lanes.Lease("w1", 30)
    assert claim(world.product.db, lease) == ["t0", "t2", "t4"]
    assert claim(world.product.db, lanes.Lease("w2", 30)) == []


def test_the_next_of_a_lane_comes_when_the_one_before_is_done(world: World) -> None:
    db, lease = world.product.db, lanes.Lease("w1", 30)
    fill(db, ["a", "a"])
    with db.work() as work:
        first = lanes.claim(work, Inbound, lease, 5)
    with db.work() as work:
        assert inbox.finish(work, first[0], lease)
    assert claim(db, lease) == ["t1"]


def test_a_dead_owners_rows_come_back_and_its_late_waking_changes_nothing(world: World) -> None:
    db, dead, living = world.product.db, lanes.Lease("dead", 30), lanes.Lease("living", 30)
    fill(db, ["a"])
    with db.work() as work:
        held = lanes.claim(work, Inbound, dead, 5)
    assert claim(db, living) == []
    world.hands.now += timedelta(seconds=31)
    assert claim(db, living) == ["t0"]
    with db.work() as work:
        assert not inbox.finish(work, held[0], dead)
    with db.work() as work:
        inbox.fail(work, held[0], dead, "late")
    assert [row.state for row in world.rows(Inbound.key == "t0", of=Inbound)] == ["leased"]


def test_urgent_rows_go_before_five_hundred_others(world: World) -> None:
    fill(world.product.db, [f"l{number}" for number in range(500)])
    with world.product.db.work() as work:
        urgent = Arrival(
            key="urgent", source="test", kind="text", lane="x", priority=0, body="{}", received_at=work.now
        )
        inbox.put(work, [urgent])
    assert claim(world.product.db, lanes.Lease("w", 30), 1) == ["urgent"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_eight_workers_never_share_a_lane_and_keep_its_order(world: World, seed: int) -> None:
    db, rng = world.product.db, random.Random(seed)
    fill(db, [f"lane{rng.randrange(6)}" for _ in range(120)])
    guard, busy, order, clashes = threading.Lock(), set[str](), defaultdict[str, list[int]](list), list[str]()

    def work_on(owner: str) -> None:
        lease, idle = lanes.Lease(owner, 30), 0
        while idle < 20:
            with db.work() as work:
                rows = lanes.claim(work, Inbound, lease, 3)
            idle = 0 if rows else idle + 1
            for row in rows:
                with guard:
                    clashes.extend([row.lane] if row.lane in busy else [])
                    busy.add(row.lane)
                    order[row.lane].append(row.id)
                with db.work() as work:
                    with guard:
                        busy.discard(row.lane)
                    assert inbox.finish(work, row, lease)

    threads = [threading.Thread(target=work_on, args=(f"w{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clashes == []
    assert sum(len(ids) for ids in order.values()) == 120
    assert all(ids == sorted(ids) for ids in order.values())


def test_a_claim_reads_the_queue_in_order_and_never_sorts_the_backlog(sqlite_world: World, tmp_path: Path) -> None:
    seen: dict[str, object] = {}
    db = sqlite_world.product.db

    def keep(_connection: object, _cursor: object, statement: str, given: object, *_: object) -> None:
        seen.setdefault(statement, given)

    engine_event.listen(db.engine, "before_cursor_execute", keep)
    for table in (Inbound, Outbound):
        with db.work() as work:
            lanes.claim(work, table, lanes.Lease("w", 30), 5)
    engine_event.remove(db.engine, "before_cursor_execute", keep)
    plans = []
    with sqlite3.connect(tmp_path / "bot.db") as connection:
        for statement, given in seen.items():
            if statement.startswith("SELECT"):
                plans += [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", given)]  # type: ignore[arg-type]
    connection.close()
    assert any("ix_inbound_due" in step for step in plans)
    assert any("ix_outbound_due" in step for step in plans)
    assert not any("TEMP B-TREE" in step for step in plans)


def test_waiting_times_double_up_to_five_minutes() -> None:
    waits = [lanes.backoff(attempt, 0.0).total_seconds() for attempt in range(1, 12)]
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert waits[-1] == 300
    assert lanes.backoff(3, 1.0).total_seconds() == 5.0
