"""Consent by purpose: the newest row that binds a purpose is in force. Rows are only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey

ALL = "all"
"""Withdrawal from everything that is not service (回复“退订”)."""
ACCOUNT, PERSONAL = "account", "personal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What somebody may agree to. `number`: its place in content W-03; none: it has words of its own."""

    code: str
    title: str
    number: str = ""
    service: bool = False
    """Stays when everything else is unsubscribed from: its own 退订 ends it."""
    unless_refused: bool = False
    """In force until refused (个人信息保护法 24 条: personalised pushes need an off switch)."""


PURPOSES = (
    Purpose(code="weekly", title="周报", number="1"),
    Purpose(code="live", title="直播", number="2"),
    Purpose(code="greeting", title="问候", number="3"),
    Purpose(code="service", title="服务提醒", number="4", service=True),
    Purpose(code="care", title="关怀", number="5"),
    Purpose(code=ACCOUNT, title="账户信息"),
    Purpose(code=PERSONAL, title="个性化", service=True, unless_refused=True),
)
BY_CODE = {one.code: one for one in PURPOSES}


class Consent(Base):
    """A member agreed to, or withdrew from, a purpose, under a wording, through a channel."""

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_member", "member_id", "purpose", "id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(16))
    """A code of PURPOSES, or `all` for a general withdrawal."""
    granted: Mapped[bool]
    wording: Mapped[str] = mapped_column(String(32))
    """The content asked with and the first letters of its hash: W-03@1a2b3c4d."""
    channel: Mapped[str] = mapped_column(String(8), default="", server_default="")
    at: Mapped[datetime]


def binding(purpose: str) -> tuple[str, ...]:
    """Purposes whose rows decide about this one: its own, and the general withdrawal unless it is service."""
    known = BY_CODE.get(purpose)
    return (purpose,) if known is not None and known.service else (purpose, ALL)


def allows(session: Session, member_id: str, purpose: str) -> bool:
    """Whether this purpose may be served: an explicit yes not withdrawn since, or no refusal where that suffices."""
    return member_id in agreed(session, [member_id], purpose)


SOME = 500
"""Members a statement names at once."""


def agreed(session: Session, member_ids: Sequence[str], purpose: str) -> set[str]:
    """Who of these members allows a purpose: `allows` for many."""
    known = BY_CODE.get(purpose)
    found: set[str] = set()
    for start in range(0, len(member_ids), SOME):
        some = member_ids[start : start + SOME]
        newest = (
            select(func.max(Consent.id))
            .where(Consent.member_id.in_(some), Consent.purpose.in_(binding(purpose)))
            .group_by(Consent.member_id)
        )
        rows = session.execute(select(Consent.member_id, Consent.granted).where(Consent.id.in_(newest)))
        said = {row.member_id: row.granted for row in rows}
        default = known is not None and known.unless_refused
        found |= {one for one in some if said.get(one, default)}
    return found


def standing(session: Session, member_id: str) -> dict[str, bool]:
    """Every purpose and whether the member allows it now."""
    return {one.code: allows(session, member_id, one.code) for one in PURPOSES}
