"""微信客服. Own key: `msgid`, unique per account, so an uncertain send is repeated under the same one (doc 94677)."""

from typing import Any

from sqlalchemy import Row

from bot.carriers.base import Desk, Done
from bot.inbox import of_event
from gateways.wecom.errors import Refused
from models.actions import ListKfAccounts, Menu, ReadKfServicers, ReadKfState, SendKf, SendKfWelcome, TransferKf
from models.events.internal import KfMoved, KfServicersRead, KfStateRead, PullDue

DUPLICATE = frozenset({40058, 95000})
"""What a repeated msgid is answered with. UNVERIFIED which; a well-formed first try can be refused by neither."""
MOVED_ON = frozenset({95013, 95016})
"""Session ended / transition not allowed: after an uncertain transfer this means it took place."""


def send(action: SendKf, row: Row[Any], desk: Desk) -> Done:
    """Text, or a menu where there are choices to tap."""
    return Done(_once(row, lambda msgid: desk.wecom.kf.send(action.to, action.open_kfid, msgid, _body(action))))


def welcome(action: SendKfWelcome, row: Row[Any], desk: Desk) -> Done:
    """One message on the code of enter_session."""
    body = _said(action.text, action.menu, "")
    return Done(_once(row, lambda msgid: desk.wecom.kf.send_on_event(action.code, msgid, body)))


def transfer(action: TransferKf, row: Row[Any], desk: Desk) -> Done:
    """Hand the session to people, or end it; the code that comes with the first change goes on as an event."""
    code = ""
    try:
        code = desk.wecom.kf.transfer(action.open_kfid, action.to, action.state, action.servicer)
    except Refused as error:
        if not (row.uncertain and error.errcode in MOVED_ON):
            raise
    moved = KfMoved(
        key=f"moved:{row.id}", at=desk.db.clock(), open_kfid=action.open_kfid, member_id=action.to,
        state=action.state, servicer=action.servicer, code=code,
    )  # fmt: skip
    return Done("", (of_event(moved, source="outcome", priority=1, lane=f"to:{action.to}"),))


def read_state(action: ReadKfState, row: Row[Any], desk: Desk) -> Done:
    """Where the session stands."""
    found = desk.wecom.kf.state(action.open_kfid, action.to)
    read = KfStateRead(
        key=f"kfstate:{row.id}", at=desk.db.clock(), open_kfid=action.open_kfid, member_id=action.to,
        state=found.state, servicer=found.servicer,
    )  # fmt: skip
    return Done("", (of_event(read, source="outcome", lane=f"to:{action.to}"),))


def read_servicers(action: ReadKfServicers, row: Row[Any], desk: Desk) -> Done:
    """Who serves the account; in the list 0 is receiving (doc 94645), departments are left out."""
    rows = [one for one in desk.wecom.kf.servicers(action.open_kfid) if one.get("userid")]
    read = KfServicersRead(
        key=f"servicers:{row.id}", at=desk.db.clock(), open_kfid=action.open_kfid,
        servicers=tuple((str(one["userid"]), one.get("status") == 0) for one in rows),
    )  # fmt: skip
    return Done("", (of_event(read, source="outcome", lane=f"kf:{action.open_kfid}"),))


def list_accounts(action: ListKfAccounts, row: Row[Any], desk: Desk) -> Done:
    """Every account as due to be pulled."""
    del action
    ids = [str(one["open_kfid"]) for one in desk.wecom.kf.accounts() if one.get("open_kfid")]
    due = [PullDue(key=f"pull:kf:{one}:{row.id}"[:80], at=desk.db.clock(), what="kf", ref=one) for one in ids]
    return Done("", tuple(of_event(one, source="outcome") for one in due))


def _once(row: Row[Any], call: Any) -> str:
    msgid = f"o{row.id}"
    try:
        sent = call(msgid)
    except Refused as error:
        if row.uncertain and error.errcode in DUPLICATE:
            return msgid  # the earlier try arrived
        raise
    return str(sent or msgid)


def _body(action: SendKf) -> dict[str, object]:
    return _said(action.text, action.menu, action.tail)


def _said(text: str, menu: Menu, tail: str) -> dict[str, object]:
    if not menu:
        return {"msgtype": "text", "text": {"content": text}}
    choices = [{"type": "click", "click": {"id": key, "content": label}} for key, label in menu]
    said: dict[str, object] = {"head_content": text, "list": choices}
    if tail:
        said["tail_content"] = tail
    return {"msgtype": "msgmenu", "msgmenu": said}
