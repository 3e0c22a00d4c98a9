"""Keep members, contact relations and groups as WeCom has them, whatever order the callbacks arrive in."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import select

from models import directory as sync
from models import group, member, portrait
from models.actions import Action, FetchCustomer, FetchGroup
from models.directory import SyncRun
from models.events.app import EmployeeChanged
from models.events.contacts import (
    FriendAdded,
    FriendLost,
    FriendRemoved,
    GroupChanged,
    GroupCreated,
    GroupDismissed,
    GroupMembersChanged,
)
from models.events.directory import ContactsClosed, ContactsListed, EmployeeFetched, GroupsListed, StaffListed
from models.events.internal import CustomerFetched, GroupFetched
from models.upkeep import CloseContacts, CompareContacts, CompareGroups, FetchEmployee
from models.work import Work

AT_ONCE = 100
"""Employees a call takes (docs 92994, 92120)."""
CUSTOMER = 2
"""`type` of a group member who is not an employee."""


def friend_added(event: FriendAdded, work: Work) -> Iterator[Action]:
    """Record the relation and read who it is."""
    if member.befriend(work.session, event.member_id, event.employee_id, event.state, event.at):
        yield FetchCustomer(member_id=event.member_id)


def friend_removed(event: FriendRemoved, work: Work) -> Iterator[Action]:
    """Our employee ended the relation."""
    member.part(work.session, event.member_id, event.employee_id, "employee", event.at)
    yield from ()


def friend_lost(event: FriendLost, work: Work) -> Iterator[Action]:
    """The customer ended the relation."""
    member.part(work.session, event.member_id, event.employee_id, "customer", event.at)
    yield from ()


def group_created(event: GroupCreated, work: Work) -> Iterator[Action]:
    """A new group: read it."""
    group.known(work.session, event.chat_id, event.at)
    yield FetchGroup(chat_id=event.chat_id)


def group_dismissed(event: GroupDismissed, work: Work) -> Iterator[Action]:
    """The group is gone, and so is everybody in it."""
    gone = group.known(work.session, event.chat_id, event.at)
    gone.dismissed_at = event.at
    group.leave(work.session, gone.id, group.present(work.session, gone.id), event.at)
    yield from ()


def group_changed(event: GroupChanged, work: Work) -> Iterator[Action]:
    """Name, owner or notice changed: the callback says only that."""
    group.known(work.session, event.chat_id, event.at)
    yield FetchGroup(chat_id=event.chat_id)


def members_changed(event: GroupMembersChanged, work: Work) -> Iterator[Action]:
    """Apply who came and went; a gap in the version chain means a lost callback, so read the whole group."""
    known = group.known(work.session, event.chat_id, event.at)
    gap = not known.version or event.last_version not in ("", known.version)
    if event.joined:
        for member_id in event.member_ids:
            group.enter(work.session, known.id, member_id, event.at)
            if member.is_customer(member_id):
                member.meet(work.session, member_id, event.at)
    else:
        group.leave(work.session, known.id, event.member_ids, event.at)
    known.version = event.version or known.version
    if gap:
        yield FetchGroup(chat_id=event.chat_id)


def group_fetched(event: GroupFetched, work: Work) -> Iterator[Action]:
    """Make our picture equal to WeCom's."""
    known = group.known(work.session, event.chat_id, event.at)
    known.name, known.owner_id, known.version = event.name, event.owner, event.version or known.version
    listed = {row[0] for row in event.members}
    for member_id, kind, join_seconds, _scene, state, name in event.members:
        joined = datetime.fromtimestamp(join_seconds, UTC) if join_seconds else event.at
        group.enter(work.session, known.id, member_id, joined, state)
        if kind == CUSTOMER:
            met = member.meet(work.session, member_id, joined)
            met.name = name or met.name
    group.leave(work.session, known.id, group.present(work.session, known.id) - listed, event.at)
    yield from ()


def customer_fetched(event: CustomerFetched, work: Work) -> Iterator[Action]:
    """Name, union id and tags; relations themselves follow the callbacks."""
    met = member.meet(work.session, event.member_id, event.at)
    met.name, met.unionid = event.name or met.name, event.unionid or met.unionid
    for employee_id, tags in event.tags:
        portrait.heard(work.session, event.member_id, employee_id, tags)
    yield from ()


def employee_changed(event: EmployeeChanged, work: Work) -> Iterator[Action]:
    """A colleague came, changed or left. The callback names them; the rest is read."""
    known = work.session.get(member.Employee, event.employee_id)
    if event.change == "delete_user":
        if known is not None:
            known.active = False
    elif event.change in ("create_user", "update_user"):
        if event.new_id and known is not None:
            known.active = False  # the same person under another id from now on
        yield FetchEmployee(employee_id=event.new_id or event.employee_id)


