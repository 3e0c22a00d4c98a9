"""客户联系: welcome, and reading customers and groups."""

from typing import Any

from sqlalchemy import Row

from bot.carriers.base import Desk, Done
from bot.inbox import of_event
from gateways.wecom.errors import Refused
from models import rights
from models.actions import FetchCustomer, FetchGroup, SendWelcome
from models.events.contacts import GroupDismissed
from models.events.internal import CustomerFetched, GroupFetched

NO_GROUP = 90501
"""Not a customer group (any more)."""
CODE_SPENT = frozenset({41050, 41051})
"""Welcome code used or expired, chat already started: after an uncertain try the greeting arrived."""


def welcome(action: SendWelcome, row: Row[Any], desk: Desk) -> Done:
    """Calling again is safe: the code works once (doc 92599)."""
    try:
        desk.wecom.contacts.welcome(action.code, action.text)
    except Refused as error:
        if not (row.uncertain and error.errcode in CODE_SPENT):
            raise
    return Done()


def fetch_customer(action: FetchCustomer, row: Row[Any], desk: Desk) -> Done:
    """Name, unionid and followers of a customer."""
    found = desk.wecom.contacts.customer(action.member_id)
    event = CustomerFetched(
        key=f"customer:{row.id}", at=desk.db.clock(), member_id=action.member_id, name=found.name,
        unionid=found.unionid, followers=tuple((one.userid, one.state) for one in found.followers),
        tags=tuple((one.userid, one.tags) for one in found.followers),
    )  # fmt: skip
    return Done("", (of_event(event, source="outcome", lane=f"to:{action.member_id}"),))


def fetch_group(action: FetchGroup, row: Row[Any], desk: Desk) -> Done:
    """Name, owner, version and members of a customer group."""
    try:
        found = desk.wecom.groups.get(action.chat_id)
    except Refused as error:
        if error.errcode != NO_GROUP:
            raise
        gone = GroupDismissed(key=f"gone:{row.id}", at=desk.db.clock(), chat_id=action.chat_id)
        return Done("", (of_event(gone, source="outcome", lane=f"chat:{action.chat_id}"),))
    with desk.db.read() as session:
        erased = rights.erased(session, [one.id for one in found.members], desk.db.rules.pepper)
    members = [one for one in found.members if one.id not in erased or one.join_time > erased[one.id].timestamp()]
    event = GroupFetched(
        key=f"group:{row.id}", at=desk.db.clock(), chat_id=found.chat_id, name=found.name, owner=found.owner,
        version=found.version,
        members=tuple((m.id, m.type, m.join_time, m.join_scene, m.state, m.name) for m in members),
    )  # fmt: skip
    return Done("", (of_event(event, source="outcome", lane=f"chat:{found.chat_id}"),))
