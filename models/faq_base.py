"""The FAQ base as a product: versions of entries, releases with their immutable artefact, the stored test set."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from models.base import Base, BigKey
from models.faq import FaqEntry
from rules.faq_body import Body

DRAFT, APPROVED, PUBLISHED, SUPERSEDED, REJECTED = "draft", "approved", "published", "superseded", "rejected"
CANDIDATE, SCHEDULED, ACTIVE, PAST = "candidate", "scheduled", "active", "past"


class FaqVersion(Base):
    """One version of one entry. An approved one never changes: a correction is the next version."""

    __tablename__ = "faq_version"
    __table_args__ = (UniqueConstraint("entry_id", "number"), Index("ix_faq_version_state", "state"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(32))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(12), default=DRAFT)
    """draft -> approved -> published -> superseded; a draft may be rejected"""
    body: Mapped[dict[str, Any]]
    """rules.faq_body.Body as a mapping."""
    category: Mapped[str] = mapped_column(String(32), default="", server_default="")
    question: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """From the body, to list and search by."""
    withdraws: Mapped[bool] = mapped_column(default=False)
    """Publishing it takes the entry out of the base."""
    author: Mapped[str] = mapped_column(String(64))
    approver: Mapped[str] = mapped_column(String(64), default="")
    checked_by: Mapped[str] = mapped_column(String(64), default="")
    checked_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(200), default="")
    made_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]
    release_id: Mapped[int | None] = mapped_column(BigKey)
    """The release that brought it out."""


class FaqArtefact(Base):
    """A built matcher, kept by the hash of its bytes: written once, never changed."""

    __tablename__ = "faq_artefact"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]


class FaqRelease(Base):
    """A base that was published or could be: which versions, which matcher, what the report said."""

    __tablename__ = "faq_release"
    __table_args__ = (Index("ix_faq_release_state", "state"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    state: Mapped[str] = mapped_column(String(12), default=CANDIDATE)
    """candidate (measured only) -> scheduled -> active -> past"""
    artefact: Mapped[str] = mapped_column(String(64))
    versions: Mapped[dict[str, Any]]
    """entry id -> version id"""
    report: Mapped[dict[str, Any]]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    published_by: Mapped[str] = mapped_column(String(64), default="")
    published_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why an approver published in spite of a regression."""


class FaqCase(Base):
    """A labelled question of the stored test set; an empty entry means: nothing may be answered."""

    __tablename__ = "faq_case"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    question: Mapped[str] = mapped_column(String(200))
    entry_id: Mapped[str] = mapped_column(String(32), default="")
    channel: Mapped[str] = mapped_column(String(8), default="private")


def active(session: Session) -> FaqRelease | None:
    """The release in force."""
    newest = select(FaqRelease).where(FaqRelease.state == ACTIVE).order_by(FaqRelease.id.desc()).limit(1)
    return session.scalars(newest).first()


def active_id(session: Session) -> int:
    """Its number, 0 before the first; cheap enough to ask before every batch of events."""
    return session.scalar(select(func.max(FaqRelease.id)).where(FaqRelease.state == ACTIVE)) or 0


def artefact_of(session: Session, release: FaqRelease) -> bytes:
    """The matcher's bytes. ValueError when they are not what was published."""
    kept = session.get_one(FaqArtefact, release.artefact)
    if hash_of(kept.body) != kept.hash:
        raise ValueError(f"faq_artefact {kept.hash[:12]}: bytes do not match their hash; publish the base again")
    return kept.body


def hash_of(body: bytes) -> str:
    """The name an artefact is kept by."""
    return hashlib.sha256(body).hexdigest()


def newest(session: Session) -> dict[str, FaqVersion]:
    """Entry id -> its newest version that was not rejected."""
    chosen = select(FaqVersion).where(FaqVersion.state != REJECTED).order_by(FaqVersion.entry_id, FaqVersion.number)
    return {one.entry_id: one for one in session.scalars(chosen)}


def in_force(session: Session) -> Sequence[FaqVersion]:
    """The published version of each entry."""
    return session.scalars(select(FaqVersion).where(FaqVersion.state == PUBLISHED).order_by(FaqVersion.entry_id)).all()


def versions_of(session: Session, entry_id: str) -> Sequence[FaqVersion]:
    """Every version of one entry, newest first."""
    chosen = select(FaqVersion).where(FaqVersion.entry_id == entry_id).order_by(FaqVersion.number.desc())
    return session.scalars(chosen).all()


def next_number(session: Session, entry_id: str) -> int:
    """The number the entry's next version gets."""
    return (session.scalar(select(func.max(FaqVersion.number)).where(FaqVersion.entry_id == entry_id)) or 0) + 1


def releases(session: Session, limit: int = 20) -> Sequence[FaqRelease]:
    """What was published and measured, newest first."""
    chosen = select(FaqRelease).options(defer(FaqRelease.versions)).order_by(FaqRelease.id.desc()).limit(limit)
    return session.scalars(chosen).all()


def first_version(entry: FaqEntry, by: str, more: Mapping[str, Any]) -> FaqVersion:
    """Version 1 of an entry that is published already; `more` is what its row does not hold (keywords, source)."""
    body = Body(
        id=entry.id, category=entry.category, question=entry.question, phrasings=tuple(entry.phrasings),
        answer=entry.answer, needs_human=entry.needs_human, suitability=entry.suitability, flags=tuple(entry.flags),
        risk_tip=entry.risk_tip, verify=entry.verify, keywords=tuple(more.get("keywords", ())),
        urgent=bool(more.get("urgent")), source=tuple(more.get("source", ())),
    )  # fmt: skip
    return FaqVersion(
        entry_id=entry.id, number=1, state=PUBLISHED, body=body.kept(), author=by, approver=by,
        category=entry.category, question=entry.question,
        made_at=entry.updated_at, approved_at=entry.updated_at,
    )  # fmt: skip
