"""Tokens with which the firm's systems call /api/v1: scoped, kept as a digest, expiring, revocable."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.evidence import record
from models.work import Work

SCOPES = {
    "members:read": "读取成员与分层",
    "trading:write": "写入交易摘要",
    "suitability:write": "写入适当性测评结果",
    "milestones:write": "写入开户等里程碑",
    "content:write": "写入待审批内容",
    "evidence:read": "读取存证状态",
}
PREFIX = "wbt_"
LONGEST = timedelta(days=366)
SEEN = timedelta(minutes=1)
"""`used_at` is not written more often than this."""


class ApiToken(Base):
    """A token of one system. `id` is public; the secret part is shown once and kept as SHA-256."""

    __tablename__ = "api_token"
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[list[str]]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


def issue(work: Work, name: str, scopes: Iterable[str], days: int, by: str) -> str:
    """A new token's text, which is kept nowhere. ValueError names an unknown scope or an unusable term."""
    wanted = sorted(set(scopes))
    unknown = [one for one in wanted if one not in SCOPES]
    if unknown or not wanted:
        raise ValueError(f"未知或缺少权限范围：{'、'.join(unknown) or '请至少选择一项'}")
    if not 1 <= days <= LONGEST.days:
        raise ValueError(f"有效期须为 1 到 {LONGEST.days} 天")
    token = ApiToken(id=work.new_id()[:16], name=name[:64], scopes=wanted, made_by=by, made_at=work.now)
    text = f"{PREFIX}{token.id}_{secrets.token_urlsafe(32)}"
    token.digest, token.expires_at = digest_of(text), work.now + timedelta(days=days)
    work.session.add(token)
    body = {"by": by, "what": "token issued", "token": token.id, "scopes": wanted, "days": days}
    record(work, "operator_action", "", body, ref=f"token:{token.id}")
    return text


def verify(work: Work, text: str, scope: str) -> ApiToken | None:
    """The living token behind `Authorization: Bearer <text>`, if it may do `scope`; notes that it was used."""
    found = work.session.scalars(select(ApiToken).where(ApiToken.digest == digest_of(text))).first()
    if found is None or found.revoked_at is not None or found.expires_at <= work.now or scope not in found.scopes:
        return None
    if found.used_at is None or work.now - found.used_at > SEEN:
        found.used_at = work.now
    return found


def revoke(work: Work, token_id: str, by: str) -> bool:
    """End a token; False when there is none of that id alive."""
    found = work.session.get(ApiToken, token_id)
    if found is None or found.revoked_at is not None:
        return False
    found.revoked_at = work.now
    record(work, "operator_action", "", {"by": by, "what": "token revoked", "token": token_id}, ref=f"token:{token_id}")
    return True


def all_tokens(session: Session) -> list[ApiToken]:
    """Every token ever issued, newest first."""
    return list(session.scalars(select(ApiToken).order_by(ApiToken.made_at.desc())))


def digest_of(text: str) -> str:
    """What is kept of a token: it has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(text.encode()).hexdigest()
