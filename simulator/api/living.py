"""直播 (docs 96836, 94145): booked, run by its anchor, watched, read page by page."""

from collections.abc import Mapping
from typing import Any

from simulator.api.content import needed, size
from simulator.company import ApiError, Company
from simulator.state import Json

THEME = 60
PAGE = 2
BOOKED, RUNNING, ENDED, CANCELLED = 0, 1, 2, 4


def create(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """living/create."""
    del query
    if needed(body, "anchor_userid") not in company.employees:
        raise ApiError(40003, "invalid anchor_userid")
    if size(needed(body, "theme")) > THEME:
        raise ApiError(40058, "theme exceed max length 60")
    if int(body.get("living_start") or 0) <= company.clock() or int(body.get("living_duration") or 0) <= 0:
        raise ApiError(40058, "invalid living_start or living_duration")
    living_id = company.new_id("lvIng")
    company.lives[living_id] = {**body, "livingid": living_id, "status": BOOKED, "watched": {}}
    return {"livingid": living_id}


def cancel(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """living/cancel: only what is booked."""
    del query
    found = _found(company, body)
    if found["status"] != BOOKED:
        raise ApiError(92006, "living is not reserved")
    found["status"] = CANCELLED
    return {}


def watch_stat(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """living/get_watch_stat: `ending` alone marks the last page."""
    del query
    found = _found(company, body)
    start = int(body.get("next_key") or 0)
    rows = list(found["watched"].values())
    page, after = rows[start : start + PAGE], start + PAGE
    return {
        "ending": int(after >= len(rows)), "next_key": str(after),
        "stat_info": {"users": [], "external_users": page},
    }  # fmt: skip


def _found(company: Company, body: Json) -> Json:
    found = company.lives.get(str(body.get("livingid") or ""))
    if found is None:
        raise ApiError(92008, "invalid livingid")
    return found
