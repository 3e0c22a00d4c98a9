"""Walk the evidence chain and name the first record that does not fit: seals, stored bytes, day roots, signed head."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

from bot.evidence import covered, day_statement, head_statement
from models.base import keyring_of
from models.evidence import digest
from models.ledger import Evidence, EvidenceDay, EvidenceHead
from rules import chain, signature

PAGE = 5000
SMALLEST = 50_000
"""Records for which a process of their own is worth its start."""
_C = Evidence.__table__.c
READ = (
    _C.seq, type_coerce(_C.at, NullType()), _C.kind, _C.subject, _C.ref, _C.digest, _C.cipher, _C.seal, _C.payload,
)  # fmt: skip
"""Plain columns, times as the driver gives them: a row of the ORM costs more than all its hashes."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What `evidence verify` prints. `why` names the fault; `days` counts the signed roots that were checked."""

    ok: bool
    records: int
    first_bad: int | None
    unsealed: int
    why: str = ""
    days: int = 0


class Misfit(Exception):
    """The record of this number does not fit."""

    def __init__(self, seq: int, why: str) -> None:
        super().__init__(why)
        self.seq = seq


class Walk:
    """One pass from record `start` to `last` (None: to the end of the chain), in bounded memory."""

    def __init__(self, session: Session, seeds: Sequence[bytes], start: int, last: int | None = None) -> None:
        self._session = session
        self._seeds = seeds
        self._start, self._last = start, last
        self._head = session.get(EvidenceHead, 1)
        chosen = select(EvidenceDay).where(EvidenceDay.last_seq >= start).order_by(EvidenceDay.first_seq)
        self._days = list(session.scalars(chosen))
        self._tree: chain.Frontier | None = None
        self._previous, self._expected, self._modern = self._before(), start, False
        self.records = self.days = 0

    def records_fit(self) -> None:
        """Every record, every day's root. Misfit for the first fault."""
        closing = {day.last_seq: day for day in self._days}
        breaks = closing.keys() | {day.first_seq - 1 for day in self._days}
        breaks |= {self._head.first_seq - 1} if self._head else set()
        self._tree = [] if self._start - 1 in breaks else None
        for page in sealed(self._session, self._start, self._last):
            seals = self._page(page)
            for last in sorted(one for one in breaks if page[0][0] <= one < page[0][0] + len(page)):
                cut = last - page[-1][0] + len(seals)
                self._grow(seals[:cut])
                if last in closing:
                    self._day(closing[last], seals[cut - 1])
                seals, self._tree = seals[cut:], []
            self._grow(seals)
        self._end()

    def _page(self, page: Sequence[tuple[Any, ...]]) -> list[str]:
        """Check a page record by record; its seals."""
        previous, expected, seals = self._previous, self._expected, []
        for seq, at, *rest, sealed_as, payload in page:
            if seq != expected:
                raise Misfit(expected, "缺少这条记录")
            if chain.seal(previous, covered(seq, iso(at), *rest)) != sealed_as:
                raise Misfit(seq, "封签不符：记录或其前一条被改动")
            cipher = rest[-1]
            if (sha256(payload.encode()).hexdigest() != cipher) if cipher else self._old(payload, rest[3]):
                raise Misfit(seq, "内容被改动")
            previous, expected = sealed_as, seq + 1
            seals.append(sealed_as)
        self.records += len(page)
        self._modern = bool(page[-1][6])
        self._previous, self._expected = previous, expected
        return seals

    def _grow(self, seals: list[str]) -> None:
        if self._tree is not None:
            chain.grow(self._tree, seals)

    def _before(self) -> str:
        if self._start <= 1:
            return chain.GENESIS
        return self._session.scalar(select(Evidence.seal).where(Evidence.seq == self._start - 1)) or ""

    def _old(self, payload: str, digested: str) -> bool:
        """Whether a record from before `cipher` existed was changed: its words have to be read."""
        return digest(keyring_of(self._session.get_bind().dialect).open(payload, "evidence.payload")) != digested

    def signatures_fit(self) -> None:
        """Days follow one another without a gap up to the head, and every signature is ours. Misfit."""
        last: EvidenceDay | None = None
        for day in self._days:
            if not signature.fits(self._seeds, day_statement(day), day.key, day.signature):
                raise Misfit(day.first_seq, f"{day.day} 日根的签名不符")
            if last is not None and (day.first_seq != last.last_seq + 1 or day.before != last.root):
                raise Misfit(last.last_seq + 1, f"{day.day} 之前缺少日根")
            if last is None and self._start <= 1 and day.before != chain.GENESIS:
                raise Misfit(1, f"{day.day} 之前缺少日根")
            last = day
        head = self._head
        if head is None:
            return
        if not signature.fits(self._seeds, head_statement(head), head.key, head.signature):
            raise Misfit(head.seq, "链头签名不符")
        if last is not None and head.first_seq != last.last_seq + 1:
            raise Misfit(last.last_seq + 1, f"{last.day} 之后缺少日根")

    def _day(self, day: EvidenceDay, sealed_last: str) -> None:
        if day.last_seal != sealed_last:
            raise Misfit(day.last_seq, f"{day.day} 日末封签不符")
        if self._tree is not None:
            if chain.root(self._tree) != day.root:
                raise Misfit(day.first_seq, f"{day.day} 日根不符")
            self.days += 1

    def _end(self) -> None:
        head, last = self._head, self._expected - 1
        if self._last is not None:
            if last < self._last:
                raise Misfit(last + 1, "缺少这条记录")
            return
        if head is None:
            if self._modern:
                raise Misfit(last + 1, "缺少链头")
            return
        if head.seq > last and self._start <= head.seq:
            raise Misfit(last + 1, "链尾被截断")
        if head.seq == last and self.records and head.seal != self._previous:
            raise Misfit(head.seq, "链头与末条记录不符")
        if head.seq == last and self._tree is not None and chain.root(self._tree) != head_statement(head)["root"]:
            raise Misfit(head.first_seq, "当日根不符")


