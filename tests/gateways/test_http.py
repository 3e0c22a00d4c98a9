"""Real HTTP: what surely did not happen, what may have happened, and what the library would tell in its logs."""

import logging
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateways.wecom.errors import Refused, Retry, Unknown, WeComError
from gateways.wecom.transport import HttpTransport, Lost, NotSent, Request, Response
from simulator.company import Corp
from tests.gateways.offices import Far, Near, Office, do, free_port, opened, received
from tests.gateways.wire import Wire, self_signed
from tests.inprocess import eventually

TEXT = {"msgtype": "text", "text": {"content": "您好"}}
SEND = "message/send"
OUTCOMES: dict[str, tuple[type[WeComError], bool]] = {
    "busy": (Retry, False),
    "limit": (Retry, False),
    "parallel": (Retry, False),
    "http500": (Unknown, False),
    "html": (Unknown, False),
    "garbage": (Unknown, False),
    "wrong_type": (Unknown, False),
    "timeout_only": (Unknown, False),
    "partial": (Unknown, True),
    "execute_and_drop": (Unknown, True),
}
"""Fault of the simulator -> what the caller learns, and whether it really happened."""


@pytest.mark.parametrize("mode", OUTCOMES)
def test_every_fault_is_told_by_what_the_caller_may_do(office: Office, mode: str) -> None:
    error, happened = OUTCOMES[mode]
    person = f"fault-{mode}"
    do(office, "hire", person, "林顾问")
    office.order("faults", {SEND: {mode: 1.0}})
    with pytest.raises(error) as raised:
        office.wecom.messages.send([person], TEXT)
    office.order("faults", {})
    assert type(raised.value) is error
    assert received(office, person) == ["您好"] * happened


@pytest.mark.parametrize("mode", [mode for mode in OUTCOMES if mode != "partial"])
def test_a_token_that_cannot_be_fetched_is_asked_for_again_later(office: Office, mode: str) -> None:
    office.order("faults", {"gettoken": {mode: 1.0}})
    with pytest.raises(Retry) as retry:
        office.wecom.app.callback_ips()
    office.order("faults", {})
    assert retry.value.path == "gettoken"


def test_an_answer_that_comes_too_late_may_have_happened(far: Far) -> None:
    do(far, "hire", "late", "林顾问")
    impatient = opened(Corp(base=far.base), HttpTransport(timeout=0.3), time.time)
    assert impatient.app.callback_ips()
    far.order("switches", {"slow_seconds": 3.0})
    far.order("faults", {SEND: {"slow": 1.0}})
    began = time.monotonic()
    with pytest.raises(Unknown):
        impatient.messages.send(["late"], TEXT)
    assert time.monotonic() - began < 2.5
    eventually(lambda: received(far, "late") == ["您好"])
    far.order("faults", {})
    far.order("switches", {"slow_seconds": 0.2})


def test_where_nobody_listens_nothing_was_sent() -> None:
    wecom = opened(Corp(base=f"http://127.0.0.1:{free_port()}"), HttpTransport(), time.time)
    with pytest.raises(Retry, match="无法连接企业微信接口"):
        wecom.messages.send(["adv"], TEXT)
    with pytest.raises(Retry, match="无法连接企业微信接口"):
        wecom.robots.reply(f"http://127.0.0.1:{free_port()}/", TEXT)


def test_an_upload_and_chinese_go_over_the_wire_as_they_are(far: Far) -> None:
    do(far, "hire", "wire", "林顾问")
    media = far.wecom.media.upload("image", "二维码.png", bytes(range(256)))
    far.wecom.messages.send(["wire"], {"msgtype": "image", "image": {"media_id": media.media_id}})
    far.wecom.messages.send(["wire"], {"msgtype": "text", "text": {"content": "盈亏自负 🎉 + & ="}})
    assert received(far, "wire") == ["[image] 二维码.png", "盈亏自负 🎉 + & ="]


@pytest.fixture
def wire() -> Iterator[Wire]:
    with Wire() as server:
        yield server


def get(url: str, transport: HttpTransport | None = None, timeout: float = 1.0) -> Response:
    request = Request("GET", url, {"access_token": "canary-token"}, timeout=timeout)
    return (transport or HttpTransport()).send(request)


BROKEN: dict[str, bytes | None] = {
    "silence": None,
    "nothing at all": b"",
    "half a status line": b"HTTP/1.1 2",
    "not HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "headers without end": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n",
    "less than promised": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
    "a broken chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "a chunk cut off": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
    "gzip that is none": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_no_complete_answer_is_lost_and_not_repeated(wire: Wire, answer: bytes | None) -> None:
    wire.answers = [answer]
    with pytest.raises(Lost):
        get(wire.url, timeout=0.3)
    assert len(wire.requests) == 1


def test_a_redirect_is_an_answer_and_not_followed(wire: Wire) -> None:
    wire.answers = [b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"]
    assert get(wire.url).status == 302
    assert len(wire.requests) == 1


def test_a_connection_is_kept_and_a_dead_one_replaced(wire: Wire) -> None:
    transport = HttpTransport()
    assert [get(wire.url, transport).content for _ in range(3)] == [b"{}"] * 3
    assert wire.connections == 1
    wire.hang_up()
    assert get(wire.url, transport).content == b"{}"
    assert wire.connections == 2


ADDRESSES = ["http://[not-an-address/x", "http://", "ftp://127.0.0.1/x", f"http://127.0.0.1:{'9' * 6}/"]


@pytest.mark.parametrize("url", ADDRESSES)
def test_an_address_that_is_none_was_surely_not_reached(url: str) -> None:
    with pytest.raises(NotSent):
        get(url)


def test_a_stranger_with_a_certificate_of_his_own_got_nothing(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with Wire(context) as stranger:
        with pytest.raises(NotSent):
            get(stranger.url)
        assert stranger.requests == []


def test_a_server_that_breaks_the_handshake_off_leaves_it_open(wire: Wire) -> None:
    wire.answers = [b"HTTP/1.1 400 Bad Request\r\n\r\n"]
    with pytest.raises(Lost):
        get(wire.url.replace("http://", "https://"))


LEAKY: dict[str, Callable[[Wire], bytes]] = {
    "a plain call": lambda _wire: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "a redirect": lambda wire: f"HTTP/1.1 302 Found\r\nLocation: {wire.url}?x=canary\r\n\r\n".encode(),
    "broken headers": lambda _wire: b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("answer", LEAKY.values(), ids=LEAKY)
def test_the_http_library_logs_no_query_at_any_level(
    wire: Wire, caplog: pytest.LogCaptureFixture, answer: Callable[[Wire], bytes]
) -> None:
    caplog.set_level(logging.DEBUG)
    wire.answers = [answer(wire)]
    get(wire.url)
    assert "GET /cgi-bin/x?… HTTP/1.1" in caplog.text
    assert "canary" not in caplog.text


def test_the_secret_is_not_in_the_logs_of_a_whole_exchange(far: Far, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert far.wecom.app.callback_ips()
    with pytest.raises(Refused):
        far.wecom.robots.send("canary-robot", TEXT)
    assert "gettoken?…" in caplog.text
    for secret in (Corp().secret, far.wecom.session.tokens.get(), "canary"):
        assert secret not in caplog.text


def test_in_process_a_lost_answer_is_lost_too(near: Near) -> None:
    near.order("faults", {"gettoken": {"timeout_only": 1.0}})
    with pytest.raises(Lost):
        near.transport.send(Request("GET", "http://x/cgi-bin/gettoken", {}))
