"""Where each 微信客服 conversation stands, as far as we have been told, and how many answers it may still get."""

import json
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Index, String, and_, false, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.actions import SendKf, dump, load
from models.base import Base, Encrypted

NEW, BOT, POOL, PERSON, ENDED = 0, 1, 2, 3, 4
"""Session states of doc 94669: untreated, the assistant's, waiting in WeCom's pool, a person's, over."""
LONGEST = timedelta(hours=48)
"""A session ends by itself after this long, and so does the time in which it may be answered (docs 94669, 94677)."""
ANSWERS = 5
"""Messages that may follow a customer's last word (doc 94677); another one would be refused with 95001."""


class KfSession(Base):
    """One client's conversation with one KF account."""

    __tablename__ = "kf_session"
    __table_args__ = (
        Index(
            "ix_kf_session_wanted",
            "open_kfid",
            "wanted_at",
            postgresql_where=text("wanted_at IS NOT NULL"),
            sqlite_where=text("wanted_at IS NOT NULL"),
        ),
        Index("ix_kf_session_servicer", "servicer"),
    )
    open_kfid: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[int]
    servicer: Mapped[str] = mapped_column(String(64), default="")
    changed_at: Mapped[datetime]
    said_at: Mapped[datetime | None]
    """The customer's last word."""
    answers: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many messages of ours followed it."""
    answered_at: Mapped[datetime | None]
    held: Mapped[str | None] = mapped_column(Encrypted("kf_session.held"))
    """What was over the budget, as JSON; it leaves when the customer speaks again."""
    wanted_at: Mapped[datetime | None]
    """Since when the customer waits for a person; empty when nobody is wanted."""
    urgent: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Crisis or complaint: before all tiers."""


def known(session: Session, open_kfid: str, member_id: str, at: datetime) -> KfSession:
    """The conversation, noted down on first sight."""
    found = session.get(KfSession, (open_kfid, member_id))
    if found is None:
        found = KfSession(
            open_kfid=open_kfid, member_id=member_id, state=NEW, servicer="", changed_at=at, answers=0,
            urgent=False,
        )  # fmt: skip
        session.add(found)
        session.flush()
    return found


def moved(session: Session, open_kfid: str, member_id: str, state: int, at: datetime, servicer: str = "") -> KfSession:
    """The conversation is now in `state`; a report older than the newest known changes nothing."""
    found = known(session, open_kfid, member_id, at)
    if at >= found.changed_at:
        found.state, found.servicer, found.changed_at = state, servicer, at
    return found


def with_people(session: Session, open_kfid: str, member_id: str, at: datetime) -> bool:
    """Whether a person has, or is about to take, the conversation: then the bot stays out of it."""
    found = session.get(KfSession, (open_kfid, member_id))
    return found is not None and found.state in (POOL, PERSON) and at - found.changed_at < LONGEST


def reachable(at: datetime) -> ColumnElement[bool]:
    """Conversations in which the bot may still say something: the client spoke lately and no person has it."""
    lately, room = KfSession.said_at > at - LONGEST, KfSession.answers < ANSWERS
    return and_(lately, room, KfSession.state.not_in((POOL, PERSON)))


def heard(session: Session, open_kfid: str, member_id: str, at: datetime) -> KfSession:
    """The customer spoke: the budget is fresh unless we have answered since (messages are read late, in bursts)."""
    found = known(session, open_kfid, member_id, at)
    found.said_at = max(at, found.said_at or at)
    if found.answered_at is None or at > found.answered_at:
        found.answers = 0
    if found.state == ENDED or (found.state in (POOL, PERSON) and at - found.changed_at >= LONGEST):
        found.state, found.servicer, found.changed_at, found.wanted_at = NEW, "", at, None
    return found


def spend(session: Session, open_kfid: str, member_id: str, now: datetime) -> bool:
    """Take one message from the budget; False when WeCom would refuse it. What we never heard is WeCom's to judge."""
    found = session.get(KfSession, (open_kfid, member_id))
    if found is None or found.said_at is None:
        return True
    if now - found.said_at >= LONGEST or found.answers >= ANSWERS:
        return False
    found.answers, found.answered_at = found.answers + 1, now
    return True


def hold(session: Session, action: SendKf, now: datetime) -> None:
    """Keep what is over the budget until the customer speaks again."""
    found = known(session, action.open_kfid, action.to, now)
    kept = json.loads(found.held) if found.held else []
    found.held = json.dumps([*kept, {"at": now.timestamp(), "body": dump(action)}], ensure_ascii=False)


def held(found: KfSession, since: datetime) -> list[SendKf]:
    """What was kept, oldest first, of the time since a moment."""
    kept = [one for one in json.loads(found.held or "[]") if one["at"] >= since.timestamp()]
    return [action for one in kept if isinstance(action := load("SendKf", one["body"]), SendKf)]
