"""A forbidden text at every door: refused with the rule and its article, and the refusal is kept as evidence."""

import pytest

from models.content import Content, LiveStream, hash_of
from models.faq import FaqEntry
from models.ledger import Evidence, Outbound
from tests.console.desk import Seat
from tests.world import World

BAD = "这个组合稳赚不赔，亏了算我的"


def as_approved(world: World, content: str) -> None:
    """Even a text somebody approved by mistake."""
    world.edit(Content, content, body=BAD, approved_hash=hash_of(BAD))


def pushed(world: World, content: str, segment: str, **fields: str) -> None:
    moment = world.minutes_from_now(1)
    world.plan(f"once {moment:%Y-%m-%dT%H:%M:%S}", content, segment, fields=fields)
    world.forward(minutes=2)


def by_plan(world: World) -> None:
    as_approved(world, "H-MID")
    pushed(world, "H-MID", "groups:all")


def by_field_of_a_template(world: World) -> None:
    who = world.client("李雷", "P")
    world.member_says("同意1", by=who)
    pushed(world, "WK-03", "tier:P", nickname="您", week="48", topic=BAD, url="https://edu.example/48")


def by_welcome(world: World) -> None:
    as_approved(world, "W-02")
    world.friend("新朋友")


def by_answer(world: World) -> None:
    world.edit(FaqEntry, "OPEN-003", answer=BAD)
    world.member_says("怎么开户")


def by_chat_command(world: World) -> None:
    stream = world.live_stream("2026-11-26 19:00")
    world.edit(LiveStream, stream, title=BAD)
    world.member_says("3")


@pytest.mark.parametrize("door", [by_plan, by_field_of_a_template, by_welcome, by_answer, by_chat_command])
def test_a_forbidden_text_leaves_by_no_door(sqlite_world: World, door: object) -> None:
    world = sqlite_world
    assert callable(door)
    door(world)
    (held,) = [one for one in world.rows(Outbound.state == "withheld", of=Outbound) if "合规拦截" in one.reason]
    assert "YIELD-" in held.reason
    assert "证券法135" in held.reason
    kept = world.rows(Evidence.kind == "withheld", of=Evidence)
    assert held.key in {one.ref for one in kept}
    assert not any(BAD in one.text for one in world.company.books.all())


def test_the_console_says_what_is_wrong_and_how_to_write_it(sqlite_world: World) -> None:
    page = Seat(sqlite_world, "老审", "approver").get("/console/compliance?text=股市暴跌，如何保住本金？").text
    assert "不得发送" in page
    assert "PRINC-048" in page
    assert "检查自己的风险承受能力" in page


def test_a_register_takes_an_entry_and_names_a_missing_field(sqlite_world: World) -> None:
    seat = Seat(sqlite_world, "老审", "approver")
    seat.post("/console/compliance/licences", number="S0010", name="林顾问", employee="adv01", expires="2027-12-31")
    assert "S0010" in seat.get("/console/compliance/licences").text
    seat.post("/console/compliance/groups", chat=sqlite_world.group, officer="", purpose="投教", review="2027-06-30")
    assert "合规专员不能为空" in seat.get("/console/compliance/groups").text
