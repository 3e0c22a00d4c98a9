"""Token life, trusted address, limits, cursors, and what a refusal looks like."""

import pytest

from tests.simulator.conftest import World


def test_the_token_stays_the_same_for_7200_seconds(world: World) -> None:
    first = world.token()
    world.clock.now += 7199
    assert world.token() == first
    world.clock.now += 1
    assert world.token() != first


def test_an_expired_token_answers_42001_and_a_replaced_one_40014(world: World) -> None:
    old = world.token()
    world.clock.now += 7200
    assert world.raw("GET", "getcallbackip", {"access_token": old})["errcode"] == 42001
    world.token()
    assert world.raw("GET", "getcallbackip", {"access_token": old})["errcode"] == 40014


def test_a_token_ended_early_is_refused_and_the_next_one_is_another(world: World) -> None:
    old = world.token()
    world.company.invalidate_token()
    assert world.raw("GET", "getcallbackip", {"access_token": old})["errcode"] == 40014
    assert world.token() != old
    assert world.get("getcallbackip")["errcode"] == 0


@pytest.mark.parametrize(
    ("params", "errcode"),
    [
        ({"corpid": "ww0000000000000001", "corpsecret": "guess"}, 40001),
        ({"corpid": "ww9", "corpsecret": "guess"}, 40013),
        ({"corpid": "ww0000000000000001"}, 41004),
        ({"corpsecret": "guess"}, 41002),
    ],
)
def test_gettoken_names_what_is_wrong(world: World, params: dict[str, str], errcode: int) -> None:
    assert world.raw("GET", "gettoken", params)["errcode"] == errcode


def test_too_many_wrong_secrets_ban_even_the_right_one_for_an_hour(world: World) -> None:
    for _ in range(2000):
        world.raw("GET", "gettoken", {"corpid": world.company.corp.corp_id, "corpsecret": "guess"})
    right = {"corpid": world.company.corp.corp_id, "corpsecret": world.company.corp.secret}
    assert world.raw("GET", "gettoken", right)["errcode"] == 45009
    world.clock.now += 3601
    assert world.raw("GET", "gettoken", right)["errcode"] == 0


def test_a_call_without_token_or_from_a_foreign_address_is_refused(world: World) -> None:
    assert world.raw("GET", "getcallbackip", {})["errcode"] == 41001
    world.company.corp.trusted_ip = False
    assert world.get("getcallbackip")["errcode"] == 60020


def test_an_errmsg_carries_hint_address_and_link(world: World) -> None:
    errmsg = world.raw("GET", "getcallbackip", {})["errmsg"]
    assert ", hint: [" in errmsg
    assert "from ip: " in errmsg
    assert errmsg.endswith("query?e=41001")


def test_an_unknown_path_and_a_broken_body_are_refused_not_crashed(world: World) -> None:
    assert world.code("externalcontact/no_such_call", {}) == 40066
    token = {"access_token": world.token()}
    assert world.raw("POST", "message/send", token, b"{not json")["errcode"] == 40058
    assert world.raw("POST", "message/send", token, b"[1]")["errcode"] == 40058
    assert world.code("externalcontact/get_corp_tag_list", {"tag_id": 5}) == 40058


def test_a_get_on_a_post_call_loses_its_body(world: World) -> None:
    token = {"access_token": world.token()}
    assert world.raw("GET", "externalcontact/groupchat/list", token, b'{"limit": 10}')["errcode"] == 40058


def test_the_frequency_limit_closes_one_api_for_its_window(world: World) -> None:
    world.company.switches.per_api = 2
    codes = [world.get("getcallbackip")["errcode"] for _ in range(3)]
    assert codes == [0, 0, 45009]
    assert world.get("agent/get", agentid="1000002")["errcode"] == 0
    world.clock.now += world.company.switches.window
    assert world.get("getcallbackip")["errcode"] == 0


def test_the_sixth_parallel_customer_call_answers_45033(world: World) -> None:
    path = "externalcontact/get_follow_user_list"
    world.company.in_flight[path] = 5
    assert world.get(path)["errcode"] == 45033
    world.company.in_flight[path] = 4
    assert world.get(path)["errcode"] == 0


def test_a_foreign_agent_is_not_covered_by_the_token(world: World) -> None:
    assert world.get("agent/get", agentid="1")["errcode"] == 301002
    body = {"touser": "adv01", "msgtype": "text", "agentid": 1, "text": {"content": "x"}}
    assert world.code("message/send", body) == 301002


def test_cursors_lead_through_all_rows_and_serve_no_other_query(world: World) -> None:
    friends = [world.people.meet(f"客户{number}") for number in range(5)]
    for one in friends:
        world.people.add_friend(one, "adv01")
    seen: list[str] = []
    cursor = ""
    while True:
        body = {"userid_list": ["adv01"], "limit": 2, "cursor": cursor}
        page = world.post("externalcontact/batch/get_by_user", body)
        seen += [row["external_contact"]["external_userid"] for row in page["external_contact_list"]]
        cursor = page["next_cursor"] or cursor
        if not page["next_cursor"]:
            break
    assert seen == friends
    assert world.code("externalcontact/groupchat/list", {"limit": 10, "cursor": cursor}) == 50100
