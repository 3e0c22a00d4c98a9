"""提醒: who must act by when, what came of it, how often a rule is right, and when people are disturbed."""

from datetime import date, timedelta

from flask import Blueprint, abort, flash, request
from flask import render_template as render
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import inbox
from console.desk import Answer, Desk, back
from console.listing import Column, Filter, Listing, listed
from console.needs import alert_is_for
from models import alert, evidence, workbench
from models.alert import OUTCOMES, Alert, AlertPolicy, AlertTold
from models.events.alert import AlertAnswered, AlertClosed
from models.work import Work
from models.workbench import KINDS, ClientDate

PATH = "/console/alerts"
READERS = ("operator", "advisor", "auditor", "admin")
ACTORS = ("operator", "advisor", "admin")
KEEPERS = ("operator", "admin")
STATES = {"open": "待响应", "acked": "跟进中", "done": "已处理", "false_alarm": "误报"}
LEVELS = {"critical": "紧急", "high": "重要", "medium": "一般", "low": "关怀"}
ANSWERS = {"ack": "我来跟进", "pass": "转交", "false": "误报", "later": "稍后提醒"}
POLICY = {"per_minute": (1, 28), "digest_from": (2, 50), "snooze_minutes": (5, 240), "snoozes": (0, 5)}
"""Setting -> least and most. WeCom drops what goes beyond 30 messages a minute."""
JUDGED = timedelta(days=90)


def blueprint(desk: Desk) -> Blueprint:
    """List, one alert, precision and settings."""
    pages = Blueprint("alerts", __name__)
    _reading(desk, pages)
    _doing(desk, pages)
    return pages


def _reading(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, PATH, READERS)
    def alerts() -> Answer:
        return listed(desk, _listing(desk), "提醒", "alerts.html")

    @desk.page(pages, f"{PATH}/<int:alert_id>", READERS)
    def one_alert(alert_id: int) -> Answer:
        with desk.db.read() as session:
            found = _found(desk, session, alert_id)
            rules, now = desk.db.rules, desk.db.clock()
            told = select(AlertTold).where(AlertTold.alert_id == alert_id).order_by(AlertTold.id)
            client = workbench.client(session, desk.person, found.member_id, now)
            return render(
                "alert.html", one=found, client=client, now=now, name=rules.cues.name_of(found.signal), states=STATES,
                guidance=rules.cues.guidance_of(found.signal), levels=LEVELS, outcomes=OUTCOMES, answers=ANSWERS,
                told=list(session.scalars(told)),
                step=workbench.next_step(session, rules, client, now) if client else None, kinds=KINDS,
                happened=workbench.timeline(session, rules, found.member_id) if client else [],
            )  # fmt: skip

    @desk.page(pages, f"{PATH}/precision", READERS)
    def precision() -> Answer:
        with desk.db.read() as session:
            rows = alert.precision(session, desk.db.clock() - JUDGED)
            return render(
                "alert_precision.html", rows=rows, names=desk.db.rules.cues.name_of, policy=alert.policy_of(session),
                limits=POLICY, may=desk.person.role in KEEPERS, days=JUDGED.days,
            )  # fmt: skip


def _doing(desk: Desk, pages: Blueprint) -> None:
    @desk.page(pages, f"{PATH}/<int:alert_id>/answer", ACTORS, ("POST",))
    def answer_alert(alert_id: int) -> Answer:
        button = request.form.get("button", "")
        with desk.db.work() as work:
            _found(desk, work.session, alert_id)
            if button in ANSWERS:
                made = AlertAnswered(
                    key=_key(work, alert_id), at=work.now, alert_id=alert_id, by=desk.person.userid, button=button
                )
                inbox.put(work, [inbox.of_event(made, source="console", priority=1)])
        return _later(desk, f"{PATH}/{alert_id}", "已提交，卡片将同步更新")

    @desk.page(pages, f"{PATH}/<int:alert_id>/close", ACTORS, ("POST",))
    def close_alert(alert_id: int) -> Answer:
        outcome, note = request.form.get("outcome", ""), request.form.get("note", "").strip()
        with desk.db.work() as work:
            _found(desk, work.session, alert_id)
            if outcome in OUTCOMES:
                made = AlertClosed(
                    key=_key(work, alert_id), at=work.now, alert_id=alert_id, by=desk.person.userid, outcome=outcome,
                    note=note[:500],
                )  # fmt: skip
                inbox.put(work, [inbox.of_event(made, source="console", priority=1)])
        return _later(desk, f"{PATH}/{alert_id}", "处理结果已记录")

    @desk.page(pages, f"{PATH}/<int:alert_id>/date", ACTORS, ("POST",))
    def note_date(alert_id: int) -> Answer:
        with desk.db.work() as work:
            flash(_keep_date(desk, work, _found(desk, work.session, alert_id)))
        return back(f"{PATH}/{alert_id}")

    @desk.page(pages, f"{PATH}/policy", KEEPERS, ("POST",))
    def set_policy() -> Answer:
        with desk.db.work() as work:
            flash(_keep_policy(desk, work))
        return back(f"{PATH}/precision")


