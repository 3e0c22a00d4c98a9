"""externalcontact/* about customers (docs 92599, 92114, 92115)."""

from collections.abc import Mapping
from typing import Any

from simulator.api.content import greeting, listed, needed, words
from simulator.books import Entry
from simulator.company import ApiError, Company, Customer
from simulator.state import Json


def welcome(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """send_welcome_msg: the code works once, for 20 seconds (doc 92599)."""
    del query
    code = needed(body, "welcome_code", 41049)
    text, attachments = greeting(body)
    if code in company.welcome_used:
        raise ApiError(41051, "externaluser has started chatting")
    found, employee, until = company.welcome_codes.get(code, ("", "", 0.0))
    if until <= company.clock():
        raise ApiError(41050, "invalid welcome code")
    del company.welcome_codes[code]
    company.welcome_used.add(code)
    shown = {"text": {"content": text}, "attachments": attachments}
    said = words(text, attachments)
    path = "externalcontact/send_welcome_msg"
    company.books.write(Entry(company.clock(), "welcome", found, said, code, by=employee, path=path, body=shown))
    return {}


def known(company: Company, customer_id: str) -> Customer:
    """The customer. ApiError 40096 for an unknown one."""
    found = company.customers.get(customer_id)
    if found is None:
        raise ApiError(40096, "invalid external userid")
    return found


def friend(company: Company, body: Json) -> tuple[Customer, str]:
    """The customer and the employee of a call that needs their relation. ApiError 84061 without it."""
    found = known(company, needed(body, "external_userid", 41035))
    userid = needed(body, "userid", 41009)
    if userid not in found.friends:
        raise ApiError(84061, "not external contact")
    return found, userid


def _person(found: Customer) -> Json:
    unionid = f"oU-{found.id[-8:]}"
    return {
        "external_userid": found.id,
        "name": found.name,
        "type": 1,
        "gender": 0,
        "avatar": "",
        "unionid": unionid,
    }


def _relation(found: Customer, userid: str) -> Json:
    about = found.about(userid)
    return {
        "userid": userid,
        "state": found.friends[userid],
        "remark": about.remark,
        "description": about.description,
        "createtime": about.created_at,
        "remark_mobiles": list(about.mobiles),
        "add_way": 1,
        "oper_userid": found.id,
    }


def customer(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get: a customer with followers; one the customer deleted still counts (one-way relation)."""
    del body
    found = known(company, query.get("external_userid", ""))
    if not found.friends:
        raise ApiError(84061, "not external contact")
    followers = [{**_relation(found, one), "tags": _tags(company, found, one)} for one in found.friends]
    return {"external_contact": _person(found), "follow_user": followers}


def _tags(company: Company, found: Customer, userid: str) -> list[Json]:
    rows = []
    for tag_id in found.about(userid).tags:
        tag = company.tags.get(tag_id)
        if tag is not None:
            row = {"group_name": tag["group_name"], "tag_name": tag["name"], "tag_id": tag_id, "type": 1}
            rows.append(row)
    return rows


def follow_users(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """All employees may serve customers."""
    del query, body
    return {"follow_user": list(company.employees)}


def listing(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """list: the customers of one employee; 84061 when there is none."""
    del body
    userid = query.get("userid", "")
    found = [one.id for one in company.customers.values() if userid in one.friends]
    if not found:
        raise ApiError(84061, "not external contact")
    return {"external_userid": found}


def by_users(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """batch/get_by_user: customers of some employees, a hundred a page."""
    del query
    wanted = set(listed(body, "userid_list", 100))
    if not wanted:
        raise ApiError(40058, "userid_list missing")
    pairs = [
        (one, user) for one in company.customers.values() for user in one.friends if user in wanted
    ]  # in order of their arrival, so that a cursor stays good
    page, cursor = company.page("by_user", pairs, body, most=100, default=50)
    rows = [
        {
            "external_contact": _person(one),
            "follow_info": {**_relation(one, user), "tag_id": list(one.about(user).tags)},
        }
        for one, user in page
    ]
    return {"external_contact_list": rows, "next_cursor": cursor}


def remark(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """remark: at least one field; mobiles are replaced as a whole, `[""]` clears them."""
    del query
    found, userid = friend(company, body)
    fields = ("remark", "description", "remark_company", "remark_mobiles", "remark_pic_mediaid")
    if not any(name in body for name in fields):
        raise ApiError(40058, "nothing to remark")
    for name, most in (("remark", 20), ("description", 150), ("remark_company", 20)):
        if len(str(body.get(name) or "")) > most:
            raise ApiError(40058, f"{name} too long")
    about = found.about(userid)
    about.remark = str(body.get("remark", about.remark))
    about.description = str(body.get("description", about.description))
    if "remark_mobiles" in body:
        about.mobiles = [one for one in listed(body, "remark_mobiles", 100) if one]
    return {}


def mark_tag(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """mark_tag: needs a living relation of exactly that employee."""
    del query
    found, userid = friend(company, body)
    add, remove = listed(body, "add_tag", 3000), listed(body, "remove_tag", 3000)
    if not add and not remove:
        raise ApiError(40058, "add_tag and remove_tag are empty")
    if any(one not in company.tags for one in add):
        raise ApiError(40068, "invalid tagid")
    about = found.about(userid)
    kept = [one for one in about.tags if one not in remove]
    about.tags = list(dict.fromkeys([*kept, *add]))
    return {}
