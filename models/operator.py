"""People who log into the console."""

from datetime import datetime

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

ROLES = ("author", "approver", "operator", "advisor", "auditor", "privacy", "admin")


class Operator(Base):
    """An account. The password is kept as argon2id; a fresh one must be changed at the first login."""

    __tablename__ = "operator"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str] = mapped_column(String(200))
    must_change: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    created_at: Mapped[datetime]


class LoginSession(Base):
    """A console session: server-side, so it can be revoked. `id` is the digest of the secret in the cookie."""

    __tablename__ = "login_session"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    operator: Mapped[str] = mapped_column(String(64))
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]


def close_sessions(session: Session, operator: str) -> None:
    """Every login of the account ends."""
    session.execute(delete(LoginSession).where(LoginSession.operator == operator))
