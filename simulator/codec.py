"""WeCom's side of the callback encryption (docs 90968, 101033), written apart from the product's."""

import base64
import hashlib
import json
import os
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def sealed(aes_key: str, message: bytes, receive_id: str, prefix: bytes = b"") -> str:
    """Base64 of AES-256-CBC over random16 + length + message + receiver, padded to 32."""
    plain = (prefix or os.urandom(16)) + len(message).to_bytes(4, "big") + message + receive_id.encode()
    pad = 32 - len(plain) % 32
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def opened(aes_key: str, encrypted: str) -> tuple[bytes, str]:
    """(message, receiver) of a passive reply. ValueError when it cannot be read."""
    raw = base64.b64decode(encrypted, validate=True)
    if not raw or len(raw) % 16:
        raise ValueError("ciphertext length")
    decryptor = _cipher(aes_key).decryptor()
    plain = decryptor.update(raw) + decryptor.finalize()
    pad, size = plain[-1], int.from_bytes(plain[16:20], "big")
    if not 1 <= pad <= 32 or 20 + size > len(plain) - pad:
        raise ValueError("padding or length")
    return plain[20 : 20 + size], plain[20 + size : len(plain) - pad].decode()


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    key = base64.b64decode(aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def signature(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """SHA-1 of the sorted four."""
    joined = "".join(sorted((token, timestamp, nonce, encrypted)))
    return hashlib.sha1(joined.encode(), usedforsecurity=False).hexdigest()


def xml_body(corp_id: str, agent_id: int, encrypted: str) -> bytes:
    """The envelope of app, contact and KF callbacks."""
    return (
        f"<xml><ToUserName><![CDATA[{corp_id}]]></ToUserName><AgentID><![CDATA[{agent_id}]]></AgentID>"
        f"<Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    ).encode()


def json_body(encrypted: str) -> bytes:
    """The envelope of robot callbacks."""
    return json.dumps({"encrypt": encrypted}).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A passive reply's envelope."""

    encrypted: str
    signature: str
    timestamp: str
    nonce: str


def reply_of(body: bytes, *, robot: bool) -> Sealed:
    """The envelope of a passive reply, XML or (robot) JSON. ValueError when it is neither."""
    if robot:
        data = json.loads(body)
        values = [str(data.get(name, "")) for name in ("encrypt", "msgsignature", "timestamp", "nonce")]
    else:
        try:
            root = ET.fromstring(body)  # noqa: S314 from the product under test, on this machine
        except ET.ParseError:
            raise ValueError("reply is not XML") from None
        values = [root.findtext(name, "") for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")]
    return Sealed(encrypted=values[0], signature=values[1], timestamp=values[2], nonce=values[3])
