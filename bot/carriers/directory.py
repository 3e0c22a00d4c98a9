"""Reconciliation in bounded steps: what WeCom lists and we do not know becomes the event whose callback was lost."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from bot.carriers.base import Desk, Done
from bot.inbox import Arrival, of_event
from models import rights
from models.actions import CompareDirectory
from models.directory import SyncSeen
from models.events.contacts import FriendAdded, FriendRemoved, GroupCreated
from models.events.directory import (
    ContactsClosed,
    ContactsListed,
    EmployeeFetched,
    EmployeeNamed,
    GroupsListed,
    StaffListed,
)
from models.group import Group
from models.member import Friendship
from models.upkeep import CloseContacts, CompareContacts, CompareGroups, FetchEmployee, NameEmployee

PAGES = 2
"""Pages of a hundred a step reads: the event it makes stays small, and no call holds a lease for long."""
SETTLED = timedelta(minutes=1)
DOUBTFUL, SHARE = 20, 0.5
"""When more relations than this, and more than this share of them, are gone at once, a person has to look first."""
Pair = tuple[str, str]
"""(customer, employee)"""


def compare(action: CompareDirectory, row: Row[Any], desk: Desk) -> Done:
    """Who serves customers, with the names the app may see; the steps follow from there."""
    del action
    names = dict(desk.wecom.app.employees())
    serving = desk.wecom.contacts.follow_users()
    listed = tuple((one, names.get(one, "")) for one in serving)
    event = StaffListed(key=f"staff:{row.id}", at=desk.db.clock(), employees=listed)
    return Done("", (of_event(event, source="outcome", priority=7, lane="sync"),))


def fetch_employee(action: FetchEmployee, row: Row[Any], desk: Desk) -> Done:
    """Name, state and customer-contact right of one employee."""
    name, active = desk.wecom.app.employee(action.employee_id)
    event = EmployeeFetched(
        key=f"employee:{row.id}", at=desk.db.clock(), employee_id=action.employee_id, name=name, active=active,
        serves=action.employee_id in desk.wecom.contacts.follow_users(),
    )  # fmt: skip
    return Done("", (of_event(event, source="outcome", lane=f"employee:{action.employee_id}"),))


def name_employee(action: NameEmployee, row: Row[Any], desk: Desk) -> Done:
    """The userid behind an encrypted id."""
    found = desk.wecom.app.userids_of([action.open_id])
    event = EmployeeNamed(
        key=f"named:{row.id}", at=desk.db.clock(), open_id=action.open_id, employee_id=found.get(action.open_id, "")
    )
    return Done("", (of_event(event, source="outcome", lane=f"to:{action.open_id}"),))


def contacts(action: CompareContacts, row: Row[Any], desk: Desk) -> Done:
    """The next pages of some employees' customers: unknown relations as events, all of them as listed."""
    cursor, listed, now = action.cursor, [], desk.db.clock()
    for _ in range(PAGES):
        page, cursor = desk.wecom.contacts.page_by_users(action.employees, cursor)
        listed += page
        if not cursor:
            break
    listed = _welcome(desk, listed)
    relations = [_relation(one) for one in listed]
    added = list(_added(listed, _known(desk, [one[0] for one in relations]), now))
    event = ContactsListed(
        key=f"contacts:{row.id}", at=now, run_id=action.run_id, employees=action.employees, cursor=cursor,
        relations=tuple(relations), added=len(added),
    )  # fmt: skip
    return Done("", (*added, of_event(event, source="outcome", priority=7, lane="sync")))


