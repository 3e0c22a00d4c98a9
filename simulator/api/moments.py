"""客户朋友圈 (wecom-outbound 2.8): a job makes it, advisors publish, customers like and answer."""

from collections.abc import Mapping
from typing import Any

from simulator.api.content import listed, needed, size
from simulator.company import ApiError, Company
from simulator.state import Json

TEXT, IMAGES, TITLE = 4000, 9, 64
PER_MINUTE = 10
STARTED, DONE = 1, 3


def upload(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """media/upload_attachment: media of this scene serve moments (1) or the product album (2) only."""
    if query.get("attachment_type") not in ("1", "2"):
        raise ApiError(40058, "invalid attachment_type")
    name, data = (body.get("files") or {}).get("media") or ("", b"")
    if not name or not data:
        raise ApiError(41005, "media data missing")
    kind = f"attachment{query['attachment_type']}"
    media_id = company.new_id("ATTACH")
    company.media[media_id] = (kind, name, data, company.clock() + 3 * 86400)
    return {"type": query.get("media_type", ""), "media_id": media_id, "created_at": int(company.clock())}


def create(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """add_moment_task: ten a minute."""
    del query
    now = company.clock()
    began, count = company.windows.get("moments", (now, 0))
    began, count = (now, 0) if now - began >= 60 else (began, count)
    if count >= PER_MINUTE:
        raise ApiError(45009, "api freq out of limit")
    text = str((body.get("text") or {}).get("content") or "")
    attachments = body.get("attachments") or []
    if not text and not attachments:
        raise ApiError(44004, "text and attachments are empty")
    if size(text) > TEXT:
        raise ApiError(45002, "text content too long")
    _attached(company, attachments)
    company.windows["moments"] = (began, count + 1)
    senders = (body.get("visible_range") or {}).get("sender_list") or {}
    wanted = listed(senders, "user_list", 100_000) or list(company.employees)
    job_id, moment_id = company.new_id("jobMOM"), company.new_id("momWX")
    company.moments[moment_id] = {
        "moment_id": moment_id, "jobid": job_id, "text": text, "attachments": attachments, "created_at": now,
        "senders": {one: 0.0 for one in wanted if one in company.employees},
        "invalid": [one for one in wanted if one not in company.employees], "cancelled": False, "answers": {},
    }  # fmt: skip
    return {"jobid": job_id}


def _attached(company: Company, attachments: list[Json]) -> None:
    """Up to nine pictures, or one video, or one link with its picture; uploaded for moments."""
    kinds = [str(one.get("msgtype")) for one in attachments]
    if set(kinds) - {"image", "video", "link"} or len(set(kinds)) > 1:
        raise ApiError(41065, "invalid attachments msgtype")
    if len(kinds) > (IMAGES if kinds[:1] == ["image"] else 1):
        raise ApiError(41064, "invalid attachments size")
    for kind, one in zip(kinds, attachments, strict=True):
        part = one.get(kind) or {}
        if kind == "link" and (not part.get("url") or size(str(part.get("title") or "")) > TITLE):
            raise ApiError(40058, "invalid link")
        held = company.media.get(str(part.get("media_id") or ""))
        if held is None or held[3] <= company.clock():
            raise ApiError(40007, "invalid media_id")
        if held[0] != "attachment1":
            raise ApiError(41072, "media of another scene")


def job(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_moment_task_result: at work for as long as a mass message is being dispatched."""
    del body
    found = next((one for one in company.moments.values() if one["jobid"] == query.get("jobid")), None)
    if found is None:
        raise ApiError(40058, "invalid jobid")
    if company.clock() - found["created_at"] < company.switches.dispatching:
        return {"status": STARTED, "type": "add_moment_task"}
    made = {
        "errcode": 0, "errmsg": "ok", "moment_id": found["moment_id"],
        "invalid_sender_list": {"user_list": found["invalid"], "department_list": []},
    }  # fmt: skip
    return {"status": DONE, "type": "add_moment_task", "result": made}


def tasks(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_moment_task: who has published (1) and who has not (0)."""
    del query
    found = _found(company, body)
    rows = [{"userid": one, "publish_status": int(at > 0)} for one, at in found["senders"].items()]
    page, cursor = company.page("moment_tasks", rows, body, most=1000, default=500)
    return {"task_list": page, "next_cursor": cursor}


def recent(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_moment_list: made in a window of at most thirty days."""
    del query
    start, end = int(body.get("start_time") or 0), int(body.get("end_time") or 0)
    if not start or not 0 <= end - start <= 30 * 86400:
        raise ApiError(40058, "invalid start_time or end_time")
    rows = [
        {"moment_id": one["moment_id"], "create_time": int(one["created_at"]), "create_type": 0,
         "text": {"content": one["text"]}}
        for one in company.moments.values() if start <= int(one["created_at"]) <= end
    ]  # fmt: skip
    page, cursor = company.page("moments", rows, body, most=20, default=20)
    return {"moment_list": page, "next_cursor": cursor}


def comments(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_moment_comments: under one advisor's copy, 41062 before it is published."""
    del query
    found, owner = _found(company, body), needed(body, "userid")
    if not found["senders"].get(owner):
        raise ApiError(41062, "moment is not published")
    said = found["answers"].get(owner, [])
    named = {"like": "like_list", "comment": "comment_list"}
    return {
        name: [{"external_userid": who, "create_time": int(at)} for who, what, at in said if what == kind]
        for kind, name in named.items()
    }


def cancel(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """cancel_moment_task: what is published stays."""
    del query
    _found(company, body)["cancelled"] = True
    return {}


def _found(company: Company, body: Json) -> Json:
    found = company.moments.get(needed(body, "moment_id"))
    if found is None:
        raise ApiError(40058, "invalid moment_id")
    return found
