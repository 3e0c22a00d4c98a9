"""失败与积压: events put aside and sends that failed or stayed uncertain, and how to try them again."""

from flask import Blueprint, flash, request
from sqlalchemy import select

from bot import inbox, outbox
from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from models.ledger import Inbound, Outbound, in_state

PATH = "/console/letters"
READERS = ("operator", "auditor", "admin")
EVENTS = Listing(
    chosen=select(Inbound).where(in_state(Inbound, "dead")),
    ends=Inbound.id,
    order="-at",
    columns=(
        Column("id", "编号", lambda row: row.id),
        Column("at", "收到", lambda row: row.received_at, Inbound.received_at),
        Column("kind", "事件", lambda row: row.kind, Inbound.kind),
        Column("attempts", "尝试", lambda row: row.attempts),
        Column("error", "原因", lambda row: row.error),
    ),
    search=lambda words: Inbound.kind.contains(words, autoescape=True),
    empty="没有处理失败的事件",
)
SENDS = Listing(
    chosen=select(Outbound).where(in_state(Outbound, "failed", "unknown")),
    ends=Outbound.id,
    order="-id",
    columns=(
        Column("id", "编号", lambda row: row.id, Outbound.id),
        Column("kind", "动作", lambda row: row.kind, Outbound.kind),
        Column("state", "状态", lambda row: {"failed": "失败", "unknown": "结果不明"}[row.state]),
        Column("attempts", "尝试", lambda row: row.attempts),
        Column("reason", "原因", lambda row: row.reason or row.errcode),
    ),
    filters=(
        Filter("state", "状态", {"failed": "失败", "unknown": "结果不明"}, lambda value: Outbound.state == value),
    ),
    empty="没有失败或结果不明的发送",
)


def blueprint(desk: Desk) -> Blueprint:
    """Two lists and the ways to try again."""
    pages = Blueprint("letters", __name__)

    @desk.page(pages, PATH, READERS)
    def events() -> Answer:
        return listed(desk, EVENTS, "处理失败的事件", "letters.html", path=PATH)

    @desk.page(pages, f"{PATH}/sends", READERS)
    def sends() -> Answer:
        return listed(desk, SENDS, "失败或结果不明的发送", "letters.html", path=f"{PATH}/sends")

    @desk.page(pages, f"{PATH}/redrive", ("operator", "admin"), ("POST",))
    def redrive() -> Answer:
        ids = [int(one) for one in request.form.getlist("id") if one.isdecimal()]
        with desk.db.work() as work:
            count = inbox.redrive(work, ids)
        flash(f"{count} 条事件将重新处理")
        return back(PATH)

    @desk.page(pages, f"{PATH}/sends/redrive", ("operator", "admin"), ("POST",))
    def resend() -> Answer:
        ids = [int(one) for one in request.form.getlist("id") if one.isdecimal()]
        with desk.db.work() as work:
            count = outbox.redrive(work, ids)
        flash(f"{count} 条失败的发送将重试；结果不明的不会重发，以免重复")
        return back(f"{PATH}/sends")

    return pages
