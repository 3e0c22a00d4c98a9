"""What a person may ask of us (个人信息保护法 44-50): all data about them, and its erasure.

Active -> archived (kept only because a law says so, used for nothing: 47 条第二款) -> erased: rows gone or without the
person's id, and the keys to their evidence destroyed, so that the chain still verifies and says nothing any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Index, String, Table, Text, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, BigKey
from models.consent import ALL, Consent
from models.evidence import content_of, record, subject_of
from models.ledger import Evidence, Inbound, Outbound
from models.member import Member
from models.person_key import destroy
from models.work import Work

PERSON_COLUMNS = frozenset({"member_id", "invitee_id", "inviter_id", "asker", "target", "recipient"})
"""A column of this name holds a member's id, in whichever table: exported and erased without being listed."""
UNDER_PSEUDONYM = frozenset({"asker"})
"""Of these, the ones that hold the person's pseudonym (models.evidence.subject_of) instead."""
RENAMED = frozenset(
    {
        "break_glass", "delivery", "fraud_case", "outbound", "points_account", "points_entry", "points_posting",
        "redemption", "referral", "referral_touch",
    }
)  # fmt: skip
"""Tables whose sums must stay true: the id becomes a pseudonym; all other rows about the person go."""
EMPTIED = {"outbound": {"lane": "erased"}, "break_glass": {"reason": ""}}
"""Columns of these that quote or name people."""
TO_STAFF = ("SendCard", "SendApp", "SendPicture", "UpdateCard")
AFTER = ("person_key", "evidence", "rights_request")
"""Tables this module keeps itself."""


@dataclass(frozen=True, slots=True)
class Hold:
    """A rule that has rows kept: of `table`, for `years` from `since`; `only`: a column and its value."""

    table: str
    since: str
    years: int
    article: str
    what: str
    only: tuple[str, str] | None = None


HOLDS = (
    Hold("alert", "raised_at", 3, "证券公司客户投诉档案保存要求", "投诉处理记录", ("signal", "AL-COMPLAINT")),
    Hold("suitability_assessment", "at", 20, "证券期货投资者适当性管理办法第三十二条", "适当性评估与匹配记录"),
)
"""Reference sheet compliance §4.2; both periods are UNVERIFIED there and for the firm's compliance officer to confirm.

Anti-money-laundering records (反洗钱法 34) are the core system's: the summaries kept here go with their consent. A
table that does not exist in this version holds nothing.
"""


