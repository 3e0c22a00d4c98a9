"""Mass messages: created, dispatched, tapped, counted."""

from typing import Any

import pytest

from tests.simulator.conftest import World

DAY = 86400


@pytest.fixture
def chats(world: World) -> list[str]:
    return [world.people.found_group(name, "op01") for name in ("一群", "二群")]


def create(world: World, **body: Any) -> dict[str, Any]:
    made = world.post("externalcontact/add_msg_template", {"text": {"content": "本周投教"}, **body})
    world.clock.now += 1
    return made


def to_groups(world: World, chats: list[str], words: str = "本周投教") -> str:
    made = create(world, chat_type="group", sender="op01", chat_id_list=chats, text={"content": words})
    return str(made["msgid"])


def results(world: World, msgid: str, user: str = "op01") -> dict[str, int]:
    answer = world.post("externalcontact/get_groupmsg_send_result", {"msgid": msgid, "userid": user})
    return {one.get("chat_id") or one["external_userid"]: one["status"] for one in answer["send_list"]}


def tasks(world: World, msgid: str) -> dict[str, int]:
    answer = world.post("externalcontact/get_groupmsg_task", {"msgid": msgid})
    return {one["userid"]: one["status"] for one in answer["task_list"]}


def test_right_after_creation_the_message_is_being_dispatched(world: World, chats: list[str]) -> None:
    world.company.switches.dispatching = 30
    msgid = to_groups(world, chats)
    assert world.code("externalcontact/get_groupmsg_task", {"msgid": msgid}) == 41063
    world.clock.now += 29
    assert world.code("externalcontact/get_groupmsg_task", {"msgid": msgid}) == 0


def test_nothing_arrives_before_the_owner_taps_and_everything_once_after(world: World, chats: list[str]) -> None:
    msgid = to_groups(world, chats)
    assert world.company.books.all() == []
    assert (tasks(world, msgid), results(world, msgid)) == ({"op01": 0}, {})
    assert world.people.pending("op01") == [msgid]
    assert [world.people.tap_send("op01", msgid) for _ in range(2)] == [2, 0]
    assert (tasks(world, msgid), results(world, msgid)) == ({"op01": 2}, dict.fromkeys(chats, 1))
    assert world.company.books.counts() == {"group_message": 2}
    assert world.people.pending("op01") == []


def test_a_tap_makes_no_contact_callback_but_the_archive_hears_the_owner(world: World, chats: list[str]) -> None:
    msgid = to_groups(world, chats[:1])
    before = len(world.product.posts)
    world.people.tap_send("op01", msgid)
    assert [("msgaudit_notify" in one) for one in world.product.plain[before:]] == [True]
    record = world.company.archive.get_chat_data(0)[-1]["message"]
    assert (record["from"], record["roomid"], record["text"]["content"]) == ("op01", chats[0], "本周投教")


def test_the_same_push_created_twice_counts_as_doubled(world: World, chats: list[str]) -> None:
    for _ in range(2):
        world.people.tap_send("op01", to_groups(world, chats[:1], "push-9"))
    assert world.company.books.doubled() == [("group_message", chats[0], 2)]


@pytest.mark.parametrize(("mode", "most", "pause"), [("day", 1, DAY), ("week", 7, 7 * DAY), ("month", 31, 31 * DAY)])
def test_over_the_cap_a_group_gets_nothing_until_the_next_period(
    world: World, chats: list[str], mode: str, most: int, pause: int
) -> None:
    world.company.switches.mass_cap = mode
    statuses = []
    for number in range(most + 1):
        msgid = to_groups(world, chats[:1], f"push-{number}")
        world.people.tap_send("op01", msgid)
        statuses.append(results(world, msgid)[chats[0]])
    assert statuses == [1] * most + [3]
    world.clock.now += pause
    msgid = to_groups(world, chats[:1], "next")
    assert world.people.tap_send("op01", msgid) == 1


def test_each_customer_gets_it_from_one_follower_only(world: World, customer: str) -> None:
    other = world.people.meet("钱叔叔")
    for one, advisor in ((customer, "adv01"), (customer, "adv02"), (other, "adv02")):
        world.people.add_friend(one, advisor)
    world.company.customers[customer].about("adv02").talked_at = world.clock.now
    msgid = create(world, external_userid=[customer, other, "wmNobody"])
    assert msgid["fail_list"] == ["wmNobody"]
    assert tasks(world, msgid["msgid"]) == {"adv02": 0}
    assert world.people.tap_send("adv02", msgid["msgid"]) == 2


