"""The firm's product rating list: which product a text speaks of, and how risky that product is (产品评级清单)."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, delete, func, literal, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.evidence import digest, record
from models.work import Work
from rules.standings import ProductRow

CODES = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{4,16}(?![0-9A-Za-z])")


class ProductRating(Base):
    """One product. Whatever is not on the list is not known to be a product."""

    __tablename__ = "product_rating"
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    risk: Mapped[str] = mapped_column(String(2))
    at: Mapped[datetime]


def replace(work: Work, rows: Sequence[ProductRow], source: str) -> None:
    """The whole list anew: a product that is gone from the firm's list is gone here."""
    work.session.execute(delete(ProductRating))
    work.session.add_all(ProductRating(code=one.code, name=one.name, risk=one.risk, at=work.now) for one in rows)
    facts: dict[str, object] = {
        "what": "product_ratings", "rows": len(rows), "source": source,
        "digest": digest("\n".join(f"{one.code} {one.risk} {one.name}" for one in rows)),
    }  # fmt: skip
    record(work, "suitability_data", "", facts, ref=source[:120])


def mentioned(session: Session, text: str) -> Sequence[ProductRating]:
    """Products a text names or gives the code of, the riskiest first."""
    codes = {one.upper() for one in CODES.findall(text)}
    chosen = select(ProductRating).where(or_(_inside(session, text), ProductRating.code.in_(codes)))
    return session.scalars(chosen.order_by(ProductRating.risk.desc(), ProductRating.code)).all()


def _inside(session: Session, text: str) -> ColumnElement[bool]:
    find = func.instr if session.get_bind().dialect.name == "sqlite" else func.strpos
    return find(literal(text), ProductRating.name) > 0
