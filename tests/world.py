"""The whole product and a pretend WeCom in one thread, on a clock that moves by hand: what scenarios speak to."""

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Select, bindparam, func, or_, select
from werkzeug.test import Client

from bot import evidence, lanes
from bot.engine import Engine
from bot.outbox import unresolved
from bot.sender import BULK, EXPRESS, URGENT, Sender
from bot.worker import _pause
from commands.product import Product, build_product
from commands.stage import settings_for
from commands.web import open_site
from config.settings import load
from models import schema, seed
from models.alert import Alert
from models.content import MassTask, PushPlan
from models.ledger import Inbound, Outbound
from models.member import Employee
from models.moment import Moment
from models.opinion import Incident
from models.referral import Referral
from scheduler.clock import Clock
from simulator.company import Company, Corp
from simulator.courier import Courier
from simulator.people import People
from tests.desk_verbs import BEIJING, Hands
from tests.inprocess import InProcess
from tests.verbs import Letter, Verbs

START = datetime(2026, 11, 25, 10, 0, tzinfo=BEIJING)
"""A Wednesday morning on which pushes are allowed."""
DATA_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
KEYS = {"BOT_DATA_KEY": DATA_KEY, "BOT_SECRET_KEY": "scenario-secret-scenario-secret-scenario"}


def _due(table: lanes.Table) -> Select[Any]:
    now = bindparam("now", type_=table.not_before.type)
    ripe = or_(table.not_before.is_(None), table.not_before <= now)
    these = table.priority.between(bindparam("low"), bindparam("high"))
    return select(table.id).where(table.state == "due", ripe, these).limit(1)


DUE: dict[lanes.Table, Select[Any]] = {table: _due(table) for table in lanes.BUSY}


def prepare(database: str) -> None:
    """Schema and first data, as a template for many worlds."""
    with TemporaryDirectory() as folder:
        settings = {**settings_for(Path(folder), 8000, 8100, KEYS), "DATABASE_URL": database}
        product = build_product(load(settings), clock=Hands(START))
        schema.migrate(product.db.engine)
        with product.db.work() as work:
            seed.shipped(work)
        product.close()