def test_a_customer_who_left_is_status_2(world: World, customer: str) -> None:
    world.people.add_friend(customer, "adv01")
    msgid = create(world, external_userid=[customer], sender="adv01")["msgid"]
    assert results(world, msgid, "adv01") == {customer: 0}
    world.people.delete_advisor(customer, "adv01")
    assert world.people.tap_send("adv01", msgid) == 0
    assert results(world, msgid, "adv01") == {customer: 2}


def test_a_tag_filter_asks_for_one_of_each_group(world: World) -> None:
    made = world.post("externalcontact/add_corp_tag", {"group_name": "g", "tag": [{"name": n} for n in "abc"]})
    a, b, c = (one["id"] for one in made["tag_group"]["tag"])
    people = {}
    for name, tags in {"both": [a, c], "first": [a], "none": []}.items():
        people[name] = world.people.meet(name)
        world.people.add_friend(people[name], "adv01")
        world.company.customers[people[name]].about("adv01").tags = list(tags)
    groups = [{"tag_list": [a, b]}, {"tag_list": [c]}]
    msgid = create(world, sender="adv01", tag_filter={"group_list": groups})["msgid"]
    assert list(results(world, msgid, "adv01")) == [people["both"]]


def test_a_cancelled_message_cannot_be_tapped_or_cancelled_again(world: World, chats: list[str]) -> None:
    msgid = to_groups(world, chats)
    assert world.code("externalcontact/cancel_groupmsg_send", {"msgid": msgid}) == 0
    assert world.people.tap_send("op01", msgid) == 0
    assert world.people.pending("op01") == []
    assert world.code("externalcontact/cancel_groupmsg_send", {"msgid": msgid}) == 41093
    assert world.code("externalcontact/remind_groupmsg_send", {"msgid": msgid}) == 41093


def test_three_reminders_a_day(world: World, chats: list[str]) -> None:
    msgid = to_groups(world, chats)
    path = "externalcontact/remind_groupmsg_send"
    assert [world.code(path, {"msgid": msgid}) for _ in range(4)] == [0, 0, 0, 41094]
    world.clock.now += DAY
    assert world.code(path, {"msgid": msgid}) == 0


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"chat_type": "group"}, 40058),
        ({"chat_type": "group", "sender": "stranger"}, 40003),
        ({"chat_type": "group", "sender": "adv01"}, 41048),
        ({"external_userid": ["wmNobody"]}, 41048),
        ({"external_userid": ["x"] * 10_001}, 40058),
        ({"chat_type": "group", "sender": "op01", "text": {"content": "好" * 1334}}, 45002),
        ({"chat_type": "group", "sender": "op01", "text": {}}, 44004),
        ({}, 40058),
    ],
)
def test_what_a_mass_message_refuses(world: World, chats: list[str], body: dict[str, object], errcode: int) -> None:
    assert create(world, **body)["errcode"] == errcode


def test_a_lost_answer_can_be_found_again_by_window_and_words(world: World, chats: list[str]) -> None:
    start = int(world.clock.now)
    link = {"msgtype": "link", "link": {"title": "回放", "url": "https://h5.example.com/r"}}
    made = {"chat_type": "group", "sender": "op01", "chat_id_list": chats, "attachments": [link]}
    msgid = create(world, **made, text={"content": "push-9"})["msgid"]
    body = {"chat_type": "group", "start_time": start, "end_time": start + 60}
    rows = world.post("externalcontact/get_groupmsg_list_v2", body)["group_msg_list"]
    assert [(one["msgid"], one["text"]["content"], "creator" in one) for one in rows] == [(msgid, "push-9", False)]
    assert isinstance(rows[0]["create_time"], str)
    assert world.code("externalcontact/get_groupmsg_list_v2", {**body, "end_time": start + 32 * DAY}) == 40058


def test_unknown_and_missing_ids_differ(world: World) -> None:
    assert world.code("externalcontact/get_groupmsg_task", {"msgid": "msgOther"}) == 41047
    assert world.code("externalcontact/get_groupmsg_task", {}) == 41046
