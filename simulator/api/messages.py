"""message/* (docs 90236, 94945): the app speaks to employees."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from simulator.api import cards
from simulator.api.content import limited, size
from simulator.books import Entry
from simulator.company import ApiError, Card, Company
from simulator.state import Json

SEND = "message/send"
TEXT = 2048
RECEIVERS = 1000
LONGEST_CHECK = 14_400
RECALL = 24 * 3600


def send(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """To employees: repeats inside the interval and more than thirty a minute vanish without a word."""
    del query
    if not isinstance(body.get("agentid"), int):
        raise ApiError(40056, "invalid agentid")
    if body["agentid"] != company.corp.agent_id:
        raise ApiError(301002, "agentid not covered by token")
    users, invalid = _receivers(company, str(body.get("touser", "")))
    text, key = _content(company, body)
    answer: dict[str, Any] = {"invaliduser": "|".join(invalid), "msgid": company.new_id("msg")}
    if _duplicate(company, body):
        # Whether WeCom gives a card's response_code again here is not documented; it does not.
        return answer
    now, kind = company.clock(), str(body["msgtype"])
    company.sent_ids[answer["msgid"]] = now
    for user in users:
        if not _too_many(company, user, now):
            company.books.write(Entry(now, kind, user, text, key, path=SEND, body=body[kind]))
    if kind == "template_card":
        answer |= _card(company, key, users, body["template_card"])
    return answer


def _receivers(company: Company, touser: str) -> tuple[list[str], list[str]]:
    if touser == "@all":
        return list(company.employees), []
    wanted = [one for one in touser.split("|") if one]
    if not wanted:
        raise ApiError(81012, "no receiver")
    if len(wanted) > RECEIVERS:
        raise ApiError(40032, "too many receivers")
    users = list(dict.fromkeys(one for one in wanted if one in company.employees))
    if not users:
        raise ApiError(81013, "user & party & tag all invalid")
    return users, [one.lower() for one in wanted if one not in company.employees]


def _card(company: Company, key: str, users: list[str], card: Json) -> Json:
    company.cards[key or company.new_id("card")] = Card(key, users, card, sent_at=company.clock())
    interactive = card["card_type"] in cards.INTERACTIVE
    return {"response_code": company.new_response_code(key)} if interactive else {}


def _content(company: Company, body: Json) -> tuple[str, str]:
    kind = str(body.get("msgtype"))
    reader = CONTENTS.get(kind)
    part = body.get(kind)
    if reader is None:
        raise ApiError(40008, "invalid message type")
    if not isinstance(part, dict):
        raise ApiError(40063, f"{kind} is empty")
    return reader(company, part)


def _text(company: Company, part: Json) -> tuple[str, str]:
    del company
    text = str(part.get("content") or "")
    if not text:
        raise ApiError(44004, "empty content")
    return text.encode()[:TEXT].decode(errors="ignore"), ""


def _markdown(company: Company, part: Json) -> tuple[str, str]:
    del company
    text = str(part.get("content") or "")
    if not 0 < size(text) <= TEXT:
        raise ApiError(45002 if text else 44004, "content size")
    return text, ""


def _textcard(company: Company, part: Json) -> tuple[str, str]:
    del company
    limited(part, {"title": 128, "description": 512, "url": 2048}, ("title", "description", "url"))
    return f"{part['title']}\n{part['description']}", ""


def _news(company: Company, part: Json) -> tuple[str, str]:
    del company
    articles = part.get("articles") or []
    if not 1 <= len(articles) <= 8:
        raise ApiError(45008, "articles out of limit")
    for one in articles:
        limited(one, {"title": 128, "description": 512}, ("title",))
    return "\n".join(str(one["title"]) for one in articles), ""


def _media(company: Company, part: Json) -> tuple[str, str]:
    media_id = str(part.get("media_id") or "")
    if not media_id:
        raise ApiError(41006, "media_id missing")
    found = company.media.get(media_id)
    if found is None or found[3] <= company.clock():
        raise ApiError(40007, "invalid media_id")
    return f"[{found[0]}] {found[1]}", ""


def _template_card(company: Company, part: Json) -> tuple[str, str]:
    del company
    cards.check(part)
    return cards.words(part), str(part.get("task_id", ""))


CONTENTS = {
    "text": _text,
    "markdown": _markdown,
    "textcard": _textcard,
    "news": _news,
    "template_card": _template_card,
    "image": _media,
    "voice": _media,
    "video": _media,
    "file": _media,
}


def _duplicate(company: Company, body: Json) -> bool:
    """Content and receivers alike within the interval (default 1,800 s, at most 14,400)."""
    if not body.get("enable_duplicate_check"):
        return False
    now = company.clock()
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    if company.sent_hashes.get(digest, 0.0) > now:
        return True
    company.sent_hashes[digest] = now + min(LONGEST_CHECK, int(body.get("duplicate_check_interval") or 1800))
    return False


def _too_many(company: Company, user: str, now: float) -> bool:
    times = company.sent_to[user]
    while times and times[0] <= now - 3600:
        times.popleft()
    minute, hour = company.switches.per_person_minute, company.switches.per_person_hour
    if len(times) >= hour or (len(times) >= minute and times[-minute] > now - 60):
        company.calls["dropped_silently"] += 1
        return True
    times.append(now)
    return False


def recall(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Take back within 24 hours; what was read stays in the books."""
    del query
    sent_at = company.sent_ids.get(str(body.get("msgid")))
    if sent_at is None:
        raise ApiError(40058, "invalid msgid")
    if company.clock() - sent_at > RECALL:
        raise ApiError(42052, "message is older than 24 hours")
    return {}
