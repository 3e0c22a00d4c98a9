"""Corp tags (doc 92117); changes made here are not called back."""

from collections.abc import Mapping
from typing import Any

from simulator.api.content import listed
from simulator.company import ApiError, Company
from simulator.state import Json

NAME = 30
MOST = 3000


def listing(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_corp_tag_list: all, or some tags or (winning over them) groups."""
    del query
    groups, tags = listed(body, "group_id", MOST), listed(body, "tag_id", MOST)
    chosen = [
        one for one in company.tags.values() if (one["group_id"] in groups if groups else not tags or one["id"] in tags)
    ]
    ids = dict.fromkeys(str(one["group_id"]) for one in chosen)
    return {"tag_group": [_group(one, chosen) for one in ids]}


def _group(group_id: str, tags: list[Json]) -> Json:
    rows = [one for one in tags if one["group_id"] == group_id]
    shown = [{name: one[name] for name in ("id", "name", "create_time", "order")} for one in rows]
    first = rows[0]
    return {
        "group_id": group_id, "group_name": first["group_name"], "create_time": first["create_time"],
        "order": first["group_order"], "tag": shown,
    }  # fmt: skip


def add(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """add_corp_tag: into a group by id or name, which is made when there is none."""
    del query
    wanted = body.get("tag") or []
    names = list(dict.fromkeys(_name(one) for one in wanted))
    if not names:
        raise ApiError(40058, "tag missing")
    if len(company.tags) + len(names) > MOST:
        raise ApiError(40126, "too many corp tags")
    group_id, group_name = _target(company, body)
    if any(one["group_id"] == group_id and one["name"] in names for one in company.tags.values()):
        raise ApiError(40071, "tag name exists")
    orders = {str(one.get("name")): int(one.get("order") or 0) for one in wanted}
    made = []
    for name in names:
        tag_id = company.new_id("etTAG")
        company.tags[tag_id] = {
            "id": tag_id, "name": name, "create_time": int(company.clock()), "order": orders[name],
            "group_id": group_id, "group_name": group_name, "group_order": int(body.get("order") or 0),
        }  # fmt: skip
        made.append(company.tags[tag_id])
    return {"tag_group": _group(group_id, made)}


def _name(tag: Json) -> str:
    name = str(tag.get("name") or "")
    if not 0 < len(name) <= NAME:
        raise ApiError(40072, "invalid tag name")
    return name


def _target(company: Company, body: Json) -> tuple[str, str]:
    group_id, group_name = str(body.get("group_id") or ""), str(body.get("group_name") or "")
    for one in company.tags.values():
        if one["group_id"] == group_id or (not group_id and one["group_name"] == group_name):
            return str(one["group_id"]), str(one["group_name"])
    if group_id:
        raise ApiError(40068, "invalid tag group")
    return company.new_id("etGRP"), _name({"name": group_name})


def edit(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """edit_corp_tag: a tag's or a group's name and order."""
    del query
    wanted = str(body.get("id") or "")
    tag = company.tags.get(wanted)
    members = [one for one in company.tags.values() if one["group_id"] == wanted]
    if tag is None and not members:
        raise ApiError(40068, "invalid tagid")
    if tag is not None:
        tag.update({name: body[name] for name in ("name", "order") if name in body})
    for one in members:
        one["group_name"] = body.get("name", one["group_name"])
        one["group_order"] = body.get("order", one["group_order"])
    return {}


def delete(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """del_corp_tag: tags and whole groups; customers lose them."""
    del query
    tags, groups = listed(body, "tag_id", MOST), listed(body, "group_id", MOST)
    if not tags and not groups:
        raise ApiError(40058, "tag_id and group_id are empty")
    gone = {one["id"] for one in company.tags.values() if one["id"] in tags or one["group_id"] in groups}
    if not gone:
        raise ApiError(40068, "invalid tagid")
    for one in gone:
        del company.tags[one]
    for customer in company.customers.values():
        for about in customer.details.values():
            about.tags = [one for one in about.tags if one not in gone]
    return {}
