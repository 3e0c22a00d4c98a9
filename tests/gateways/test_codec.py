"""The callback codec: known vectors, wechatpy as oracle, and everything that must be refused."""

import ast
import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from wechatpy.work.crypto import WeChatCrypto

from gateways.wecom.codec import BadCallback, CallbackKey, Codec, xml_fields
from tests.gateways.test_xml import XML_TEXT

TOKEN, AES_KEY, CORP = "simTok2026", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "ww0000000000000001"
NOW, NONCE, PREFIX = 1_767_225_600, "n0nce01", b"0123456789abcdef"
ROBOT = (
    b'{"msgid":"m1","aibotid":"b1","chattype":"single","from":{"userid":"advisor01"},"msgtype":"text",'
    b'"text":{"content":"hi"}}'
)
VECTORS = [
    (
        b"4561237890123456789",
        CORP,
        "4j/AuRx71kQlxVlzbpsMWDGWx/swTiTmT4IaKPV5bFpBSMBvsy/4yiZj1tqHGIuhcTd4GCKvhPHnjgxMB9TlBg==",
        "7f4c7ca642ab3b18fd77c658e00ba5a975c45761",
    ),
    (
        ROBOT,
        "",
        (
            "4j/AuRx71kQlxVlzbpsMWNtd7U9LKZ9wXQx+UOKYDShFDSHKmUoYE907P+I1LfX1JYvqrupH8MXezxrDK+8RVirHLWRCvyDcINyV2FEJwoEQ"
            "R1DrGiVr+qOd/eVt66IZkOqjXUo/nPqTp2qNAulYk45RBYrkzs2MtqUg2QcbntUIydaOQyY5aiyFmjGtEdGaPgFIL7PqUvfQRsFVZjjltQ=="
        ),
        "eb574c56492a3260b77e95188e596c0b1acd3bae",
    ),
    (
        b"abcdefghijkl",
        "",
        "4j/AuRx71kQlxVlzbpsMWA10fK8ua0WrKjJ+Is7z1j4wVN6iqhisneu9dC5Kc0yVPDEOKLmXVaCW59JnP7s2Tg==",
        "3f21538f93773598a51d66352c4b2083c9d5ee30",
    ),
]
KEY = CallbackKey(TOKEN, AES_KEY, CORP)
CODEC = Codec([KEY])


def query(sealed: str, key: CallbackKey = KEY, **changed: str) -> dict[str, str]:
    """A well signed query, then changed."""
    timestamp, nonce = changed.get("timestamp", str(NOW)), changed.get("nonce", NONCE)
    good = {"msg_signature": key.sign(timestamp, nonce, sealed), "timestamp": timestamp, "nonce": nonce}
    return {**good, "echostr": sealed, **changed}


def envelope(sealed: str) -> bytes:
    return f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()


def of_blocks(plain: bytes) -> str:
    """Ciphertext of plaintext blocks as they are: no prefix, length or padding added."""
    encryptor = KEY.cipher.encryptor()
    return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()


def padded(plain: bytes, pad: int, value: int | None = None) -> str:
    return of_blocks(plain + bytes([pad if value is None else value]) * pad)


@pytest.mark.parametrize(("message", "receiver", "sealed", "signature"), VECTORS, ids=["echo", "robot", "full block"])
def test_known_messages_have_known_ciphertexts(message: bytes, receiver: str, sealed: str, signature: str) -> None:
    key = CallbackKey(TOKEN, AES_KEY, receiver)
    assert key.seal(message, PREFIX) == sealed
    assert key.sign(str(NOW), NONCE, sealed) == signature
    assert Codec([key]).open_echo(query(sealed, key, msg_signature=signature), NOW) == message


def test_an_echo_whose_plus_arrived_as_a_space_still_opens() -> None:
    sealed = next(s for s in (KEY.seal(bytes([n]), PREFIX) for n in range(256)) if "+" in s)
    arrived = {**query(sealed), "echostr": sealed.replace("+", " ")}
    assert len(CODEC.open_echo(arrived, NOW)) == 1


