"""推送: plans from draft to result. Who wants what is checked in models.plan and models.approval, never here only."""

from datetime import timedelta

from flask import Blueprint, abort, flash, render_template, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import inbox
from bot.rehearsal import rehearse
from console import plan_form
from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from handlers import push
from models import approval, audience, group, outcome, plan, portrait
from models.approval import PlanApproval
from models.content import Content, Delivery, Occurrence, PushPlan
from models.events.internal import PlanHalted, TrialWanted
from models.member import Employee
from models.plan import Actor, Refused
from models.work import Work
from rules import audience as audience_rules
from rules import schedule

PATH = "/console/plans"
READERS = ("author", "approver", "operator", "auditor", "admin")
MAKERS = ("author", "operator", "admin")
CHECKERS = ("approver", "admin")
STATES = {"draft": "草稿", "submitted": "待审批", "approved": "运行中", "paused": "已暂停", "ended": "已结束"}
MISFIRE = {"ask": "等人决定", "send": "晚了也发", "drop": "不补发"}
VERDICTS = {"approve": "批准", "reject": "退回", "emergency": "紧急放行"}
OUTCOMES = {
    "queued": "排队", "tasked": "待发送人点击", "sent": "已送达", "refused": "不可送达", "withheld": "未发送",
}  # fmt: skip
MOMENTS = {"queued": "待发出", "done": "已发出", "missed": "等人决定", "dropped": "未发出"}
MADE = Occurrence.id == Delivery.occurrence_id
ADVANCE = ("submit", "approve", "reject", "emergency", "review", "pause", "resume", "trial")

PLANS = Listing(
    chosen=select(PushPlan),
    ends=PushPlan.id,
    order="-id",
    columns=(
        Column("id", "编号", lambda row: row.id, PushPlan.id, lambda row: f"{PATH}/{row.id}"),
        Column("name", "名称", lambda row: row.name, PushPlan.name, lambda row: f"{PATH}/{row.id}"),
        Column("rule", "时间", lambda row: schedule.in_words(row.rule)),
        Column("segment", "接收对象", lambda row: audience_rules.in_words(row.segment)),
        Column("status", "状态", lambda row: STATES.get(row.status, row.status), PushPlan.status),
        Column("next", "下次", lambda row: row.next_at, PushPlan.next_at),
        Column("note", "说明", lambda row: row.note),
    ),
    filters=(Filter("status", "状态", STATES, lambda value: PushPlan.status == value),),
    search=lambda words: PushPlan.name.contains(words, autoescape=True),
    empty="还没有推送：新建一个，选好内容、时间和接收对象，提交后由审批人批准",
)


def blueprint(desk: Desk) -> Blueprint:
    """List, editor, one plan with its approvals and results, and why somebody did not get something."""
    pages = Blueprint("plans", __name__)
    _reading(desk, pages)
    _doing(desk, pages)
    return pages


def _reading(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, PATH, READERS)
    def plans_list() -> Answer:
        return listed(desk, PLANS, "推送", "plans.html", may_make=desk.person.role in MAKERS)

    @desk.page(pages, f"{PATH}/<int:plan_id>", READERS)
    def one(plan_id: int) -> Answer:
        with desk.db.work() as work:
            return render_template("plan.html", **_shown(desk, work, _found(work.session, plan_id)))

    @desk.page(pages, f"{PATH}/<int:plan_id>/results", READERS)
    def results(plan_id: int) -> Answer:
        return listed(desk, _results(plan_id), "推送结果", "results.html", plan_id=plan_id)

    @desk.page(pages, f"{PATH}/<int:plan_id>/rehearsal", READERS)
    def rehearsal(plan_id: int) -> Answer:
        days = min(max(request.args.get("days", 30, type=int), -366), 366)
        today = desk.db.clock().astimezone(desk.zone).date()
        about = request.args.get("target", "").strip()[:64]
        first, last = sorted((today - timedelta(days=days), today))
        try:
            moments, fault = rehearse(desk.db, plan_id, first, last, about), ""
        except LookupError as missing:
            moments, fault = [], str(missing)
        return render_template("rehearsal.html", plan_id=plan_id, days=days, moments=moments, fault=fault, about=about)


