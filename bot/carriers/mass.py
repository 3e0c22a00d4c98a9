"""企业群发 to groups and contacts: created here, sent by the owner's tap.

No key of its own: after an unknown outcome look for it among the mass messages created since, by exact text and owner,
and adopt its msgid; only when there is surely none, create again. More than one candidate: a person has to look.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select

from bot.carriers.base import Desk, Done, Unresolved
from bot.carriers.picture import media_of
from bot.inbox import Arrival, of_event
from gateways.wecom.errors import Refused, Retry
from models.actions import CancelMass, CheckMass, CreateMass, RemindMass
from models.content import MassTask
from models.events.internal import MassChecked, MassCreated

CANCELLED = 41093
SETTLE = timedelta(seconds=20)
"""A request still on its way lands within the client's time-out; only then does "not there" mean "not done"."""


def create(action: CreateMass, row: Row[Any], desk: Desk) -> Done:
    """Create the task for its owner, or adopt the one an earlier try created."""
    msgid, refused = _adopted(action, row, desk) if row.uncertain else "", tuple[str, ...]()
    uploaded: tuple[Arrival, ...] = ()
    if not msgid:
        media_id, uploaded = media_of(action.image, row, desk)
        kind, digest = action.attachment or ("", "")
        file_id, more = media_of(digest, row, desk, kind=kind)
        uploaded += more
        made = desk.wecom.mass.create(_body(action, media_id, file_id))
        msgid, refused = made.msgid, made.failed
    event = MassCreated(
        key=f"mass:{msgid}", at=desk.db.clock(), outbound_id=row.id, msgid=msgid, owner=action.owner,
        occurrence_id=action.occurrence_id, targets=action.chat_ids or action.customers, refused=refused,
    )  # fmt: skip
    return Done(msgid, (of_event(event, source="outcome"), *uploaded))


def _adopted(action: CreateMass, row: Row[Any], desk: Desk) -> str:
    now, since = desk.db.clock(), row.first_try_at or row.created_at
    if row.lease_until is not None and now - since < SETTLE:
        raise Retry(
            "externalcontact/add_msg_template", None, "等待上一次请求落定后再查询", after=SETTLE.total_seconds()
        )
    kind = "group" if action.chat_ids else "single"
    listed = desk.wecom.mass.recent(kind, since - timedelta(minutes=1), now + timedelta(minutes=1))
    same = [one.msgid for one in listed if one.text == action.text]
    with desk.db.read() as session:
        known = set(session.scalars(select(MassTask.msgid).where(MassTask.msgid.in_(same))))
    ours = [one for one in same if one not in known and _owned_by(one, action.owner, desk)]
    if len(ours) > 1:
        raise Unresolved("企业微信里有多条内容相同的群发，无法判断哪一条是本次创建，请在群发助手中核对")
    return ours[0] if ours else ""


def _owned_by(msgid: str, owner: str, desk: Desk) -> bool:
    return any(task.userid.lower() == owner.lower() for task in desk.wecom.mass.tasks(msgid))


def _body(action: CreateMass, media_id: str, file_id: str) -> dict[str, object]:
    body: dict[str, object] = {"sender": action.owner, "text": {"content": action.text}}
    attached: list[dict[str, object]] = []
    if action.mini:
        title, appid, page = action.mini
        card = {"title": title, "pic_media_id": media_id, "appid": appid, "page": page}
        attached.append({"msgtype": "miniprogram", "miniprogram": card})
    elif media_id:
        attached.append({"msgtype": "image", "image": {"media_id": media_id}})
    if file_id:
        attached.append({"msgtype": action.attachment[0], action.attachment[0]: {"media_id": file_id}})
    if action.link:
        title, desc, url = action.link
        attached.append({"msgtype": "link", "link": {"title": title, "desc": desc, "url": url}})
    if attached:
        body["attachments"] = attached
    if action.chat_ids:
        return {**body, "chat_type": "group", "chat_id_list": list(action.chat_ids)}
    return {**body, "chat_type": "single", "external_userid": list(action.customers)}


def remind(action: RemindMass, row: Row[Any], desk: Desk) -> Done:
    """Asking twice costs nothing but one of the day's three: an unknown outcome is not repeated within the hour."""
    del row
    desk.wecom.mass.remind(action.msgid)
    return Done("")


def cancel(action: CancelMass, row: Row[Any], desk: Desk) -> Done:
    """Cancelling again says 41093, so an unknown outcome is simply tried once more."""
    del row
    try:
        desk.wecom.mass.cancel(action.msgid)
    except Refused as refused:
        if refused.errcode != CANCELLED:
            raise
    return Done("")


def check(action: CheckMass, row: Row[Any], desk: Desk) -> Done:
    """Which targets were reached so far."""
    results = desk.wecom.mass.results(action.msgid, action.owner)
    event = MassChecked(
        key=f"check:{row.id}", at=desk.db.clock(), msgid=action.msgid,
        results=tuple((one.target, one.status) for one in results),
    )  # fmt: skip
    return Done("", (of_event(event, source="outcome", lane=f"mass:{action.msgid}"),))
