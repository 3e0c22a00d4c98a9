"""Delivery of callbacks, its retries and mischief, and what becomes of passive replies."""

import json
import threading

import pytest

from simulator import codec
from simulator.courier import ROBOT_DOOR, XML_DOOR, Courier
from simulator.happened import happened
from tests.simulator.conftest import Product, World


@pytest.mark.parametrize(
    ("statuses", "posts", "outcome"),
    [
        ([], 1, "acked"),
        ([500], 2, "acked"),
        ([302, 0, 500], 4, "acked"),
        ([500, 500, 500, 500], 4, "gave_up"),
        ([0, 0, 0, 0, 200], 4, "gave_up"),
    ],
)
def test_anything_but_200_is_delivered_again_three_times_at_most(
    world: World, statuses: list[int], posts: int, outcome: str
) -> None:
    world.product.statuses = statuses
    world.people.say_to_app("adv01", "hi")
    counts = world.courier.counts
    assert (counts["made"], counts["sent"], counts["redelivered"], counts[outcome]) == (
        1,
        posts,
        posts - 1,
        1,
    )


def test_redeliveries_keep_their_envelope_unless_told_otherwise(world: World) -> None:
    world.product.statuses = [500]
    world.people.say_to_app("adv01", "hi")
    assert world.product.posts[0] == world.product.posts[1]
    world.courier.tell({"fresh_nonce": 1})
    world.product.statuses = [500]
    world.people.say_to_app("adv01", "hi")
    assert world.product.posts[2][1]["nonce"] != world.product.posts[3][1]["nonce"]
    assert world.product.plain[2] == world.product.plain[3]


def test_the_envelope_is_signed_for_the_corp_and_the_robot_has_an_empty_receiver(world: World) -> None:
    corp = world.company.corp
    for path, plain in ((XML_DOOR, b"<xml/>"), (ROBOT_DOOR, b"{}")):
        query, _body = world.courier.envelope(path, plain)
        token = corp.aibot_token if path == ROBOT_DOOR else corp.token
        world.product(path, query, _body)
        sealed = world.product.posts[-1][2]
        text = (
            json.loads(sealed)["encrypt"] if path == ROBOT_DOOR else sealed.split(b"CDATA[")[-1].split(b"]")[0].decode()
        )
        assert query["msg_signature"] == codec.signature(token, query["timestamp"], query["nonce"], text)
        key, receiver = (corp.aibot_aes_key, "") if path == ROBOT_DOOR else (corp.aes_key, corp.corp_id)
        assert codec.opened(key, text) == (plain, receiver)


@pytest.mark.parametrize(("mode", "same"), [("duplicate", True), ("duplicate_fresh", False)])
def test_a_duplicate_comes_with_the_same_or_a_fresh_envelope(world: World, mode: str, same: bool) -> None:
    world.courier.tell({mode: 1})
    world.people.say_to_app("adv01", "hi")
    first, second = world.product.posts
    assert (first == second) is same
    assert world.product.plain[0] == world.product.plain[1]


def test_a_dropped_callback_never_arrives(world: World) -> None:
    world.courier.tell({"drop": 1})
    world.people.say_to_app("adv01", "hi")
    assert (world.product.posts, world.courier.counts["dropped"]) == ([], 1)


def test_a_held_back_callback_arrives_after_the_next(world: World) -> None:
    world.courier.tell({"reorder": 1})
    world.people.say_to_app("adv01", "first")
    world.courier.tell({})
    world.people.say_to_app("adv01", "second")
    assert ["first" in world.product.plain[0], "first" in world.product.plain[1]] == [False, True]


def test_a_forged_copy_is_counted_when_somebody_takes_it(world: World) -> None:
    world.courier.tell({"tamper": 1})
    world.people.say_to_app("adv01", "hi")
    assert world.courier.counts["forged_accepted"] == 1
    world.product.statuses = [403]
    world.people.say_to_app("adv01", "hi")
    assert (world.courier.counts["forged"], world.courier.counts["forged_accepted"]) == (2, 1)
    assert world.courier.counts["acked"] == 2


def test_unknown_mischief_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="unknown mischief"):
        world.courier.tell({"sing": 1})


def test_threads_deliver_everything_before_drain_returns(world: World) -> None:
    seen: list[bytes] = []
    lock = threading.Lock()

    def post(path: str, query: dict[str, str], body: bytes) -> int:
        del path, query
        with lock:
            seen.append(body)
        return 200

    courier = Courier(world.company, post, threads=3, pause=0)
    for number in range(50):
        courier.json(str(number).encode())
    assert courier.drain(10)
    assert (len(seen), courier.counts["acked"]) == (50, 50)
    courier.close()


