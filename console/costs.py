"""成本: entered by month, channel and kind; the report 投入产出 reads it."""

import re
from decimal import Decimal, InvalidOperation

from flask import Blueprint, abort, flash, request
from sqlalchemy import select

from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from models import evidence
from models.cost import CHANNELS, KINDS, MOST, Cost
from models.work import Work

PATH = "/console/costs"
READERS = ("approver", "operator", "auditor", "admin")
KEEPERS = ("operator", "admin")
MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


def blueprint(desk: Desk) -> Blueprint:
    """The list with its form, an entry, and taking one out."""
    pages = Blueprint("costs", __name__)

    @desk.page(pages, PATH, READERS)
    def costs() -> Answer:
        this_month = f"{desk.db.clock().astimezone(desk.zone):%Y-%m}"
        return listed(
            desk, LISTING, "成本", "costs.html", channels=CHANNELS, kinds=KINDS, this_month=this_month,
            may=desk.person.role in KEEPERS,
        )  # fmt: skip

    @desk.page(pages, PATH, KEEPERS, ("POST",))
    def enter() -> Answer:
        with desk.db.work() as work:
            flash(_enter(desk, work))
        return back(PATH)

    @desk.page(pages, f"{PATH}/<int:cost_id>/out", KEEPERS, ("POST",))
    def take_out(cost_id: int) -> Answer:
        with desk.db.work() as work:
            found = work.session.get(Cost, cost_id) or abort(404)
            _note(desk, work, "cost_out", found)
            work.session.delete(found)
        flash("已删除；原记录留在存证里")
        return back(PATH)

    return pages


LISTING = Listing(
    chosen=select(Cost),
    ends=Cost.id,
    order="-month",
    columns=(
        Column("month", "月份", lambda row: row.month, Cost.month),
        Column("channel", "渠道", lambda row: CHANNELS[row.channel], Cost.channel),
        Column("kind", "类别", lambda row: KINDS[row.kind], Cost.kind),
        Column("amount", "金额（元）", lambda row: f"{row.amount:,.2f}", Cost.amount),
        Column("note", "说明", lambda row: row.note),
        Column("by", "录入", lambda row: row.by),
    ),
    filters=(
        Filter("channel", "渠道", CHANNELS, lambda value: Cost.channel == value),
        Filter("kind", "类别", KINDS, lambda value: Cost.kind == value),
    ),
    empty="还没有成本：录入后，报表“投入产出”会给出 CAC、每户成本与 ROI",
)


def _enter(desk: Desk, work: Work) -> str:
    month, channel, kind = (request.form.get(name, "") for name in ("month", "channel", "kind"))
    try:
        amount = Decimal(request.form.get("amount", "").replace(",", "").replace("，", ""))
    except InvalidOperation:
        return "没有保存：金额须为数字，例如 1280.50"
    if not MONTH.fullmatch(month) or channel not in CHANNELS or kind not in KINDS:
        return "没有保存：请选择月份、渠道与类别"
    if not amount.is_finite() or not 0 < amount <= MOST:
        return "没有保存：金额须大于 0 且不超过一亿元"
    made = Cost(
        month=month, channel=channel, kind=kind, amount=round(amount, 2), note=request.form.get("note", "")[:120],
        by=desk.person.name, at=work.now,
    )  # fmt: skip
    work.session.add(made)
    work.session.flush()
    _note(desk, work, "cost_in", made)
    return f"已录入 {month} {CHANNELS[channel]} {KINDS[kind]} {made.amount:,.2f} 元"


def _note(desk: Desk, work: Work, what: str, row: Cost) -> None:
    facts = {
        "what": what, "by": desk.person.name, "month": row.month, "channel": row.channel, "kind": row.kind,
        "amount": f"{row.amount:.2f}",
    }  # fmt: skip
    evidence.record(work, "operator_action", "", facts, ref=f"cost:{row.id}")
