"""The published FAQ base as answers are given from it, and every decision taken on a question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Index, String, func, literal_column, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey, Encrypted

NONE_CHOSEN, HUMAN_CHOSEN = "none", "human"
"""What a member may tap besides an entry."""
CHECK_LASTS = timedelta(days=92)
"""A fact that changes is checked every quarter (faq.yaml usage.verify_true)."""


class FaqEntry(Base):
    """One published entry: its question, the ways people ask it, and the approved answer."""

    __tablename__ = "faq_entry"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    category: Mapped[str] = mapped_column(String(32))
    question: Mapped[str] = mapped_column(String(200))
    phrasings: Mapped[list[str]]
    answer: Mapped[str] = mapped_column(String(2000))
    risk_tip: Mapped[str] = mapped_column(String(16), default="none")
    needs_human: Mapped[bool] = mapped_column(default=False)
    suitability: Mapped[bool] = mapped_column(default=False)
    verify: Mapped[bool] = mapped_column(default=False)
    """A fact that changes: the answer carries "以官方公告为准" until somebody has checked it."""
    flags: Mapped[list[str]]
    status: Mapped[str] = mapped_column(String(12), default="published")
    """published, or withdrawn by a later release"""
    updated_at: Mapped[datetime]
    channels: Mapped[list[str]] = mapped_column(default=list, server_default=literal_column("'[]'"))
    """Where it may be answered (kf, group, app, aibot); empty = everywhere."""
    effective_from: Mapped[datetime | None]
    effective_until: Mapped[datetime | None]
    checked_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Who checked a changing fact, and when."""
    checked_at: Mapped[datetime | None]
    version_id: Mapped[int | None] = mapped_column(BigKey)

    def speaks(self, channel: str, now: datetime) -> bool:
        """Whether it may be answered in a channel at a moment."""
        begun = self.effective_from is None or self.effective_from <= now
        over = self.effective_until is not None and self.effective_until <= now
        here = not self.channels or channel in self.channels
        return self.status == "published" and begun and not over and here

    def unchecked(self, now: datetime) -> bool:
        """Whether the answer must carry 「以官方公告为准」."""
        fresh = self.checked_at is not None and now - self.checked_at < CHECK_LASTS
        return self.verify and not (self.checked_by and fresh)


class FaqDecision(Base):
    """What the matcher decided about one question; the learning queue and the reports read it."""

    __tablename__ = "faq_decision"
    __table_args__ = (
        Index("ix_faq_decision_at", "at", "decision"),
        Index("ix_faq_decision_decision", "decision"),
        Index("ix_faq_decision_asker", "asker", "at"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    source_key: Mapped[str] = mapped_column(String(80), unique=True)
    at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(String(8))
    decision: Mapped[str] = mapped_column(String(8))
    entry_id: Mapped[str] = mapped_column(String(32), default="")
    score: Mapped[float] = mapped_column(default=0.0)
    text: Mapped[str] = mapped_column(Encrypted("faq_decision.text"))
    """What was asked, numbers of persons starred out; emptied after `scheduler.faq.KEPT`."""
    top_id: Mapped[str] = mapped_column(String(32), default="", server_default="")
    """The entry that came first, answered or not."""
    choices: Mapped[list[str]] = mapped_column(default=list, server_default=literal_column("'[]'"))
    """Entries offered when asking back."""
    chosen: Mapped[str] = mapped_column(String(32), default="", server_default="")
    """What the member tapped then: an entry, `none` or `human`."""
    asker: Mapped[str] = mapped_column(String(32), default="", server_default="")
    """Keyed hash of the person: joins a tap to its question without naming anybody."""
    handled: Mapped[str] = mapped_column(String(48), default="", server_default="")
    """What became of it: `phrasing:ID`, `draft:ID`, `dismissed`, `tapped`, `forgotten`; empty = in the queue."""


def published(session: Session) -> Sequence[FaqEntry]:
    """What the matcher may answer with."""
    return session.scalars(select(FaqEntry).where(FaqEntry.status == "published").order_by(FaqEntry.id)).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What became of the questions that came closest to one entry."""

    asked: int = 0
    answered: int = 0
    offered: int = 0
    chosen: int = 0
    none: int = 0
    """Members said 都不是."""
    handed: int = 0
    """Members wanted a person instead."""


def figures(session: Session, since: datetime) -> dict[str, Figures]:
    """Entry -> its figures since a moment, in one statement."""
    counted = (
        select(FaqDecision.top_id, FaqDecision.decision, FaqDecision.chosen, func.count())
        .where(FaqDecision.at >= since, FaqDecision.top_id != "")
        .group_by(FaqDecision.top_id, FaqDecision.decision, FaqDecision.chosen)
    )
    found: dict[str, Figures] = {}
    for entry, decision, chosen, count in session.execute(counted):
        before = found.get(entry, Figures())
        found[entry] = replace(
            before,
            asked=before.asked + count,
            answered=before.answered + count * (decision == "answer"),
            offered=before.offered + count * (decision == "clarify"),
            chosen=before.chosen + count * (chosen == entry),
            none=before.none + count * (chosen == NONE_CHOSEN),
            handed=before.handed + count * (chosen == HUMAN_CHOSEN),
        )
    return found
