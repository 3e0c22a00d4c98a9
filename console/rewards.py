"""兑换: the catalogue of learning benefits, their codes, and what members redeemed."""

from typing import Any

from flask import Blueprint, abort, flash, request
from sqlalchemy import select

from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from models import reward
from models.evidence import record
from models.reward import Redemption, Reward, RewardCode
from rules.programme import REDEEMABLE, forbidden_words

PATH = "/console/rewards"
READERS, WRITERS = ("operator", "approver", "auditor", "admin"), ("operator", "admin")
STATES = {"pending": "待审核", "ready": "待发放", "done": "已完成", "rejected": "未通过", "reversed": "已撤销"}
CATALOGUE = Listing(
    chosen=select(Reward),
    ends=Reward.id,
    order="-id",
    columns=(
        Column("id", "编号", lambda row: row.id, Reward.id),
        Column("name", "权益", lambda row: row.name, Reward.name),
        Column("kind", "类别", lambda row: row.kind),
        Column("price", "积分", lambda row: row.price, Reward.price),
        Column("stock", "库存", lambda row: "不限" if row.stock is None else row.stock),
        Column("limit", "每人限兑", lambda row: row.per_member or "不限"),
        Column("tiers", "层级", lambda row: "、".join(row.tiers) or "全部"),
        Column("active", "状态", lambda row: "上架" if row.active else "下架"),
    ),
    empty="还没有可兑换的权益",
)
REDEMPTIONS = Listing(
    chosen=select(Redemption, Reward.name).join(Reward, Reward.id == Redemption.reward_id),
    ends=Redemption.id,
    order="-id",
    scalars=False,
    columns=(
        Column("id", "编号", lambda row: row.Redemption.id, Redemption.id),
        Column("name", "权益", lambda row: row.name),
        Column("price", "积分", lambda row: row.Redemption.price),
        Column("state", "状态", lambda row: STATES[row.Redemption.state], Redemption.state),
        Column("by", "经办", lambda row: row.Redemption.decided_by),
        Column("note", "说明", lambda row: row.Redemption.note),
        Column("at", "时间", lambda row: row.Redemption.at, Redemption.at),
    ),
    filters=(Filter("state", "状态", STATES, lambda value: Redemption.state == value),),
    empty="还没有人兑换",
)


def blueprint(desk: Desk) -> Blueprint:
    """Catalogue and redemptions."""
    pages = Blueprint("rewards", __name__)

    @desk.page(pages, PATH, READERS)
    def catalogue() -> Answer:
        return listed(desk, CATALOGUE, "学习权益", "rewards.html", path=PATH, kinds=REDEEMABLE)

    @desk.page(pages, f"{PATH}/add", WRITERS, ("POST",))
    def add() -> Answer:
        found, why = _reward(request.form, desk.person.name)
        if found is None:
            flash(f"没有保存：{why}")
            return back(PATH)
        with desk.db.work() as work:
            work.session.add(found)
            work.session.flush()
            codes = [one.strip() for one in request.form.get("codes", "").splitlines() if one.strip()]
            work.session.add_all(RewardCode(reward_id=found.id, code=one) for one in codes)
        flash("已上架")
        return back(PATH)

    @desk.page(pages, f"{PATH}/toggle", WRITERS, ("POST",))
    def toggle() -> Answer:
        with desk.db.work() as work:
            found = work.session.get(Reward, request.form.get("id", 0, type=int)) or abort(404)
            found.active = not found.active
        return back(PATH)

    @desk.page(pages, f"{PATH}/redemptions", READERS)
    def redemptions() -> Answer:
        return listed(desk, REDEMPTIONS, "兑换记录", "redemptions.html", path=f"{PATH}/redemptions")

    @desk.page(pages, f"{PATH}/redemptions/decide", ("operator", "approver", "admin"), ("POST",))
    def decide() -> Answer:
        verb, by = request.form.get("verb", ""), desk.person.name
        with desk.db.work() as work:
            found = work.session.get(Redemption, request.form.get("id", 0, type=int)) or abort(404)
            done = _decided(work, found, verb, by)
            facts = {"redemption": found.id, "verb": verb, "by": by, "done": done, "state": found.state}
            record(work, "redemption", found.member_id, facts, ref=f"redemption:{found.id}")
        flash("已处理" if done else "没有处理：这笔兑换已被他人处理，或角色不符")
        return back(f"{PATH}/redemptions")

    return pages


def _decided(work: Any, found: Redemption, verb: str, by: str) -> bool:
    if verb == "approve":
        return reward.approve(work.session, found, by, work.now)
    if verb == "reject":
        return reward.reverse(work.session, found, by, "审核未通过", work.now, "rejected")
    if verb == "reverse":
        return reward.reverse(work.session, found, by, "人工撤销", work.now)
    return verb == "done" and reward.hand_out(work.session, found, by, "已发放", work.now)


def _reward(form: Any, by: str) -> tuple[Reward | None, str]:
    """A catalogue entry, or why it must not be."""
    name, kind = form.get("name", "").strip(), form.get("kind", "")
    price, stock = form.get("price", 0, type=int), form.get("stock", "").strip()
    if article := forbidden_words(name):
        return None, article
    if not name or kind not in REDEEMABLE or price < 1 or (stock and not stock.isdecimal()):
        return None, "请填写名称、类别、正整数积分；库存为数字或留空"
    made = Reward(
        name=name[:80], kind=kind, price=price, stock=int(stock) if stock else None, made_by=by, active=True,
        per_member=max(0, form.get("per_member", 1, type=int)),
        tiers=[one for one in form.get("tiers", "").replace("，", ",").split(",") if one.strip()],
        fulfilment="code" if form.get("codes", "").strip() else "manual",
        needs_approval=form.get("needs_approval") == "1",
    )  # fmt: skip
    return made, ""
