"""Pushes to our own people: colleagues by the app, internal groups by their robot.

The app's messages repeat as in bot.carriers.app. A robot has nothing to repeat by: after an unknown outcome a person
looks into the group (doc 91770).
"""

from typing import Any

from sqlalchemy import Row

from bot.carriers.app import deliver
from bot.carriers.base import Desk, Done, Unresolved
from bot.inbox import of_event
from models.broadcasts import Broadcast, PostRobot, TellStaff
from models.events.broadcast import BroadcastSent


def tell(action: TellStaff, row: Row[Any], desk: Desk) -> Done:
    """One message to many; those WeCom names as unreachable are noted."""
    sent = deliver(action.to, {"msgtype": "text", "text": {"content": words(action)}}, row, desk)
    unreached = {one.lower() for one in sent.invalid}
    return Done(sent.msgid, (_told(action, row, desk, tuple(one for one in action.to if one.lower() in unreached)),))


def post(action: PostRobot, row: Row[Any], desk: Desk) -> Done:
    """Into the group of one robot."""
    if row.uncertain:
        raise Unresolved("不能确认群机器人是否已发出：请在内部群里核对")
    body = {"msgtype": "markdown", "markdown": {"content": words(action, "[{}]({})")}}
    desk.wecom.robots.send(desk.wecom.robots.key_of(action.to[0]), body)
    return Done("", (_told(action, row, desk, ()),))


def words(action: Broadcast, link: str = '<a href="{1}">{0}</a>') -> str:
    """The text, and the link below it as WeCom's clients draw one; `link` takes title and address."""
    if not action.link:
        return action.text
    title, desc, url = action.link
    return "\n".join(one for one in (action.text, link.format(title, url), desc) if one)


def _told(action: Broadcast, row: Row[Any], desk: Desk, refused: tuple[str, ...]) -> Any:
    event = BroadcastSent(
        key=f"told:{row.id}", at=desk.db.clock(), occurrence_id=action.occurrence_id, to=action.to, refused=refused
    )
    return of_event(event, source="outcome")
