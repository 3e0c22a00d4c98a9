"""Alive, ready, and where Prometheus asks."""

from datetime import datetime, timedelta

from flask import Blueprint, Response, jsonify
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import figures
from bot.group_commit import GroupCommit
from models import schema
from models.ledger import Heartbeat, Inbound, in_state
from models.work import Database

STALE = timedelta(seconds=15)
"""A loop that has not turned for this long is dead (reliability 2.1 row 35)."""
LAG = timedelta(minutes=2)


def blueprint(db: Database, store: GroupCommit, started: datetime, counts: dict[str, int]) -> Blueprint:
    """`/healthz`, `/readyz`, `/metrics`."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return jsonify(ok=True)

    @routes.get("/readyz")
    def ready() -> tuple[Response, int]:
        reasons = not_ready(db, store, started)
        return jsonify(ok=not reasons, reasons=reasons), 503 if reasons else 200

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(figures.page(db, store, counts), content_type="text/plain; version=0.0.4; charset=utf-8")

    return routes


def not_ready(db: Database, store: GroupCommit, started: datetime) -> list[str]:
    """Why this process should get no traffic, or why somebody should look; empty when all is well."""
    now, reasons = db.clock(), []
    if not store.healthy:
        reasons.append("数据库不可用，回调正在写入本地缓冲文件")
    try:
        if not schema.at_head(db.reader):
            reasons.append("数据库结构不是最新：运行 run.py migrate")
            return reasons
        with db.read() as session:
            reasons += _silent_loops(session, now) if now - started > STALE else []
            oldest = session.scalar(select(func.min(Inbound.received_at)).where(in_state(Inbound, "due")))
            if oldest is not None and now - oldest > LAG:
                reasons.append(f"收件箱积压：最早一条已等待 {int((now - oldest).total_seconds())} 秒")
    except (SQLAlchemyError, OSError) as error:
        reasons.append(f"数据库不可用（{type(error).__name__}）：检查 DATABASE_URL 与数据库服务")
    return reasons


def _silent_loops(session: Session, now: datetime) -> list[str]:
    reasons = []
    for part, name in (("engine", "处理循环"), ("express", "发送循环"), ("clock:occurrences", "时钟")):
        last = session.scalar(select(func.max(Heartbeat.at)).where(Heartbeat.name.like(f"{part}%")))
        if last is None or now - last > STALE:
            reasons.append(f"{name}没有心跳：检查 serve --role worker / clock 进程")
    return reasons
