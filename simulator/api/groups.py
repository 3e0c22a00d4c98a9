"""externalcontact/groupchat/* and the welcome templates of groups (docs 92120, 92122, 92366)."""

from collections.abc import Mapping
from typing import Any

from simulator.api.content import listed, needed, size
from simulator.company import ApiError, Company, Group
from simulator.state import Json

UNFILTERED = 1000
TEMPLATES = 100
TEMPLATE_TEXT = 3000


def list_groups(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Groups of some owners; without owners it fails in large corps (81017)."""
    del query
    if not 1 <= int(body.get("limit") or 0) <= 1000:
        raise ApiError(40058, "invalid limit")
    owners = listed(body.get("owner_filter") or {}, "userid_list", 100)
    if not owners and len(company.employees) > UNFILTERED:
        raise ApiError(81017, "too many members in scope")
    rows = [{"chat_id": one.id, "status": 0} for one in company.groups.values() if not owners or one.owner in owners]
    page, cursor = company.page("groups", rows, body, most=1000, default=1000)
    return {"group_chat_list": page, "next_cursor": cursor}


def get(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """A group with its members; names only with need_name."""
    del query
    chat = company.groups.get(str(body.get("chat_id")))
    if chat is None:
        raise ApiError(90501, "chat is not external group chat")
    members = [_member(company, chat, one, named=bool(body.get("need_name"))) for one in chat.members]
    return {
        "group_chat": {
            "chat_id": chat.id,
            "name": chat.name,
            "owner": chat.owner,
            "member_list": members,
            "admin_list": [{"userid": one} for one in chat.admins],
            "member_version": company.version_of(chat),
            "create_time": int(chat.created_at),
            "notice": "",
        }
    }


def _member(company: Company, chat: Group, one: str, *, named: bool) -> Json:
    joined, state = chat.members[one]
    outside = one in company.customers
    row: Json = {"userid": one, "type": 2 if outside else 1, "join_time": int(joined), "group_nickname": ""}
    row["join_scene"] = chat.scenes.get(one, 3 if outside else 1)
    row |= {"unionid": f"oU-{one[-8:]}"} if outside else {"invitor": {"userid": chat.owner}}
    row |= {"state": state} if state else {}
    return row | ({"name": company.name_of(one)} if named else {})


def add_template(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """group_welcome_template/add: the owner applies it to a group in the client."""
    del query
    text = str((body.get("text") or {}).get("content") or "")
    parts = [name for name in ("image", "link", "miniprogram", "file", "video") if body.get(name)]
    if not text and not parts:
        raise ApiError(40058, "template is empty")
    if size(text) > TEMPLATE_TEXT:
        raise ApiError(45002, "text content too long")
    if len(company.group_templates) >= TEMPLATES:
        raise ApiError(41055, "too many templates")
    template_id = company.new_id("msgWT")
    company.group_templates[template_id] = body
    return {"template_id": template_id}


def _template(company: Company, body: Json) -> str:
    template_id = needed(body, "template_id")
    if template_id not in company.group_templates:
        raise ApiError(41058, "not your template")
    return template_id


def get_template(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """group_welcome_template/get."""
    del query
    found = company.group_templates[_template(company, body)]
    return {name: found[name] for name in ("text", "image", "link", "miniprogram", "file", "video") if name in found}


def delete_template(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """group_welcome_template/del."""
    del query
    del company.group_templates[_template(company, body)]
    return {}
