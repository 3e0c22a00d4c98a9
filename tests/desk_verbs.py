"""What operators keep, in the words of scenarios: plans, streams, rows, outcomes."""

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot import inbox
from commands.product import Product
from models import audience
from models import plan as plans
from models.content import Content, Delivery, LiveStream, Occurrence, PushPlan
from models.events.base import Event
from models.member import Member
from models.points import PointsEntry
from models.referral import Invitation
from models.work import Work
from rules import schedule

BEIJING = ZoneInfo("Asia/Shanghai")
ACCEPTED = 200


class Hands:
    """The clock both sides read."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class DeskVerbs:
    """What a test does at the operators' desk; `Verbs` are the people outside."""

    product: Product
    hands: Hands

    def member_says(self, text: str, by: str = "", menu: str = "") -> str:
        """A person outside speaks; who it was."""
        raise NotImplementedError

    def minutes_from_now(self, minutes: float) -> datetime:
        """A moment to come, in Beijing."""
        return (self.hands.now + timedelta(minutes=minutes)).astimezone(BEIJING)

    def plan(self, rule: str, content: str = "H-MID", segment: str = "groups:all", **more: Any) -> int:
        """An approved push plan; its number."""
        due = schedule.next_after(schedule.parse(rule), self.hands.now, self.product.db.rules.calendar)
        fields = json.dumps(more.pop("fields", {}), ensure_ascii=False)
        with self.product.db.work() as work:
            made = PushPlan(
                name=content, rule=rule, content_id=content, segment=segment, fields=fields, status="approved",
                next_at=due, **{"edits": 0, "holdout": 0, **more},
            )  # fmt: skip
            work.session.add(made)
            work.session.flush()
            size = sum(len(some) for some in audience.targets(segment, work).values())
            plans.sign(made, work.session.get_one(Content, content), size)
            return made.id

    def live_stream(self, starts: str) -> int:
        """A live stream that begins at a moment in Beijing."""
        at = datetime.fromisoformat(starts).replace(tzinfo=BEIJING)
        with self.product.db.work() as work:
            made = LiveStream(title="年报怎么读", starts_at=at, status="planned", url="https://live.example/1")
            work.session.add(made)
            work.session.flush()
            return made.id

    def edit(self, of: Any, key: Any, **values: Any) -> None:
        """Change a row behind the product's back, as the console would."""
        with self.product.db.work() as work:
            row = work.session.get(of, key)
            for name, value in values.items():
                setattr(row, name, value)

    def put(self, work: Work, *events: Event) -> None:
        """Events of ours enter the inbox, as the console would put them."""
        inbox.put(work, [inbox.of_event(one, source="console", priority=1) for one in events])

    def occurrences(self, plan: int) -> list[Occurrence]:
        """Moments of a plan, in order."""
        with self.product.db.read() as session:
            return list(session.scalars(select(Occurrence).where(Occurrence.plan_id == plan).order_by(Occurrence.id)))

    def outcome(self, plan: int) -> dict[str, tuple[str, str]]:
        """Target -> (state, reason) of a plan's newest moment."""
        newest = self.occurrences(plan)[-1].id
        with self.product.db.read() as session:
            rows = session.scalars(select(Delivery).where(Delivery.occurrence_id == newest))
            return {row.target: (row.state, row.reason) for row in rows}

    def invitation(self, inviter: str) -> str:
        """The config_id behind a member's QR code; somebody long with us, who accepts the rules and asks."""
        self.edit(Member, inviter, first_seen_at=self.hands.now - timedelta(days=20))
        self.member_says("同意活动规则", by=inviter)
        self.member_says("我的邀请", by=inviter)
        with self.product.db.read() as session:
            return session.scalars(select(Invitation.config_id).where(Invitation.inviter_id == inviter)).one()

    def points(self, person: str) -> list[int]:
        """Every movement of somebody's points."""
        with self.product.db.read() as session:
            chosen = (
                select(PointsEntry.points)
                .where(PointsEntry.member_id == person, PointsEntry.points != 0)
                .order_by(PointsEntry.id)
            )
            return list(session.scalars(chosen))
