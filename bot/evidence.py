"""存证: records written with the deed in one transaction, sealed into one hash chain a moment later.

Appending needs no lock, so any number of workers can; one sealer at a time gives each record its number and its seal
(rules.chain). A record's header, including the digest of its salted payload, is what the chain covers, so the chain
verifies without reading, or after erasing, anybody's data.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from models.evidence import Record, append
from models.ledger import Evidence
from models.work import Database
from rules import chain

__all__ = ["Record", "Verification", "append", "seal", "verify"]
SEALER_LOCK = 7_303_014
"""PostgreSQL advisory lock: one sealer at a time over all machines."""


def seal(db: Database, limit: int = 2000) -> int:
    """Number and seal what is unsealed, oldest first; how many were sealed."""
    with db.work() as work:
        session = work.session
        if not db.sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SEALER_LOCK})
        waiting = session.execute(
            select(Evidence.id, Evidence.at, Evidence.kind, Evidence.subject, Evidence.ref, Evidence.digest)
            .where(Evidence.seq.is_(None))
            .order_by(Evidence.id)
            .limit(limit)
        ).all()
        if not waiting:
            return 0
        last = session.execute(
            select(Evidence.seq, Evidence.seal).where(Evidence.seq.is_not(None)).order_by(Evidence.seq.desc()).limit(1)
        ).first()
        seq, previous = (last.seq, last.seal) if last else (0, chain.GENESIS)
        sealed = []
        for row in waiting:
            seq += 1
            previous = chain.seal(previous, header(seq, row))
            sealed.append({"b_id": row.id, "b_seq": seq, "b_seal": previous})
        session.connection().execute(
            update(Evidence.__table__)  # type: ignore[arg-type]  # declarative calls it FromClause
            .where(Evidence.__table__.c.id == bindparam("b_id"))
            .values(seq=bindparam("b_seq"), seal=bindparam("b_seal")),
            sealed,
        )
        return len(sealed)


def header(seq: int, row: Row[*tuple[Any, ...]]) -> dict[str, object]:
    """What the seal covers."""
    return {
        "seq": seq,
        "at": row.at.isoformat(),
        "kind": row.kind,
        "subject": row.subject,
        "ref": row.ref,
        "digest": row.digest,
    }


@dataclass(frozen=True, slots=True)
class Verification:
    """What `evidence verify` prints."""

    ok: bool
    records: int
    first_bad: int | None
    unsealed: int


def verify(session: Session, start: int = 1) -> Verification:
    """Walk the chain from record `start` in bounded memory; `first_bad` is the number of the first misfit."""
    unsealed = session.scalar(select(func.count()).select_from(Evidence).where(Evidence.seq.is_(None))) or 0
    previous, expected, records = chain.GENESIS, start, 0
    if start > 1:
        previous = session.scalar(select(Evidence.seal).where(Evidence.seq == start - 1)) or ""
    for row in _sealed(session, start):
        records += 1
        fits = row.seq == expected and chain.seal(previous, header(expected, row)) == row.seal
        if not fits or hashlib.sha256(row.payload.encode()).hexdigest() != row.digest:
            return Verification(ok=False, records=records, first_bad=expected, unsealed=unsealed)
        previous, expected = row.seal, expected + 1
    return Verification(ok=True, records=records, first_bad=None, unsealed=unsealed)


def _sealed(session: Session, start: int) -> Iterator[Row[*tuple[Any, ...]]]:
    columns = Evidence.__table__.c
    last = start - 1
    while True:
        page = session.execute(select(*columns).where(Evidence.seq > last).order_by(Evidence.seq).limit(5000)).all()
        if not page:
            return
        yield from page
        last = page[-1].seq
