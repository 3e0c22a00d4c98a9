"""A plan run over days gone by or to come, through the real use case and the real gate, and then undone.

Nothing is sent and nothing stays: it all happens in one transaction that is rolled back. Earlier moments count towards
the caps of later ones, as they would.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NoReturn

from sqlalchemy import delete, select

from bot import gate
from handlers import live, push
from models import audience
from models import plan as plans
from models.actions import Action, CreateMass
from models.content import Content, Delivery, Occurrence, PushPlan
from models.events.internal import LiveReminderDue, PushDue
from models.work import Database, Work
from rules import schedule
from rules.trading_calendar import next_allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One moment of the plan. `outcomes`: reason -> how many, with "" for those it reaches.

    `about`: the same of the one target that was asked about; None where it is not among them.
    """

    planned: datetime
    leaves: datetime
    outcomes: Counter[str]
    taps: Counter[str]
    """Employee -> mass messages to tap."""
    about: str | None = None

    @property
    def reached(self) -> int:
        """Targets that would be sent to."""
        return self.outcomes[""]


class _Undone(Exception):
    """Ends the transaction without a trace, with what was found out."""

    def __init__(self, moments: list[Moment]) -> None:
        super().__init__()
        self.moments = moments


def rehearse(db: Database, plan_id: int, first: date, last: date, about: str = "") -> list[Moment]:
    """Every moment from `first` to `last` (Beijing days), by today's members, tiers and consents; `about` one target.

    LookupError for no such plan; CalendarMissing where it takes a calendar nobody has entered.
    """
    try:
        with db.work() as work:
            _play(work, plan_id, first, last, about)
    except _Undone as done:
        return done.moments


def _play(work: Work, plan_id: int, first: date, last: date, about: str) -> NoReturn:
    plan = work.session.get(PushPlan, plan_id)
    if plan is None:
        raise LookupError(f"没有推送计划 {plan_id}；用 push list 查看")
    moments = schedule.days_of(schedule.parse(plan.rule), first, last, work.rules.calendar)
    _clear(plan, moments, work)
    raise _Undone([_moment(plan, at, work, about) for at in moments])


def _clear(plan: PushPlan, moments: tuple[datetime, ...], work: Work) -> None:
    """As if it had never run on those moments, and as if its present state were approved."""
    mine = select(Occurrence.id).where(Occurrence.plan_id == plan.id, Occurrence.fire_at.in_(moments))
    work.session.execute(delete(Delivery).where(Delivery.occurrence_id.in_(mine)))
    work.session.execute(delete(Occurrence).where(Occurrence.plan_id == plan.id, Occurrence.fire_at.in_(moments)))
    content = work.session.get(Content, plan.content_id)
    plan.status = "approved"
    if content is not None:
        size = sum(len(some) for some in audience.targets(plan.segment, work).values())
        plans.sign(plan, content, size)
    work.session.flush()


def _moment(plan: PushPlan, planned: datetime, work: Work, about: str) -> Moment:
    leaves = next_allowed(planned, work.rules.send_policy)
    then = replace(work, now=leaves)
    occurrence = Occurrence(plan_id=plan.id, fire_at=planned, state="queued", made_at=leaves)
    work.session.add(occurrence)
    work.session.flush()
    taps: Counter[str] = Counter()
    for action in _actions(plan, occurrence, then):
        ruling = gate.judge(action, then)
        if isinstance(action, CreateMass) and ruling.may_go:
            taps[action.owner] += 1
    work.session.flush()
    rows = work.session.execute(
        select(Delivery.state, Delivery.reason, Delivery.target).where(Delivery.occurrence_id == occurrence.id)
    ).all()
    said = {row.target: row.reason if row.state == "withheld" else "" for row in rows}
    return Moment(planned=planned, leaves=leaves, outcomes=Counter(said.values()), taps=taps, about=said.get(about))


def _actions(plan: PushPlan, occurrence: Occurrence, work: Work) -> Iterator[Action]:
    event = plans.due_event(plan, occurrence, work.now)
    if isinstance(event, LiveReminderDue):
        yield from live.remind(event, work)
    elif isinstance(event, PushDue):
        yield from push.fire(event, work)
