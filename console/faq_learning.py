"""学习队列: what went unanswered, grouped; one press makes a phrasing or a draft of it, or dismisses it."""

from flask import Blueprint, flash, render_template, request

from console.desk import Answer, Desk, back
from console.faq import PATH, READERS, WRITERS
from handlers import faq_learning
from handlers.faq_base import Refused
from models import faq_base
from models.work import Work

SHOWN = 100
"""Groups a page shows: the most frequent."""


def blueprint(desk: Desk) -> Blueprint:
    """The queue and its three actions."""
    pages = Blueprint("faq_learning", __name__)

    @desk.page(pages, f"{PATH}/learning", READERS)
    def faq_lessons() -> Answer:
        with desk.db.read() as session:
            found = faq_learning.lessons(session, desk.db.clock(), desk.db.rules.matcher.grams)
            titles = {one.entry_id: one.question for one in faq_base.newest(session).values() if not one.withdraws}
        return render_template(
            "faq_learning.html", lessons=found[:SHOWN], total=len(found), titles=titles,
            writes=desk.person.role in WRITERS,
        )  # fmt: skip

    @desk.page(pages, f"{PATH}/learning/<any(phrasing, draft, dismiss):step>", WRITERS, ("POST",))
    def faq_learn(step: str) -> Answer:
        ids = [int(one) for one in request.form.get("ids", "").split(",") if one.isdecimal()]
        try:
            with desk.db.work() as work:
                flash(_learn(step, ids, desk.person.name, work))
        except Refused as error:
            flash(f"没有处理：{error}")
        return back(f"{PATH}/learning")

    return pages


def _learn(step: str, ids: list[int], by: str, work: Work) -> str:
    text = request.form.get("text", "").strip()
    if step == "dismiss":
        return f"已忽略 {faq_learning.dismiss(ids, by, work)} 问"
    if not text:
        raise Refused("问法不能为空")
    if step == "phrasing":
        made = faq_learning.as_phrasing(ids, request.form.get("entry", ""), text, by, work)
        return f"「{text}」已写入 {made.entry_id} 第 {made.number} 版草稿，等待审批"
    made = faq_learning.as_draft(ids, text, by, work)
    return f"已新建 {made.entry_id}，请补写答案后送审"