@given(message=XML_TEXT, receiver=st.sampled_from([CORP, "", "企业"]))
def test_wechatpy_opens_what_we_seal(message: str, receiver: str) -> None:
    key = CallbackKey(TOKEN, AES_KEY, receiver)
    reply = xml_fields(Codec([key]).seal_xml(message.encode(), NOW, NONCE))
    oracle = WeChatCrypto(TOKEN, AES_KEY, receiver)
    envelope = {"Encrypt": reply["Encrypt"]}
    assert oracle.decrypt_message(envelope, reply["MsgSignature"], reply["TimeStamp"], reply["Nonce"]) == message


@given(message=XML_TEXT, receiver=st.sampled_from([CORP, "", "企业"]))
def test_we_open_what_wechatpy_seals(message: str, receiver: str) -> None:
    reply = WeChatCrypto(TOKEN, AES_KEY, receiver).encrypt_message(message, NONCE, str(NOW)).encode()
    given_signature = str(xml_fields(reply)["MsgSignature"])
    codec = Codec([CallbackKey(TOKEN, AES_KEY, receiver)])
    arrived = {"msg_signature": given_signature, "timestamp": str(NOW), "nonce": NONCE}
    assert codec.open_xml(arrived, reply, NOW).decode() == message


@pytest.mark.parametrize("last", "AEIMQUYcgkosw048")
def test_a_key_whose_last_letter_carries_stray_bits_works_as_in_the_console(last: str) -> None:
    typed = AES_KEY[:-1] + last
    key = CallbackKey(TOKEN, typed, CORP)
    assert WeChatCrypto(TOKEN, typed, CORP).check_signature(*_checked(key, b"123")) == "123"


def _checked(key: CallbackKey, message: bytes) -> tuple[str, str, str, str]:
    sealed = key.seal(message, PREFIX)
    return key.sign(str(NOW), NONCE, sealed), str(NOW), NONCE, sealed


SEALED = KEY.seal(b"<xml/>", PREFIX)
BODY = PREFIX + (6).to_bytes(4, "big") + b"<xml/>" + CORP.encode()  # 44 bytes: 20 of padding
OTHERS = {
    "prefix of it": CORP[:-1], "suffix added": CORP + "1", "suffix alone": CORP[1:], "other": "ww0000000000000002",
    "empty": "", "case": CORP.upper(), "with a NUL": CORP + "\0",
}  # fmt: skip
BLOCKS = {
    "padding 0": (padded(BODY, 20, 0), "padding"),
    "padding 33": (padded(BODY + b"x" * 19, 33), "padding"),
    "padding of wrong bytes": (of_blocks(BODY + b"\x13" * 19 + b"\x14"), "padding"),
    "padding longer than all": (of_blocks(b"\x20" * 16), "padding"),
    "padding and nothing else": (of_blocks(b"\x20" * 32), "length"),
    "length field one too long": (padded(PREFIX + (25).to_bytes(4, "big") + BODY[20:], 20), "length"),
    "length field enormous": (padded(PREFIX + b"\xff" * 4 + BODY[20:], 20), "length"),
    "length field eats the receiver": (padded(PREFIX + (24).to_bytes(4, "big") + BODY[20:], 20), "receiver"),
    "length field zero": (padded(PREFIX + bytes(4) + BODY[20:], 20), "receiver"),
    "no whole block": (base64.b64encode(b"x" * 17).decode(), "length"),
    "base64 with a letter missing": (SEALED[:-3], "base64"),
    "base64 with a foreign letter": ("*" + SEALED[1:], "base64"),
    "base64 of the url alphabet": (SEALED.replace("/", "_"), "base64"),
    "base64 with a line break": (SEALED[:8] + "\n" + SEALED[8:], "base64"),
    **{
        f"receiver: {name}": (CallbackKey(TOKEN, AES_KEY, one).seal(b"<xml/>", PREFIX), "receiver")
        for name, one in OTHERS.items()
    },
}