def _doing(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/new", MAKERS, ("GET", "POST"))
    def new() -> Answer:
        return _edit(desk, None)

    @desk.page(pages, f"{PATH}/<int:plan_id>/edit", MAKERS, ("GET", "POST"))
    def edit(plan_id: int) -> Answer:
        return _edit(desk, plan_id)

    @desk.page(pages, f"{PATH}/preview", MAKERS, ("POST",))
    def preview() -> Answer:
        return _preview(desk)

    @desk.page(pages, f"{PATH}/<int:plan_id>/<any({', '.join(ADVANCE)}):step>", (*MAKERS, "approver"), ("POST",))
    def advance(plan_id: int, step: str) -> Answer:
        return _advance(desk, plan_id, step)

    @desk.page(pages, f"{PATH}/moments/<int:occurrence_id>", MAKERS, ("POST",))
    def decide(occurrence_id: int) -> Answer:
        return _decide(desk, occurrence_id)


def _results(plan_id: int) -> Listing:
    return Listing(
        chosen=select(Delivery, Occurrence)
        .join(Occurrence, MADE)
        .where(Delivery.occurrence_id.in_(select(Occurrence.id).where(Occurrence.plan_id == plan_id))),
        ends=Delivery.id,
        scalars=False,
        columns=(
            Column("fire", "时刻", lambda row: row.Occurrence.fire_at, Occurrence.fire_at),
            Column("target", "对象", lambda row: row.Delivery.target),
            Column("owner", "发送人", lambda row: row.Delivery.owner_id),
            Column("state", "结果", lambda row: OUTCOMES[row.Delivery.state], Delivery.state),
            Column("reason", "原因", lambda row: row.Delivery.reason),
        ),
        filters=(Filter("state", "结果", OUTCOMES, lambda value: Delivery.state == value),),
        search=lambda words: Delivery.target == words,
        empty="还没有发出过",
    )


def _edit(desk: Desk, plan_id: int | None) -> Answer:
    faults: list[str] = []
    with desk.db.work() as work:
        row = _found(work.session, plan_id) if plan_id is not None else None
        values = plan_form.values(request.form) if request.method == "POST" else plan_form.values_of(row)
        if row is None and request.method == "GET":
            values |= {name: request.args[name] for name in ("segment", "content_id") if name in request.args}
        if request.method == "POST":
            try:
                with work.session.begin_nested():
                    row = _save(work, row, values, Actor(desk.person.name, desk.person.role))
                flash("已保存为草稿，提交后由审批人批准")
                return back(f"{PATH}/{row.id}")
            except Refused as refused:
                faults.append(str(refused))
        pieces = {one.id: f"{one.id} {one.body[:24]}" for one in work.session.scalars(select(Content))}
        page = render_template(
            "plan_edit.html",
            values=values,
            faults=faults,
            pieces=pieces,
            misfire=MISFIRE,
            plan_id=plan_id,
            form=plan_form,
            at=plan_form.when(values["rule"]),
            to=plan_form.whom(values["segment"]),
            chats={one.id: one.name or one.id for one in group.living(work.session)},
            tiers=work.rules.rfm.names,
            tags=portrait.names(work.session),
        )
    return (page, 422) if faults else page


def _save(work: Work, row: PushPlan | None, values: dict[str, str], by: Actor) -> PushPlan:
    if row is None:
        return plan.draft(work, values, by)
    plan.change(work, row, values, by)
    return row


def _preview(desk: Desk) -> Answer:
    """What a person would read, the lint's marks in it, and how many would get it: a fragment of the editor."""
    values = plan_form.values(request.form)
    with desk.db.work() as work:
        content = work.session.get(Content, values["content_id"])
        if content is None:
            return render_template("plan_preview.html", hint="选好内容后，这里显示成员看到的样子、合规检查和人数。")
        made = PushPlan(fields=values["fields"], segment=values["segment"])
        try:
            reached = audience.targets(values["segment"], work)
        except ValueError as fault:
            return render_template("plan_preview.html", fault=str(fault))
        text = push.words(content, made, work)
        size = sum(len(some) for some in reached.values())
        return render_template(
            "plan_preview.html", text=text, size=size, owners=len(reached), bytes=len(text.encode()),
            verdict=work.rules.lexicon.lint(text, "out"), need=approval.need(content, size, work), content=content,
        )  # fmt: skip


def _shown(desk: Desk, work: Work, row: PushPlan) -> dict[str, object]:
    content = work.session.get(Content, row.content_id)
    size = sum(len(some) for some in audience.targets(row.segment, work).values())
    mine = select(Occurrence.id).where(Occurrence.plan_id == row.id)
    counted = select(Delivery.state, func.count()).where(Delivery.occurrence_id.in_(mine)).group_by(Delivery.state)
    moments = select(Occurrence).where(Occurrence.plan_id == row.id).order_by(Occurrence.fire_at.desc()).limit(20)
    given = select(PlanApproval).where(PlanApproval.plan_id == row.id).order_by(PlanApproval.id.desc())
    text = push.words(content, row, work) if content is not None else ""
    return {
        "plan": row, "content": content, "size": size, "text": text, "states": STATES, "outcomes": OUTCOMES,
        "verdicts": VERDICTS, "verdict": work.rules.lexicon.lint(text, "out"),
        "moment_names": MOMENTS, "moments": list(work.session.scalars(moments)),
        "approvals": list(work.session.scalars(given)),
        "counts": {state: count for state, count in work.session.execute(counted)},  # noqa: C416 rows are no pairs to mypy
        "need": approval.need(content, size, work) if content is not None else None,
        "outcome": outcome.of_plan(work.session, row.id), "versus": outcome.versus(work.session, row),
        "makes": desk.person.role in MAKERS, "checks": desk.person.role in CHECKERS,
    }  # fmt: skip


def _advance(desk: Desk, plan_id: int, step: str) -> Answer:
    by, reason = Actor(desk.person.name, desk.person.role), request.form.get("reason", "")
    try:
        with desk.db.work() as work:
            row = _found(work.session, plan_id)
            flash(_trial(desk, work, row) if step == "trial" else _step(work, row, step, reason, by))
    except Refused as refused:
        flash(f"未执行：{refused}")
        with desk.db.work() as work:
            plan.refused(work, plan_id, step, str(refused), by)
    return back(f"{PATH}/{plan_id}")


def _step(work: Work, row: PushPlan, step: str, reason: str, by: Actor) -> str:
    size = sum(len(some) for some in audience.targets(row.segment, work).values())
    if step == "submit":
        approval.submit(work, row, by)
        return "已提交，等待审批"
    if step == "approve":
        return "已批准，计划开始运行" if approval.approve(work, row, size, by) else "已批准，还需另一位审批人"
    if step == "reject":
        approval.reject(work, row, reason, by)
        return "已退回给制作人"
    if step == "emergency":
        approval.emergency(work, row, size, reason, by)
        return "已紧急放行并封存，请在 24 小时内由审批人补核"
    return _run(work, row, step, by)


def _trial(desk: Desk, work: Work, row: PushPlan) -> str:
    """The words to whoever asks, in their own WeCom."""
    if work.session.get(Employee, desk.person.employee) is None:
        raise Refused("您的账号还没有对应的企业微信成员：请管理员在“账号”里填写，再试发")
    event = TrialWanted(
        key=f"trial:{row.id}:{work.new_id()}", at=work.now, plan_id=row.id, employee_id=desk.person.employee
    )
    inbox.put(work, [inbox.of_event(event, source="console", priority=2)])
    return "已发到您的企业微信，只有您能看到"


def _run(work: Work, row: PushPlan, step: str, by: Actor) -> str:
    if step == "review":
        waiting = select(PlanApproval).where(
            PlanApproval.plan_id == row.id, PlanApproval.verdict == "emergency", PlanApproval.reviewed_by == ""
        )
        for given in work.session.scalars(waiting):
            approval.review(work, given, by)
        return "已补核"
    if step == "pause":
        msgids = tuple(plan.pause(work, row, by))
        event = PlanHalted(key=f"halt:{row.id}:{work.new_id()}", at=work.now, plan_id=row.id, msgids=msgids)
        inbox.put(work, [inbox.of_event(event, source="console", priority=0)])
        return f"已暂停，正在撤回 {len(msgids)} 条尚未点击的群发"
    plan.resume(work, row, by)
    return "已恢复"


def _decide(desk: Desk, occurrence_id: int) -> Answer:
    by = Actor(desk.person.name, desk.person.role)
    with desk.db.work() as work:
        occurrence = work.session.get(Occurrence, occurrence_id)
        if occurrence is None:
            abort(404)
        try:
            event = plan.decide(work, occurrence, by, send=request.form.get("send") == "1")
            if event is not None:
                inbox.put(work, [inbox.of_event(event, source="console", priority=6, lane=plan.LANE)])
            flash("将补发" if event is not None else "不补发")
        except Refused as refused:
            flash(f"未执行：{refused}")
        return back(f"{PATH}/{occurrence.plan_id}")


def _found(session: Session, plan_id: int) -> PushPlan:
    row = session.get(PushPlan, plan_id)
    if row is None:
        abort(404)
    return row
