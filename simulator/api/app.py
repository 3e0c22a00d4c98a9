"""Token, app, callback addresses, employees."""

from collections.abc import Mapping
from typing import Any

from simulator.company import ApiError, Company

LIFE = 7200
OPEN_IDS = 1000
WRONG_SECRETS = 2000
"""Wrong secrets an hour before the caller is banned for an hour (a staff figure of 2021, UNVERIFIED)."""


def token(company: Company, query: Mapping[str, str]) -> dict[str, Any]:
    """The access token (gettoken, doc 91039): the same one until it ends."""
    for name, code in (("corpid", 41002), ("corpsecret", 41004)):
        if not query.get(name):
            raise ApiError(code, f"{name} missing")
    if query.get("corpid") != company.corp.corp_id:
        raise ApiError(40013, "invalid corpid")
    _check_secret(company, query.get("corpsecret", ""))
    if company.token_until <= company.clock():
        company.token = company.new_id("tok_")
        company.token_until = company.clock() + LIFE
        company.tokens_issued += 1
    return {"access_token": company.token, "expires_in": int(company.token_until - company.clock())}


def _check_secret(company: Company, secret: str) -> None:
    now, wrong = company.clock(), company.wrong_secrets
    while wrong and wrong[0] <= now - 3600:
        wrong.popleft()
    if len(wrong) >= WRONG_SECRETS:
        raise ApiError(45009, "api freq out of limit")
    if secret != company.corp.secret:
        wrong.append(now)
        raise ApiError(40001, "invalid credential")


def check(company: Company, query: Mapping[str, str]) -> None:
    """What every call needs: a good token and a trusted address."""
    given = query.get("access_token", "")
    if not given:
        raise ApiError(41001, "access_token missing")
    if given != company.token:
        raise ApiError(40014, "invalid access_token")
    if company.token_until <= company.clock():
        raise ApiError(42001, "access_token expired")
    if not company.corp.trusted_ip:
        raise ApiError(60020, "not allow to access from your ip")


def agent(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """agent/get."""
    del body
    if query.get("agentid") != str(company.corp.agent_id):
        raise ApiError(301002, "not allow operate another agent with this accesstoken")
    users = [{"userid": one} for one in company.employees]
    return {
        "agentid": company.corp.agent_id, "name": "社群助手", "close": 0, "redirect_domain": "",
        "allow_userinfos": {"user": users}, "allow_partys": {"partyid": [1]},
    }  # fmt: skip


def callback_ips(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Where callbacks come from."""
    del company, query, body
    return {"ip_list": ["127.0.0.*"]}


def user(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """user/get: names and departments only; mobile numbers are no longer given to new apps."""
    del body
    userid = query.get("userid", "")
    if userid not in company.employees:
        raise ApiError(60111, "userid not found")
    return {"userid": userid, "name": company.employees[userid], "department": [1], "status": 1}


def userids(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """batch/openuserid_to_userid: plain ids count as invalid (doc 101521)."""
    del query
    asked = body.get("open_userid_list") or []
    if not asked or len(asked) > OPEN_IDS:
        raise ApiError(40058, "open_userid_list empty or too long")
    whose = {one: company.userid(one) for one in asked}
    found = [{"open_userid": one, "userid": userid} for one, userid in whose.items() if userid != one]
    return {"userid_list": found, "invalid_open_userid_list": [one for one in asked if whose[one] == one]}


def users(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """user/simplelist: one department holds everybody."""
    del body
    if query.get("department_id") != "1":
        raise ApiError(60003, "department not found")
    rows = [{"userid": one, "name": name, "department": [1]} for one, name in company.employees.items()]
    return {"userlist": rows}
