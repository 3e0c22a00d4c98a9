"""What the chat page is told about a person."""

from collections.abc import Mapping
from typing import Any

import pytest

from simulator.chat import everybody, members, view
from tests.simulator.conftest import World


def talks(world: World, person: str) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in view(world.company, world.people, person)["conversations"]}


def words(talk: Mapping[str, Any]) -> list[str]:
    return [one["text"] for one in talk["messages"]]


@pytest.fixture
def group(world: World, customer: str) -> str:
    chat = world.people.found_group("一群", "op01")
    world.people.join_group(customer, chat)
    return chat


def test_a_screen_on_which_nothing_happened_reads_the_same(world: World, customer: str) -> None:
    before = view(world.company, world.people, customer)
    world.clock.now += 59
    assert view(world.company, world.people, customer) == before


def test_nobody_sees_what_was_said_before_they_came_nor_what_was_recalled(
    world: World, customer: str, group: str
) -> None:
    world.people.say_in_group(customer, group, "大家好")
    recalled = world.people.say_in_group(customer, group, "说错了")
    world.clock.now += 60
    late = world.people.meet("钱女士")
    world.people.join_group(late, group)
    world.people.recall_in_group(customer, group, recalled)
    assert words(talks(world, customer)[group]) == ["大家好", "赵阿姨 撤回了一条消息", "钱女士 加入了群聊"]
    assert words(talks(world, late)[group]) == ["赵阿姨 撤回了一条消息", "钱女士 加入了群聊"]


def test_a_welcome_stands_in_the_chat_of_who_greeted(world: World, customer: str) -> None:
    world.people.add_friend(customer, "adv01")
    code = world.people.add_friend(customer, "adv02")
    body = {"welcome_code": code, "text": {"content": "您好"}}
    assert world.code("externalcontact/send_welcome_msg", body) == 0
    assert [words(talks(world, customer)[one]) for one in ("adv01", "adv02")] == [[], ["您好"]]
    world.people.delete_advisor(customer, "adv02")
    assert "adv02" not in talks(world, customer)


def test_question_and_answer_of_one_second_keep_their_order(
    world: World, customer: str, kf_text: Mapping[str, object]
) -> None:
    world.people.say_to_kf(customer, "怎么开户")
    world.clock.now += 0.2
    assert world.code("kf/send_msg", kf_text) == 0
    world.clock.now += 0.2
    world.people.say_to_kf(customer, "还有呢")
    assert words(talks(world, customer)[world.company.kf_account]) == ["怎么开户", "您好", "还有呢"]


def test_who_waits_is_seen_by_servicers_who_is_served_by_the_own_one(world: World, customer: str) -> None:
    world.people.say_to_kf(customer, "转人工")
    ids = {"open_kfid": world.company.kf_account, "external_userid": customer}
    assert world.code("kf/service_state/trans", {**ids, "service_state": 2}) == 0
    staff = ("adv01", "adv02", "op01")
    assert [customer in talks(world, one) for one in staff] == [True, True, False]
    world.people.take_from_pool("adv01", customer)
    world.people.servicer_says("adv01", customer, "我来")
    world.clock.now += 1
    world.people.end_session("adv01", customer)
    assert [customer in talks(world, one) for one in staff] == [True, False, False]
    served = talks(world, "adv01")[customer]
    assert words(served) == ["转人工", "林顾问 接入了会话", "我来", "会话已结束"]
    assert [one["mine"] for one in served["messages"]] == [False, False, True, False]
    assert served["session"] == {"state": 4, "servicer": "adv01", "name": "林顾问"}


def test_a_mass_message_waits_is_sent_and_shows_once_with_what_hangs_on_it(
    world: World, customer: str, group: str
) -> None:
    link = {"msgtype": "link", "link": {"title": "三步走", "url": "https://example.com"}}
    body = {"chat_type": "group", "sender": "op01", "chat_id_list": [group], "text": {"content": "周报"}}
    msgid = world.post("externalcontact/add_msg_template", {**body, "attachments": [link]})["msgid"]
    cancelled = world.post("externalcontact/add_msg_template", body)["msgid"]
    world.clock.now += 1
    assert world.code("externalcontact/cancel_groupmsg_send", {"msgid": cancelled}) == 0
    states = [one["body"]["state"] for one in talks(world, "op01")["mass"]["messages"]]
    assert states == ["waiting", "cancelled"]
    world.people.tap_send("op01", msgid)
    assert [one["body"]["state"] for one in talks(world, "op01")["mass"]["messages"]] == ["sent", "cancelled"]
    (shown,) = talks(world, customer)[group]["messages"]
    assert shown["body"] == {"text": {"content": "周报"}, "attachments": [link]}
    assert "mass" not in talks(world, "adv01")


def test_a_moment_waits_for_its_advisor_and_is_seen_by_who_has_added_them(world: World, customer: str) -> None:
    world.people.add_friend(customer, "adv01")
    senders = {"sender_list": {"user_list": ["adv01", "nobody"]}}
    job = world.post("externalcontact/add_moment_task", {"text": {"content": "投教日历"}, "visible_range": senders})
    world.clock.now += 1
    made = world.get("externalcontact/get_moment_task_result", jobid=job["jobid"])["result"]
    assert made["invalid_sender_list"]["user_list"] == ["nobody"]
    assert [one["msgid"] for one in view(world.company, world.people, "adv01")["tasks"]] == [made["moment_id"]]
    world.people.publish_moment("adv01", made["moment_id"])
    assert [one["body"]["state"] for one in talks(world, "adv01")["mass"]["messages"]] == ["sent"]
    assert "投教日历" in words(talks(world, customer)["adv01"])


def test_people_are_found_by_name_and_groups_list_their_members(world: World, customer: str, group: str) -> None:
    world.people.meet("钱女士")
    found = everybody(world.company, "赵")
    assert [one["id"] for one in found["people"] if one["kind"] == "customer"] == [customer]
    assert (found["customers"], everybody(world.company)["customers"]) == (1, 2)
    assert [one["id"] for one in members(world.company, group)] == ["op01", customer]
    assert members(world.company, "wrNone") == []


def test_codes_say_where_they_lead(world: World, group: str) -> None:
    world.post("externalcontact/add_contact_way", {"type": 1, "scene": 2, "user": ["adv01"], "state": "inv_1"})
    world.post("externalcontact/groupchat/add_join_way", {"scene": 2, "chat_id_list": [group]})
    ways = everybody(world.company)["ways"]
    assert [(one["kind"], one["to"], one["state"]) for one in ways] == [
        ("join", ["一群"], ""),
        ("contact", ["林顾问"], "inv_1"),
    ]


def test_a_stranger_is_nobody(world: World) -> None:
    seen = view(world.company, world.people, "wmNobody")
    assert (seen["me"]["kind"], seen["conversations"]) == ("nobody", [])
