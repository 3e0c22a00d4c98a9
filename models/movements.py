"""How points move: issue, release, spend, return, expire, claw back. Double entry, each key once, never twice spent.

Every movement is one `PointsEntry` and postings that sum to zero. A balance is taken from by conditional update only
(reliability 2.1 row 31: read-then-write redeemed thirty times what was there).

    issue   issuer -> held        release  held -> available      spend   available -> spent
    return  spent -> available    expire   available -> expired   claw    held, available -> clawed
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from models.points import ACCOUNT, ENTRY, FLOOR, MEMBERS, POSTING, lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Points to be issued, each `key` once."""

    key: str
    member_id: str
    points: int
    rule: str
    at: datetime
    available_at: datetime
    expires_at: datetime
    about: str = ""


def issue(session: Session, grant: Grant) -> bool:
    """Book a grant, held until it is available; False when its key was booked before."""
    lock(session, [grant.member_id])
    known = session.scalar(select(ENTRY.c.id).where(ENTRY.c.key == grant.key))
    if known is not None or grant.points <= 0:
        return False
    _move(session, grant.member_id, held=grant.points)
    _book(
        session, [("issuer", -grant.points), ("held", grant.points)], key=grant.key, member_id=grant.member_id,
        points=grant.points, rule=grant.rule, at=grant.at, available_at=grant.available_at,
        expires_at=grant.expires_at, about=grant.about, kind="issue", remaining=grant.points,
    )  # fmt: skip
    return True


def settle(session: Session, member_id: str, now: datetime) -> None:
    """Release what has been held long enough and expire what is too old. Repeating it changes nothing."""
    lots = _lots(session, member_id, (ENTRY.c.available_at <= now) | (ENTRY.c.expires_at <= now))
    if not lots:
        return
    lock(session, [member_id])
    for lot in _lots(session, member_id, (ENTRY.c.available_at <= now) | (ENTRY.c.expires_at <= now)):
        if not lot.released and not lot.frozen and lot.available_at <= now:
            _release(session, lot, now)
    for lot in _lots(session, member_id, ENTRY.c.expires_at <= now):
        if lot.released:
            _expire(session, lot, now)


def spend(session: Session, member_id: str, points: int, key: str, about: str, now: datetime) -> bool:
    """Take points from what is available, oldest expiry first; False when there is not enough or the key is known."""
    settle(session, member_id, now)
    lock(session, [member_id])
    if points <= 0 or session.scalar(select(ENTRY.c.id).where(ENTRY.c.key == key)) is not None:
        return False
    taken = session.execute(
        update(ACCOUNT)
        .where(ACCOUNT.c.member_id == member_id, ACCOUNT.c.available >= points)
        .values(available=ACCOUNT.c.available - points)
    )
    if getattr(taken, "rowcount", 0) != 1:
        return False
    last = _eat(session, member_id, points, now)
    _book(
        session, [("available", -points), ("spent", points)], key=key, member_id=member_id, points=-points,
        rule="REDEEM", at=now, available_at=now, expires_at=last, about=about, kind="spend",
    )  # fmt: skip
    return True


def give_back(session: Session, spend_key: str, why: str, now: datetime, valid_until: datetime) -> bool:
    """Undo a spend: the points return as a lot that lives at least until `valid_until`; once only."""
    spent = session.execute(select(*ENTRY.c).where(ENTRY.c.key == spend_key, ENTRY.c.kind == "spend")).first()
    if spent is None:
        return False
    lock(session, [spent.member_id])
    key, points = f"return:{spend_key}"[:120], -spent.points
    if session.scalar(select(ENTRY.c.id).where(ENTRY.c.key == key)) is not None:
        return False
    left = _arrive(session, spent.member_id, points)
    _book(
        session, [("spent", -points), ("available", points)], key=key, member_id=spent.member_id, points=points,
        rule="RETURN", at=now, available_at=now, expires_at=max(spent.expires_at, valid_until), about=spent.about,
        why=why[:200], kind="return", remaining=left, released=True,
    )  # fmt: skip
    return True