@pytest.mark.parametrize(("sealed", "reason"), BLOCKS.values(), ids=BLOCKS)
def test_a_well_signed_but_broken_ciphertext_is_refused(sealed: str, reason: str) -> None:
    with pytest.raises(BadCallback) as refused:
        CODEC.open_echo(query(sealed), NOW)
    assert refused.value.reason == reason


def shifted(digits: int) -> dict[str, str]:
    """The same signature over other borders: digits moved from the nonce to the timestamp, or back."""
    joined = str(NOW + 12) + "2312345678"
    cut = 10 + digits
    good = query(SEALED, timestamp=joined[:10], nonce=joined[10:])
    assert KEY.sign(joined[:cut], joined[cut:], SEALED) == good["msg_signature"]
    return {**good, "timestamp": joined[:cut], "nonce": joined[cut:]}


SWAPPED = query(SEALED, nonce="1800000000") | {"timestamp": "1800000000", "nonce": str(NOW)}
QUERIES = {
    "forged signature": (query(SEALED, msg_signature="0" * 40), "signature"),
    "signature in capitals": (query(SEALED) | {"msg_signature": query(SEALED)["msg_signature"].upper()}, "signature"),
    "signature cut": (query(SEALED) | {"msg_signature": query(SEALED)["msg_signature"][:39]}, "signature"),
    "signature of another token": (query(SEALED, CallbackKey("simTok2027", AES_KEY, CORP)), "signature"),
    "signature not ASCII": (query(SEALED, msg_signature="签" * 40), "signature"),
    "signature of half a surrogate": (query(SEALED, msg_signature="\ud800"), "signature"),
    "no signature": (query(SEALED, msg_signature=""), "params"),
    "no timestamp": (query(SEALED) | {"timestamp": ""}, "params"),
    "no nonce": (query(SEALED) | {"nonce": ""}, "params"),
    "no ciphertext": (query(""), "params"),
    "nothing at all": ({}, "params"),
    "nonce not ASCII": (query(SEALED, nonce="随机"), "params"),
    "nonce of half a surrogate": (query(SEALED) | {"nonce": "\ud800"}, "params"),
    "five minutes and a second old": (query(SEALED, timestamp=str(NOW - 301)), "stale"),
    "five minutes and a second ahead": (query(SEALED, timestamp=str(NOW + 301)), "stale"),
    "a month old": (query(SEALED, timestamp=str(NOW - 30 * 86_400)), "stale"),
    "timestamp and nonce swapped": (SWAPPED, "stale"),
    "a digit shifted to the timestamp (11 digits)": (shifted(1), "stale"),
    "a digit shifted to the nonce (9 digits)": (shifted(-1), "stale"),
    "timestamp in full-width digits": (query(SEALED, timestamp="１７６７２２５６００"), "stale"),
    "timestamp in Arabic digits": (query(SEALED, timestamp="١٧٦٧٢٢٥٦٠٠"), "stale"),
    "timestamp with a sign": (query(SEALED, timestamp="+767225600"), "stale"),
    "timestamp with underscores": (query(SEALED, timestamp="1_76722560"), "stale"),
    "timestamp with a space": (query(SEALED, timestamp=" 767225600"), "stale"),
}


@pytest.mark.parametrize(("arrived", "reason"), QUERIES.values(), ids=QUERIES)
def test_a_bad_query_is_refused(arrived: dict[str, str], reason: str) -> None:
    with pytest.raises(BadCallback) as refused:
        CODEC.open_echo({"echostr": SEALED, **arrived} if arrived else {}, NOW)
    assert refused.value.reason == reason


def test_five_minutes_either_way_are_fresh_enough() -> None:
    for timestamp in (NOW - 300, NOW + 300):
        assert CODEC.open_echo(query(SEALED, timestamp=str(timestamp)), NOW) == b"<xml/>"


def test_the_signature_is_looked_at_before_the_ciphertext() -> None:
    with pytest.raises(BadCallback, match="signature"):
        CODEC.open_echo(query("not base64 at all", msg_signature="0" * 40), NOW)


