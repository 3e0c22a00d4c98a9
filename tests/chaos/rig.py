"""Real processes under real signals: the product in its roles beside the simulator, with both sides' books."""

import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from bot.gate import Ruling
from bot.outbox import OUTBOUND, _row
from commands import tally
from commands.product import Product, build_product
from commands.stage import Stage, free_port, fresh_keys, settings_for
from config.settings import load
from models import schema, seed
from models.actions import Action, CreateMass, SendApp, SendKf
from models.events.base import Event
from models.ledger import Inbound, Outbound

FULL = os.environ.get("TEST_CHAOS") == "full"
"""`make chaos`: the sizes of the promise; `make test` runs the same at a tenth."""
LEASE, TIMEOUT = "5", "1.5"
ROLES = {
    "sqlite": {"all": "all"},
    "postgres": {"web": "web", "worker-1": "worker", "worker-2": "worker", "clock": "clock"},
}
STAFF, CUSTOMERS, GROUPS = (1000, 2500, 8) if FULL else (100, 125, 8)
OWNER = "op01"


@dataclass(slots=True)
class Rig:
    """The processes of one run. `backend` is sqlite or postgres."""

    backend: str
    stage: Stage
    rng: random.Random
    people: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)

    @classmethod
    def build(cls, backend: str, folder: Path, database: str, redis_url: str, seed_number: int) -> "Rig":
        """Nothing runs yet; the database has its schema."""
        port, company_port = free_port(), free_port()
        settings = {
            **settings_for(folder, port, company_port, fresh_keys()),
            "DATABASE_URL": database, "REDIS_URL": redis_url, "BOT_LEASE_SECONDS": LEASE, "BOT_API_TIMEOUT": TIMEOUT,
        }  # fmt: skip
        company = {
            "threads": 16,
            "pause": 1.0,
            "switches": {"per_person_minute": 10**6, "per_person_hour": 10**6, "archive_own": False},
        }
        stage = Stage(settings=settings, port=port, company_port=company_port, folder=folder, company=company)
        rig = cls(backend, stage, random.Random(seed_number))
        product = rig.product()
        schema.migrate(product.db.engine)
        with product.db.work() as work:
            seed.shipped(work)
        product.close()
        return rig

    def product(self) -> Product:
        """A product in this process, to read and prepare rows (on SQLite only while no other runs)."""
        return build_product(load(self.stage.settings))

    def open(self, customers: int = CUSTOMERS) -> None:
        """Every role, the simulator, its people, and what they say once done with."""
        self.start()
        self.stage.open_company()
        for number in range(STAFF):
            self.people.append(f"emp{number:04d}")
            self.stage.deed("hire", self.people[-1], f"员工{number}", servicer=False)
        self.stage.deed("hire", OWNER, "群主", servicer=False)
        self.groups = [self.stage.deed("found_group", f"群{number}", OWNER) for number in range(GROUPS)]
        for number in range(customers):
            self.customers.append(self.stage.deed("meet", f"客户{number}"))
            self.stage.deed("say_to_kf", self.customers[-1], "嗯")
        self.stage.order("drain", {"timeout": 60})
        self.until_done(60)

    def start(self) -> None:
        """Every role."""
        for name, role in ROLES[self.backend].items():
            self.stage.open_product(role=role, name=name)

    def kill_one(self) -> None:
        """SIGKILL to a role chosen by the seed, and a fresh process in its place at once."""
        name = self.rng.choice(sorted(ROLES[self.backend]))
        self.kills[name] += 1
        self.stage.kill(name)
        self.stage.spawn_product(role=ROLES[self.backend][name], name=name)

    def stop(self) -> None:
        """End the product gracefully; the simulator stays for its books."""
        for name in ROLES[self.backend]:
            if name in self.stage.running:
                self.stage.close(name)

    def queue(self, count: int) -> None:
        """`count` sends of every kind that has a key of its own, straight into the outbox."""
        product = self.product()
        with product.db.work() as work:
            rows = [_row(work, event, 0, Ruling(action=action)) for event, action in self._sends(count, work.now)]
            for start in range(0, len(rows), 2000):
                work.session.execute(insert(OUTBOUND), rows[start : start + 2000])
        product.close()

    def _sends(self, count: int, now: datetime) -> Iterator[tuple[Event, Action]]:
        account = "wkAAAAkf000001"
        pushes = max(4, count // 200)
        answers = min(len(self.customers) * 4, count // 2)
        for number in range(count):
            event, text = Event(key=f"chaos:{number}", at=now), f"第 {number} 条"
            if number < pushes:
                yield (
                    event,
                    CreateMass(
                        owner=OWNER, text=text, content_id="", occurrence_id=0, chat_ids=(self.groups[number % GROUPS],)
                    ),
                )
            elif number < pushes + answers:
                to = self.customers[number % len(self.customers)]
                yield event, SendKf(to=to, open_kfid=account, text=text, content_id="")
            else:
                yield event, SendApp(to=(self.people[number % len(self.people)],), text=text)

    def unfinished(self, database: Product) -> int:
        """Rows on either queue that are not at their end, and files of arrivals that wait for the database."""
        with database.db.read() as session:
            inbound = session.scalar(
                select(func.count()).select_from(Inbound).where(Inbound.state.in_(("due", "leased")))
            )
            outbound = session.scalar(
                select(func.count()).select_from(Outbound).where(Outbound.state.in_(("due", "sending")))
            )
        spooled = sum(1 for one in (database.settings.BOT_VAR / "spool").glob("*.spool") if one.stat().st_size)
        return int(inbound or 0) + int(outbound or 0) + spooled

    def until_done(self, patience: float) -> int:
        """Wait for the queues to run empty; how many rows were left when patience ended."""
        watcher = self.product()
        ends = time.monotonic() + patience
        try:
            while (left := self.unfinished(watcher)) and time.monotonic() < ends:
                time.sleep(0.25)
            return left
        finally:
            watcher.close()

    def verdict(self) -> "Verdict":
        """Stop, let the owner tap what is created, and compare the books."""
        self.stage.order("drain", {"timeout": 60})
        self.stop()
        for msgid in self.stage.deed("pending", OWNER):
            self.stage.deed("tap_send", OWNER, msgid)
        product = self.product()
        try:
            with product.db.read() as session:
                judged = tally.judge(session, self.stage.company_url)
                rows = session.execute(select(Outbound.kind, Outbound.body, Outbound.state)).all()
                states = Counter(f"{row.kind}:{row.state}" for row in rows)
                dead = session.scalar(select(func.count()).select_from(Inbound).where(Inbound.state == "dead"))
                counts = tally.counts(session, product.db.rules.evidence_seeds)
        finally:
            product.close()
        return Verdict(self._texts(rows), judged, states, int(dead or 0), counts, dict(self.kills))

    def _texts(self, rows: Any) -> tuple[list[str], list[str]]:
        """(texts sent that reached nobody, texts that arrived more than once); each text is unique."""
        arrived = Counter(one["text"] for one in tally.fetch(self.stage.company_url, "/books"))
        sent = [json.loads(row.body)["text"] for row in rows if row.state == "sent" and row.kind in CARRIED]
        ours = [text for text in sent if text.startswith("第 ")]
        return [text for text in ours if not arrived[text]], [text for text in ours if arrived[text] > 1]


CARRIED = frozenset({"SendApp", "SendKf", "CreateMass"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What both books say."""

    texts: tuple[list[str], list[str]]
    judged: tally.Judgement
    states: Counter[str]
    dead: int
    counts: dict[str, object]
    kills: dict[str, int]

    @property
    def lost(self) -> list[str]:
        """Missing on either side."""
        return [*self.texts[0], *self.judged.lost]

    @property
    def doubled(self) -> list[str]:
        """Arrived twice."""
        return [*self.texts[1], *self.judged.doubled]