def claw_back(session: Session, issue_key: str, why: str, now: datetime) -> int:
    """Take an issue back, from the hold, from this lot, from others, and below zero down to FLOOR; what was taken."""
    found = session.scalar(select(ENTRY.c.member_id).where(ENTRY.c.key == issue_key, ENTRY.c.kind == "issue"))
    if found is None:
        return 0
    lock(session, [found])
    key = f"back:{issue_key}"[:120]
    if session.scalar(select(ENTRY.c.id).where(ENTRY.c.key == key)) is not None:
        return 0
    lot = session.execute(select(*ENTRY.c).where(ENTRY.c.key == issue_key)).one()
    if not lot.released:
        taken, account = lot.remaining, "held"
        _move(session, found, held=-taken)
        _set(session, lot.id, remaining=0)
    else:
        have = session.scalar(select(ACCOUNT.c.available).where(ACCOUNT.c.member_id == found)) or 0
        taken, account = max(0, min(lot.points, have - FLOOR)), "available"
        _move(session, found, available=-taken)
        own = min(lot.remaining, taken)
        _set(session, lot.id, remaining=lot.remaining - own)
        _eat(session, found, min(taken, max(have, 0)) - own, now)
    _book(
        session, [(account, -taken), ("clawed", taken)], key=key, member_id=found, points=-taken, rule="CLAWBACK",
        at=now, available_at=lot.available_at, expires_at=lot.expires_at, about=lot.about, why=why[:200], kind="claw",
    )  # fmt: skip
    return int(taken)


def freeze(session: Session, about: str, *, frozen: bool) -> None:
    """Keep the hold of everything issued for one referral from ending, or let it end."""
    session.execute(
        update(ENTRY)
        .where(ENTRY.c.about == about, ENTRY.c.kind == "issue", ENTRY.c.released.is_(False))
        .values(frozen=frozen)
    )


def _release(session: Session, lot: Any, now: datetime) -> None:
    points = lot.remaining
    _move(session, lot.member_id, held=-points)
    left = _arrive(session, lot.member_id, points)
    _set(session, lot.id, remaining=left, released=True)
    _book(
        session, [("held", -points), ("available", points)], key=f"release:{lot.id}", member_id=lot.member_id, points=0,
        rule=lot.rule, at=now, available_at=now, expires_at=lot.expires_at, about=f"entry:{lot.id}", kind="release",
    )  # fmt: skip


def _expire(session: Session, lot: Any, now: datetime) -> None:
    _move(session, lot.member_id, available=-lot.remaining)
    _set(session, lot.id, remaining=0)
    _book(
        session, [("available", -lot.remaining), ("expired", lot.remaining)], key=f"expire:{lot.id}",
        member_id=lot.member_id, points=-lot.remaining, rule=lot.rule, at=now, available_at=now, expires_at=now,
        about=f"entry:{lot.id}", kind="expire",
    )  # fmt: skip


def _arrive(session: Session, member_id: str, points: int) -> int:
    """Points become available and pay a debt first; how many of them are left to spend."""
    before = session.scalar(select(ACCOUNT.c.available).where(ACCOUNT.c.member_id == member_id)) or 0
    _move(session, member_id, available=points)
    return max(0, min(points, before + points))


def _eat(session: Session, member_id: str, points: int, now: datetime) -> datetime:
    """Use up released lots, the earliest expiry first; the expiry of the last one touched."""
    last = now
    for lot in _lots(session, member_id, ENTRY.c.released):
        if points <= 0:
            break
        used = min(points, lot.remaining)
        points, last = points - used, lot.expires_at
        _set(session, lot.id, remaining=lot.remaining - used)
    return last


def _lots(session: Session, member_id: str, which: Any) -> list[Any]:
    chosen = select(*ENTRY.c).where(ENTRY.c.member_id == member_id, text("remaining > 0"), which)
    return list(session.execute(chosen.order_by(ENTRY.c.expires_at, ENTRY.c.id)).all())


def _set(session: Session, entry_id: int, **values: Any) -> None:
    session.execute(update(ENTRY).where(ENTRY.c.id == entry_id).values(**values))


def _move(session: Session, member_id: str, held: int = 0, available: int = 0) -> None:
    session.execute(
        update(ACCOUNT)
        .where(ACCOUNT.c.member_id == member_id)
        .values(held=ACCOUNT.c.held + held, available=ACCOUNT.c.available + available)
    )


def _book(session: Session, sides: list[tuple[str, int]], **entry: Any) -> None:
    """The movement and its sides, which sum to zero."""
    values = {"about": "", "why": "", "remaining": 0, "released": False, "frozen": False, **entry}
    made = session.execute(insert(ENTRY).values(**values).returning(ENTRY.c.id)).scalar_one()
    rows = [
        {"entry_id": made, "account": account, "amount": amount,
         "member_id": entry["member_id"] if account in MEMBERS else ""}
        for account, amount in sides
    ]  # fmt: skip
    session.execute(insert(POSTING), rows)
