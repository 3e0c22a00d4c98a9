"""The ways of an invitation: a contact way, a join way, a 微信客服 link; made, and given back to WeCom's quota.

A repeat after a lost answer may leave an orphan behind, which counts against the 500,000 only.
"""

from typing import Any

from sqlalchemy import Row

from bot.carriers.base import Desk, Done
from bot.inbox import of_event
from gateways.wecom.errors import Refused
from models.events.internal import WayCreated
from models.ways import AddJoinWay, AddKfLink, AddWay, DropJoinWay, DropWay

REMARK = "老带新"
SCENE = "invite"
"""Of the 微信客服 link; at most 32 letters [0-9a-zA-Z_-] (doc 94670)."""


def add(action: AddWay, row: Row[Any], desk: Desk) -> Done:
    """A contact way per invitation."""
    del row
    way = desk.wecom.contacts.add_way(action.employees, action.state, REMARK)
    return _made(desk, action.invitation_id, "friend", way.config_id, way.qr_code)


def add_join(action: AddJoinWay, row: Row[Any], desk: Desk) -> Done:
    """A join way per invitation; only a second call tells its code."""
    del row
    config_id = desk.wecom.groups.add_join_way(action.chats, action.state, REMARK)
    return _made(desk, action.invitation_id, "group", config_id, desk.wecom.groups.get_join_way(config_id)["qr_code"])


def add_kf(action: AddKfLink, row: Row[Any], desk: Desk) -> Done:
    """The address of the first account this app may use; without an account there is no such way."""
    del row
    account = next((str(one["open_kfid"]) for one in desk.wecom.kf.accounts() if one.get("open_kfid")), "")
    if not account:
        return Done()
    return _made(desk, action.invitation_id, "kf", "", desk.wecom.kf.add_contact_way(account, SCENE))


def drop(action: DropWay, row: Row[Any], desk: Desk) -> Done:
    """Calling again is safe: a way that is gone is gone."""
    try:
        desk.wecom.contacts.delete_way(action.config_id)
    except Refused:
        if not row.uncertain:
            raise
    return Done()


def drop_join(action: DropJoinWay, row: Row[Any], desk: Desk) -> Done:
    """The same for a join way."""
    try:
        desk.wecom.groups.delete_join_way(action.config_id)
    except Refused:
        if not row.uncertain:
            raise
    return Done()


def _made(desk: Desk, invitation_id: int, into: str, config_id: str, qr_code: str) -> Done:
    made = WayCreated(
        key=f"way:{into}:{invitation_id}:{config_id}"[:80], at=desk.db.clock(), invitation_id=invitation_id,
        config_id=config_id, qr_code=qr_code, into=into,
    )  # fmt: skip
    return Done(config_id, (of_event(made, source="outcome"),))
