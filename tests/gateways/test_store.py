"""One contract for the store in memory and in Redis."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateways.store import MemoryStore, Store
from tests.gateways.conftest import NUMBERS, Shared, redis_store
from tests.inprocess import Clock, eventually

LONG = 60.0
QUICK = 5.0
"""Seconds: far below any time-out the tests wait with."""


def expires(shared: Shared, gone: Callable[[], bool]) -> None:
    """Redis lets real time pass, memory the clock's."""
    shared.clock.now += 1
    eventually(gone)


def test_what_was_set_is_found_by_everybody_until_its_time_is_over(shared: Shared) -> None:
    assert shared.ours.get("key") is None
    shared.ours.set("key", "值", LONG)
    assert (shared.ours.get("key"), shared.theirs.get("key")) == ("值", "值")
    shared.ours.set("key", "newer", 0.2)
    assert shared.theirs.get("key") == "newer"
    expires(shared, lambda: shared.theirs.get("key") is None and shared.ours.get("key") is None)


def test_what_somebody_else_replaced_or_dropped_is_not_remembered(shared: Shared) -> None:
    shared.ours.set("key", "old", LONG)
    shared.theirs.set("key", "new", LONG)
    assert shared.ours.get("key") == "new"
    assert shared.theirs.delete_if("key", "new")
    assert shared.ours.get("key") is None


def test_only_the_very_value_is_dropped(shared: Shared) -> None:
    assert not shared.ours.delete_if("key", "one")
    shared.ours.set("key", "two", LONG)
    assert not shared.theirs.delete_if("key", "one")
    assert shared.ours.get("key") == "two"
    assert shared.theirs.delete_if("key", "two")
    assert not shared.ours.delete_if("key", "two")


def test_a_lock_has_one_holder_until_it_is_given_back(shared: Shared) -> None:
    assert shared.ours.acquire("lock", LONG)
    assert not shared.ours.acquire("lock", LONG)
    assert not shared.theirs.acquire("lock", LONG)
    assert shared.theirs.acquire("another", LONG)
    shared.ours.release("lock")
    assert shared.theirs.acquire("lock", LONG)


def test_a_lock_frees_itself_after_its_time(shared: Shared) -> None:
    assert shared.ours.acquire("lock", 0.2)
    expires(shared, lambda: shared.theirs.acquire("lock", LONG))
    assert not shared.ours.acquire("lock", LONG)


def test_a_lock_may_live_for_less_than_a_millisecond(shared: Shared) -> None:
    assert shared.ours.acquire("lock", 0.0001)
    shared.ours.set("key", "value", 0.0001)
    expires(shared, lambda: shared.theirs.acquire("lock", LONG))
    assert shared.ours.failures == 0


def test_a_window_slides(shared: Shared) -> None:
    began = shared.clock.now
    uses = [(0.0, 0.0), (4.0, 0.0), (8.0, 0.0), (9.0, 1.0), (9.75, 0.25), (10.0, 0.0), (10.0, 4.0), (14.0, 0.0)]
    for second, wait in [*uses, (17.0, 1.0), (18.0, 0.0), (28.0, 0.0)]:
        shared.clock.now = began + second
        assert shared.theirs.take("who", 3, 10) == pytest.approx(wait)
    assert shared.ours.take("somebody else", 3, 10) == 0


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(pauses=st.lists(st.sampled_from([0.0, 0.5, 1.0, 3.25, 60.0]), max_size=12), limit=st.integers(1, 4))
def test_both_kinds_count_alike_and_never_grant_more_than_the_limit(
    redis_url: str, pauses: list[float], limit: int
) -> None:
    clock = Clock()
    memory, redis = MemoryStore(clock), redis_store(redis_url, f"alike-{next(NUMBERS)}:", clock)
    granted: list[float] = []
    for pause in pauses:
        clock.now += pause
        wait = memory.take("who", limit, 4.0)
        assert redis.take("who", limit, 4.0) == pytest.approx(wait)
        granted += [] if wait else [clock.now]
        assert sum(one > clock.now - 4.0 for one in granted) <= limit


def test_many_threads_together_are_granted_exactly_the_limit(shared: Shared) -> None:
    stores = [shared.ours, shared.theirs] * 8
    with ThreadPoolExecutor(16) as pool:
        waits = [one for _ in range(10) for one in pool.map(lambda store: store.take("who", 30, LONG), stores)]
    assert sum(wait == 0 for wait in waits) == 30
    assert all(0 <= wait <= LONG for wait in waits)


class Listener(threading.Thread):
    """Waits on a channel again and again until told to end; `heard` counts."""

    def __init__(self, store: Store) -> None:
        super().__init__(daemon=True)
        self._store = store
        self.heard = 0
        self.ending = threading.Event()

    def run(self) -> None:
        while not self.ending.is_set():
            self.heard += self._store.wait("bell", 0.1)


def all_hear(listeners: list[Listener], caller: Store) -> None:
    """One call, and each of them is woken once more."""
    before = [one.heard for one in listeners]
    caller.publish("bell")
    eventually(lambda: all(one.heard > last for one, last in zip(listeners, before, strict=True)))


def test_a_call_wakes_who_waits_at_once_whoever_calls(shared: Shared) -> None:
    shared.ours.wait("bell", 0.01)  # from here on it listens
    for caller in (shared.ours, shared.theirs) * 5:
        ringing = threading.Thread(target=caller.publish, args=["bell"])
        began = time.monotonic()
        ringing.start()
        assert shared.ours.wait("bell", LONG)
        assert time.monotonic() - began < QUICK
        ringing.join()


def test_a_call_before_the_wait_is_not_lost(shared: Shared) -> None:
    shared.ours.wait("bell", 0.01)
    shared.ours.publish("bell")
    began = time.monotonic()
    assert shared.ours.wait("bell", LONG)
    assert time.monotonic() - began < QUICK


def test_many_calls_are_one_wake_up(shared: Shared) -> None:
    shared.ours.wait("bell", 0.01)
    for _ in range(20):
        shared.theirs.publish("bell")
    assert shared.ours.wait("bell", LONG)
    assert not shared.ours.wait("bell", 0.05)


def test_without_a_call_the_wait_ends_in_time_also_the_first(shared: Shared) -> None:
    shared.theirs.publish("another bell")
    for _ in range(2):
        began = time.monotonic()
        assert not shared.ours.wait("bell", 0.1)
        assert 0.08 < time.monotonic() - began < QUICK


def test_every_thread_that_waits_on_a_channel_hears_every_call(shared: Shared) -> None:
    listeners = [Listener(store) for store in (shared.ours, shared.theirs) * 2]
    for one in listeners:
        one.start()

    def all_listen() -> bool:
        shared.ours.publish("bell")
        return all(one.heard for one in listeners)

    eventually(all_listen)
    for caller in (shared.ours, shared.theirs) * 10:
        all_hear(listeners, caller)
    for one in listeners:
        one.ending.set()
        one.join()
    assert shared.ours.failures == shared.theirs.failures == 0


def test_threads_in_a_heap_harm_nobody(shared: Shared) -> None:
    def busy(number: int) -> None:
        for turn in range(30):
            shared.ours.set(f"key {turn % 3}", str(number), LONG)
            shared.theirs.get(f"key {turn % 3}")
            shared.ours.publish(f"bell {turn % 2}")
            shared.ours.wait(f"bell {turn % 2}", 0.001)
            if shared.theirs.acquire("lock", LONG):
                shared.theirs.release("lock")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(busy, range(8)))
    assert shared.ours.failures == shared.theirs.failures == 0
