"""WeCom's callback encryption (docs 90968, 101033): verify first, then open; every bad input is one BadCallback.

Own code over `cryptography`: wechatpy's codec accepts forged padding, any timestamp and an empty token, and compares
signatures with `!=` (measured). wechatpy and Tencent's @wecom/crypto are the oracles in the tests.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import string
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MAX_BODY = 256 * 1024
MAX_NODES = 2000
MAX_DEPTH = 8
BLOCK = 32
"""WeCom pads to 32 bytes, not to AES's 16."""
LETTERS = frozenset(string.ascii_letters + string.digits)
NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ENVELOPE = re.compile(rb"<Encrypt>\s*<!\[CDATA\[([A-Za-z0-9+/=]+)\]\]>\s*</Encrypt>")


class BadCallback(Exception):
    """Not from WeCom, not for us, too old, or broken. `reason` is a short word for the counters, not shown outside."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CallbackKey:
    """Token, AES key and receive id of one door. ValueError says what is wrong without showing it."""

    def __init__(self, token: str, aes_key: str, receive_id: str) -> None:
        if not (3 <= len(token) <= 32 and set(token) <= LETTERS):
            raise ValueError("Token 须为 3–32 位字母或数字，请与企业微信后台“接收消息”设置一致")
        if not (len(aes_key) == 43 and set(aes_key) <= LETTERS):
            raise ValueError("EncodingAESKey 须为 43 位字母或数字，请从企业微信后台原样复制")
        self.token = token
        self.receive_id = receive_id.encode()
        key = base64.b64decode(aes_key + "=")
        self.cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16]))

    def sign(self, timestamp: str, nonce: str, sealed: str) -> str:
        """SHA-1 over the four sorted texts: WeCom's scheme, the token being the only secret in it."""
        joined = "".join(sorted((self.token, timestamp, nonce, sealed)))
        return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()

    def open(self, sealed: str) -> bytes:
        """The message in base64 ciphertext. BadCallback for base64, length, padding or receiver."""
        try:
            raw = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError):
            raise BadCallback("base64") from None
        if not raw or len(raw) % 16:
            raise BadCallback("length")
        decryptor = self.cipher.decryptor()
        plain = decryptor.update(raw) + decryptor.finalize()
        pad = plain[-1]
        if not 1 <= pad <= BLOCK or plain[-pad:] != bytes([pad]) * pad:
            raise BadCallback("padding")
        size = int.from_bytes(plain[16:20], "big")
        if len(plain) < 20 + pad or size > len(plain) - 20 - pad:
            raise BadCallback("length")
        if not hmac.compare_digest(plain[20 + size : len(plain) - pad], self.receive_id):
            raise BadCallback("receiver")
        return plain[20 : 20 + size]

    def seal(self, message: bytes, prefix: bytes) -> str:
        """Base64 ciphertext of a message behind 16 random bytes."""
        plain = prefix + len(message).to_bytes(4, "big") + message + self.receive_id
        pad = BLOCK - len(plain) % BLOCK
        encryptor = self.cipher.encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


class Codec:
    """Opens and seals callbacks. Several keys bridge a rotation; the first one seals."""

    def __init__(self, keys: Sequence[CallbackKey], max_age: int = 300) -> None:
        if not keys:
            raise ValueError("a codec needs a key")
        self._keys = tuple(keys)
        self._max_age = max_age

    def open_xml(self, query: Mapping[str, str], body: bytes, now: float) -> bytes:
        """The plaintext of an XML callback."""
        return self._open(query, _from_xml(body), now)

    def open_json(self, query: Mapping[str, str], body: bytes, now: float) -> bytes:
        """The plaintext of a JSON (aibot) callback."""
        return self._open(query, _from_json(body), now)

    def open_echo(self, query: Mapping[str, str], now: float) -> bytes:
        """The answer to URL verification; an unescaped `+` arrives as a space (doc 90930)."""
        return self._open(query, query.get("echostr", "").replace(" ", "+"), now)

    def seal_xml(self, plaintext: bytes, timestamp: int, nonce: str, prefix: bytes | None = None) -> bytes:
        """An encrypted passive reply in XML."""
        sealed, signature = self._seal(plaintext, timestamp, nonce, prefix)
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        ).encode()

    def seal_json(self, plaintext: bytes, timestamp: int, nonce: str, prefix: bytes | None = None) -> bytes:
        """An encrypted passive reply in JSON; the nonce must be the one of the URL (doc 101033)."""
        sealed, signature = self._seal(plaintext, timestamp, nonce, prefix)
        return json.dumps(
            {"encrypt": sealed, "msgsignature": signature, "timestamp": timestamp, "nonce": nonce}
        ).encode()

    def echo_query(self, plaintext: bytes, timestamp: int) -> dict[str, str]:
        """The query of a URL verification as WeCom sends it: for asking our own door (doctor)."""
        sealed, signature = self._seal(plaintext, timestamp, "doctor", None)
        return {"msg_signature": signature, "timestamp": str(timestamp), "nonce": "doctor", "echostr": sealed}

    def _open(self, query: Mapping[str, str], sealed: str, now: float) -> bytes:
        signature, timestamp, nonce = (query.get(name, "") for name in ("msg_signature", "timestamp", "nonce"))
        if not (signature and timestamp and nonce and sealed) or not (nonce.isascii() and sealed.isascii()):
            raise BadCallback("params")
        # Exactly ten ASCII digits: the signature does not see where timestamp ends and nonce begins.
        if len(timestamp) != 10 or not (timestamp.isascii() and timestamp.isdigit()):
            raise BadCallback("stale")
        if abs(now - int(timestamp)) > self._max_age:
            raise BadCallback("stale")
        for key in self._keys:
            expected = key.sign(timestamp, nonce, sealed)
            if hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
                return key.open(sealed)
        raise BadCallback("signature")

    def _seal(self, plaintext: bytes, timestamp: int, nonce: str, prefix: bytes | None) -> tuple[str, str]:
        key = self._keys[0]
        sealed = key.seal(plaintext, prefix or os.urandom(16))
        return sealed, key.sign(str(timestamp), nonce, sealed)


