"""Approved content, push plans and their occurrences, live streams, and what became of each target."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import JSON, Index, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey


class Content(Base):
    """Words that may be sent, perhaps with picture and link. Approval is bound to their digest: an edit voids it."""

    __tablename__ = "content"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    type: Mapped[str] = mapped_column(String(24))
    channel: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16))
    """service, education, marketing, greeting"""
    risk_tip: Mapped[str] = mapped_column(String(16), default="none")
    product_risk: Mapped[str] = mapped_column(String(2), default="", server_default="")
    """R1..R5 when it speaks of a product of that level: never to groups, to persons only where suitable."""
    body: Mapped[str] = mapped_column(String(4000))
    image: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Hash of a picture (models.media) that goes with it; empty for none."""
    link_title: Mapped[str] = mapped_column(String(60), default="", server_default="")
    link_desc: Mapped[str] = mapped_column(String(160), default="", server_default="")
    link_url: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    """A link as a card; every occurrence gets a tracked one of its own that leads there."""
    attachment: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Hash of a PDF or video (models.media) that goes with it; empty for none."""
    mini_title: Mapped[str] = mapped_column(String(60), default="", server_default="")
    mini_appid: Mapped[str] = mapped_column(String(64), default="", server_default="")
    mini_page: Mapped[str] = mapped_column(String(400), default="", server_default="")
    """A mini-program as a card; the picture is its cover."""
    ai_made: Mapped[str] = mapped_column(String(1), default="", server_default="")
    """1 where a model had a hand in it: said to its readers (人工智能生成合成内容标识办法)."""
    approved_hash: Mapped[str] = mapped_column(String(64), default="")
    approved_by: Mapped[str] = mapped_column(String(64), default="")
    updated_at: Mapped[datetime]

    @property
    def approved(self) -> bool:
        """Whether exactly this was approved."""
        return self.approved_hash == self.digest

    @property
    def approver(self) -> str:
        """Who approved it, as people read it."""
        return "随产品提供" if self.approved_by == "shipped" else self.approved_by

    @property
    def digest(self) -> str:
        """What an approval is bound to: the words, and all that goes with them where there is any."""
        more = [self.image or "", self.link_title or "", self.link_desc or "", self.link_url or ""]
        late = [self.attachment or "", self.mini_title or "", self.mini_appid or "", self.mini_page or ""]
        late += [self.ai_made] if self.ai_made else []
        more += late if any(late) else []  # what was approved before there were any stays approved
        return hash_of("\0".join([self.body, *more]) if any(more) else self.body)


class PushPlan(Base):
    """What operators plan: a rule of moments, a segment, and approved content."""

    __tablename__ = "push_plan"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(16), default="weekly")
    rule: Mapped[str] = mapped_column(String(120))
    """rules.schedule's text form, e.g. `weekly 5 16:05`"""
    content_id: Mapped[str] = mapped_column(String(32))
    fields: Mapped[str] = mapped_column(String(2000), default="{}")
    segment: Mapped[str] = mapped_column(String(200), default="groups:all")
    """models.audience's text form."""
    misfire: Mapped[str] = mapped_column(String(16), default="ask")
    """What a missed moment does: send (late is fine), drop, or ask a person."""
    status: Mapped[str] = mapped_column(String(12), default="draft")
    """draft, submitted, approved, paused, ended"""
    note: Mapped[str] = mapped_column(String(200), default="")
    """Why it is paused, for whoever has to act."""
    live_id: Mapped[int | None]
    next_at: Mapped[datetime | None]
    created_by: Mapped[str] = mapped_column(String(64), default="")
    approved_by: Mapped[str] = mapped_column(String(64), default="")
    approved_print: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """models.plan.fingerprint of what was approved."""
    approved_size: Mapped[int] = mapped_column(default=0, server_default="0")
    """Targets the plan had then."""
    edits: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often it was changed: an approval of an earlier state never counts again."""
    variant_id: Mapped[str] = mapped_column(String(32), default="", server_default="")
    """Another content half of the targets get instead, to see which does more; empty for none."""
    corrects: Mapped[int | None]
    """The plan this one corrects."""
    holdout: Mapped[int] = mapped_column(default=0, server_default="0")
    """Percent of persons left out on purpose, to see what the push itself did."""


class Occurrence(Base):
    """One moment of a plan: unique, so any number of clocks may tick."""

    __tablename__ = "occurrence"
    __table_args__ = (UniqueConstraint("plan_id", "fire_at"), Index("ix_occurrence_state", "state"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    plan_id: Mapped[int] = mapped_column(BigKey)
    fire_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="queued")
    """queued, done, missed (waits for a person), dropped"""
    made_at: Mapped[datetime]


class Delivery(Base):
    """One target of one occurrence and what became of it: the answer to "why did X not get it?"."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("occurrence_id", "target"),
        Index("ix_delivery_target", "target", "at"),
        Index("ix_delivery_msgid", "msgid"),
        Index("ix_delivery_at", "at", "state"),
        Index("ix_delivery_state", "occurrence_id", "state"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(BigKey)
    target: Mapped[str] = mapped_column(String(64))
    owner_id: Mapped[str] = mapped_column(String(64), default="")
    about: Mapped[str] = mapped_column(String(16), default="push")
    state: Mapped[str] = mapped_column(String(12))
    """queued, tasked (owner has to tap), sent, refused, withheld"""
    reason: Mapped[str] = mapped_column(String(80), default="")
    msgid: Mapped[str] = mapped_column(String(128), default="")
    content_id: Mapped[str] = mapped_column(String(32), default="", server_default="")
    """What it was; empty in rows of earlier versions, and where it never came to that."""
    at: Mapped[datetime]


class MassTask(Base):
    """A mass message WeCom accepted; followed until every target is settled."""

    __tablename__ = "mass_task"
    __table_args__ = (Index("ix_mass_task_open", "open", "check_at"),)
    msgid: Mapped[str] = mapped_column(String(128), primary_key=True)
    occurrence_id: Mapped[int] = mapped_column(BigKey)
    owner_id: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    check_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Digest of WeCom's last answer about the targets: a different one is evidence."""
    checks: Mapped[int] = mapped_column(default=0)
    reminders: Mapped[int] = mapped_column(default=0, server_default="0")
    """How often its owner was asked to tap (WeCom allows three a day)."""
    open: Mapped[bool] = mapped_column(default=True)


class LiveStream(Base):
    """A live stream whose reminder ladder is a set of push plans."""

    __tablename__ = "live_stream"
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    speaker: Mapped[str] = mapped_column(String(60), default="")
    licence: Mapped[str] = mapped_column(String(60), default="")
    starts_at: Mapped[datetime]
    url: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[str] = mapped_column(String(12), default="planned")
    """planned, live, ended, cancelled"""
    minutes: Mapped[int] = mapped_column(default=60, server_default="60")
    anchor: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """The employee who goes on air in WeCom; empty for a stream elsewhere."""
    living_id: Mapped[str] = mapped_column(String(64), default="", server_default="")
    created_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    checked_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    checks: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Points of models.live.CHECKS somebody answered for."""
    read_at: Mapped[datetime | None]
    """When its whole audience had been read."""


def hash_of(body: str) -> str:
    """The hash an approval is bound to."""
    return hashlib.sha256(body.encode()).hexdigest()


CORRECTION = "correction"
"""Type of content that puts an earlier push right: it goes to whoever got that, beyond frequency caps."""
CONTROL = "对照组，不推送"
"""Reason of a delivery that was left out on purpose."""
GIVEN = Delivery.state.in_(("queued", "tasked", "sent"))


def received_since(session: Session, targets: Sequence[str], since: datetime, until: datetime) -> dict[str, int]:
    """How many pushes each target was given (or is about to be) between two moments."""
    counted = (
        select(Delivery.target, func.count())
        .where(Delivery.target.in_(targets), Delivery.at >= since, Delivery.at <= until, GIVEN)
        .group_by(Delivery.target)
    )
    return dict(session.execute(counted).all())


def told_of(
    session: Session, content_id: str, targets: Sequence[str], since: datetime, until: datetime, about: str = ""
) -> set[str]:
    """Which targets were given (or are about to be given) this very content between two moments; `about`: that way."""
    chosen = (
        select(Delivery.target)
        .join(Occurrence, Occurrence.id == Delivery.occurrence_id)
        .join(PushPlan, PushPlan.id == Occurrence.plan_id)
        .where(PushPlan.content_id == content_id, Delivery.target.in_(targets), Delivery.at > since)
        .where(Delivery.at <= until, GIVEN, *([Delivery.about == about] if about else []))
    )
    return set(session.scalars(chosen))
