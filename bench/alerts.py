"""From a client's message to the advisor's card, with 500 busy events ahead of it in the inbox.

The clock starts when the client sends in 微信客服 and stops when the simulator has the card, so it holds WeCom's
callback, our door, the pull, the queue, the decision, the send, and the polling of this script (20 ms).
"""

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3

from bench.load import callback
from commands.product import build_product
from commands.stage import Stage, fresh_keys, settings_for
from config.settings import load
from models import schema, seed
from models.member import Employee

AHEAD = 500
LIMIT = 2.0
"""Seconds within which the 95th percentile must lie."""
ADVISORS = tuple(f"adv{number:02d}" for number in range(1, 6))
COMPLAINT = "我要投诉你们，转账一直没人管"
PATIENCE = 60.0
DOOR = 64


def measure(*, quick: bool) -> dict[str, object]:
    """The report of `run.py bench alerts`: seconds at the 95th percentile."""
    rounds = 8 if quick else 40
    with tempfile.TemporaryDirectory() as folder:
        stage = _opened(Path(folder))
        try:
            clients = _clients(stage, rounds * 2)
            idle = [_once(stage, one, advisor, 0, at) for at, (one, advisor) in enumerate(clients[:rounds])]
            busy = [_once(stage, one, advisor, AHEAD, at) for at, (one, advisor) in enumerate(clients[rounds:], rounds)]
        finally:
            stage.close_all()
    found = _share(busy, 0.95)
    detail = {
        "rounds": rounds, "events_ahead": AHEAD, "p50": _share(busy, 0.5), "worst": max(busy),
        "nothing_ahead_p50": _share(idle, 0.5), "nothing_ahead_p95": _share(idle, 0.95),
        "cores": os.cpu_count(), "load": os.getloadavg()[0],
    }  # fmt: skip
    return {
        "name": "alerts", "ours": found, "peer": LIMIT, "peer_name": "limit: 2 s at the 95th percentile",
        "unit": "s from message to card", "ratio": round(LIMIT / found, 2), "detail": detail,
    }  # fmt: skip


def _share(seconds: list[float], share: float) -> float:
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _opened(folder: Path) -> Stage:
    settings = settings_for(folder, 8940, 8941, fresh_keys())
    stage = Stage(settings=settings, port=8940, company_port=8941, folder=folder, company={"size": 5})
    product = build_product(load(settings))
    schema.migrate(product.db.engine)
    with product.db.work() as work:
        seed.shipped(work)
        for one in ADVISORS:
            work.session.merge(Employee(id=one, name=one, role="advisor"))
    product.close()
    stage.open_company()
    for one in ADVISORS:
        stage.deed("hire", one, one)
    stage.open_product()
    return stage


def _clients(stage: Stage, count: int) -> list[tuple[str, str]]:
    found = []
    for number in range(count):
        who, advisor = stage.deed("meet", f"客户{number}"), ADVISORS[number % len(ADVISORS)]
        stage.deed("add_friend", who, advisor)
        found.append((who, advisor))
    time.sleep(3)
    return found


def _once(stage: Stage, who: str, advisor: str, ahead: int, number: int) -> float:
    """Seconds from one client's complaint to the card; `ahead` other events are in the inbox before it."""
    before = len(stage.deed("unanswered", advisor, "ack"))
    if ahead:
        _fill(stage, ahead, number)
    began = time.perf_counter()
    stage.deed("say_to_kf", who, COMPLAINT)
    while len(stage.deed("unanswered", advisor, "ack")) == before:
        if time.perf_counter() - began > PATIENCE:
            raise SystemExit(f"{PATIENCE:.0f} 秒内没有收到提醒卡片\n{stage.log_of('product')}")
        time.sleep(0.02)
    took = round(time.perf_counter() - began, 3)
    time.sleep(2.0 if ahead else 0.2)  # let the queue run empty, so that each round has the same ahead of it
    return took


def _fill(stage: Stage, count: int, number: int) -> None:
    """So many signed callbacks, accepted by the door."""
    now, pool = int(time.time()), urllib3.HTTPConnectionPool("127.0.0.1", stage.port, maxsize=DOOR, block=True)
    requests = [callback(number * 10_000 + one, now) for one in range(count)]

    def post(request: bytes) -> int:
        head, _, body = request.partition(b"\r\n\r\n")
        return pool.request("POST", head.split(b" ")[1].decode(), body=body, timeout=30.0).status

    with ThreadPoolExecutor(DOOR) as threads:
        if set(threads.map(post, requests)) != {200}:
            raise SystemExit("入口拒绝了部分回调，无法测量")
