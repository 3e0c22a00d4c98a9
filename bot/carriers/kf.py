"""微信客服. Own key: `msgid`, unique per account, so an uncertain send is repeated under the same one (doc 94677)."""

from typing import Any

from sqlalchemy import Row

from bot.carriers.base import Desk, Done
from gateways.wecom.errors import Refused
from models.actions import Menu, SendKf, SendKfWelcome, TransferKf

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
    """Hand the session to people."""
    try:
        desk.wecom.kf.transfer(action.open_kfid, action.to, action.state, action.servicer)
    except Refused as error:
        if not (row.uncertain and error.errcode in MOVED_ON):
            raise
    return Done()


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