def test_an_old_key_opens_during_a_rotation_and_the_new_one_seals() -> None:
    new = CallbackKey("newTok2027", "B" + AES_KEY[1:], CORP)
    both = Codec([new, KEY])
    assert both.open_echo(query(SEALED), NOW) == b"<xml/>"
    assert both.open_echo(query(new.seal(b"hi", PREFIX), new), NOW) == b"hi"
    reply = xml_fields(both.seal_xml(b"hi", NOW, NONCE))
    assert reply["MsgSignature"] == new.sign(str(NOW), NONCE, str(reply["Encrypt"]))


@given(message=st.binary(max_size=300))
def test_what_was_sealed_opens_to_the_same(message: bytes) -> None:
    sealed = KEY.seal(message, PREFIX)
    assert CODEC.open_xml(query(sealed), envelope(sealed), NOW) == message
    assert CODEC.open_json(query(sealed), f'{{"encrypt":"{sealed}"}}'.encode(), NOW) == message


@given(message=st.binary(max_size=60), at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_every_flipped_byte_of_the_ciphertext_is_refused(message: bytes, at: int, flip: int) -> None:
    sealed = bytearray(KEY.seal(message, PREFIX), "ascii")
    good = query(sealed.decode())
    sealed[at % len(sealed)] ^= flip
    assume(sealed.isascii())
    with pytest.raises(BadCallback):
        CODEC.open_echo({**good, "echostr": sealed.decode()}, NOW)


CALLS: dict[str, Callable[[bytes], object]] = {
    "fields": xml_fields,
    "xml": lambda raw: CODEC.open_xml(query(SEALED), raw, NOW),
    "json": lambda raw: CODEC.open_json(query(SEALED), raw, NOW),
    "echo": lambda raw: CODEC.open_echo(query(raw.decode("latin-1")), NOW),
    "key": lambda raw: KEY.open(raw.decode("latin-1")),
    "blocks": lambda raw: KEY.open(of_blocks(raw[: len(raw) // 16 * 16])),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@given(raw=st.binary(max_size=200))
@example(raw=b"<xml><Encrypt>\xe4\xb8\xad</Encrypt></xml>")
@example(raw=b'{"encrypt":"\\ud800"}')
@example(raw=b"[" * 100_000)
def test_arbitrary_bytes_give_nothing_but_a_bad_callback(call: Callable[[bytes], object], raw: bytes) -> None:
    try:
        call(raw)
    except BadCallback as refused:
        assert re.fullmatch("[a-z0-9]+", refused.reason)  # noqa: PT017 both ways are fine; a third is not


@given(st.text(st.sampled_from("[]>!<CDATA-")))
def test_a_nonce_cannot_break_out_of_a_reply(nonce: str) -> None:
    reply = xml_fields(CODEC.seal_xml(b"hi", NOW, nonce, PREFIX))
    assert reply["Nonce"] == nonce
    assert reply["MsgSignature"] == KEY.sign(str(NOW), nonce, str(reply["Encrypt"]))


def test_no_signature_is_compared_with_equals() -> None:
    files = Path(__file__).resolve().parents[2].joinpath("gateways").rglob("*.py")
    found = [f"{file.name}:{line}" for file in files for line in leaky(file.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize("leak", ["a.signature != b", "sign(x) == y", "query['msg_signature'] in known", "mac == x"])
def test_the_rule_above_sees_a_careless_comparison(leak: str) -> None:
    assert leaky(f"def check():\n    return {leak}") == [2]


def leaky(source: str) -> list[int]:
    """Lines that compare something named after a signature otherwise than in constant time."""
    risky = re.compile(r"\b(msg_?)?(sign(ature)?|digest|hmac|mac|expected)\b", re.IGNORECASE)
    compares = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Compare)]
    return [node.lineno for node in compares if risky.search(ast.unparse(node).replace("_", " ").replace(".", " "))]
