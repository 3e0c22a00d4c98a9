"""日历: a month of pushes at one look: what is planned when, on which days the exchanges rest, where it is too much."""

import calendar as months
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from flask import Blueprint, render_template, request
from sqlalchemy import select

from console.desk import Answer, Desk
from models.content import PushPlan
from models.rulebook import Rulebook
from rules import schedule
from rules.trading_calendar import CalendarMissing, next_allowed

PATH = "/console/calendar"
READERS = ("author", "approver", "operator", "auditor", "admin")


@dataclass(slots=True)
class Planned:
    """A plan's moment on a day. `leaves`: when it really starts, after quiet hours."""

    plan: PushPlan
    at: datetime
    leaves: datetime


@dataclass(slots=True)
class Day:
    """A square of the month. `rest`: why the exchanges rest, `unknown` in a year nobody has entered."""

    day: date
    rest: str
    planned: list[Planned] = field(default_factory=list)
    warning: str = ""


def blueprint(desk: Desk) -> Blueprint:
    """One page."""
    pages = Blueprint("calendar", __name__)

    @desk.page(pages, PATH, READERS)
    def calendar() -> Answer:
        today = desk.db.clock().astimezone(desk.zone).date()
        first = _month(request.args.get("month", ""), today)
        with desk.db.read() as session:
            plans = list(session.scalars(select(PushPlan).where(PushPlan.status != "ended").order_by(PushPlan.id)))
        days, notes = month(plans, first, desk.db.rules)
        before, after = first - timedelta(days=1), first + timedelta(days=32)
        return render_template(
            "calendar.html", first=first, weeks=[days[at : at + 7] for at in range(0, len(days), 7)], notes=notes,
            today=today, before=before, after=after,
        )  # fmt: skip

    return pages


def month(plans: Iterable[PushPlan], first: date, rules: Rulebook) -> tuple[list[Day], list[str]]:
    """The squares of the month's weeks (Monday first), and which plans cannot be placed and why."""
    squares = [Day(day, _rest(day, rules)) for week in months.Calendar().monthdatescalendar(first.year, first.month)
               for day in week]  # fmt: skip
    found: dict[date, list[Planned]] = defaultdict(list)
    notes = []
    for plan in plans:
        try:
            moments = schedule.days_of(schedule.parse(plan.rule), squares[0].day, squares[-1].day, rules.calendar)
        except (CalendarMissing, ValueError) as fault:
            notes.append(f"{plan.name}：{fault}")
            continue
        for at in moments:
            leaves = next_allowed(at, rules.send_policy)
            found[leaves.astimezone(rules.zone).date()].append(Planned(plan, at, leaves))
    for square in squares:
        square.planned = sorted(found[square.day], key=lambda one: one.leaves)
        square.warning = _too_much(square.planned, rules)
    return squares, notes


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
