"""Limits of message contents shared by several families (docs 90236, 92599, 92135)."""

from collections.abc import Iterable, Mapping
from typing import Any

from simulator.state import ApiError, Json

TEXT = 4000
ATTACHMENTS = 9
LINK = {"title": 128, "picurl": 2048, "desc": 512, "url": 2048}
MINI = {"title": 64, "pic_media_id": 1024, "appid": 128, "page": 1024}
FIELDS: dict[str, tuple[dict[str, int], tuple[str, ...]]] = {
    "image": ({"media_id": 1024, "pic_url": 2048}, ()),
    "link": (LINK, ("title", "url")),
    "miniprogram": (MINI, ("title", "pic_media_id", "appid", "page")),
    "video": ({"media_id": 1024}, ("media_id",)),
    "file": ({"media_id": 1024}, ("media_id",)),
}
"""Attachment type -> (bytes a field may have, fields it must have)."""


def size(text: str) -> int:
    """Bytes in UTF-8, the unit of nearly all of WeCom's limits."""
    return len(text.encode())


def listed(body: Mapping[str, Any], name: str, most: int, code: int = 40058) -> list[str]:
    """A list of texts. ApiError when it is no list or too long."""
    values = body.get(name) or []
    if not isinstance(values, list) or len(values) > most:
        raise ApiError(code, f"invalid {name} size")
    return [str(one) for one in values]


def needed(body: Mapping[str, Any], name: str, code: int = 40058) -> str:
    """A text that must be there."""
    value = str(body.get(name) or "")
    if not value:
        raise ApiError(code, f"missing {name}")
    return value


def limited(part: Mapping[str, Any], limits: Mapping[str, int], must: Iterable[str] = ()) -> None:
    """ApiError 40063 for an empty required field, 45002 or 40058 for a field over its bytes."""
    for name in must:
        if not part.get(name):
            raise ApiError(40063, f"{name} is empty")
    for name, most in limits.items():
        if size(str(part.get(name, ""))) > most:
            raise ApiError(45002 if name == "content" else 40058, f"{name} exceed max length {most}")


def greeting(body: Json) -> tuple[str, list[Json]]:
    """Text and attachments of a welcome or mass message. ApiError as doc 92599 lists."""
    text = str((body.get("text") or {}).get("content") or "")
    if size(text) > TEXT:
        raise ApiError(45002, "text content too long")
    attachments = body.get("attachments") or []
    if not isinstance(attachments, list) or len(attachments) > ATTACHMENTS:
        raise ApiError(41064, "too many attachments")
    if not text and not attachments:
        raise ApiError(44004, "text and attachments are empty")
    for one in attachments:
        kind = str(one.get("msgtype"))
        if kind not in FIELDS:
            raise ApiError(41065, "invalid attachment msgtype")
        limits, must = FIELDS[kind]
        limited(one.get(kind) or {}, limits, must)
    return text, attachments


def words(text: str, attachments: list[Json]) -> str:
    """What a person reads: the text and a line for each attachment."""
    lines = [text] if text else []
    for one in attachments:
        part = one.get(one["msgtype"]) or {}
        lines.append(f"[{one['msgtype']}] {part.get('title') or part.get('media_id') or part.get('pic_url') or ''}")
    return "\n".join(lines)
