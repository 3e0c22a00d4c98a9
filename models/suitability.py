"""Each member's suitability as the firm's own system states it (never the answers), and every judgement by it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey
from models.evidence import record
from models.work import Work
from rules.standings import PersonRow
from rules.suitability import Match, Standing


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


class SuitabilityAssessment(Base):
    """One judgement: whether a product might be shown to a person, by which version of the rules."""

    __tablename__ = "suitability_assessment"
    __table_args__ = (Index("ix_suitability_assessment_member", "member_id", "at"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    member_id: Mapped[str] = mapped_column(String(64))
    product: Mapped[str] = mapped_column(String(16))
    risk: Mapped[str] = mapped_column(String(2))
    level: Mapped[str] = mapped_column(String(2), default="")
    """Empty: unknown."""
    expires_on: Mapped[date | None]
    code: Mapped[str] = mapped_column(String(16))
    """SUIT-FIT, SUIT-ABOVE … (rules.suitability)"""
    rules: Mapped[str] = mapped_column(String(16))
    """Version of suitability.yaml."""
    at: Mapped[datetime]


def store(work: Work, rows: Sequence[PersonRow], source: str) -> None:
    """What the suitability system says now; one record for the file, none of it by person."""
    for one in rows:
        work.session.merge(
            MemberSuitability(
                member_id=one.member_id, level=one.level, lowest=one.lowest, professional=one.professional,
                expires_on=one.expires_on, source_ref=one.source_ref, at=work.now,
            )
        )  # fmt: skip
    record(work, "suitability_data", "", {"what": "standings", "rows": len(rows), "source": source}, ref=source[:120])


def keep(work: Work, member_id: str, product: tuple[str, str], standing: Standing, match: Match) -> None:
    """A judgement with everything it went by (suitability.yaml evidence.store); `product`: code and risk."""
    code, risk = product
    row = SuitabilityAssessment(
        member_id=member_id, product=code, risk=risk, level=standing.level, expires_on=standing.expires_on,
        code=match.code, rules=work.rules.suitability.version, at=work.now,
    )  # fmt: skip
    work.session.add(row)
    facts: dict[str, object] = {
        "product": code, "risk": risk, "level": standing.level, "lowest": standing.lowest,
        "expires_on": standing.expires_on.isoformat() if standing.expires_on else None, "rules": row.rules,
        "decision": match.decision, "code": match.code,
    }  # fmt: skip
    record(work, "suitability", member_id, facts, ref=f"product:{code}")


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
