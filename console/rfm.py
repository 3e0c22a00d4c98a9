"""分层: the R × F grid, who moved where, runs and their stability, and other cut points tried before they apply."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, render_template, request
from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import Session

from console.desk import Answer, Desk, back
from console.members import masked
from models import report_kept, tiering, whatif
from models import rfm as figures
from models.base import Utc
from models.member import Member
from models.rfm import RfmState, RfmVersion, ServiceTask, TierRun
from models.scope import narrow
from rules.rfm import Cuts, Tables

PATH = "/console/tiers"
READERS = ("operator", "approver", "auditor", "admin")
MONTH = timedelta(days=30)
STATUS = {"proposed": "待审批", "active": "生效", "retired": "已停用", "refused": "已拒绝"}


def blueprint(desk: Desk) -> Blueprint:
    """The grid, proposals and decisions, and the month's tasks."""
    pages = Blueprint("tiers", __name__)

    @desk.page(pages, PATH, READERS)
    def tiers() -> Answer:
        figured, at = report_kept.worked_out(desk.db, "tiers", lambda session: _figures(session, desk))
        with desk.db.read() as session:
            return render_template("tiers.html", **_shown(session, desk, figured), at=at, status=STATUS)

    @desk.page(pages, f"{PATH}/propose", ("operator", "admin"), ("POST",))
    def propose() -> Answer:
        try:
            with desk.db.work() as work:
                method = "quantile" if request.form.get("method") == "quantile" else "fixed"
                cuts = whatif.quantiles(work) if method == "quantile" else _cuts()
                made = whatif.propose(work, desk.person.name, method, cuts)
                flash(f"已试算并提交第 {made.id} 版：由另一位审批后生效")
        except ValueError as fault:
            flash(f"没有提交：{fault}")
        return back(PATH)

    @desk.page(pages, f"{PATH}/<int:version_id>/<any(approve, refuse):step>", ("approver", "admin"), ("POST",))
    def decide(version_id: int, step: str) -> Answer:
        with desk.db.work() as work:
            why_not = whatif.decide(work, version_id, desk.person.name, yes=step == "approve")
        flash(why_not or ("已生效：下一次互动或今晚的重算起使用" if step == "approve" else "已拒绝"))
        return back(PATH)

    @desk.page(pages, f"{PATH}/tasks", ("operator", "advisor", "auditor", "admin"))
    def tasks() -> Answer:
        with desk.db.work() as work:
            month = work.now.astimezone(work.rules.zone).strftime("%Y-%m")
            mine = narrow(select(ServiceTask).where(ServiceTask.month == month), desk.person, ServiceTask.member_id)
            rows = work.session.scalars(mine.order_by(ServiceTask.state.desc(), ServiceTask.due_on).limit(500)).all()
            whom = select(Member).where(Member.id.in_({one.member_id for one in rows}))
            return render_template(
                "tier_tasks.html", rows=rows, todo={one.kind: one for one in work.rules.rfm.tasks}, month=month,
                tables=work.rules.rfm, names={one.id: masked(one.name) for one in work.session.scalars(whom)},
            )  # fmt: skip

    return pages


def _cuts() -> Cuts:
    given = {name: request.form.get(name, "").replace("，", ",").split(",") for name in ("R", "F", "M")}
    return figures.cuts_of(given)


def _figures(session: Session, desk: Desk) -> dict[str, Any]:
    """What counts every member: the grid, the tiers, and who moved in a month."""
    tables, now = figures.tables_now(session, desk.db.rules.rfm), desk.db.clock()
    moves = tiering.matrix(session, now - MONTH, now)
    return {
        "grid": [[*at, count] for at, count in _grid(session, tables, now).items()],
        "spread": tiering.spread(session, tables), "moves": [[*pair, count] for pair, count in moves.items()],
    }  # fmt: skip


def _shown(session: Session, desk: Desk, figured: dict[str, Any]) -> dict[str, Any]:
    tables = figures.tables_now(session, desk.db.rules.rfm)
    moves = {(old, new): count for old, new, count in figured["moves"]}
    stayed = sum(count for (old, new), count in moves.items() if old == new)
    return {
        "tables": tables, "grid": {(r, f): count for r, f, count in figured["grid"]}, "spread": figured["spread"],
        "moves": moves, "codes": [*tables.rank], "kept": round(100 * stayed / max(1, sum(moves.values())), 1),
        "runs": session.scalars(select(TierRun).order_by(TierRun.id.desc()).limit(14)).all(),
        "versions": session.scalars(select(RfmVersion).order_by(RfmVersion.id.desc()).limit(10)).all(),
    }  # fmt: skip


def _grid(session: Session, tables: Tables, now: datetime) -> dict[tuple[int, int], int]:
    """(R score, F score) -> members."""
    cuts = tables.cuts
    since = [literal(now - timedelta(days=most + 1), Utc()) for most in cuts.recency]
    r = case(*[(RfmState.last_at > at, 5 - place) for place, at in enumerate(since)], else_=1).label("r")
    f = case(*[(RfmState.count_30d >= least, 5 - place) for place, least in enumerate(cuts.frequency)], else_=1).label(
        "f"
    )
    found: Counter[tuple[int, int]] = Counter()
    for one, other, count in session.execute(select(r, f, func.count()).group_by(r, f)):
        found[one, other] += count
    return found
