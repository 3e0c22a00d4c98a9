"""Keep members, contact relations and groups as WeCom has them, whatever order the callbacks arrive in."""

from collections.abc import Iterator
from datetime import UTC, datetime

from models import group, member
from models.actions import Action, FetchCustomer, FetchGroup
from models.events.contacts import (
    FriendAdded,
    FriendLost,
    FriendRemoved,
    GroupChanged,
    GroupCreated,
    GroupDismissed,
    GroupMembersChanged,
)
from models.events.internal import CustomerFetched, GroupFetched
from models.work import Work

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
    """Name and union id; relations themselves follow the callbacks."""
    met = member.meet(work.session, event.member_id, event.at)
    met.name, met.unionid = event.name or met.name, event.unionid or met.unionid
    yield from ()
