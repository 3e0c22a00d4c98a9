"""Opinion monitoring: what is said about the company, the incidents it makes, and the steps by which they end."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Index, String, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey, Encrypted

BUCKET = timedelta(minutes=5)
STOPS_ALL = ("S1", "S2")
"""Levels that stop marketing and live notices everywhere; others only where it was said (alerts.yaml stop_rules)."""
HELD_TYPES = ("live_reminder", "live_followup")


class OpinionCount(Base):
    """Messages of customers in a chat in five minutes, and how many sounded negative."""

    __tablename__ = "opinion_count"
    chat_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    bucket: Mapped[datetime] = mapped_column(primary_key=True)
    messages: Mapped[int] = mapped_column(default=0)
    negative: Mapped[int] = mapped_column(default=0)


class OpinionMention(Base):
    """Something bad said about the company. `source_key` is the event's key: the same message counts once."""

    __tablename__ = "opinion_mention"
    __table_args__ = (
        Index("ix_opinion_mention_topic", "topic", "at"),
        Index("ix_opinion_mention_incident", "incident_id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    source_key: Mapped[str] = mapped_column(String(80), unique=True)
    at: Mapped[datetime]
    topic: Mapped[str] = mapped_column(String(16))
    cue: Mapped[str] = mapped_column(String(32), default="")
    chat_id: Mapped[str] = mapped_column(String(64), default="")
    member_id: Mapped[str] = mapped_column(String(64))
    negative: Mapped[float]
    quote: Mapped[str] = mapped_column(Encrypted("opinion_mention.quote"))
    incident_id: Mapped[int | None] = mapped_column(BigKey)


class Incident(Base):
    """A topic that must be answered; one open at a time."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_state", "state", "due_at"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    topic: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(4))
    chat_id: Mapped[str] = mapped_column(String(64), default="")
    source_key: Mapped[str] = mapped_column(String(80), unique=True)
    state: Mapped[str] = mapped_column(String(12), default="open")
    """open (marketing stands still) -> answered -> closed; or false_alarm"""
    step: Mapped[str] = mapped_column(String(12), default="reply")
    """What must be done next."""
    due_at: Mapped[datetime]
    turn: Mapped[int] = mapped_column(default=0)
    """Counts reminders of the step."""
    owner_id: Mapped[str] = mapped_column(String(64), default="")
    people: Mapped[list[str]]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class IncidentStep(Base):
    """A step that was done, or a change of level: who, when, whether in time, and in what words."""

    __tablename__ = "incident_step"
    __table_args__ = (Index("ix_incident_step_incident", "incident_id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    incident_id: Mapped[int] = mapped_column(BigKey)
    name: Mapped[str] = mapped_column(String(12))
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime]
    done_by: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Encrypted("incident_step.note"), default="")


def count(session: Session, chat_id: str, at: datetime, *, negative: bool) -> None:
    """One more message in a chat."""
    seconds = int(BUCKET.total_seconds())
    bucket = datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, at.tzinfo)
    row = session.get(OpinionCount, (chat_id, bucket))
    if row is None:
        row = OpinionCount(chat_id=chat_id, bucket=bucket, messages=0, negative=0)
        session.add(row)
    row.messages, row.negative = row.messages + 1, row.negative + int(negative)


def share(session: Session, chat_id: str, since: datetime) -> tuple[int, float]:
    """(messages, negative share) of a chat since a moment."""
    sums = select(func.sum(OpinionCount.messages), func.sum(OpinionCount.negative)).where(
        OpinionCount.chat_id == chat_id, OpinionCount.bucket >= since
    )
    messages, negative = session.execute(sums).one()
    return int(messages or 0), float(negative or 0) / messages if messages else 0.0


def volume(session: Session, topic: str, since: datetime) -> tuple[int, int]:
    """(messages, authors) on a topic since a moment."""
    counted = select(func.count(), func.count(OpinionMention.member_id.distinct())).where(
        OpinionMention.topic == topic, OpinionMention.at >= since
    )
    messages, authors = session.execute(counted).one()
    return int(messages), int(authors)


def current(session: Session, topic: str) -> Incident | None:
    """The incident of a topic that is not closed yet; locked."""
    chosen = select(Incident).where(Incident.topic == topic, Incident.state.in_(("open", "answered")))
    return session.scalars(chosen.order_by(Incident.id.desc()).limit(1).with_for_update()).first()


def waiting(session: Session, now: datetime) -> list[Incident]:
    """Incidents whose next step is overdue."""
    chosen = select(Incident).where(Incident.state.in_(("open", "answered")), Incident.due_at <= now)
    return list(session.scalars(chosen.order_by(Incident.due_at).limit(100)))


def held(session: Session, targets: Iterable[str], kind: str, content_type: str) -> dict[str, str]:
    """Target -> why no marketing and no live notice may go there now; empty when nothing stands against it."""
    if kind != "marketing" and content_type not in HELD_TYPES:
        return {}
    wanted = list(targets)
    open_ones = select(Incident).where(
        Incident.state == "open", or_(Incident.level.in_(STOPS_ALL), Incident.chat_id.in_(wanted))
    )
    found: dict[str, str] = {}
    for one in session.scalars(open_ones.order_by(Incident.level.desc())):
        reason = f"OPINION_OPEN 舆情 {one.level}（{one.topic}）未答复，暂停营销与直播推送"
        found |= dict.fromkeys(wanted if one.level in STOPS_ALL else [one.chat_id], reason)
    return found
