"""The access token: one fetch whatever happens at once, and no storm when WeCom refuses."""

import json
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from gateways.store import MemoryStore
from gateways.wecom.errors import Refused, Retry, WeComError
from gateways.wecom.session import Credentials, Session
from gateways.wecom.token import TokenStore
from gateways.wecom.transport import Request, Response
from simulator.company import Company, Corp
from tests.gateways.conftest import NUMBERS, Shared
from tests.inprocess import Clock, InProcess, eventually

THREADS = 64
FETCHER = Path(__file__).with_name("fetching.py")


class WeCom:
    """Counts what it is asked; each answer ends the token before it. Waits for `open`, fails with `trouble`."""

    def __init__(self) -> None:
        self.asked = 0
        self.open = threading.Event()
        self.open.set()
        self.trouble: WeComError | None = None

    def __call__(self) -> tuple[str, int]:
        self.asked += 1
        number = self.asked
        self.open.wait(10)
        if self.trouble is not None:
            raise self.trouble
        return f"token-{number}", 7200

    def takes(self, token: str) -> bool:
        return token == f"token-{self.asked}"


@pytest.fixture
def wecom() -> WeCom:
    return WeCom()


@pytest.fixture
def tokens(shared: Shared, wecom: WeCom) -> TokenStore:
    return TokenStore(shared.ours, wecom, "app", shared.clock)


def test_sixty_four_threads_at_once_are_one_fetch(tokens: TokenStore, wecom: WeCom) -> None:
    wecom.open.clear()
    with ThreadPoolExecutor(THREADS) as pool:
        asking = [pool.submit(tokens.get) for _ in range(THREADS)]
        eventually(lambda: wecom.asked == 1)
        wecom.open.set()
        assert {one.result() for one in asking} == {"token-1"}
    assert (wecom.asked, tokens.fetches) == (1, 1)


def test_a_token_is_left_behind_five_minutes_before_it_ends(clock: Clock, wecom: WeCom) -> None:
    tokens = TokenStore(MemoryStore(clock), wecom, "app", clock)
    assert tokens.get() == "token-1"
    clock.now += 7200 - 301
    assert tokens.get() == "token-1"
    clock.now += 1
    assert tokens.get() == "token-2"


def test_only_the_token_that_was_refused_is_dropped(tokens: TokenStore, shared: Shared, wecom: WeCom) -> None:
    other = TokenStore(shared.theirs, wecom, "app", shared.clock)
    first = tokens.get()
    other.invalidate(first)
    second = other.get()
    tokens.invalidate(first)  # late news
    assert tokens.get() == other.get() == second
    assert wecom.asked == 2


def test_two_apps_of_one_corp_do_not_share_a_token(shared: Shared, wecom: WeCom) -> None:
    apps = [TokenStore(shared.ours, wecom, name, shared.clock) for name in ("corp:1", "corp:2")]
    assert [one.get() for one in apps] == ["token-1", "token-2"]
    assert [one.get() for one in apps] == ["token-1", "token-2"]


def test_when_somebody_else_fetched_all_threads_together_need_one_fetch_more(tokens: TokenStore, wecom: WeCom) -> None:
    def call(_turn: int) -> bool:
        token = tokens.get()
        if wecom.takes(token):
            return True
        tokens.invalidate(token)
        return wecom.takes(tokens.get())

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(call, range(THREADS)))
        wecom.asked += 1  # another holder of the secret asked: our token is dead
        assert all(pool.map(call, range(THREADS * 10)))
    assert tokens.fetches == 2


def test_a_refused_secret_is_not_tried_again_and_again(tokens: TokenStore, shared: Shared, wecom: WeCom) -> None:
    wecom.trouble = Refused("gettoken", 40001, "Secret 不正确")
    with ThreadPoolExecutor(THREADS) as pool:
        asking = [pool.submit(tokens.get) for _ in range(THREADS * 5)]
        assert {type(one.exception()) for one in asking} == {Refused}
    assert wecom.asked == 1
    shared.clock.now += 15
    wecom.trouble = None
    assert tokens.get() == "token-2"


