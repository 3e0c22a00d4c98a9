"""Faults, the archive, the seeded community, and the HTTP face."""

import io
import json
import random
from typing import Any

import pytest

from simulator import inprocess, seed
from simulator.archive import Archive
from simulator.company import Company, Corp
from simulator.faults import EXECUTED, Faults
from simulator.server import Server
from tests.simulator.conftest import World

SEND = "message/send"


def send(world: World) -> tuple[int, bytes]:
    token = world.token()
    body = {"touser": "adv01", "msgtype": "text", "agentid": 1000002, "text": {"content": "hi"}}
    url = f"http://sim/cgi-bin/{SEND}"
    params = {"access_token": token}
    status, _headers, content = inprocess.handle(world.company, "POST", url, params, json.dumps(body).encode())
    return status, content


@pytest.mark.parametrize(
    ("mode", "status", "begins"),
    [
        ("busy", 200, b'{"errcode":-1'),
        ("limit", 200, b'{"errcode":45009'),
        ("parallel", 200, b'{"errcode":45033'),
        ("http500", 500, b"Internal"),
        ("html", 200, b"<html>"),
        ("garbage", 200, b'{"errcode":0,"errm'),
        ("wrong_type", 200, b'{"errcode":"abc"'),
        ("slow", 200, b'{"errcode": 0'),
        ("partial", 200, b'{"errcode": 0'),
    ],
)
def test_a_fault_shows_its_face_and_executes_only_where_it_says_so(
    world: World, mode: str, status: int, begins: bytes
) -> None:
    world.company.switches.slow_seconds = 0
    world.company.faults.tell({f"/cgi-bin/{SEND}": {mode: 1.0}})
    answer = send(world)
    assert answer[0] == status
    assert answer[1].startswith(begins)
    assert len(world.company.books.of("adv01")) == (1 if mode in EXECUTED else 0)
    if mode == "partial":
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer[1])


@pytest.mark.parametrize(("mode", "delivered"), [("timeout_only", 0), ("execute_and_drop", 1)])
def test_a_lost_answer_may_or_may_not_have_been_carried_out(world: World, mode: str, delivered: int) -> None:
    world.company.faults.tell({SEND: {mode: 1.0}})
    with pytest.raises(inprocess.ConnectionLost):
        send(world)
    assert len(world.company.books.of("adv01")) == delivered


def test_a_seed_makes_the_same_faults_and_rates_are_kept() -> None:
    def run(number: int) -> list[str]:
        faults = Faults(random.Random(number))
        faults.tell({"*": {"busy": 0.2, "html": 0.1}})
        return [faults.decide("kf/send_msg") for _ in range(2000)]

    assert run(3) == run(3)
    assert run(3) != run(4)
    assert 300 < run(3).count("busy") < 500
    assert 130 < run(3).count("html") < 270


@pytest.mark.parametrize("table", [{"*": {"sneeze": 1.0}}, {"*": {"busy": 1.5}}, {"x": {"busy": 0.7, "html": 0.7}}])
def test_impossible_fault_tables_are_refused(table: dict[str, dict[str, float]]) -> None:
    with pytest.raises(ValueError, match="fault"):
        Faults(random.Random(1)).tell(table)


def test_the_archive_pages_by_sequence_number_and_forgets_after_five_days() -> None:
    now = [1_767_225_600.0]
    archive = Archive(lambda: now[0])
    for number in range(1, 1203):
        archive.append({"msgid": str(number), "msgtime": int(now[0] * 1000)})
    first = archive.get_chat_data(0, 5000)
    assert (first[0]["seq"], first[-1]["seq"]) == (1, 1000)
    rest = archive.get_chat_data(first[-1]["seq"])
    assert [rest[0]["seq"], rest[-1]["seq"]] == [1001, 1202]
    assert archive.get_chat_data(1202) == []
    now[0] += 5 * 86400 + 1
    assert archive.get_chat_data(0) == []


def test_group_talk_reaches_the_archive_and_rings_once_in_15_seconds(world: World, customer: str) -> None:
    chat = world.people.found_group("一群", "op01")
    world.people.join_group(customer, chat)
    world.product.posts.clear()
    for words in ("一", "二"):
        world.people.say_in_group(customer, chat, words)
    assert sum("msgaudit_notify" in one for one in world.product.plain) == 1
    world.clock.now += 15
    said = world.people.say_in_group(customer, chat, "三")
    world.people.recall_in_group(customer, chat, said)
    assert sum("msgaudit_notify" in one for one in world.product.plain) == 2
    assert not any("一" in one for one in world.product.plain)
    url = "http://sim/archive/chatdata"
    content = inprocess.handle(world.company, "GET", url, {"seq": "1", "limit": "2"}, None)[2]
    rows = json.loads(content)["chatdata"]
    assert [(one["seq"], one["message"]["text"]["content"]) for one in rows] == [(2, "二"), (3, "三")]
    with pytest.raises(ValueError, match="only members"):
        world.people.say_in_group("adv02", chat, "x")


