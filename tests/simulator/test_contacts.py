"""Friends, welcomes, ways, tags, groups and media."""

import json
from typing import Any

import pytest

from simulator import inprocess
from tests.simulator.conftest import World


def welcome(world: World, code: str, **more: object) -> int:
    return world.code("externalcontact/send_welcome_msg", {"welcome_code": code, "text": {"content": "您好"}, **more})


def test_adding_a_friend_calls_back_with_state_and_code(world: World, customer: str) -> None:
    code = world.people.add_friend(customer, "adv01", "ref_7Q2K")
    names = ("Event", "ChangeType", "UserID", "ExternalUserID", "State", "WelcomeCode", "FromUserName")
    expected = ["change_external_contact", "add_external_contact", "adv01", customer, "ref_7Q2K", code, "sys"]
    assert [world.product.last(name) for name in names] == expected


def test_a_welcome_code_works_once_within_20_seconds(world: World, customer: str) -> None:
    code = world.people.add_friend(customer, "adv01")
    world.clock.now += 19
    assert [welcome(world, code), welcome(world, code)] == [0, 41051]
    late = world.people.add_friend(customer, "adv02")
    world.clock.now += 20
    assert welcome(world, late) == 41050
    assert welcome(world, "never-given") == 41050
    assert len(world.company.books.of(customer)) == 1


def test_a_second_adding_brings_no_code(world: World, customer: str) -> None:
    world.people.add_friend(customer, "adv01")
    assert world.people.add_friend(customer, "adv01") == ""
    assert "WelcomeCode" not in world.product.plain[-1]


@pytest.mark.parametrize(
    ("more", "errcode"),
    [
        ({"text": {"content": "好" * 1334}}, 45002),
        ({"text": {}}, 44004),
        ({"attachments": [{"msgtype": "image", "image": {"media_id": "m"}}] * 10}, 41064),
        ({"attachments": [{"msgtype": "hologram"}]}, 41065),
        ({"attachments": [{"msgtype": "link", "link": {"title": "t"}}]}, 40063),
        ({"attachments": [{"msgtype": "link", "link": {"title": "好" * 43, "url": "u"}}]}, 40058),
    ],
)
def test_a_refused_welcome_leaves_its_code_alive(
    world: World, customer: str, more: dict[str, object], errcode: int
) -> None:
    code = world.people.add_friend(customer, "adv01")
    assert welcome(world, code, **more) == errcode
    assert welcome(world, code) == 0


def test_deleting_works_one_way(world: World, customer: str) -> None:
    world.people.add_friend(customer, "adv01")
    remark = {"userid": "adv01", "external_userid": customer, "remark": "小赵"}
    world.people.delete_advisor(customer, "adv01")
    assert world.product.last("ChangeType") == "del_follow_user"
    assert world.code("externalcontact/remark", remark) == 0
    world.people.delete_customer("adv01", customer)
    assert world.product.last("ChangeType") == "del_external_contact"
    assert world.code("externalcontact/remark", remark) == 84061
    assert world.get("externalcontact/list", userid="adv01")["errcode"] == 84061


def test_changes_through_the_api_call_nobody_back(world: World, customer: str) -> None:
    world.people.add_friend(customer, "adv01")
    before = len(world.product.posts)
    group = world.post("externalcontact/add_corp_tag", {"group_name": "层级", "tag": [{"name": "高净值"}]})
    tag = group["tag_group"]["tag"][0]["id"]
    mark = {"userid": "adv01", "external_userid": customer, "add_tag": [tag]}
    assert world.code("externalcontact/mark_tag", mark) == 0
    world.post("externalcontact/remark", {"userid": "adv01", "external_userid": customer, "remark": "小赵"})
    assert len(world.product.posts) == before
    follower = world.get("externalcontact/get", external_userid=customer)["follow_user"][0]
    assert (follower["remark"], [one["tag_name"] for one in follower["tags"]]) == ("小赵", ["高净值"])


def test_tags_belong_to_one_pair_and_vanish_with_their_tag(world: World, customer: str) -> None:
    for one in ("adv01", "adv02"):
        world.people.add_friend(customer, one)
    made = world.post("externalcontact/add_corp_tag", {"group_name": "层级", "tag": [{"name": "a"}, {"name": "b"}]})
    first, second = (one["id"] for one in made["tag_group"]["tag"])
    mark = {"userid": "adv01", "external_userid": customer}
    world.post("externalcontact/mark_tag", {**mark, "add_tag": [first, second]})
    world.post("externalcontact/mark_tag", {**mark, "remove_tag": [first]})
    assert world.company.customers[customer].about("adv01").tags == [second]
    assert world.company.customers[customer].about("adv02").tags == []
    assert world.code("externalcontact/del_corp_tag", {"tag_id": [second]}) == 0
    assert world.company.customers[customer].about("adv01").tags == []
    assert world.code("externalcontact/mark_tag", {**mark, "add_tag": [second]}) == 40068
    assert world.code("externalcontact/add_corp_tag", {"group_name": "层级", "tag": [{"name": "a"}]}) == 40071


