"""What an answer means for the caller, in words a person can act on; and nothing secret in them."""

import json
import logging
import re
import traceback
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.store import MemoryStore
from gateways.wecom.api import Credentials, WeCom, connect
from gateways.wecom.errors import (
    EXPLAIN,
    RETRY_AFTER,
    TOKEN_CODES,
    Refused,
    Retry,
    Unknown,
    WeComError,
    decode,
    explain,
)
from gateways.wecom.transport import Lost, NotSent, Request, Response
from tests.inprocess import Clock

BAD_BODIES: dict[str, tuple[int, bytes]] = {
    "a server error": (500, b"Internal Server Error"),
    "a server error that says all is well": (502, b'{"errcode":0,"errmsg":"ok"}'),
    "a gateway that has no route": (404, b'{"errcode":0}'),
    "a redirect": (302, b""),
    "no content": (204, b""),
    "an empty answer": (200, b""),
    "a web page": (200, b"<html><body>gateway</body></html>"),
    "half an object": (200, b'{"errcode":0,"errm'),
    "two objects": (200, b'{"errcode":0}{"errcode":0}'),
    "a trailing comma": (200, b'{"errcode":0,}'),
    "single quotes": (200, b"{'errcode':0}"),
    "not UTF-8 where it matters": (200, b'{"err\xffcode":0}'),
    "a million brackets": (200, b"[" * 1_000_000),
    "a null": (200, b"null"),
    "a list": (200, b'[{"errcode":0}]'),
    "a text": (200, b'"ok"'),
    "a number": (200, b"0"),
    "a truth": (200, b"true"),
    "an empty object": (200, b"{}"),
    "no errcode": (200, b'{"errmsg":"ok","msgid":"m1"}'),
    "errcode null": (200, b'{"errcode":null}'),
    "errcode as text": (200, b'{"errcode":"0"}'),
    "errcode as words": (200, b'{"errcode":"abc"}'),
    "errcode as truth": (200, b'{"errcode":false}'),
    "errcode as fraction": (200, b'{"errcode":0.0}'),
    "errcode not a number": (200, b'{"errcode":NaN}'),
    "errcode infinite": (200, b'{"errcode":1e999}'),
    "errcode of ten thousand digits": (200, b'{"errcode":' + b"1" * 10_000 + b"}"),
    "errcode as list": (200, b'{"errcode":[0]}'),
    "errcode as object": (200, b'{"errcode":{"0":0}}'),
    "errcode elsewhere": (200, b'{"base_resp":{"errcode":0}}'),
    "errcode in capitals": (200, b'{"ErrCode":0}'),
}


