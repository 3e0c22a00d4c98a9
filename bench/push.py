"""Planning for a million people, and sending through crashes beside the two checkpoint designs of other products.

Planning: one occurrence through the real use case and gate, rows for every person. Sending: the product's own process
on SQLite against the simulator, killed again and again; the peers send the same batches to the same API under the
same kills and remember only how far they got.
"""

import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from bot import outbox
from bot.gate import Ruling
from commands.product import Product, build_product
from commands.stage import Stage, free_port, fresh_keys, settings_for
from config.settings import load
from handlers import push
from models import audience, schema, seed
from models import plan as plans
from models.actions import CreateMass
from models.consent import Consent
from models.content import Content, Occurrence, PushPlan
from models.events.base import Event
from models.events.internal import PushDue
from models.ledger import Outbound
from models.member import Friendship, Member

PEER = "checkpoint moved after each batch (at least once), same API, same kills"
AT = datetime(2026, 11, 25, 3, tzinfo=UTC)
ADVISORS = 500
QUICK_LEASE = {"BOT_LEASE_SECONDS": "5", "BOT_API_TIMEOUT": "1.5"}
BATCH = 1000
"""Persons of one mass message in the sending part: half of what an advisor has in the planning part."""


def measure(*, quick: bool) -> dict[str, object]:
    """The report of `run.py bench push`."""
    people, batches, kills = (20_000, 30, 3) if quick else (1_000_000, 400, 20)
    planning = _in_child(people)
    ours = _sending(batches, kills, _our_sender)
    peers = {
        "fetch": _sending(batches, kills, partial(_peer_sender, "fetch")),
        "send": _sending(batches, kills, partial(_peer_sender, "send")),
    }
    best = peers["send"]
    detail = {
        "planning": planning, "ours": ours, "checkpoint_after_sending": peers["send"],
        "checkpoint_at_fetching": peers["fetch"], "kills": kills, "persons_sent_to": batches * BATCH,
        "cores": os.cpu_count(), "load_before": os.getloadavg()[0], "quick": quick,
    }  # fmt: skip
    return {
        "name": "push", "ours": ours["recipients_per_second"], "peer": best["recipients_per_second"],
        "peer_name": PEER, "unit": "recipients/s through kills",
        "ratio": round(ours["recipients_per_second"] / best["recipients_per_second"], 2), "detail": detail,
    }  # fmt: skip


def _in_child(people: int) -> dict[str, Any]:
    """The community in one process, planning in another, so that its memory is its own."""
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name:
        keys = fresh_keys()
        with spawn.Pool(1) as pool:
            pool.apply(_people, (Path(name), keys, people))
        with spawn.Pool(1) as pool:
            return pool.apply(_plan, (Path(name), keys, people))


def _people(folder: Path, keys: dict[str, str], people: int) -> None:
    product = _product(folder, keys)
    schema.migrate(product.db.engine)
    with product.db.work() as work:
        seed.shipped(work)
    _populate(product, people)
    product.close()


def _plan(folder: Path, keys: dict[str, str], people: int) -> dict[str, Any]:
    product = _product(folder, keys)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    with product.db.work() as work:
        occurrence = work.session.scalars(select(Occurrence)).one()
        event = PushDue(key="bench:push", at=AT, occurrence_id=occurrence.id)
        queued = outbox.put(work, event, list(push.fire(event, work)))
    seconds = time.perf_counter() - started
    product.close()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "persons": people, "seconds": round(seconds, 1), "mass_messages": queued.due,
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "memory_grown_mb": round(grown / 1024),
    }  # fmt: skip


def _product(folder: Path, keys: dict[str, str]) -> Product:
    return build_product(load(settings_for(folder, 0, 0, keys)), clock=lambda: AT)


def _populate(product: Product, people: int) -> None:
    """Members with an advisor and a consent, and one approved plan whose moment has come."""
    for start in range(0, people, 50_000):
        ids = [
            (f"wm{number:030d}", f"adv{number % ADVISORS:03d}") for number in range(start, min(people, start + 50_000))
        ]
        with product.db.work() as work:
            work.session.execute(insert(Member), [
                {"id": one, "name": "", "unionid": "", "advisor_id": advisor, "vip": False, "tier": "P",
                 "tier_why": "", "first_seen_at": AT} for one, advisor in ids
            ])  # fmt: skip
            work.session.execute(insert(Friendship), [
                {"member_id": one, "employee_id": advisor, "state": "", "since": AT, "changed_at": AT, "ended_by": ""}
                for one, advisor in ids
            ])  # fmt: skip
            work.session.execute(insert(Consent), [
                {"member_id": one, "purpose": "greeting", "granted": True, "wording": "W-03", "at": AT}
                for one, _ in ids
            ])  # fmt: skip
    with product.db.work() as work:
        plan = PushPlan(
            name="bench", rule="once 2026-11-25T11:00", content_id="H-MID", segment="tier:P", status="approved",
            fields="{}", misfire="ask", edits=0, holdout=0, created_by="", approved_by="",
        )  # fmt: skip
        work.session.add(plan)
        work.session.flush()
        size = sum(len(some) for some in audience.targets("tier:P", work).values())
        plans.sign(plan, work.session.get_one(Content, "H-MID"), size)
        work.session.add(Occurrence(plan_id=plan.id, fire_at=AT, state="queued", made_at=AT))