def verify(
    session: Session, seeds: Sequence[bytes], start: int = 1, kept: Sequence[Mapping[str, Any]] = ()
) -> Verification:
    """Check the chain from record `start` on; `seeds` as in Rulebook.evidence_seeds.

    `kept`: days as `anchors` once gave them to an outside keeper; each must still stand as it was.
    """
    return frame(session, seeds, start, kept) or part(session, seeds, start)


def frame(
    session: Session, seeds: Sequence[bytes], start: int, kept: Sequence[Mapping[str, Any]] = ()
) -> Verification | None:
    """The signed days around the records, without reading those; what does not fit, or None."""
    try:
        _anchored(session, kept)
        Walk(session, seeds, start).signatures_fit()
    except Misfit as found:
        return Verification(False, max(0, found.seq - start), found.seq, _unsealed(session), str(found))
    return None


def part(session: Session, seeds: Sequence[bytes], start: int, last: int | None = None) -> Verification:
    """The records from `start` to `last`; parts that begin where `cuts` says may be checked side by side."""
    walk, unsealed = Walk(session, seeds, start, last), _unsealed(session)
    try:
        walk.records_fit()
    except Misfit as found:
        return Verification(False, max(walk.records, found.seq - start), found.seq, unsealed, str(found), walk.days)
    return Verification(True, walk.records, None, unsealed, "", walk.days)


def cuts(session: Session, start: int, parts: int) -> list[tuple[int, int | None]]:
    """At most so many (first, last) parts of about one size, cut where days end; one where there is little."""
    top = session.scalar(select(func.max(Evidence.seq))) or 0
    ends = list(session.scalars(select(EvidenceDay.last_seq).where(EvidenceDay.last_seq >= start)))
    found: list[tuple[int, int | None]] = []
    first = start
    for end in sorted(ends):
        if len(found) + 1 < parts and end + 1 - first >= max(SMALLEST, (top - start) / parts):
            found.append((first, end))
            first = end + 1
    return [*found, (first, None)]


def _unsealed(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Evidence).where(Evidence.seq.is_(None))) or 0


def anchors(session: Session) -> list[str]:
    """Every signed day as a line of JSON, for a keeper outside the database."""
    days = session.scalars(select(EvidenceDay).order_by(EvidenceDay.first_seq))
    return [chain.canonical({**day_statement(day), "key": day.key, "signature": day.signature}) for day in days]


def _anchored(session: Session, kept: Sequence[Mapping[str, Any]]) -> None:
    standing = set(anchors(session)) if kept else set()
    for one in kept:
        if chain.canonical(one) not in standing:
            raise Misfit(int(one["first"]), f"{one['day']} 日根与外部留存的不一致")


def sealed(session: Session, start: int, end: int | None = None) -> Iterator[Sequence[tuple[Any, ...]]]:
    """READ of the sealed records from number `start` to `end`, a page at a time, as the driver gives them."""
    connection, last = session.connection(), start - 1
    within = _C.seq.is_not(None) if end is None else _C.seq <= end
    while True:
        result = connection.execute(select(*READ).where(_C.seq > last, within).order_by(_C.seq).limit(PAGE))
        page = result.cursor.fetchall() if result.cursor else ()
        result.close()
        if not page:
            return
        yield page
        last = page[-1][0]


def iso(at: datetime | str) -> str:
    """A stored time (UTC without zone; SQLite keeps text) as the seal covers it."""
    if isinstance(at, str):
        return f"{at[:10]}T{at[11:].removesuffix('.000000')}+00:00"
    return f"{at.isoformat()}+00:00"