def _listing(desk: Desk) -> Listing:
    """An advisor sees their own clients' alerts, and those that came to them."""
    names = desk.db.rules.cues.name_of
    return Listing(
        chosen=select(Alert).where(alert_is_for(desk.person, desk.db.clock())), ends=Alert.id, order="-raised",
        columns=(
            Column("signal", "信号", lambda row: names(row.signal), Alert.signal, lambda row: f"{PATH}/{row.id}"),
            Column("level", "级别", lambda row: LEVELS.get(row.level, row.level), Alert.level),
            Column("state", "状态", lambda row: STATES.get(row.state, row.state), Alert.state),
            Column("quote", "原话（已脱敏）", lambda row: row.quote),
            Column("heard", "次数", lambda row: row.heard),
            Column("holder", "当前负责", lambda row: row.acked_by or row.holder_id),
            Column("raised", "提出", lambda row: row.raised_at, Alert.raised_at),
            Column("due", "时限", lambda row: row.due_at if row.state == "open" else None, Alert.due_at),
            Column("took", "响应用时", _took),
            Column("outcome", "结果", lambda row: OUTCOMES.get(row.outcome, "")),
        ),
        filters=(
            Filter("state", "状态", STATES, lambda value: Alert.state == value),
            Filter("level", "级别", LEVELS, lambda value: Alert.level == value),
        ),
        empty="没有提醒：客户说出的信号会在几秒内出现在这里",
    )  # fmt: skip


def _took(row: Alert) -> str:
    return f"{(row.acked_at - row.raised_at).total_seconds() / 60:.0f} 分钟" if row.acked_at else ""


def _found(desk: Desk, session: Session, alert_id: int) -> Alert:
    own = alert_is_for(desk.person, desk.db.clock())
    found = session.scalars(select(Alert).where(Alert.id == alert_id, own)).first()
    return found or abort(404)


def _key(work: Work, alert_id: int) -> str:
    return f"console:alert:{alert_id}:{work.new_id()}"


def _later(desk: Desk, path: str, said: str) -> Answer:
    desk.store.publish("inbox")
    flash(said)
    return back(path)


def _keep_date(desk: Desk, work: Work, found: Alert) -> str:
    try:
        day = date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        return "没有保存：日期无法识别"
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        return "没有保存：请选择日期的种类"
    noted = ClientDate(member_id=found.member_id, kind=kind, on=day, noted_by=desk.person.name, noted_at=work.now)
    work.session.add(noted)
    return "日期已记录；只有客户同意对应用途后才会用于提醒"


def _keep_policy(desk: Desk, work: Work) -> str:
    given = {name: request.form.get(name, type=int) for name in POLICY}
    values = {name: value for name, value in given.items() if value is not None}
    wrong = [name for name, (least, most) in POLICY.items() if not least <= values.get(name, -1) <= most]
    if wrong:
        return "没有保存：数值超出允许范围"
    row = work.session.get(AlertPolicy, 1)
    if row is None:
        row = AlertPolicy(id=1)
        work.session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.changed_by, row.changed_at = desk.person.name, work.now
    evidence.record(work, "operator_action", "", {"what": "alert_policy", "by": desk.person.name, **values})
    return "提醒设置已保存"
