"""What a run did: counts from our tables, and our books against the simulator's: nothing lost, nothing doubled."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import urllib3
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import audit
from models import actions
from models.alert import Alert
from models.content import Delivery
from models.faq import FaqDecision
from models.ledger import Inbound, Outbound
from models.member import Member
from models.points import PointsEntry
from models.referral import Referral

Books = list[dict[str, Any]]
KEYED = ("SendKf", "SendKfWelcome", "SendCard", "SendWelcome")
"""Messages the simulator books under a key that we chose or were given."""
BY_PEOPLE = "client"
"""`path` of what a person did in the WeCom client."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """`lost`: happened or was sent by one side's books and is missing in the other's. `doubled`: arrived twice."""

    lost: list[str]
    doubled: list[str]
    unresolved: int
    """Sends whose outcome is unknown and reported as such."""


def fetch(base: str, path: str) -> Any:
    """One of the simulator's books as JSON."""
    return json.loads(urllib3.request("GET", f"{base}{path}", timeout=30.0, retries=False).data)


def judge(session: Session, base: str) -> Judgement:
    """Compare everything the simulator at `base` knows with everything we wrote down."""
    books, heard = fetch(base, "/books"), fetch(base, "/books/happened")
    lost = [*_unheard(session, heard), *_missing(session, books)]
    doubled = [f"{one['kind']}:{one['key']}" for one in _twice(books)]
    return Judgement(lost, doubled, _count(session, Outbound.state == "unknown"))


def _unheard(session: Session, heard: dict[str, list[str]]) -> list[str]:
    """Callbacks acknowledged, KF items and archive records that are in no inbox row."""
    keys = set(session.scalars(select(Inbound.key)))
    bare = {key.rsplit(":", 1)[-1] for key in keys}
    lost = [f"callback:{one}" for one in heard["callbacks"] if one not in bare]
    lost += [f"kf:{one}" for one in heard["kf"] if f"kf:{one}"[:80] not in keys]
    return lost + [f"archive:{one}" for one in heard["archive"] if f"ar:{one}"[:80] not in keys]


def _missing(session: Session, books: Books) -> list[str]:
    """Rows marked sent that reached nobody, and arrivals that no row of ours explains."""
    arrived = {str(one["key"]) for one in books}
    rows = session.execute(
        select(Outbound.id, Outbound.kind, Outbound.body, Outbound.state).where(Outbound.kind.in_(KEYED))
    ).all()
    ours = {_key(row.id, row.kind, row.body): str(row.state) for row in rows}
    lost = [f"sent:{key}" for key, state in ours.items() if state == "sent" and key not in arrived]
    keyed = ("kf", "kf_welcome", "welcome", "template_card")
    strange = [one["key"] for one in books if one["kind"] in keyed and one["path"] != BY_PEOPLE]
    return lost + [f"unexplained:{key}" for key in strange if key not in ours]


def _key(row_id: int, kind: str, body: str) -> str:
    action = actions.load(kind, body)
    if isinstance(action, actions.SendCard):
        return action.task_id
    return action.code if isinstance(action, actions.SendWelcome) else f"o{row_id}"


def _twice(books: Books) -> Books:
    """Second and later arrivals of one message at one person."""
    seen: Counter[tuple[str, str, str, str]] = Counter()
    again = []
    for one in books:
        # A push created twice has two keys at WeCom and the same words.
        key = "" if one["kind"] in ("group_message", "mass_single") else str(one["key"])
        mark = (str(one["kind"]), str(one["to"]), key, str(one["digest"]))
        seen[mark] += 1
        if seen[mark] > 1:
            again.append(one)
    return again


def counts(session: Session, seeds: Sequence[bytes]) -> dict[str, object]:
    """The figures of `run.py demo`, from our own tables; `seeds` sign the evidence."""
    decided = dict(_grouped(session, FaqDecision.decision))
    verified = audit.verify(session, seeds)
    sent = Outbound.state == "sent"
    return {
        "callbacks": _count(session, Inbound.source.in_(("wecom", "aibot"))),
        "answered": decided.get("answer", 0),
        "clarified": decided.get("clarify", 0),
        "silent": decided.get("silent", 0),
        "handoffs": decided.get("handoff", 0),
        "welcomes": _count(session, sent, Outbound.purpose == "welcome"),
        "pushes_sent": _count(session, Delivery.state == "sent", Delivery.about == "push"),
        "live_reminders": _count(session, Delivery.state == "sent", Delivery.about == "live_reminder"),
        "referrals_credited": _count(session, Referral.status.in_(("STAY7", "LEARNED", "MATURED"))),
        "points_issued": int(session.scalar(select(func.sum(PointsEntry.points))) or 0),
        "alerts_sent": _count(session, sent, Outbound.kind == "SendCard", Outbound.key.in_(_alert_keys(session))),
        "alerts_acked": _count(session, Alert.state == "acked"),
        "tiers": _count(session, Member.tier != ""),
        "by_tier": dict(sorted(_grouped(session, Member.tier, Member.tier != ""))),
        "evidence_records": verified.records,
        "evidence_ok": verified.ok and verified.unsealed == 0,
    }


def _alert_keys(session: Session) -> list[str]:
    rows = session.execute(select(Outbound.key, Outbound.body).where(Outbound.kind == "SendCard"))
    return [row.key for row in rows if json.loads(row.body)["about"] == "alert"]


def _grouped(session: Session, column: Any, *where: Any) -> list[tuple[str, int]]:
    chosen = select(column, func.count()).where(*where).group_by(column)
    return [(str(name), int(count)) for name, count in session.execute(chosen)]


def _count(session: Session, *where: Any) -> int:
    return int(session.scalar(select(func.count()).where(*where)) or 0)