def sealed_reply(product: Product, plain: bytes, *, robot: bool, nonce: str = "mine", token: str = "") -> bytes:
    corp = product.corp
    key, own = (corp.aibot_aes_key, corp.aibot_token) if robot else (corp.aes_key, corp.token)
    text = codec.sealed(key, plain, "" if robot else corp.corp_id)
    signature = codec.signature(token or own, "1767225601", nonce, text)
    if robot:
        fields = {"encrypt": text, "msgsignature": signature, "timestamp": 1767225601, "nonce": nonce}
        return json.dumps(fields).encode()
    return (
        f"<xml><Encrypt>{text}</Encrypt><MsgSignature>{signature}</MsgSignature>"
        f"<TimeStamp>1767225601</TimeStamp><Nonce>{nonce}</Nonce></xml>"
    ).encode()


def test_a_passive_text_reaches_the_employee_who_asked(world: World) -> None:
    words = "<xml><MsgType>text</MsgType><Content><![CDATA[排期如下]]></Content></xml>".encode()
    world.product.reply = sealed_reply(world.product, words, robot=False)
    world.people.say_to_app("adv01", "排期")
    assert [(one.kind, one.text) for one in world.company.books.of("adv01")] == [("passive", "排期如下")]


@pytest.mark.parametrize("reply", [b"not xml", b"<xml/>", b"<xml><Encrypt>AAAA</Encrypt></xml>"])
def test_a_reply_in_the_wrong_form_is_counted_and_not_shown(world: World, reply: bytes) -> None:
    world.product.reply = reply
    world.people.say_to_app("adv01", "排期")
    assert (world.courier.counts["bad_reply"], world.company.books.all()) == (1, [])


def test_a_reply_signed_with_another_token_is_not_shown(world: World) -> None:
    words = b"<xml><MsgType>text</MsgType><Content>x</Content></xml>"
    world.product.reply = sealed_reply(world.product, words, robot=False, token="guessed")
    world.people.say_to_app("adv01", "排期")
    assert (world.courier.counts["bad_reply"], world.company.books.all()) == (1, [])


def test_a_passive_update_greys_the_clickers_button_only(world: World) -> None:
    card = {
        "card_type": "button_interaction",
        "task_id": "t1",
        "main_title": {"title": "提醒"},
        "button_list": [{"text": "跟进", "key": "ack"}],
    }
    body = {"touser": "adv01|adv02", "msgtype": "template_card", "agentid": 1000002, "template_card": card}
    world.post("message/send", body)
    words = "<xml><MsgType>update_button</MsgType><Button><ReplaceName>已接单</ReplaceName></Button></xml>"
    world.product.reply = sealed_reply(world.product, words.encode(), robot=False)
    world.people.click("adv01", "t1", "ack")
    assert world.company.cards["t1"].replaced == {"adv01": "已接单"}


class Streaming(Product):
    """A robot that finishes on the second asking."""

    def __call__(self, path: str, query: dict[str, str], body: bytes) -> tuple[int, bytes]:
        super().__call__(path, query, body)
        done = len(self.posts) > 1
        stream = {"id": "s1", "finish": done, "content": "想好了" if done else "在想"}
        plain = json.dumps({"msgtype": "stream", "stream": stream}).encode()
        return 200, sealed_reply(self, plain, robot=True, nonce=query["nonce"])


def test_an_unfinished_stream_is_polled_until_it_finishes(world: World) -> None:
    courier = Courier(world.company, Streaming(world.company.corp))
    people = type(world.people)(world.company, courier)
    people.say_to_aibot("adv01", "本周排期")
    assert world.company.books.of("adv01") == []
    assert people.poll_streams() == 0
    assert [(one.kind, one.text) for one in world.company.books.of("adv01")] == [("aibot", "想好了")]


def test_a_robot_reply_must_carry_the_nonce_of_the_url(world: World) -> None:
    plain = json.dumps({"msgtype": "stream", "stream": {"id": "s", "finish": True, "content": "x"}}).encode()
    world.product.reply = sealed_reply(world.product, plain, robot=True, nonce="my-own")
    world.people.say_to_aibot("adv01", "hi")
    assert (world.courier.counts["bad_reply"], world.company.books.all()) == (1, [])


def test_a_response_url_shows_its_first_answer_for_an_hour(world: World) -> None:
    world.people.say_to_aibot("adv01", "hi")
    url = json.loads(world.product.plain[-1])["response_url"]
    code = {"response_code": url.split("=")[-1]}

    def answer(words: str, kind: str = "markdown") -> int:
        body = json.dumps({"msgtype": kind, kind: {"content": words}}).encode()
        return int(world.raw("POST", "aibot/response", code, body)["errcode"])

    assert answer("x", "text") == 40008
    assert [answer("first"), answer("second")] == [0, 0]
    assert [one.text for one in world.company.books.of("adv01")] == ["first"]
    world.clock.now += 3600
    assert answer("late") == 40058


def test_a_poll_for_an_answer_is_nothing_new_to_have_heard_of(world: World) -> None:
    courier = Courier(world.company, Streaming(world.company.corp))
    people = type(world.people)(world.company, courier)
    msgid = people.say_to_aibot("adv01", "本周排期")
    people.poll_streams()
    assert happened(world.company, courier)["callbacks"] == [msgid]
