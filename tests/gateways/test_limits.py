"""WeCom's limits are kept on our side, so that WeCom never has to enforce them."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from gateways.store import MemoryStore
from gateways.wecom.errors import Retry
from gateways.wecom.limits import CONCURRENT, Limits
from gateways.wecom.transport import Lost, Request, Response
from tests.gateways.conftest import Shared
from tests.gateways.offices import Near, do, opened
from tests.inprocess import Clock, eventually

SEND = "message/send"
FOLLOWERS = "externalcontact/get_follow_user_list"


def waits(call: Callable[[], object]) -> float:
    with pytest.raises(Retry) as retry:
        call()
    return retry.value.after


@pytest.fixture
def limits(shared: Shared) -> Limits:
    return Limits(shared.ours, shared.clock)


def test_an_employee_gets_thirty_a_minute_and_the_next_one_is_told_when(limits: Limits, shared: Shared) -> None:
    for _ in range(30):
        limits.before(SEND, ["adv01"])
        shared.clock.now += 1
    assert waits(lambda: limits.before(SEND, ["adv01"])) == pytest.approx(30)
    limits.before(SEND, ["adv02"])
    assert waits(lambda: limits.before(SEND, ["adv02", "adv01"])) == pytest.approx(30)
    shared.clock.now += 30
    limits.before(SEND, ["adv01"])


def test_an_employee_gets_a_thousand_an_hour(clock: Clock) -> None:
    limits = Limits(MemoryStore(clock), clock)
    for _ in range(1000):
        limits.before(SEND, ["adv01"])
        clock.now += 2
    assert waits(lambda: limits.before(SEND, ["adv01"])) == pytest.approx(1600)
    clock.now += 1600
    limits.before(SEND, ["adv01"])


def test_processes_count_together_where_they_share_a_store(shared: Shared) -> None:
    both = [Limits(shared.ours, shared.clock), Limits(shared.theirs, shared.clock)]
    for turn in range(30):
        both[turn % 2].before(SEND, ["adv01"])
    for one in both:
        assert waits(lambda one=one: one.before(SEND, ["adv01"])) == pytest.approx(60)  # type: ignore[misc]


def test_nothing_we_send_vanishes_at_wecom_for_being_too_much(near: Near) -> None:
    do(near, "hire", "adv01", "林顾问")
    held = 0
    for number in range(100):
        try:
            near.wecom.messages.send(["adv01"], {"msgtype": "text", "text": {"content": f"第 {number} 条"}})
        except Retry as retry:
            held += 1
            near.clock.now += retry.after
    assert near.company.calls["dropped_silently"] == 0
    assert len(near.books()) + held == 100


def test_other_calls_do_not_count_against_a_person(limits: Limits) -> None:
    for _ in range(100):
        limits.before("kf/send_msg", ["adv01"])
        limits.before("message/recall")


def test_a_robot_speaks_twenty_times_a_minute(limits: Limits, shared: Shared) -> None:
    for _ in range(20):
        limits.before("webhook/send", ["robot-one"])
    assert waits(lambda: limits.before("webhook/send", ["robot-one"])) == pytest.approx(60)
    limits.before("webhook/send", ["robot-two"])
    shared.clock.now += 60
    limits.before("webhook/send", ["robot-one"])


class Listing(MemoryStore):
    """Remembers every name it was asked about."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.names: list[str] = []

    def take(self, name: str, limit: int, window: float) -> float:
        self.names.append(name)
        return super().take(name, limit, window)


def test_a_robots_key_is_not_written_into_the_store(clock: Clock) -> None:
    store = Listing(clock)
    Limits(store, clock).before("webhook/send", ["693a91f6-canary"])
    assert len(store.names) == 1
    assert "canary" not in store.names[0]


def test_a_robot_that_is_full_is_not_called(near: Near) -> None:
    near.order("webhook", {"key": "robot", "name": "内部群"})
    text = {"msgtype": "text", "text": {"content": "开盘"}}
    for _ in range(20):
        near.wecom.robots.send("robot", text)
    assert 0 < waits(lambda: near.wecom.robots.send("robot", text)) <= 60
    assert near.transport.count("webhook/send") == 20


def test_after_45009_an_api_is_left_alone_for_its_window_and_only_that_one(near: Near) -> None:
    near.order("faults", {FOLLOWERS: {"limit": 1.0}})
    assert waits(near.wecom.contacts.follow_users) == 60
    near.order("faults", {})
    near.clock.now += 20
    assert waits(near.wecom.contacts.follow_users) == pytest.approx(40)
    assert near.transport.count(FOLLOWERS) == 1
    assert near.wecom.app.callback_ips()
    near.clock.now += 40
    assert near.wecom.contacts.follow_users() == ()
    assert near.transport.count(FOLLOWERS) == 2


def test_after_45009_every_process_leaves_the_api_alone(shared: Shared) -> None:
    Limits(shared.ours, shared.clock).closed(FOLLOWERS, 60)
    other = Limits(shared.theirs, shared.clock)
    assert waits(lambda: other.before(FOLLOWERS)) == pytest.approx(60)
    other.before(SEND, ["adv01"])


class Gate:
    """A transport that holds every call until opened, and sees how many are inside."""

    def __init__(self) -> None:
        self._counting = threading.Lock()
        self.opened = threading.Event()
        self.arrived = self.inside = self.most = 0
        self.lost = False

    def send(self, request: Request) -> Response:
        if request.url.endswith("/gettoken"):
            return Response(200, {}, b'{"errcode":0,"access_token":"t","expires_in":7200}')
        with self._counting:
            self.arrived += 1
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.opened.wait(10)
        with self._counting:
            self.inside -= 1
        if self.lost:
            raise Lost
        return Response(200, {}, b'{"errcode":0}')


def all_at_once(gate: Gate, calls: Sequence[Callable[[], object]], inside: int) -> list[Future[object]]:
    """Start all, wait until as many as may are inside, let them go."""
    with ThreadPoolExecutor(len(calls)) as pool:
        started = threading.Barrier(len(calls) + 1)

        def begin(call: Callable[[], object]) -> object:
            started.wait(10)
            return call()

        running = [pool.submit(begin, call) for call in calls]
        started.wait(10)
        eventually(lambda: gate.inside == inside)
        gate.opened.set()
    return running


def test_at_most_five_customer_contact_calls_are_under_way(near: Near) -> None:
    gate = Gate()
    wecom = opened(near.company.corp, gate, near.clock)
    calls = [wecom.contacts.follow_users, lambda: wecom.groups.list(["adv01"]), wecom.tags.list] * 8
    assert not [one for one in all_at_once(gate, calls, CONCURRENT) if one.exception()]
    assert (gate.most, gate.arrived) == (5, 24)


def test_other_calls_do_not_queue_behind_them(near: Near) -> None:
    gate = Gate()
    wecom = opened(near.company.corp, gate, near.clock)
    calls = [wecom.tags.list, lambda: wecom.messages.recall("m1")] * 8
    all_at_once(gate, calls, CONCURRENT + 8)
    assert gate.most == 13


def test_a_call_that_fails_gives_its_place_back(near: Near) -> None:
    gate = Gate()
    gate.lost = True
    wecom = opened(near.company.corp, gate, near.clock)
    failed = all_at_once(gate, [wecom.tags.list] * 20, CONCURRENT)
    assert all(one.exception() for one in failed)
    gate.opened.clear()
    all_at_once(gate, [wecom.tags.list] * 8, CONCURRENT)
    assert gate.most == 5
