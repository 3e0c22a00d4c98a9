"""What a plan brought: clicks by whom we know, who spoke up afterwards, and how much of it the push itself did."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from models.activity import PASSIVE, Activity
from models.content import CONTROL, Delivery, Occurrence, PushPlan
from models.link import LinkClick, TrackedLink
from rules.uplift import Difference, difference

AFTER = timedelta(days=3)
"""What somebody does within it counts as theirs after the push."""
LOOKED = 50
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

    @property
    def uplift(self) -> Difference | None:
        """Share of those active afterwards, against the control group."""
        return difference(self.active, self.meant, self.control_active, self.control)


def of_plan(session: Session, plan_id: int) -> Outcome:
    """Persons only: of a group nobody can say who read what."""
    newest = select(Occurrence).where(Occurrence.plan_id == plan_id).order_by(Occurrence.fire_at.desc()).limit(LOOKED)
    moments = list(session.scalars(newest))
    sums = [0, 0, 0, 0, 0]
    for one in moments:
        meant, active, replied = _after(session, one, Delivery.reason != CONTROL)
        control, control_active, _ = _after(session, one, Delivery.reason == CONTROL)
        sums = [a + b for a, b in zip(sums, (replied, meant, active, control, control_active), strict=True)]
    mine = Delivery.occurrence_id.in_([one.id for one in moments])
    sent = select(func.count()).where(mine, Delivery.state == "sent", Delivery.target.like(PERSON))
    ours = TrackedLink.kind == "push", or_(*(TrackedLink.ref.startswith(f"{one.id}:") for one in moments), false())
    clicks = session.scalar(select(func.sum(TrackedLink.clicks)).where(*ours)) or 0
    known = select(func.count(LinkClick.member_id.distinct())).where(
        LinkClick.code.in_(select(TrackedLink.code).where(*ours))
    )
    return Outcome(session.scalar(sent) or 0, clicks, session.scalar(known) or 0, *sums)


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
    newest = select(Occurrence).where(Occurrence.plan_id == plan_id).order_by(Occurrence.fire_at.desc()).limit(LOOKED)
    meant = active = clicks = 0
    for one in session.scalars(newest).all():
        size, lively, _ = _after(session, one, Delivery.content_id == content_id)
        meant, active = meant + size, active + lively
        link = TrackedLink.kind == "push", TrackedLink.ref == f"{one.id}:{content_id}"
        clicks += session.scalar(select(func.sum(TrackedLink.clicks)).where(*link)) or 0
    return Side(content_id, meant, active, clicks)


def _after(session: Session, moment: Occurrence, which: ColumnElement[bool]) -> tuple[int, int, int]:
    """(persons, those who did anything, those who spoke) within three days of an occurrence."""
    people = select(Delivery.target).where(Delivery.occurrence_id == moment.id, which, Delivery.target.like(PERSON))
    done = select(
        func.count(Activity.member_id.distinct()),
        func.count(Activity.member_id.distinct()).filter(Activity.kind.in_(SPOKE)),
    ).where(
        Activity.member_id.in_(people), Activity.at >= moment.fire_at, Activity.at < moment.fire_at + AFTER,
        Activity.kind.not_in(PASSIVE),
    )  # fmt: skip
    size = session.scalar(select(func.count()).select_from(people.subquery())) or 0
    active, spoke = session.execute(done).one()
    return size, active, spoke
