"""工作台: what needs this person now, then what the last day brought."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from console import nav
from console.access import Person
from console.alerts import LEVELS
from console.desk import Answer, Desk
from console.needs import alert_is_for, needs
from models.alert import Alert
from models.content import Delivery, PushPlan
from models.faq import FaqDecision
from models.ledger import Inbound, in_state
from models.member import Member
from models.rfm import TierRun

DECISIONS = {"answer": "直接回答", "clarify": "请对方选择", "handoff": "转人工", "silent": "保持安静"}
STATES = {
    "queued": "排队",
    "tasked": "待群主点击",
    "sent": "已送达",
    "refused": "不可送达",
    "withheld": "合规或频控拦下",
}
SHOWN, PLANS = 8, 6
AHEAD = timedelta(days=7)
MANY = 100_000
"""Members one does not count at every look."""
MOST = 1_000_000
"""Questions of a day that are counted."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the last 24 hours, and the members' tiers now."""

    decisions: dict[str, int]
    deliveries: dict[str, int]
    tiers: dict[str, int]
    waiting: int


def blueprint(desk: Desk) -> Blueprint:
    """One page."""
    pages = Blueprint("overview", __name__)

    @desk.page(pages, "/console/")
    def overview() -> Answer:
        now, person, rules = desk.db.clock(), desk.person, desk.db.rules
        with desk.db.read() as session:
            return render_template(
                "overview.html", needs=needs(session, person, now), alerts=_alerts(session, person, now),
                plans=_coming(session, now) if person.role in nav.WRITERS else None, signal=rules.cues.name_of,
                levels=LEVELS, f=_figures(session, now) if person.role != "advisor" else None, decisions=DECISIONS,
                states=STATES, tiers=rules.rfm.names, now=now,
            )  # fmt: skip

    return pages


def _figures(session: Session, now: datetime) -> Figures:
    day = now - timedelta(days=1)
    # The rows of the day first: SQLite would else walk all rows in the order of their decisions to group them.
    today = select(FaqDecision.decision).where(FaqDecision.at >= day).order_by(FaqDecision.at).limit(MOST).subquery()
    asked = select(today.c.decision, func.count()).group_by(today.c.decision)
    sent = select(Delivery.state, func.count()).where(Delivery.at >= day).group_by(Delivery.state)
    return Figures(
        decisions=_counts(session, asked),
        deliveries=_counts(session, sent),
        tiers=_tiers(session),
        waiting=session.scalar(select(func.count()).where(in_state(Inbound, "due"))) or 0,
    )


def _tiers(session: Session) -> dict[str, int]:
    """Members by tier: of now, or of last night's run where counting all of them would take long."""
    run = session.scalars(select(TierRun).order_by(TierRun.id.desc()).limit(1)).first()
    if run is not None and run.members > MANY:
        return {tier: count for tier, count in run.spread.items() if tier}
    return _counts(session, select(Member.tier, func.count()).where(Member.tier != "").group_by(Member.tier))


def _counts(session: Session, chosen: Select[str, int]) -> dict[str, int]:
    return {name: count for name, count in session.execute(chosen)}  # noqa: C416 rows are no pairs to mypy


def _alerts(session: Session, person: Person, now: datetime) -> list[Alert]:
    """Those whose clock ends first; an advisor's own."""
    open_ones = select(Alert).where(Alert.state == "open", alert_is_for(person, now))
    return list(session.scalars(open_ones.order_by(Alert.due_at).limit(SHOWN)))


def _coming(session: Session, now: datetime) -> list[PushPlan]:
    """What goes out in the next days."""
    soon = (PushPlan.status == "approved", PushPlan.next_at.is_not(None), PushPlan.next_at <= now + AHEAD)
    return list(session.scalars(select(PushPlan).where(*soon).order_by(PushPlan.next_at).limit(PLANS)))
