"""请假与代班: who is away, and who has their clients meanwhile."""

from datetime import datetime

from flask import Blueprint, flash, request
from flask import render_template as render
from sqlalchemy import select

from console.desk import Answer, Desk, back
from models import duty, evidence
from models.duty import Absence
from models.member import Employee
from models.work import Work

PATH = "/console/alerts/leave"
READERS = ("operator", "advisor", "auditor", "admin")
KEEPERS = ("operator", "admin")


def blueprint(desk: Desk) -> Blueprint:
    """Who is on leave, and a form to say so."""
    pages = Blueprint("duty", __name__)

    @desk.page(pages, PATH, READERS)
    def leave() -> Answer:
        with desk.db.read() as session:
            staff = {one.id: one.name or one.id for one in session.scalars(select(Employee).where(Employee.active))}
            rows = list(session.scalars(select(Absence).order_by(Absence.employee_id)))
            return render("alert_leave.html", rows=rows, staff=staff, may=desk.person.role in KEEPERS)

    @desk.page(pages, PATH, KEEPERS, ("POST",))
    def set_leave() -> Answer:
        with desk.db.work() as work:
            flash(_keep_leave(desk, work))
        return back(PATH)

    return pages


def _keep_leave(desk: Desk, work: Work) -> str:
    who, stand_in = request.form.get("employee", ""), request.form.get("stand_in", "")
    person = work.session.get(Employee, who)
    if person is None or stand_in == who:
        return "没有保存：请选择员工，且代班人不能是本人"
    known = work.session.get(Absence, who)
    if request.form.get("back"):
        if known is not None:
            work.session.delete(known)
        said = "已返岗，其客户的提醒恢复由本人接收"
    else:
        until = _moment(request.form.get("until", ""), desk)
        work.session.merge(
            Absence(employee_id=who, since=work.now, until=until, stand_in=stand_in, noted_by=desk.person.name)
        )
        heir = duty.ladder(work.session, who, work.now)
        said = f"已登记请假，提醒转给 {heir[0]}" if heir else "已登记请假，但没有可代班的同事"
    evidence.record(work, "operator_action", "", {"what": "leave", "who": who, "by": desk.person.name})
    return said


def _moment(text: str, desk: Desk) -> datetime | None:
    """A day of a date field, as its beginning in Beijing."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=desk.zone)
    except ValueError:
        return None
