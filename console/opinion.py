"""舆情: incidents with their clock, the steps from first reply to review, and what was said."""

from flask import Blueprint, abort, flash, request
from flask import render_template as render
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import inbox
from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from models.events.opinion import IncidentDismissed, IncidentStepDone
from models.opinion import Incident, IncidentStep, OpinionMention
from rules.opinion import LEVELS, STEPS

PATH = "/console/opinion"
READERS = ("approver", "operator", "auditor", "admin")
ACTORS = ("approver", "operator", "admin")
STATES = {"open": "处置中（暂停营销）", "answered": "已答复，待复盘", "closed": "已关闭", "false_alarm": "误报"}
OTHER = {"owner": "认领", "level": "级别变化", "false_alarm": "误报"}
SHOWN = 100
INCIDENTS = Listing(
    chosen=select(Incident),
    ends=Incident.id,
    order="-opened",
    columns=(
        Column("id", "编号", lambda row: row.id, Incident.id, lambda row: f"{PATH}/{row.id}"),
        Column("level", "级别", lambda row: row.level, Incident.level),
        Column("topic", "主题", lambda row: row.topic, Incident.topic, lambda row: f"{PATH}/{row.id}"),
        Column("state", "状态", lambda row: STATES[row.state], Incident.state),
        Column("step", "下一步", lambda row: STEPS[row.step] if row.state in ("open", "answered") else ""),
        Column("due", "时限", lambda row: row.due_at if row.state in ("open", "answered") else None, Incident.due_at),
        Column("owner", "负责人", lambda row: row.owner_id or "待认领"),
        Column("opened", "发现", lambda row: row.opened_at, Incident.opened_at),
        Column("closed", "关闭", lambda row: row.closed_at, Incident.closed_at),
    ),
    filters=(
        Filter("state", "状态", STATES, lambda value: Incident.state == value),
        Filter("level", "级别", dict(zip(LEVELS, LEVELS, strict=True)), lambda value: Incident.level == value),
    ),
    empty="没有舆情：群与客服里对公司的负面反映会自动定级并出现在这里",
)


def blueprint(desk: Desk) -> Blueprint:
    """List, one incident, its steps."""
    pages = Blueprint("opinion", __name__)

    @desk.page(pages, PATH, READERS)
    def incidents() -> Answer:
        return listed(desk, INCIDENTS, "舆情")

    @desk.page(pages, f"{PATH}/<int:incident_id>", READERS)
    def one_incident(incident_id: int) -> Answer:
        return _shown(desk, incident_id)

    @desk.page(pages, f"{PATH}/<int:incident_id>/step", ACTORS, ("POST",))
    def do_step(incident_id: int) -> Answer:
        return _step(desk, incident_id)

    @desk.page(pages, f"{PATH}/<int:incident_id>/dismiss", ACTORS, ("POST",))
    def dismiss(incident_id: int) -> Answer:
        with desk.db.work() as work:
            _found(work.session, incident_id)
            made = IncidentDismissed(
                key=f"console:incident:{incident_id}:{work.new_id()}", at=work.now, incident_id=incident_id,
                by=desk.person.userid, note=request.form.get("note", "")[:500],
            )  # fmt: skip
            inbox.put(work, [inbox.of_event(made, source="console", priority=1)])
        desk.store.publish("inbox")
        flash("已标记为误报，营销推送恢复")
        return back(f"{PATH}/{incident_id}")

    return pages


def _shown(desk: Desk, incident_id: int, note: str = "", faults: tuple[str, ...] = ()) -> Answer:
    with desk.db.read() as session:
        found = _found(session, incident_id)
        done = select(IncidentStep).where(IncidentStep.incident_id == incident_id).order_by(IncidentStep.id)
        said = (
            select(OpinionMention).where(OpinionMention.incident_id == incident_id).order_by(OpinionMention.id.desc())
        )
        order = desk.db.rules.opinion.steps(found.level)
        clocks = [(STEPS[name], desk.db.rules.opinion.due(found.level, name, found.opened_at)) for name in order]
        return render(
            "incident.html", one=found, steps=list(session.scalars(done)),
            said=list(session.scalars(said.limit(SHOWN))),
            clocks=clocks, names={**STEPS, **OTHER}, states=STATES, now=desk.db.clock(), note=note, faults=faults,
            may=desk.person.role in ACTORS, level_name=desk.db.rules.opinion.name_of(found.level),
        )  # fmt: skip


def _step(desk: Desk, incident_id: int) -> Answer:
    step, note = request.form.get("step", ""), request.form.get("note", "").strip()
    faults = _faults(desk, step, note)
    if faults:
        return _shown(desk, incident_id, note, faults)
    with desk.db.work() as work:
        found = _found(work.session, incident_id)
        if found.step == step:
            made = IncidentStepDone(
                key=f"console:incident:{incident_id}:{work.new_id()}", at=work.now, incident_id=incident_id, step=step,
                by=desk.person.userid, note=note[:2000],
            )  # fmt: skip
            inbox.put(work, [inbox.of_event(made, source="console", priority=1)])
    desk.store.publish("inbox")
    flash("步骤已记录")
    return back(f"{PATH}/{incident_id}")


def _faults(desk: Desk, step: str, note: str) -> tuple[str, ...]:
    """Every step needs its words; what goes to the public must pass the compliance lexicon."""
    if not note:
        return ("请写明内容",)
    if step not in ("wording", "answer"):
        return ()
    verdict = desk.db.rules.lexicon.lint(note, "out")
    return tuple(f"{one.text}：{one.reason}" for one in verdict.findings if one.severity == "block")


def _found(session: Session, incident_id: int) -> Incident:
    return session.get(Incident, incident_id) or abort(404)
