"""Redis away: slower or less shared, never an error, and shared again when it is back."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import pytest

from gateways.redis_store import RedisStore
from tests.gateways.conftest import NUMBERS, Mortal, redis_store
from tests.gateways.offices import free_port
from tests.inprocess import Clock, eventually

LONG = 60.0
SLOWEST = 3.0
"""Seconds any call may take: one time-out of a second, on a busy machine."""


@contextmanager
def gone(mortal: Mortal, how: str) -> Iterator[None]:
    """While it is killed or frozen."""
    if how == "killed":
        mortal.kill()
        yield
        mortal.start()
    else:
        mortal.freeze()
        yield
        mortal.thaw()


WAYS = ["killed", "frozen"]


@pytest.fixture
def store(mortal: Mortal, clock: Clock) -> RedisStore:
    """Connected, with something in it and a thread's ear on a channel."""
    store = redis_store(mortal.url, "away:", clock)
    store.set("key", "before", LONG)
    store.wait("bell", 0.01)
    assert store.failures == 0
    return store


def timed(call: Callable[[], object]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


@pytest.mark.parametrize("how", WAYS)
def test_everything_goes_on_locally(store: RedisStore, mortal: Mortal, how: str) -> None:
    with gone(mortal, how):
        assert timed(lambda: store.set("key", "local", LONG)) < SLOWEST
        assert store.failures == 1
        assert store.get("key") == "local"
        assert store.get("nothing") is None
        assert store.acquire("lock", LONG)
        assert not store.acquire("lock", LONG)
        store.release("lock")
        assert store.acquire("lock", LONG)
        assert [store.take("who", 2, LONG) > 0 for _ in range(3)] == [False, False, True]
        assert not store.delete_if("key", "another")
        assert store.delete_if("key", "local")
        assert store.get("key") is None
        store.publish("bell")
        assert store.wait("bell", LONG)
        assert not store.wait("bell", 0.05)


@pytest.mark.parametrize("how", WAYS)
def test_while_it_is_away_only_one_call_a_second_pays_for_it(store: RedisStore, mortal: Mortal, how: str) -> None:
    with gone(mortal, how):
        store.get("key")  # pays
        assert timed(lambda: [store.get("key") for _ in range(20)]) < 0.5
        assert store.failures == 1


@pytest.mark.parametrize("how", WAYS)
def test_when_it_is_back_everything_is_shared_again(store: RedisStore, mortal: Mortal, how: str, clock: Clock) -> None:
    with gone(mortal, how):
        store.get("key")
        assert store.failures == 1
    other = redis_store(mortal.url, "away:", clock)
    numbers = count()

    def shared() -> bool:
        value = f"again {next(numbers)}"
        other.set("key", value, LONG)
        return store.get("key") == value

    eventually(shared)
    assert store.acquire("lock", LONG)
    assert not other.acquire("lock", LONG)
    answering(store, other)
    assert store.failures == 1


def answering(store: RedisStore, other: RedisStore) -> None:
    """Calls of the other process are heard again."""

    def heard() -> bool:
        ringing = threading.Thread(target=other.publish, args=["bell"])
        ringing.start()
        woken = store.wait("bell", 0.1)
        ringing.join()
        return woken

    eventually(heard)


@pytest.mark.parametrize("how", WAYS)
def test_who_waits_while_it_goes_away_is_neither_hurt_nor_held(store: RedisStore, mortal: Mortal, how: str) -> None:
    ended = threading.Event()
    rounds: list[bool] = []

    def listen() -> None:
        while not ended.is_set():
            rounds.append(store.wait("bell", 0.05))

    listener = threading.Thread(target=listen)
    listener.start()
    eventually(lambda: len(rounds) > 2)
    with gone(mortal, how):
        before = len(rounds)
        eventually(lambda: len(rounds) > before + 5)
        heard = sum(rounds)
        store.publish("bell")
        eventually(lambda: sum(rounds) > heard)
    ended.set()
    listener.join(SLOWEST)
    assert not listener.is_alive()


def test_it_may_be_away_from_the_start(clock: Clock) -> None:
    store = redis_store(f"redis://127.0.0.1:{free_port()}/0", "never:", clock)
    assert store.acquire("lock", LONG)
    store.set("key", "value", LONG)
    assert store.get("key") == "value"
    assert not store.wait("bell", 0.01)
    assert store.failures == 1


def test_a_server_that_talks_nonsense_is_as_good_as_away(mortal: Mortal, clock: Clock) -> None:
    store = redis_store(mortal.url.removesuffix("/0") + "/99", "wrong:", clock)  # no such database
    assert store.get("key") is None
    assert store.failures == 1


def test_a_flushed_server_has_forgotten_and_nobody_pretends_otherwise(redis_url: str, clock: Clock) -> None:
    prefix = f"flushed-{next(NUMBERS)}:"
    store = redis_store(redis_url, prefix, clock)
    store.set("key", "value", LONG)
    store._redis.delete(f"{prefix}key")
    assert store.get("key") is None


def test_a_lock_that_ran_out_is_not_taken_from_its_next_holder(redis_url: str, clock: Clock) -> None:
    prefix = f"late-{next(NUMBERS)}:"
    slow, next_holder, third = (redis_store(redis_url, prefix, clock) for _ in range(3))
    assert slow.acquire("lock", 0.05)
    eventually(lambda: next_holder.acquire("lock", LONG))
    slow.release("lock")
    assert not third.acquire("lock", LONG)
    next_holder.release("lock")
    assert third.acquire("lock", LONG)


def test_the_log_says_that_it_is_away_without_its_password(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    store = redis_store(f"redis://user:canary@127.0.0.1:{free_port()}/0", "quiet:", clock)
    store.get("key")
    said = "".join(capsys.readouterr())
    assert "redis_away" in said
    assert "canary" not in said + repr(store)
