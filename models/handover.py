"""Who serves in 微信客服, who waits for them, and how each visit went."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey
from models.kf import LONGEST, PERSON, KfSession
from models.member import Member

AT_ONCE = 5
"""Conversations one servicer is given at the same time; WeCom's own limit is set in its console and answers 95003."""


class KfServicer(Base):
    """An employee who serves a KF account."""

    __tablename__ = "kf_servicer"
    open_kfid: Mapped[str] = mapped_column(String(64), primary_key=True)
    userid: Mapped[str] = mapped_column(String(64), primary_key=True)
    receiving: Mapped[bool]
    changed_at: Mapped[datetime]


class KfVisit(Base):
    """One time a client wanted a person: asked, taken, ended, rated."""

    __tablename__ = "kf_visit"
    __table_args__ = (Index("ix_kf_visit_member", "member_id", "wanted_at"), Index("ix_kf_visit_wanted", "wanted_at"))
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    open_kfid: Mapped[str] = mapped_column(String(64))
    member_id: Mapped[str] = mapped_column(String(64))
    wanted_at: Mapped[datetime]
    servicer: Mapped[str] = mapped_column(String(64), default="")
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(12), default="")
    """served, left (nobody came before WeCom ended the session)"""
    rating: Mapped[int | None]
    """3 satisfied, 2 so-so, 1 dissatisfied; empty when not rated."""
    rated_at: Mapped[datetime | None]


def open_visit(session: Session, open_kfid: str, member_id: str) -> KfVisit | None:
    """The visit of a client that has not ended."""
    chosen = select(KfVisit).where(
        KfVisit.member_id == member_id, KfVisit.open_kfid == open_kfid, KfVisit.ended_at.is_(None)
    )
    return session.scalars(chosen.order_by(KfVisit.id.desc()).limit(1)).first()


def queue(session: Session, open_kfid: str, rank: Sequence[str]) -> list[KfSession]:
    """Who waits: urgent first, then by tier (`rank` from high to low), then by how long. Locked for the caller.

    A client an advisor has marked as VIP stands with tier A.
    """
    chosen = (
        select(KfSession, Member)
        .outerjoin(Member, Member.id == KfSession.member_id)
        .where(KfSession.open_kfid == open_kfid, KfSession.wanted_at.is_not(None), KfSession.state != PERSON)
        .with_for_update(of=KfSession, skip_locked=True)
    )
    rows = [(one, client) for one, client in session.execute(chosen).all()]
    return [one for one, _ in sorted(rows, key=lambda row: order(row[0], row[1], rank))]


def order(waiting: KfSession, client: Member | None, rank: Sequence[str]) -> tuple[bool, int, float]:
    """Who comes first: the key to sort those who wait by."""
    since = waiting.wanted_at.timestamp() if waiting.wanted_at is not None else 0.0
    return (not waiting.urgent, place(client, rank), since)


def place(client: Member | None, rank: Sequence[str]) -> int:
    """How high a client stands: 0 is the top tier."""
    tier = rank.index(client.tier) if client is not None and client.tier in rank else len(rank)
    return min(tier, rank.index("A")) if client is not None and client.vip else tier


def free_servicer(session: Session, open_kfid: str, now: datetime, prefer: str = "") -> str:
    """A servicer who receives and has room: the client's own advisor, else whoever has least to do; else ""."""
    busy: dict[str, int] = dict(
        session.execute(
            select(KfSession.servicer, func.count())
            .where(KfSession.state == PERSON, KfSession.changed_at > now - LONGEST)
            .group_by(KfSession.servicer)
        ).all()
    )
    free = [one for one in receiving(session, open_kfid) if busy.get(one, 0) < AT_ONCE]
    if prefer in free:
        return prefer
    return min(free, key=lambda one: (busy.get(one, 0), one), default="")


def receiving(session: Session, open_kfid: str) -> list[str]:
    """Servicers who receive now."""
    chosen = select(KfServicer.userid).where(KfServicer.open_kfid == open_kfid, KfServicer.receiving)
    return list(session.scalars(chosen.order_by(KfServicer.userid)))


def servicers_known(session: Session, open_kfid: str) -> bool:
    """Whether we have ever read who serves the account."""
    return session.scalar(select(KfServicer.userid).where(KfServicer.open_kfid == open_kfid).limit(1)) is not None


def note_servicer(session: Session, open_kfid: str, userid: str, at: datetime, *, receiving: bool) -> None:
    """A servicer receives, or does not any more."""
    found = session.get(KfServicer, (open_kfid, userid))
    if found is None:
        session.add(KfServicer(open_kfid=open_kfid, userid=userid, receiving=receiving, changed_at=at))
        session.flush()
    elif at >= found.changed_at:
        found.receiving, found.changed_at = receiving, at
