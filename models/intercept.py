"""Interception rules as WeCom last had them from us."""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class InterceptRule(Base):
    """One rule of 敏感词, ours by its name."""

    __tablename__ = "intercept_rule"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[int]
    """1 stops the message, 2 warns its writer"""
    words: Mapped[list[str]] = mapped_column(JSON)
    at: Mapped[datetime]