@pytest.mark.parametrize(("status", "content"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_an_answer_nobody_can_read_leaves_open_whether_it_happened(status: int, content: bytes) -> None:
    with pytest.raises(Unknown) as unknown:
        decode("message/send", status, content)
    assert (unknown.value.path, unknown.value.errcode) == ("message/send", None)


def test_the_code_decides_and_never_the_text() -> None:
    assert decode("x", 200, b'{"errcode":0,"errmsg":"invalid credential"}')["errmsg"] == "invalid credential"
    with pytest.raises(Refused, match=r"x \[40003\] 成员"):
        decode("x", 200, b'{"errcode":40003,"errmsg":"ok"}')


@pytest.mark.parametrize(("errcode", "after"), RETRY_AFTER.items())
def test_what_passes_by_itself_is_tried_again_later(errcode: int, after: float) -> None:
    with pytest.raises(Retry) as retry:
        decode("x", 200, b'{"errcode":%d}' % errcode)
    assert (retry.value.errcode, retry.value.after) == (errcode, after)


def test_callback_addresses_may_come_without_a_code() -> None:
    assert decode("getcallbackip", 200, b'{"ip_list":["1.2.3.*"]}')["ip_list"] == ["1.2.3.*"]


@pytest.mark.parametrize("errcode", sorted({*EXPLAIN, *RETRY_AFTER, *TOKEN_CODES}))
def test_every_known_code_has_a_remedy_in_chinese(errcode: int) -> None:
    assert errcode in EXPLAIN
    assert len(re.findall(r"[\u4e00-\u9fff]", explain(errcode))) >= 6
    assert f"[{errcode}] {explain(errcode)}" in str(Refused("x", errcode, explain(errcode)))


def test_an_unknown_code_is_named_and_where_to_look_it_up() -> None:
    assert explain(99999) == "企业微信返回错误码 99999：可在开发者中心“错误码查询”中查看"


class Scripted:
    """A transport that always answers what it is told; gettoken works unless `tokens` says no. Each call takes long."""

    def __init__(self, answer: Response | Exception, *, tokens: bool = True) -> None:
        self.answer = answer
        self._tokens = tokens
        self.clock = Clock()
        self.sent: list[Request] = []

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        self.clock.now += 121
        if self._tokens and request.url.endswith("/gettoken"):
            return ok(access_token=TOKEN, expires_in=7200)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def ok(**fields: object) -> Response:
    return Response(200, {}, json.dumps({"errcode": 0, **fields}).encode())


SECRET, TOKEN, RECEIVER, ROBOT, CODE = (f"canary-{name}" for name in ("secret", "token", "receiver", "robot", "code"))
CREDENTIALS = Credentials(corp_id="ww1", agent_id=1, secret=SECRET)
CALLS: dict[str, Callable[[WeCom], object]] = {
    "messages.send": lambda wecom: wecom.messages.send([RECEIVER], {"msgtype": "text", "text": {"content": RECEIVER}}),
    "messages.update_card": lambda wecom: wecom.messages.update_card(CODE, [RECEIVER], replace_name="x"),
    "messages.recall": lambda wecom: wecom.messages.recall("m1"),
    "kf.sync": lambda wecom: wecom.kf.sync("wk1", "", CODE),
    "kf.send": lambda wecom: wecom.kf.send(RECEIVER, "wk1", "m1", {"msgtype": "text"}),
    "kf.send_on_event": lambda wecom: wecom.kf.send_on_event(CODE, "m1", {"msgtype": "text"}),
    "kf.state": lambda wecom: wecom.kf.state("wk1", RECEIVER),
    "kf.transfer": lambda wecom: wecom.kf.transfer("wk1", RECEIVER, 3, "adv"),
    "kf.accounts": lambda wecom: wecom.kf.accounts(),
    "kf.servicers": lambda wecom: wecom.kf.servicers("wk1"),
    "kf.customers": lambda wecom: wecom.kf.customers([RECEIVER]),
    "kf.add_contact_way": lambda wecom: wecom.kf.add_contact_way("wk1", "scene"),
    "contacts.welcome": lambda wecom: wecom.contacts.welcome(CODE, "欢迎"),
    "contacts.customer": lambda wecom: wecom.contacts.customer(RECEIVER),
    "contacts.page_by_users": lambda wecom: wecom.contacts.page_by_users(["adv"]),
    "contacts.follow_users": lambda wecom: wecom.contacts.follow_users(),
    "contacts.remark": lambda wecom: wecom.contacts.remark("adv", RECEIVER, "x"),
    "contacts.add_way": lambda wecom: wecom.contacts.add_way(["adv"], "state"),
    "contacts.get_way": lambda wecom: wecom.contacts.get_way("c1"),
    "contacts.list_ways": lambda wecom: wecom.contacts.list_ways(1, 2),
    "groups.list": lambda wecom: wecom.groups.list(["adv"]),
    "groups.get": lambda wecom: wecom.groups.get("wr1"),
    "groups.add_join_way": lambda wecom: wecom.groups.add_join_way(["wr1"], "state"),
    "groups.get_join_way": lambda wecom: wecom.groups.get_join_way("c1"),
    "tags.list": lambda wecom: wecom.tags.list(),
    "tags.add": lambda wecom: wecom.tags.add("g", ["t"]),
    "tags.mark": lambda wecom: wecom.tags.mark("adv", RECEIVER, ["t1"]),
    "mass.create": lambda wecom: wecom.mass.create({"external_userid": [RECEIVER]}),
    "mass.tasks": lambda wecom: wecom.mass.tasks("m1"),
    "mass.results": lambda wecom: wecom.mass.results("m1", "adv"),
    "mass.remind": lambda wecom: wecom.mass.remind("m1"),
    "media.upload": lambda wecom: wecom.media.upload("file", "a.txt", b"hello"),
    "robots.send": lambda wecom: wecom.robots.send(ROBOT, {"msgtype": "text"}),
    "robots.reply": lambda wecom: wecom.robots.reply(f"https://qyapi.weixin.qq.com/r?c={CODE}", {"msgtype": "text"}),
    "app.agent": lambda wecom: wecom.app.agent(),
}
"""Every call of the families, with canaries where secrets and people stand."""


def opened(transport: Scripted) -> WeCom:
    return connect(CREDENTIALS, transport, MemoryStore(transport.clock), transport.clock)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "text", "userid"]), inner),
    max_leaves=4,
)
FIELDS = [
    "msgid", "invaliduser", "fail_list", "msg_list", "customer_list", "service_state", "account_list",
    "servicer_list", "url", "external_contact", "follow_user", "external_contact_list", "config_id", "contact_way",
    "group_chat_list", "group_chat", "msg_code", "join_way", "tag_group", "task_list", "send_list", "media_id",
    "created_at",
]  # fmt: skip


