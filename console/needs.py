"""What needs somebody at the console: one table, by role; each line counts in the database and leads to its list."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, literal, or_, select
from sqlalchemy.orm import Session

from console.access import Person
from handlers import faq_learning
from models.alert import Alert
from models.approval import PlanApproval
from models.content import Content, MassTask, Occurrence, PushPlan
from models.engagement import Engagement, EngagementEntry
from models.faq_base import FaqVersion
from models.fraud import FraudCase
from models.kf import POOL, KfSession
from models.ledger import Inbound, Outbound, in_state
from models.opinion import Incident
from models.reward import Redemption
from models.rfm import ServiceTask
from models.scope import Viewer, visible
from models.violation import Violation

SLOW_OWNER = timedelta(hours=2)
"""A mass message not confirmed for this long is worth a call."""


@dataclass(frozen=True, slots=True)
class Need:
    """`late` of `count` are past their clock; `path`: the list they stand in."""

    title: str
    path: str
    count: int
    late: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A kind of need: who is asked, in what words, and which rows. `late`: which of them are past their clock."""

    title: str
    path: str
    roles: tuple[str, ...]
    rows: Callable[[Person, datetime], ColumnElement[bool]]
    late: Callable[[datetime], ColumnElement[bool]] | None = None


def alert_is_for(who: Viewer, now: datetime) -> ColumnElement[bool]:
    """Alerts of clients the viewer looks after, and those that came to the viewer."""
    return or_(visible(who, Alert.member_id, now), Alert.holder_id == who.userid)


KEEPERS = ("operator", "admin")
CHECKERS = ("approver", "admin")
LINES = (
    Line(
        "提醒等人跟进", "/console/alerts?state=open", ("operator", "advisor", "admin"),
        lambda who, now: (Alert.state == "open") & alert_is_for(who, now),
        lambda now: Alert.due_at <= now,
    ),
    Line(
        "客户在排队等人工", "/console/conversation?state=2", ("operator", "advisor", "admin"),
        lambda who, now: (KfSession.state == POOL) & visible(who, KfSession.member_id, now),
    ),
    Line(
        "舆情待处置", "/console/opinion?state=open", ("approver", "operator", "admin"),
        lambda *_: Incident.state == "open", lambda now: Incident.due_at <= now,
    ),
    Line(
        "推送待审批", "/console/plans?status=submitted", CHECKERS,
        lambda *_: PushPlan.status == "submitted", lambda now: PushPlan.next_at <= now,
    ),
    Line(
        "紧急推送待补核", "/console/plans", CHECKERS,
        lambda *_: (PlanApproval.verdict == "emergency") & (PlanApproval.reviewed_by == ""),
        lambda now: PlanApproval.at <= now - timedelta(hours=24),
    ),
    Line(
        "推送错过了时刻，等您决定", "/console/plans", KEEPERS,
        lambda *_: Occurrence.state == "missed",
    ),
    Line(
        "内容待批准", "/console/contents", CHECKERS,
        lambda *_: (Content.approved_hash == "") & (Content.body != ""),
    ),
    Line(
        "活动待批准", "/console/engagements", CHECKERS,
        lambda _, now: (Engagement.approved_print == "") & Engagement.closed.is_(False) & (Engagement.closes_at > now),
        lambda now: Engagement.opens_at <= now,
    ),
    Line(
        "成员来稿待审核", "/console/engagements", ("author", "operator", "approver", "admin"),
        lambda *_: EngagementEntry.state == "waiting",
    ),
    Line(
        "问答草稿待审批", "/console/faq?state=draft", CHECKERS,
        lambda *_: FaqVersion.state == "draft",
    ),
    Line(
        "没答上来的问题", "/console/faq/learning", ("author", "operator", "admin"),
        lambda _, now: faq_learning.waiting(now) & faq_learning.WORDED,
    ),
    Line(
        "群发等员工确认", "/console/plans", KEEPERS,
        lambda *_: MassTask.open.is_(True), lambda now: MassTask.created_at <= now - SLOW_OWNER,
    ),
    Line(
        "事件处理失败", "/console/letters", KEEPERS,
        lambda *_: in_state(Inbound, "dead"),
    ),
    Line(
        "发送失败或结果不明", "/console/letters/sends", KEEPERS,
        lambda *_: in_state(Outbound, "failed", "unknown"),
    ),
    Line(
        "成员违规待处理", "/console/compliance/offences?state=open", ("operator", "approver", "admin"),
        lambda *_: Violation.state == "open",
    ),
    Line(
        "邀请奖励待复核", "/console/referral/cases", CHECKERS,
        lambda *_: FraudCase.state.in_(("held", "appealed")),
    ),
    Line(
        "兑换待审核或发放", "/console/rewards/redemptions", KEEPERS,
        lambda *_: Redemption.state.in_(("pending", "ready")),
    ),
    Line(
        "本月客户任务", "/console/tiers/tasks", ("advisor",),
        lambda who, now: (ServiceTask.state == "open") & visible(who, ServiceTask.member_id, now),
        lambda now: ServiceTask.due_on < now.date(),
    ),
)  # fmt: skip


MOST = 1000
"""Of a line: more than anybody counts."""


def needs(session: Session, person: Person, now: datetime) -> list[Need]:
    """What this person is asked for now: late things first, then in the order of the table."""
    found = [need for line in LINES if person.role in line.roles for need in _counted(session, line, person, now)]
    return sorted(found, key=lambda one: one.late == 0)


def _counted(session: Session, line: Line, person: Person, now: datetime) -> Iterator[Need]:
    rows = line.rows(person, now)
    if count := _some(session, rows):
        yield Need(line.title, line.path, count, _some(session, rows, line.late(now)) if line.late else 0)


def _some(session: Session, *where: ColumnElement[bool]) -> int:
    """How many there are, as far as anybody counts."""
    found = select(literal(1).label("one")).where(*where).limit(MOST).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0