Sender = Callable[[Stage, list[str], int], tuple[Callable[[], None], Callable[[], bool]]]
"""(stage, persons, batches) -> (kill and start again, whether all is sent)."""


def _sending(batches: int, kills: int, sender: Sender) -> dict[str, Any]:
    """Batches through a sender that is killed at `kills` points of its way; what the simulator's own books say then."""
    with tempfile.TemporaryDirectory() as name:
        folder, chance, ports = Path(name), random.Random(7), (free_port(), free_port())
        settings = {
            **settings_for(folder, *ports, fresh_keys()),
            "BOT_LEASE_SECONDS": "5",
            "BOT_API_TIMEOUT": "1.5",
        }
        company = {"threads": 16, "pause": 1.0, "switches": {"archive_own": False}}
        stage = Stage(settings=settings, port=ports[0], company_port=ports[1], folder=folder, company=company)
        stage.open_company()
        stage.deed("hire", "op01", "群主", servicer=False)
        people = [stage.deed("meet", f"客户{number}") for number in range(BATCH)]
        for who in people:
            stage.deed("add_friend", who, "op01", "")
        try:
            again, done = sender(stage, people, batches)
            started, moments = time.monotonic(), sorted(chance.sample(range(1, batches), kills))
            killed = 0
            while not done():
                time.sleep(0.002)
                if killed < kills and len(stage.deed("pending", "op01")) >= moments[killed]:
                    again()
                    killed += 1
            seconds = time.monotonic() - started
            texts = _created(settings)
        finally:
            stage.close_all()
    wanted = [_text(number) for number in range(batches)]
    return {
        "seconds": round(seconds, 1), "recipients_per_second": round(batches * BATCH / seconds, 1), "kills": killed,
        "lost_batches": sum(1 for text in wanted if not texts[text]),
        "doubled_batches": sum(1 for text in wanted if texts[text] > 1),
    }  # fmt: skip


def _our_sender(stage: Stage, people: list[str], batches: int) -> tuple[Callable[[], None], Callable[[], bool]]:
    """The product in role `all`; its intents are written before it starts."""
    product = build_product(load(stage.settings))
    schema.migrate(product.db.engine)
    with product.db.work() as work:
        seed.shipped(work)
        rows = [
            outbox._row(  # noqa: SLF001 the bench fills the queue past the gate on purpose
                work, Event(key=f"bench:{number}", at=work.now), 0,
                Ruling(action=CreateMass(owner="op01", text=_text(number), content_id="", occurrence_id=number,
                                         customers=tuple(people))),
            )
            for number in range(batches)
        ]  # fmt: skip
        work.session.execute(insert(outbox.OUTBOUND), rows)
    product.close()
    stage.open_product()

    def again() -> None:
        stage.kill("product")
        stage.spawn_product()

    def done() -> bool:
        with watcher.db.read() as session:
            left = select(func.count()).where(Outbound.kind == "CreateMass", Outbound.state.in_(("due", "sending")))
            return not session.scalar(left)

    watcher = build_product(load(stage.settings))
    return again, done


def _peer_sender(
    design: str, stage: Stage, people: list[str], batches: int
) -> tuple[Callable[[], None], Callable[[], bool]]:
    """A loop that remembers how far it came, at the moment its design says."""
    order = {
        "design": design, "base": stage.company_url, "corp": stage.settings["WECOM_CORP_ID"],
        "secret": stage.settings["WECOM_SECRET"], "file": str(stage.folder / f"{design}.checkpoint"),
        "people": people, "texts": [_text(number) for number in range(batches)],
    }  # fmt: skip
    path = stage.folder / f"{design}.json"
    path.write_text(json.dumps(order), encoding="utf-8")
    running = [_start_peer(path)]

    def again() -> None:
        running[0].kill()
        running[0].wait()
        running[0] = _start_peer(path)

    def done() -> bool:
        ended = running[0].poll()
        if ended not in (None, 0):
            raise RuntimeError(f"the peer ended with {ended}")
        return ended == 0

    return again, done


def _start_peer(path: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "bench.push_peer", str(path)])


def _text(number: int) -> str:
    return f"第 {number} 批"


def _created(settings: dict[str, str]) -> Counter[str]:
    """What the simulator was asked to create, by text."""
    product = build_product(load(settings))
    now = product.db.clock()
    listed = product.wecom.mass.recent("single", now - timedelta(hours=1), now + timedelta(minutes=1))
    product.close()
    return Counter(one.text for one in listed)