class World(Verbs):
    """A community, its staff, and the product that serves it; `database` must have been through `prepare`."""

    def __init__(self, folder: Path, database: str, redis: str = "", **more: str) -> None:
        self.hands = Hands(START.astimezone(UTC))
        self.company = Company(Corp(), lambda: self.hands().timestamp(), random.Random(7))
        settings = {**settings_for(folder, 8000, 8100, KEYS), "DATABASE_URL": database, "REDIS_URL": redis, **more}
        self.product: Product = build_product(load(settings), clock=self.hands, transport=InProcess(self.company))
        self.site = open_site(self.product, with_worker=False, with_clock=False)
        self.web = Client(self.site.door)
        self.worker = self.product.worker()
        self.ticker = Clock(self.product.db, self.product.store)
        self.courier = Courier(self.company, self.post)
        self.people = People(self.company, self.courier)
        self._settle_in()

    def _settle_in(self) -> None:
        with self.product.db.work() as work:
            for userid, name, role, backup in (
                ("adv01", "林顾问", "advisor", "adv02"),
                ("adv02", "苏顾问", "advisor", "adv01"),
                ("op01", "运营小王", "operator", ""),
            ):
                work.session.add(Employee(id=userid, name=name, role=role, backup_id=backup, manager_id="op01"))
        for userid, name in (("adv01", "林顾问"), ("adv02", "苏顾问")):
            self.people.hire(userid, name)
        self.people.hire("op01", "运营小王", servicer=False)
        self.group = self.people.found_group("投教交流一群", "op01")
        self.settle()

    def hand_in(self, letter: Letter) -> tuple[int, bytes]:
        """A callback reaches the product's door."""
        answer = self.web.post(f"{letter.path}?{urlencode(letter.query)}", data=letter.body)
        return answer.status_code, answer.data

    # --- time ---

    def settle(self) -> None:
        """Until everything delivered is handled and everything due is sent."""
        self.courier.drain()
        while self._turn() or self._polled():
            pass  # of what the product does only an open stream makes WeCom call back
        evidence.seal(self.product.db)

    def _turn(self) -> int:
        """Each loop that has something to do turns once: looking costs a tenth of a claim that finds nothing."""
        moved = self.worker.engine.step() if self._waiting(Inbound) else 0
        for sender, lane in zip(self.worker.senders, (URGENT, EXPRESS, BULK), strict=True):
            moved += self._carry(sender) if self._waiting(Outbound, lane) else 0
        return moved

    def _polled(self) -> bool:
        """WeCom asks for streamed answers that are not finished; whether one was by that."""
        before = len(self.company.streams)
        return before > 0 and self.people.poll_streams() == before and len(self.company.streams) < before

    def _waiting(self, table: lanes.Table, priorities: tuple[int, int] = (0, 9)) -> bool:
        given = {"now": self.hands.now, "low": priorities[0], "high": priorities[1]}
        with self.product.db.reader.connect() as connection:
            return connection.execute(DUE[table], given).first() is not None

    def _carry(self, sender: Sender) -> int:
        moved = sender.step()
        while sender.in_flight:
            moved += sender.step(claim=False) or _pause()
        return moved

    def express(self) -> None:
        """The express sender alone: what cannot wait leaves, and its outcome is noted."""
        self._carry(self.worker.urgent)
        self._carry(self.worker.express)

    def forward(self, **span: float) -> None:
        """Let time pass, stopping at every moment at which something of ours is due."""
        end = self.hands.now + timedelta(**span)
        while (moment := self._next_moment()) is not None and moment < end:
            self.hands.now = moment
            self._tick()
        self.hands.now = end
        self._tick()

    def until(self, beijing: str) -> None:
        """Forward to a moment written as people do, e.g. 2026-11-27 16:00."""
        moment = datetime.fromisoformat(beijing).replace(tzinfo=BEIJING)
        self.forward(seconds=(moment - self.hands.now).total_seconds())

    def _tick(self) -> None:
        self.ticker.tick()
        self.settle()

    def _next_moment(self) -> datetime | None:
        now = self.hands.now
        stay = timedelta(days=7)
        chosen = (
            select(func.min(PushPlan.next_at)).where(PushPlan.next_at > now, PushPlan.status == "approved"),
            select(func.min(Alert.due_at)).where(Alert.due_at > now, Alert.state == "open"),
            select(func.min(Incident.due_at)).where(Incident.due_at > now, Incident.state.in_(("open", "answered"))),
            select(func.min(MassTask.check_at)).where(MassTask.check_at > now, MassTask.open),
            select(func.min(Moment.check_at)).where(Moment.check_at > now, Moment.open),
            select(func.min(Outbound.not_before)).where(Outbound.not_before > now, Outbound.state == "due"),
            select(func.min(Inbound.not_before)).where(Inbound.not_before > now, Inbound.state == "due"),
        )
        with self.product.db.read() as session:
            found = [session.scalar(one) for one in chosen]
            joined = session.scalar(
                select(func.min(Referral.joined_at)).where(Referral.joined_at > now - stay, Referral.status == "JOINED")
            )
        found += [joined + stay] if joined else []
        return min((one for one in found if one is not None), default=None)

    def overlapping(self) -> None:
        """Two workers take one waiting event each; the second begins before the first has committed."""
        leases = [replace(self.product.lease, owner=name) for name in ("first", "second")]
        engines = [Engine(self.product.db, lease) for lease in leases]
        with self.product.db.work() as work:
            taken = [lanes.claim(work, Inbound, lease, 1) for lease in leases]
        assert [len(rows) for rows in taken] == [1, 1], "there must be two events waiting"
        second = Thread(target=self._finish, args=(engines[1], deque(taken[1])))
        with self.product.db.work() as work:
            engines[0]._one(taken[0][0], work)
            second.start()
            second.join(0.3)  # until it has come to wait for the first, where the database makes it
        second.join()
        self.forward(seconds=5)  # whoever lost tries again

    def _finish(self, engine: Engine, waiting: deque[Any]) -> None:
        while waiting:
            engine._share(waiting)

    # --- what the product believes ---

    def rows(self, *where: Any, of: Any) -> list[Any]:
        """Rows of a table."""
        with self.product.db.read() as session:
            return list(session.scalars(select(of).where(*where)))

    def problems(self) -> list[Mapping[str, Any]]:
        """Failed and unknown sends, as an operator would list them."""
        with self.product.db.read() as session:
            return list(unresolved(session))

    def close(self) -> None:
        """End."""
        for sender in self.worker.senders:
            sender.stop()
        self.site.stop()
