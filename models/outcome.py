"""What a plan brought: clicks by whom we know, who spoke up afterwards, and how much of it the push itself did."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, false, func, or_, select
from sqlalchemy.orm import Session

from models.activity import PASSIVE, Activity
from models.content import CONTROL, Delivery, Occurrence, PushPlan
from models.link import LinkClick, TrackedLink
from models.milestone import MemberMilestone
from rules.uplift import Difference, difference

AFTER = timedelta(days=3)
"""What somebody does within it counts as theirs after the push."""
CONVERTED = timedelta(days=30)
LOOKED = 8
"""Newest occurrences of a plan that are counted."""
SPOKE = ("message", "question")
PERSON = "w_%"
"""Ids of customers; those of groups begin otherwise."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Sums over a plan's occurrences. `clicks`: every opening; `clickers`: different persons we know.

    `meant` and `active`: everybody the push was for, whether it reached them or not, as the control group was drawn
    before anybody was left out for another reason (intention to treat).
    """

    reached: int
    clicks: int
    clickers: int
    replied: int
    meant: int
    active: int
    control: int
    control_active: int
    tested: int
    opened: int
    """Who passed a risk test, or opened an account, within thirty days: counted, nothing is earned by it."""

    @property
    def uplift(self) -> Difference | None:
        """Share of those active afterwards, against the control group."""
        return difference(self.active, self.meant, self.control_active, self.control)


def of_plan(session: Session, plan_id: int) -> Outcome:
    """Persons only: of a group nobody can say who read what."""
    found = _persons(session, plan_id, Delivery.reason == CONTROL)
    control, meant = (sum((one for key, one in found.items() if key[1] is side), Counter()) for side in (True, False))
    reached = control["sent"] + meant["sent"]
    every = select(Occurrence.id).where(Occurrence.plan_id == plan_id).order_by(Occurrence.id.desc()).limit(LOOKED)
    ours = or_(*(TrackedLink.ref.startswith(f"{one}:") for one in session.scalars(every)), false())
    links = select(TrackedLink.code, TrackedLink.clicks).where(TrackedLink.kind == "push", ours)
    rows = session.execute(links).all()
    known = select(func.count(LinkClick.member_id.distinct())).where(LinkClick.code.in_([code for code, _ in rows]))
    return Outcome(
        reached, sum(clicks for _, clicks in rows), session.scalar(known) or 0 if rows else 0, meant["spoke"],
        meant["people"], meant["active"], control["people"], control["active"],
        *_converted(session, plan_id),
    )  # fmt: skip


def _converted(session: Session, plan_id: int) -> tuple[int, int]:
    """Persons the plan reached who passed a risk test, and who opened an account, within thirty days after it."""
    moments = select(Occurrence.id, Occurrence.fire_at).where(Occurrence.plan_id == plan_id)
    found: dict[str, set[str]] = {"TESTED": set(), "OPENED": set()}
    for moment, fire_at in session.execute(moments.order_by(Occurrence.fire_at.desc()).limit(LOOKED)).all():
        theirs = Delivery.target == MemberMilestone.member_id
        reached = exists().where(Delivery.occurrence_id == moment, theirs, Delivery.state == "sent")
        within = MemberMilestone.at.between(fire_at, fire_at + CONVERTED)
        chosen = select(MemberMilestone.kind, MemberMilestone.member_id).where(
            MemberMilestone.kind.in_(found), within, reached
        )
        for kind, who in session.execute(chosen):
            found[kind].add(who)
    return len(found["TESTED"]), len(found["OPENED"])


@dataclass(frozen=True, slots=True)
class Side:
    """One content of a comparison: persons it was for, those active afterwards, openings of its links."""

    content_id: str
    meant: int
    active: int
    clicks: int


@dataclass(frozen=True, slots=True)
class Versus:
    """Two contents of a plan beside each other; `lead`: the second's share minus the first's."""

    rows: tuple[Side, Side]

    @property
    def lead(self) -> Difference | None:
        """None while either side has nobody."""
        first, second = self.rows
        return difference(second.active, second.meant, first.active, first.meant)


def versus(session: Session, plan: PushPlan) -> Versus | None:
    """The comparison of a plan that has two contents."""
    if not plan.variant_id:
        return None
    first, second = (_side(session, plan.id, one) for one in (plan.content_id, plan.variant_id))
    return Versus((first, second))


def _side(session: Session, plan_id: int, content_id: str) -> Side:
    found = _persons(session, plan_id, Delivery.content_id == content_id)
    mine = sum((one for (_, side), one in found.items() if side), Counter[str]())
    refs = [f"{moment}:{content_id}" for moment, _ in found]
    clicks = select(func.sum(TrackedLink.clicks)).where(TrackedLink.kind == "push", TrackedLink.ref.in_(refs))
    return Side(content_id, mine["people"], mine["active"], session.scalar(clicks) or 0)


def _persons(session: Session, plan_id: int, which: ColumnElement[bool]) -> dict[tuple[int, bool], Counter[str]]:
    """(occurrence, whether `which` holds) -> people, how many got it, were active, or spoke within three days."""
    mine = select(Occurrence.id).where(Occurrence.plan_id == plan_id).order_by(Occurrence.fire_at.desc()).limit(LOOKED)
    sized = (
        select(Delivery.occurrence_id, Occurrence.fire_at, which, func.count(), _SENT)
        .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .where(Delivery.occurrence_id.in_(mine), Delivery.target.like(PERSON))
        .group_by(Delivery.occurrence_id, Occurrence.fire_at, which)
    )
    found: dict[tuple[int, bool], Counter[str]] = {}
    begins: dict[int, datetime] = {}
    for moment, fire_at, side, people, sent in session.execute(sized):
        found[moment, bool(side)], begins[moment] = Counter(people=people, sent=sent), fire_at
    for moment, fire_at in begins.items():
        who = Activity.member_id == Delivery.target
        done = (
            select(which, func.count(Activity.member_id.distinct()), _SPOKE)
            .join(Delivery, who & (Delivery.occurrence_id == moment))
            .where(Activity.at >= fire_at, Activity.at < fire_at + AFTER, Activity.kind.not_in(PASSIVE))
            .group_by(which)
        )
        for side, active, spoke in session.execute(done):
            found[moment, bool(side)].update(active=active, spoke=spoke)
    return found


_SENT = func.count().filter(Delivery.state == "sent")
_SPOKE = func.count(Activity.member_id.distinct()).filter(Activity.kind.in_(SPOKE))
