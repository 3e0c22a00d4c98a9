"""What WeCom does with passive replies: checks the envelope, then shows them (docs 90241, 101031)."""

import json
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Any

from simulator import codec
from simulator.api import cards
from simulator.books import Entry
from simulator.company import Company
from simulator.state import Json, Stream

TEXT = 2048
STREAM_LIFE = 360
"""Seconds a streamed answer may take."""
LISTS = frozenset({"horizontal_content_list", "jump_list", "button_list", "select_list", "action_list", "option_list"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The callback a reply answers."""

    robot: bool
    nonce: str
    plain: bytes


def apply(company: Company, asked: Asked, body: bytes) -> None:
    """Show the reply. ValueError for bad envelope, signature, receiver, nonce or type."""
    corp = company.corp
    reply = codec.reply_of(body, robot=asked.robot)
    token, key = (corp.aibot_token, corp.aibot_aes_key) if asked.robot else (corp.token, corp.aes_key)
    if codec.signature(token, reply.timestamp, reply.nonce, reply.encrypted) != reply.signature:
        raise ValueError("reply signature")
    if asked.robot and reply.nonce != asked.nonce:
        raise ValueError("reply nonce is not the one of the URL")
    message, receiver = codec.opened(key, reply.encrypted)
    if receiver != ("" if asked.robot else corp.corp_id):
        raise ValueError("reply receiver")
    with company.lock:
        if asked.robot:
            _robot(company, json.loads(asked.plain), json.loads(message))
        else:
            _app(company, _fields(asked.plain), _fields(message))


def _fields(message: bytes) -> Json:
    try:
        found = _value(ET.fromstring(message))  # noqa: S314 from this machine, the simulator's own or the product's
    except ET.ParseError:
        raise ValueError("not XML") from None
    return found if isinstance(found, dict) else {}


def _value(node: ET.Element) -> Any:
    """Leaves as text, parts as dict with snake_case names, the card's lists always as lists."""
    if len(node) == 0:
        return node.text or ""
    found: Json = {}
    for child in node:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", child.tag).lower()
        if name in LISTS:
            found.setdefault(name, []).append(_value(child))
        else:
            found[name] = _value(child)
    return found


def _app(company: Company, event: Json, reply: Json) -> None:
    user, kind = str(event.get("from_user_name")), str(reply.get("msg_type"))
    now = company.clock()
    if kind == "text":
        text = str(reply.get("content", "")).encode()[:TEXT].decode(errors="ignore")
        company.books.write(Entry(now, "passive", user, text, str(event.get("msg_id", "")), path="passive"))
        return
    card = company.cards.get(str(event.get("task_id")))
    if card is None or kind not in ("update_button", "update_template_card"):
        raise ValueError(f"passive reply {kind} does not fit the event")
    if kind == "update_button":
        cards.change(company, card, [user], {"button": reply.get("button") or {}})
        return
    new = dict(reply.get("template_card") or {})
    card.shown[user] = new
    card.updates.append(cards.words(new))
    company.books.write(Entry(now, "card_update", user, cards.words(new), card.task_id, path="passive"))


def _robot(company: Company, asked: Json, reply: Json) -> None:
    user, kind = company.userid(str(asked["from"]["userid"])), str(reply.get("msgtype") or reply.get("response_type"))
    if kind in ("stream", "stream_with_template_card"):
        _stream(company, user, asked, reply)
    elif kind == "text" and asked.get("msgtype") == "event":
        _write(company, user, str((reply.get("text") or {}).get("content", "")), asked)
    elif kind in ("template_card", "update_template_card"):
        _write(company, user, cards.words(reply.get("template_card") or {}), asked)
    else:
        raise ValueError(f"robot reply {kind} does not fit the message")


def _stream(company: Company, user: str, asked: Json, reply: Json) -> None:
    stream = reply["stream"]
    stream_id = str(stream["id"])
    if stream.get("finish"):
        company.streams.pop(stream_id, None)
        _write(company, user, str(stream.get("content", "")), asked)
        return
    known = company.streams.get(stream_id)
    until = known.until if known else company.clock() + STREAM_LIFE
    company.streams[stream_id] = Stream(user, known.plain if known else asked, until)


def _write(company: Company, user: str, text: str, asked: Json) -> None:
    key = str((asked.get("stream") or {}).get("id") or asked.get("msgid", ""))
    company.books.write(Entry(company.clock(), "aibot", user, text, key, path="passive"))
