"""联系我 contact ways and 加入群聊 join ways (docs 96348, 99547); both share one quota."""

from collections.abc import Mapping
from typing import Any

from simulator.api.content import listed, needed
from simulator.company import ApiError, Company
from simulator.state import Json

QUOTA = 500_000
STATE = 30
REMARK = 30
USERS = 100
CHATS = 5
FIXED = ("type", "scene")


def _room(company: Company) -> None:
    if len(company.ways) + len(company.join_ways) >= QUOTA:
        raise ApiError(41045, "contact way total reached")


def _short(body: Json) -> None:
    if len(str(body.get("state") or "")) > STATE:
        raise ApiError(40058, "state too long")
    if len(str(body.get("remark") or "")) > REMARK:
        raise ApiError(40058, "remark too long")


def _users(company: Company, body: Json) -> None:
    users = listed(body, "user", USERS, 41041)
    if body.get("type") == 1 and len(users) != 1:
        raise ApiError(41041, "type 1 needs exactly one user")
    if not users and not body.get("party"):
        raise ApiError(40058, "user missing")
    if any(one not in company.employees for one in users):
        raise ApiError(40096, "user without customer contact permission")


def add(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """add_contact_way: a QR code whose state comes back with every friend it brings."""
    del query
    _check_kind(body)
    _short(body)
    _users(company, body)
    _room(company)
    config_id = company.new_id("cfg-")
    qr_code = f"{company.corp.base}/qr/{config_id}"
    made = {
        "skip_verify": True,
        **body,
        "config_id": config_id,
        "qr_code": qr_code,
        "created_at": company.clock(),
    }
    company.ways[config_id] = made
    return {"config_id": config_id, **({"qr_code": qr_code} if body["scene"] == 2 else {})}


def _check_kind(body: Json) -> None:
    for name, missing, wrong in (("type", 41037, 41039), ("scene", 41038, 41040)):
        if name not in body:
            raise ApiError(missing, f"missing contact way {name}")
        if body[name] not in (1, 2):
            raise ApiError(wrong, f"invalid contact way {name}")


def _found(ways: dict[str, Json], body: Json) -> Json:
    config_id = needed(body, "config_id", 41043)
    if config_id not in ways:
        raise ApiError(41044, "invalid config_id")
    return ways[config_id]


def get(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_contact_way."""
    del query
    way = _found(company.ways, body)
    return {"contact_way": {name: value for name, value in way.items() if name != "created_at"}}


def update(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """update_contact_way: users and remark are overwritten, type and scene stay."""
    del query
    way = _found(company.ways, body)
    _short(body)
    merged = {**way, **{name: value for name, value in body.items() if name not in FIXED}}
    _users(company, merged)
    way.update(merged)
    return {}


def delete(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """del_contact_way."""
    del query
    del company.ways[_found(company.ways, body)["config_id"]]
    return {}


def listing(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """list_contact_way: ids by time of making (default the last 90 days), without temporary ones."""
    del query
    start = float(body.get("start_time") or company.clock() - 90 * 86400)
    end = float(body.get("end_time") or company.clock() + 1)
    ways = company.ways.values()
    rows = [
        {"config_id": one["config_id"]} for one in ways if start <= one["created_at"] <= end and not one.get("is_temp")
    ]
    page, cursor = company.page("ways", rows, body, most=1000, default=100)
    return {"contact_way": page, "next_cursor": cursor}


def add_join(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """groupchat/add_join_way: a way into up to five groups."""
    del query
    made = _join_way(company, body)
    _room(company)
    made["config_id"] = company.new_id("jcfg-")
    made["qr_code"] = f"{company.corp.base}/qr/{made['config_id']}"
    company.join_ways[made["config_id"]] = made
    return {"config_id": made["config_id"]}


def _join_way(company: Company, body: Json) -> Json:
    if body.get("scene") not in (1, 2):
        raise ApiError(41040, "invalid scene")
    chats = listed(body, "chat_id_list", CHATS, 41091)
    if not chats:
        raise ApiError(40058, "chat_id_list missing")
    if any(one not in company.groups for one in chats):
        raise ApiError(90501, "chat is not external group chat")
    _short({"state": body.get("state")})
    return {
        "scene": body["scene"],
        "remark": str(body.get("remark") or "")[:REMARK],
        "state": str(body.get("state") or ""),
        "auto_create_room": int(body.get("auto_create_room", 1)),
        "chat_id_list": chats,
        "room_base_name": str(body.get("room_base_name") or ""),
        "room_base_id": int(body.get("room_base_id") or 1),
    }


def get_join(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """groupchat/get_join_way: the only call that gives the QR code."""
    del query
    return {"join_way": dict(_found(company.join_ways, body))}


def update_join(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """groupchat/update_join_way: overwrites everything but id and code."""
    del query
    way = _found(company.join_ways, body)
    way.update(_join_way(company, body))
    return {}


def delete_join(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """groupchat/del_join_way."""
    del query
    del company.join_ways[_found(company.join_ways, body)["config_id"]]
    return {}
