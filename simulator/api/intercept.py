"""敏感词 interception rules (doc 96346): they act on what employees type to customers."""

from collections.abc import Mapping
from typing import Any

from simulator.api.content import listed, needed
from simulator.company import ApiError, Company
from simulator.state import Json

WORDS, RULES, NAME, WORD = 300, 100, 20, 32


def add(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """add_intercept_rule."""
    del query
    _fit(body)
    if body.get("intercept_type") not in (1, 2) or not body.get("applicable_range"):
        raise ApiError(40058, "intercept_type or applicable_range missing")
    if len(company.intercept_rules) >= RULES:
        raise ApiError(41069, "too many rules")
    if any(one["rule_name"] == body["rule_name"] for one in company.intercept_rules.values()):
        raise ApiError(41077, "rule name exists")
    rule_id = company.new_id("rule")
    company.intercept_rules[rule_id] = {**body, "rule_id": rule_id, "create_time": int(company.clock())}
    return {"rule_id": rule_id}


def listing(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_intercept_rule_list."""
    del query, body
    names = ("rule_id", "rule_name", "create_time")
    return {"rule_list": [{name: one[name] for name in names} for one in company.intercept_rules.values()]}


def get(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """get_intercept_rule: everything of one."""
    del query
    names = ("rule_id", "rule_name", "word_list", "intercept_type", "applicable_range")
    found = _found(company, body)
    return {"rule": {name: found[name] for name in names}}


def update(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """update_intercept_rule: what is given overwrites."""
    del query
    found = _found(company, body)
    _fit({**found, **body})
    found.update({name: body[name] for name in ("rule_name", "word_list", "intercept_type") if name in body})
    return {}


def delete(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """del_intercept_rule."""
    del query
    del company.intercept_rules[_found(company, body)["rule_id"]]
    return {}


def _fit(body: Json) -> None:
    if len(needed(body, "rule_name")) > NAME:
        raise ApiError(40058, "rule_name too long")
    words = listed(body, "word_list", WORDS, 41068)
    if not words or any(not 0 < len(one) <= WORD for one in words):
        raise ApiError(41083, "invalid word")


def _found(company: Company, body: Json) -> Json:
    rule = company.intercept_rules.get(str(body.get("rule_id") or ""))
    if rule is None:
        raise ApiError(41070, "invalid rule_id")
    return rule
