"""反作弊复核: referrals the screen held or rejected, what it saw, appeals, and people's decisions."""

from flask import Blueprint, abort, flash, request
from sqlalchemy import select

from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from handlers import fraud as use_case
from models import fraud
from models.evidence import record
from models.fraud import FraudCase

PATH = "/console/referral/cases"
READERS, DECIDERS = ("approver", "auditor", "admin"), ("approver", "admin")
STATES = {
    "appealed": "申诉中", "held": "冻结待复核", "rejected": "已拒绝", "confirmed": "认定作弊", "cleared": "已恢复",
}  # fmt: skip
CASES = Listing(
    chosen=select(FraudCase),
    ends=FraudCase.id,
    order="-id",
    columns=(
        Column("id", "编号", lambda row: row.id, FraudCase.id),
        Column("referral", "邀请", lambda row: row.referral_id),
        Column("score", "分值", lambda row: row.score, FraudCase.score),
        Column("signals", "证据", lambda row: "；".join(f"{name} {seen}" for name, seen in row.signals.items())),
        Column("state", "状态", lambda row: STATES[row.state], FraudCase.state),
        Column("appeal", "申诉", lambda row: row.appeal),
        Column("decided_by", "复核人", lambda row: row.decided_by),
        Column("opened_at", "时间", lambda row: row.opened_at, FraudCase.opened_at),
    ),
    filters=(Filter("state", "状态", STATES, lambda value: FraudCase.state == value),),
    empty="没有需要复核的邀请",
)


def blueprint(desk: Desk) -> Blueprint:
    """The queue and the decision."""
    pages = Blueprint("referral_cases", __name__)

    @desk.page(pages, PATH, READERS)
    def cases() -> Answer:
        with desk.db.read() as session:
            counted = sorted(fraud.precision(session).items())
        return listed(desk, CASES, "邀请反作弊复核", "referral_cases.html", path=PATH, precision=counted)

    @desk.page(pages, f"{PATH}/decide", DECIDERS, ("POST",))
    def decide() -> Answer:
        note, verdict = request.form.get("note", "").strip(), request.form.get("verdict", "")
        if not note or verdict not in ("confirm", "clear"):
            flash("没有保存：请写明依据并选择认定或恢复")
            return back(PATH)
        with desk.db.work() as work:
            case = work.session.get(FraudCase, request.form.get("id", 0, type=int), with_for_update=True) or abort(404)
            (use_case.confirm if verdict == "confirm" else use_case.clear)(work, case, desk.person.name, note)
            facts = {"case": case.id, "verdict": verdict, "by": desk.person.name, "note": note, "signals": case.signals}
            record(work, "fraud_decision", case.inviter_id, facts, ref=f"fraud_case:{case.id}")
        flash("已保存：积分与资格已按认定处理" if verdict == "confirm" else "已恢复：冻结解除，扣回的积分重新发放")
        return back(PATH)

    return pages