def _welcome(desk: Desk, listed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without whom we have erased since: WeCom lists them as long as they are somebody's contact."""
    with desk.db.read() as session:
        gone = rights.erased(session, [_relation(one)[0] for one in listed], desk.db.rules.pepper)
    return [one for one in listed if _relation(one)[0] not in gone or _since(one) > gone[_relation(one)[0]].timestamp()]


def _since(one: Mapping[str, Any]) -> int:
    return int((one.get("follow_info") or {}).get("createtime") or 0)


def _relation(one: Mapping[str, Any]) -> tuple[str, str, str, str, tuple[str, ...]]:
    person, about = one.get("external_contact") or {}, one.get("follow_info") or {}
    return (
        str(person.get("external_userid")), str(about.get("userid")), str(person.get("name") or ""),
        str(person.get("unionid") or ""), tuple(str(tag) for tag in about.get("tag_id") or ()),
    )  # fmt: skip


def _known(desk: Desk, members: Sequence[str]) -> set[Pair]:
    """Relations that stand, and those the customer ended (WeCom goes on listing them)."""
    with desk.db.read() as session:
        rows = session.scalars(select(Friendship).where(Friendship.member_id.in_(members))).all()
    return {(one.member_id, one.employee_id) for one in rows if one.ended_at is None or one.ended_by == "customer"}


def _added(listed: Sequence[Mapping[str, Any]], known: set[Pair], now: datetime) -> Iterator[Arrival]:
    for one in listed:
        member, employee, *_ = _relation(one)
        if (member, employee) in known:
            continue
        about, since = one.get("follow_info") or {}, _since(one)
        event = FriendAdded(
            key=_name("added", member, employee, str(since)), state=str(about.get("state") or ""),
            at=datetime.fromtimestamp(since, UTC) if since else now, employee_id=employee, member_id=member,
        )  # fmt: skip
        yield of_event(event, source="outcome", lane=f"to:{member}")


def close(action: CloseContacts, row: Row[Any], desk: Desk) -> Done:
    """Relations of these employees that WeCom no longer lists end, unless that is too many to believe."""
    with desk.db.read() as session:
        standing = session.scalars(
            select(Friendship).where(Friendship.employee_id.in_(action.employees), Friendship.ended_at.is_(None))
        ).all()
        listed = set(
            session.execute(
                select(SyncSeen.member_id, SyncSeen.employee_id).where(
                    SyncSeen.run_id == action.run_id, SyncSeen.employee_id.in_(action.employees)
                )
            ).all()
        )
    begun = action.begun
    old = [one for one in standing if one.changed_at.timestamp() <= begun - SETTLED.total_seconds()]
    gone = [one for one in old if (one.member_id, one.employee_id) not in listed]
    nothing = bool(standing) and not listed and action.empty
    suspect = nothing or (len(gone) > DOUBTFUL and len(gone) > SHARE * len(standing))
    now = desk.db.clock()
    ended = [] if suspect else [_gone(one, now) for one in gone]
    event = ContactsClosed(
        key=f"closed:{row.id}", at=now, run_id=action.run_id, had=len(standing), suspect=suspect,
        ended=tuple(f"{one.member_id}/{one.employee_id}" for one in gone),
    )  # fmt: skip
    return Done("", (*ended, of_event(event, source="outcome", priority=7, lane="sync")))


def _gone(one: Friendship, now: datetime) -> Arrival:
    key = _name("gone", one.member_id, one.employee_id, one.changed_at.isoformat())
    event = FriendRemoved(key=key, at=now, employee_id=one.employee_id, member_id=one.member_id, source="directory")
    return of_event(event, source="outcome", lane=f"to:{one.member_id}")


def _name(what: str, *parts: str) -> str:
    """The same difference found twice is one event."""
    return f"sync:{what}:{hashlib.sha256(':'.join(parts).encode()).hexdigest()[:40]}"


def groups(action: CompareGroups, row: Row[Any], desk: Desk) -> Done:
    """Groups of some owners: unknown ones as events, all of them as listed."""
    listed = desk.wecom.groups.list(action.owners)
    with desk.db.read() as session:
        known = set(session.scalars(select(Group.id).where(Group.id.in_(listed))))
    now = desk.db.clock()
    news = [
        of_event(GroupCreated(key=_name("group", one), at=now, chat_id=one), source="outcome", lane=f"chat:{one}")
        for one in sorted(set(listed) - known)
    ]
    event = GroupsListed(
        key=f"groups:{row.id}", at=now, run_id=action.run_id, owners=action.owners, chat_ids=tuple(listed),
        unknown=len(news),
    )  # fmt: skip
    return Done("", (*news, of_event(event, source="outcome", priority=7, lane="sync")))
