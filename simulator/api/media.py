"""media/* (doc 90253): three days, shared inside the corp."""

from collections.abc import Mapping
from typing import Any

from simulator.company import ApiError, Company

KEPT = 3 * 86400
MEGABYTE = 1024 * 1024
LIMITS = {"image": 10 * MEGABYTE, "voice": 2 * MEGABYTE, "video": 10 * MEGABYTE, "file": 20 * MEGABYTE}
SMALLEST = 6
"""Anything up to five bytes is refused."""


def upload(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """media/upload: the part is called `media`; created_at comes as text."""
    kind = query.get("type", "")
    if kind not in LIMITS:
        raise ApiError(40004, "invalid media type")
    name, data = (body.get("files") or {}).get("media") or ("", b"")
    if not name:
        raise ApiError(41005, "media data missing")
    if len(data) < SMALLEST:
        raise ApiError(44001, "empty media data")
    if len(data) > LIMITS[kind]:
        raise ApiError(45001, "media too big")
    media_id = company.new_id("MEDIA")
    company.media[media_id] = (kind, name, data, company.clock() + KEPT)
    return {"type": kind, "media_id": media_id, "created_at": str(int(company.clock()))}


def download(company: Company, media_id: str) -> tuple[str, bytes]:
    """media/get: name and bytes. ApiError 40007 for an unknown or expired id."""
    found = company.media.get(media_id)
    if found is None or found[3] <= company.clock():
        raise ApiError(40007, "invalid media_id")
    return found[1], found[2]
