"""What operators learn from: activity, growth, funnel, answers, advisors, contents, retention; few statements each.

A week is a Beijing week from Monday; the running one is told as far as it has come. People are counted once a week.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Select, case, func, literal, select
from sqlalchemy.orm import Session

from models.activity import Activity, ActivityDay
from models.alert import Alert
from models.content import Content, Delivery, Occurrence, PushPlan
from models.faq import FaqDecision
from models.group import GroupMember
from models.member import Friendship, Member
from models.milestone import MemberMilestone
from models.referral import Referral
from models.report_table import DAYS, MONTHS, WEEKS, Cell, Table, count, months, people, share, weeks
from models.returns import returns
from models.rfm import RfmState
from models.suitability import MemberSuitability
from rules.trading_calendar import BEIJING

SPOKEN = ("message", "question", "media")


def community(session: Session, now: datetime, most: int = WEEKS) -> Table:
    """Who speaks and who takes part, of those in groups; colleagues are in groups too and are not counted."""
    client = select(Member.id).where(Member.id == GroupMember.member_id).exists()
    rows: list[tuple[Cell, ...]] = []
    for week in weeks(now, most):
        stays = GroupMember.left_at.is_(None) | (GroupMember.left_at >= week.end)
        inside = count(session, people(GroupMember.member_id), GroupMember.joined_at < week.end, stays, client)
        spoke = count(session, people(Activity.member_id), week.of(Activity.at), Activity.kind.in_(SPOKEN))
        active = count(session, people(ActivityDay.member_id), week.days())
        came = count(session, func.count(), week.of(GroupMember.joined_at), client)
        left = count(session, func.count(), week.of(GroupMember.left_at), client)
        rows.append((week.name, inside, spoke, share(spoke, inside), active, share(active, inside), came, left))
    return Table(
        "发言率 = 当周说过话的人 ÷ 周末在群的人；"
        "互动率 = 当周有任何互动（发言、提问、点击、观看、答题）的人 ÷ 周末在群的人。同一人只计一次。",
        ("周", "在群", "发言人数", "发言率", "互动人数", "互动率", "进群", "退群"), rows, 5, frozenset({3, 5}),
    )  # fmt: skip


def growth(session: Session, now: datetime, most: int = WEEKS) -> Table:
    """New contacts by where they came from, and those lost."""
    invited = select(Referral.invitee_id).where(Referral.invitee_id == Friendship.member_id).exists()
    channel = case((invited, "老带新"), (Friendship.state != "", "渠道码"), else_="直接添加")
    rows: list[tuple[Cell, ...]] = []
    for week in weeks(now, most):
        came = select(channel, func.count()).where(week.of(Friendship.since)).group_by(channel)
        by = {name: count for name, count in session.execute(came)}  # noqa: C416 rows are no pairs to mypy
        lost = count(session, func.count(), week.of(Friendship.ended_at), Friendship.ended_by == "customer")
        total = sum(by.values())
        names = ("老带新", "渠道码", "直接添加")
        rows.append((week.name, total, *(by.get(name, 0) for name in names), lost, total - lost))
    return Table(
        "按加为联系人的时间和来源计；流失 = 当周客户主动删除顾问。",
        ("周", "新增", "老带新", "渠道码", "直接添加", "流失", "净增"), rows, 1,
    )  # fmt: skip


def answers(session: Session, now: datetime, most: int = WEEKS) -> Table:
    """How often the bot knew the answer, where it was asked."""
    meant = (FaqDecision.decision != "silent") | (FaqDecision.channel != "group")
    rows: list[tuple[Cell, ...]] = []
    for week in weeks(now, most):
        asked = select(FaqDecision.decision, func.count()).where(week.of(FaqDecision.at), meant)
        by = {name: count for name, count in session.execute(asked.group_by(FaqDecision.decision))}  # noqa: C416 see above
        total = sum(by.values())
        kinds = [by.get(name, 0) for name in ("answer", "clarify", "handoff", "silent")]
        rows.append((week.name, total, *kinds, share(kinds[0], total)))
    return Table(
        "覆盖率 = 直接回答 ÷ 向机器人提出的问题；群里与机器人无关的闲聊不计。",
        ("周", "问题", "直接回答", "请对方选择", "转人工", "没有回答", "覆盖率"), rows, 6, frozenset({6}),
    )  # fmt: skip


def advisors(session: Session, now: datetime) -> Table:
    """How soon alerts were taken, by who took or holds them."""
    found: dict[str, list[Alert]] = {}
    for one in session.scalars(select(Alert).where(Alert.raised_at >= now - DAYS)):
        found.setdefault(one.acked_by or one.holder_id or one.advisor_id, []).append(one)
    rows: list[tuple[Cell, ...]] = []
    for name, alerts in sorted(found.items()):
        minutes = [(one.acked_at - one.raised_at).total_seconds() / 60 for one in alerts if one.acked_at]
        timely = sum(1 for one in alerts if one.acked_at and one.acked_at <= one.raised_at + _sla(one))
        wrong = sum(1 for one in alerts if one.state == "false_alarm")
        middle = round(median(minutes), 1) if minutes else None
        rows.append((name, len(alerts), len(minutes), share(timely, len(alerts)), middle, wrong))
    return Table(
        "近 30 天的提醒，按接手人（未接手的按当前负责人）计；按时 = 在该级别的时限内接手。",
        ("顾问", "提醒", "已接手", "按时率", "响应中位数（分钟）", "误报"), rows, 3, frozenset({3}),
    )  # fmt: skip


def _sla(one: Alert) -> timedelta:
    return timedelta(minutes=one.sla_minutes)


def contents(session: Session, now: datetime) -> Table:
    """What was sent and what became of it, best first."""
    when = Delivery.state
    counted = (
        select(Content.id, Content.kind, func.count(), *(func.sum(case((when == one, 1), else_=0)) for one in OUTCOMES))
        .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .join(PushPlan, PushPlan.id == Occurrence.plan_id)
        .join(Content, Content.id == PushPlan.content_id)
        .where(Occurrence.fire_at >= now - DAYS)
        .group_by(Content.id, Content.kind)
    )
    rows: list[tuple[Cell, ...]] = []
    for name, kind, total, *by in session.execute(counted):
        outcomes = [int(one or 0) for one in by]
        rows.append((name, KINDS.get(kind, kind), total, *outcomes, share(outcomes[0], total)))
    return Table(
        "近 30 天的推送：对象数、送达、等发送人点击、不可送达、按规则未发送；送达率 = 送达 ÷ 对象。",
        ("内容", "类别", "对象", "送达", "待点击", "不可送达", "未发送", "送达率"),
        sorted(rows, key=lambda row: (-float(row[7] or 0), str(row[0]))), 7, frozenset({7}),
    )  # fmt: skip


OUTCOMES = ("sent", "tasked", "refused", "withheld")
KINDS = {"service": "服务", "education": "投教", "marketing": "营销", "greeting": "问候"}


def funnel(session: Session, now: datetime) -> Table:
    """From being reached to knowing one's suitability, of the persons reached in thirty days."""
    reached = select(Delivery.target).where(
        Delivery.at >= now - DAYS, Delivery.state == "sent", Delivery.target.like("w_%")
    )
    inside = select(GroupMember.member_id).where(GroupMember.chat_id.in_(reached), GroupMember.left_at.is_(None))
    crowd = Member.id.in_(reached) | Member.id.in_(inside)
    active = select(ActivityDay.member_id).where(ActivityDay.day >= (now - DAYS).astimezone(BEIJING).date())
    asked = select(Activity.member_id).where(Activity.at >= now - DAYS, Activity.kind == "question")
    tested = select(MemberSuitability.member_id)
    opened = select(MemberMilestone.member_id).where(MemberMilestone.kind == "OPENED")
    valued = select(RfmState.member_id).where(RfmState.value.is_not(None))
    steps: Sequence[tuple[str, list[Select[str]]]] = (
        ("触达", []), ("互动", [active]), ("提问", [active, asked]), ("已做风险测评", [active, asked, tested]),
        ("已开户", [active, asked, tested, opened]), ("有资产（单独同意）", [active, asked, tested, opened, valued]),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    before = first = 0
    for name, narrowed in steps:
        left = count(session, func.count(Member.id), crowd, *(Member.id.in_(one) for one in narrowed))
        first = first or left
        rows.append((name, left, share(left, before) if rows else None, share(left, first)))
        before = left
    return Table(
        "近 30 天：本人或所在群收到过推送的成员，其中有互动的、提过问题的、已有适当性等级的。"
        "开户由核心系统经接口告知，资产只计单独同意者，均不在此推断。",
        ("阶段", "人数", "占上一步", "占触达"), rows, 3, frozenset({2, 3}),
    )  # fmt: skip


def retention(session: Session, now: datetime) -> Table:
    """Of those first seen in a month, how many were active in it and in each month after."""
    spans = months(now)
    rows: list[tuple[Cell, ...]] = []
    for at, born in enumerate(spans):
        size = count(session, func.count(Member.id), born.of(Member.first_seen_at))
        cells: list[Cell] = []
        for later in spans[at:]:
            active = select(literal(1)).where(ActivityDay.member_id == Member.id, later.days()).exists()
            cells.append(share(count(session, func.count(Member.id), born.of(Member.first_seen_at), active), size))
        rows.append((born.name, size, *cells, *[None] * at))
    head = ("首次出现", "人数", "当月", *(f"第 {month} 月" for month in range(1, MONTHS)))
    return Table(
        "按首次出现的月份分组：当月及之后各月有互动的人所占的比例。",
        head,
        rows,
        2,
        frozenset(range(2, 2 + MONTHS)),
    )


REPORTS: dict[str, tuple[str, Callable[[Session, datetime], Table]]] = {
    "community": ("社群活跃", community),
    "growth": ("增长与流失", growth),
    "funnel": ("转化漏斗", funnel),
    "answers": ("问答覆盖", answers),
    "advisors": ("顾问响应", advisors),
    "contents": ("内容排行", contents),
    "retention": ("留存", retention),
    "returns": ("投入产出", returns),
}
"""Name -> title and what makes it."""
