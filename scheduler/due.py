"""What is due now: occurrences of plans, overdue alerts, mass messages to look after, referrals to review."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from bot import inbox
from models import alert, moment, opinion
from models import plan as plans
from models.content import MassTask, Occurrence, PushPlan
from models.events.alert import CopiesDue
from models.events.broadcast import MomentDue
from models.events.internal import (
    AlertOverdue,
    MassCheckDue,
)
from models.events.opinion import IncidentOverdue
from models.work import Work
from rules import schedule
from rules.trading_calendar import CalendarMissing, next_allowed

log = structlog.get_logger(__name__)

LATE = timedelta(minutes=2)
"""A moment older than this was missed: its plan's policy decides, never a silent drop."""


def occurrences(work: Work) -> int:
    """Turn every due moment of every approved plan into one occurrence row, and its event, in one transaction."""
    waiting = (
        select(PushPlan)
        .where(PushPlan.status == "approved", PushPlan.next_at <= work.now)
        .order_by(PushPlan.id)
        .with_for_update(skip_locked=True)
    )
    made = 0
    for plan in work.session.scalars(waiting).all():
        while plan.next_at is not None and plan.next_at <= work.now:
            made += _materialise(plan, plan.next_at, work)
            plan.next_at = _next(plan, plan.next_at, work)
    return made


def _next(plan: PushPlan, after: datetime, work: Work) -> datetime | None:
    """A rule that needs trading days nobody has entered yet pauses its own plan and no other."""
    try:
        return schedule.next_after(schedule.parse(plan.rule), after, work.rules.calendar)
    except (CalendarMissing, ValueError) as fault:
        plan.status, plan.note = "paused", str(fault)[:200]
        log.warning("plan_paused", plan=plan.id, reason=type(fault).__name__)
        return None


def _materialise(plan: PushPlan, fire_at: datetime, work: Work) -> int:
    missed = work.now - fire_at > LATE
    state = {"send": "queued", "drop": "dropped"}.get(plan.misfire, "missed") if missed else "queued"
    dialect = sqlite if work.session.get_bind().dialect.name == "sqlite" else postgresql
    row = {"plan_id": plan.id, "fire_at": fire_at, "state": state, "made_at": work.now}
    work.session.execute(dialect.insert(Occurrence).values(row).on_conflict_do_nothing())
    found = work.session.scalars(
        select(Occurrence).where(Occurrence.plan_id == plan.id, Occurrence.fire_at == fire_at)
    ).one()
    if found.state != "queued":
        return 0
    # It waits for a lawful hour as an event, so that consent, caps and words are judged when it leaves.
    opens = next_allowed(work.now, work.rules.send_policy)
    due = plans.due_event(plan, found, work.now)
    held = opens if opens > work.now else None  # not "now": this clock may be ahead of the workers'
    event = inbox.of_event(due, source="clock", priority=6, not_before=held, lane=plans.LANE)
    return inbox.put(work, [event])


def alerts(work: Work) -> int:
    """Open alerts past their time; the key names the rung, so each rung is climbed once."""
    return inbox.put(
        work,
        [
            inbox.of_event(
                AlertOverdue(key=f"overdue:{one.id}:{one.step}", at=work.now, alert_id=one.id, step=one.step),
                source="clock", priority=1,
            )
            for one in alert.overdue(work.session, work.now)
        ],
    )  # fmt: skip


def copies(work: Work) -> int:
    """Copies that did not fit into somebody's minute; the key names the minute."""
    before = work.now - timedelta(seconds=60)
    slot = int(work.now.timestamp() // 60)
    events = [
        CopiesDue(key=f"copies:{one}:{slot}"[:80], at=work.now, employee_id=one)
        for one in alert.copies_waiting(work.session, before)
    ]
    return inbox.put(work, [inbox.of_event(one, source="clock", priority=4) for one in events])


def incidents(work: Work) -> int:
    """Opinion incidents whose next step is overdue; the key names the reminder."""
    events = [
        IncidentOverdue(key=f"incident:{one.id}:{one.turn}", at=work.now, incident_id=one.id, turn=one.turn)
        for one in opinion.waiting(work.session, work.now)
    ]
    return inbox.put(work, [inbox.of_event(one, source="clock", priority=2) for one in events])


def moments(work: Work) -> int:
    """Moments whose next look is due; the key names the look."""
    events = [
        MomentDue(key=f"momentdue:{one.id}:{one.checks}", at=work.now, moment=one.id)
        for one in moment.due(work.session, work.now)
    ]
    return inbox.put(work, [inbox.of_event(one, source="clock", priority=7) for one in events])


def mass_checks(work: Work) -> int:
    """Mass messages whose next look is due; the key names the look."""
    waiting = select(MassTask).where(MassTask.open, MassTask.check_at <= work.now).limit(500)
    events = [
        MassCheckDue(key=f"masscheck:{one.msgid}:{one.checks}"[:80], at=work.now, msgid=one.msgid)
        for one in work.session.scalars(waiting)
    ]
    return inbox.put(work, [inbox.of_event(one, source="clock", priority=7) for one in events])
