"""投入产出: what a month cost, whom it brought, and what those pay: CAC, cost an account, ROI, CLV.

Fees are known only of members whose separate consent is in force (个人信息保护法 29), and shown only of five or more.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.cost import Cost
from models.member import Friendship
from models.milestone import MemberMilestone
from models.report_table import DAYS, Cell, Span, Table, count, months, people, share
from models.rfm import TradingSummary

FEWEST = 5
"""Members a sum of fees must stand for: of fewer it would tell of persons."""
HEAD = (
    "月份", "成本（元）", "新增", "CAC（元）", "开户", "每户成本（元）", "已同意", "近90天佣金（元）", "ROI",
    "CLV（元）",
)  # fmt: skip
LONGEST = 60
"""Months a customer relation is taken to last at most, however few have left yet."""


def returns(session: Session, now: datetime) -> Table:
    """One line a month of the last six, newest first."""
    lasting = lifetime(session, now)
    rows = [_row(session, span, lasting) for span in reversed(months(now))]
    return Table(
        "成本由运营录入；新增 = 当月加为联系人的客户，CAC = 成本 ÷ 新增；开户由核心系统经接口告知。"
        f"佣金取当月新增客户中已单独同意者最近一期的近 90 天佣金（不足 {FEWEST} 人不显示）；"
        "ROI =（佣金 − 成本）÷ 成本；"
        f"CLV = 每位同意者的月均佣金 × 预计留存月数（1 ÷ 月流失率，最多 {LONGEST} 个月；目前 {lasting:.1f} 个月）。",
        HEAD, rows, 8, frozenset({8}),
    )  # fmt: skip


def lifetime(session: Session, now: datetime) -> float:
    """Months a relation is expected to last: one over the share of contacts lost in the last thirty days."""
    begun = Friendship.since < now - DAYS
    base = count(session, func.count(), begun, Friendship.ended_at.is_(None) | (Friendship.ended_at >= now - DAYS))
    lost = count(session, func.count(), begun, Friendship.ended_at >= now - DAYS, Friendship.ended_by == "customer")
    return min(LONGEST, base / lost) if lost else LONGEST


def _row(session: Session, span: Span, lasting: float) -> tuple[Cell, ...]:
    cost = float(session.scalar(select(func.sum(Cost.amount)).where(Cost.month == span.name)) or 0)
    mine = select(Friendship.member_id).where(span.of(Friendship.since))
    came = count(session, people(Friendship.member_id), span.of(Friendship.since))
    opened = count(
        session, func.count(), MemberMilestone.kind == "OPENED", span.of(MemberMilestone.at)
    )  # whoever they are
    told = (TradingSummary.member_id.in_(mine), TradingSummary.fees_90d.is_not(None))
    payers = count(session, func.count(), *told)
    fees = float(session.scalar(select(func.sum(TradingSummary.fees_90d)).where(*told)) or 0)
    known = payers >= FEWEST
    return (
        span.name, round(cost, 2), came, _yuan(share(cost, came) if cost else None), opened,
        _yuan(share(cost, opened) if cost else None), payers, _yuan(fees) if known else None,
        share(fees - cost, cost) if known else None, _yuan(fees / 3 / payers * lasting) if known else None,
    )  # fmt: skip


def _yuan(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