class RightsRequest(Base):
    """Who asked for what, and what became of it. Without the person's id once they are erased."""

    __tablename__ = "rights_request"
    __table_args__ = (Index("ix_rights_request_due", "state", "until"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    subject: Mapped[str] = mapped_column(String(64))
    member_id: Mapped[str] = mapped_column(String(64), default="")
    kind: Mapped[str] = mapped_column(String(8))
    """export, erase"""
    state: Mapped[str] = mapped_column(String(10))
    """done, archived"""
    why: Mapped[str] = mapped_column(Text, default="")
    until: Mapped[datetime | None]
    asked_by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an erasure came to: `state` erased or archived; `why` names the article that holds it until `until`."""

    state: str
    why: str = ""
    until: datetime | None = None


def tables() -> list[tuple[Table, list[str]]]:
    """Every table with rows about persons, and the columns that say whom."""
    found = []
    for table in Base.metadata.sorted_tables:
        names = ["id"] if table.name == "member" else [one.name for one in table.columns if one.name in PERSON_COLUMNS]
        if names and table.name not in AFTER:
            found.append((table, names))
    return found


def everything(session: Session, member_id: str, pepper: bytes) -> dict[str, list[dict[str, Any]]]:
    """All we hold about a person: table -> rows, and what the evidence says. LookupError for nobody."""
    if session.get(Member, member_id) is None:
        raise LookupError(member_id)
    held: dict[str, list[dict[str, Any]]] = {}
    for table, names in tables():
        for name in names:
            rows = session.execute(select(table).where(_about(table, name, member_id, pepper))).mappings()
            held.setdefault(table.name, []).extend(dict(row) for row in rows)
    mine = select(Evidence).where(Evidence.subject == subject_of(member_id, pepper)).order_by(Evidence.id)
    held["evidence"] = [
        {"at": one.at, "kind": one.kind, "ref": one.ref, "content": content_of(session, one)}
        for one in session.scalars(mine)
    ]
    return {name: rows for name, rows in held.items() if rows}


def _about(table: Table, name: str, member_id: str, pepper: bytes) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.c[name] == (
        subject_of(member_id, pepper) if name in UNDER_PSEUDONYM else member_id
    )
    return found


def erased(session: Session, members: Iterable[str], pepper: bytes) -> dict[str, datetime]:
    """Which of these were erased, and when last: what WeCom still lists of a time before is not taken in again."""
    subjects = {subject_of(one, pepper): one for one in members}
    done = RightsRequest.done_at
    chosen = select(RightsRequest.subject, func.max(done)).where(
        RightsRequest.subject.in_(subjects), RightsRequest.kind == "erase", RightsRequest.state == "done"
    )
    rows = session.execute(chosen.group_by(RightsRequest.subject))
    return {subjects[subject]: at for subject, at in rows if at is not None}


def holds(session: Session, member_id: str, now: datetime) -> list[tuple[Hold, datetime]]:
    """The laws that still hold rows of this person, and until when."""
    found = []
    for hold in HOLDS:
        table = Base.metadata.tables.get(hold.table)
        if table is None:
            continue
        meant = select(func.max(table.c[hold.since])).where(table.c.member_id == member_id)
        newest = session.scalar(meant.where(table.c[hold.only[0]] == hold.only[1]) if hold.only else meant)
        if newest is not None and (until := _years_after(newest, hold.years, now)) > now:
            found.append((hold, until))
    return found


@dataclass(frozen=True, slots=True)
class Mentions:
    """Rows of the queues that quote or name a person."""

    inbox: tuple[int, ...] = ()
    outbox: tuple[int, ...] = ()


NOWHERE = Mentions()


def erase(work: Work, member_id: str, by: str, found: Mentions = NOWHERE) -> Outcome:
    """Erase a person, or, while a law holds something, keep only that and use it for nothing. LookupError for nobody.

    `found`: what `mentions` found, which goes in either case.
    """
    member = work.session.get(Member, member_id)
    if member is None:
        raise LookupError(member_id)
    _forget(work, found)
    held = holds(work.session, member_id, work.now)
    if not held:
        _erase(work, member_id, by)
        return Outcome("erased")
    until = max(end for _hold, end in held)
    why = "；".join(f"{hold.article}：{hold.what}须保存至 {end:%Y-%m-%d}" for hold, end in held)
    if member.standing != "archived":
        _archive(work, member, held)
        asked_for = RightsRequest(member_id=member_id, kind="erase", state="archived", why=why, until=until)
        asked_for.subject, asked_for.asked_by, asked_for.at = _subject(work, member_id), by, work.now
        work.session.add(asked_for)
        record(work, "person_archived", member_id, {"by": by, "why": why, "until": until.isoformat()})
    return Outcome("archived", why, until)


def due(work: Work) -> int:
    """Erase whom no law holds any longer; how many."""
    chosen = select(RightsRequest).where(RightsRequest.state == "archived", RightsRequest.until <= work.now)
    ripe = list(work.session.scalars(chosen.limit(100)))
    for one in ripe:
        if work.session.get(Member, one.member_id) is not None:
            erase(work, one.member_id, one.asked_by)
    return len(ripe)


def asked(work: Work, member_id: str, by: str) -> None:
    """Note that a person's data were exported."""
    made = RightsRequest(
        subject=_subject(work, member_id), member_id=member_id, kind="export", state="done", asked_by=by, at=work.now
    )
    made.done_at = work.now
    work.session.add(made)
    record(work, "exported", member_id, {"by": by, "what": "personal data"}, ref="rights:export")


def mentions(session: Session, member_id: str) -> Mentions:
    """Where a person stands inside bodies; reads every row that is kept, so not in a writing transaction.

    Messages to our own people are looked through for the name too.
    """
    member = session.get(Member, member_id)
    name = member.name if member is not None and len(member.name) > 1 else member_id
    came = session.execute(select(Inbound.id, Inbound.body).execution_options(yield_per=1000))
    inbox = tuple(row.id for row in came if member_id in row.body)
    left = session.execute(
        select(Outbound.id, Outbound.kind, Outbound.lane, Outbound.body).execution_options(yield_per=1000)
    )
    outbox = tuple(
        row.id
        for row in left
        if member_id in row.body or member_id in row.lane or (row.kind in TO_STAFF and name in row.body)
    )
    return Mentions(inbox, outbox)


def _forget(work: Work, found: Mentions) -> None:
    """Words go; that something was sent, and when, stays. What has not left does not leave."""
    work.session.execute(delete(Inbound).where(Inbound.id.in_(found.inbox)))
    mine = update(Outbound).where(Outbound.id.in_(found.outbox)).execution_options(synchronize_session=False)
    work.session.execute(
        mine.where(Outbound.state == "due").values(state="withheld", reason="本人要求删除", finished_at=work.now)
    )
    work.session.execute(mine.where(Outbound.occurrence_id.is_(None)).values(body="{}", lane="erased"))


def _archive(work: Work, member: Member, held: Sequence[tuple[Hold, datetime]]) -> None:
    """Only what the laws hold, and that they want nothing sent."""
    _remove(work, member.id, {hold.table for hold, _end in held} | {"member", "consent"})
    kept = work.session.get_one(Member, member.id)
    kept.standing, kept.name, kept.unionid = "archived", "", ""
    work.session.add(Consent(member_id=kept.id, purpose=ALL, granted=False, wording="erasure", at=work.now))


def _erase(work: Work, member_id: str, by: str) -> None:
    subject = _subject(work, member_id)
    _remove(work, member_id, set())
    mine = update(RightsRequest).where(RightsRequest.subject == subject)
    work.session.execute(mine.values(member_id=""))
    work.session.execute(mine.where(RightsRequest.kind == "erase").values(state="done", done_at=work.now))
    work.session.add(
        RightsRequest(subject=subject, kind="erase", state="done", asked_by=by, at=work.now, done_at=work.now)
    )
    destroyed = destroy(work, subject)
    # Under nobody's key: that somebody was erased must stay readable, and names nobody.
    record(work, "person_erased", "", {"by": by, "subject": subject, "keys": destroyed}, ref=f"subject:{subject}")


def _subject(work: Work, member_id: str) -> str:
    return subject_of(member_id, work.rules.pepper)


def _remove(work: Work, member_id: str, kept: set[str]) -> None:
    session, alias = work.session, f"x:{_subject(work, member_id)[:30]}"
    _unname_pushes(session, member_id, alias)
    for table, names in reversed(tables()):
        if table.name in kept:
            continue
        for name in names:
            mine = _about(table, name, member_id, work.rules.pepper)
            if table.name in RENAMED:
                session.execute(update(table).where(mine).values({name: alias, **EMPTIED.get(table.name, {})}))
            else:
                session.execute(delete(table).where(mine))
    session.expire_all()


def _unname_pushes(session: Session, member_id: str, alias: str) -> None:
    """Mass messages list their targets inside."""
    delivered = Base.metadata.tables["delivery"]
    occasions = select(delivered.c.occurrence_id).where(delivered.c.target == member_id)
    for row in session.scalars(select(Outbound).where(Outbound.occurrence_id.in_(occasions))):
        row.body = row.body.replace(member_id, alias)


def _years_after(since: datetime | date, years: int, now: datetime) -> datetime:
    """The moment a term ends; 29 February ends with February."""
    begun = since if isinstance(since, datetime) else datetime.combine(since, time(), now.tzinfo)
    try:
        return begun.replace(year=begun.year + years)
    except ValueError:
        return begun.replace(year=begun.year + years, day=28) + timedelta(days=1)
