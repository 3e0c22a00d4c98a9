"""Web authorisation (docs 96442, 98177): who follows a link, told by a code that is good once, for five minutes."""

import html
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from simulator.company import ApiError, Company

CODE_LIFE = 300
PATH, SCAN = "/connect/oauth2/authorize", "/wwlogin/sso/login"
"""In a chat; by scanning at a desk (doc 98171), which is for employees."""


def code_for(company: Company, person: str) -> str:
    """What WeCom puts behind the redirect for this person; strangers get one too."""
    with company.lock:
        code = company.new_id("OAUTH-")
        company.oauth_codes[code] = (person, company.clock() + CODE_LIFE)
    return code


def back_to(company: Company, query: Mapping[str, str], person: str) -> str:
    """Where WeCom sends the person's browser."""
    given = {"code": code_for(company, person), "state": query.get("state", "")}
    joint = "&" if "?" in query.get("redirect_uri", "") else "?"
    return f"{query.get('redirect_uri', '')}{joint}{urlencode(given)}"


def visitor(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """auth/getuserinfo: an employee, a customer of somebody, or a stranger's openid."""
    del body
    person, until = company.oauth_codes.pop(query.get("code", ""), ("", 0.0))
    if not person or until <= company.clock():
        raise ApiError(40029, "invalid code")
    if person in company.employees:
        return {"userid": person}
    customer = company.customers.get(person)
    known = customer is not None and customer.friends
    return {"openid": f"oSIM{person[-8:]}", **({"external_userid": person} if known else {})}


def chooser(company: Company, query: Mapping[str, str], path: str = PATH) -> bytes:
    """A page that asks who is holding the phone: in WeChat nobody has to say."""
    people = [*company.employees, *(() if path == SCAN else list(company.customers)[:200])]
    links = "".join(
        f'<li><a href="{path}?{html.escape(urlencode({**query, "as": one}))}">{name}</a></li>'
        for one, name in ((one, html.escape(company.name_of(one))) for one in people)
    )
    head = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>微信授权（模拟）</title>'
    return f"{head}<h1>谁在打开这个链接？</h1><ul>{links}</ul></html>".encode()
