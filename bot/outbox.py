"""The one way out: intents wait here, written in the same transaction as their cause."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Row, Table, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from bot import evidence, gate, inbox
from models import actions
from models.actions import TRAITS, Action, Attest, TransferKf
from models.events.base import Event
from models.events.internal import ReplyWithheld
from models.ledger import Outbound, in_state
from models.work import Work

OUTBOUND: Table = Outbound.__table__  # type: ignore[assignment]  # declarative calls it FromClause


TOGETHER = 20
"""Actions written at once: a push to a million people is five hundred of thousands each."""


@dataclass(frozen=True, slots=True)
class Queued:
    """How many of an event's actions may go, and how many the gate kept back."""

    due: int
    withheld: int


def put(work: Work, event: Event, wanted: Sequence[Action]) -> Queued:
    """Pass each action through the gate and write it down. The same event again adds nothing."""
    told = [one for one in wanted if isinstance(one, Attest)]
    evidence.append(work, [_fact(one) for one in told])
    numbered = enumerate(one for one in wanted if not isinstance(one, Attest))
    due = withheld = 0
    while some := list(islice(numbered, TOGETHER)):
        rulings = [(index, gate.judge(action, work)) for index, action in some]
        rows = [_row(work, event, index, ruling) for index, ruling in rulings]
        work.session.execute(_insert_new(work.session.get_bind().dialect.name), rows)
        judged = [(row, ruling) for row, (_, ruling) in zip(rows, rulings, strict=True)]
        evidence.append(work, [one for row, ruling in judged for one in _told(row, ruling)])
        inbox.put(work, [_for_people(work, row) for row, one in judged if one.for_people])
        withheld += sum(1 for _, ruling in judged if not ruling.may_go)
        due += sum(1 for _, ruling in judged if ruling.may_go)
    return Queued(due=due, withheld=withheld)


def record_of(
    row: Row[Any], state: str, provider_id: str, reason: str = "", errcode: int | None = None
) -> evidence.Record:
    """The evidence of one attempt to carry a row out."""
    facts: dict[str, object] = {
        "kind": row.kind, "digest": row.digest, "cause": row.cause, "provider_id": provider_id,
        "attempts": row.attempts + 1, "reason": reason, "errcode": errcode,
    }  # fmt: skip
    return evidence.Record(kind="attempt" if state == "due" else state, ref=row.key, person=row.recipient, facts=facts)


def _for_people(work: Work, row: dict[str, Any]) -> inbox.Arrival:
    """An answer the gate kept back for its words goes to people, as an event."""
    key = f"withheld:{hashlib.sha256(row['key'].encode()).hexdigest()[:40]}"
    return inbox.of_event(ReplyWithheld(key=key, at=work.now, row_key=row["key"]), source="outcome", priority=2)


def _insert_new(dialect: str) -> Any:
    maker = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return maker(OUTBOUND).on_conflict_do_nothing(index_elements=["key"])


def _row(work: Work, event: Event, index: int, ruling: gate.Ruling) -> dict[str, Any]:
    action = ruling.action
    traits, key = TRAITS[type(action)], f"{event.key}/{index}"
    return {
        "key": key,
        "cause": event.key,
        "kind": type(action).__name__,
        "lane": actions.lane_of(action, alone=key),
        "priority": traits.priority,
        "purpose": traits.purpose,
        "recipient": actions.recipient_of(action),
        "occurrence_id": getattr(action, "occurrence_id", None),
        "body": actions.dump(action),
        "digest": digest_of(action),
        "state": "due" if ruling.may_go else "withheld",
        "reason": ruling.reason[:500],
        "uncertain": False,
        "owner": "",
        "attempts": 0,
        "provider_id": "",
        "not_before": ruling.not_before,
        # The clock of a welcome code runs from the event, not from when we came to read it.
        "deadline": event.at + traits.within if traits.within else None,
        "created_at": work.now,
        "finished_at": None if ruling.may_go else work.now,
    }


def digest_of(action: Action) -> str:
    """SHA-256 of the words as people will read them; empty for plumbing."""
    words = actions.words_of(action)
    return hashlib.sha256("\n".join(words).encode()).hexdigest() if words else ""


def _told(row: dict[str, Any], ruling: gate.Ruling) -> Iterator[evidence.Record]:
    """What an auditor must find even if nothing ever comes of it: refusals and hand-overs."""
    action = ruling.action
    if ruling.reason:
        yield _record(row, ruling)
    if isinstance(action, TransferKf) and ruling.may_go:
        facts: dict[str, object] = {"servicer": action.servicer, "state": action.state}
        yield evidence.Record(kind="hand_over", ref=row["key"], person=action.to, facts=facts)


def _record(row: dict[str, Any], ruling: gate.Ruling) -> evidence.Record:
    facts = {"kind": row["kind"], "purpose": row["purpose"], "digest": row["digest"], "reason": ruling.reason}
    kind = "held" if ruling.may_go else "withheld"
    return evidence.Record(kind=kind, ref=row["key"], person=row["recipient"], facts=facts)


def _fact(told: Attest) -> evidence.Record:
    return evidence.Record(kind=told.kind, ref=told.ref, person=told.person, facts=told.facts)


def unresolved(session: Session, limit: int = 100) -> list[dict[str, Any]]:
    """Sends whose outcome nobody can find out, and sends that failed for good: what an operator must see."""
    shown = (Outbound.id, Outbound.kind, Outbound.state, Outbound.reason, Outbound.errcode, Outbound.created_at)
    chosen = select(*shown).where(in_state(Outbound, "failed", "unknown")).order_by(Outbound.id.desc()).limit(limit)
    return [dict(row) for row in session.execute(chosen).mappings()]


def redrive(work: Work, ids: Sequence[int]) -> int:
    """Send failed rows once more because a person said so (never `unknown` ones: they may have arrived)."""
    done = work.session.execute(
        update(Outbound)
        .where(Outbound.id.in_(ids), Outbound.state == "failed")
        .values(state="due", attempts=0, not_before=None, reason="")
        .execution_options(synchronize_session=False)
    )
    return int(getattr(done, "rowcount", 0))
