"""裂变: programmes with maker and checker, and the account-opening switch that takes two people and a written basis."""

import json
from typing import Any

import yaml
from flask import Blueprint, abort, flash, request
from sqlalchemy import select

from console.desk import Answer, Desk, back
from console.listing import Column, Listing, listed
from handlers import programme
from models.evidence import record
from models.programme import OpeningSwitch, Programme, open_switch

PATH = "/console/referral"
READERS = ("author", "approver", "operator", "auditor", "admin")
MAKERS, CHECKERS, OPENERS = ("author", "operator"), ("approver",), ("approver", "admin")
STATES = {"draft": "待批准", "approved": "生效", "replaced": "已被替代", "ended": "已结束"}
PROGRAMMES = Listing(
    chosen=select(Programme),
    ends=Programme.id,
    order="-id",
    columns=(
        Column("id", "编号", lambda row: row.id, Programme.id),
        Column("name", "方案", lambda row: f"{row.name} 第 {row.version} 版"),
        Column("campaign", "活动", lambda row: row.campaign),
        Column("status", "状态", lambda row: STATES[row.status], Programme.status),
        Column("made_by", "提交人", lambda row: row.made_by),
        Column("approved_by", "批准人", lambda row: row.approved_by),
        Column("made_at", "提交时间", lambda row: row.made_at, Programme.made_at),
    ),
    empty="目前按随附方案运行：奖励加入、停留与学习，不奖励开户、入金、交易",
)
SWITCHES = Listing(
    chosen=select(OpeningSwitch),
    ends=OpeningSwitch.id,
    order="-id",
    columns=(
        Column("id", "编号", lambda row: row.id, OpeningSwitch.id),
        Column("basis", "书面依据", lambda row: row.basis),
        Column("points", "积分", lambda row: row.points),
        Column("days", "天数", lambda row: row.days),
        Column("approver", "审批人", lambda row: row.approver),
        Column("admin", "管理员", lambda row: row.admin),
        Column("ends_at", "有效至", lambda row: row.ends_at),
        Column("closed_at", "关闭", lambda row: row.closed_at),
    ),
    empty="从未申请：开户不产生任何奖励",
)


def blueprint(desk: Desk) -> Blueprint:
    """Programmes and the switch."""
    pages = Blueprint("referral", __name__)

    @desk.page(pages, PATH, READERS)
    def programmes() -> Answer:
        return listed(desk, PROGRAMMES, "裂变活动方案", "referral.html", path=PATH)

    @desk.page(pages, f"{PATH}/propose", MAKERS, ("POST",))
    def propose() -> Answer:
        with desk.db.work() as work:
            try:
                given = _yaml(request.form.get("data", ""))
                draft = programme.propose(work, programme.CAMPAIGN, given, desk.person.name)
                trial = programme.dry_run(work, given, 90)
            except ValueError as why:
                flash(f"没有提交：{why}")
                return back(PATH)
            flash(
                f"已提交第 {draft.version} 版；按过去 90 天试算 {trial.points} 分（实际 {trial.actual} 分），待他人批准"
            )
        return back(PATH)

    @desk.page(pages, f"{PATH}/approve", CHECKERS, ("POST",))
    def approve() -> Answer:
        with desk.db.work() as work:
            draft = work.session.get(Programme, request.form.get("id", 0, type=int)) or abort(404)
            why = programme.approve(work, draft, desk.person.name)
            facts = {"programme": draft.id, "version": draft.version, "by": desk.person.name, "refused": why}
            record(work, "programme", "", facts, ref=f"programme:{draft.id}")
        flash(f"没有批准：{why}" if why else "已批准，新加入的邀请按新版计分")
        return back(PATH)

    _switch(desk, pages)
    return pages


def _switch(desk: Desk, pages: Blueprint) -> None:
    """Everything about the switch goes into the evidence, refusals too."""

    @desk.page(pages, f"{PATH}/switch", READERS)
    def switches() -> Answer:
        with desk.db.read() as session:
            on = open_switch(session, desk.db.clock())
        return listed(desk, SWITCHES, "开户奖励开关", "referral_switch.html", path=f"{PATH}/switch", on=on)

    @desk.page(pages, f"{PATH}/switch/ask", (*MAKERS, *OPENERS), ("POST",))
    def ask() -> Answer:
        form = request.form
        points, days = form.get("points", 0, type=int), form.get("days", 0, type=int)
        with desk.db.work() as work:
            facts: dict[str, object] = {"by": desk.person.name, "points": points, "days": days}
            try:
                made = programme.ask_to_open(work, form.get("basis", ""), points, days)
                facts |= {**programme.facts_of(made), "what": "asked"}
                flash("已提交：须由审批人与管理员两人分别同意后才生效")
            except ValueError as why:
                facts |= {"what": "refused", "why": str(why)}
                flash(f"已拒绝并留痕：{why}")
            record(work, "opening_switch", "", facts, ref="opening_switch")
        return back(f"{PATH}/switch")

    @desk.page(pages, f"{PATH}/switch/agree", OPENERS, ("POST",))
    def agree() -> Answer:
        with desk.db.work() as work:
            found = _locked(work, request.form.get("id", 0, type=int))
            try:
                on = programme.agree_to_open(work, found, desk.person.name, desk.person.role)
                flash(f"已开启至 {found.ends_at:%Y-%m-%d}" if on and found.ends_at else "已记录您的同意，还需另一人")
                what, why = ("opened" if on else "agreed"), ""
            except programme.Unlawful as refusal:
                what, why = "refused", str(refusal)
                flash(f"已拒绝并留痕：{refusal}")
            facts = {**programme.facts_of(found), "what": what, "why": why, "by": desk.person.name}
            record(work, "opening_switch", "", facts, ref=f"opening_switch:{found.id}")
        return back(f"{PATH}/switch")

    @desk.page(pages, f"{PATH}/switch/close", OPENERS, ("POST",))
    def close() -> Answer:
        with desk.db.work() as work:
            found = _locked(work, request.form.get("id", 0, type=int))
            programme.shut(work, found, desk.person.name)
            facts = {**programme.facts_of(found), "what": "closed", "by": desk.person.name}
            record(work, "opening_switch", "", facts, ref=f"opening_switch:{found.id}")
        flash("已关闭，立即生效")
        return back(f"{PATH}/switch")


def _locked(work: Any, switch_id: int) -> OpeningSwitch:
    """The row, ours until the transaction ends: two people may agree at the same moment."""
    found: OpeningSwitch = work.session.get(OpeningSwitch, switch_id, with_for_update=True) or abort(404)
    return found


def _yaml(text: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"不是有效的 YAML（{type(error).__name__}）") from None
    if not isinstance(found, dict):
        raise ValueError("应为键值结构，参照随附方案 config/data/referral.yaml")  # noqa: TRY004 a person typed it
    plain: dict[str, Any] = json.loads(json.dumps(found, default=str))
    return plain
