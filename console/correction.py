"""更正: a notice to exactly those who got a push that was wrong; what of it still runs is stopped at once."""

from flask import Blueprint, abort, flash, render_template, request

from bot import inbox
from console.desk import Answer, Desk, back
from models import audience, correction
from models.content import Content, PushPlan
from models.events.internal import PlanHalted
from models.plan import Actor, Refused
from models.work import Work

PLANS = "/console/plans"
MAKERS = ("author", "operator", "admin")


def blueprint(desk: Desk) -> Blueprint:
    """One form."""
    pages = Blueprint("correction", __name__)

    @desk.page(pages, f"{PLANS}/<int:plan_id>/correct", MAKERS, ("GET", "POST"))
    def correct(plan_id: int) -> Answer:
        fault, words = "", request.form.get("words", "").replace("\r\n", "\n")
        with desk.db.work() as work:
            wrong = work.session.get(PushPlan, plan_id)
            if wrong is None:
                abort(404)
            if request.method == "POST":
                try:
                    with work.session.begin_nested():
                        made = _begun(work, wrong, words, Actor(desk.person.name, desk.person.role))
                    flash("更正已写好，原推送已停下。请审批内容，再提交并批准推送")
                    return back(f"{PLANS}/{made.id}")
                except Refused as refused:
                    fault = str(refused)
            content = work.session.get_one(Content, wrong.content_id)
            size = sum(len(some) for some in audience.targets(f"reached:{plan_id}", work).values())
            page = render_template(
                "correction.html", plan=wrong, content=content, size=size, words=words, faults=[fault] if fault else []
            )
        return (page, 422) if fault else page

    return pages


def _begun(work: Work, wrong: PushPlan, words: str, by: Actor) -> PushPlan:
    if not audience.targets(f"reached:{wrong.id}", work):
        raise Refused("这个推送还没有到达任何人，不需要更正：直接修改或暂停即可")
    made, halted = correction.begin(work, wrong, words, by)
    if halted:
        event = PlanHalted(key=f"halt:{wrong.id}:{work.new_id()}", at=work.now, plan_id=wrong.id, msgids=tuple(halted))
        inbox.put(work, [inbox.of_event(event, source="console", priority=0)])
    return made
