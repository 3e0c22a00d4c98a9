"""Messages and cards to employees."""

from typing import Any

import pytest

from tests.simulator.conftest import World

AGENT = 1000002


def text(words: str, to: str = "adv01", **more: object) -> dict[str, object]:
    return {"touser": to, "msgtype": "text", "agentid": AGENT, "text": {"content": words}, **more}


def card(task_id: str = "t1", **more: Any) -> dict[str, Any]:
    return {
        "card_type": "button_interaction",
        "task_id": task_id,
        "main_title": {"title": "提醒"},
        "button_list": [{"text": "我来跟进", "key": "ack"}, {"text": "转他人", "key": "pass"}],
        **more,
    }


def send_card(world: World, to: str = "adv01|adv02", **more: Any) -> dict[str, Any]:
    body = {"touser": to, "msgtype": "template_card", "agentid": AGENT, "template_card": card(**more)}
    return world.post("message/send", body)


def update(world: World, code: str, users: list[str]) -> int:
    body = {"userids": users, "agentid": AGENT, "response_code": code, "button": {"replace_name": "已跟进"}}
    return world.code("message/update_template_card", body)


def test_partly_invalid_receivers_are_named_and_the_rest_receive(world: World) -> None:
    answer = world.post("message/send", text("hi", "adv01|NoBody"))
    assert (answer["errcode"], answer["invaliduser"]) == (0, "nobody")
    assert [one.text for one in world.company.books.of("adv01")] == ["hi"]


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        (text("x", "nobody"), 81013),
        (text("x", ""), 81012),
        (text(""), 44004),
        (text("x", "|".join(["adv01"] * 1001)), 40032),
        ({**text("x"), "msgtype": "carrier_pigeon"}, 40008),
        ({**text("x"), "agentid": "1000002"}, 40056),
        (
            {"touser": "adv01", "agentid": AGENT, "msgtype": "markdown", "markdown": {"content": "好" * 683}},
            45002,
        ),
        ({"touser": "adv01", "agentid": AGENT, "msgtype": "news", "news": {"articles": []}}, 45008),
        ({"touser": "adv01", "agentid": AGENT, "msgtype": "image", "image": {"media_id": "gone"}}, 40007),
        ({"touser": "adv01", "agentid": AGENT, "msgtype": "textcard", "textcard": {"title": "t"}}, 40063),
    ],
)
def test_what_message_send_refuses(world: World, body: dict[str, object], errcode: int) -> None:
    assert world.code("message/send", body) == errcode
    assert world.company.books.all() == []


def test_a_text_is_cut_at_2048_bytes(world: World) -> None:
    world.post("message/send", text("好" * 700))
    assert world.company.books.of("adv01")[0].text == "好" * 682


def test_an_identical_request_within_the_interval_is_answered_ok_and_not_delivered(world: World) -> None:
    body = text("VIP-7", enable_duplicate_check=1, duplicate_check_interval=14_400)
    assert [world.code("message/send", body) for _ in range(3)] == [0, 0, 0]
    assert len(world.company.books.of("adv01")) == 1
    world.post("message/send", {**body, "touser": "adv02"})
    assert len(world.company.books.of("adv02")) == 1
    world.clock.now += 14_400
    world.post("message/send", body)
    assert len(world.company.books.of("adv01")) == 2


def test_without_the_check_the_same_message_arrives_twice_and_the_books_say_so(world: World) -> None:
    world.post("message/send", text("VIP-7"))
    world.post("message/send", text("VIP-7"))
    assert world.company.books.doubled() == [("text", "adv01", 2)]


def test_the_31st_message_a_minute_to_one_employee_vanishes_with_errcode_0(world: World) -> None:
    codes = {world.code("message/send", text(f"m{number}")) for number in range(40)}
    assert codes == {0}
    assert len(world.company.books.of("adv01")) == 30
    world.clock.now += 61
    world.post("message/send", text("later"))
    assert len(world.company.books.of("adv01")) == 31


