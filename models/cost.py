"""What the community costs, as operators enter it by month and channel; what the returns are measured against."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigKey

CHANNELS = {"referral": "老带新", "code": "渠道码", "direct": "直接添加", "all": "不分渠道"}
KINDS = {"media": "渠道投放", "reward": "奖励与礼品", "event": "活动", "people": "人力", "other": "其他"}
MOST = Decimal(100_000_000)


class Cost(Base):
    """One entry in yuan; a mistake is taken out and entered anew, both in the evidence."""

    __tablename__ = "cost"
    __table_args__ = (Index("ix_cost_month", "month"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    month: Mapped[str] = mapped_column(String(7))
    """2026-11"""
    channel: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(8))
    amount: Mapped[Decimal] = mapped_column(Numeric(14, 2))
    note: Mapped[str] = mapped_column(String(120), default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
