"""What was said: the last minutes of each conversation for the matcher, and the lines of 微信客服 for people."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey, Encrypted
from models.events.messages import TextReceived
from models.ledger import Inbound, in_state

MEMORY = timedelta(minutes=10)
"""How long what was said explains what is said now ("那费用呢？")."""
TOGETHER = timedelta(seconds=20)
"""Unanswered lines of one person within this time are one question."""
CHOICES_LAST = timedelta(minutes=30)
LINES = 8
LONGEST = 300
ALSO_WAITING = ("text", "user_recall_msg", "revoke")
"""Inbox kinds that a person's next words, or taking them back, come in."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of a person. `open`: nothing has answered it yet; `held`: more was to come, so nothing was tried."""

    key: str
    at: float
    text: str
    open: bool = True
    held: bool = False


class Conversation(Base):
    """One person's talk in one place. Kept for minutes only."""

    __tablename__ = "conversation"
    __table_args__ = (Index("ix_conversation_changed", "changed_at"), Index("ix_conversation_member", "member_id"))
    place: Mapped[str] = mapped_column(String(160), primary_key=True)
    """channel:account or chat:person"""
    member_id: Mapped[str] = mapped_column(String(64))
    heard: Mapped[str] = mapped_column(Encrypted("conversation.heard"), default="[]")
    choices: Mapped[list[str]]
    """Ids offered last, in order: whoever cannot tap types their number."""
    choices_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]

    def lines(self, now: datetime) -> list[Heard]:
        """What is remembered, oldest first."""
        oldest = (now - MEMORY).timestamp()
        return [line for line in (Heard(**one) for one in json.loads(self.heard)) if line.at >= oldest]

    def remember(self, lines: list[Heard], now: datetime) -> None:
        """Keep these lines and no others."""
        self.heard = json.dumps([asdict(one) for one in lines[-LINES:]], ensure_ascii=False)
        self.changed_at = now

    def offered(self, now: datetime) -> list[str]:
        """The choices that still stand."""
        return self.choices if self.choices_at is not None and now - self.choices_at < CHOICES_LAST else []


class KfLine(Base):
    """A line of a 微信客服 conversation by the customer or a servicer; the bot's own are in the outbox."""

    __tablename__ = "kf_line"
    __table_args__ = (Index("ix_kf_line_member", "member_id", "at"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    open_kfid: Mapped[str] = mapped_column(String(64))
    member_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    speaker: Mapped[str] = mapped_column(String(64), default="")
    """A servicer's userid; empty for the customer."""
    text: Mapped[str] = mapped_column(Encrypted("kf_line.text"))
    recalled: Mapped[bool] = mapped_column(default=False)


def of(session: Session, event: TextReceived) -> Conversation:
    """The conversation an utterance belongs to, begun when it is new."""
    place = place_of(event.channel, event.open_kfid or event.chat_id, event.member_id)
    found = session.get(Conversation, place)
    if found is None:
        found = Conversation(place=place, member_id=event.member_id, heard="[]", choices=[], changed_at=event.at)
        session.add(found)
        session.flush()
    return found


def existing(session: Session, channel: str, where: str, member_id: str) -> Conversation | None:
    """The conversation, if there is one."""
    return session.get(Conversation, place_of(channel, where, member_id))


def place_of(channel: str, where: str, member_id: str) -> str:
    """The key of a conversation."""
    return f"{channel}:{where}:{member_id}"[:160]


def more_to_come(session: Session, key: str) -> bool:
    """Whether the same person's next line already waits in the inbox behind this one."""
    own = select(Inbound.id, Inbound.lane, Inbound.source).where(Inbound.key == key)
    row = session.execute(own).first()
    if row is None:
        return False
    waiting = select(Inbound.id).where(
        Inbound.lane == row.lane, Inbound.id > row.id, Inbound.source == row.source,
        Inbound.kind.in_(ALSO_WAITING), in_state(Inbound, "due", "leased"),
    )  # fmt: skip
    return session.scalar(waiting.limit(1)) is not None


def write_down(session: Session, line: KfLine) -> None:
    """Keep a line, once."""
    if session.scalar(select(KfLine.id).where(KfLine.key == line.key)) is None:
        session.add(line)
        session.flush()


def take_back(session: Session, key: str) -> KfLine | None:
    """A line was recalled: its words go, its place stays. The line, where we have it."""
    line = session.scalars(select(KfLine).where(KfLine.key == key)).first()
    if line is not None:
        line.text, line.recalled = "", True
    return line
