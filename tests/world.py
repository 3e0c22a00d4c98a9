"""The whole product and a pretend WeCom in one thread, on a clock that moves by hand: what scenarios speak to."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from werkzeug.test import Client

from bot.outbox import unresolved
from commands.product import Product, build_product
from commands.stage import settings_for
from commands.web import open_site
from config.settings import load
from gateways.wecom.transport import Lost, Request, Response
from models import schema, seed
from models.alert import Alert
from models.content import MassTask, PushPlan
from models.ledger import Outbound
from models.member import Employee
from models.referral import Referral
from scheduler.clock import Clock
from simulator import inprocess
from simulator.company import Company, Corp
from simulator.courier import Courier
from simulator.people import People

BEIJING = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 11, 25, 10, 0, tzinfo=BEIJING)
"""A Wednesday morning on which pushes are allowed."""
DATA_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
KEYS = {"BOT_DATA_KEY": DATA_KEY, "BOT_SECRET_KEY": "scenario-secret-scenario-secret-scenario"}


class Hands:
    """The clock both sides read."""

    def __init__(self) -> None:
        self.now = START.astimezone(UTC)

    def __call__(self) -> datetime:
        return self.now


class InProcess:
    """A transport that ends in the simulator, without a socket."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def send(self, request: Request) -> Response:
        """One exchange; Lost where the simulator eats the answer."""
        try:
            status, headers, content = inprocess.handle(
                self._company, request.method, request.url, request.params, request.body, request.files
            )
        except inprocess.ConnectionLost:
            raise Lost from None
        return Response(status, headers, content)


def prepare(database: str) -> None:
    """Schema and first data, as a template for many worlds."""
    with TemporaryDirectory() as folder:
        settings = {**settings_for(Path(folder), 8000, 8100, KEYS), "DATABASE_URL": database}
        product = build_product(load(settings), clock=Hands())
        schema.migrate(product.db.engine)
        with product.db.work() as work:
            seed.shipped(work)
        product.close()


class World:
    """A community, its staff, and the product that serves it; `database` must have been through `prepare`."""

    def __init__(self, folder: Path, database: str, redis: str = "", **more: str) -> None:
        self.hands = Hands()
        self.company = Company(Corp(), lambda: self.hands().timestamp(), random.Random(7))
        settings = {**settings_for(folder, 8000, 8100, KEYS), "DATABASE_URL": database, "REDIS_URL": redis, **more}
        self.product: Product = build_product(load(settings), clock=self.hands, transport=InProcess(self.company))
        self.site = open_site(self.product, with_worker=False, with_clock=False)
        self.web = Client(self.site.door)
        self.worker = self.product.worker()
        self.ticker = Clock(self.product.db, self.product.store)
        self.courier = Courier(self.company, self._post)
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

    def _post(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        answer = self.web.post(f"{path}?{urlencode(query)}", data=body)
        return answer.status_code, answer.data

    # --- what people do ---

    def friend(self, name: str, advisor: str = "adv01", via: str = "") -> str:
        """A newcomer who adds an advisor, by hand or by somebody's invitation."""
        who = self.people.meet(name)
        self.people.add_friend(who, "" if via else advisor, via=via)
        self.settle()
        return who

    def in_group(self, name: str) -> str:
        """A newcomer in the group."""
        who = self.people.meet(name)
        self.people.join_group(who, self.group)
        self.settle()
        return who

    def member_says(self, text: str, by: str = "", menu: str = "") -> str:
        """In 微信客服 (a passer-by when nobody is named); who it was."""
        who = by or self.people.meet("路人")
        self.people.say_to_kf(who, text, menu)
        self.settle()
        return who

    def group_hears(self, text: str, by: str) -> None:
        """Somebody talks in the group; the archive is read fifteen seconds later."""
        self.people.say_in_group(by, self.group, text)
        self.forward(seconds=16)

    def owner_taps(self) -> int:
        """The group's owner sends every mass message that waits; how many targets were reached."""
        reached = sum(self.people.tap_send("op01", msgid) for msgid in self.people.pending("op01"))
        self.settle()
        return reached

    def clicks(self, advisor: str, button: str) -> None:
        """The advisor taps a button on the newest card."""
        self.people.click(advisor, self.cards(advisor)[-1].task_id, button)
        self.settle()

    # --- what people see ---

    def heard(self, person: str) -> list[str]:
        """Every text that reached a person or group, oldest first."""
        return [one.text for one in self.company.books.of(person)]

    def last_heard(self, person: str) -> str:
        """The newest of them, or nothing."""
        return self.heard(person)[-1] if self.heard(person) else ""

    def cards(self, employee: str) -> list[Any]:
        """Template cards an employee has, newest last."""
        return self.people.cards_of(employee)

    # --- time ---

    def settle(self) -> None:
        """Until everything delivered is handled and everything due is sent."""
        while True:
            self.courier.drain()
            if not self.worker.drain():
                return

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
            select(func.min(MassTask.check_at)).where(MassTask.check_at > now, MassTask.open),
            select(func.min(Outbound.not_before)).where(Outbound.not_before > now, Outbound.state == "due"),
        )
        with self.product.db.read() as session:
            found = [session.scalar(one) for one in chosen]
            joined = session.scalar(
                select(func.min(Referral.joined_at)).where(Referral.joined_at > now - stay, Referral.status == "JOINED")
            )
        found += [joined + stay] if joined else []
        return min((one for one in found if one is not None), default=None)

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
        for sender in (self.worker.express, self.worker.bulk):
            sender.stop()
        self.site.stop()
