"""Reconciliation: a contact or group WeCom lists and we do not know becomes the event whose callback was lost."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from bot.carriers.base import Desk, Done
from bot.inbox import Arrival, of_event
from models.actions import CompareDirectory
from models.events.contacts import FriendAdded, FriendRemoved, GroupCreated
from models.group import Group
from models.member import Friendship

AT_ONCE = 100
"""Employees a call takes (docs 92994, 92120)."""
SETTLED = timedelta(minutes=1)
Pair = tuple[str, str]
"""(customer, employee)"""


def compare(action: CompareDirectory, row: Row[Any], desk: Desk) -> Done:
    """Missing relations and groups as events; relations WeCom no longer lists end. The handlers do the rest."""
    del action, row
    employees = desk.wecom.contacts.follow_users()
    found: list[Arrival] = []
    for start in range(0, len(employees), AT_ONCE):
        some = employees[start : start + AT_ONCE]
        asked_at = desk.db.clock()
        listed = desk.wecom.contacts.by_users(some)
        found += _relations(listed, _known(desk, some), asked_at)
        found += _groups(desk.wecom.groups.list(some), desk)
    return Done("", tuple(found))


@dataclass(frozen=True, slots=True)
class _Known:
    """Relations as we have them: those that stand, and those the customer ended (WeCom goes on listing them)."""

    standing: dict[Pair, datetime]
    left: set[Pair]


def _known(desk: Desk, employees: Sequence[str]) -> _Known:
    with desk.db.read() as session:
        rows = session.scalars(select(Friendship).where(Friendship.employee_id.in_(employees))).all()
    standing = {(one.member_id, one.employee_id): one.changed_at for one in rows if one.ended_at is None}
    return _Known(standing, {(one.member_id, one.employee_id) for one in rows if one.ended_by == "customer"})


def _relations(listed: Sequence[Mapping[str, Any]], known: _Known, now: datetime) -> Iterator[Arrival]:
    seen: set[Pair] = set()
    for one in listed:
        member, about = str((one.get("external_contact") or {}).get("external_userid")), one.get("follow_info") or {}
        pair = (member, str(about.get("userid")))
        seen.add(pair)
        if pair not in known.standing and pair not in known.left:
            yield _added(pair, about, now)
    for pair in sorted(set(known.standing) - seen):
        if known.standing[pair] > now - SETTLED:
            continue  # younger than the list: it began while we were reading
        member, employee = pair
        key = _name("gone", *pair, known.standing[pair].isoformat())
        gone = FriendRemoved(key=key, at=now, employee_id=employee, member_id=member, source="directory")
        yield of_event(gone, source="outcome", lane=f"to:{member}")


def _added(pair: Pair, about: Mapping[str, Any], now: datetime) -> Arrival:
    member, employee = pair
    since = int(about.get("createtime") or 0)
    event = FriendAdded(
        key=_name("added", *pair, str(since)), at=datetime.fromtimestamp(since, UTC) if since else now,
        employee_id=employee, member_id=member, state=str(about.get("state") or ""),
    )  # fmt: skip
    return of_event(event, source="outcome", lane=f"to:{member}")


def _name(what: str, *parts: str) -> str:
    """The same difference found twice is one event."""
    return f"sync:{what}:{hashlib.sha256(':'.join(parts).encode()).hexdigest()[:40]}"


def _groups(listed: tuple[str, ...], desk: Desk) -> Iterator[Arrival]:
    with desk.db.read() as session:
        known = set(session.scalars(select(Group.id).where(Group.id.in_(listed))))
    for chat_id in sorted(set(listed) - known):
        event = GroupCreated(key=_name("group", chat_id), at=desk.db.clock(), chat_id=chat_id)
        yield of_event(event, source="outcome", lane=f"chat:{chat_id}")
