"""A key for each person, wrapped by the data key: to erase what the evidence says of somebody, destroy their keys.

Several keys of one person may live side by side (two workers met them at the same moment): all are destroyed together.
What concerns nobody is kept under the keys of the empty subject, which are never destroyed.
"""

import base64
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Index, String, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Encrypted
from models.work import Work


class PersonKey(Base):
    """An AES-256 key of one subject (models.evidence.subject_of)."""

    __tablename__ = "person_key"
    __table_args__ = (Index("ix_person_key_subject", "subject"),)
    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64))
    wrapped: Mapped[str | None] = mapped_column(Encrypted("person_key.wrapped"))
    """The key itself, in base64; None once destroyed."""
    created_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Lock:
    """One unwrapped key."""

    id: str
    subject: str
    key: bytes

    def shut(self, text: str) -> str:
        """`p.<key id>.<base64>`, bound to the subject."""
        nonce = os.urandom(12)
        sealed = AESGCM(self.key).encrypt(nonce, text.encode(), self.subject.encode())
        return f"p.{self.id}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, token: str) -> str | None:
        """The text again; None when damaged or somebody else's."""
        try:
            raw = base64.b64decode(token.split(".", 2)[2])
            return AESGCM(self.key).decrypt(raw[:12], raw[12:], self.subject.encode()).decode()
        except (InvalidTag, ValueError, IndexError):
            return None


def locks_for(work: Work, subjects: Iterable[str]) -> dict[str, Lock]:
    """A living key for each subject, made where there is none."""
    wanted = set(subjects)
    found = {one.subject: one for one in _living(work.session, wanted)}
    fresh = {one: Lock(work.new_id()[:16], one, os.urandom(32)) for one in sorted(wanted - set(found))}
    if fresh:
        work.session.execute(
            insert(PersonKey),
            [
                {
                    "id": one.id,
                    "subject": one.subject,
                    "wrapped": base64.b64encode(one.key).decode(),
                    "created_at": work.now,
                }
                for one in fresh.values()
            ],
        )
    return found | fresh


def lock_of(session: Session, token: str) -> Lock | None:
    """The key a token was shut with; None once it is destroyed."""
    row = session.get(PersonKey, token.split(".", 2)[1])
    return None if row is None or row.wrapped is None else Lock(row.id, row.subject, base64.b64decode(row.wrapped))


def destroy(work: Work, subject: str) -> int:
    """Forget every key of a person, for good; how many there were. ValueError for the empty subject."""
    if not subject:
        raise ValueError("the keys of what concerns nobody are never destroyed")
    done = work.session.execute(
        update(PersonKey)
        .where(PersonKey.subject == subject, PersonKey.wrapped.is_not(None))
        .values(wrapped=None, destroyed_at=work.now)
        .execution_options(synchronize_session=False)
    )
    return int(getattr(done, "rowcount", 0))


def _living(session: Session, subjects: set[str]) -> list[Lock]:
    chosen = select(PersonKey.id, PersonKey.subject, PersonKey.wrapped).where(
        PersonKey.subject.in_(subjects), PersonKey.wrapped.is_not(None)
    )
    rows = session.execute(chosen.order_by(PersonKey.created_at.desc())).all()
    return [Lock(row.id, row.subject, base64.b64decode(row.wrapped)) for row in rows]
