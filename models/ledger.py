"""The two queues and the evidence: rows that must survive a crash."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Index, String, Text, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, BigKey, Encrypted


def in_state(table: Any, *names: str) -> ColumnElement[bool]:
    """`state = 'due'` with the names in the statement: bound parameters would keep SQLite from the partial indexes."""
    words: list[ColumnElement[Any]] = [literal_column(f"'{name}'") for name in names]
    found: ColumnElement[bool] = table.state == words[0] if len(words) == 1 else table.state.in_(words)
    return found


class Inbound(Base):
    """One happening. Stored before it is acknowledged; `key` is unique per real-world happening."""

    __tablename__ = "inbound"
    __table_args__ = (
        Index(
            "ix_inbound_due",
            "priority",
            "id",
            postgresql_where=text("state = 'due'"),
            sqlite_where=text("state = 'due'"),
        ),
        Index(
            "ix_inbound_lane",
            "lane",
            "id",
            postgresql_where=text("state IN ('due', 'leased')"),
            sqlite_where=text("state IN ('due', 'leased')"),
        ),
        Index(
            "ix_inbound_lease",
            "lease_until",
            postgresql_where=text("state = 'leased'"),
            sqlite_where=text("state = 'leased'"),
        ),
        Index("ix_inbound_dead", "id", postgresql_where=text("state = 'dead'"), sqlite_where=text("state = 'dead'")),
        Index("ix_inbound_received", "received_at", "state"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    source: Mapped[str] = mapped_column(String(16))
    """wecom, aibot, kf, archive, outcome, clock, console, api: which door, and so how to parse the body."""
    kind: Mapped[str] = mapped_column(String(64))
    lane: Mapped[str] = mapped_column(String(160))
    priority: Mapped[int] = mapped_column(default=5)
    body: Mapped[str] = mapped_column(Encrypted("inbound.body"))
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default="due")
    """due -> leased -> done | dead"""
    owner: Mapped[str] = mapped_column(String(32), default="")
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(500), default="")
    done_at: Mapped[datetime | None]


class Outbound(Base):
    """One action and what became of it. Written before the call (intent), finished after it."""

    __tablename__ = "outbound"
    __table_args__ = (
        Index(
            "ix_outbound_due",
            "priority",
            "id",
            postgresql_where=text("state = 'due'"),
            sqlite_where=text("state = 'due'"),
        ),
        Index(
            "ix_outbound_lane",
            "lane",
            "id",
            postgresql_where=text("state IN ('due', 'sending')"),
            sqlite_where=text("state IN ('due', 'sending')"),
        ),
        Index(
            "ix_outbound_lease",
            "lease_until",
            postgresql_where=text("state = 'sending'"),
            sqlite_where=text("state = 'sending'"),
        ),
        Index(
            "ix_outbound_problem",
            "id",
            postgresql_where=text("state IN ('failed', 'unknown')"),
            sqlite_where=text("state IN ('failed', 'unknown')"),
        ),
        # Never an index that begins with state: SQLite would take it for a claim and sort the whole backlog each time.
        Index("ix_outbound_created", "created_at", "state"),
        Index("ix_outbound_occurrence", "occurrence_id"),
        Index("ix_outbound_recipient", "recipient", "purpose", "finished_at"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """`cause/index`: the same event handled again cannot queue its actions twice."""
    cause: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(32))
    lane: Mapped[str] = mapped_column(String(160))
    priority: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(16))
    recipient: Mapped[str] = mapped_column(String(80), default="")
    occurrence_id: Mapped[int | None]
    body: Mapped[str] = mapped_column(Encrypted("outbound.body"))
    digest: Mapped[str] = mapped_column(String(64), default="")
    """SHA-256 of the text as the person sees it."""
    state: Mapped[str] = mapped_column(String(8), default="due")
    """due -> sending -> sent | failed | unknown ; withheld (gate), expired (deadline)"""
    reason: Mapped[str] = mapped_column(String(500), default="")
    uncertain: Mapped[bool] = mapped_column(default=False)
    """An earlier attempt may have gone through: carry on only by the channel's own key."""
    owner: Mapped[str] = mapped_column(String(32), default="")
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    deadline: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    provider_id: Mapped[str] = mapped_column(String(128), default="")
    errcode: Mapped[int | None]
    created_at: Mapped[datetime]
    first_try_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class Evidence(Base):
    """What an auditor reads: append-only, sealed into a hash chain within a second of being written."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_unsealed", "id", postgresql_where=text("seq IS NULL"), sqlite_where=text("seq IS NULL")),
        Index("ix_evidence_subject", "subject"),
        Index("ix_evidence_ref", "ref"),
    )
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64), default="")
    """Keyed hash of the person concerned: joins records without naming anybody."""
    ref: Mapped[str] = mapped_column(String(120), default="")
    payload: Mapped[str] = mapped_column(Text)
    """What happened, under the key of the person concerned (models.person_key)."""
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the salted words: proves what was said to whoever is shown it."""
    cipher: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """SHA-256 of `payload` as stored: proves that nothing was changed, without any key."""
    seq: Mapped[int | None] = mapped_column(BigKey, unique=True)
    seal: Mapped[str | None] = mapped_column(String(64))


class EvidenceHead(Base):
    """How far the chain reaches, signed: records cut off at its end are missed. One row."""

    __tablename__ = "evidence_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigKey)
    seal: Mapped[str] = mapped_column(String(64))
    day: Mapped[date]
    """The Beijing day whose records are being sealed."""
    first_seq: Mapped[int] = mapped_column(BigKey)
    """The first record of that day."""
    frontier: Mapped[list[Any]] = mapped_column(JSON)
    """The day's Merkle tree so far (rules.chain.Frontier)."""
    key: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class EvidenceDay(Base):
    """The signed root over the records sealed on one Beijing day; each names the root before it."""

    __tablename__ = "evidence_day"
    day: Mapped[date] = mapped_column(primary_key=True)
    first_seq: Mapped[int] = mapped_column(BigKey)
    last_seq: Mapped[int] = mapped_column(BigKey)
    last_seal: Mapped[str] = mapped_column(String(64))
    root: Mapped[str] = mapped_column(String(64))
    before: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))


class Cursor(Base):
    """How far a pulled source has been read (`kf:<open_kfid>`, `archive`): moves with the rows it brought."""

    __tablename__ = "cursor"
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime]


class Heartbeat(Base):
    """When each loop last turned: the health page's proof of life."""

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime]