def employee_fetched(event: EmployeeFetched, work: Work) -> Iterator[Action]:
    """Known colleagues keep the role people gave them; a new one who may serve customers is an advisor."""
    known = work.session.get(member.Employee, event.employee_id)
    if known is not None:
        known.name, known.active = event.name[:64] or known.name, event.active
    elif event.serves:
        _hire(work, event.employee_id, event.name, active=event.active)
    yield from ()


def _hire(work: Work, employee_id: str, name: str, *, active: bool = True) -> None:
    work.session.add(
        member.Employee(id=employee_id, name=name[:64], role="advisor", backup_id="", manager_id="", active=active)
    )


def staff_listed(event: StaffListed, work: Work) -> Iterator[Action]:
    """Everybody who may serve customers; then the comparison goes on step by step."""
    known = {one.id: one for one in work.session.scalars(select(member.Employee))}
    news = [one for one in event.employees if one[0] not in known]
    for employee_id, name in event.employees:
        if employee_id in known:
            known[employee_id].name, known[employee_id].active = name[:64] or known[employee_id].name, True
    for employee_id, name in news:
        _hire(work, employee_id, name)
    serving = [employee_id for employee_id, _ in event.employees]
    chunks = [tuple(serving[at : at + AT_ONCE]) for at in range(0, len(serving), AT_ONCE)]
    run = sync.begin(work, parts=2 * len(chunks), employees=len(serving))
    sync.count(run, [f"员工新增 {name or employee_id}" for employee_id, name in news], employees_added=len(news))
    if not chunks:
        sync.part_done(work, run)
    for some in chunks:
        yield CompareContacts(run_id=run.id, employees=some)
        yield CompareGroups(run_id=run.id, owners=some)


def contacts_listed(event: ContactsListed, work: Work) -> Iterator[Action]:
    """Note what WeCom listed; read on, or close this part."""
    run = work.session.get(SyncRun, event.run_id)
    if run is None:
        return
    sync.seen(work.session, run.id, [(one[0], one[1]) for one in event.relations])
    sync.count(run, relations=len(event.relations), relations_added=event.added)
    for member_id, employee_id, name, unionid, tags in event.relations:
        met = work.session.get(member.Member, member_id)
        if met is not None:
            met.name, met.unionid = (name if name and name != met.name else met.name), unionid or met.unionid
            portrait.heard(work.session, member_id, employee_id, tags)
    if event.cursor:
        yield CompareContacts(run_id=run.id, employees=event.employees, cursor=event.cursor)
        return
    work.session.flush()
    empty = not sync.listed(work.session, run.id, event.employees)
    yield CloseContacts(run_id=run.id, employees=event.employees, begun=run.started_at.timestamp(), empty=empty)


def contacts_closed(event: ContactsClosed, work: Work) -> Iterator[Action]:
    """How a part ended; a suspect one has changed nothing and says so."""
    yield from ()
    run = work.session.get(SyncRun, event.run_id)
    if run is None:
        return
    ended = len(event.ended)
    if event.suspect:
        run.state = "suspect"
        run.note = f"企业微信少列了 {ended} 个客户关系（本地 {event.had} 个），疑似权限或可见范围变化：没有结束任何关系"
    words = "疑似" if event.suspect else "关系结束"
    sync.count(
        run, [f"{words} {one}" for one in event.ended], relations_had=event.had,
        relations_ended=0 if event.suspect else ended,
    )  # fmt: skip
    sync.part_done(work, run)


def groups_listed(event: GroupsListed, work: Work) -> Iterator[Action]:
    """Read every listed group again with its members, and those of these owners that are no longer listed."""
    run = work.session.get(SyncRun, event.run_id)
    if run is None:
        return
    mine = select(group.Group).where(group.Group.owner_id.in_(event.owners), group.Group.dismissed_at.is_(None))
    unlisted = sorted({one.id for one in work.session.scalars(mine)} - set(event.chat_ids))
    sync.count(
        run, [f"群不再列出 {one}" for one in unlisted], groups=len(event.chat_ids), groups_added=event.unknown,
        groups_unlisted=len(unlisted),
    )  # fmt: skip
    sync.part_done(work, run)
    for chat_id in (*event.chat_ids, *unlisted):
        known = work.session.get(group.Group, chat_id)
        if known is not None:  # an unknown one is read as a new group
            yield FetchGroup(chat_id=chat_id)
