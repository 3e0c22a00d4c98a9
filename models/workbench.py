"""What an advisor sees of a client: the dates noted, the timeline, and the facts the next step is suggested from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Index, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models import consent
from models.activity import Activity, TierChange
from models.alert import OUTCOMES, Alert
from models.base import Base, BigKey
from models.content import Delivery
from models.member import Friendship, Member
from models.opinion import OpinionMention
from models.rulebook import Rulebook
from models.scope import Viewer, narrow
from rules.next_action import Client, Suggestion, suggest

KINDS = {"birthday": "生日", "due": "产品到期"}
BASIS = {"birthday": "greeting", "due": "account"}
"""Kind of date -> the consent its use rests on (alerts.yaml guardrails)."""
HIGH_VALUE = frozenset({"S", "A"})
DOINGS = {
    "message": "在群里发言", "question": "向机器人或客服提问", "click": "点击链接", "live": "观看直播",
    "quiz": "完成答题", "media": "发送图片或文件", "kf_session": "进入微信客服", "join": "加入群", "leave": "离开群",
    "referral": "邀请好友", "moment": "点赞或评论朋友圈", "engage": "参加社群活动",
}  # fmt: skip


class ClientDate(Base):
    """A birthday or the day a product falls due, noted by an employee; used only with the client's consent."""

    __tablename__ = "client_date"
    __table_args__ = (Index("ix_client_date_member", "member_id"), Index("ix_client_date_kind", "kind", "on"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(12))
    on: Mapped[date]
    noted_by: Mapped[str] = mapped_column(String(64))
    noted_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of the timeline."""

    at: datetime
    kind: str
    text: str


def clients(viewer: Viewer, now: datetime) -> Select[Any]:
    """The viewer's clients; an advisor's own and those of colleagues they stand in for, in the query itself."""
    return narrow(select(Member), viewer, Member.id, now)


def client(session: Session, viewer: Viewer, member_id: str, now: datetime) -> Member | None:
    """One of the viewer's clients, or nothing."""
    found: Member | None = session.scalars(clients(viewer, now).where(Member.id == member_id)).first()
    return found


def timeline(session: Session, rules: Rulebook, member_id: str, limit: int = 60) -> list[Happening]:
    """What happened with a client, newest first."""
    found = [one for part in _parts(session, rules, member_id, limit) for one in part]
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]


def _parts(session: Session, rules: Rulebook, member_id: str, limit: int) -> Iterator[list[Happening]]:
    def newest(of: Any, at: Any, whose: Any) -> list[Any]:
        return list(session.scalars(select(of).where(whose == member_id).order_by(at.desc()).limit(limit)))

    yield [
        Happening(one.at, "互动", DOINGS.get(one.kind, one.kind))
        for one in newest(Activity, Activity.at, Activity.member_id)
    ]
    alerts = newest(Alert, Alert.raised_at, Alert.member_id)
    yield [Happening(one.raised_at, "提醒", f"{rules.cues.name_of(one.signal)}：{one.quote}") for one in alerts]
    yield [
        Happening(one.closed_at, "处理", f"{rules.cues.name_of(one.signal)}：{OUTCOMES.get(one.outcome, one.outcome)}")
        for one in alerts
        if one.closed_at is not None
    ]
    yield [
        Happening(one.at, "等级", f"{one.old or '未分层'} → {one.new}")
        for one in newest(TierChange, TierChange.at, TierChange.member_id)
    ]
    yield [Happening(one.at, "推送", one.reason or one.state) for one in newest(Delivery, Delivery.at, Delivery.target)]
    yield [
        Happening(one.at, "舆情", f"{one.topic}：{one.quote}")
        for one in newest(OpinionMention, OpinionMention.at, OpinionMention.member_id)
    ]
    for one in newest(Friendship, Friendship.since, Friendship.member_id):
        yield [Happening(one.since, "关系", f"添加 {one.employee_id}")]
        yield [Happening(one.ended_at, "关系", f"与 {one.employee_id} 解除联系")] if one.ended_at else []


def next_step(session: Session, rules: Rulebook, member: Member, now: datetime) -> Suggestion:
    """The suggestion for one client."""
    today = now.astimezone(rules.zone).date()
    pending = select(Alert).where(Alert.member_id == member.id, Alert.state.in_(("open", "acked")))
    rows = list(session.scalars(pending.order_by(Alert.due_at)))
    waiting = next((one for one in rows if one.state == "open"), None)
    taken = next((one for one in rows if one.state == "acked"), None)
    dates = usable_dates(session, member.id)
    due = min((one.on for one in dates if one.kind == "due" and one.on >= today), default=None)
    tomorrow = today + timedelta(days=1)
    return suggest(
        Client(
            valued=member.vip or member.tier in HIGH_VALUE,
            open_signal=rules.cues.name_of(waiting.signal) if waiting else "",
            open_minutes=int((waiting.due_at - now).total_seconds() // 60) if waiting else 0,
            acked_signal=rules.cues.name_of(taken.signal) if taken else "",
            days_known=(now - member.first_seen_at).days,
            days_silent=(now - member.last_active_at).days if member.last_active_at else None,
            due=due, today=today,
            birthday_tomorrow=any(one.kind == "birthday" and same_day(one.on, tomorrow) for one in dates),
        )
    )  # fmt: skip


def usable_dates(session: Session, member_id: str) -> list[ClientDate]:
    """The dates of a client whose use they have agreed to."""
    rows = session.scalars(select(ClientDate).where(ClientDate.member_id == member_id))
    return [one for one in rows if consent.allows(session, member_id, BASIS[one.kind])]


def same_day(born: date, today: date) -> bool:
    """Whether it is somebody's birthday; one of 29 February is kept on the 28th in other years."""
    leap_day = (born.month, born.day) == (2, 29)
    is_leap = today.year % 4 == 0 and (today.year % 100 != 0 or today.year % 400 == 0)
    return (today.month, today.day) == ((2, 28) if leap_day and not is_leap else (born.month, born.day))