WHATEVER = Scripted(ok())
OPENED = opened(WHATEVER)


@given(fields=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)))
def test_an_answer_of_another_shape_is_read_or_unknown_and_nothing_else(fields: dict[str, object]) -> None:
    WHATEVER.answer = ok(**fields)
    for call in CALLS.values():
        with suppress(Unknown):
            call(OPENED)


def test_pages_that_never_end_are_left_after_a_thousand() -> None:
    transport = Scripted(ok(task_list=[{"userid": "adv", "status": 0}], next_cursor="again"))
    assert len(opened(transport).mass.tasks("m1")) == 1000
    assert sum(not one.url.endswith("/gettoken") for one in transport.sent) == 1000


ECHO = f"invalid userid {RECEIVER}, secret {SECRET}, token {TOKEN}, code {CODE}, key {ROBOT}"
TROUBLES: dict[str, Response | Exception] = {
    "not sent": NotSent(ECHO),
    "lost": Lost(ECHO),
    "a page that repeats the request": Response(200, {}, f"<html>{ECHO}</html>".encode()),
    "a server error that repeats it": Response(500, {}, ECHO.encode()),
    "a refusal that repeats it": Response(200, {}, json.dumps({"errcode": 40003, "errmsg": ECHO}).encode()),
    "a refusal of the token": Response(200, {}, json.dumps({"errcode": 40014, "errmsg": ECHO}).encode()),
    "a limit": Response(200, {}, json.dumps({"errcode": 45009, "errmsg": ECHO}).encode()),
    "another shape": ok(**dict.fromkeys(FIELDS, ECHO)),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("tokens", [True, False], ids=["with a token", "without one"])
def test_no_error_and_no_log_tells_a_secret_or_a_person(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str], trouble: Response | Exception, tokens: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    wecom = opened(Scripted(trouble, tokens=tokens))
    for call in CALLS.values():
        try:
            call(wecom)
        except WeComError as error:
            said += [repr(error), *traceback.format_exception(error), repr(vars(error))]
    assert said or trouble is TROUBLES["another shape"]
    assert "canary" not in "".join([*said, caplog.text, *capsys.readouterr()])


def test_nothing_shows_its_secret() -> None:
    transport = Scripted(ok())
    wecom = opened(transport)
    wecom.robots.reply(f"https://qyapi.weixin.qq.com/r?c={CODE}", {"msgtype": "text", "text": {"content": RECEIVER}})
    wecom.robots.send(ROBOT, {"msgtype": "text"})
    wecom.messages.send([RECEIVER], {"msgtype": "text"})
    shown = [repr(one) for one in (CREDENTIALS, wecom, wecom.session, wecom.session.tokens, *transport.sent)]
    assert "canary" not in "".join([*shown, str(CREDENTIALS), str(transport.sent)])


def test_an_untrusted_address_is_named_so_that_it_can_be_added() -> None:
    answer = (
        b'{"errcode":60020,"errmsg":"not allow to access from your ip, hint: [1], from ip: 203.0.113.7, more info"}'
    )
    with pytest.raises(Retry, match=r"203\.0\.113\.7"):
        decode("agent/get", 200, answer)


def test_half_an_emoji_in_an_answer_does_not_hide_the_rest() -> None:
    assert decode("kf/sync_msg", 200, b'{"errcode":0,"msg_list":["\xed\xa0\xbd"],"has_more":0}')["has_more"] == 0
