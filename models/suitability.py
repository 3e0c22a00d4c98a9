"""Each member's suitability as the firm's own system states it: level, validity, source — never the answers."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from rules.suitability import Standing


class MemberSuitability(Base):
    """A copy, read only: the truth lies in the suitability system (适当性办法 25 条 keeps the record there)."""

    __tablename__ = "member_suitability"
    member_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    level: Mapped[str] = mapped_column(String(2))
    lowest: Mapped[bool] = mapped_column(default=False)
    professional: Mapped[bool] = mapped_column(default=False)
    expires_on: Mapped[date]
    source_ref: Mapped[str] = mapped_column(String(64))
    """The number of the assessment over there."""
    at: Mapped[datetime]


def standings(session: Session, member_ids: Sequence[str]) -> dict[str, Standing]:
    """Member -> standing, for those who have one."""
    found: dict[str, Standing] = {}
    for start in range(0, len(member_ids), 500):
        some = member_ids[start : start + 500]
        for one in session.scalars(select(MemberSuitability).where(MemberSuitability.member_id.in_(some))):
            found[one.member_id] = Standing(
                level=one.level, lowest=one.lowest, professional=one.professional, expires_on=one.expires_on
            )
    return found