def test_a_contact_way_brings_its_state_and_serves_its_users_in_turn(world: World) -> None:
    way = {"type": 2, "scene": 2, "state": "ref_A", "user": ["adv01", "adv02"]}
    config_id = world.post("externalcontact/add_contact_way", way)["config_id"]
    met = [world.people.meet(name) for name in ("甲", "乙")]
    for one in met:
        world.people.add_friend(one, via=config_id)
    friends = [world.company.customers[one].friends for one in met]
    assert friends == [{"adv01": "ref_A"}, {"adv02": "ref_A"}]
    world.post("externalcontact/del_contact_way", {"config_id": config_id})
    with pytest.raises(ValueError, match="deleted"):
        world.people.add_friend(met[0], via=config_id)


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"type": None}, 41039),
        ({"scene": 3}, 41040),
        ({"user": ["adv01", "adv02"], "type": 1}, 41041),
        ({"state": "x" * 31}, 40058),
        ({"user": ["stranger"]}, 40096),
    ],
)
def test_what_a_contact_way_refuses(world: World, change: dict[str, object], errcode: int) -> None:
    way = {"type": 2, "scene": 2, "user": ["adv01"], **change}
    assert world.code("externalcontact/add_contact_way", way) == errcode


def test_a_full_group_of_a_join_way_is_followed_by_a_new_one(world: World) -> None:
    world.company.switches.group_limit = 2
    chat = world.people.found_group("投教一群", "op01")
    way = {"scene": 2, "chat_id_list": [chat], "state": "grp_A", "room_base_name": "投教", "room_base_id": 2}
    config_id = world.post("externalcontact/groupchat/add_join_way", way)["config_id"]
    first, second = (world.people.join_group(world.people.meet(name), via=config_id) for name in ("甲", "乙"))
    assert first == chat
    assert second != chat
    group = world.post("externalcontact/groupchat/get", {"chat_id": second, "need_name": 1})["group_chat"]
    assert (group["name"], group["owner"]) == ("投教2", "op01")
    assert [one.get("state") for one in group["member_list"]] == [None, "grp_A"]
    five = {**way, "chat_id_list": [chat] * 6}
    assert world.code("externalcontact/groupchat/add_join_way", five) == 41091


def test_member_versions_make_a_chain(world: World, customer: str) -> None:
    chat = world.people.found_group("投教一群", "op01")
    world.people.join_group(customer, chat)
    joined = (world.product.last("LastMemVer"), world.product.last("CurMemVer"))
    assert world.product.last("UpdateDetail") == "add_member"
    world.people.leave_group(customer, chat)
    left = (world.product.last("LastMemVer"), world.product.last("CurMemVer"))
    assert (joined[1], world.product.last("QuitScene")) == (left[0], "0")
    version = world.post("externalcontact/groupchat/get", {"chat_id": chat})["group_chat"]["member_version"]
    assert version == left[1]
    assert world.code("externalcontact/groupchat/get", {"chat_id": "wrOther"}) == 90501


def test_joining_twice_and_leaving_twice_happen_once(world: World, customer: str) -> None:
    chat = world.people.found_group("投教一群", "op01")
    for _ in range(2):
        world.people.join_group(customer, chat)
    for _ in range(2):
        world.people.leave_group(customer, chat)
    assert sum("add_member" in one for one in world.product.plain) == 1
    assert sum("del_member" in one for one in world.product.plain) == 1


def test_a_group_template_greets_only_where_the_owner_applied_it(world: World, customer: str) -> None:
    chat = world.people.found_group("投教一群", "op01")
    template = {"text": {"content": "欢迎 %NICKNAME%"}}
    made = world.post("externalcontact/group_welcome_template/add", template)["template_id"]
    world.people.join_group(customer, chat)
    assert world.company.books.of(chat) == []
    world.people.apply_group_welcome("op01", chat, made)
    world.people.join_group(world.people.meet("钱叔叔"), chat)
    assert [one.text for one in world.company.books.of(chat)] == ["欢迎 钱叔叔"]


def test_media_is_kept_for_three_days(world: World) -> None:
    def upload(kind: str, data: bytes) -> dict[str, Any]:
        params = {"access_token": world.token(), "type": kind}
        files = {"media": ("a.png", data)}
        content = inprocess.handle(world.company, "POST", "http://x/cgi-bin/media/upload", params, None, files)[2]
        answer: dict[str, Any] = json.loads(content)
        return answer

    made = upload("image", b"\x89PNG\r\n----")
    assert isinstance(made["created_at"], str)
    params = {"access_token": world.token(), "media_id": made["media_id"]}
    fetch = ("GET", "http://x/cgi-bin/media/get")
    assert inprocess.handle(world.company, *fetch, params, None)[2] == b"\x89PNG\r\n----"
    world.clock.now += 3 * 86400
    params["access_token"] = world.token()
    assert json.loads(inprocess.handle(world.company, *fetch, params, None)[2])["errcode"] == 40007
    assert upload("image", b"tiny")["errcode"] == 44001
    assert upload("spell", b"123456789")["errcode"] == 40004


def test_an_interception_rule_keeps_employees_from_saying_it(world: World, customer: str) -> None:
    rule = {
        "rule_name": "承诺",
        "word_list": ["保本"],
        "intercept_type": 1,
        "applicable_range": {"user_list": ["a"]},
    }
    assert world.code("externalcontact/add_intercept_rule", rule) == 0
    assert world.code("externalcontact/add_intercept_rule", rule) == 41077
    world.people.say_to_kf(customer, "保本吗")
    assert world.people.servicer_says("adv01", customer, "这个保本") == ""
    assert world.people.servicer_says("adv01", customer, "有风险") != ""
