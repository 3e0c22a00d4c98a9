"""Pictures and files on their way: the id WeCom knows one by, uploaded anew when its three days end (doc 90253)."""

from typing import Any

from sqlalchemy import Row

from bot.carriers.base import Desk
from bot.inbox import Arrival, of_event
from models import media
from models.events.internal import MediaUploaded


def media_of(
    digest: str, row: Row[Any], desk: Desk, scene: str = "", kind: str = "image"
) -> tuple[str, tuple[Arrival, ...]]:
    """(media id, what to note of an upload) of a kept picture, file or video (`kind`); nothing for none.

    `scene` "moment": media of moments are a world of their own (`upload_attachment`, 41072 elsewhere).
    """
    if not digest:
        return "", ()
    with desk.db.read() as session:
        known = media.uploaded(session, f"{scene}{digest}", desk.db.clock())
        if known:
            return known, ()
        asset = session.get_one(media.MediaAsset, digest)
        name, body = asset.name, asset.body
    upload = desk.wecom.moments.upload if scene else desk.wecom.media.upload
    made = upload(kind, name, body)
    event = MediaUploaded(
        key=f"media:{row.id}:{row.attempts}:{digest[:8]}",
        at=desk.db.clock(),
        hash=f"{scene}{digest}",
        media_id=made.media_id,
    )
    return made.media_id, (of_event(event, source="outcome"),)
