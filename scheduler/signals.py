"""Signals nobody says aloud, looked for once a working morning: birthdays, due products, silence, changes of tier."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import or_, select

from bot import inbox
from models.activity import TierChange
from models.events.alert import SignalSeen
from models.ledger import Cursor
from models.member import Member
from models.work import Work
from models.workbench import BASIS, HIGH_VALUE, ClientDate, same_day

MORNING = 9
"""Hour of Beijing."""
NAME = "signals"
DUE_IN = (10, 3, 1)
"""Days before a product falls due (AL-DUE structured)."""
SILENT = timedelta(days=30)
VALUED = or_(Member.vip, Member.tier.in_(HIGH_VALUE))


def daily(work: Work) -> int:
    """Once a day, at the first tick after nine; the keys name what was seen, so it may run twice."""
    local = work.now.astimezone(work.rules.zone)
    last = work.session.get(Cursor, NAME)
    if local.hour < MORNING or (last is not None and last.value == local.date().isoformat()):
        return 0
    since = last.at if last is not None else work.now - timedelta(days=1)
    seen = [*_dates(work, local.date()), *_silent(work), *_moved(work, since)]
    work.session.merge(Cursor(name=NAME, value=local.date().isoformat(), at=work.now))
    return inbox.put(work, [inbox.of_event(one, source="clock", priority=6) for one in seen])


def _dates(work: Work, today: date) -> Iterator[SignalSeen]:
    ahead = [today + timedelta(days=days) for days in DUE_IN]
    rows = work.session.scalars(select(ClientDate).where(or_(ClientDate.kind == "birthday", ClientDate.on.in_(ahead))))
    for one in rows:
        if one.kind == "birthday" and not same_day(one.on, today + timedelta(days=1)):
            continue
        signal, quote = ("AL-BIRTHDAY", "明天是客户生日") if one.kind == "birthday" else (
            "AL-DUE", f"产品将于 {one.on:%m月%d日} 到期")  # fmt: skip
        key = f"date:{one.id}:{today.isoformat()}"
        yield _seen(work, key, one.member_id, (signal, quote, one.kind), BASIS[one.kind])


def _silent(work: Work) -> Iterator[SignalSeen]:
    quiet = select(Member).where(VALUED, Member.last_active_at <= work.now - SILENT)
    for one in work.session.scalars(quiet):
        since = one.last_active_at.astimezone(work.rules.zone).date() if one.last_active_at else None
        key = f"silent:{one.id}:{since}"  # once a silence, however long it lasts
        yield _seen(work, key, one.id, ("AL-SILENT", f"自 {since:%m月%d日} 起没有互动", "silent_30d"))


def _moved(work: Work, since: object) -> Iterator[SignalSeen]:
    touched = or_(TierChange.old.in_(HIGH_VALUE), TierChange.new.in_(HIGH_VALUE))
    rows = select(TierChange).where(TierChange.at > since, TierChange.old != "", touched).order_by(TierChange.id)
    for one in work.session.scalars(rows):
        quote = f"等级 {one.old} → {one.new}；升级只告知权益，降级不暗示惩罚"
        yield _seen(work, f"tier:{one.id}", one.member_id, ("AL-TIER", quote, "tier_change"))


def _seen(work: Work, key: str, member_id: str, what: tuple[str, str, str], basis: str = "") -> SignalSeen:
    signal, quote, rule = what
    return SignalSeen(
        key=key[:80], at=work.now, member_id=member_id, signal=signal, quote=quote, rule=rule, basis=basis
    )
