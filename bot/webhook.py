"""The door WeCom knocks on: verify, open, store, acknowledge. A small WSGI application in front of Flask.

Every failure of verification has one face (403, same body) and is counted; only then is anything parsed. A callback is
acknowledged with an empty 200 after its row is durable, and answered later by an active send (docs 90238, 90930);
only the smart robot gets the beginning of a streamed answer at once (doc 101031).
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from bot.group_commit import GroupCommit, NotStored
from bot.inbox import Arrival
from bot.streams import OPENS, Reply, Streams
from gateways.wecom.codec import BadCallback, Codec, xml_fields

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Read = tuple[Arrival | None, bytes]
"""What came in, if anything is to be kept of it, and what is said at once."""
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

MAX_BODY = 256 * 1024
AHEAD = 300
OLDEST = 24 * 3600
"""Seconds: WeCom redelivers within a minute, the spool bridges hours; keys are kept longer than this, so nothing older
can be replayed into effect (reliability 3.2: a signature alone does not bind timestamp and nonce)."""

PRIORITY = {
    "change_external_contact/add_external_contact": 0,
    "change_external_contact/add_half_external_contact": 0,
    "template_card_event": 0,
    "template_card_menu_event": 0,
    "kf_msg_or_event": 1,
    "msgaudit_notify": 3,
}
"""What cannot wait; everything else is 4."""


class Door:
    """`/wecom/callback` (XML) and `/wecom/aibot` (JSON); all other paths go on to `inner`."""

    def __init__(
        self, inner: Wsgi, codec: Codec, aibot: Codec | None, store: GroupCommit, clock: Callable[[], datetime],
        streams: Streams,
    ) -> None:  # fmt: skip
        self._inner = inner
        self._codec = codec
        self._aibot = aibot
        self._store = store
        self._clock = clock
        self._streams = streams
        self.counts: Counter[str] = Counter()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        path = environ.get("PATH_INFO", "")
        if path == "/wecom/callback":
            return self._answer(environ, start_response, self._codec, self._xml)
        if path == "/wecom/aibot" and self._aibot is not None:
            return self._answer(environ, start_response, self._aibot, self._json)
        return self._inner(environ, start_response)

    def _answer(
        self, environ: Environ, start: StartResponse, codec: Codec, read: Callable[..., Read]
    ) -> Iterable[bytes]:
        now = self._clock()
        try:
            query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True, max_num_fields=20))
            if environ.get("REQUEST_METHOD") == "GET":
                return _reply(start, "200 OK", codec.open_echo(query, now.timestamp()))
            arrival, said = read(codec, query, _body(environ), now)
            if arrival is not None:
                self._store.put(arrival)
        except BadCallback as error:
            # Counted apart: an administrator saving a wrong address is not a forged callback.
            self.counts[("echo_" if environ.get("REQUEST_METHOD") == "GET" else "") + error.reason] += 1
            refused = "413 Payload Too Large" if error.reason == "size" else "403 Forbidden"
            return _reply(start, refused, b"refused")
        except ValueError:
            self.counts["params"] += 1
            return _reply(start, "403 Forbidden", b"refused")
        except NotStored:
            self.counts["not_stored"] += 1
            return _reply(start, "503 Service Unavailable", b"not stored")
        self.counts["accepted"] += 1
        return _reply(start, "200 OK", said)

    def _xml(self, codec: Codec, query: Mapping[str, str], body: bytes, now: datetime) -> Read:
        plain = codec.open_xml(query, body, now.timestamp())
        fields = xml_fields(plain)
        _fresh(fields.get("CreateTime"), now)
        kind = _kind(fields)
        arrival = Arrival(
            key=_key(fields, plain), source="wecom", kind=kind[:64], lane=_lane(fields), priority=PRIORITY.get(kind, 4),
            body=json.dumps(fields, ensure_ascii=False), received_at=now,
        )  # fmt: skip
        return arrival, b""

    def _json(self, codec: Codec, query: Mapping[str, str], body: bytes, now: datetime) -> Read:
        plain = codec.open_json(query, body, now.timestamp())
        fields = _json_object(plain)
        _fresh(fields.get("create_time"), now)
        kind = str(fields.get("msgtype", ""))[:64]
        if kind == "stream":
            return None, self._sealed(codec, query, now, self._streams.poll(_stream_id(fields)))
        speaker = fields.get("from")
        who = speaker.get("userid", "") if isinstance(speaker, dict) else ""
        msgid = fields.get("msgid")
        key = f"ai:{msgid}"[:80] if isinstance(msgid, str) and msgid else _digest(plain)
        arrival = Arrival(
            key=key, source="aibot", kind=kind, lane=f"to:{who}"[:160], priority=2,
            body=json.dumps(fields, ensure_ascii=False), received_at=now,
        )  # fmt: skip
        opens = kind in OPENS and isinstance(msgid, str) and msgid
        return arrival, self._sealed(codec, query, now, self._streams.opening(str(msgid))) if opens else b""

    def _sealed(self, codec: Codec, query: Mapping[str, str], now: datetime, said: Reply) -> bytes:
        """A passive answer: its nonce is the one of the URL (doc 101033)."""
        plain = json.dumps(said, ensure_ascii=False).encode()
        return codec.seal_json(plain, int(now.timestamp()), query.get("nonce", ""))


def _stream_id(fields: Mapping[str, object]) -> str:
    stream = fields.get("stream")
    found = stream.get("id") if isinstance(stream, dict) else None
    if not isinstance(found, str) or not found:
        raise BadCallback("json")
    return found


def _body(environ: Environ) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if not 0 < length <= MAX_BODY:
        raise BadCallback("size" if length > MAX_BODY else "params")
    body: bytes = environ["wsgi.input"].read(length)
    return body


def _reply(start: StartResponse, status: str, body: bytes) -> Iterable[bytes]:
    start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))])
    return [body]


def _fresh(created: object, now: datetime) -> None:
    """Refuse what was made too long ago or in the future by its own (encrypted) stamp; WeCom omits it at times."""
    if not isinstance(created, (str, int)) or created == "":
        return
    text = str(created)
    if not re.fullmatch(r"[0-9]{1,10}", text) or not -AHEAD <= now.timestamp() - int(text) <= OLDEST:
        raise BadCallback("stale")


def _kind(fields: Mapping[str, object]) -> str:
    event, change = fields.get("Event"), fields.get("ChangeType")
    if not isinstance(event, str):
        return str(fields.get("MsgType", ""))
    return f"{event}/{change}" if isinstance(change, str) and change else event


def _key(fields: Mapping[str, object], plain: bytes) -> str:
    """MsgId where there is one, else the hash of the whole plaintext: FromUserName+CreateTime drops real events."""
    msgid, agent = fields.get("MsgId"), fields.get("AgentID", "")
    return f"app:{agent}:{msgid}"[:80] if isinstance(msgid, str) and msgid else _digest(plain)


def _digest(plain: bytes) -> str:
    return f"cb:{hashlib.sha256(plain).hexdigest()}"


def _lane(fields: Mapping[str, object]) -> str:
    """Whom it is about: happenings of one contact or one group keep their order."""
    for name, prefix in (
        ("ExternalUserID", "to"),
        ("ChatId", "chat"),
        ("OpenKfId", "kf"),
        ("TaskId", "card"),
        ("UserID", "user"),
    ):
        value = fields.get(name)
        if isinstance(value, str) and value:
            return f"{prefix}:{value}"[:160]
    who = fields.get("FromUserName")
    return f"from:{who if isinstance(who, str) else ''}:{_kind(fields)}"[:160]


def _json_object(plain: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(plain)
    except (ValueError, RecursionError):
        raise BadCallback("json") from None
    if not isinstance(fields, dict):
        raise BadCallback("json")
    return fields
