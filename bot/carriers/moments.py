"""客户朋友圈: a job makes the moment, advisors publish it.

No key of its own: after an unknown outcome look for it among the corp's moments by exact text and adopt it. The job may
still be at work then, so "not there" is never taken for "not done": after a while a person has to look.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, select

from bot.carriers.base import Desk, Done, Unresolved
from bot.carriers.picture import media_of
from bot.inbox import Arrival, of_event
from gateways.wecom.errors import Refused, Retry
from models.broadcasts import CancelMoment, CheckMoment, CreateMoment, FindMoment, ReadMoment
from models.events.broadcast import MomentAsked, MomentChecked, MomentMade, MomentRead
from models.moment import Moment

PATH = "externalcontact/add_moment_task"
LOOKING = timedelta(minutes=10)
"""How long one whose creation nobody can confirm is looked for."""
STOPPED = 41093
"""Nothing left to call back (UNVERIFIED for moments)."""


def create(action: CreateMoment, row: Row[Any], desk: Desk) -> Done:
    """Ask for it, or adopt the one an earlier try made."""
    job_id, moment_id = "", _adopted(action, row, desk) if row.uncertain else ""
    arrivals: tuple[Arrival, ...] = ()
    if not moment_id:
        kind, digest = action.attachment or ("image", action.image)
        media_id, arrivals = media_of(digest, row, desk, scene="moment", kind=kind)
        job_id = desk.wecom.moments.create(body_of(action, media_id))
    event = MomentAsked(
        key=f"moment:{action.occurrence_id}", at=desk.db.clock(), occurrence_id=action.occurrence_id, job_id=job_id,
        moment_id=moment_id,
    )  # fmt: skip
    return Done(moment_id or job_id, (of_event(event, source="outcome"), *arrivals))


def _adopted(action: CreateMoment, row: Row[Any], desk: Desk) -> str:
    now, since = desk.db.clock(), row.first_try_at or row.created_at
    listed = desk.wecom.moments.recent(since - timedelta(minutes=1), now + timedelta(minutes=1))
    same = [moment_id for moment_id, text in listed if text == action.text]
    with desk.db.read() as session:
        known = set(session.scalars(select(Moment.moment_id).where(Moment.moment_id.in_(same))))
    ours = [one for one in same if one not in known]
    if len(ours) == 1:
        return ours[0]
    if not ours and now - since < LOOKING:
        raise Retry(PATH, None, "上一次请求结果未知，等待企业微信生成后再核对", after=60.0)
    raise Unresolved("不能确认朋友圈是否已创建：请在“客户朋友圈”里核对，避免重复发表")


def body_of(action: CreateMoment, media_id: str) -> dict[str, object]:
    """A video, a picture or one link, never two of them (`invalid attachments msgtype`); a link needs its picture."""
    body: dict[str, object] = {
        "text": {"content": action.text}, "visible_range": {"sender_list": {"user_list": list(action.to)}}
    }  # fmt: skip
    if action.link:
        title, _desc, url = action.link
        body["attachments"] = [{"msgtype": "link", "link": {"title": title, "url": url, "media_id": media_id}}]
    elif media_id:
        kind = "video" if action.attachment else "image"
        body["attachments"] = [{"msgtype": kind, kind: {"media_id": media_id}}]
    return body


def find(action: FindMoment, row: Row[Any], desk: Desk) -> Done:
    """How far the job is; nothing to tell until it is over."""
    found = desk.wecom.moments.job(action.job_id)
    if not found.done:
        return Done()
    event = MomentMade(
        key=f"made:{row.id}", at=desk.db.clock(), job_id=action.job_id, moment_id=found.moment_id,
        errcode=found.errcode, refused=found.refused,
    )  # fmt: skip
    return Done(found.moment_id, (of_event(event, source="outcome"),))


def check(action: CheckMoment, row: Row[Any], desk: Desk) -> Done:
    """Who has published."""
    published = desk.wecom.moments.published(action.moment_id)
    event = MomentChecked(
        key=f"published:{row.id}", at=desk.db.clock(), moment_id=action.moment_id, published=published
    )
    return Done("", (of_event(event, source="outcome", lane=f"moment:{action.moment_id}"),))


def read(action: ReadMoment, row: Row[Any], desk: Desk) -> Done:
    """Who liked or answered."""
    rows = desk.wecom.moments.answers(action.moment_id, action.owner)
    if not rows:
        return Done()
    event = MomentRead(key=f"answers:{row.id}", at=desk.db.clock(), moment_id=action.moment_id, rows=rows)
    return Done("", (of_event(event, source="outcome", priority=8, lane=f"moment:{action.moment_id}"),))


def cancel(action: CancelMoment, row: Row[Any], desk: Desk) -> Done:
    """Called back twice is called back."""
    del row
    try:
        desk.wecom.moments.cancel(action.moment_id)
    except Refused as refused:
        if refused.errcode != STOPPED:
            raise
    return Done()
