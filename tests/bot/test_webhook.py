"""The door: what is not from WeCom, not for us, too old or broken gets one face, no effect, and a count."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from bot import group_commit
from bot.webhook import MAX_BODY
from models.ledger import Inbound
from simulator import codec
from simulator.courier import ROBOT_DOOR, XML_DOOR
from tests.world import World

Parcel = tuple[dict[str, str], bytes]
PLAIN = (
    "<xml><ToUserName>ww0000000000000001</ToUserName><FromUserName>adv01</FromUserName><CreateTime>{at}</CreateTime>"
    "<MsgType>text</MsgType><Content><![CDATA[{text}]]></Content><MsgId>{msgid}</MsgId><AgentID>1000002</AgentID></xml>"
)


def parcel(world: World, text: str = "哈哈", msgid: str = "900001", at: int | None = None, flaw: str = "") -> Parcel:
    """A sealed text of an employee."""
    stamp = int(world.hands().timestamp()) if at is None else at
    return world.courier.envelope(XML_DOOR, PLAIN.format(at=stamp, text=text, msgid=msgid).encode(), flaw)


def post(world: World, sealed: Parcel, path: str = XML_DOOR) -> int:
    return world.web.post(f"{path}?{urlencode(sealed[0])}", data=sealed[1]).status_code


def stored(world: World, source: str = "wecom") -> int:
    return len(world.rows(Inbound.kind == "text", Inbound.source == source, of=Inbound))


def resealed(world: World, plain: bytes, receiver: str = "ww0000000000000001") -> Parcel:
    """Correctly signed and encrypted, whatever is in it."""
    corp = world.company.corp
    sealed = codec.sealed(corp.aes_key, plain, receiver)
    stamp = str(int(world.hands().timestamp()))
    query = {"msg_signature": codec.signature(corp.token, stamp, "n1", sealed), "timestamp": stamp, "nonce": "n1"}
    return query, codec.xml_body(corp.corp_id, corp.agent_id, sealed)


def swapped(world: World) -> Parcel:
    """Timestamp and nonce exchanged: the same signature, since WeCom sorts before it hashes."""
    corp, now = world.company.corp, int(world.hands().timestamp())
    sealed = codec.sealed(corp.aes_key, PLAIN.format(at=now, text="哈", msgid="900002").encode(), corp.corp_id)
    signature = codec.signature(corp.token, str(now - 4000), str(now), sealed)
    return {"msg_signature": signature, "timestamp": str(now), "nonce": str(now - 4000)}, codec.xml_body(
        corp.corp_id, 1, sealed
    )


def shifted(world: World) -> Parcel:
    """A digit moved from the nonce to the timestamp: the sorted text is the same in some orders."""
    query, body = parcel(world)
    return {**query, "timestamp": query["timestamp"] + "1"}, body


def tampered(world: World, **fields: str) -> Parcel:
    query, body = parcel(world)
    return {**query, **fields}, body


def broken_base64(world: World) -> Parcel:
    query, body = parcel(world)
    return query, body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[%%%%")


BAD: dict[str, Callable[[World], Parcel]] = {
    "forged signature": lambda w: parcel(w, flaw="signature"),
    "stale timestamp": lambda w: parcel(w, flaw="stale"),
    "wrong receiver": lambda w: parcel(w, flaw="receiver"),
    "truncated ciphertext": lambda w: parcel(w, flaw="truncated"),
    "no signature": lambda w: tampered(w, msg_signature=""),
    "no timestamp": lambda w: tampered(w, timestamp=""),
    "no nonce": lambda w: tampered(w, nonce=""),
    "another nonce": lambda w: tampered(w, nonce="n2"),
    "digit shifted": shifted,
    "timestamp in words": lambda w: tampered(w, timestamp="yesterday!"),
    "other digits": lambda w: tampered(w, timestamp="١٧٦٧٢٢٥٦٠٠"),
    "malformed base64": broken_base64,
    "empty body": lambda w: (parcel(w)[0], b""),
    "not xml": lambda w: (parcel(w)[0], b"hello"),
    "doctype outside": lambda w: (parcel(w)[0], b'<!DOCTYPE x [<!ENTITY e "1">]>' + parcel(w)[1]),
    "doctype inside": lambda w: resealed(w, b'<!DOCTYPE x [<!ENTITY e "1">]><xml><MsgType>&e;</MsgType></xml>'),
    "inside not xml": lambda w: resealed(w, b"\xff\xfe"),
    "receiver with suffix": lambda w: resealed(w, b"<xml></xml>", "ww0000000000000001x"),
    "receiver empty": lambda w: resealed(w, b"<xml></xml>", ""),
    "made two days ago": lambda w: parcel(w, at=int(w.hands().timestamp()) - 2 * 86400),
    "made tomorrow": lambda w: parcel(w, at=int(w.hands().timestamp()) + 86400),
    "made in the year 9999": lambda w: parcel(w, at=253_370_764_800),
    "oversized": lambda w: (parcel(w)[0], b"<xml>" + b"x" * MAX_BODY + b"</xml>"),
}


def test_what_is_not_from_wecom_is_refused_alike_and_has_no_effect(sqlite_world: World) -> None:
    world, before = sqlite_world, stored(sqlite_world)
    for name, make in BAD.items():
        counted = sum(world.site.door.counts.values())
        status = post(world, make(world))
        assert status == (413 if name == "oversized" else 403), name
        assert sum(world.site.door.counts.values()) == counted + 1, name
    assert stored(world) == before
    assert world.site.door.counts["accepted"] > 0


def test_a_refusal_says_nothing_about_its_reason(sqlite_world: World) -> None:
    bodies = set()
    for make in (BAD["forged signature"], BAD["wrong receiver"], BAD["malformed base64"], BAD["stale timestamp"]):
        query, body = make(sqlite_world)
        bodies.add(sqlite_world.web.post(f"{XML_DOOR}?{urlencode(query)}", data=body).data)
    assert bodies == {b"refused"}


def test_a_captured_callback_replayed_in_any_guise_happens_once(sqlite_world: World) -> None:
    world = sqlite_world
    sealed = parcel(world)
    assert [post(world, sealed) for _ in range(4)] == [200] * 4
    world.settle()
    told = len(world.heard("adv01"))
    world.forward(hours=3)
    corp = world.company.corp
    encrypted = sealed[1].split(b"CDATA[")[-1].split(b"]")[0].decode()
    fresh = str(int(world.hands().timestamp()))
    query = {"msg_signature": codec.signature(corp.token, fresh, "n9", encrypted), "timestamp": fresh, "nonce": "n9"}
    assert post(world, (query, sealed[1])) == 200  # an honest late redelivery looks just like this
    world.settle()
    assert stored(world) == 1
    assert len(world.heard("adv01")) == told


def test_swapping_timestamp_and_nonce_makes_no_second_event(sqlite_world: World) -> None:
    sealed = swapped(sqlite_world)
    assert post(sqlite_world, sealed) == 200
    again = ({**sealed[0], "timestamp": sealed[0]["nonce"], "nonce": sealed[0]["timestamp"]}, sealed[1])
    assert post(sqlite_world, again) == 403
    assert stored(sqlite_world) == 1


def test_the_four_deliveries_of_one_event_are_one(sqlite_world: World) -> None:
    world = sqlite_world
    plain = PLAIN.format(at=int(world.hands().timestamp()), text="怎么开户", msgid="900003").encode()
    for _ in range(4):
        assert post(world, world.courier.envelope(XML_DOOR, plain)) == 200
    world.settle()
    assert stored(world) == 1
    assert len(world.heard("adv01")) == 1


def test_events_that_differ_in_one_field_are_all_kept(sqlite_world: World) -> None:
    world = sqlite_world
    for number in range(50):
        world.people.add_friend(world.people.meet(f"客户{number}"), "adv01")  # all FromUserName=sys, one second
    added = Inbound.kind == "change_external_contact/add_external_contact"
    assert len(world.rows(added, of=Inbound)) == 50


@pytest.mark.parametrize(("method", "expected"), [("PUT", 403), ("DELETE", 403), ("HEAD", 403)])
def test_only_get_and_post_are_answered(sqlite_world: World, method: str, expected: int) -> None:
    assert sqlite_world.web.open(f"{XML_DOOR}?a=b", method=method).status_code == expected


@pytest.mark.parametrize("path", [XML_DOOR, ROBOT_DOOR])
def test_saving_the_address_in_the_admin_console_is_answered_with_the_bare_echo(sqlite_world: World, path: str) -> None:
    query, echo = sqlite_world.courier.verification(path)
    answer = sqlite_world.web.get(f"{path}?{urlencode(query)}")
    assert (answer.status_code, answer.data) == (200, echo)


def test_without_a_robot_configured_its_door_is_shut(sqlite_world: World) -> None:
    world = sqlite_world
    world.site.door._aibot = None
    assert post(world, world.courier.envelope(ROBOT_DOOR, json.dumps({"msgid": "m"}).encode()), ROBOT_DOOR) == 404


def test_when_nothing_can_store_it_wecom_is_asked_to_send_again(
    sqlite_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: object, _arrival: object) -> None:
        raise group_commit.NotStored

    monkeypatch.setattr(group_commit.GroupCommit, "put", refuse)
    assert post(sqlite_world, parcel(sqlite_world, msgid="900009")) == 503
    assert sqlite_world.site.door.counts["not_stored"] == 1
