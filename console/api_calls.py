"""What each call of the API does, in the caller's transaction."""

import hashlib

from sqlalchemy import func, select

from bot import inbox
from console.api_bodies import ContentBody, Milestone, Milestones, Standing, Standings, Tradings
from models import content_version, fraud, suitability, trading
from models import evidence as records
from models.events.referral import MilestoneReached
from models.ledger import Evidence
from models.member import Member
from models.plan import Actor
from models.token import ApiToken
from models.work import Work
from rules import standings, summaries

Answer = dict[str, object]
KEY = 80
"""Characters of an event's key."""
BLOCK = 7
"""Digits of a mobile number that name its block."""


class Rows(Exception):
    """Rows that cannot be taken; nothing was written."""

    def __init__(self, rows: list[str]) -> None:
        super().__init__()
        self.rows = rows


def member(work: Work, caller: ApiToken, body: None, member_id: str) -> Answer:
    """The tier and why. LookupError for nobody we know."""
    del body
    found = work.session.get(Member, member_id)
    if found is None:
        raise LookupError("没有这个成员：先同步通讯录，或核对 external_userid")
    records.record(work, "viewed", member_id, {"by": f"api:{caller.name}", "what": "tier"}, ref=f"token:{caller.id}")
    return {
        "member_id": found.id, "tier": found.tier, "why": found.tier_why, "advisor": found.advisor_id,
        "since": found.tier_since.isoformat() if found.tier_since else None,
    }  # fmt: skip


def evidence(work: Work, caller: ApiToken, body: None) -> Answer:
    """How long the chain is, and what is not sealed yet."""
    del caller, body
    last, unsealed = work.session.execute(
        select(func.max(Evidence.seq), func.count().filter(Evidence.seq.is_(None)))
    ).one()
    return {"records": last or 0, "unsealed": unsealed}


def trading_rows(body: Tradings) -> list[tuple[object, ...]]:
    """The batch as the table of a file, so that file and API are read by one rule."""
    heads = (
        "member_id",
        "as_of",
        "daily_assets",
        "fees_90d",
        "products",
        "trades_90d",
        "consent_at",
        "consent_wording",
    )
    return [heads, *(tuple(getattr(row, name) for name in heads) for row in body.rows)]


def trading_summaries(work: Work, caller: ApiToken, body: Tradings) -> Answer:
    """Summaries of members who agreed; all or nothing."""
    wanted = {row.member_id for row in body.rows}
    known = frozenset(work.session.scalars(select(Member.id).where(Member.id.in_(wanted))))
    good, bad = summaries.read(trading_rows(body), known, work.now.astimezone(work.rules.zone).date())
    if bad:
        raise Rows(bad)
    done = trading.store(work, good, f"api:{caller.name}:{body.source}")
    return {"stored": done.stored, "without_consent": done.without_consent, "older": done.older}


def suitability_results(work: Work, caller: ApiToken, body: Standings) -> Answer:
    """What the suitability system says of members; all or nothing."""
    heads = tuple(Standing.model_fields)
    table = [heads, *(tuple(getattr(row, name) for name in heads) for row in body.rows)]
    wanted = {row.member_id for row in body.rows}
    known = frozenset(work.session.scalars(select(Member.id).where(Member.id.in_(wanted))))
    good, bad = standings.people(table, known)
    if bad:
        raise Rows(bad)
    suitability.store(work, good, f"api:{caller.name}:{body.source}")
    return {"stored": len(good)}


def milestones(work: Work, caller: ApiToken, body: Milestones) -> Answer:
    """What members reached; the same ref of a token's system counts once."""
    wanted = {row.member_id for row in body.rows}
    known = set(work.session.scalars(select(Member.id).where(Member.id.in_(wanted))))
    bad = [f"第 {number} 行：没有这个成员" for number, row in enumerate(body.rows, 1) if row.member_id not in known]
    bad += [f"第 {number} 行：时间在将来" for number, row in enumerate(body.rows, 1) if row.at > work.now]
    if bad:
        raise Rows(bad)
    arrivals = [_arrival(row, caller) for row in body.rows]
    for row in body.rows:
        _note_marks(work, row)
    return {"accepted": inbox.put(work, arrivals)}


def _arrival(row: Milestone, caller: ApiToken) -> inbox.Arrival:
    key = f"api:{caller.id}:{row.milestone}:{row.ref}"
    event = MilestoneReached(
        key=key if len(key) <= KEY else f"api:{hashlib.sha256(key.encode()).hexdigest()}", at=row.at,
        member_id=row.member_id, milestone=row.milestone,
    )  # fmt: skip
    return inbox.of_event(event, source="api", lane=f"to:{row.member_id}")


def _note_marks(work: Work, row: Milestone) -> None:
    """Device and phone leave this function only as salted hashes (referral.yaml antifraud.privacy)."""
    given = {"device": row.device, "phone": row.phone, "block": row.phone[:BLOCK]}
    pairs = [(kind, fraud.digest(work.rules.pepper, kind, value)) for kind, value in given.items() if value]
    fraud.mark(work.session, row.member_id, pairs, work.now)


def content(work: Work, caller: ApiToken, body: ContentBody, content_id: str) -> Answer:
    """Words that wait for somebody's approval."""
    values = {**body.model_dump(), "body": body.body.replace("\r\n", "\n")}
    saved = content_version.save(work, content_id, values, Actor(f"api:{caller.name}", "author"))
    return {"id": saved.id, "approved": saved.approved}
