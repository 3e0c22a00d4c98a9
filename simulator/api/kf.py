"""kf/sync_msg, send_msg, send_msg_on_event (docs 94670, 94677, 94669)."""

import re
from collections.abc import Mapping
from typing import Any

from simulator.api.content import limited
from simulator.api.kf_sessions import ended_by_time, log_event
from simulator.books import Entry
from simulator.company import ApiError, Company
from simulator.state import Json

WINDOW, ANSWERS = 48 * 3600, 5
HISTORY = 3 * 24 * 3600
PAGE = 1000
MSGID = re.compile(r"[0-9a-zA-Z_-]{1,32}")
ITEMS: dict[str, dict[str, int]] = {
    "click": {"id": 128, "content": 128},
    "view": {"url": 2048, "content": 1024},
    "miniprogram": {"appid": 32, "pagepath": 1024, "content": 1024},
    "text": {"content": 256},
}
"""Menu entry -> bytes its fields may have."""
REJECTED = 10
"""msg_send_fail.fail_type: the customer rejects messages."""


def of_account(company: Company, open_kfid: object) -> None:
    """ApiError unless it is our account."""
    if open_kfid != company.kf_account:
        raise ApiError(95004 if open_kfid else 95000, "invalid open_kfid")


def sync(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """Items after the cursor, of the last three days; own send_msg are not among them."""
    del query
    of_account(company, body.get("open_kfid"))
    _check_token(company, str(body.get("token") or ""))
    given = str(body.get("cursor") or "")
    if company.switches.empty_pages and not given.endswith("-e"):
        return {"next_cursor": f"{given}-e", "has_more": 1, "msg_list": []}
    start = company.position("kf", given.removesuffix("-e"))
    limit = min(int(body.get("limit") or PAGE), PAGE, company.switches.kf_page)
    oldest = company.clock() - HISTORY
    while start < len(company.kf_log) and company.kf_log[start]["send_time"] < oldest:
        start += 1
    end = min(len(company.kf_log), start + max(1, limit))
    page = company.kf_log[start:end]
    return {
        "next_cursor": company.cursor("kf", end),
        "has_more": int(end < len(company.kf_log)),
        "msg_list": page,
    }


def _check_token(company: Company, token: str) -> None:
    """A doorbell's token lives ten minutes; without one the limit is strict."""
    now = company.clock()
    if token:
        if company.kf_tokens.get(token, 0.0) <= now:
            raise ApiError(95007, "invalid msgtoken")
        return
    began, count = company.windows.get("kf_tokenless", (now, 0))
    began, count = (now, 0) if now - began >= company.switches.window else (began, count)
    if count >= company.switches.tokenless_syncs:
        raise ApiError(45009, "api freq out of limit")
    company.windows["kf_tokenless"] = (began, count + 1)


def send(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """At most five within 48 hours of the customer's last word, in state 0 or 1, each msgid once."""
    del query
    of_account(company, body.get("open_kfid"))
    to = str(body.get("touser"))
    if to not in company.customers:
        raise ApiError(40096, "invalid external userid")
    msgid = _fresh_msgid(company, body)
    session = company.kf_sessions[to]
    if company.clock() - session.said_at > WINDOW:
        raise ApiError(95002, "send msg time limit exceeded")
    ended_by_time(session, company.clock())
    if session.state not in (0, 1):
        raise ApiError(95018, "session status forbids sending")
    if session.answers >= ANSWERS:
        raise ApiError(95001, "send msg count limit exceeded")
    text = said(company, body)
    session.answers += 1
    company.kf_msgids.add(msgid)
    if to in company.kf_rejecting:
        log_event(company, "msg_send_fail", to, fail_msgid=msgid, fail_type=REJECTED)
    else:
        _deliver(company, "kf", to, text, msgid, body)
    return {"msgid": msgid}


def _fresh_msgid(company: Company, body: Json) -> str:
    msgid = str(body.get("msgid") or company.new_id("kfmsg"))
    if not MSGID.fullmatch(msgid):
        raise ApiError(40058, "invalid msgid")
    if msgid in company.kf_msgids:
        raise ApiError(company.corp.duplicate_msgid_code, "msgid exist")
    return msgid


def _deliver(company: Company, kind: str, to: str, text: str, msgid: str, body: Json) -> None:
    path = "kf/send_msg" if kind == "kf" else "kf/send_msg_on_event"
    part = {"msgtype": body["msgtype"], body["msgtype"]: body[body["msgtype"]]}
    company.books.write(Entry(company.clock(), kind, to, text, msgid, by=company.kf_account, path=path, body=part))


def said(company: Company, body: Json) -> str:
    """The words of a message; its limits are WeCom's."""
    kind = str(body.get("msgtype"))
    part = body.get(kind)
    if kind not in KINDS:
        raise ApiError(40008, "invalid msgtype")
    if not isinstance(part, dict):
        raise ApiError(40063, f"{kind} is empty")
    return KINDS[kind](company, part)


def _text(company: Company, part: Json) -> str:
    del company
    if not part.get("content"):
        raise ApiError(44004, "empty content")
    limited(part, {"content": 2048})
    return str(part["content"])


def _menu(company: Company, part: Json) -> str:
    del company
    entries = part.get("list") or []
    if len(entries) > 10:
        raise ApiError(95008, "too many menu items")
    lines = [str(part.get("head_content") or "")]
    limited(part, {"head_content": 1024, "tail_content": 1024})
    for one in entries:
        kind = str(one.get("type"))
        if kind not in ITEMS:
            raise ApiError(95009, "invalid menu item type")
        limited(one.get(kind) or {}, ITEMS[kind], ("content",))
        lines.append(f"· {one[kind]['content']}")
    lines.append(str(part.get("tail_content") or ""))
    return "\n".join(line for line in lines if line)


def _link(company: Company, part: Json) -> str:
    del company
    limited(part, {"title": 128, "desc": 512, "url": 2048}, ("title", "url", "thumb_media_id"))
    return f"[link] {part['title']}"


def _media(company: Company, part: Json) -> str:
    found = company.media.get(str(part.get("media_id")))
    if found is None or found[3] <= company.clock():
        raise ApiError(40007, "invalid media_id")
    return f"[{found[0]}] {found[1]}"


def _named(company: Company, part: Json) -> str:
    del company
    return str(part.get("title") or part.get("name") or part.get("userid") or part.get("link_url") or "")


KINDS = {
    "text": _text,
    "msgmenu": _menu,
    "link": _link,
    "image": _media,
    "voice": _media,
    "video": _media,
    "file": _media,
    "miniprogram": _named,
    "location": _named,
    "business_card": _named,
    "ca_link": _named,
}


def send_on_event(company: Company, query: Mapping[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """On a code: once, while it lives, while the session is in the state that gave it."""
    del query
    code = str(body.get("code"))
    found = company.kf_codes.get(code)
    # Its errcode for a dead code is not in the sheets; 40058 stands for it.
    if found is None or found.until <= company.clock():
        raise ApiError(40058, "invalid code")
    session = company.kf_sessions[found.customer]
    if found.state is not None and session.state != found.state:
        raise ApiError(95018, "session status forbids sending")
    if body.get("msgtype") not in found.types:
        raise ApiError(40008, "invalid msgtype")
    msgid = _fresh_msgid(company, body)
    text = said(company, body)
    del company.kf_codes[code]
    company.kf_msgids.add(msgid)
    session.greeted_at = company.clock() if found.state is None else session.greeted_at
    _deliver(company, "kf_welcome" if found.state is None else "kf_notice", found.customer, text, msgid, body)
    return {"msgid": msgid}
