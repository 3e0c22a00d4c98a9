"""Calls without a token: the group robot's webhook (doc 91770), the smart robot's response_url (101138)."""

from collections.abc import Mapping
from typing import Any

from simulator.api.content import size
from simulator.books import Entry
from simulator.company import ApiError, Company
from simulator.state import Json

PER_MINUTE = 20
"""Fixed or sliding is not known; here a fixed window of a minute."""
MARKDOWN = 4096
TEXT = 2048
ANSWER = 20_480


def webhook(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """webhook/send: into an internal group, 20 a minute; nothing to repeat it by."""
    key = query.get("key", "")
    if key not in company.webhook_keys:
        raise ApiError(93000, "invalid webhook url")
    text = _webhook_text(body)
    now = company.clock()
    began, count = company.windows.get(f"webhook:{key}", (now, 0))
    began, count = (now, 0) if now - began >= 60 else (began, count)
    if count >= PER_MINUTE:
        raise ApiError(45009, "api freq out of limit")
    company.windows[f"webhook:{key}"] = (began, count + 1)
    company.books.write(Entry(now, "group_robot", company.webhook_keys[key], text, "", path="webhook/send", body=body))
    return {}


def _webhook_text(body: Json) -> str:
    kind = str(body.get("msgtype"))
    part = body.get(kind) or {}
    limits = {"text": TEXT, "markdown": MARKDOWN, "markdown_v2": MARKDOWN}
    if kind in limits:
        text = str(part.get("content") or "")
        if not text:
            raise ApiError(44004, "empty content")
        if size(text) > limits[kind]:
            raise ApiError(45002, "content too long")
        return text
    if kind == "news" and 1 <= len(part.get("articles") or []) <= 8:
        return "\n".join(str(one.get("title")) for one in part["articles"])
    if kind in ("template_card", "image", "file"):
        return f"[{kind}]"
    raise ApiError(40008, "invalid msgtype")


def response(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """aibot/response: an hour; only the first answer shows, later ones are accepted and stay invisible."""
    code = query.get("response_code", "")
    user, until = company.response_urls.get(code, ("", 0.0))
    if until <= company.clock():
        raise ApiError(40058, "invalid response_code")
    text = _answer(body)
    if user:
        path = "aibot/response"
        company.books.write(Entry(company.clock(), "aibot", user, text, code, path=path, body=body))
        company.response_urls[code] = ("", until)
    return {}


def _answer(body: Json) -> str:
    kind = body.get("msgtype")
    if kind == "template_card":
        return str(((body.get("template_card") or {}).get("main_title") or {}).get("title", ""))
    if kind != "markdown":
        raise ApiError(40008, "invalid msgtype")
    text = str((body.get("markdown") or {}).get("content") or "")
    if not text:
        raise ApiError(44004, "empty content")
    if size(text) > ANSWER:
        raise ApiError(45002, "content too long")
    return text
