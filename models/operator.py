"""People who log into the console."""

import hashlib
import hmac
import secrets
from datetime import datetime

from argon2 import PasswordHasher
from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Encrypted
from models.work import Work
from rules import totp

ROLES = ("author", "approver", "operator", "advisor", "auditor", "privacy", "admin")
LONGEST_NAME = 64
RECOVERY = 10
"""Codes for the day the phone is lost, each good once."""


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
    employee_id: Mapped[str] = mapped_column(String(64), default="", server_default="")
    """Userid in WeCom: whose clients an advisor sees, and who may enter by scanning. Empty: the account's name."""
    closed: Mapped[bool] = mapped_column(default=False, server_default="0")
    """A closed account cannot enter; its name stays for what it did."""
    totp: Mapped[str] = mapped_column(Encrypted("operator.totp"), nullable=True)
    """The secret of the second factor, once enrolling has begun."""
    totp_on: Mapped[bool] = mapped_column(default=False, server_default="0")
    totp_step: Mapped[int] = mapped_column(default=0, server_default="0")
    """The last time step whose code was used."""
    recovery: Mapped[list[str]] = mapped_column(default=list, nullable=True)
    """Digests of the recovery codes that are left."""

    @property
    def employee(self) -> str:
        """Their userid in WeCom."""
        return self.employee_id or self.name


class LoginSession(Base):
    """A console session: server-side, so it can be revoked. `id` is the digest of the secret in the cookie."""

    __tablename__ = "login_session"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    operator: Mapped[str] = mapped_column(String(64))
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    pending: Mapped[bool] = mapped_column(default=False, server_default="0")
    """The password was right; the second factor is still to come."""
    agent: Mapped[str] = mapped_column(String(120), default="", server_default="")
    """Which browser, for whoever looks through their sessions."""


def fresh_password() -> tuple[str, str]:
    """A one-time password, and what is kept of it."""
    password = secrets.token_urlsafe(9)
    return password, PasswordHasher().hash(password)


def add(work: Work, name: str, role: str, employee_id: str = "") -> str:
    """A new account; its one-time password, which is kept nowhere. ValueError when the name is taken or unusable."""
    if not name or len(name) > LONGEST_NAME or role not in ROLES:
        raise ValueError("账号须为 1 到 64 个字符，并选择一个角色")
    if work.session.get(Operator, name) is not None:
        raise ValueError(f"账号 {name} 已存在")
    password, kept = fresh_password()
    made = Operator(name=name, role=role, password=kept, must_change=True, failures=0, created_at=work.now)
    made.employee_id = employee_id
    work.session.add(made)
    return password


def reset(work: Work, operator: Operator) -> str:
    """A new one-time password; every login ends."""
    password, operator.password = fresh_password()
    operator.must_change, operator.failures, operator.locked_until = True, 0, None
    close_sessions(work.session, operator.name)
    return password


def change(work: Work, operator: Operator, role: str, *, closed: bool, employee_id: str) -> None:
    """Another role, open or closed; takes effect at once. ValueError when nobody could administer afterwards."""
    if role not in ROLES:
        raise ValueError("没有这个角色")
    left = select(Operator.name).where(
        Operator.role == "admin", Operator.closed.is_(False), Operator.name != operator.name
    )
    if operator.role == "admin" and (closed or role != "admin") and work.session.scalar(left.limit(1)) is None:
        raise ValueError("至少须保留一名可用的管理员")
    operator.role, operator.closed, operator.employee_id = role, closed, employee_id[:64]
    if closed:
        close_sessions(work.session, operator.name)


def close_sessions(session: Session, operator: str) -> None:
    """Every login of the account ends."""
    session.execute(delete(LoginSession).where(LoginSession.operator == operator))


def sessions_of(session: Session, operator: str) -> list[LoginSession]:
    """The account's logins, newest first."""
    chosen = select(LoginSession).where(LoginSession.operator == operator, LoginSession.pending.is_(False))
    return list(session.scalars(chosen.order_by(LoginSession.created_at.desc())))


def begin_totp(operator: Operator) -> str:
    """A new secret, to be confirmed with a first code; until then there is no second factor."""
    operator.totp, operator.totp_on, operator.totp_step = totp.new_secret(), False, 0
    return operator.totp


def confirm_totp(work: Work, operator: Operator, code: str) -> list[str]:
    """Switch the second factor on; the recovery codes, shown once. Empty when the code is wrong."""
    step = totp.step_of(operator.totp, code, work.now, operator.totp_step) if operator.totp else None
    if step is None:
        return []
    codes = [secrets.token_hex(5) for _ in range(RECOVERY)]
    operator.totp_on, operator.totp_step, operator.recovery = True, step, [_digest(one) for one in codes]
    return codes


def drop_totp(operator: Operator) -> None:
    """Without a second factor from now on."""
    operator.totp, operator.totp_on, operator.recovery = "", False, []


def passes_totp(work: Work, operator: Operator, code: str) -> bool:
    """Whether a code of the phone, or a recovery code, is right; either is good once."""
    code = code.strip().lower()
    step = totp.step_of(operator.totp, code, work.now, operator.totp_step)
    if step is not None:
        operator.totp_step = step
        return True
    left = [one for one in operator.recovery or [] if not hmac.compare_digest(one, _digest(code))]
    used = len(left) < len(operator.recovery or [])
    operator.recovery = left
    return used


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
