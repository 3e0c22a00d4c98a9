"""The store in Redis or Valkey: apart, so that a process without one does not load the client."""

import threading
import time
from collections.abc import Callable

import redis
import structlog

from gateways.store import Clock, MemoryStore

log = structlog.get_logger(__name__)

AWAY = 1.0
"""Seconds Redis is left alone after it failed."""
TAKE = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1] - ARGV[3])
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then
  return tostring(redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] + ARGV[3] - ARGV[1])
end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[4])
redis.call('PEXPIRE', KEYS[1], math.ceil(ARGV[3] * 1000))
return '0'
"""
DELETE_IF = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class RedisStore:
    """Redis or Valkey, shared by processes and machines; a MemoryStore stands in while it is away."""

    def __init__(self, url: str, prefix: str, clock: Clock, unique: Callable[[], str]) -> None:
        self.failures = 0
        self._redis = redis.Redis.from_url(
            url, decode_responses=True, socket_timeout=1.0, socket_connect_timeout=1.0, health_check_interval=15
        )
        self._prefix = prefix
        self._clock = clock
        self._unique = unique
        self._local = MemoryStore(clock)
        self._away_until = 0.0
        self._held: dict[str, str] = {}
        self._ears = threading.local()

    def get(self, key: str) -> str | None:
        """See Store."""
        found = self._try(lambda: self._redis.get(self._prefix + key) or "")
        return self._local.get(key) if found is None else str(found) or None

    def set(self, key: str, value: str, ttl: float) -> None:
        """See Store."""
        self._local.set(key, value, ttl)
        self._try(lambda: self._redis.set(self._prefix + key, value, px=_milliseconds(ttl)))

    def delete_if(self, key: str, value: str) -> bool:
        """See Store."""
        dropped = self._local.delete_if(key, value)
        done = self._try(lambda: self._redis.eval(DELETE_IF, 1, self._prefix + key, value))
        return bool(done) or (done is None and dropped)

    def acquire(self, name: str, ttl: float) -> bool:
        """See Store."""
        key, owner = f"{self._prefix}lock:{name}", self._unique()
        taken = self._try(lambda: self._redis.set(key, owner, nx=True, px=_milliseconds(ttl)) or False)
        if taken is None:
            return self._local.acquire(name, ttl)
        if taken:
            self._held[name] = owner
        return bool(taken)

    def release(self, name: str) -> None:
        """See Store. A lock that ran out and was taken by another stays theirs."""
        self._local.release(name)
        owner = self._held.pop(name, None)
        if owner is not None:
            self._try(lambda: self._redis.eval(DELETE_IF, 1, f"{self._prefix}lock:{name}", owner))

    def take(self, name: str, limit: int, window: float) -> float:
        """See Store."""
        key, now = f"{self._prefix}rate:{name}", self._clock()
        wait = self._try(lambda: self._redis.eval(TAKE, 1, key, now, limit, window, self._unique()))
        return self._local.take(name, limit, window) if wait is None else float(str(wait))

    def publish(self, channel: str) -> None:
        """See Store."""
        self._local.publish(channel)
        self._try(lambda: self._redis.publish(self._prefix + channel, "1"))

    def wait(self, channel: str, timeout: float) -> bool:
        """See Store. Rung locally or by another process."""
        if self._local.wait(channel, 0):
            return True
        heard = self._try(lambda: self._listen(channel, timeout))
        if heard:
            self._local.wait(channel, 0)  # the same ring, come round by Redis
        return self._local.wait(channel, timeout) if heard is None else bool(heard)

    def _listen(self, channel: str, timeout: float) -> bool:
        ear, ends = self._ear(channel), time.monotonic() + timeout
        while ear.get_message(timeout=max(0.0, ends - time.monotonic())) is None:
            if time.monotonic() >= ends:  # else it was only the confirmation of the subscription
                return False
        while ear.get_message(timeout=0) is not None:
            pass  # one wake-up answers all that were rung meanwhile
        return True

    def _ear(self, channel: str) -> redis.client.PubSub:
        """A subscription of this thread alone: two readers of one connection would tear its answers apart."""
        ears: dict[str, redis.client.PubSub] = self._ears.__dict__
        if channel not in ears:
            ear = self._redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]  # redis-py
            ear.subscribe(self._prefix + channel)
            ears[channel] = ear
        return ears[channel]

    def _try(self, call: Callable[[], object]) -> object:
        """The answer, or None when Redis is away; then it is left alone for a while."""
        if time.monotonic() < self._away_until:
            return None
        try:
            return call()
        except (redis.RedisError, OSError) as error:
            self.failures += 1
            self._away_until = time.monotonic() + AWAY
            self._ears.__dict__.clear()
            log.warning("redis_away", error=type(error).__name__)
            return None


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
