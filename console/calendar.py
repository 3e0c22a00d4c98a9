"""日历: a month or a week of pushes at one look: what is planned when, which days rest, where it is too much.

A push with one moment is moved by dragging it to another day: the same change as in its form, so approvals are void.
"""

import calendar as months
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask import Blueprint, abort, flash, render_template, request
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from console import plan_form
from console.desk import Answer, Desk, back
from models import plan as plans_of
from models.content import PushPlan
from models.plan import Actor, Refused
from models.rulebook import Rulebook
from models.work import Work
from rules import occasions, schedule
from rules.trading_calendar import CalendarMissing, next_allowed

PATH = "/console/calendar"
READERS = ("author", "approver", "operator", "auditor", "admin")
MAKERS = ("author", "operator", "admin")
ONCE = re.compile(r"^once (\d{4}-\d\d-\d\d)(?=T)")
WEEK = 7


@dataclass(slots=True)
class Planned:
    """A plan's moment on a day. `leaves`: when it really starts, after quiet hours."""

    plan: PushPlan
    at: datetime
    leaves: datetime

    @property
    def movable(self) -> bool:
        """Whether it has one moment, which another day may take."""
        return ONCE.match(self.plan.rule) is not None


@dataclass(slots=True)
class Day:
    """A square of the month. `rest`: why the exchanges rest, or that the year is not entered; `names`: festivals."""

    day: date
    rest: str
    names: list[str]
    planned: list[Planned] = field(default_factory=list)
    warning: str = ""


def blueprint(desk: Desk) -> Blueprint:
    """The page, and a push moved to another day."""
    pages = Blueprint("calendar", __name__)

    @desk.page(pages, PATH, READERS)
    def calendar() -> Answer:
        today = desk.db.clock().astimezone(desk.zone).date()
        monday = _monday(request.args.get("week", ""))
        first = monday or _month(request.args.get("month", ""), today)
        with desk.db.read() as session:
            plans = list(session.scalars(select(PushPlan).where(PushPlan.status != "ended").order_by(PushPlan.id)))
        days, notes = squares(plans, _week(first), desk.db.rules) if monday else month(plans, first, desk.db.rules)
        span = timedelta(days=WEEK) if monday else timedelta(days=32)
        return render_template(
            "calendar.html", first=first, weeks=[days[at : at + WEEK] for at in range(0, len(days), WEEK)],
            notes=notes, today=today, before=first - (span if monday else timedelta(days=1)), after=first + span,
            weekly=monday is not None,
            season=occasions.during(desk.db.rules.occasions, first.month),
            may=desk.person.role in MAKERS, undo=_undo(request.args.get("undo", "")),
        )  # fmt: skip

    @desk.page(pages, f"{PATH}/move", MAKERS, ("POST",))
    def move() -> Answer:
        with desk.db.work() as work:
            row = work.session.get(PushPlan, request.form.get("plan", 0, type=int)) or abort(404)
            old = ONCE.match(row.rule)
            said = _move(work, row, request.form.get("day", ""), Actor(desk.person.name, desk.person.role))
        flash(said or f"{row.name} 已移到新的日子；内容与时间有改动，需重新提交审批")
        where = f"week={request.form['week']}" if _monday(request.form.get("week", "")) else "month=" + _seen(row.rule)
        return back(f"{PATH}?{where}" + ("" if said or old is None else f"&undo={row.id}:{old[1]}"))

    return pages


def _move(work: Work, row: PushPlan, day: str, by: Actor) -> str:
    """Empty when done, else why not."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError:
        return "没有移动：日期无法识别"
    if ONCE.match(row.rule) is None:
        return "没有移动：周期性的计划请在编辑页修改规则"
    if row.rule == ONCE.sub(f"once {wanted}", row.rule):
        return "没有移动：推送就在这一天"
    if wanted < work.now.astimezone(work.rules.zone).date():
        return "没有移动：不能移到过去"
    values = plan_form.values_of(row) | {"rule": ONCE.sub(f"once {wanted}", row.rule)}
    try:
        with work.session.begin_nested():
            plans_of.change(work, row, plan_form.values(MultiDict(values)), by)
    except Refused as refused:
        return f"没有移动：{refused}"
    return ""


def _seen(rule: str) -> str:
    """The month a moved push is in."""
    found = ONCE.match(rule)
    return found[1][:7] if found else ""


def _undo(text: str) -> tuple[int, str] | None:
    """(plan, day before) as a link after a move names them."""
    found = re.fullmatch(r"(\d{1,18}):(\d{4}-\d\d-\d\d)", text)
    return (int(found[1]), found[2]) if found else None


def _monday(text: str) -> date | None:
    """The Monday of the week a day is in; None for no day."""
    try:
        day = date.fromisoformat(text)
        return day - timedelta(days=day.weekday())
    except (ValueError, OverflowError):
        return None


def _week(monday: date) -> list[date]:
    return [monday + timedelta(days=at) for at in range(WEEK)]


def month(plans: Iterable[PushPlan], first: date, rules: Rulebook) -> tuple[list[Day], list[str]]:
    """The squares of the month's weeks (Monday first), and which plans cannot be placed and why."""
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    return squares(plans, [day for week in weeks for day in week], rules)


def squares(plans: Iterable[PushPlan], days: list[date], rules: Rulebook) -> tuple[list[Day], list[str]]:
    """The squares of days in a row, and which plans cannot be placed and why."""
    shown = [Day(day, _rest(day, rules), occasions.on(rules.occasions, day)) for day in days]
    found: dict[date, list[Planned]] = defaultdict(list)
    notes = []
    for plan in plans:
        try:
            moments = schedule.days_of(schedule.parse(plan.rule), shown[0].day, shown[-1].day, rules.calendar)
        except (CalendarMissing, ValueError) as fault:
            notes.append(f"{plan.name}：{fault}")
            continue
        for at in moments:
            leaves = next_allowed(at, rules.send_policy)
            found[leaves.astimezone(rules.zone).date()].append(Planned(plan, at, leaves))
    for square in shown:
        square.planned = sorted(found[square.day], key=lambda one: one.leaves)
        square.warning = _too_much(square.planned, rules)
    return shown, notes


def _too_much(planned: list[Planned], rules: Rulebook) -> str:
    """More to groups on a day than a group may get."""
    count = sum(one.plan.segment.startswith("groups:") for one in planned)
    most = rules.caps.group_per_day
    return f"群推送 {count} 条，每群每天最多 {most} 条，超出的会被拦下" if count > most else ""


def _rest(day: date, rules: Rulebook) -> str:
    try:
        return "" if rules.calendar.is_trading_day(day) else "休市"
    except CalendarMissing:
        return "未录入"


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
