"""`bench console`: every page of the console with a million members, beside a list page written the usual way.

Server time as a browser's request sees it inside the process (no network), bytes as they leave, statements of a page,
and SQLite's own word on whether a big table was walked without an index.
"""

import hashlib
import re
import secrets
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, event, func, select
from werkzeug.test import Client

from commands.product import Product, build_product
from commands.stage import settings_for
from commands.web import open_site
from config.settings import load
from models import schema, seed
from models.activity import Activity
from models.alert import Alert
from models.content import Delivery, Occurrence, PushPlan
from models.faq import FaqDecision
from models.group import Group, GroupMember
from models.member import Employee, Friendship, Member
from models.operator import LoginSession, Operator
from models.rfm import TierRun

KEYS = {"BOT_DATA_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "BOT_SECRET_KEY": "bench-" * 8}
PEER = "逐页 OFFSET + COUNT(*) 的普通成员列表（同库、同模板引擎）"
PAGES = (
    "/console/", "/console/calendar", "/console/plans", "/console/plans/1", "/console/plans/1/results",
    "/console/contents", "/console/contents/H-MID", "/console/live", "/console/faq", "/console/faq/learning",
    "/console/conversation", "/console/drafts", "/console/members", "/console/members?sort=-last",
    "/console/members/wm00000077", "/console/tiers", "/console/tiers/tasks", "/console/alerts", "/console/alerts/1",
    "/console/referral", "/console/referral/cases", "/console/rewards", "/console/opinion", "/console/compliance",
    "/console/compliance/offences", "/console/evidence", "/console/reports", "/console/search?q=开户",
    "/console/letters", "/console/accounts", "/console/api", "/console/costs", "/console/reports/returns",
    "/console/sidebar", "/console/sidebar/wm00000077", "/console/system",
    "/console/engagements", "/console/lessons", "/console/contents/draft",
)  # fmt: skip
BIG = ("member", "friendship", "activity", "activity_day", "group_member", "delivery", "alert", "faq_decision")
TARGET_MS, TARGET_BYTES, TIMES = 100, 200 * 1024, 12
WALK = re.compile(rf"SCAN (?:TABLE )?({'|'.join(BIG)})\b(?!.*USING)")


@dataclass(slots=True)
class Seen:
    """One page: milliseconds of each request, bytes, statements of one, and big tables walked without an index."""

    ms: list[float] = field(default_factory=list)
    status: int = 0
    size: int = 0
    statements: int = 0
    walks: set[str] = field(default_factory=set)

    @property
    def p95(self) -> float:
        """Of so few requests: the slowest but one."""
        return sorted(self.ms)[-2]


def measure(*, quick: bool) -> dict[str, object]:
    """One JSON object as `run.py bench` prints it."""
    members = 20_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        settings = {**settings_for(Path(folder), 8000, 8100, KEYS), "DATABASE_URL": f"sqlite:///{folder}/bot.db"}
        product = build_product(load(settings), clock=lambda: NOW)
        schema.migrate(product.db.engine)
        began = time.perf_counter()
        _community(product, members)
        built = time.perf_counter() - began
        site = open_site(product, with_worker=False, with_clock=False)
        try:
            web = _seat(product, site.door)
            found = {path: _page(web, product, path) for path in PAGES}
            peer = _plain(product)
        finally:
            site.stop()
    return _report(members, found, peer, built, quick=quick)


NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def _report(members: int, found: dict[str, Seen], peer: float, built: float, *, quick: bool) -> dict[str, object]:
    ours = found["/console/members"].p95
    slow = {path: round(one.p95, 1) for path, one in found.items() if one.p95 > TARGET_MS}
    return {
        "name": "console", "ours": round(ours, 2), "peer": round(peer, 2), "peer_name": PEER,
        "unit": "ms p95 成员列表（越小越好）", "ratio": round(peer / ours, 2),
        "detail": {
            "members": members, "activities": members * 10, "deliveries": members // 10, "quick": quick,
            "target": {"p95_ms": TARGET_MS, "bytes": TARGET_BYTES}, "built_seconds": round(built, 1),
            "worst_p95_ms": round(max(one.p95 for one in found.values()), 1), "over_target": slow,
            "largest_bytes": max(one.size for one in found.values()),
            "walked_without_index": {path: sorted(one.walks) for path, one in found.items() if one.walks},
            "not_ok": {path: one.status for path, one in found.items() if one.status != 200},
            "pages": {
                path: {"p95_ms": round(one.p95, 1), "median_ms": round(statistics.median(one.ms), 1),
                       "bytes": one.size, "statements": one.statements}
                for path, one in found.items()
            },
        },
    }  # fmt: skip


def _page(web: Client, product: Product, path: str) -> Seen:
    seen = Seen()
    for _ in range(2):
        web.get(path, buffered=True)
    with _statements(product) as said:
        answer = web.get(path, buffered=True)
    seen.status, seen.size, seen.statements = answer.status_code, len(answer.data), len(said)
    with product.db.read() as session:
        for statement, values in said:
            if statement.lstrip().upper().startswith(("SELECT", "WITH")):
                plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                seen.walks |= {hit[1] for row in plan if (hit := WALK.search(str(row[3])))}
    for _ in range(TIMES):
        began = time.perf_counter()
        web.get(path, buffered=True)
        seen.ms.append((time.perf_counter() - began) * 1000)
    return seen


@contextmanager
def _statements(product: Product) -> Iterator[list[tuple[str, Any]]]:
    said: list[tuple[str, Any]] = []

    def note(_c: Connection, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        said.append((statement, values))

    engines = (product.db.engine, product.db.reader)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def _plain(product: Product) -> float:
    """The page most people would write: rows of a middle page by OFFSET, and a count for the page numbers."""
    from flask import Flask, render_template_string

    flask = Flask("peer")
    row = "<tr><td>{{ one.id }}</td><td>{{ one.name }}</td><td>{{ one.tier }}</td></tr>"
    page = "<table>{% for one in rows %}" + row + "{% endfor %}</table>{{ total }}"

    @flask.get("/")
    def members() -> str:
        with product.db.read() as session:
            total = session.scalar(select(func.count()).select_from(Member)) or 0
            rows = session.scalars(select(Member).order_by(Member.last_active_at).offset(total // 2).limit(50)).all()
            return render_template_string(page, rows=rows, total=total)

    web, took = Client(flask), []
    for _ in range(TIMES):
        began = time.perf_counter()
        web.get("/", buffered=True)
        took.append((time.perf_counter() - began) * 1000)
    return sorted(took)[-2]


def _seat(product: Product, door: Any) -> Client:
    """An administrator's browser."""
    secret = secrets.token_urlsafe(32)
    with product.db.work() as work:
        account = Operator(name="管理员", role="admin", password="-", must_change=False, failures=0)
        account.created_at = work.now
        work.session.add(account)
        work.session.add(
            LoginSession(
                id=hashlib.sha256(secret.encode()).hexdigest(), operator="管理员", csrf="c" * 32,
                created_at=work.now, seen_at=work.now,
            )
        )  # fmt: skip
    web = Client(door)
    web.set_cookie("console", secret, path="/console")
    return web


def _community(product: Product, members: int) -> None:
    """Rows multiplied inside the database from one of each kind."""
    with product.db.work() as work:
        seed.shipped(work)
        work.session.add_all(_first())
    made: dict[str, tuple[Table, int, dict[str, str]]] = {
        "member": (_t(Member), members, {
            "id": "'wm' || printf('%08d', i)", "advisor_id": "'adv' || (i % 100)",
            "tier": "substr('SAPQWLU', 1 + i % 7, 1)", "last_active_at": ago(60), "first_seen_at": ago(400),
        }),
        "friendship": (_t(Friendship), members, {
            "member_id": "'wm' || printf('%08d', i)", "employee_id": "'adv' || (i % 100)", "since": ago(400),
        }),
        "group": (_t(Group), 200, {"id": "'wr' || i"}),
        "group_member": (_t(GroupMember), members // 5, {
            "chat_id": "'wr' || (i % 200)", "member_id": "'wm' || printf('%08d', i)", "joined_at": ago(300),
        }),
        "activity": (_t(Activity), members * 10, {
            "id": "i + 10", "source_key": "'k' || i", "member_id": f"'wm' || printf('%08d', (i * 7919) % {members})",
            "at": ago(180, by="i * 31"),
            "kind": "CASE i % 4 WHEN 0 THEN 'message' WHEN 1 THEN 'question' ELSE 'click' END",
        }),
        "alert": (_t(Alert), members // 50, {
            "id": "i + 2", "task_id": "'t' || i", "member_id": "'wm' || printf('%08d', i)", "raised_at": ago(60),
            "due_at": ago(60), "state": "CASE i % 50 WHEN 0 THEN 'open' ELSE 'done' END",
        }),
        "faq_decision": (_t(FaqDecision), members // 4, {"id": "i + 2", "source_key": "'f' || i", "at": ago(90)}),
        "occurrence": (_t(Occurrence), 100, {"id": "i + 2", "fire_at": ago(100)}),
        "delivery": (_t(Delivery), members // 10, {
            "id": "i + 2", "occurrence_id": "1 + i % 100", "target": "'wm' || printf('%08d', i)", "at": ago(30),
        }),
    }  # fmt: skip
    with product.db.work() as work:
        connection = work.session.connection()
        for table, count, given in made.values():
            _multiply(connection, table, count, given)
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO activity_day (member_id, day, count) "
            "SELECT member_id, date(at), count(*) FROM activity GROUP BY member_id, date(at)"
        )
        connection.exec_driver_sql("ANALYZE")


def ago(days: int, by: str = "i * 37") -> str:
    """An SQL expression: a moment in the last so many days."""
    back = f"'-' || (({by}) % {days * 86400}) || ' seconds'"
    return f"strftime('%Y-%m-%d %H:%M:%S.000000', '{NOW:%Y-%m-%d %H:%M:%S}', {back})"


def _multiply(connection: Connection, table: Table, count: int, given: dict[str, str]) -> None:
    names = [column.name for column in table.columns]
    chosen = ", ".join(given.get(name, f't."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    connection.exec_driver_sql(
        f'INSERT OR IGNORE INTO "{table.name}" ({columns}) WITH RECURSIVE n(i) AS '
        f"(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
        f'SELECT {chosen} FROM n, (SELECT * FROM "{table.name}" LIMIT 1) t'
    )


def _t(model: Any) -> Table:
    table: Table = model.__table__
    return table


def _first() -> list[object]:
    """One row of each kind; the others differ by number."""
    at, day = NOW - timedelta(days=3), timedelta(days=1)
    return [
        *(Employee(id=f"adv{number}", name=f"顾问{number}", role="advisor", active=True) for number in range(100)),
        Member(id="wm00000000", name="王女士", advisor_id="adv0", first_seen_at=at, last_active_at=at, tier="A"),
        Friendship(member_id="wm00000000", employee_id="adv0", since=at, changed_at=at, state=""),
        Group(id="wr0", name="投教交流群", owner_id="adv0", version="", seen_at=at),
        GroupMember(chat_id="wr0", member_id="wm00000000", joined_at=at, state=""),
        Activity(source_key="k", member_id="wm00000000", kind="message", at=at, chat_id="wr0"),
        Alert(
            task_id="t", member_id="wm00000000", signal="AL-CHURN", level="high", quote="我要销户", advisor_id="adv0",
            raised_at=at, due_at=at + day, sla_minutes=30, state="done", rule="lexicon", told=[],
        ),
        FaqDecision(
            source_key="f", at=at, channel="kf", decision="clarify", score=0.5, text="月卡怎么办", entry_id="",
            choices=[],
        ),
        PushPlan(
            id=1, name="周报", rule="weekly 5 16:00", content_id="H-MID", fields="{}", segment="groups:all",
            misfire="ask", status="approved", edits=0, holdout=0,
        ),
        Occurrence(id=1, plan_id=1, fire_at=at, state="done", made_at=at),
        TierRun(at=at, version_id=0, members=1_000_000, moved=0, spread={"A": 400_000, "L": 600_000}),
        Delivery(occurrence_id=1, target="wm00000000", owner_id="adv0", state="sent", reason="", at=at, about="push"),
    ]  # fmt: skip
