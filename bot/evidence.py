"""存证: records written with the deed in one transaction, sealed into one hash chain a moment later.

Appending needs no lock, so any number of workers can; one sealer at a time gives each record its number and its seal
(rules.chain). A record's header, with the digests of its salted words and of what is stored, is what the chain covers:
it verifies without reading, or after erasing, anybody's data. The head of the chain and the root of each Beijing day
are signed, so that cutting records off at the end shows too.
"""

from datetime import date
from json.encoder import encode_basestring as _quoted

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from models.evidence import Record, append
from models.ledger import Evidence, EvidenceDay, EvidenceHead
from models.work import Database, Work
from rules import chain, signature

__all__ = ["Record", "append", "close_day", "covered", "day_statement", "head_statement", "seal"]
SEALER_LOCK = 7_303_014
"""PostgreSQL advisory lock: one sealer at a time over all machines."""
COVERED = (
    Evidence.id, Evidence.at, Evidence.kind, Evidence.subject, Evidence.ref, Evidence.digest, Evidence.cipher,
)  # fmt: skip


def seal(db: Database, limit: int = 2000) -> int:
    """Number and seal what is unsealed, oldest first; how many were sealed."""
    with db.work() as work:
        _alone(work)
        waiting = work.session.execute(
            select(*COVERED).where(Evidence.seq.is_(None)).order_by(Evidence.id).limit(limit)
        ).all()
        if not waiting:
            return 0
        head = _head(work)
        _next_day(work, head)
        seq, previous, frontier, sealed = head.seq, head.seal, _frontier(head), []
        for row in waiting:
            seq += 1
            previous = chain.seal(previous, covered(seq, row.at.isoformat(), *row[2:]))
            sealed.append({"b_id": row.id, "b_seq": seq, "b_seal": previous})
        work.session.connection().execute(
            update(Evidence.__table__)  # type: ignore[arg-type]  # declarative calls it FromClause
            .where(Evidence.__table__.c.id == bindparam("b_id"))
            .values(seq=bindparam("b_seq"), seal=bindparam("b_seal")),
            sealed,
        )
        chain.grow(frontier, [one["b_seal"] for one in sealed])
        head.seq, head.seal, head.frontier = seq, previous, [[height, value.hex()] for height, value in frontier]
        _sign(work, head)
        return len(sealed)


def close_day(work: Work) -> int:
    """Sign the root of a Beijing day that is over; 1 when there was one. Any number of clocks may call it."""
    _alone(work)
    head = work.session.get(EvidenceHead, 1)
    if head is None or not _next_day(work, head):
        return 0
    _sign(work, head)
    return 1


def covered(seq: int, at: str, *rest: str) -> str:
    """What the seal covers, in canonical JSON (rules.chain), written out because millions are checked.

    `rest`: kind, subject, ref, digest, cipher. Records from before `cipher` existed have none.
    """
    kind, subject, ref, digest, cipher = rest
    stored = f'"cipher":{_quoted(cipher)},' if cipher else ""
    return (
        f'{{"at":"{at}",{stored}"digest":{_quoted(digest)},"kind":{_quoted(kind)},"ref":{_quoted(ref)},'
        f'"seq":{seq},"subject":{_quoted(subject)}}}'
    )


def head_statement(head: EvidenceHead) -> dict[str, object]:
    """What the signature under the head says."""
    return {
        "what": "head", "seq": head.seq, "seal": head.seal, "day": head.day.isoformat(), "first": head.first_seq,
        "root": chain.root(_frontier(head)),
    }  # fmt: skip


def day_statement(day: EvidenceDay) -> dict[str, object]:
    """What the signature under a day says."""
    return {
        "what": "day", "day": day.day.isoformat(), "first": day.first_seq, "last": day.last_seq,
        "last_seal": day.last_seal, "root": day.root, "before": day.before,
    }  # fmt: skip


def _alone(work: Work) -> None:
    if work.session.get_bind().dialect.name == "postgresql":
        work.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": SEALER_LOCK})


def _head(work: Work) -> EvidenceHead:
    """The head, made at the first seal, or from the last record of a version that had none."""
    head = work.session.get(EvidenceHead, 1)
    if head is None:
        last = work.session.execute(
            select(Evidence.seq, Evidence.seal).where(Evidence.seq.is_not(None)).order_by(Evidence.seq.desc()).limit(1)
        ).first()
        seq, sealed = (last.seq, last.seal) if last else (0, chain.GENESIS)
        head = EvidenceHead(id=1, seq=seq, seal=sealed, day=_today(work), first_seq=seq + 1, frontier=[])
        work.session.add(head)
    return head


def _next_day(work: Work, head: EvidenceHead) -> bool:
    """Begin a new day where one has begun; the old one gets its signed root if it has records."""
    today = _today(work)
    if head.day >= today:
        return False
    if head.seq >= head.first_seq:
        day = EvidenceDay(
            day=head.day, first_seq=head.first_seq, last_seq=head.seq, last_seal=head.seal,
            root=chain.root(_frontier(head)), before=_newest_root(work.session),
        )  # fmt: skip
        day.key, day.signature = signature.sign(work.rules.evidence_seeds, day_statement(day))
        work.session.add(day)
    head.day, head.first_seq, head.frontier = today, head.seq + 1, []
    return True


def _newest_root(session: Session) -> str:
    return session.scalar(select(EvidenceDay.root).order_by(EvidenceDay.day.desc()).limit(1)) or chain.GENESIS


def _sign(work: Work, head: EvidenceHead) -> None:
    head.key, head.signature = signature.sign(work.rules.evidence_seeds, head_statement(head))


def _frontier(head: EvidenceHead) -> chain.Frontier:
    return [(int(height), bytes.fromhex(value)) for height, value in head.frontier]


def _today(work: Work) -> date:
    return work.now.astimezone(work.rules.zone).date()
