"""The encryption, by the vectors that node's @wecom/crypto and wechatpy agree on (wecom-inbound 1.8)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import codec

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
CORP = "ww0000000000000001"
PREFIX = b"0123456789abcdef"
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


@pytest.mark.parametrize(
    ("message", "receiver", "encrypted", "signature"), VECTORS, ids=["echo", "robot", "full block"]
)
def test_known_messages_have_known_ciphertexts(message: bytes, receiver: str, encrypted: str, signature: str) -> None:
    assert codec.sealed(KEY, message, receiver, PREFIX) == encrypted
    assert codec.signature("simTok2026", "1767225600", "n0nce01", encrypted) == signature
    assert codec.opened(KEY, encrypted) == (message, receiver)


@given(st.binary(max_size=200), st.sampled_from([CORP, ""]))
def test_what_was_sealed_opens_to_the_same(message: bytes, receiver: str) -> None:
    assert codec.opened(KEY, codec.sealed(KEY, message, receiver)) == (message, receiver)


@given(st.binary(max_size=100))
def test_rubbish_is_a_value_error_and_nothing_else(raw: bytes) -> None:
    for robot in (True, False):
        with pytest.raises((ValueError, AttributeError)):
            codec.opened(KEY, codec.reply_of(raw, robot=robot).encrypted)