def test_the_hour_has_a_limit_of_its_own(world: World) -> None:
    world.company.switches.per_person_hour = 40
    for number in range(50):
        world.clock.now += 10
        world.post("message/send", text(f"m{number}"))
    assert len(world.company.books.of("adv01")) == 40


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"task_id": ""}, 42014),
        ({"task_id": "带中文"}, 42014),
        ({"button_list": []}, 40058),
        ({"button_list": [{"text": "b", "key": "k"}] * 7}, 40058),
        ({"button_list": [{"text": "b"}]}, 40058),
        ({"main_title": {}}, 40058),
        ({"card_type": "tarot"}, 40058),
    ],
)
def test_a_card_with_a_fault_is_refused(world: World, change: dict[str, Any], errcode: int) -> None:
    body = {
        "touser": "adv01",
        "msgtype": "template_card",
        "agentid": AGENT,
        "template_card": {**card(), **change},
    }
    assert world.code("message/send", body) == errcode


def test_a_response_code_works_once(world: World) -> None:
    code = send_card(world)["response_code"]
    assert update(world, code, ["adv01", "adv02"]) == 0
    assert update(world, code, ["adv01"]) == 60140


def test_a_response_code_lives_72_hours(world: World) -> None:
    first, second = (send_card(world, task_id=name)["response_code"] for name in ("a", "b"))
    world.clock.now += 72 * 3600 - 1
    assert update(world, first, ["adv01"]) == 0
    world.clock.now += 1
    assert update(world, second, ["adv01"]) == 60140


def test_each_click_brings_a_new_code_and_the_event_names_card_button_and_clicker(world: World) -> None:
    sent = send_card(world)["response_code"]
    first = world.people.click("adv01", "t1", "ack")
    second = world.people.click("adv02", "t1", "pass", {"next": ["call", "chat"]})
    assert len({sent, first, second}) == 3
    fields = ("Event", "FromUserName", "EventKey", "TaskId", "CardType", "ResponseCode", "AgentID")
    expected = ["template_card_event", "adv02", "pass", "t1", "button_interaction", second, str(AGENT)]
    assert [world.product.last(name) for name in fields] == expected
    assert "<OptionIds><OptionId><![CDATA[call]]></OptionId><OptionId>" in world.product.plain[-1]
    assert update(world, first, ["adv01"]) == 0


def test_the_other_spelling_of_option_ids_is_a_switch(world: World) -> None:
    world.company.switches.option_ids = "OpitonIds"
    send_card(world)
    world.people.click("adv01", "t1", "ack", {"next": ["call"]})
    assert "<OpitonIds><OpitonId>" in world.product.plain[-1]


def test_a_greyed_button_cannot_be_clicked_again(world: World) -> None:
    send_card(world)
    code = world.people.click("adv01", "t1", "ack")
    update(world, code, ["adv01"])
    before = len(world.product.posts)
    assert world.people.click("adv01", "t1", "ack") == ""
    assert len(world.product.posts) == before
    assert world.people.click("adv02", "t1", "ack") != ""


def test_nobody_clicks_what_is_not_there(world: World) -> None:
    send_card(world, to="adv01")
    with pytest.raises(ValueError, match="no button"):
        world.people.click("adv01", "t1", "other")
    with pytest.raises(ValueError, match="has no card"):
        world.people.click("adv02", "t1", "ack")


def test_a_card_can_be_replaced_as_a_whole(world: World) -> None:
    code = send_card(world)["response_code"]
    new = {
        "card_type": "text_notice",
        "main_title": {"title": "已处理"},
        "card_action": {"type": 1, "url": "u"},
    }
    body = {"userids": ["adv01"], "agentid": AGENT, "response_code": code, "template_card": new}
    assert world.code("message/update_template_card", body) == 0
    seen = world.company.cards["t1"]
    assert (seen.shown["adv01"], "adv02" in seen.shown) == (new, False)


def test_a_message_can_be_recalled_within_a_day(world: World) -> None:
    msgid = world.post("message/send", text("x"))["msgid"]
    assert world.code("message/recall", {"msgid": msgid}) == 0
    world.clock.now += 24 * 3600 + 1
    assert world.code("message/recall", {"msgid": msgid}) == 42052


def test_a_group_robot_takes_twenty_a_minute(world: World) -> None:
    world.company.webhook_keys["k"] = "值班群"
    body = b'{"msgtype":"text","text":{"content":"x"}}'
    codes = [world.raw("POST", "webhook/send", {"key": "k"}, body)["errcode"] for _ in range(21)]
    assert codes == [0] * 20 + [45009]
    assert world.raw("POST", "webhook/send", {"key": "gone"}, body)["errcode"] == 93000