def test_the_sample_community_is_the_same_every_time(world: World) -> None:
    def settled() -> tuple[Company, seed.Community]:
        company = Company(Corp(), lambda: 1_767_225_600.0, random.Random(7))
        people = type(world.people)(company, type(world.courier)(company, world.product))
        return company, seed.settle(company, people)

    company, community = settled()
    assert settled()[1] == community
    assert (len(community.groups), len(community.members)) == (4, 200)
    assert len({one.name for one in company.customers.values()}) == 200
    assert sum(bool(one.friends) for one in company.customers.values()) == 50
    assert list(company.kf_servicers) == ["adv01", "adv02", "adv03"]
    assert {one.owner for one in company.groups.values()} == {"op01"}


def ask(world: World, method: str, path: str, body: bytes = b"", query: str = "", **more: str) -> tuple[int, Any]:
    seen: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **more,
    }
    server = Server(world.company, world.people, world.courier)
    content = b"".join(server(environ, lambda status, _headers: seen.append(status)))
    return int(seen[0][:3]), json.loads(content)


def order(world: World, verb: str, **body: object) -> dict[str, Any]:
    status, answer = ask(world, "POST", f"/control/{verb}", json.dumps(body).encode())
    assert status == 200
    found: dict[str, Any] = answer
    return found


def test_people_and_levers_can_be_ordered_over_http(world: World) -> None:
    made = order(world, "meet", args=["孙女士"])
    assert order(world, "add_friend", args=[made["result"], "adv01"], kwargs={"state": "s"})["ok"]
    assert order(world, "switches", kf_page=2)["result"]["kf_page"] == 2
    assert order(world, "clock", advance=60)["result"] == world.clock.now + 60
    assert order(world, "faults", **{"*": {"busy": 1.0}})["ok"]
    assert world.raw("GET", "getcallbackip", {})["errcode"] == -1


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("dance", {}),
        ("_event", {"args": [{}]}),
        ("switches", {"gravity": 1}),
        ("faults", {"*": {"sneeze": 1.0}}),
        ("add_friend", {"args": ["wmNobody", "adv01"]}),
        ("say_to_app", {"args": []}),
    ],
)
def test_an_impossible_order_is_explained(world: World, verb: str, body: dict[str, object]) -> None:
    answer = order(world, verb, **body)
    assert answer["ok"] is False
    assert verb in answer["error"]


def test_an_upload_over_http_is_unpacked(world: World) -> None:
    body = (
        b'--BB\r\nContent-Disposition: form-data; name="media"; filename="a.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\nhello world\r\n--BB--\r\n"
    )
    query = f"access_token={world.token()}&type=file"
    kind = {"CONTENT_TYPE": "multipart/form-data; boundary=BB"}
    status, answer = ask(world, "POST", "/cgi-bin/media/upload", body, query, **kind)
    assert (status, answer["errcode"], answer["type"]) == (200, 0, "file")
    assert world.company.media[answer["media_id"]][1:3] == ("a.txt", b"hello world")


def test_the_chat_page_sees_conversations_tasks_and_cards(world: World, customer: str) -> None:
    chat = world.people.found_group("一群", "op01")
    world.people.join_group(customer, chat)
    world.people.say_to_kf(customer, "怎么开户")
    world.people.say_in_group(customer, chat, "大家好")
    seen = ask(world, "GET", "/chat/view", query=f"as={customer}")[1]
    talks = {one["kind"]: one for one in seen["conversations"]}
    assert [one["text"] for one in talks["kf"]["messages"]] == ["怎么开户"]
    assert talks["group"]["messages"][0]["mine"] is True
    assert talks["kf"]["say"] == {"verb": "say_to_kf", "args": [customer]}
    body = {"chat_type": "group", "sender": "op01", "chat_id_list": [chat], "text": {"content": "投教"}}
    msgid = world.post("externalcontact/add_msg_template", body)["msgid"]
    owner = ask(world, "GET", "/chat/view", query="as=op01")[1]
    assert [(one["msgid"], one["targets"]) for one in owner["tasks"]] == [(msgid, ["一群"])]
    world.people.tap_send("op01", msgid)
    after = ask(world, "GET", "/chat/view", query=f"as={customer}")[1]
    talks = {one["kind"]: one for one in after["conversations"]}
    assert [one["text"] for one in talks["group"]["messages"]] == ["大家好", "投教"]
    assert {one["id"] for one in ask(world, "GET", "/chat/people")[1]["people"]} >= {"op01", customer}


def test_the_summary_counts_entries_callbacks_and_calls(world: World) -> None:
    send(world)
    world.people.say_to_app("adv01", "hi")
    summary = ask(world, "GET", "/books/summary")[1]
    assert (summary["counts"]["text"], summary["counts"]["callbacks_acked"]) == (1, 1)
    assert (summary["calls"][SEND], summary["tokens"], summary["doubled"]) == (1, 1, [])
    assert ask(world, "GET", "/books")[1][0]["path"] == SEND
    assert ask(world, "GET", "/nowhere")[0] == 404
