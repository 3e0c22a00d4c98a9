"""Alive, ready, figures: what a load balancer, a pager and Prometheus read."""

from datetime import timedelta

from sqlalchemy import delete

from bot import inbox
from bot.inbox import Arrival
from models.ledger import Heartbeat
from tests.world import World


def reasons(world: World) -> list[str]:
    answer = world.web.get("/readyz")
    found = answer.get_json()
    assert answer.status_code == (503 if found["reasons"] else 200)
    assert found["ok"] is not bool(found["reasons"])
    return list(found["reasons"])


def beat(world: World, *names: str) -> None:
    with world.product.db.work() as work:
        work.session.execute(delete(Heartbeat))
        work.session.add_all(Heartbeat(name=name, at=work.now) for name in names)


ALL = ("engine@a", "express@a", "bulk@a", "clock:occurrences")


def test_a_fresh_product_is_alive_and_ready(sqlite_world: World) -> None:
    assert sqlite_world.web.get("/healthz").get_json() == {"ok": True}
    assert reasons(sqlite_world) == []


def test_a_loop_that_stopped_turning_is_named_within_seconds(sqlite_world: World) -> None:
    world = sqlite_world
    world.hands.now += timedelta(minutes=1)
    beat(world, *ALL)
    assert reasons(world) == []
    world.hands.now += timedelta(seconds=16)
    beat(world, "engine@a", "express@a")
    assert [one for one in reasons(world) if "时钟" in one]
    world.hands.now += timedelta(seconds=16)
    assert len(reasons(world)) == 3


def test_a_backlog_is_told_with_its_age(sqlite_world: World) -> None:
    world = sqlite_world
    with world.product.db.work() as work:
        waiting = Arrival(key="old", source="test", kind="text", lane="l", priority=5, body="{}", received_at=work.now)
        inbox.put(work, [waiting])
    world.hands.now += timedelta(minutes=3)
    beat(world, *ALL)
    assert "180" in reasons(world)[0]


def test_metrics_count_what_waits_doors_loops_and_unsealed_records(sqlite_world: World) -> None:
    sqlite_world.member_says("怎么开户")
    beat(sqlite_world, *ALL)
    sqlite_world.hands.now += timedelta(seconds=7)
    page = sqlite_world.web.get("/metrics").text
    assert 'bot_callbacks_total{outcome="accepted"}' in page
    assert 'bot_rows_waiting{state="due",table="inbound"} 0.0' in page
    assert 'bot_loop_silent_seconds{loop="engine"} 7.0' in page
    assert "bot_evidence_unsealed 0.0" in page


def test_metrics_tell_how_long_somebody_has_been_waiting(sqlite_world: World) -> None:
    world = sqlite_world
    with world.product.db.work() as work:
        waiting = Arrival(key="old", source="test", kind="text", lane="l", priority=5, body="{}", received_at=work.now)
        inbox.put(work, [waiting])
    world.hands.now += timedelta(seconds=90)
    assert 'bot_oldest_waiting_seconds{table="inbound"} 90.0' in world.web.get("/metrics").text
