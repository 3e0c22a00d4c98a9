"""Live streams in WeCom: booked, called off, and read."""

from typing import Any

from sqlalchemy import Row

from bot.carriers.base import Desk, Done, Unresolved
from bot.inbox import of_event
from gateways.wecom.errors import Refused
from models.events.live import LivingCreated, WatchRead
from models.living import CancelLiving, CreateLiving, PullWatch

NOT_BOOKED = 92006
"""Running, over or cancelled already."""


def create(action: CreateLiving, row: Row[Any], desk: Desk) -> Done:
    """No key of its own: after an unknown outcome a person looks, or members would see two."""
    if row.uncertain:
        raise Unresolved("不能确认直播是否已在企业微信创建：请在企业微信的直播里核对，避免出现两场")
    living_id = desk.wecom.living.create(action.anchor, action.theme, action.starts, action.duration)
    event = LivingCreated(
        key=f"living:{action.live_id}", at=desk.db.clock(), live_id=action.live_id, living_id=living_id
    )
    return Done(living_id, (of_event(event, source="outcome", lane=f"live:{action.live_id}"),))


def cancel(action: CancelLiving, row: Row[Any], desk: Desk) -> Done:
    """Calling off what runs or is over changes nothing: the anchor ends a running stream in the client."""
    del row
    try:
        desk.wecom.living.cancel(action.living_id)
    except Refused as error:
        if error.errcode != NOT_BOOKED:
            raise
    return Done()


def watched(action: PullWatch, row: Row[Any], desk: Desk) -> Done:
    """One page; the event asks for the next."""
    rows, next_key = desk.wecom.living.watched(action.living_id, action.next_key)
    event = WatchRead(
        key=f"watch:{row.id}", at=desk.db.clock(), living_id=action.living_id, next_key=next_key,
        rows=tuple(
            (str(one["external_userid"]), int(one.get("watch_time") or 0), one.get("is_comment") == 1)
            for one in rows if one.get("external_userid")
        ),
    )  # fmt: skip
    return Done("", (of_event(event, source="outcome", priority=7, lane=f"living:{action.living_id}"),))
