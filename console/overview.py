"""工作台: what came in, what went out, what needs somebody, at one look."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from console.access import Person
from console.desk import Answer, Desk
from models.alert import Alert
from models.content import Delivery, PushPlan
from models.faq import FaqDecision
from models.ledger import Inbound, Outbound, in_state
from models.member import Member

DECISIONS = {"answer": "直接回答", "clarify": "请对方选择", "handoff": "转人工", "silent": "保持安静"}
STATES = {
    "queued": "排队",
    "tasked": "待群主点击",
    "sent": "已送达",
    "refused": "不可送达",
    "withheld": "合规或频控拦下",
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page shows. Times are aware."""

    decisions: dict[str, int]
    deliveries: dict[str, int]
    tiers: dict[str, int]
    waiting: int
    dead: int
    problems: int
    alerts: list[Alert]
    plans: list[PushPlan]


def blueprint(desk: Desk) -> Blueprint:
    """One page."""
    pages = Blueprint("overview", __name__)

    @desk.page(pages, "/console/")
    def overview() -> Answer:
        with desk.db.read() as session:
            figures = read(session, desk.person, desk.db.clock())
            return render_template("overview.html", f=figures, decisions=DECISIONS, states=STATES, now=desk.db.clock())

    return pages


def read(session: Session, person: Person, now: datetime) -> Figures:
    """The last 24 hours; an advisor sees the alerts that came to them."""
    day = now - timedelta(days=1)
    asked = select(FaqDecision.decision, func.count()).where(FaqDecision.at >= day).group_by(FaqDecision.decision)
    sent = select(Delivery.state, func.count()).where(Delivery.at >= day).group_by(Delivery.state)
    placed = select(Member.tier, func.count()).where(Member.tier != "").group_by(Member.tier)
    return Figures(
        decisions=_counts(session, asked),
        deliveries=_counts(session, sent),
        tiers=_counts(session, placed),
        waiting=_count(session, in_state(Inbound, "due")),
        dead=_count(session, in_state(Inbound, "dead")),
        problems=_count(session, in_state(Outbound, "failed", "unknown")),
        alerts=_alerts(session, person),
        plans=list(session.scalars(select(PushPlan).order_by(PushPlan.next_at).limit(20))),
    )


def _counts(session: Session, chosen: Select[str, int]) -> dict[str, int]:
    return {name: count for name, count in session.execute(chosen)}  # noqa: C416 rows are no pairs to mypy


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).where(which)) or 0


def _alerts(session: Session, person: Person) -> list[Alert]:
    chosen = select(Alert).where(Alert.state == "open").order_by(Alert.due_at).limit(200)
    found = list(session.scalars(chosen))
    return [one for one in found if person.name in one.told] if person.role == "advisor" else found
