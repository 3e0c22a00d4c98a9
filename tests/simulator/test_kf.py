"""微信客服: the window, the states, the log, the codes."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.simulator.conftest import World

HOUR = 3600


def send(world: World, body: Mapping[str, object], **more: object) -> int:
    return world.code("kf/send_msg", {**body, **more})


def sync(world: World, **body: object) -> dict[str, Any]:
    return world.post("kf/sync_msg", {"open_kfid": world.company.kf_account, **body})


def trans(world: World, customer: str, state: int, servicer: str = "") -> dict[str, Any]:
    body = {"open_kfid": world.company.kf_account, "external_userid": customer, "service_state": state}
    return world.post("kf/service_state/trans", {**body, "servicer_userid": servicer})


def state(world: World, customer: str) -> tuple[int, str]:
    body = {"open_kfid": world.company.kf_account, "external_userid": customer}
    answer = world.post("kf/service_state/get", body)
    return answer["service_state"], answer["servicer_userid"]


def test_five_answers_follow_a_word_and_another_word_allows_five_more(
    world: World, customer: str, kf_text: Mapping[str, object]
) -> None:
    world.people.say_to_kf(customer, "怎么开户")
    assert [send(world, kf_text) for _ in range(6)] == [0, 0, 0, 0, 0, 95001]
    world.people.say_to_kf(customer, "还有呢")
    assert send(world, kf_text) == 0
    assert len(world.company.books.of(customer)) == 6


def test_the_window_closes_after_48_hours(world: World, customer: str, kf_text: Mapping[str, object]) -> None:
    world.people.say_to_kf(customer, "怎么开户")
    world.clock.now += 48 * HOUR
    assert send(world, kf_text) == 0
    world.clock.now += 1
    assert send(world, kf_text) == 95002


def test_a_customer_who_never_wrote_cannot_be_written_to(
    world: World, customer: str, kf_text: Mapping[str, object]
) -> None:
    world.people.open_kf(customer)
    assert send(world, kf_text) == 95002


def test_a_msgid_works_once_and_a_failed_send_does_not_use_it_up(
    world: World, customer: str, kf_text: Mapping[str, object]
) -> None:
    assert send(world, kf_text, msgid="faq_1") == 95002
    world.people.say_to_kf(customer, "怎么开户")
    assert [send(world, kf_text, msgid="faq_1") for _ in range(2)] == [0, 40058]
    world.company.corp.duplicate_msgid_code = 95999
    assert send(world, kf_text, msgid="faq_1") == 95999
    assert len(world.company.books.of(customer)) == 1


@pytest.mark.parametrize("msgid", ["x" * 33, "有中文", "a b"])
def test_a_msgid_has_32_letters_at_most(world: World, customer: str, kf_text: Mapping[str, object], msgid: str) -> None:
    world.people.say_to_kf(customer, "怎么开户")
    assert send(world, kf_text, msgid=msgid) == 40058


MENU = {"type": "click", "click": {"id": "a", "content": "b"}}


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"text": {"content": "好" * 683}}, 45002),
        ({"text": {"content": ""}}, 44004),
        ({"msgtype": "smoke"}, 40008),
        ({"open_kfid": "wkOther"}, 95004),
        ({"touser": "wmNobody"}, 40096),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "h", "list": [MENU] * 11}}, 95008),
        ({"msgtype": "msgmenu", "msgmenu": {"list": [{"type": "dance"}]}}, 95009),
        ({"msgtype": "msgmenu", "msgmenu": {"head_content": "好" * 342}}, 40058),
    ],
)
def test_what_send_msg_refuses(
    world: World, customer: str, kf_text: Mapping[str, object], change: dict[str, object], errcode: int
) -> None:
    world.people.say_to_kf(customer, "怎么开户")
    assert world.code("kf/send_msg", {**kf_text, **change}) == errcode
    assert world.company.books.of(customer) == []


@pytest.mark.parametrize(
    ("way", "wanted", "errcode"),
    [
        ([], 1, 0),
        ([], 2, 0),
        ([], 3, 0),
        ([], 4, 95016),
        ([1], 2, 0),
        ([1], 3, 0),
        ([1], 1, 95016),
        ([1], 4, 95016),
        ([2], 3, 0),
        ([2], 1, 95016),
        ([3], 3, 0),
        ([3], 4, 0),
        ([3], 1, 95016),
        ([3, 4], 1, 95013),
        ([3, 4], 3, 95013),
    ],
)
def test_the_states_a_session_may_take(world: World, customer: str, way: list[int], wanted: int, errcode: int) -> None:
    world.people.say_to_kf(customer, "怎么开户")
    for one in way:
        assert trans(world, customer, one, "adv01")["errcode"] == 0
    assert trans(world, customer, wanted, "adv01")["errcode"] == errcode


def test_ending_early_is_a_switch(world: World, customer: str) -> None:
    world.company.switches.kf_end_early = True
    world.people.say_to_kf(customer, "怎么开户")
    assert trans(world, customer, 4)["errcode"] == 0
    assert state(world, customer) == (4, "")


def test_only_a_receiving_servicer_can_take_a_session(world: World, customer: str) -> None:
    world.people.say_to_kf(customer, "人工")
    assert trans(world, customer, 3, "op01")["errcode"] == 95014
    world.people.set_receiving("adv01", on=False)
    assert trans(world, customer, 3, "adv01")["errcode"] == 95019
    assert trans(world, customer, 3, "adv02")["errcode"] == 0
    assert state(world, customer) == (3, "adv02")


@pytest.mark.parametrize("wanted", [2, 3])
def test_the_bot_is_silent_once_people_serve(
    world: World, customer: str, kf_text: Mapping[str, object], wanted: int
) -> None:
    world.people.say_to_kf(customer, "人工")
    trans(world, customer, wanted, "adv01")
    assert send(world, kf_text) == 95018


def test_a_session_ends_by_itself_after_48_hours_and_a_word_begins_a_new_one(world: World, customer: str) -> None:
    world.people.say_to_kf(customer, "人工")
    trans(world, customer, 3, "adv01")
    world.clock.now += 48 * HOUR + 1
    assert state(world, customer) == (4, "")
    world.people.say_to_kf(customer, "在吗")
    assert state(world, customer) == (0, "")


def test_the_log_gives_words_and_events_after_the_cursor_but_not_our_own(
    world: World, customer: str, kf_text: Mapping[str, object]
) -> None:
    world.people.open_kf(customer, "poster", "ref%3D7Q2K")
    world.people.say_to_kf(customer, "怎么开户", menu_id="faq.1")
    send(world, kf_text)
    first = sync(world, limit=1)
    event = first["msg_list"][0]["event"]
    assert (event["event_type"], event["scene"], event["scene_param"]) == (
        "enter_session",
        "poster",
        "ref%3D7Q2K",
    )
    assert "external_userid" not in first["msg_list"][0]
    assert len(first["msg_list"][0]["msgid"]) > 32
    assert first["has_more"] == 1
    second = sync(world, cursor=first["next_cursor"])
    assert [one["text"] for one in second["msg_list"]] == [{"content": "怎么开户", "menu_id": "faq.1"}]
    assert second["has_more"] == 0
    assert sync(world, cursor=second["next_cursor"])["msg_list"] == []


def test_the_log_reaches_back_three_days(world: World, customer: str) -> None:
    world.people.say_to_kf(customer, "早")
    world.clock.now += 3 * 24 * HOUR
    world.people.say_to_kf(customer, "晚")
    assert len(sync(world)["msg_list"]) == 2
    world.clock.now += 1
    assert [one["text"]["content"] for one in sync(world)["msg_list"]] == ["晚"]


def test_a_page_may_be_empty_and_still_have_more(world: World, customer: str) -> None:
    world.company.switches.empty_pages = True
    world.people.say_to_kf(customer, "早")
    first = sync(world)
    assert (first["msg_list"], first["has_more"]) == ([], 1)
    assert len(sync(world, cursor=first["next_cursor"])["msg_list"]) == 1


def test_a_page_may_be_smaller_than_asked_for(world: World, customer: str) -> None:
    world.company.switches.kf_page = 2
    for _ in range(3):
        world.people.say_to_kf(customer, "早")
    page = sync(world, limit=1000)
    assert (len(page["msg_list"]), page["has_more"]) == (2, 1)


def test_a_doorbells_token_lives_ten_minutes(world: World, customer: str) -> None:
    world.people.say_to_kf(customer, "早")
    token = world.product.last("Token")
    world.clock.now += 599
    assert sync(world, token=token)["errcode"] == 0
    world.clock.now += 1
    assert sync(world, token=token)["errcode"] == 95007
    assert sync(world, token="forged")["errcode"] == 95007


def test_without_a_token_the_limit_is_strict(world: World) -> None:
    world.company.switches.tokenless_syncs = 2
    assert [sync(world)["errcode"] for _ in range(3)] == [0, 0, 45009]
    token = world.people.ring_kf()
    assert sync(world, token=token)["errcode"] == 0


def test_a_foreign_cursor_is_refused(world: World) -> None:
    assert sync(world, cursor="CUR-1-00000000")["errcode"] == 50100


def welcome(world: World, code: str, **more: object) -> int:
    body = {"code": code, "msgtype": "text", "text": {"content": "欢迎"}, **more}
    return world.code("kf/send_msg_on_event", body)


def test_a_kf_welcome_code_works_once_within_20_seconds(world: World, customer: str) -> None:
    code = world.people.open_kf(customer)
    assert [welcome(world, code), welcome(world, code)] == [0, 40058]
    other = world.people.meet("钱叔叔")
    late = world.people.open_kf(other)
    world.clock.now += 20
    assert welcome(world, late) == 40058


def test_no_second_welcome_within_48_hours_of_the_first_or_of_a_word(world: World, customer: str) -> None:
    code = world.people.open_kf(customer)
    assert code
    assert world.people.open_kf(customer), "not greeted yet"
    welcome(world, code)
    assert world.people.open_kf(customer) == ""
    world.clock.now += 48 * HOUR + 1
    assert world.people.open_kf(customer)
    world.people.say_to_kf(customer, "在吗")
    assert world.people.open_kf(customer) == ""


def test_the_first_change_into_the_pool_gives_a_code_for_one_text(world: World, customer: str) -> None:
    world.people.say_to_kf(customer, "人工")
    code = trans(world, customer, 2)["msg_code"]
    assert welcome(world, code, msgtype="msgmenu", msgmenu={"head_content": "x"}) == 40008
    assert welcome(world, code) == 0


def test_a_code_dies_with_the_state_that_gave_it(world: World, customer: str) -> None:
    world.people.say_to_kf(customer, "人工")
    code = trans(world, customer, 2)["msg_code"]
    assert world.people.take_from_pool("adv01", customer)
    assert welcome(world, code) == 95018


def test_what_a_servicer_does_is_in_the_log_and_what_the_api_does_is_not(world: World, customer: str) -> None:
    world.people.say_to_kf(customer, "人工")
    trans(world, customer, 2)
    world.people.servicer_says("adv01", customer, "我来了")
    world.people.end_session("adv01", customer)
    world.people.servicer_says("adv02", customer, "补充一句")
    rows = sync(world)["msg_list"]
    changes = [one["event"]["change_type"] for one in rows if one["msgtype"] == "event"]
    assert changes == [1, 3, 4]
    assert [one["servicer_userid"] for one in rows if one["origin"] == 5] == ["adv01", "adv02"]
    assert state(world, customer) == (3, "adv02")


def test_a_rejected_message_answers_0_and_fails_later_in_the_log(
    world: World, customer: str, kf_text: Mapping[str, object]
) -> None:
    world.people.say_to_kf(customer, "早")
    world.people.reject_kf(customer)
    assert send(world, kf_text, msgid="m1") == 0
    assert world.company.books.of(customer) == []
    event = sync(world)["msg_list"][-1]["event"]
    assert (event["event_type"], event["fail_msgid"], event["fail_type"]) == ("msg_send_fail", "m1", 10)
