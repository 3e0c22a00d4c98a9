"""Advisor alerts: who must act, by when, who was told when, who said "I have it", and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, String, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey, Encrypted

ENDED = ("acked", "done", "false_alarm")
OUTCOMES = {
    "solved": "已解决", "contacted": "已联系，持续跟进", "referred": "已转相关部门", "declined": "客户不需要",
    "false": "误报",
}  # fmt: skip


class Alert(Base):
    """One signal of one client."""

    __tablename__ = "alert"
    __table_args__ = (
        Index("ix_alert_open", "state", "due_at"),
        Index("ix_alert_raised", "raised_at", "id"),
        Index("ix_alert_client", "member_id", "signal", "raised_at"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    task_id: Mapped[str] = mapped_column(String(64), unique=True)
    """Of its first card; later cards add `_<step>`, a digest has its own."""
    member_id: Mapped[str] = mapped_column(String(64))
    signal: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(8))
    quote: Mapped[str] = mapped_column(Encrypted("alert.quote"))
    advisor_id: Mapped[str] = mapped_column(String(64))
    told: Mapped[list[str]]
    """Everybody who has had the card, in order."""
    state: Mapped[str] = mapped_column(String(12), default="open")
    """open -> acked -> done; open -> false_alarm"""
    step: Mapped[int] = mapped_column(default=0)
    """Counts every turn of its clock: a turn of the past changes nothing."""
    sla_minutes: Mapped[int]
    raised_at: Mapped[datetime]
    due_at: Mapped[datetime]
    acked_at: Mapped[datetime | None]
    acked_by: Mapped[str] = mapped_column(String(64), default="")
    rule: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """The entry of alerts.yaml that heard it."""
    chat_id: Mapped[str] = mapped_column(String(64), default="", server_default="")
    heard: Mapped[int] = mapped_column(default=1, server_default="1")
    """How often the client has said it: one card a client and topic."""
    holder_id: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Who must act now."""
    carded: Mapped[bool] = mapped_column(default=True, server_default="1")
    """The holder has been told; not in quiet hours, nor while they have too many cards already."""
    rung: Mapped[int] = mapped_column(default=0, server_default="0")
    card_id: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """The task id of its newest card."""
    snoozed: Mapped[int] = mapped_column(default=0, server_default="0")
    snoozing: Mapped[bool] = mapped_column(default=False, server_default="0")
    outcome: Mapped[str] = mapped_column(String(16), default="", server_default="")
    note: Mapped[str | None] = mapped_column(Encrypted("alert.note"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str] = mapped_column(String(64), default="", server_default="")


class AlertCard(Base):
    """A card of an alert and the code that can change it once without a click (doc 94945)."""

    __tablename__ = "alert_card"
    task_id: Mapped[str] = mapped_column(String(128), primary_key=True)
    response_code: Mapped[str] = mapped_column(String(256))
    at: Mapped[datetime]


class AlertTold(Base):
    """That somebody was told of an alert, when and how: the chain of an escalation, and what a minute already holds."""

    __tablename__ = "alert_told"
    __table_args__ = (
        Index("ix_alert_told_employee", "employee_id", "at"),
        Index("ix_alert_told_alert", "alert_id"),
        Index("ix_alert_told_task", "task_id"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    alert_id: Mapped[int] = mapped_column(BigKey)
    employee_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    how: Mapped[str] = mapped_column(String(8))
    """card, digest, or waiting: a copy that goes out with the next digest."""
    why: Mapped[str] = mapped_column(String(60), default="")
    task_id: Mapped[str] = mapped_column(String(64), default="")


class AlertPolicy(Base):
    """What operators may set about alerts; one row, absent until somebody changes something."""

    __tablename__ = "alert_policy"
    id: Mapped[int] = mapped_column(primary_key=True)
    per_minute: Mapped[int] = mapped_column(default=20)
    """Cards to one person a minute. WeCom drops more than 30 messages without a word (doc 90454)."""
    digest_from: Mapped[int] = mapped_column(default=4)
    """As many waiting alerts of one person become one digest."""
    snooze_minutes: Mapped[int] = mapped_column(default=30)
    snoozes: Mapped[int] = mapped_column(default=2)
    changed_by: Mapped[str] = mapped_column(String(64), default="")
    changed_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Precision:
    """How often a rule was right: `right` were taken on, `wrong` were false alarms."""

    signal: str
    rule: str
    right: int
    wrong: int

    @property
    def share(self) -> float | None:
        """Right ones of those judged; None before the first."""
        judged = self.right + self.wrong
        return self.right / judged if judged else None


def policy_of(session: Session) -> AlertPolicy:
    """The settings in force."""
    kept = session.get(AlertPolicy, 1)
    return kept or AlertPolicy(id=1, per_minute=20, digest_from=4, snooze_minutes=30, snoozes=2)


def overdue(session: Session, now: datetime, limit: int = 200) -> list[Alert]:
    """Open alerts past their time, oldest first."""
    chosen = select(Alert).where(Alert.state == "open", Alert.due_at <= now).order_by(Alert.due_at).limit(limit)
    return list(session.scalars(chosen))


def same(session: Session, member_id: str, signal: str, since: datetime) -> Alert | None:
    """The newest alert of a client and topic since a moment."""
    chosen = select(Alert).where(Alert.member_id == member_id, Alert.signal == signal, Alert.raised_at > since)
    return session.scalars(chosen.order_by(Alert.id.desc()).limit(1)).first()


def on_card(session: Session, task_id: str) -> list[Alert]:
    """The alerts a card or digest is about, whichever of their cards it is; locked."""
    about = select(AlertTold.alert_id).where(AlertTold.task_id == task_id)
    mine = or_(Alert.id.in_(about), Alert.task_id == task_id)
    chosen = select(Alert).where(mine).order_by(Alert.id).with_for_update()
    return list(session.scalars(chosen))


def cards_in_last_minute(session: Session, employee_id: str, now: datetime) -> int:
    """How many cards and digests went to somebody within sixty seconds."""
    lately = (AlertTold.employee_id == employee_id, AlertTold.at > now - timedelta(seconds=60), AlertTold.task_id != "")
    return session.scalar(select(func.count(AlertTold.task_id.distinct())).where(*lately)) or 0


def waiting_for(session: Session, employee_id: str, now: datetime) -> Sequence[Alert]:
    """Open alerts that are due to reach somebody and have not yet, oldest first; locked."""
    chosen = select(Alert).where(
        Alert.state == "open", Alert.due_at <= now, Alert.holder_id == employee_id, Alert.carded.is_(False)
    )
    return session.scalars(chosen.order_by(Alert.id).limit(200).with_for_update()).all()


def copies_waiting(session: Session, before: datetime) -> list[str]:
    """Who has copies waiting since before a moment."""
    late = (AlertTold.how == "waiting", AlertTold.at <= before)
    return list(session.scalars(select(AlertTold.employee_id).where(*late).distinct()))


def waiting_copies(session: Session, employee_id: str) -> Sequence[AlertTold]:
    """The copies that wait for somebody's next digest; locked."""
    chosen = select(AlertTold).where(AlertTold.employee_id == employee_id, AlertTold.how == "waiting")
    return session.scalars(chosen.order_by(AlertTold.id).limit(200).with_for_update()).all()


def precision(session: Session, since: datetime) -> list[Precision]:
    """Every rule that raised something since a moment, the most often wrong first."""
    rows = session.execute(
        select(
            Alert.signal, Alert.rule,
            func.count().filter(Alert.state.in_(("acked", "done"))), func.count().filter(Alert.state == "false_alarm"),
        ).where(Alert.raised_at >= since).group_by(Alert.signal, Alert.rule)
    )  # fmt: skip
    found = [Precision(signal, rule, right, wrong) for signal, rule, right, wrong in rows]
    return sorted(found, key=lambda one: (-one.wrong, -one.right, one.signal, one.rule))