def _from_xml(body: bytes) -> str:
    if len(body) > MAX_BODY:
        raise BadCallback("size")
    found = ENVELOPE.findall(body)
    if len(found) == 1 and b"<!DOCTYPE" not in body:
        return str(found[0], "ascii")
    value = xml_fields(body).get("Encrypt")
    if not isinstance(value, str):
        raise BadCallback("params")
    return value


def _from_json(body: bytes) -> str:
    if len(body) > MAX_BODY:
        raise BadCallback("size")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadCallback("json") from None
    value = data.get("encrypt") if isinstance(data, dict) else None
    if not isinstance(value, str):
        raise BadCallback("params")
    return value


def xml_fields(plaintext: bytes) -> dict[str, object]:
    """Fields of an XML message: leaves as text, nested as dict, repeated as list. Bounded in size, depth and nodes."""
    if len(plaintext) > MAX_BODY:
        raise BadCallback("size")
    bare = _without_cdata(plaintext)
    if b"<!" in bare or b"<?" in bare.removeprefix(b"<?xml "):
        raise BadCallback("doctype")
    if b"\x00" in plaintext or bare.count(b"<") > 2 * MAX_NODES:
        raise BadCallback("xml")
    try:
        root = ET.fromstring(plaintext.decode("utf-8"))  # noqa: S314 DOCTYPE refused above: no entities can be declared
    except (ET.ParseError, ValueError):
        raise BadCallback("xml") from None
    fields = _fields(root, 1)
    if not isinstance(fields, dict):
        raise BadCallback("xml")
    return fields


def _without_cdata(plaintext: bytes) -> bytes:
    """The markup alone, since people may write `<!DOCTYPE html>`.

    In comments and instructions CDATA would not count; their beginnings stay behind and are refused.
    """
    first, *rest = plaintext.split(b"<![CDATA[")
    return first + b"".join(part.partition(b"]]>")[2] for part in rest)


def _fields(node: ET.Element, depth: int) -> dict[str, object] | str:
    if len(node) == 0:
        return node.text or ""
    if depth >= MAX_DEPTH:
        raise BadCallback("xml")
    fields: dict[str, object] = {}
    for child in node:
        value, known = _fields(child, depth + 1), fields.get(child.tag)
        if known is None:
            fields[child.tag] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            fields[child.tag] = [known, value]
    return fields


def cdata(text: str) -> str:
    """Text in CDATA, without what XML cannot hold; a `]]>` is split, or it would end the section (wechatpy's does)."""
    return "<![CDATA[" + NOT_XML.sub("", text).replace("]]>", "]]]]><![CDATA[>") + "]]>"


def render_xml(fields: Mapping[str, object]) -> bytes:
    """An XML message from fields: texts as CDATA, numbers bare, mappings nested. Tags come from code, not people."""
    return f"<xml>{_rendered(fields)}</xml>".encode()


def _rendered(fields: Mapping[str, object]) -> str:
    parts = []
    for name, value in fields.items():
        inner = (
            _rendered(value)
            if isinstance(value, Mapping)
            else escape(str(value))
            if isinstance(value, int)
            else cdata(str(value))
        )
        parts.append(f"<{name}>{inner}</{name}>")
    return "".join(parts)
