"""Calls of the firm's systems that were carried out: the same call again gets the same answer and does nothing."""

import hashlib
from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base


class ApiCall(Base):
    """An answer kept under the token's and the caller's own key (`Idempotency-Key`)."""

    __tablename__ = "api_call"
    token_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    """Of what was asked: the key with another question is a fault of the caller."""
    status: Mapped[int]
    answer: Mapped[str] = mapped_column(String(20_000))
    at: Mapped[datetime]


def digest_of(path: str, body: bytes) -> str:
    """What a call asked."""
    return hashlib.sha256(path.encode() + b"\n" + body).hexdigest()


def earlier(session: Session, token_id: str, key: str) -> ApiCall | None:
    """The call under this key, if there was one."""
    return session.get(ApiCall, (token_id, key))