def test_nobody_queues_for_a_fetch_that_has_just_failed(tokens: TokenStore, shared: Shared, wecom: WeCom) -> None:
    wecom.trouble = Retry("gettoken", None, "无法连接", after=2.0)
    wecom.open.clear()
    with ThreadPoolExecutor(THREADS) as pool:
        asking = [pool.submit(tokens.get) for _ in range(THREADS)]
        eventually(lambda: wecom.asked == 1)
        wecom.open.set()
        assert {type(one.exception()) for one in asking} == {Retry}
    assert wecom.asked == 1
    shared.clock.now -= 3600  # a clock set back must not lengthen the pause
    wecom.trouble = None
    assert tokens.get() == "token-2"


def test_a_lock_left_behind_by_a_dead_process_is_waited_out(
    shared: Shared, wecom: WeCom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateways.wecom.token.TRIES", 2)
    assert shared.theirs.acquire("token:app", 60)
    tokens = TokenStore(shared.ours, wecom, "app", shared.clock)
    assert tokens.get() == "token-1"
    assert not shared.ours.acquire("token:app", 60)  # not ours to give back


@pytest.fixture
def company(clock: Clock) -> Company:
    return Company(Corp(), clock, random.Random(7))


@pytest.fixture
def session(company: Company, clock: Clock) -> Session:
    return session_of(company, clock, company.corp.secret)


def session_of(company: Company, clock: Clock, secret: str) -> Session:
    corp = company.corp
    credentials = Credentials(corp_id=corp.corp_id, agent_id=corp.agent_id, secret=secret)
    return Session(credentials, InProcess(company), MemoryStore(clock), clock)


def test_a_token_that_ends_early_costs_one_fetch_and_one_repeat(session: Session, company: Company) -> None:
    for round_ in (1, 2, 3):
        assert session.call("getcallbackip", method="GET")["ip_list"]
        company.invalidate_token()
        assert company.tokens_issued == round_


class Stopped(InProcess):
    """An app that was stopped: its tokens are given out and not taken."""

    def send(self, request: Request) -> Response:
        if "access_token" in request.params:
            self.company.invalidate_token()
        return super().send(request)


def test_a_token_refused_for_good_ends_after_one_repeat(session: Session, company: Company) -> None:
    session._transport = Stopped(company)
    for calls in range(1, 21):
        with pytest.raises(Retry) as refused:  # an administrator can start the app again: no message is given up
            session.call("getcallbackip", method="GET")
        assert refused.value.errcode == 40014
        assert company.calls["gettoken"] <= calls + 1


def test_a_wrong_secret_asks_once_for_a_hundred_calls(company: Company, clock: Clock) -> None:
    session = session_of(company, clock, "wrong")
    for _ in range(100):
        with pytest.raises(Retry) as refused:
            session.call("getcallbackip", method="GET")
        assert (refused.value.path, refused.value.errcode) == ("gettoken", 40001)
    assert company.calls["gettoken"] == 1


@pytest.fixture
def processes(redis_url: str) -> Iterator[tuple[list[subprocess.Popen[str]], str]]:
    """Two processes of 32 threads each, ready to go; and their prefix."""
    prefix = f"processes-{next(NUMBERS)}:"
    with ExitStack() as stack:
        command = [sys.executable, str(FETCHER), redis_url, prefix]
        started = (subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in "12")
        yield [stack.enter_context(one) for one in started], prefix


def both_go(processes: list[subprocess.Popen[str]]) -> list[str | int]:
    """All threads of both at once; what they answered."""
    for one in processes:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in processes:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    return [answer for one in processes if one.stdout is not None for answer in json.loads(one.stdout.readline())]


def test_two_processes_with_a_redis_between_them_are_one_fetch(
    redis_url: str, processes: tuple[list[subprocess.Popen[str]], str]
) -> None:
    both, prefix = processes
    wecom = redis.Redis.from_url(redis_url, decode_responses=True)
    assert both_go(both) == ["token-1"] * THREADS
    wecom.incr(f"{prefix}fetches")  # another holder of the secret asked: token-1 is dead
    tries = both_go(both)
    assert set(tries) == {1, 2}
    assert wecom.get(f"{prefix}fetches") == "3"
    wecom.close()
